"""The suite of the records port, on both databases: communities, keys, policies, answers, outbox."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from lodestone.base.errors import (
    ConflictError,
    UnknownError,
)
from lodestone.content import CommunityIn, DomainIn
from lodestone.events.outcomes import FactKind
from lodestone.people import PersonIn
from lodestone.stores.records.types import Answer, claim_of, key_digest
from lodestone.traffic.policy import Policy
from records_world import ANN, DAY, HOUR, NOW, SONG, SQUARE, raised


def test_a_community_is_read_back_as_it_was_made(records):
    given = CommunityIn(name="县城", time_zone="Asia/Shanghai", currency="CNY", clock="driven")

    made = records.create_community("county", given, now=NOW)

    assert made == records.community("county")
    assert (made.id, made.given, made.created, made.instant) == ("county", given, NOW, None)
    assert len(made.secret) == 32
    assert [one.id for one in records.communities()] == ["county", "other", "town"]


def test_two_communities_have_different_secrets(records):
    assert records.community("town").secret != records.community("other").secret


def test_a_community_is_made_once(records, dump):
    before = dump()

    raised(
        ConflictError, "community_exists", records.create_community, "town", CommunityIn(), now=NOW
    )

    assert dump() == before


@pytest.mark.parametrize("field", ["time_zone", "currency", "clock"])
def test_what_is_fixed_at_creation_stays(records, dump, field):
    other = {"time_zone": "Asia/Tokyo", "currency": "JPY", "clock": "driven"}[field]
    before = dump()

    error = raised(
        ConflictError,
        "community_fixed",
        records.update_community,
        "town",
        CommunityIn(**{field: other}),
    )

    assert error.details[0].field == field
    assert dump() == before


def test_a_community_is_disabled_and_opened_again(records):
    assert records.disable_community("town").given.state == "disabled"
    assert records.update_community("town", CommunityIn(name="Anew")).given == CommunityIn(
        name="Anew"
    )


def test_a_driven_clock_goes_only_forward_and_is_released_once(records):
    records.create_community("film", CommunityIn(clock="driven"), now=NOW)

    assert records.set_clock("film", NOW).instant == NOW
    raised(ConflictError, "clock_backwards", records.set_clock, "film", NOW - 1)
    raised(ConflictError, "clock_apart", records.release_clock, "film", wall=NOW + 60_000_001)
    assert records.community("film").instant == NOW
    assert records.release_clock("film", wall=NOW + 60_000_000).given.clock == "wall"
    raised(ConflictError, "clock_wall", records.set_clock, "film", NOW + HOUR)
    raised(ConflictError, "clock_wall", records.release_clock, "film", wall=NOW)


def test_a_key_is_found_by_its_digest_until_it_is_revoked(records, dump):
    made = records.create_key("town", name="app", scopes=("read", "write"), now=NOW)

    assert made.text.startswith("lsk_")
    assert made.text not in repr(dump())
    assert records.find_key(key_digest(made.text)) == made.record
    assert made.record.community == "town"
    assert made.record.scopes == ("read", "write")
    assert records.revoke_key("town", made.record.id, now=NOW + 1).revoked == NOW + 1
    assert records.revoke_key("town", made.record.id, now=NOW + 2).revoked == NOW + 1
    assert records.find_key(key_digest(made.text)) is None
    assert [key.id for key in records.keys("town")] == [made.record.id]


def test_the_operators_keys_belong_to_no_community(records):
    made = records.create_key(None, name="operator", scopes=("operator",), now=NOW)

    assert records.find_key(key_digest(made.text)) == made.record
    assert records.keys(None) == [made.record]
    assert records.keys("town") == []
    raised(UnknownError, "key_unknown", records.revoke_key, "town", made.record.id, now=NOW)


def test_versions_of_a_policy_are_counted_and_kept(records):
    raised(UnknownError, "policy_unknown", records.policy, "town")

    first = records.put_policy("town", Policy(worths={"like": 5}, version=77), now=NOW)
    second = records.put_policy("town", Policy(name="growth"), now=NOW + 1)

    assert [(one.kind, one.target, one.row) for one in (first, second)] == [
        (FactKind.POLICY, 1, None),
        (FactKind.POLICY, 2, None),
    ]
    assert records.policy("town").policy == Policy(name="growth", version=2)
    assert records.policy("town", 1).policy == Policy(worths={"like": 5}, version=1)
    assert [one.created for one in records.policies("town")] == [NOW + 1, NOW]
    raised(UnknownError, "policy_unknown", records.policy, "other")


def test_a_policy_made_from_another_version_than_the_one_in_force_is_refused(records, dump):
    records.put_policy("town", Policy(), now=NOW)
    records.put_policy("town", Policy(name="growth"), now=NOW, based_on=1)
    before = dump()

    late = Policy(name="late")
    raised(ConflictError, "policy_changed", records.put_policy, "town", late, now=NOW, based_on=1)

    assert dump() == before


def test_an_answer_is_given_again_to_the_same_body_for_seven_days(records):
    claim = claim_of(b"k" * 32, "POST /v1/orders", "abc")
    answer = Answer(b"d" * 32, 201, b'{"id":"ord_1"}')

    assert records.recall("town", claim, now=NOW) is None
    records.remember("town", claim, answer, now=NOW)
    records.remember("town", claim, answer, now=NOW)

    assert records.recall("town", claim, now=NOW) == answer
    assert records.recall("other", claim, now=NOW) is None
    raised(
        ConflictError,
        "idempotency_conflict",
        records.remember,
        "town",
        claim,
        replace(answer, body_digest=b"e" * 32),
        now=NOW,
    )
    assert records.recall("town", claim, now=NOW + 7 * DAY - 1) == answer
    assert records.recall("town", claim, now=NOW + 7 * DAY) is None
    assert records.purge_answers("town", now=NOW + 7 * DAY - 1) == 0
    assert records.purge_answers("town", now=NOW + 7 * DAY) == 1
    assert records.recall("town", claim, now=NOW) is None

    records.remember("town", claim, answer, now=NOW)
    later = replace(answer, body_digest=b"e" * 32)
    records.remember("town", claim, later, now=NOW + 7 * DAY)
    assert records.recall("town", claim, now=NOW + 7 * DAY) == later


def test_claims_differ_by_key_route_and_token():
    base = (b"k" * 32, "POST /a", "bc")

    assert (
        len({claim_of(*base), claim_of(b"l" * 32, *base[1:]), claim_of(b"k" * 32, "POST /ab", "c")})
        == 3
    )


def test_small_values_are_kept_replaced_and_dropped(records):
    records.set_meta("town", "import", b"1")
    records.set_meta("town", "import", b"2")

    assert records.meta("town", "import") == b"2"
    assert records.meta("other", "import") is None
    records.set_meta("town", "import", None)
    assert records.meta("town", "import") is None


def test_changes_wait_in_the_outbox_until_they_are_done(records):
    records.put_item("town", "song", SONG, now=NOW)
    records.put_domain("town", "music", DomainIn(kind="channel"), now=NOW)
    records.put_policy("town", Policy(), now=NOW)

    pending = records.pending_changes("town")

    assert [(one.id, one.kind, one.app_id) for one in pending] == [
        (1, FactKind.PERSON, "ann"),
        (2, FactKind.ITEM, "song"),
        (3, FactKind.DOMAIN, "music"),
        (4, FactKind.POLICY, ""),
    ]
    assert pending[1].row == next(records.item_rows("town"))[1]
    assert records.pending_changes("other") == []
    assert [one.id for one in records.pending_changes("town", limit=2)] == [1, 2]
    records.done("other", [1, 2])
    records.done("town", [1, 3, 99])
    assert [one.id for one in records.pending_changes("town")] == [2, 4]


def test_a_change_is_never_given_the_number_of_another(records, place):
    first = records.put_person("town", "ann", ANN, now=NOW)
    records.done("town", [first.id])
    again = place.open()

    assert again.put_person("town", "ann", ANN, now=NOW).id == first.id + 1
    again.close()


def test_a_pending_change_carries_the_row_as_it_is_now(records):
    first = records.put_person("town", "ann", ANN, now=NOW)
    latest = records.put_person("town", "ann", PersonIn(language="en"), now=NOW)
    domain = records.put_domain("town", "square", SQUARE, now=NOW)
    records.delete_domain("town", "square")

    pending = {one.id: one for one in records.pending_changes("town")}

    assert repr(pending[first.id].row) == repr(latest.row)
    assert (pending[domain.id].row, pending[domain.id].app_id) == (None, "square")


def test_a_start_reads_the_rows_that_the_writes_gave(records):
    given = {
        change.app_id: change.row
        for change in records.put_items(
            "town",
            [(f"i{n}", changed(SONG, author_id=f"a{n % 3}")) for n in range(7)],
            now=NOW,
        ).changes
    }

    people = {name: row for name, row, _ in records.person_rows("town")}
    items = list(records.item_rows("town"))

    assert {name: repr(row) for name, row in people.items()} == {
        name: repr(row) for name, row in given.items() if name.startswith("a")
    }
    assert items == [(f"i{n}", given[f"i{n}"]) for n in range(7)]
    assert [row.row for _, row in items] == [*range(7)]
    assert all(
        key == records.data_key("town", row.ordinal) for _, row, key in records.person_rows("town")
    )
