"""A page is full while there is anything to show, its rules relaxed no further than that takes."""

from base64 import b64decode
from dataclasses import replace
from functools import cache
from itertools import pairwise, permutations
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.traffic import codec, pool, slots, slots_kernel
from lodestone.traffic.choose import Contest, Draw, choose, rules_of
from lodestone.traffic.codec import decode, encode, pack
from lodestone.traffic.decision import DropReason
from lodestone.traffic.kernels import COMPILED, PLAIN
from lodestone.traffic.net import pool_net
from lodestone.traffic.policy import Policy, worth_vector
from lodestone.traffic.replay import replay
from tests.worlds.decisions import POLICY, some_decision, some_prices

NODES = 20_000
NOTHING = (-1, -1)


def page(module, problem, attention, *, nodes=NODES):
    net, author, topic = problem["pool"]
    out, told = np.full(attention.size, -1, np.int64), np.zeros(5, np.int64)
    module.fill(
        net, author, topic, attention, problem["author_max"], problem["gap"], problem["repeat"],
        *problem["forced"], nodes, True, out, told,
    )  # fmt: skip
    return out.tolist(), told.tolist()


@st.composite
def problems(draw, most=6, slots_most=5, *, forced=True):
    size = draw(st.integers(1, most))
    net = sorted(draw(st.lists(st.integers(-40, 60), min_size=size, max_size=size)), reverse=True)
    author = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size))
    topic = draw(st.lists(st.integers(-1, 1), min_size=size, max_size=size))
    count = min(size, draw(st.integers(1, slots_most)))
    put = NOTHING
    if forced and draw(st.booleans()):
        put = (draw(st.integers(0, count - 1)), draw(st.integers(0, size - 1)))
    return {
        "pool": (np.array(net, np.int64), np.array(author, np.int32), np.array(topic, np.int16)),
        "attention": slots.attention_of(count, 0.3), "forced": put,
        "author_max": draw(st.integers(1, 3)), "gap": draw(st.integers(0, 3)),
        "repeat": draw(st.integers(0, 30)),
    }  # fmt: skip


def by_brute_force(problem):
    """Return (objective, cap, spacing) of the best full page under the least relaxed rules there are."""
    net, author, topic = (column.tolist() for column in problem["pool"])
    attention, (slot, entry) = problem["attention"].tolist(), problem["forced"]
    slates = [
        slate
        for slate in permutations(range(len(net)), len(attention))
        if slot < 0 or slate[slot] == entry
    ]

    @cache
    def needs(slate):
        names = [author[k] for k in slate]
        places = [[r for r, name in enumerate(names) if name == one] for one in set(names)]
        return max(map(len, places)), min(
            (b - a - 1 for at in places for a, b in pairwise(at)), default=99
        )

    def worth(slate):
        total = 0
        for s, k in enumerate(slate):
            again = sum(topic[j] == topic[k] for j in slate[:s]) if topic[k] >= 0 else 0
            total += attention[s] * (net[k] - again * problem["repeat"])
        return total

    cap = max(problem["author_max"], min(needs(slate)[0] for slate in slates))
    under = [slate for slate in slates if needs(slate)[0] <= cap]
    gap = min(problem["gap"], max(needs(slate)[1] for slate in under))
    return max(worth(slate) for slate in under if needs(slate)[1] >= gap), cap, gap


@given(problems())
@settings(max_examples=150, deadline=None)
def test_a_page_is_the_best_full_one_under_the_least_relaxed_rules(problem):
    slate, (total, _, whole, cap, gap) = page(slots_kernel, problem, problem["attention"])

    assert len(set(slate) - {-1}) == problem["attention"].size
    assert whole == 1
    assert (total, cap, gap) == by_brute_force(problem)


@given(problems(most=14, slots_most=12), st.sampled_from([1, 8, 60, 600]))
@settings(max_examples=150, deadline=None)
def test_a_page_is_full_whatever_the_budget_and_both_twins_agree(problem, nodes):
    compiled = page(slots_kernel, problem, problem["attention"], nodes=nodes)

    assert -1 not in compiled[0]
    assert compiled == page(slots, problem, problem["attention"], nodes=nodes)


@given(problems(most=14, slots_most=12, forced=False))
@settings(max_examples=150, deadline=None)
def test_without_a_draw_one_try_finds_the_widest_spacing_a_long_search_does(problem):
    short, long = (
        page(slots_kernel, problem, problem["attention"], nodes=nodes)[1][3:]
        for nodes in (1, 50_000)
    )

    assert short == long


