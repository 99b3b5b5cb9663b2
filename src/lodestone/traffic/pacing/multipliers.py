"""The dual prices of thousands of budgets and targets at once: one mirror-descent step on their logarithms.

A campaign whose outcome on an impression is worth `v` micros to it bids

    bid = v x m,   m = min(1 / budget_price, target_multiplier, ceiling)

`budget_price` is what a micro of its budget is worth; whoever counts its own payments as a loss bids v / (1 + dual
price), which is the same with `budget_price` = 1 + dual price and a ceiling of 1. The step is dual mirror descent with
negative entropy (Balseiro, Lu and Mirrokni, "The best of many worlds", 2020) towards the plan of the day:

    budget_price *= exp(gain x sqrt(wins) x (share spent - share planned))

over the time since the step before, both as shares of the day's budget; `wins` is how many payments the budget covers.
A day begins with the multipliers at which the last one ended, and with nothing spent: from scratch its first hours would
go into learning. The step is scale-free, so that bids in cents and in thousands step alike, and each win moves a price by
gain / sqrt(wins): the paper's step, counted in wins in place of requests, since where a campaign wins an auction in a
thousand its consumption varies a thousand times as much.

The multiplier of a target moves by

    target_multiplier *= exp(gain x sqrt(wins) x (allowed - spent) / budget)

where `allowed` is target cost x actions, or value / target return. Of both the smaller bids (min-pacing): a bid that
passes through one after the other could badly break both constraints, min-pacing stays near the coupled dual (Balseiro,
Bhawalkar, Feng, Lu, Mirrokni, Sivan and Wang, "Joint feedback loop for spend and return-on-spend constraints", 2023).

Nothing here stops a campaign at its budget; that is `account.BudgetAccount`, which admits no reservation beyond it.

How it enters the decision: `1 - price_share` is the pace of a campaign (`LiveAds.paced`), moved by `pacer.advance` where the
pricer moves the promises' prices.

A step of 10,000 campaigns takes about a millisecond in NumPy and happens once in 256 decisions or 60 seconds, so there
is no compiled twin.
"""

from typing import Final, NamedTuple

import numpy as np

from lodestone.base.arrays import Bools, Floats

GAIN: Final = 1.0
MOVE_MAX: Final = 1.0
"""The most a logarithm moves in one step: a burst of reports must not silence a campaign for hours."""
CEILING: Final = 4.0
"""The most that any campaign bids for a value of 1: above that a bid says nothing about the value."""
FLOOR: Final = 2.0**-20
"""The least multiplier: a price must be able to come back."""


class Multipliers(NamedTuple):
    """Where every campaign stands; arrays of shape (campaigns,)."""

    budget_price: Floats
    """Worth of a micro of budget, in [1 / ceiling, 1 / FLOOR]."""
    target: Floats
    """Multiplier that its target allows, in [FLOOR, ceiling]; the ceiling without a target."""
    ceiling: Floats
    """The most it bids for a value of 1, in [FLOOR, CEILING]: 1 where the advertiser named a bid, which is never passed."""

    def bid(self) -> Floats:
        """Return what each bids for a value of 1: the smaller of both multipliers."""
        return np.minimum(1.0 / self.budget_price, self.target)

    def price_share(self) -> Floats:
        """Return the share of the ceiling bid that is taken off, in [0, 1): the campaigns' rows of a `PriceVector`."""
        return 1.0 - self.bid() / self.ceiling


class Flow(NamedTuple):
    """What happened since the step before; arrays of shape (campaigns,)."""

    spent: Floats
    """Micros reserved or spent, and those of wins that the budget did not cover any more: were they left out, the price of
    a budget that is gone would fall until midnight and the next day would begin with bids too high."""
    allowed: Floats
    """Micros that the outcomes since may have cost by the target; NaN without a target."""
    planned: Floats
    """Share of the day's budget that the plan gives to the time since; 0 while a campaign took no part."""


def begin(
    count: int, *, price: float = 1.0, target: float = 1.0, ceiling: float = CEILING
) -> Multipliers:
    """Return campaigns without a yesterday: they bid their value, and no more than the target."""
    assert FLOOR <= ceiling <= CEILING
    assert count >= 0
    assert 1.0 / ceiling <= price <= 1.0 / FLOOR
    assert FLOOR <= target <= ceiling
    return Multipliers(np.full(count, price), np.full(count, target), np.full(count, ceiling))


def step(
    before: Multipliers, flow: Flow, budget: Floats, wins: Floats, *, gain: float = GAIN
) -> Multipliers:
    """Move every campaign's budget price and target multiplier once.

    Args:
        before: Shape (campaigns,).
        flow: Shape (campaigns,).
        budget: Shape (campaigns,), micros of the day, positive.
        wins: Shape (campaigns,), payments of the usual size that the budget covers, at least 1.
        gain: Of the mirror step.
    """
    assert before.budget_price.shape == flow.spent.shape == budget.shape == wins.shape
    assert (budget > 0).all()
    assert (wins >= 1).all()
    assert gain > 0
    pull = gain * np.sqrt(wins)
    move = np.clip(pull * (flow.spent / budget - flow.planned), -MOVE_MAX, MOVE_MAX)
    price = np.clip(before.budget_price * np.exp(move), 1.0 / before.ceiling, 1.0 / FLOOR)
    aimed: Bools = np.isfinite(flow.allowed)
    room = np.where(aimed, flow.allowed, flow.spent) - flow.spent
    raised = before.target * np.exp(np.clip(pull * room / budget, -MOVE_MAX, MOVE_MAX))
    target = np.where(aimed, np.clip(raised, FLOOR, before.ceiling), before.ceiling)
    return Multipliers(price, target, before.ceiling)


def allowed_by_cost(actions: Floats, target_cost: Floats) -> Floats:
    """Return what actions may have cost, micros: a target cost per action times their number."""
    assert actions.shape == target_cost.shape
    return actions * target_cost


def allowed_by_return(value: Floats, target_return: Floats) -> Floats:
    """Return what value in micros may have cost, micros: a target return of 4 allows a quarter of it."""
    assert value.shape == target_return.shape
    assert (target_return > 0).all()
    return value / target_return
