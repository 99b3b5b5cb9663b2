"""The slate is the best there is, and the search says truly whether it looked everywhere."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.traffic import slots, slots_kernel

NODES = 1_000_000


def run(module, pool, attention, *, author_max=2, gap=1, repeat=0, forced=(-1, -1), nodes=NODES):
    net, author, topic = pool
    out, told = np.full(attention.size, -1, np.int64), np.zeros(5, np.int64)
    module.fill(
        net, author, topic, attention, author_max, gap, repeat, *forced, nodes, False, out, told
    )
    assert told[3:].tolist() == [author_max, gap]
    return out.tolist(), told[:3].tolist()


@st.composite
def problems(draw, most=6, slots_most=4):
    size = draw(st.integers(0, most))
    net = sorted(draw(st.lists(st.integers(-40, 60), min_size=size, max_size=size)), reverse=True)
    author = draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    topic = draw(st.lists(st.integers(-1, 1), min_size=size, max_size=size))
    count = draw(st.integers(1, slots_most))
    forced = (-1, -1)
    if size and draw(st.booleans()):
        forced = (draw(st.integers(0, count - 1)), draw(st.integers(0, size - 1)))
    rules = {
        "author_max": draw(st.integers(1, 3)), "gap": draw(st.integers(0, 2)),
        "repeat": draw(st.integers(0, 30)), "forced": forced,
    }  # fmt: skip
    arrays = (np.array(net, np.int64), np.array(author, np.int32), np.array(topic, np.int16))
    return arrays, slots.attention_of(count, 0.3), rules


def objective(pool, attention, rules, slate):
    """The definition, slot by slot; None when a rule is broken."""
    net, author, topic = (column.tolist() for column in pool)
    total = 0
    for s, k in enumerate(slate):
        if k < 0:
            if any(j >= 0 and r != rules["forced"][0] for r, j in enumerate(slate) if r > s):
                return None
            total += slots.EMPTY
            continue
        before = [j for j in slate[:s] if j >= 0]
        same = [r for r, j in enumerate(slate) if j >= 0 and r != s and author[j] == author[k]]
        # What chance put in its slot stands; the cap and the gap bind all that is chosen around it.
        if len(same) + 1 > rules["author_max"] or any(abs(r - s) <= rules["gap"] for r in same):
            return None
        again = sum(topic[j] == topic[k] for j in before) if topic[k] >= 0 else 0
        total += int(attention[s]) * (net[k] - again * rules["repeat"])
    return total


def brute_force(pool, attention, rules):
    entries = [*range(pool[0].size), *[-1] * attention.size]
    slot, forced = rules["forced"]
    slates = {s for s in permutations(entries, attention.size) if slot < 0 or s[slot] == forced}
    totals = [objective(pool, attention, rules, slate) for slate in slates]
    return max(total for total in totals if total is not None)


@given(problems(most=5, slots_most=3))
@settings(max_examples=120, deadline=None)
def test_the_slate_is_worth_what_the_best_of_all_slates_is(problem):
    pool, attention, rules = problem

    slate, (total, _, whole) = run(slots_kernel, pool, attention, **rules)

    assert whole == 1
    assert total == brute_force(pool, attention, rules)
    assert objective(pool, attention, rules, slate) == total


@given(problems(), st.sampled_from([1, 3, 8, 30, NODES]))
@settings(max_examples=150, deadline=None)
def test_the_compiled_search_equals_the_plain_one_whatever_its_budget(problem, nodes):
    pool, attention, rules = problem

    assert run(slots_kernel, pool, attention, nodes=nodes, **rules) == run(
        slots, pool, attention, nodes=nodes, **rules
    )


@given(problems())
@settings(max_examples=100, deadline=None)
def test_no_slate_passes_the_bound(problem):
    pool, attention, rules = problem
    net, author, _ = pool
    bounds = {
        module.bound_above(net, author, attention, rules["author_max"], *rules["forced"])
        for module in (slots, slots_kernel)
    }

    _, (total, _, _) = run(slots_kernel, pool, attention, **rules)

    assert len(bounds) == 1
    assert total <= bounds.pop()


@pytest.mark.parametrize("module", [slots, slots_kernel], ids=["plain", "compiled"])
def test_a_repeated_topic_gives_way_when_the_repeat_costs_more(module):
    pool = (np.array([100, 99, 90]), np.array([1, 2, 3], np.int32), np.array([5, 5, 6], np.int16))
    attention = np.array([1000, 900], np.int64)

    assert run(module, pool, attention, repeat=5)[0] == [0, 1]
    assert run(module, pool, attention, repeat=10)[0] == [0, 2]


@pytest.mark.parametrize("module", [slots, slots_kernel], ids=["plain", "compiled"])
def test_a_dry_pool_leaves_slots_empty_and_a_bad_post_is_better_than_none(module):
    pool = (np.array([10, -70]), np.array([1, 2], np.int32), np.array([-1, -1], np.int16))

    slate, _ = run(module, pool, slots.attention_of(4, 0.1))

    assert slate == [0, 1, -1, -1]


@given(st.integers(0, 2**64 - 1), st.integers(0, 1000))
def test_both_streams_of_chance_are_one(seed, index):
    assert int(slots_kernel.splitmix(np.uint64(seed), index)) == slots.splitmix(seed, index)


@given(problems(), st.booleans(), st.booleans(), st.integers(0, 400))
@settings(max_examples=300)
def test_both_twins_choose_the_same_slate_and_count_the_same_draws_that_lead_to_it(
    problem, relaxing, natural, more
):
    pool, attention, rules = problem
    slot, index = rules["forced"]
    if relaxing:
        attention = attention[: pool[0].size]
        slot, index = (slot, index) if 0 <= slot < attention.size else (-1, -1)
    drawn = slot, index, natural or slot < 0, pool[0].size + more
    limits = (
        attention,
        rules["author_max"],
        rules["gap"],
        rules["repeat"],
        slots.NODES_MAX,
        relaxing,
    )
    outcomes = []
    for module in (slots, slots_kernel):
        slate, summary = np.empty(attention.size, np.int64), np.empty(7, np.int64)
        filled = module.choose(pool, limits, drawn, slate, summary)
        outcomes.append((filled, slate.tolist(), summary.tolist()))

    assert outcomes[0] == outcomes[1]
