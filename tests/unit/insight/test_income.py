"""What is told of incomes: right for the many, and nothing of anybody."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.insight.income import (
    KINDS,
    PAYING,
    Earnings,
    K,
    Stage,
    Wanted,
    hidden,
    income_report,
    kind_of,
    rounded,
    wilson,
)
from lodestone.ledger.chart import Code

WANTED = Wanted("2026-03-01", "2026-03-07", "CNY", 100, 0.5)


def earnings(rows, house=0, **more):
    """Make earnings of (kind, amount, followers, region) rows, one person each."""
    amounts = np.zeros((len(rows), len(KINDS)), np.int64)
    for index, (kind, amount, *_) in enumerate(rows):
        amounts[index, kind] = amount
    followers = np.array([row[2] for row in rows], np.int64)
    known = Earnings(
        amounts=amounts, followers=followers, small=followers < 100, regions=[row[3] for row in rows], house=house,
        impressions={}, orders={}, paid={},
    )  # fmt: skip
    return replace(known, **more)


def report(known, wanted=WANTED, seed=1):
    return income_report(known, wanted, np.random.default_rng(seed))


ROWS = st.lists(
    st.tuples(st.integers(0, len(KINDS) - 1), st.integers(-50, 500), st.sampled_from([-1, 5, 150, 20_000]), st.sampled_from("abcd")),
    max_size=60,
)  # fmt: skip


@given(ROWS)
def test_no_cell_of_a_few_is_told_and_none_follows_from_the_others(rows):
    figures = report(earnings(rows))
    earners = [row for row in rows if row[1] > 0]
    if len(earners) < K:
        assert (figures.people, figures.income, figures.median, figures.gini, figures.living) == (
            None,
        ) * 5
        assert figures.by_kind == figures.by_region == figures.by_audience == figures.chain == []
        return
    assert figures.people == len(earners)
    assert figures.income.micros == sum(row[1] for row in earners)
    for cells in (figures.by_region, figures.by_audience):
        shown = [cell for cell in cells if cell.people is not None]
        dark = [cell for cell in cells if cell.people is None]
        left = len(earners) - sum(cell.people for cell in shown)
        assert all(cell.people >= K for cell in shown)
        assert all(cell.income is None for cell in dark)
        assert len(dark) != 1
        assert (left >= K) if dark else (left == 0)
        assert dark or sum(cell.income.micros for cell in shown) == figures.income.micros


@given(st.lists(st.frozensets(st.integers(0, 30), max_size=12), max_size=6))
def test_hidden_cells_are_at_least_two_and_enough_people_wherever_that_can_be(cells):
    dark = hidden(cells)

    assert all(is_dark or len(cell) >= K or not cell for cell, is_dark in zip(cells, dark, strict=True))  # fmt: skip
    people = frozenset().union(*(cell for cell, is_dark in zip(cells, dark, strict=True) if is_dark))  # fmt: skip
    if any(dark) and not all(is_dark or not cell for cell, is_dark in zip(cells, dark, strict=True)):  # fmt: skip
        assert sum(dark) >= 2
        assert len(people) >= K


@given(st.lists(st.frozensets(st.integers(0, 30), max_size=12), max_size=5))
def test_no_more_is_hidden_where_nothing_must_be(cells):
    if all(len(cell) >= K or not cell for cell in cells):
        assert not any(hidden(cells))


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_people_changes_nothing_but_what_is_drawn(rows, chance):
    mixed = rows.copy()
    chance.shuffle(mixed)
    first, second = report(earnings(rows)), report(earnings(mixed))
    for name in ("people", "income", "median", "gini", "by_kind", "by_region", "by_audience"):
        assert getattr(first, name) == getattr(second, name)


def test_equal_incomes_are_even_and_one_who_has_all_is_not():
    even = report(earnings([(0, 100, 5, "a")] * 20))
    odd = report(earnings([(0, 1, 5, "a")] * 19 + [(0, 10**9, 5, "a")]))

    assert (even.gini, even.gini_interval.low, even.gini_interval.high) == (0, 0, 0)
    assert (even.median.micros, even.median_interval.low) == (100, 100)
    assert odd.gini > 0.94
    assert odd.gini_interval.low < odd.gini_interval.high


def test_gini_and_shares_are_those_of_published_examples():
    """Ten incomes of the R package ineq, whose documentation prints 0.4620911; shares of Newcombe (1998), table I, method 3."""
    incomes = (541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261)
    intervals = {(81, 263): (0.2553, 0.3662), (15, 148): (0.0624, 0.1605), (0, 20): (0, 0.1611), (1, 29): (0.0061, 0.1718)}  # fmt: skip

    assert report(earnings([(0, income, 5, "a") for income in incomes])).gini == pytest.approx(0.4620911, abs=5e-8)  # fmt: skip
    for counts, (low, high) in intervals.items():
        interval = wilson(*counts)
        assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_what_people_earned_stands_beside_the_communitys_own_and_a_target():
    known = earnings([(0, 100, 5, "a")] * 10, house=3_000)

    figures = report(known)
    assert (figures.partners_share, figures.reached) == (0.25, False)
    assert report(known, replace(WANTED, target=0.25)).reached
    assert report(known, replace(WANTED, target=None)).reached is None


def test_how_many_live_on_it_is_told_in_steps_so_that_no_amount_can_be_closed_in_on():
    known = earnings([(0, 10 * index, 5, "a") for index in range(1, 24)])
    livings = [report(known, replace(WANTED, living=living)).living for living in range(1, 240)]

    assert {living.people % K for living in livings} == {0}
    assert [living.people for living in livings] == sorted(
        (living.people for living in livings), reverse=True
    )
    assert report(known, replace(WANTED, living=None)).living is None
    assert livings[0].people == 20


def test_the_small_creators_share_is_told_of_enough_on_both_sides_alone():
    many = [(0, 100, 5, "a")] * 10 + [(0, 300, 500, "a")] * 10
    assert report(earnings(many)).small_share == 0.25
    assert report(earnings(many[:14])).small_share is None


def test_a_region_is_followed_from_impressions_to_people_paid():
    rows = [(0, 100, 5, "a")] * 6 + [(0, 100, 5, "b")] * 7 + [(0, 100, 5, "c")]
    stages = {"a": Stage(9, "2026-03-02"), "b": Stage(4, "2026-03-03"), "c": Stage(2, "2026-03-04")}
    known = earnings(rows, impressions=stages, orders={"b": Stage(3, "2026-03-05")}, paid={"a": Stage(4, "2026-03-06"), "b": Stage(7, "2026-03-07")})  # fmt: skip

    chain = {stages.region: stages for stages in report(known).chain}

    assert chain["c"].impressions is chain["a"].impressions is None, "the least goes with it"
    b = chain["b"]
    assert (b.impressions, b.orders, b.people_paid) == (4, 3, 7)
    assert (b.first_impression, b.first_order, b.first_paid) == ("2026-03-03", "2026-03-05", "2026-03-07")  # fmt: skip
    alone = report(earnings(rows[:6], paid={"a": Stage(4, "2026-03-06")})).chain[0]
    assert (alone.people_paid, alone.first_paid) == (None, None)


def test_every_code_is_of_one_kind_or_is_paying():
    for code, paying in itertools.product(Code, [PAYING]):
        assert code in paying or kind_of(code) in range(len(KINDS))


def test_an_amount_is_told_to_two_digits():
    assert [rounded(amount) for amount in (0.4, 7.0, 12.0, 987.0, 12_345.0)] == [0, 7, 12, 990, 12_000]  # fmt: skip


@given(st.integers(1, 500), st.data())
def test_a_share_lies_within_its_interval(of, data):
    some = data.draw(st.integers(0, of))
    interval = wilson(some, of)
    assert 0 <= interval.low <= some / of + 1e-12
    assert some / of - 1e-12 <= interval.high <= 1
