"""The suite of the records port: people and their erasure."""

from math import isnan

from msgspec.structs import replace as changed

from lodestone.base.errors import (
    GoneError,
    InvalidError,
    UnknownError,
)
from lodestone.events.outcomes import FactKind
from lodestone.people import Consent, PersonIn
from lodestone.stores.records.types import Answer, TermKind, claim_of
from records_world import ANN, NOW, SONG, SQUARE, THEN_MICROS, raised


def test_a_person_becomes_a_row_of_codes(records):
    change = records.put_person("town", "ann", ANN, now=NOW)

    row = change.row
    assert (change.id, change.kind, change.app_id) == (1, FactKind.PERSON, "ann")
    assert change.created
    assert change.target == row.ordinal
    assert (row.latitude, row.longitude) == (26.38, 108.08)
    assert (row.present_latitude, row.present_longitude) == (26.4, 108.1)
    assert row.present_at == row.created == THEN_MICROS
    assert (row.profession, row.language, row.personalised, row.minor) == (0, 0, True, True)
    assert [records.term_text("town", TermKind.TAG, code) for code, _ in row.interests] == [
        "silk",
        "tea",
    ]
    assert [weight for _, weight in row.interests] == [3.0, 1.0]
    assert records.term_text("town", TermKind.LANGUAGE, 0) == "zh-cn"


def test_a_person_is_read_back_as_sent(records):
    ordinal = records.put_person("town", "ann", ANN, now=NOW).target

    read = records.person("town", "ann")
    assert read.id == "ann"
    assert (read.ordinal, read.created, read.stub) == (ordinal, THEN_MICROS, False)
    assert read.given == changed(ANN, created_at=None)
    assert records.person_of("town", ordinal) == read
    assert records.data_key("town", ordinal) == read.key
    assert len(read.key) == 32


def test_replacing_a_person_keeps_who_they_are_and_when_they_joined(records):
    first = records.put_person("town", "ann", ANN, now=NOW)
    key = records.person("town", "ann").key

    second = records.put_person("town", "ann", PersonIn(name="Anne"), now=NOW + 1)

    assert not second.created
    assert second.target == first.target
    assert second.row.created == THEN_MICROS
    assert records.person("town", "ann").given == PersonIn(name="Anne")
    assert records.person("town", "ann").key == key


def test_without_consent_to_it_a_position_does_not_reach_the_state(records):
    hidden = changed(ANN, consent=Consent(personalisation=False, position=False))

    row = records.put_person("town", "ann", hidden, now=NOW).row

    assert isnan(row.latitude)
    assert isnan(row.present_longitude)
    assert row.present_at == 0
    assert row.personalised is False


def test_a_bulk_of_people_takes_the_last_of_one_id(records):
    bulk = records.put_people(
        "town",
        [("a", PersonIn(name="1")), ("b", PersonIn(name="2")), ("a", PersonIn(name="3"))],
        now=NOW,
    )

    assert bulk.accepted == 3
    assert bulk.refused == ()
    assert [change.app_id for change in bulk.changes] == ["a", "b"]
    assert records.person("town", "a").given.name == "3"


def test_a_bulk_refuses_one_by_one(records):
    bulk = records.put_people(
        "town", [("a", PersonIn()), ("", PersonIn()), ("b\n", PersonIn())], now=NOW
    )

    assert [(one.index, one.error.code) for one in bulk.refused] == [
        (1, "id_invalid"),
        (2, "id_invalid"),
    ]
    assert [person.id for person in records.people("town", limit=9)] == ["a"]


def test_a_bulk_holds_a_thousand_at_most(records, dump):
    before = dump()

    raised(
        InvalidError,
        "bulk_too_long",
        records.put_people,
        "town",
        [(str(n), PersonIn()) for n in range(1_001)],
        now=NOW,
    )

    assert dump() == before


