"""Days of second-price auctions by four arrival patterns, and the best that could have been done with each."""

from dataclasses import dataclass

import numpy as np

from lodestone.base.arrays import Floats
from lodestone.traffic.pacing.multipliers import Flow, Multipliers, begin, step
from lodestone.traffic.pacing.plan import DayPlan, even_plan, plan_of

BUCKETS = 48
PATTERNS = {
    "iid": np.ones_like,
    "diurnal": lambda moment: 1.0 + 0.8 * np.sin(2 * np.pi * moment),
    "drift": lambda moment: 0.5 + moment,
    "half": lambda moment: np.where(moment < 0.5, 0.5, 1.5),
}
"""Level of the values by moment of the day."""


@dataclass(frozen=True, slots=True)
class Day:
    """Arrays of shape (requests,): what each impression is worth and what winning it costs, micros."""

    value: Floats
    cost: Floats

    @property
    def moment(self) -> Floats:
        return np.arange(self.value.size) / self.value.size


def day_of(pattern: str, requests: int, seed: int) -> Day:
    chance = np.random.default_rng(seed)
    level = PATTERNS[pattern](np.arange(requests) / requests)
    value = 1_000.0 * level * chance.lognormal(-0.5, 1.0, requests)
    return Day(value, 1_000.0 * chance.lognormal(-0.125, 0.5, requests))


def dual_bound(day: Day, budget: float, price: float) -> float:
    """D(price) = price x budget + sum of max(0, value - price x cost): no choice within the budget is worth more."""
    return float(price * budget + np.maximum(0.0, day.value - price * day.cost).sum())


def best_price(day: Day, budget: float) -> float:
    """The price at which buying by value per cost exhausts the budget: it minimises the dual bound."""
    ratio = day.value / day.cost
    order = np.argsort(-ratio, kind="stable")
    cost = np.cumsum(day.cost[order])
    if cost[-1] <= budget:
        return 0.0
    return float(ratio[order[np.searchsorted(cost, budget, side="right")]])


def best_plan(day: Day, budget: float) -> DayPlan:
    bought = day.value > best_price(day, budget) * day.cost
    bucket = (day.moment * BUCKETS).astype(int)
    return plan_of(np.bincount(bucket, np.where(bought, day.cost, 0.0), BUCKETS))


@dataclass(frozen=True, slots=True)
class Lived:
    value: float
    spent: float
    after: Multipliers


def live(
    day: Day,
    budget: float,
    *,
    plan: DayPlan | None = None,
    start: Multipliers | None = None,
    batch: int = 50,
    gain: float = 1.0,
) -> Lived:
    """Bid through a day, a step every `batch` requests; a bid that the budget no longer covers is not made."""
    plan = plan or even_plan()
    state = begin(1) if start is None else start
    limits = np.array([budget])
    wins = np.maximum(1.0, limits / day.cost.mean())
    value = spent = 0.0
    for first in range(0, day.value.size, batch):
        worth, cost = day.value[first : first + batch], day.cost[first : first + batch]
        wanted = 0.0
        for at in np.flatnonzero(worth * state.bid()[0] >= cost).tolist():
            wanted += float(cost[at])
            if cost[at] <= budget - spent:
                spent += float(cost[at])
                value += float(worth[at])
        last = min(first + batch, day.value.size)
        planned = plan.upto(last / day.value.size) - plan.upto(first / day.value.size)
        flow = Flow(np.array([wanted]), np.array([np.nan]), np.array([float(planned)]))
        state = step(state, flow, limits, wins, gain=gain)
    return Lived(value, spent, state)


def ratio(pattern: str, requests: int, seed: int, *, planned: bool, warm: bool, gain: float = 1.0):
    """Value over the dual bound of the hindsight optimum; plan and start are those of the day before."""
    yesterday, day = day_of(pattern, requests, 2 * seed), day_of(pattern, requests, 2 * seed + 1)
    budget = 0.2 * float(day.cost.sum())
    plan = best_plan(yesterday, 0.2 * float(yesterday.cost.sum())) if planned else None
    start = None
    if warm:
        start = live(yesterday, budget, plan=plan, gain=gain).after
    lived = live(day, budget, plan=plan, start=start, gain=gain)
    assert lived.spent <= budget
    return lived.value / dual_bound(day, budget, best_price(day, budget))
