"""The dual prices of budgets: never above the dual bound, near it on every arrival pattern, and the smaller of two multipliers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lodestone.traffic.pacing.multipliers import (
    CEILING,
    FLOOR,
    Flow,
    allowed_by_cost,
    allowed_by_return,
    begin,
    step,
)
from lodestone.traffic.pacing.plan import even_plan, plan_of
from tests.worlds.pacing import PATTERNS, best_price, day_of, dual_bound, live, ratio


def flow(spent, planned, allowed=np.nan):
    return Flow(*(np.array([float(part)]) for part in (spent, allowed, planned)))


def moved(before, happened, *, budget=1_000.0, wins=100.0):
    return step(before, happened, np.array([budget]), np.array([wins]))


@pytest.mark.parametrize("seed", range(200))
def test_no_choice_within_the_budget_is_worth_more_than_the_dual_bound(seed):
    chance = np.random.default_rng(seed)
    day = day_of(list(PATTERNS)[seed % 4], 60, seed)
    budget = float(chance.uniform(0.05, 0.9) * day.cost.sum())

    order = chance.permutation(60)
    bought = order[np.cumsum(day.cost[order]) <= budget]
    lived = live(day, budget, batch=5)
    reached = max(float(day.value[bought].sum()), lived.value)

    for price in (*chance.lognormal(0.0, 2.0, 8), best_price(day, budget)):
        assert reached <= dual_bound(day, budget, float(price)) + 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_the_bound_at_the_best_price_is_the_linear_programme(seed):
    day = day_of("diurnal", 200, seed)
    budget = 0.3 * float(day.cost.sum())

    order = np.argsort(-day.value / day.cost)
    cost = np.cumsum(day.cost[order])
    whole = int(np.searchsorted(cost, budget, side="right"))
    rest = (budget - (cost[whole - 1] if whole else 0.0)) / day.cost[order[whole]]
    optimum = day.value[order[:whole]].sum() + rest * day.value[order[whole]]

    assert dual_bound(day, budget, best_price(day, budget)) == pytest.approx(optimum, rel=1e-9)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_with_plan_and_warm_price_a_day_reaches_985_of_a_thousand_of_the_bound(pattern):
    reached = [ratio(pattern, 30_000, seed, planned=True, warm=True) for seed in range(2)]

    assert min(reached) >= 0.985


def test_a_constant_rate_is_the_wrong_target_where_values_vary():
    even = ratio("diurnal", 30_000, 1, planned=False, warm=True)

    assert even < ratio("diurnal", 30_000, 1, planned=True, warm=True) - 0.05


def test_a_warm_price_is_worth_more_than_one_from_scratch():
    day, again = day_of("iid", 4_000, 1), day_of("iid", 4_000, 2)
    budget = 0.002 * float(day.cost.sum())

    cold = live(again, budget)
    warm = live(again, budget, start=live(day, budget).after)

    assert warm.value > 1.1 * cold.value


def test_regret_grows_with_the_root_of_the_day():
    lengths = [1_000, 4_000, 16_000]
    regret = []
    for requests in lengths:
        lost = []
        for seed in range(4):
            day = day_of("iid", requests, seed)
            budget = 0.2 * float(day.cost.sum())
            bound = dual_bound(day, budget, best_price(day, budget))
            lost.append(bound - live(day, budget, batch=10).value)
        regret.append(np.mean(lost))

    slope = np.polyfit(np.log(lengths), np.log(regret), 1)[0]

    assert slope <= 0.55


@pytest.mark.soak
@pytest.mark.parametrize("pattern", PATTERNS)
def test_many_longer_days_reach_985_of_a_thousand_of_the_bound(pattern):
    reached = [ratio(pattern, 100_000, seed, planned=True, warm=True) for seed in range(10)]

    assert min(reached) >= 0.985


def test_spend_ahead_of_plan_raises_the_price_and_behind_lowers_it():
    ahead, behind = moved(begin(1), flow(30, 0.01)), moved(begin(1), flow(0, 0.02))

    assert ahead.budget_price[0] == pytest.approx(np.exp(10 * (0.03 - 0.01)))
    assert behind.budget_price[0] == pytest.approx(np.exp(10 * -0.02))


def test_money_in_another_unit_moves_prices_alike():
    cents = moved(begin(1), flow(30, 0.01), budget=1_000.0)
    micros = moved(begin(1), flow(300_000, 0.01), budget=10_000_000.0)

    assert cents.budget_price == pytest.approx(micros.budget_price)


def test_the_smaller_multiplier_bids():
    by_budget = begin(1, price=2.0, target=0.8)
    by_target = begin(1, price=0.9, target=0.3)

    assert by_budget.bid().tolist() == [0.5]
    assert by_target.bid().tolist() == [0.3]
    assert by_target.price_share()[0] == pytest.approx(1 - 0.3 / CEILING)


def test_spend_above_what_the_target_allows_lowers_its_multiplier_and_below_raises_it():
    over = moved(begin(1), flow(40, 0.04, allowed=20))
    under = moved(begin(1), flow(40, 0.04, allowed=60))

    assert over.target[0] < 1.0 < under.target[0]
    assert moved(begin(1), flow(40, 0.04)).target.tolist() == [CEILING]


def test_a_target_cost_is_met_over_a_day():
    chance = np.random.default_rng(3)
    state, target_cost, budget = begin(1), 100.0, 500_000.0
    spent = actions = 0.0
    for _ in range(400):
        rate, price = chance.lognormal(-3.0, 1.0, 100), chance.lognormal(2.5, 0.7, 100)
        won = state.bid()[0] * target_cost * rate >= price
        cost, acted = float(price[won].sum()), int((chance.random(100)[won] < rate[won]).sum())
        spent, actions = spent + cost, actions + acted
        allowed = float(allowed_by_cost(np.array([float(acted)]), np.array([target_cost]))[0])
        happened = flow(cost, 1 / 400, allowed=allowed)
        state = moved(state, happened, budget=budget, wins=40_000.0)

    assert actions > 1_000
    assert spent / actions == pytest.approx(target_cost, rel=0.05)
    assert spent <= budget


def test_a_bid_that_the_advertiser_named_is_never_passed():
    state = begin(1, ceiling=1.0)
    for _ in range(20):
        state = moved(state, flow(0, 0.05, allowed=1_000))

    assert state.bid().tolist() == [1.0]
    assert state.price_share().tolist() == [0.0]


def test_a_target_return_of_four_allows_a_quarter():
    assert allowed_by_return(np.array([100.0]), np.array([4.0])).tolist() == [25.0]


@given(
    st.lists(
        st.tuples(st.floats(0, 1e9), st.floats(0, 1), st.none() | st.floats(0, 1e9)), max_size=30
    )
)
def test_multipliers_stay_within_their_bounds(days):
    state = begin(1)
    for spent, planned, allowed in days:
        state = moved(state, flow(spent, planned, np.nan if allowed is None else allowed))

        assert 1 / CEILING <= state.budget_price[0] <= 1 / FLOOR
        assert FLOOR <= state.target[0] <= CEILING
        assert 0.0 <= state.price_share()[0] < 1.0


def test_thousands_step_as_each_would_alone():
    chance, count = np.random.default_rng(1), 5_000
    happened = Flow(
        chance.uniform(0, 100, count),
        np.where(chance.random(count) < 0.5, np.nan, chance.uniform(0, 100, count)),
        chance.uniform(0, 0.1, count),
    )
    budget, wins = chance.uniform(10, 1e6, count), chance.uniform(1, 1e6, count)
    together = step(begin(count), happened, budget, wins)

    for at in range(0, count, 500):
        alone = step(
            begin(1),
            Flow(*(column[at : at + 1] for column in happened)),
            budget[at : at + 1],
            wins[at : at + 1],
        )
        assert alone.budget_price[0] == together.budget_price[at]
        assert alone.target[0] == together.target[at]


def test_the_price_of_a_budget_that_is_gone_goes_on_learning():
    day, budget = day_of("iid", 4_000, 1), 10_000.0

    lived = live(day, budget)

    assert budget - lived.spent < 1_000.0
    assert lived.after.budget_price[0] == pytest.approx(best_price(day, budget), rel=0.3)


def test_a_plan_follows_yesterday_and_closes_no_bucket():
    plan = plan_of(np.array([[30.0, 10.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]]), even=0.04)

    assert plan.upto(0.25).tolist() == pytest.approx([0.73, 0.25])
    assert plan.upto(1.0).tolist() == pytest.approx([1.0, 1.0])
    assert plan.share[0, 3] == pytest.approx(0.01)
    assert even_plan(4).upto(0.375) == pytest.approx(0.375)
