"""The door for events: each is judged by itself, once, and what is refused changes nothing."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.calendar import DayOf
from lodestone.events.beacon import LENGTH, Beacon, mint, open_beacon
from lodestone.events.columns import decode_columns
from lodestone.events.dedupe import Dedupe, once_a_slot, slot_keys, slots_once
from lodestone.events.facts import FLAG_DECISION, FLAG_HISTORY, empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.events.wire import Refusal, decode_events
from lodestone.features.directory import Directory
from lodestone.services.ingest.shapes import BatchContext
from lodestone.services.ingest.validate import Ingest

SECRET = b"s" * 32
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
NOW_MICROS = int(NOW.timestamp()) * 1_000_000
ANN, BOB = 2**62 + 77, 88


def a_door():
    directory = Directory()
    directory.add_person(ANN, "ann", b"k" * 32)
    directory.add_person(BOB, "bob", b"l" * 32)
    for row in range(3):
        directory.add_item(row, f"i{row}")
    directory.add_terms({}, {}, {}, {"tab1": 8})
    known = {("rcp_known", 2): a_beacon(slot=2)}
    return Ingest(
        directory,
        SECRET,
        "Asia/Shanghai",
        slot_of=lambda receipt, slot: known.get((receipt, slot)),
        seal=lambda row, text: b"%d:" % row + text,
    )


def a_beacon(**changes):
    served = NOW_MICROS // 1_000_000 - 60
    return Beacon(9, 5, 1, served, ANN & 0xFFFFFFFF, -1, 4, 2, 0, 3, 0)._replace(**changes)


BEACONS = (
    {}, {"flags": 4, "promises": 2**63 + 1, "domain": 7}, {"item": 2}, {"person": 1},
    {"served": NOW_MICROS // 10**6 - 3601}, {"receipt": 10, "surface": 3, "slot": 9},
)  # fmt: skip


def event(**fields):
    base = {
        "id": "e1",
        "type": "click",
        "time": NOW.isoformat(),
        "person_id": "ann",
        "item_id": "i1",
    }
    return {name: value for name, value in {**base, **fields}.items() if value is not None}


def judge(door, *events, trusted=False, history=False):
    body = msgspec.json.encode({"events": list(events)})
    return door.judge(
        decode_columns(body, ndjson=False), 0, BatchContext(NOW_MICROS, trusted, history)
    )


def test_an_event_becomes_a_fact_of_its_day_in_the_communitys_zone():
    judged = judge(a_door(), event(time="2026-03-04T01:30:00+08:00", surface="tab1"))

    (fact,) = judged.facts
    assert (fact["kind"], fact["item"], fact["person"]) == (FactKind.CLICK, 1, ANN)
    assert (fact["day"], fact["surface"], fact["receipt"]) == (20_516, 8, -1)
    assert judged.person_row.tolist() == [0]


def test_a_beacon_makes_it_a_fact_about_its_slot():
    (fact,) = judge(a_door(), event(beacon=mint(SECRET, a_beacon()))).facts

    told = {
        name: int(fact[name]) for name in ("receipt", "promises", "slot", "source", "domain_kind")
    }
    assert told == {"receipt": 9, "promises": 5, "slot": 3, "source": 2, "domain_kind": 4}
    assert fact["flags"] == FLAG_DECISION


REFUSALS = {
    "malformed time": ({"time": "yesterday"}, "malformed"),
    "a field too long": ({"query": "x" * 300}, "malformed"),
    "a slot of zero": ({"slot": 0}, "malformed"),
    "type": ({"type": "wave"}, "type_unknown"),
    "an engine's own type": ({"type": "person"}, "type_unknown"),
    "late": ({"time": (NOW - timedelta(days=7, seconds=1)).isoformat()}, "too_late"),
    "early": ({"time": (NOW + timedelta(minutes=5, seconds=1)).isoformat()}, "too_early"),
    "person": ({"person_id": "eve"}, "person_unknown"),
    "item": ({"item_id": "i9"}, "item_unknown"),
    "no item": ({"item_id": None}, "field_missing"),
    "author": ({"type": "follow", "author_id": "eve"}, "author_unknown"),
    "no author": ({"type": "follow"}, "field_missing"),
    "no watch": ({"type": "watch"}, "field_missing"),
    "no position": ({"type": "visit"}, "field_missing"),
    "no query": ({"type": "search"}, "field_missing"),
    "nobody follows": ({"type": "follow", "author_id": "bob", "person_id": None}, "field_missing"),
    "foreign beacon": ({"beacon": mint(b"other", a_beacon())}, "beacon_invalid"),
    "torn beacon": ({"beacon": mint(SECRET, a_beacon())[:-2]}, "beacon_invalid"),
    "another's beacon": ({"beacon": mint(SECRET, a_beacon(person=1))}, "beacon_invalid"),
    "another item": ({"beacon": mint(SECRET, a_beacon(item=2))}, "beacon_invalid"),
    "old beacon": (
        {"type": "impression", "beacon": mint(SECRET, a_beacon(served=NOW_MICROS // 10**6 - 3601))},
        "beacon_expired",
    ),
    "beacon from later": (
        {"beacon": mint(SECRET, a_beacon(served=NOW_MICROS // 10**6 + 60))},
        "beacon_expired",
    ),
    "receipt from a page": ({"receipt_id": "rcp_known", "slot": 2}, "receipt_untrusted"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_each_bad_event_is_refused_by_its_own_code_and_the_rest_is_kept(case):
    fields, code = REFUSALS[case]
    door = a_door()

    judged = judge(door, event(id="a"), event(id="b", **fields), event(id="c"))

    assert [(refusal.index, refusal.code) for refusal in judged.refused] == [(1, code)]
    assert judged.refused[0].message.startswith("events[1]")
    assert judged.facts.size == 2
    assert (door.events.size, judged.duplicates) == (2, 0)


def test_a_server_may_name_a_receipt_it_did_get_and_no_other():
    door = a_door()
    good = event(id="a", receipt_id="rcp_known", slot=2)

    judged = judge(door, good, event(id="b", receipt_id="rcp_known", slot=3), trusted=True)

    assert judged.facts["receipt"].tolist() == [9]
    assert [refusal.code for refusal in judged.refused] == ["receipt_unknown"]


def test_an_import_may_be_older_than_seven_days_and_teaches_rates_only():
    old = event(time="2022-05-01T00:00:00+08:00")

    (fact,) = judge(a_door(), old, history=True).facts

    assert fact["flags"] == FLAG_HISTORY


def test_the_same_event_twice_counts_once_and_so_does_an_outcome_of_one_slot():
    door, token = a_door(), mint(SECRET, a_beacon())

    first = judge(door, event(id="a", beacon=token), event(id="a", beacon=token))
    second = judge(door, event(id="b", beacon=token), event(id="c", type="like", beacon=token))

    assert (first.facts.size, first.duplicates) == (1, 1)
    assert (second.facts["kind"].tolist(), second.duplicates) == ([FactKind.LIKE], 1)


def test_a_growing_watch_passes_every_time():
    token = mint(SECRET, a_beacon())

    judged = judge(
        a_door(),
        *(event(id=f"w{n}", type="watch", watch_seconds=n, beacon=token) for n in range(3)),
    )

    assert judged.facts["value"].tolist() == [0, 1000, 2000]


def test_words_and_positions_are_sealed_and_stand_in_no_row():
    judged = judge(
        a_door(),
        event(id="a"),
        event(id="b", type="search", query="noodles", item_id=None),
        event(id="c", type="visit", position={"latitude": 26.4, "longitude": 108.1}, item_id=None),
    )

    assert [index for index, _ in judged.sealed] == [1, 2]
    assert b"noodles" in judged.sealed[0][1]
    assert b"noodles" not in judged.facts.tobytes()


def test_what_could_not_be_stored_may_come_again():
    door = a_door()
    judged = judge(door, event(id="a", beacon=mint(SECRET, a_beacon())))

    door.release(judged)

    assert judge(door, event(id="a", beacon=mint(SECRET, a_beacon()))).facts.size == 1


@given(
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["click", "like", "wave", "follow"]))),
    st.randoms(use_true_random=False),
)
@settings(max_examples=50, deadline=None)
def test_verdicts_add_up_and_no_order_or_split_changes_what_is_taken(drawn, chance):
    events = [event(id=f"e{number}{kind}", type=kind) for number, kind in drawn]
    shuffled = list(events)
    chance.shuffle(shuffled)
    cut = chance.randint(0, len(events))
    whole, parts = a_door(), a_door()

    one = judge(whole, *events)
    two = [judge(parts, *part) for part in (shuffled[:cut], shuffled[cut:])]

    assert one.facts.size + one.duplicates + len(one.refused) == len(events)
    assert Counter(one.facts["key"].tolist()) == Counter(
        key for judged in two for key in judged.facts["key"].tolist()
    )
    assert judge(whole, *events).duplicates == one.facts.size + one.duplicates


def test_a_batch_that_is_no_batch_is_an_error_and_ndjson_is_read_line_by_line():
    with pytest.raises(msgspec.MsgspecError):
        decode_events(b'{"events": 5}', ndjson=False)
    lines = msgspec.json.encode(event()) + b"\n{torn\n\n" + msgspec.json.encode(event(id="z"))

    read = decode_events(lines, ndjson=True)

    assert [isinstance(one, Refusal) for one in read] == [False, True, False]
    assert read[1].index == 1


KEYS = st.integers(0, 40) | st.integers(2**64 - 40, 2**64 - 1)
"""Few enough that they come again, after they were given back or have expired."""


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("claim"), st.lists(st.tuples(KEYS, st.integers(0, 20)), min_size=1, max_size=30)),
            st.tuples(st.just("release"), st.lists(KEYS, max_size=5)),
            st.tuples(st.just("advance"), st.integers(0, 25)),
        ),
        max_size=40,
    ),
    st.sampled_from([0, 1 << 16]),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_the_set_of_keys_is_what_a_dict_would_be(steps, at_once):
    dedupe, plain, since = Dedupe(places=16, at_once=at_once, least=1), {}, 0
    for step, told in steps:
        if step == "advance":
            since = max(since, told)
            dedupe.advance(told)
            plain = {key: day for key, day in plain.items() if day >= since}
        elif step == "release":
            dedupe.release(np.array(told, np.uint64))
            for key in told:
                plain.pop(max(key, 1), None)
        else:
            keys, days = np.array([k for k, _ in told], np.uint64), np.array([d for _, d in told])
            for (key, day), fresh in zip(told, dedupe.claim(keys, days).tolist(), strict=True):
                assert fresh == (max(key, 1) not in plain)
                plain[max(key, 1)] = max(plain.get(max(key, 1), since), day)
        assert dict(zip(*(column.tolist() for column in dedupe.held()), strict=True)) == plain
    assert dedupe.size == len(plain)


def test_a_table_that_grows_is_moved_over_in_pieces_and_knows_its_keys_meanwhile():
    dedupe, first = (
        Dedupe(places=1 << 10, at_once=1 << 9, least=8),
        np.arange(1, 615, dtype=np.uint64),
    )
    dedupe.claim(first, np.full(first.size, 20))

    moving = 0
    for key in range(1_000, 1_300):
        assert dedupe.claim(np.array([key], np.uint64), np.array([20])).all()
        assert not dedupe.claim(first[key % 614 :][:1], np.array([20])).any()
        moving += dedupe._old_keys.size > 0
    assert 10 < moving < 100
    assert dedupe.bytes == (1 << 11) * 12
    assert dedupe.size == 614 + 300
    dedupe.advance(21)
    assert dedupe.size == 0
    assert dedupe.claim(first, np.full(first.size, 30)).all()


def test_a_table_whose_keys_expire_as_new_ones_come_stays_as_large_as_it_is():
    dedupe, chance = Dedupe(places=1 << 12, at_once=0), np.random.default_rng(2)
    for day in range(60):
        dedupe.advance(day)
        for _ in range(10):
            assert dedupe.claim(
                chance.integers(1, 2**63, 20).astype(np.uint64), np.full(20, day + 4)
            ).all()
    assert dedupe.size == 5 * 200
    assert dedupe._keys.size == 1 << 12


def test_a_beacon_opens_to_what_was_minted_and_one_changed_letter_closes_it():
    beacon = a_beacon(promises=2**64 - 1, domain=-1)
    token = mint(SECRET, beacon)

    assert len(token) == LENGTH
    assert open_beacon(SECRET, token) == beacon
    for at in range(0, LENGTH - 1, 5):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert open_beacon(SECRET, changed) is None


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2026-03-29T00:30:00+01:00", "2026-03-29"),
        ("2026-03-29T23:59:59+02:00", "2026-03-29"),
        ("2026-03-30T00:00:00+02:00", "2026-03-30"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25"),
    ],
)
def test_a_day_is_exact_around_a_change_of_clocks(time, day):
    micros = int(datetime.fromisoformat(time).timestamp()) * 1_000_000

    assert np.datetime64(DayOf("Europe/Paris").of(micros), "D") == np.datetime64(day)


@given(st.lists(st.tuples(*[st.integers(-1, 3)] * 2, st.integers(0, 63), st.sampled_from([0, 1, 3, 6, 16, 17, 18, 38]), st.booleans())))  # fmt: skip
def test_what_counts_once_a_slot_is_the_same_compiled(drawn):
    facts, fresh = empty_facts(len(drawn)), np.array([row[-1] for row in drawn], bool)
    for fact, row in zip(facts, drawn, strict=True):
        fact["receipt"], fact["person"], fact["slot"], fact["kind"] = row[:4]

    places, keys = slots_once(facts, fresh)

    assert places.tolist() == np.flatnonzero(fresh & once_a_slot(facts)).tolist()
    plain = facts[places]
    assert keys.tolist() == slot_keys(plain["receipt"], plain["slot"], plain["kind"]).tolist()
