"""The pace of every campaign, moved together at a price step: days, plans and multipliers carried from step to step.

    midnight   the plan of a campaign is its spend of yesterday by half-hour, moved to where its price stood high;
               multipliers stay as they were
    a step     spent since the last step against what the plan gives to that time, `multipliers.step`
    a pace     share of the ceiling bid that enters the auction, `Multipliers.bid` over the ceiling

A plan made of what was spent alone would confirm itself: whoever spent evenly goes on doing so. The best spend has one
price all day, so that a half-hour whose price stood above the day's was worth more than it was given:

    share of tomorrow   spend today x (price of the half-hour / price of the day) ^ `SHIFT`, normalised

Its fixed point has one price in every half-hour, which is the condition of the best spend in hindsight.

Who joins in the middle of a day has the rest of it to spend its budget in: the plan's rest is stretched to the whole.
A step is a function of the state before and of what the budgets say, so that a replay of the log moves the same paces.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from lodestone.base.arrays import Bools, Floats
from lodestone.traffic.pacing.multipliers import CEILING, Flow, Multipliers, begin
from lodestone.traffic.pacing.multipliers import step as move
from lodestone.traffic.pacing.plan import BUCKETS, DayPlan, plan_of

_MEMORY: Final = 0.9
"""What a step keeps of the payments before it: the usual payment is that of the last ten steps that had any."""
_LATE: Final = 1e-3
"""The least rest of a plan that a campaign joins into: nobody is to spend a budget in the last seconds of a day."""


SHIFT: Final = 1.0
"""How far a plan moves towards half-hours of a high price. On four patterns of arrival a second day reaches .993 to .995 of
the bound at 1 and .91 to .98 at 0; above the elasticity of spend to price (about 2 here) plans would swing."""
_SHIFT_MAX: Final = 4.0
"""The most that one night multiplies or divides a half-hour's share by."""


class Today(NamedTuple):
    """What the day has brought every campaign so far; arrays of shape (campaigns,)."""

    budget: Floats
    """Micros that it may spend today; 0 where it takes no part."""
    spent: Floats
    """Micros reserved or spent since midnight, with those of wins that the budget did not cover."""
    payments: Floats
    """How many slots that is."""
    allowed: Floats
    """Micros that the outcomes since midnight may have cost by the target; NaN without a target."""


class Paces(NamedTuple):
    """Where every campaign stands after a step. Arrays of shape (campaigns,) or (campaigns, `BUCKETS`)."""

    version: int
    """Counts the steps."""
    day: int
    """Of the community's calendar, days since the epoch."""
    moment: float
    """Share of that day that had passed at the step, in [0, 1]."""
    multipliers: Multipliers
    plan: Floats
    """Shares of a day's spend by bucket; each row sums to 1."""
    spend: Floats
    """Micros of this day by bucket."""
    price: Floats
    """Shape (2, campaigns, `BUCKETS`): sum of the logarithm of the budget's price over this day's steps, and their number."""
    joined: Floats
    """Share of the plan, an even one on that day, that had passed when the campaign joined; 0 after its first midnight."""
    seen: Today
    """What the step was made of."""
    recent: Floats
    """Shape (campaigns, 2): micros and number of the payments of late, decayed."""

    @property
    def campaigns(self) -> int:
        """Return how many campaigns there are."""
        return self.joined.size

    def price_share(self) -> Floats:
        """Return the price of each budget as a share of the ceiling bid, in [0, 1)."""
        return self.multipliers.price_share()


def nobody(day: int, moment: float) -> Paces:
    """Return the state of a community without campaigns."""
    none = np.zeros(0)
    return Paces(
        version=0,
        day=day,
        moment=moment,
        multipliers=begin(0),
        plan=np.zeros((0, BUCKETS)),
        spend=np.zeros((0, BUCKETS)),
        price=np.zeros((2, 0, BUCKETS)),
        joined=none,
        seen=Today(none, none, none, none),
        recent=np.zeros((0, 2)),
    )


def join(paces: Paces, ceiling: Floats, *, price: float = 1.0) -> Paces:
    """Add campaigns behind those that are there; they bid their value until they have learnt.

    Args:
        paces: As they stand.
        ceiling: Shape (new campaigns,). The most each bids for a value of 1: 1 where the advertiser named a bid, else up to
            `multipliers.CEILING`.
        price: At which their budgets begin, at least 1.
    """
    assert price >= 1.0
    assert ((ceiling >= 1.0) & (ceiling <= CEILING)).all()
    more = ceiling.size
    fresh = begin(more, price=price)
    old = paces.multipliers
    plan = np.full((more, BUCKETS), 1.0 / BUCKETS)
    none = np.zeros(more)
    return paces._replace(
        multipliers=Multipliers(
            np.concatenate([old.budget_price, fresh.budget_price]),
            np.concatenate([old.target, np.minimum(fresh.target, ceiling)]),
            np.concatenate([old.ceiling, ceiling]),
        ),
        plan=np.concatenate([paces.plan, plan]),
        spend=np.concatenate([paces.spend, np.zeros((more, BUCKETS))]),
        price=np.concatenate([paces.price, np.zeros((2, more, BUCKETS))], axis=1),
        joined=np.concatenate([paces.joined, np.full(more, paces.moment)]),
        seen=Today(*(np.concatenate([column, none]) for column in paces.seen)),
        recent=np.concatenate([paces.recent, np.zeros((more, 2))]),
    )


