"""The suite of the records port: items, domains, terms."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan

import pytest
from msgspec.structs import replace as changed

from lodestone.base.errors import (
    InvalidError,
    UnknownError,
)
from lodestone.content import DomainIn, ItemIn
from lodestone.content.item import Label
from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.people import PersonIn
from lodestone.stores.records.types import TermKind
from records_world import ANN, HOUR, NOTE, NOW, SONG, SQUARE, THEN_MICROS, raised


def test_an_item_becomes_a_row_of_codes(records):
    author, change = records.put_item("town", "song", SONG, now=NOW)

    row = change.row
    assert (author.kind, author.app_id, author.created) == (FactKind.PERSON, "ann", True)
    assert (change.kind, change.app_id, change.target) == (FactKind.ITEM, "song", 0)
    assert change.created
    assert (row.row, row.owner, row.created) == (0, author.target, THEN_MICROS)
    assert (row.kind, row.state, row.label, row.duration) == (0, 1, 0, 12.5)
    assert (row.latitude, row.longitude) == (26.38, 108.08)
    terms = records.terms("town", TermKind.TAG)
    assert [terms[code] for code in row.tags] == ["song", "tea"]
    domains = records.terms("town", TermKind.DOMAIN)
    assert [domains[code] for code in (*row.channels, *row.professions)] == ["music", "weaver"]
    assert records.terms("town", TermKind.LANGUAGE)[row.language] == "zh"
    assert len(row.vector) == 64
    assert sum(x * x for x in row.vector) == pytest.approx(1, abs=1e-6)


def test_an_item_is_read_back_as_sent(records):
    records.put_item("town", "song", SONG, now=NOW)

    read = records.item("town", "song")
    assert read.given == changed(SONG, created_at=None)
    assert (read.id, read.row, read.author_id, read.created) == ("song", 0, "ann", THEN_MICROS)
    assert not read.erased
    assert records.item_at("town", 0) == read
    assert records.person("town", "ann").stub


def test_a_person_known_as_an_author_stays_the_same_when_introduced(records):
    author, _ = records.put_item("town", "song", SONG, now=NOW)

    change = records.put_person("town", "ann", PersonIn(name="Ann"), now=NOW)

    assert change.target == author.target
    assert not records.person("town", "ann").stub


def test_rows_of_items_count_per_community_and_are_kept(records):
    for name in ("a", "b"):
        records.put_item("town", name, NOTE, now=NOW)
    records.put_item("other", "c", NOTE, now=NOW)
    again = records.put_item("town", "a", changed(NOTE, text="anew"), now=NOW + 5)

    assert [change.target for change in again] == [0]
    assert not again[0].created
    assert again[0].row.created == NOW
    assert records.item_ids("town") == ["a", "b"]
    assert records.item_ids("other") == ["c"]


def test_the_author_of_an_item_is_fixed(records, dump):
    records.put_item("town", "song", SONG, now=NOW)
    records.put_person("town", "bob", PersonIn(), now=NOW)
    before = dump()

    for author in ("bob", "nobody-yet"):
        error = raised(
            InvalidError,
            "author_fixed",
            records.put_item,
            "town",
            "song",
            changed(SONG, author_id=author),
            now=NOW,
        )
        assert error.details[0].field == "author_id"

    assert dump() == before


def test_a_bulk_of_items_keeps_what_is_right_and_names_what_is_not(records):
    records.put_item("town", "old", NOTE, now=NOW)

    bulk = records.put_items(
        "town",
        [
            ("new", changed(NOTE, author_id="bob", tags=("x",))),
            ("old", changed(NOTE, author_id="eve")),
            ("", NOTE),
            ("new", changed(NOTE, author_id="ann")),
            ("new", changed(NOTE, author_id="bob", text="last")),
            ("old", changed(NOTE, text="kept")),
        ],
        now=NOW,
    )

    assert [(one.index, one.error.code) for one in bulk.refused] == [
        (1, "author_fixed"),
        (2, "id_invalid"),
        (3, "author_fixed"),
    ]
    assert bulk.accepted == 3
    assert [(one.kind, one.app_id, one.created) for one in bulk.changes] == [
        (FactKind.PERSON, "bob", True),
        (FactKind.ITEM, "new", True),
        (FactKind.ITEM, "old", False),
    ]
    assert records.item("town", "new").given.text == "last"
    assert records.item("town", "old").given.text == "kept"
    raised(UnknownError, "person_unknown", records.person, "town", "eve")


def test_pages_of_items_go_by_id_in_the_order_of_bytes(records):
    names = ["B", "a", "b", "é", "中", "Ä"]
    records.put_items("town", [(name, NOTE) for name in names], now=NOW)
    records.put_item("town", "z", changed(NOTE, author_id="bob"), now=NOW)

    first = records.items("town", limit=3)
    rest = records.items("town", limit=9, after=first[-1].id)

    assert [item.id for item in (*first, *rest)] == sorted([*names, "z"], key=str.encode)
    assert [item.id for item in records.items("town", limit=9, author_id="bob")] == ["z"]
    assert records.items("town", limit=9, author_id="nobody") == []


def test_withdrawing_takes_an_item_out_once(records):
    records.put_item("town", "song", SONG, now=NOW)

    change = records.withdraw_item("town", "song", now=NOW)

    assert (change.kind, change.target, change.row.state) == (FactKind.ITEM, 0, 2)
    assert records.withdraw_item("town", "song", now=NOW) is None
    assert records.item("town", "song").given.state == "withdrawn"
    assert records.item("town", "song").given.text == "a song"
    assert records.put_item("town", "song", SONG, now=NOW)[-1].row.state == 1


def test_the_strictest_label_holds_until_it_expires(records):
    soon = datetime.fromtimestamp(NOW / 1e6, tz=UTC) + timedelta(hours=1)
    labels = (Label("drop", "rumour", soon), Label("warn", "loud"), Label("show", "checked"))
    made = records.put_item("town", "song", changed(SONG, labels=labels), now=NOW)[-1]

    assert made.row.label == 2
    assert records.labels_over("town", now=NOW + HOUR - 1, limit=9) == []
    changes = records.expire_labels("town", [made.row.row], now=NOW + HOUR)
    assert [(change.app_id, change.row.label) for change in changes] == [("song", 1)]
    assert changes[0].row == replace(made.row, label=1)
    assert records.expire_labels("town", [made.row.row], now=NOW + HOUR) == []
    assert records.item("town", "song").given.labels == labels


def test_scrubbing_empties_an_authors_items_and_leaves_the_author(records):
    records.put_item("town", "song", SONG, now=NOW)
    records.put_item("town", "bobs", changed(SONG, author_id="bob"), now=NOW)

    changes = records.scrub_items("town", "ann")

    assert [change.app_id for change in changes] == ["song"]
    scrubbed = records.item("town", "song")
    assert scrubbed.given == ItemIn(kind="video", author_id="ann", state="withdrawn")
    assert not scrubbed.erased
    assert records.item("town", "bobs").given.text == "a song"
    raised(UnknownError, "person_unknown", records.scrub_items, "town", "eve")


def test_a_domain_shares_its_code_with_items_that_named_it_before(records):
    code = records.put_item("town", "song", SONG, now=NOW)[-1].row.channels[0]

    change = records.put_domain("town", "music", DomainIn(kind="channel", name="Music"), now=NOW)

    assert (change.kind, change.app_id, change.target) == (FactKind.DOMAIN, "music", code)
    assert change.row.kind == DomainKind.CHANNEL
    assert isnan(change.row.latitude)
    read = records.domain("town", "music")
    assert (read.code, read.given.name, read.created) == (code, "Music", NOW)


def test_a_place_reaches_ten_kilometres_unless_told_otherwise(records):
    row = records.put_domain("town", "square", SQUARE, now=NOW).row
    wider = records.put_domain("town", "square", changed(SQUARE, radius_km=2.5), now=NOW)

    assert (row.latitude, row.longitude, row.radius_km) == (26.38, 108.08, 10.0)
    assert wider.row.radius_km == 2.5
    assert not wider.created


def test_the_kind_of_a_domain_is_fixed(records, dump):
    records.put_domain("town", "square", SQUARE, now=NOW)
    before = dump()

    raised(
        InvalidError,
        "kind_fixed",
        records.put_domain,
        "town",
        "square",
        DomainIn(kind="channel"),
        now=NOW,
    )

    assert dump() == before


def test_a_removed_domain_keeps_its_code(records):
    code = records.put_domain("town", "square", SQUARE, now=NOW).target
    records.put_person("town", "ann", ANN, now=NOW)
    records.add_moderator("town", "square", "ann")

    (gone,) = records.delete_domain("town", "square")

    assert (gone.target, gone.row) == (code, None)
    raised(UnknownError, "domain_unknown", records.domain, "town", "square")
    assert records.put_domain("town", "square", SQUARE, now=NOW).target == code
    assert records.moderators("town", "square") == []


def test_domains_come_in_pages_and_rows(records):
    for name in ("b", "a", "c"):
        records.put_domain("town", name, DomainIn(kind="channel"), now=NOW)

    assert [one.id for one in records.domains("town", limit=2)] == ["a", "b"]
    assert [one.id for one in records.domains("town", limit=2, after="b")] == ["c"]
    assert [(name, row.code) for name, row in records.domain_rows("town")] == [
        ("b", 0),
        ("a", 1),
        ("c", 2),
    ]


def test_moderators_are_people_of_the_community(records):
    records.put_domain("town", "square", SQUARE, now=NOW)
    for name in ("bob", "ann"):
        records.put_person("town", name, PersonIn(), now=NOW)

    assert records.add_moderator("town", "square", "bob")
    assert records.add_moderator("town", "square", "ann")
    assert not records.add_moderator("town", "square", "ann")
    assert records.moderators("town", "square") == ["ann", "bob"]
    assert records.remove_moderator("town", "square", "ann")
    assert not records.remove_moderator("town", "square", "ann")
    raised(UnknownError, "person_unknown", records.add_moderator, "town", "square", "eve")
    raised(UnknownError, "domain_unknown", records.add_moderator, "town", "park", "ann")


def test_codes_of_terms_are_dense_and_last(records):
    codes = [records.term("town", TermKind.TAG, word) for word in ("b", "a", "b", "字")]

    assert codes == [0, 1, 0, 2]
    assert records.term("town", TermKind.DOMAIN, "b") == 0
    assert records.term("other", TermKind.TAG, "a") == 0
    assert records.terms("town", TermKind.TAG) == {0: "b", 1: "a", 2: "字"}
    assert records.find_term("town", TermKind.TAG, "a") == 1
    assert records.find_term("town", TermKind.TAG, "none") is None
    raised(UnknownError, "term_unknown", records.term_text, "town", TermKind.TAG, 3)
    raised(InvalidError, "term_invalid", records.term, "town", TermKind.TAG, "a\0")


def test_surfaces_of_the_app_take_the_codes_8_to_63(records):
    assert records.term("town", TermKind.SURFACE, "following") == 1
    assert [records.term("town", TermKind.SURFACE, f"tab{n}") for n in range(56)] == [*range(8, 64)]
    raised(InvalidError, "terms_full", records.term, "town", TermKind.SURFACE, "tab56")
    assert records.term_text("town", TermKind.SURFACE, 63) == "tab55"
    assert records.terms("town", TermKind.SURFACE)[0] == "discover"


def test_codes_survive_a_restart(records, place):
    records.term("town", TermKind.TAG, "a")

    again = place.open()

    assert again.term("town", TermKind.TAG, "b") == 1
    assert records.term("town", TermKind.TAG, "c") == 2, "what another process gave is seen"
    assert again.term("town", TermKind.TAG, "a") == 0
    again.close()


def test_a_name_that_the_door_takes_is_found_again(records):
    odd = "\u00d0\U00052346"  # of no meaning yet, but nothing that a database would refuse
    posted = changed(SONG, author_id=odd, tags=(odd,))

    author, first = records.put_item("town", odd, posted, now=NOW)
    (again,) = records.put_item("town", odd, posted, now=NOW)

    assert author.target == first.row.owner
    assert again.target == first.target
