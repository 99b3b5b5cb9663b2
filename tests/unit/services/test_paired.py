"""Intervals of a paired difference: nothing differs where nothing does, and chance between receipts cancels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lodestone.services.policy.paired import Paired, Shown

COUNTS = st.lists(st.floats(0, 1e6), min_size=1, max_size=30)


@given(COUNTS)
def test_two_sides_that_agree_differ_by_nothing_however_receipts_differ(values):
    column = np.array(values)[:, None]
    paired = Paired(column.shape[0])

    assert paired.ratios((column, column + 1), (column, column + 1)) == [(0.0, 0.0)]
    assert paired.sums(column[:, 0], column[:, 0]) == (0.0, 0.0)


def test_what_is_added_to_every_receipt_alike_is_known_exactly():
    chance = np.random.default_rng(5)
    before = chance.uniform(0, 1000, 200)[:, None]
    ones = np.ones((200, 1))

    ((low, high),) = Paired(200).ratios((before, ones), (before + 3, ones))

    assert abs(low - 3) < 1e-9
    assert abs(high - 3) < 1e-9


def test_the_interval_is_that_of_the_mean_difference():
    chance = np.random.default_rng(6)
    before, change = chance.normal(50, 20, 400), chance.normal(1, 4, 400)
    ones = np.ones((400, 1))

    ((low, high),) = Paired(400).ratios((before[:, None], ones), ((before + change)[:, None], ones))

    half = 1.96 * change.std() / 20
    assert abs((low + high) / 2 - change.mean()) < 0.15 * half
    assert abs((high - low) / 2 - half) < 0.15 * half


def test_the_same_receipts_give_the_same_interval_and_none_give_none():
    first = np.arange(12.0)

    assert Paired(12).sums(first, first**2) == Paired(12).sums(first, first**2)
    assert Paired(0).sums(np.zeros(0), np.zeros(0)) == (0.0, 0.0)
    assert Paired(0).ratios((np.zeros((0, 1)),) * 2, (np.zeros((0, 1)),) * 2) == [(0.0, 0.0)]


def test_a_gini_that_falls_in_every_draw_has_an_interval_below_zero():
    slots = np.full(50, 2)
    all_on_first, all_alike = np.zeros(100, np.int64), np.arange(100) % 10
    eligible = np.ones(10, bool)

    low, high = Paired(50).gini(
        Shown(all_on_first, np.ones(100), slots), Shown(all_alike, np.ones(100), slots), eligible
    )

    assert low < high < -0.5