def priced(paces: Paces, share: Floats) -> Paces:
    """Let budgets go on from other prices than they had; those that have these already stay as they are.

    Args:
        paces: As they stand.
        share: Shape (campaigns,), see `Paces.price_share`.
    """
    old = paces.multipliers
    price = 1.0 / ((1.0 - share) * old.ceiling)
    same = share == paces.price_share()
    return paces._replace(
        multipliers=old._replace(
            budget_price=np.where(same, old.budget_price, price),
            target=np.where(same, old.target, old.ceiling),
        )
    )


def even(paces: Paces, rows: Sequence[int]) -> Paces:
    """Let campaigns plan evenly, and not by what they spend: their hours are other ones than those of the day before.

    Args:
        paces: As they stand.
        rows: Of the campaigns.
    """
    plan, spend = paces.plan.copy(), paces.spend.copy()
    plan[rows], spend[rows] = 1.0 / BUCKETS, 0.0
    return paces._replace(plan=plan, spend=spend)


def advance(paces: Paces, today: Today, day: int, moment: float) -> Paces:
    """Move every pace once.

    Args:
        paces: As the last step left them.
        today: Shape (campaigns,); sums since midnight of `day`.
        day: Not before the last step's.
        moment: Share of it that has passed, in [0, 1]; within a day not before the last step's.
    """
    assert (day, moment) >= (paces.day, paces.moment)
    assert all(column.size == paces.campaigns for column in today)
    if day != paces.day:
        paces = _midnight(paces, day)
    part = today.budget > 0
    spent = today.spent - paces.seen.spent
    recent = _recent(paces.recent, spent, today.payments - paces.seen.payments)
    flow = Flow(
        spent=np.where(part, spent, 0.0),
        allowed=np.where(part, today.allowed - _or_nothing(paces.seen.allowed), np.nan),
        planned=np.where(part, _planned(paces, moment), 0.0),
    )
    moved = move(
        paces.multipliers, flow, np.maximum(today.budget, 1.0), _wins(recent, today.budget)
    )
    bucket = min(int(moment * BUCKETS), BUCKETS - 1)
    spend = paces.spend.copy()
    spend[:, bucket] = np.maximum(spend[:, bucket] + spent, 0.0)
    price = paces.price.copy()
    price[:, part, bucket] += np.stack([np.log(moved.budget_price), np.ones(part.size)])[:, part]
    return paces._replace(
        version=paces.version + 1,
        price=price,
        moment=moment,
        multipliers=_where(part, moved, paces.multipliers),
        spend=spend,
        seen=today,
        recent=recent,
    )


def _midnight(paces: Paces, day: int) -> Paces:
    """Begin a day: who spent yesterday plans by it, and nobody has spent anything yet."""
    spent = paces.spend.sum(axis=1) > 0
    plan = np.where(spent[:, None], plan_of(paces.spend * _shift(paces)).share, paces.plan)
    none = np.zeros(paces.campaigns)
    return paces._replace(
        day=day,
        moment=0.0,
        plan=plan,
        spend=np.zeros_like(paces.spend),
        price=np.zeros_like(paces.price),
        joined=none,
        seen=Today(none, none, none, none),
    )


def _shift(paces: Paces) -> Floats:
    """Return by what each half-hour's spend is multiplied: how its price stood to the day's, weighed by spend."""
    total, steps = paces.price
    mean = np.where(steps > 0, total / np.maximum(steps, 1), 0.0)
    weight = paces.spend * (steps > 0)
    day = (mean * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)
    moved = np.where(steps > 0, SHIFT * (mean - day[:, None]), 0.0)
    shift: Floats = np.exp(np.clip(moved, -np.log(_SHIFT_MAX), np.log(_SHIFT_MAX)))
    return shift


def _planned(paces: Paces, moment: float) -> Floats:
    """Return the share of each budget that is to be spent between the last step and now."""
    plan = DayPlan(paces.plan)
    whole = plan.upto(moment) - plan.upto(paces.moment)
    return whole / np.maximum(1.0 - paces.joined, _LATE)


def _recent(recent: Floats, spent: Floats, payments: Floats) -> Floats:
    """Add payments to those of late; a step without any forgets nothing, and what was released adds nothing."""
    paid = (payments > 0) & (spent > 0)
    added = _MEMORY * recent + np.stack([spent, payments], axis=1)
    return np.where(paid[:, None], added, recent)


def _wins(recent: Floats, budget: Floats) -> Floats:
    """Return how many usual payments each budget covers, at least 1."""
    amount, number = recent[:, 0], recent[:, 1]
    usual = np.where(number > 0, amount / np.maximum(number, 1e-9), np.inf)
    return np.maximum(budget / np.maximum(usual, 1e-9), 1.0)


def _or_nothing(column: Floats) -> Floats:
    return np.where(np.isfinite(column), column, 0.0)


def _where(part: Bools, moved: Multipliers, before: Multipliers) -> Multipliers:
    columns = zip(moved, before, strict=True)
    return Multipliers(*(np.where(part, new, old) for new, old in columns))
