"""Bid landscapes: what a bid wins and costs, and the price of a budget that is just spent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.traffic.pacing.landscape import (
    PRECISION,
    budget_price,
    constant_bid,
    landscape_of,
)

COUNTS = st.lists(st.integers(0, 50), min_size=2, max_size=40).filter(lambda c: sum(c[1:]) > 0)
VALUES = st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=30)


def test_a_bid_wins_every_price_up_to_itself_and_pays_it():
    landscape = landscape_of(np.array([1, 0, 2, 1]))

    assert landscape.wins.tolist() == [0.25, 0.25, 0.75, 1.0]
    assert landscape.cost.tolist() == [0.0, 0.0, 1.0, 1.75]
    assert (landscape.bid_max, landscape.price_mean) == (3, 1.75)


def test_the_constant_bid_is_the_highest_that_the_rate_pays():
    landscape = landscape_of(np.array([1, 0, 2, 1]))

    assert [constant_bid(landscape, rate) for rate in (0.0, 0.99, 1.0, 1.74, 9.0)] == [
        1,
        1,
        2,
        2,
        3,
    ]


@given(COUNTS, VALUES, st.floats(0.01, 60.0), st.none() | st.floats(1e-9, 10.0))
def test_the_price_of_a_budget_spends_no_more_than_the_rate_and_a_lower_would(
    counts, values, rate, near
):
    landscape, value = landscape_of(np.array(counts)), np.array(values)

    price = budget_price(landscape, value, rate, near=near)

    assert landscape.spend(price, value) <= rate
    if landscape.spend(value.max() * 1e-9, value) > rate:
        assert landscape.spend(price / (1 + 2 * PRECISION), value) > rate


def test_impressions_without_value_are_bid_nothing():
    landscape = landscape_of(np.array([1, 1]))

    price = budget_price(landscape, np.zeros(3), 0.1)

    assert landscape.spend(price, np.zeros(3)) == 0.0


def test_where_looking_begins_changes_the_price_by_less_than_its_precision():
    landscape = landscape_of(np.arange(1, 300))
    value = np.random.default_rng(1).lognormal(-8, 1, 500)

    prices = [budget_price(landscape, value, 20.0, near=near) for near in (None, 1e-9, 1e-6, 1.0)]

    assert max(prices) <= min(prices) * (1 + 2 * PRECISION)
    assert prices[0] == pytest.approx(budget_price(landscape, value, 20.0), rel=1e-12)