def test_pages_of_people_meet_everyone_once_whoever_joins_or_leaves(records):
    records.put_people("town", [(f"p{n}", PersonIn()) for n in range(10)], now=NOW)

    first = records.people("town", limit=4)
    records.put_person("town", "late", PersonIn(), now=NOW)
    records.erase_person("town", first[-1].id, now=NOW)
    rest = records.people("town", limit=50, after=first[-1].id)

    met = [person.id for person in [*first, *rest]]
    assert len(met) == len(set(met))
    assert set(met) | {"late"} == {f"p{n}" for n in range(10)} | {"late"}


def test_erasing_a_person_takes_their_row_and_empties_their_items(records):
    ordinal = records.put_person("town", "ann", ANN, now=NOW).target
    records.put_item("town", "song", SONG, now=NOW)
    records.put_domain("town", "square", SQUARE, now=NOW)
    records.add_moderator("town", "square", "ann")
    claim = claim_of(b"k" * 32, "POST /v1/sessions", "abc")
    answer = Answer(b"d" * 32, 200, b'{"viewer":"ann"}')
    records.remember("town", claim, answer, now=NOW, person_id="ann")
    assert records.recall("town", claim, now=NOW) == answer

    erased, emptied = records.erase_person("town", "ann", now=NOW)

    assert (erased.kind, erased.app_id, erased.target) == (FactKind.ERASED, "", ordinal)
    assert erased.row is None
    row = emptied.row
    assert (row.owner, row.state, row.kind, row.created) == (ordinal, 2, 0, THEN_MICROS)
    assert (row.tags, row.channels, row.professions, row.language) == ((), (), (), -1)
    assert isnan(row.latitude)
    assert set(row.vector) == {0.0}
    raised(UnknownError, "person_unknown", records.person, "town", "ann")
    raised(UnknownError, "person_unknown", records.erase_person, "town", "ann", now=NOW)
    item = records.item("town", "song")
    assert (item.author_id, item.given.text, item.erased) == (None, "", True)
    assert records.moderators("town", "square") == []
    assert records.recall("town", claim, now=NOW) is None
    assert records.data_key("town", ordinal) is None
    assert records.erased("town") == [ordinal]
    assert list(records.person_rows("town")) == []
    assert [name for name, _ in records.item_rows("town")] == ["song"]


def test_what_was_pending_of_an_erased_person_names_nobody(records):
    ordinal = records.put_item("town", "song", SONG, now=NOW)[0].target
    records.erase_person("town", "ann", now=NOW)

    pending = records.pending_changes("town")

    assert [(one.kind, one.app_id, one.target) for one in pending] == [
        (FactKind.PERSON, "", ordinal),
        (FactKind.ITEM, "song", 0),
        (FactKind.ERASED, "", ordinal),
        (FactKind.ITEM, "song", 0),
    ]
    assert pending[0].row is None


def test_an_erased_id_may_come_back_as_somebody_else_without_the_old_items(records):
    before = records.put_item("town", "song", SONG, now=NOW)[0].target
    records.erase_person("town", "ann", now=NOW)

    after = records.put_person("town", "ann", ANN, now=NOW)

    assert after.created
    assert after.target != before
    raised(GoneError, "item_erased", records.put_item, "town", "song", SONG, now=NOW)
    assert records.items("town", limit=9, author_id="ann") == []


def test_erasing_in_one_community_leaves_the_namesake_in_another(records):
    for community in ("town", "other"):
        records.put_item(community, "song", SONG, now=NOW)

    records.erase_person("town", "ann", now=NOW)

    assert records.person("other", "ann").id == "ann"
    assert records.item("other", "song").given.text == "a song"
    assert records.erased("other") == []


def test_replaying_erasures_erases_those_who_are_there(records):
    ordinal = records.put_item("town", "song", SONG, now=NOW)[0].target

    changes = records.replay_erasures("town", [ordinal, 12345], now=NOW)

    assert [(one.kind, one.target) for one in changes] == [
        (FactKind.ERASED, ordinal),
        (FactKind.ITEM, 0),
    ]
    assert records.replay_erasures("town", [ordinal], now=NOW) == []
    assert records.erased("town") == [ordinal]