@pytest.mark.parametrize("kernels", [COMPILED, PLAIN], ids=["compiled", "plain"])
@pytest.mark.parametrize(
    ("authors", "filled", "cap", "gap"),
    [
        ([0] * 12, 10, 10, 0),  # one author
        ([0] * 5 + [1] * 5, 10, 5, 1),  # two take turns
        ([0, 0, 0, 1], 10, 3, 0),  # a dry pool
        ([*range(10), *range(10)], 10, 2, 2),  # nothing gives way
        ([0] * 9 + [1, 2, 3, 4], 10, 6, 0),
    ],
)
def test_spacing_and_cap_give_way_as_far_as_a_full_page_needs(kernels, authors, filled, cap, gap):
    n = len(authors)
    net = np.arange(100, 100 - n, -1)
    contest = Contest(net, np.array(authors, np.int32), np.full(n, -1, np.int16), -1, True, n)

    choice = choose(kernels, contest, rules_of(Policy(), 10, 1.0), Draw(-1, -1, 1.0))

    assert choice.pool_index.size == min(n, filled)
    assert (choice.author_max, choice.author_gap) == (cap, gap)
    attention = slots.attention_of(choice.pool_index.size, Policy().attention_decay)
    assert choice.objective == int((attention * net[choice.pool_index]).sum())
    assert choice.objective <= choice.bound


def test_no_cost_of_an_empty_slot_leaves_the_optimiser_and_old_ones_are_taken_out():
    for empty in range(50):
        for shown in (-(2**50), -1, 0, 1, 2**50):
            assert slots.true_sum(shown + empty * slots.EMPTY) == shown


FIRST = msgspec.json.decode(
    Path(__file__).with_name("receipts_of_the_first_rules.json").read_bytes()
)
"""Receipts as the engine wrote them while it left slots empty: format 1, nothing said of rules."""


@pytest.mark.parametrize("kernels", [COMPILED, PLAIN], ids=["compiled", "plain"])
@pytest.mark.parametrize("stored", FIRST)
def test_a_receipt_of_the_first_rules_replays_as_before(stored, kernels):
    policy = msgspec.structs.replace(POLICY, author_max=1, author_gap=1)

    back = decode(b64decode(stored["packed"]), stored["person"])

    assert (back.slate_rules, back.choice.author_max, back.last) == (1, -1, False)
    assert back.choice.objective == stored["objective"] < slots.EMPTY
    assert back.choice.pool_index.tolist() == stored["shown"]
    assert replay(kernels, back, policy, some_prices()).differences == ()
    attention = slots.attention_of(len(stored["shown"]), policy.attention_decay)
    net = pool_net(kernels, back.pool, np.array(worth_vector(policy)), some_prices())
    without_repeats = int((attention * net[back.choice.pool_index]).sum())
    assert slots.true_sum(back.choice.objective) <= without_repeats


def test_a_receipt_names_its_rules_and_replays_by_them():
    decision = some_decision(3, candidates=8)
    back = decode(pack(encode(decision)), decision.person)

    assert codec.VERSION == 2
    assert back.slate_rules == 2
    assert back.choice.pool_index.size == np.count_nonzero(back.reason != DropReason.SEEN)
    assert replay(COMPILED, back, POLICY, some_prices()).identical
    for claimed in ({"author_gap": 1}, {"author_max": 9}):
        lie = replace(back, choice=replace(back.choice, **claimed))
        assert not replay(COMPILED, lie, POLICY, some_prices()).identical
    assert not replay(COMPILED, replace(back, pinned=1), POLICY, some_prices()).identical


def reasons(author, topic, shown, *, explored=-1, author_max=2, gap=0):
    n = len(author)
    out = np.zeros(n, np.uint8)
    pool.reasons(
        np.arange(n, 0, -1), np.arange(n), np.array(author, np.int32), np.array(topic, np.int16),
        np.array(shown), explored, author_max, gap, out,
    )  # fmt: skip
    return [DropReason(int(reason)).name for reason in out]


def test_a_reason_says_what_kept_a_post_away():
    no_topic = [-1] * 6

    assert reasons([0, 0, 0, 1, 2, 3], no_topic, [0, 1, 3, 4])[2] == "AUTHOR_FULL"
    assert reasons([0, 0, 1, 2, 3, 4], no_topic, [0, 2, 3], gap=2)[1] == "TOO_CLOSE"
    # It would stand three slots away: not the spacing kept it from there.
    assert reasons([0, 0, 1, 2, 3, 4], no_topic, [0, 2, 3, 4], gap=2)[1] != "TOO_CLOSE"
    assert reasons([0, 1, 2, 3, 4, 5], [7, 7, 1, 2, 3, 4], [0, 2, 3])[1] == "TOPIC_SHOWN"
    # Chance showed the last: whoever ranks above it lost to the others, by score.
    assert reasons([0, 0, 1, 2, 3, 4], no_topic, [0, 5], explored=1)[1:5] == ["RUNNER_UP"] * 4
    assert reasons([0] * 6, no_topic, [0, 1, 2], author_max=3) == ["SHOWN"] * 3 + ["RUNNER_UP"] * 3
