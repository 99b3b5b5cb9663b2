"""The state says the same however its facts arrived, and the compiled twin what the plain one says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.facts import (
    FLAG_DECISION,
    FLAG_HISTORY,
    FLAG_PAID,
    FLAG_WHOLE,
    empty_facts,
    refund_value,
)
from lodestone.events.outcomes import COUNT_ATTENTION, COUNT_IMPRESSIONS, FactKind
from lodestone.features import apply, deeds
from lodestone.features.directory import Directory
from lodestone.features.layout import ItemRow, PersonRow
from lodestone.features.snapshot import columns, digest, restore
from lodestone.features.state import State
from lodestone.features.table import Table
from lodestone.features.table_kernel import pack

NOW_DAY = 20_000
DAY = 86_400 * 1_000_000
ATTENTION = np.array([1.0, 1.0, 0.5, 0.25])
KINDS = [*range(13), FactKind.IMPRESSION, FactKind.UNLIKE, FactKind.UNFOLLOW, FactKind.BLOCK, FactKind.MUTE, FactKind.UNMUTE, FactKind.HIDE_ADS, FactKind.SHOW_ADS,
         FactKind.JOIN, FactKind.LEAVE, FactKind.SEARCH, FactKind.ORDER, FactKind.REFUND, FactKind.REFUND]  # fmt: skip


def a_person(ordinal):
    nan = float("nan")
    return PersonRow(ordinal, 0, nan, nan, nan, nan, 0, -1, -1, True, False, ())


def an_item(row, owner, *, state=1, created=0):
    nan = float("nan")
    return ItemRow(row, owner, created, 0, state, 0, nan, nan, 5.0, -1, (3,), (), (row % 3,), ())


def a_community(people=5, items=6):
    state = State(ATTENTION)
    for row in range(people):
        state.put_person(row, a_person(row + 100), np.zeros(64))
    for row in range(items):
        state.put_item(an_item(row, 100 + row % 2), row % 2, row % 3)
    state.advance_day(NOW_DAY)
    return state


@st.composite
def fact_lists(draw, most=30):
    count = draw(st.integers(1, most))
    seed = draw(st.integers(0, 2**32 - 1))
    chance = np.random.default_rng(seed)
    facts = empty_facts(count)
    facts["kind"] = chance.choice(KINDS, count)
    facts["day"] = NOW_DAY - chance.integers(0, 12, count)
    facts["time"] = facts["day"].astype(np.int64) * DAY + chance.integers(0, 4, count)
    facts["item"] = chance.integers(-1, 6, count)
    facts["value"] = chance.integers(0, 90_000, count)
    facts["slot"] = chance.integers(0, 6, count)
    facts["surface"], facts["domain"] = chance.integers(0, 3, count), chance.integers(-1, 3, count)
    facts["receipt"] = chance.integers(-1, 3, count)
    facts["flags"] = chance.choice(
        [0, FLAG_DECISION, FLAG_HISTORY, FLAG_DECISION | FLAG_PAID], count
    )
    back = np.flatnonzero(facts["kind"] == FactKind.REFUND)
    facts["flags"][back] = chance.choice([0, FLAG_WHOLE, FLAG_WHOLE | FLAG_DECISION], back.size)
    ages = chance.integers(0, 15, back.size).tolist()
    facts["value"][back] = [refund_value(250_000, age) for age in ages]
    facts["promises"] = chance.integers(0, 2**63, count, dtype=np.uint64)
    facts["target"] = chance.integers(0, 5, count)
    people = chance.integers(-1, 5, count)
    # A slot of a decision holds one item, for one viewer, on one surface.
    of = facts["receipt"] >= 0
    facts["item"][of] = (facts["receipt"][of] * 7 + facts["slot"][of]) % 6
    facts["surface"][of], facts["domain"][of] = facts["receipt"][of] % 3, facts["slot"][of] % 2
    people[of] = facts["receipt"][of] % 5
    return facts, people, facts["target"].copy()


@given(fact_lists(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_totals_are_free_of_arrival_order_and_of_batches(drawn, chance):
    facts, people, targets = drawn
    order = list(range(facts.size))
    chance.shuffle(order)
    cut = chance.randint(0, facts.size)
    straight, shuffled = a_community(), a_community()

    straight.apply(facts, people, targets)
    for part in (order[:cut], order[cut:]):
        shuffled.apply(facts[part], people[part], targets[part])

    assert digest(straight) == digest(shuffled)


@given(fact_lists())
@settings(max_examples=60, deadline=None)
def test_the_compiled_counters_equal_the_plain_ones(drawn):
    facts, people, targets = drawn
    compiled, plain = a_community(), a_community()

    compiled.apply(facts, people, targets)
    plain.advance_day(int(facts["day"].max()))
    plain.reserve_counters(facts)
    plain._reserve_rings(facts, people)
    apply.count(plain, facts, people)
    apply.remember(plain, facts, people)
    apply.note(plain, facts, people)
    list(plain.edges.apply(facts, people, deeds.sellers(plain, facts, targets)))
    plain.rejected = compiled.rejected
    plain.authors["followers"] = compiled.authors["followers"]
    plain.offset = compiled.offset

    assert digest(compiled) == digest(plain)


@given(fact_lists(), fact_lists())
@settings(max_examples=30, deadline=None)
def test_a_restored_state_goes_on_as_if_it_had_never_stopped(before, after):
    live = a_community()
    live.apply(*before)

    back = restore({name: column.copy() for name, column in columns(live).items()}, ATTENTION)
    same = digest(back)
    assert same == digest(live)
    live.apply(*after)
    back.apply(*after)

    assert digest(back) == digest(live)


@given(fact_lists())
@settings(max_examples=30, deadline=None)
def test_rolling_the_day_moves_counts_and_loses_none(drawn):
    state = a_community()
    state.apply(*drawn)
    before = state.item_ring.sum(axis=1) + state.item_old

    state.advance_day(NOW_DAY + 3)

    assert (state.item_ring.sum(axis=1) + state.item_old == before).all()


def facts_of(*rows):
    facts = empty_facts(len(rows))
    facts["day"], facts["flags"] = NOW_DAY, FLAG_DECISION
    for index, row in enumerate(rows):
        for name, value in row.items():
            facts[name][index] = value
    people = np.array([row.get("row", 2) for row in rows])
    return facts, people, facts["target"].copy()


def strip(row):
    return {name: value for name, value in row.items() if name != "row"}


def applied(*rows):
    state = a_community()
    facts, _, targets = facts_of(*(strip(row) for row in rows))
    state.apply(facts, np.array([row.get("row", 2) for row in rows]), targets)
    return state


def test_an_impression_counts_its_slots_attention_in_thousandths():
    state = applied(
        {"kind": FactKind.IMPRESSION, "item": 4, "slot": 2},
        {"kind": FactKind.IMPRESSION, "item": 4, "slot": 9},
    )

    counts = state.item_ring[4, NOW_DAY % 8]
    assert (counts[COUNT_IMPRESSIONS], counts[COUNT_ATTENTION]) == (2, 500 + 250)
    assert state.seen_item[state.people["seen"][2], 0] == 4


def test_a_cumulative_watch_counts_its_largest():
    state = applied(
        {"kind": FactKind.WATCH, "item": 1, "receipt": 7, "slot": 1, "value": 5_000},
        {"kind": FactKind.WATCH, "item": 1, "receipt": 7, "slot": 1, "value": 9_000},
        {"kind": FactKind.WATCH, "item": 1, "receipt": 7, "slot": 1, "value": 2_000},
    )

    assert state.item_ring[1, NOW_DAY % 8, FactKind.WATCH] == 90


def test_the_later_of_like_and_unlike_holds():
    state = applied(
        {"kind": FactKind.UNLIKE, "item": 1, "time": 20},
        {"kind": FactKind.LIKE, "item": 1, "time": 10},
        {"kind": FactKind.LIKE, "item": 2, "time": 10},
        {"kind": FactKind.LIKE, "item": 2, "time": 30},
    )

    assert state.item_ring[1, NOW_DAY % 8, FactKind.LIKE] == 0
    assert state.item_ring[2, NOW_DAY % 8, FactKind.LIKE] == 1


def test_a_follow_at_the_instant_of_an_unfollow_does_not_hold():
    state = applied(
        {"kind": FactKind.UNFOLLOW, "target": 1, "time": 10},
        {"kind": FactKind.FOLLOW, "target": 1, "time": 10},
        {"kind": FactKind.FOLLOW, "target": 0, "time": 10},
    )

    assert state.follows(2).tolist() == [0]
    assert state.authors["followers"][:2].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("flags", "exposed"), [(FLAG_DECISION, 1), (0, 0), (FLAG_DECISION | FLAG_HISTORY, 0), (9, 0)]
)
def test_only_organic_impressions_of_decisions_are_exposure(flags, exposed):
    state = applied({"kind": FactKind.IMPRESSION, "item": 1, "flags": flags, "promises": 2})

    assert state.author_exposure.sum() == state.impressions_day.sum() == exposed
    assert state.promise_delivered[1].sum() == exposed


@pytest.mark.parametrize("kind", [kind for kind in FactKind if kind < FactKind.BLOCK])
def test_what_an_ad_brought_moves_no_counter_of_its_post_but_what_may_be_taken_back(kind):
    state = applied(
        {
            "kind": kind,
            "item": 1,
            "target": 1,
            "flags": FLAG_DECISION | FLAG_PAID,
            "value": 9_000,
            "time": 5,
        }
    )

    kept = kind in (FactKind.LIKE, FactKind.FOLLOW, FactKind.ORDER)
    for counters in (state.item_ring, state.author_total, state.surface_total, state.slot_total):
        assert bool(counters.any()) == kept


def test_erasing_a_person_leaves_nothing_of_theirs_and_keeps_the_totals():
    rows = [
        {"kind": FactKind.IMPRESSION, "item": 1},
        {"kind": FactKind.LIKE, "item": 1, "time": 5},
        {"kind": FactKind.FOLLOW, "target": 0, "time": 5},
        {"kind": FactKind.JOIN, "target": 3, "time": 5},
        {"kind": FactKind.FOLLOW, "row": 4, "item": 1, "target": 2, "time": 5},
    ]
    state = applied(*rows)
    likes = state.item_ring[1, :, FactKind.LIKE].sum()

    state.erase(2)

    assert state.item_ring[1, :, FactKind.LIKE].sum() == likes == 1
    assert state.person_total[2].sum() == 0
    assert (state.positives[2] == -1).all()
    assert (state.seen_item == -1).all()
    assert state.follows(2).size == state.follows(4).size == state.memberships(2).size == 0
    assert (state.authors["followers"][0], state.members(3)) == (0, 0)
    assert state.affinity.size == 4  # what person 4 leans to: author, topic, channel, surface
    assert state.like.size == 0


def test_an_authors_recent_posts_are_the_newest_live_ones():
    state = a_community(items=0)
    for row in range(10):
        state.put_item(an_item(row, 100, created=row), 0, 0)
    state.put_item(an_item(9, 100, created=9, state=2), 0, 0)

    assert state.authors["recent"][0].tolist() == [8, 7, 6, 5, 4, 3, 2, -1]


@given(st.lists(st.tuples(st.integers(0, 2**64 - 2), st.integers(0, 99)), max_size=80))
def test_a_table_holds_what_a_dict_would(entries):
    table, plain = Table(1, np.int64, places=8), {}
    for key, value in entries:
        table.put(key, value)
        plain[max(key, 1)] = (value,)

    assert {key: table.get(key) for key in plain} == plain
    assert table.size == len(plain)
    keys, values = table.columns()
    told = dict(zip(keys.tolist(), map(tuple, values.tolist()), strict=True))
    assert told == {key: value for key, value in plain.items() if value != (0,)}


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(1, 7), st.integers(1, 99)), max_size=60
    ),
    st.integers(0, 3),
    st.integers(0, 60),
)  # fmt: skip
def test_a_table_forgets_all_that_is_of_somebody_but_one_tag_and_takes_it_in_anew(
    entries, gone, again
):
    table, plain = Table(1, np.int64, places=8), {}
    for first, second, tag, value in entries:
        table.put(int(pack(first, second, tag)), value)
        plain[first, second, tag] = (value,)

    table.forget(gone, kept_tag=1)
    for first, second, tag, value in entries[:again]:
        table.put(int(pack(first, second, tag)), value + 1)

    left = {key: value for key, value in plain.items() if key[0] != gone or key[2] == 1}
    left |= {(first, second, tag): (value + 1,) for first, second, tag, value in entries[:again]}
    assert {key: table.get(int(pack(*key))) for key in plain} == {
        key: left.get(key) for key in plain
    }
    keys, values = table.columns()
    columns = dict(zip(keys.tolist(), map(tuple, values.tolist()), strict=True))
    assert columns == {int(pack(*key)): value for key, value in left.items()}
    fresh = Table(1, np.int64, places=8)
    fresh.fill(keys, values)
    table.reserve(10 * table.keys.size)
    assert [column.tolist() for column in fresh.columns()] == [
        column.tolist() for column in table.columns()
    ]
    assert table.size == len(left)


def test_a_table_is_as_large_as_who_is_there_however_many_have_been_forgotten():
    table = Table(1, np.int64)
    for person in range(300):
        table.reserve(200)
        for code in range(200):
            table.put(int(pack(person, code, 6)), 1)
        table.forget(person, kept_tag=1)

    assert table.size == 0
    assert table.keys.size <= 2_048


def test_a_tables_next_one_is_touched_before_it_is_needed_and_counts_as_memory():
    table = Table(2, np.int32, places=1 << 10)
    small = table.nbytes
    for key in range(1, 540):
        table.put(key, key, 0)

    assert table.nbytes == 3 * small
    ready = table._next[0]
    assert table._touched > 0
    for key in range(540, 700):
        table.put(key, key, 0)
    assert table.keys is ready
    assert table._next is None
    assert table.nbytes == 2 * small
    assert [table.get(key)[0] for key in range(1, 700)] == list(range(1, 700))


def test_a_directory_forgets_who_a_row_was_and_keeps_the_row():
    directory = Directory()
    directory.add_person(77, "ann", b"k" * 32)
    directory.add_person(88, "bob", b"l" * 32)

    directory.erase(0)

    assert (directory.person_row("ann"), directory.person_row("bob")) == (-1, 1)
    assert directory.rows_of_ordinals([77, 88, -1]) == [-1, 1, -1]
    assert directory.data_key(0) is None
    assert directory.add_person(99, "ann", b"m" * 32) == 2


def test_an_order_refunded_whole_is_taken_from_the_day_and_the_shop_it_was_counted_for():
    bought, part, whole = np.split(empty_facts(3), 3)
    for fact, kind, day in (
        (bought, FactKind.ORDER, 5),
        (part, FactKind.REFUND, 3),
        (whole, FactKind.REFUND, 0),
    ):
        fact["kind"], fact["item"], fact["day"] = kind, 1, NOW_DAY - day
    part["value"], whole["value"] = refund_value(400_000, 2), refund_value(600_000, 5)
    whole["flags"] = FLAG_WHOLE
    state, person = a_community(), np.array([3])
    none = np.array([-1])

    told = []
    for fact in (bought, part, bought, whole, whole):
        state.apply(fact, person, none)
        ring = state.item_ring[1, :, FactKind.ORDER]
        told.append((int(ring[(NOW_DAY - 5) % 8]), int(ring.sum()), list(state.bought(3))))

    assert told == [(1, 1, [1]), (1, 1, [1]), (2, 2, [1]), (1, 1, [1]), (0, 0, [])]
