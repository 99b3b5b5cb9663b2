"""Paces carried over steps and days: near the bound with yesterday's plan, whoever joins late, and whoever takes no part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.traffic.pacing.multipliers import CEILING, FLOOR
from lodestone.traffic.pacing.pacer import Today, advance, join, nobody
from tests.worlds.pacing import PATTERNS, best_price, day_of, dual_bound

BATCH = 50


def pace(paces):
    """Return the share of each ceiling bid that enters the auction."""
    return 1.0 - paces.price_share()


def lived(paces, day, number, budget, start=0.0):
    """Bid through a day with the only campaign, a step every `BATCH` requests; return the paces, value and spend."""
    value = spent = wanted = payments = 0.0
    first_request = int(start * day.value.size)
    for first in range(first_request, day.value.size, BATCH):
        worth, cost = day.value[first : first + BATCH], day.cost[first : first + BATCH]
        bid = pace(paces)[0] * paces.multipliers.ceiling[0]
        for at in np.flatnonzero(worth * bid >= cost).tolist():
            wanted, payments = wanted + float(cost[at]), payments + 1
            if cost[at] <= budget - spent:
                spent, value = spent + float(cost[at]), value + float(worth[at])
        today = Today(*(np.array([x]) for x in (budget, wanted, payments, np.nan)))
        moment = min(first + BATCH, day.value.size) / day.value.size
        paces = advance(paces, today, number, moment)
    return paces, value, spent


@pytest.mark.parametrize("pattern", PATTERNS)
def test_on_its_third_day_a_campaign_reaches_985_of_a_thousand_of_the_bound(pattern):
    paces = join(nobody(0, 0.0), np.array([CEILING]))
    for number in range(3):
        day = day_of(pattern, 30_000, 10 + number)
        budget = 0.2 * float(day.cost.sum())
        paces, value, spent = lived(paces, day, number, budget)
        assert spent <= budget

    assert value / dual_bound(day, budget, best_price(day, budget)) >= 0.985


def test_whoever_joins_at_noon_spends_its_budget_in_the_half_day_that_is_left():
    day = day_of("iid", 30_000, 1)
    budget = 0.1 * float(day.cost.sum())
    paces = join(nobody(0, 0.5), np.array([CEILING]))

    halfway = day_of("iid", 30_000, 1)
    paces, _, spent = lived(paces, halfway, 0, budget, start=0.5)

    assert 0.97 * budget < spent <= budget
    buckets = paces.spend[0]
    assert buckets[:24].sum() == 0
    assert buckets[30:46].min() > 0.5 * buckets[30:46].mean()


def test_whoever_takes_no_part_is_left_as_it_was():
    paces = join(nobody(0, 0.0), np.array([1.0, 1.0]))
    day = Today(
        np.array([0.0, 1e6]), np.array([0.0, 9e5]), np.array([0.0, 9.0]), np.full(2, np.nan)
    )

    after = advance(paces, day, 0, 0.1)

    assert pace(after)[0] == 1.0
    assert pace(after)[1] < 1.0


def test_a_campaign_that_joins_moves_no_other():
    single = join(nobody(3, 0.2), np.array([1.0]))
    two = join(single, np.array([2.0]))
    alone = Today(np.array([1e6]), np.array([4e5]), np.array([4.0]), np.array([3e5]))
    both = Today(*(np.append(column, more) for column, more in zip(alone, (1e6, 0, 0, np.nan), strict=True)))  # fmt: skip

    assert pace(advance(two, both, 3, 0.5))[0] == pace(advance(single, alone, 3, 0.5))[0]


def test_midnight_forgets_what_was_spent_and_keeps_the_price():
    paces = join(nobody(0, 0.0), np.array([1.0]))
    paces = advance(paces, Today(*(np.array([x]) for x in (1e6, 9e5, 9.0, np.nan))), 0, 0.5)
    before = paces.multipliers.budget_price[0]

    nothing = Today(*(np.array([x]) for x in (1e6, 0.0, 0.0, np.nan)))
    after = advance(paces, nothing, 1, 0.0)

    assert after.multipliers.budget_price[0] == pytest.approx(before)
    assert after.spend.sum() == 0
    assert after.plan[0].argmax() == 24  # when it was spent
    assert after.plan.sum() == pytest.approx(1.0)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1),
            st.floats(0, 1),
            st.floats(0, 1e12),
            st.floats(0, 1e12),
            st.integers(0, 10**6),
            st.none() | st.floats(0, 1e12),
        ),
        max_size=20,
    )
)
def test_whatever_the_budgets_say_paces_stay_within_bounds(steps):
    paces, day = join(nobody(0, 0.0), np.array([1.0, CEILING])), 0
    for later, moment, budget, spent, payments, allowed in steps:
        new = day + later
        if (new, moment) < (day, paces.moment):
            new += 1
        day = new
        goal = np.nan if allowed is None else allowed
        paces = advance(paces, Today(*(np.full(2, float(x)) for x in (budget, spent, payments, goal))), day, moment)  # fmt: skip

        assert ((pace(paces) > 0) & (pace(paces) <= 1)).all()
        assert (paces.multipliers.bid() >= FLOOR).all()
        assert np.allclose(paces.plan.sum(axis=1), 1.0)
