"""Who advertises in the town, and what only they know: what an action is worth to them, what they can spend, how they bid.

Values lie where a county town's would: a click is worth some fen, a follower half a yuan, a customer's order a few yuan of
margin. Nothing here is ever sent; what is asked of the engine is in `desk.py`.
"""

from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.money import MICROS_IN_ONE
from lodestone.town.advertising.rivals import CLICKERS
from lodestone.town.advertising.state import Campaign
from lodestone.town.truth import ORDINARY, Truth

TEMPERS: Final = ("truthful", "shades", "greedy", "capped", "trusting")
"""Bids its value; bids less and feels its way; bids more than its value; names what an action may cost; names nothing."""
_TEMPER_CHANCES: Final = (0.25, 0.3, 0.15, 0.15, 0.15)
_SHOPS: Final = 0.6
_CREATORS: Final = 0.1
"""Chances that a shop and that another maker of the town advertises."""
_SHOP_ACTIONS: Final = (("orders", "order"), ("clicks", "click"), ("reach", "impression"))
_SHOP_CHANCES: Final = (0.3, 0.5, 0.2)
_CREATOR_ACTIONS: Final = (
    ("followers", "follow"),
    ("clicks", "click"),
    ("long_views", "long_view"),
    ("reach", "impression"),
)
_CREATOR_CHANCES: Final = (0.35, 0.3, 0.2, 0.15)
_WORTH_YUAN: Final = {
    "order": 6.0, "click": 0.08, "follow": 0.5, "long_view": 0.08, "impression": 0.02,
}  # fmt: skip
"""Medians; a customer's margin, and what a look is worth that may lead there."""
_WORTH_SPREAD: Final = 0.5
_BUDGET_YUAN: Final = 3.0
"""A day, in the median; of what sells orders at least so many of them."""
_ORDERS_A_DAY: Final = 3
_SHADED, _GREEDY, _CAPPED = 0.6, 1.4, 0.9
_CLICKS_RIVALS: Final = 0.3
"""Chance that a shop pays somebody to click a rival's ads."""
FEN: Final = 10_000
"""The smallest coin, micros; no bid is less."""
_LEAST_MILLE: Final = 10


def advertising(streams: Streams, truth: Truth) -> list[int]:
    """Return the makers of the town who want to advertise by now, ascending.

    Whoever wants to does from the first day on that they have something to show.
    """
    makers, people = truth.makers, truth.people
    here = people.resident[makers.person] & (people.kind[makers.person] == ORDINARY)
    here &= ~people.minor[makers.person] & (makers.ended < 0) & ~people.gone[makers.person]
    advertisers = []
    for maker in np.flatnonzero(here).tolist():
        chance = _SHOPS if makers.shop[maker] else _CREATORS
        if streams.of("advertises", maker).random() < chance:
            advertisers.append(maker)
    return advertisers


def campaign(streams: Streams, truth: Truth, maker: int, *, trades: bool) -> Campaign:
    """Draw what a maker's campaign is in truth; the same whenever it is asked.

    Args:
        streams: The town's chance.
        truth: The town.
        maker: Who advertises.
        trades: Whether the town's shops sell; else nobody pays for orders.
    """
    chance = streams.of("campaign", maker)
    shop = bool(truth.makers.shop[maker])
    actions, chances = (
        (_SHOP_ACTIONS, _SHOP_CHANCES) if shop else (_CREATOR_ACTIONS, _CREATOR_CHANCES)
    )
    objective, action = actions[int(chance.choice(len(actions), p=chances))]
    temper = TEMPERS[int(chance.choice(len(TEMPERS), p=_TEMPER_CHANCES))]
    spread = np.exp(_WORTH_SPREAD * chance.normal(0, 1, 2))
    if action == "order" and not trades:
        objective, action = "clicks", "click"
    if action == "impression" and temper == "capped":
        temper = "truthful"  # a view has no cost that could be capped
    value = round(_WORTH_YUAN[action] * MICROS_IN_ONE * float(spread[0]))
    value = max(FEN if action != "impression" else FEN * _LEAST_MILLE // 1000, value)
    budget = _BUDGET_YUAN * MICROS_IN_ONE * float(spread[1])
    if action == "order":
        budget = max(budget, _ORDERS_A_DAY * value)
    aims = ("near", "near", "all") if shop else ("channel", "all", "near")
    drawn = chance.random(3)
    clicker = ""
    if shop and drawn[1] < _CLICKS_RIVALS:
        clicker = CLICKERS[int(drawn[2] * len(CLICKERS))]
    whole = max(1, round(budget / FEN)) * FEN
    return Campaign(
        maker=maker,
        temper=temper,
        objective=objective,
        action=action,
        value=value,
        factor={"shades": _SHADED, "greedy": _GREEDY, "capped": _CAPPED}.get(temper, 1.0),
        budget=whole,
        budget_most=3 * whole,
        capped=bool(drawn[0] < 0.5),
        targeting=aims[int(chance.integers(len(aims)))],
        clicker=clicker,
    )


def strategy(given: Campaign) -> str:
    """Return by which strategy a campaign bids."""
    if given.temper == "trusting":
        return "max_delivery"
    if given.temper == "capped":
        return "cost_cap" if given.action == "click" else "target_cpa"
    return {"click": "manual_cpc", "impression": "manual_cpm"}.get(given.action, "bid_cap")


def bid(given: Campaign) -> int:
    """Return what it bids for one action, of views for a thousand; micros."""
    units = 1000 if given.action == "impression" else 1
    least = FEN * (_LEAST_MILLE if given.action == "impression" else 1)
    return max(least, min(round(given.value * units * given.factor), given.budget))


def adjust(given: Campaign, outcomes: int) -> bool:
    """Let an advertiser feel its way by what the last day cost and brought; return whether anything is changed.

    Args:
        given: The campaign; `spent_day` says what the day cost.
        outcomes: What came of it, as the advertiser saw.
    """
    before = given.factor, given.budget
    gained = outcomes * given.value
    if given.temper == "shades":
        if given.spent_day < 0.5 * given.budget:
            given.factor = min(1.0, given.factor * 1.15)
        elif given.spent_day > 0.7 * gained:
            given.factor = max(0.3, given.factor * 0.9)
    elif given.temper == "greedy" and given.spent_day > 1.5 * gained:
        given.factor = max(1.0, given.factor * 0.9)
    if given.spent_day > 0.9 * given.budget and gained > 1.5 * given.spent_day:
        given.budget = min(given.budget_most, round(given.budget * 1.2 / FEN) * FEN)
    return (given.factor, given.budget) != before
