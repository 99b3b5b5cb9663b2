"""What an ad group offers for what it buys, before any budget is paced."""

from typing import Final, NamedTuple

from lodestone.ads.ad_group import AdGroupIn
from lodestone.ads.campaign import Budget
from lodestone.ads.objective import ACTIONS, RESERVE_COINS, Action, Objective
from lodestone.base.money import Micros, minor_unit
from lodestone.base.wire import Money

PLANNED: Final[dict[Action, int]] = {
    "impression": 2000, "click": 50, "long_view": 50, "live_view": 50, "follow": 20, "shop_visit": 20, "order": 10,
}  # fmt: skip
"""How many actions a day's budget, or a lifetime's, is to buy at least where no bid is named: their price follows from it."""
MILLE: Final = 1000


class Offer(NamedTuple):
    """The most that an ad group pays, and for what."""

    micros: Micros
    action: Action


def offer(
    group: AdGroupIn, objective: Objective, budget: Budget, price: Micros | None = None
) -> Offer:
    """Return the most that a group offers for one action.

    A bid or a target cost is offered as it stands. `target_roas` offers for an order what the order brings divided by the
    target, so that no order costs more than that; where no price is known, and for `max_delivery`, it is the budget
    divided by `PLANNED`.

    Args:
        group: How it bids.
        objective: Of its campaign.
        budget: Of its campaign.
        price: The least that an order through its ad brings, micros; None unknown.

    >>> group = AdGroupIn(campaign_id="c", strategy="target_roas", target=4.0)
    >>> offer(group, "orders", Budget(daily=Money(100_000_000, "CNY")), Micros(18_000_000)).micros
    4500000
    """
    action = group.optimise_for or ACTIONS[objective][0]
    if group.strategy == "manual_cpm" and group.bid is not None:
        return Offer(Micros(group.bid.micros // MILLE), "impression")
    if group.strategy == "manual_cpc" and group.bid is not None:
        return Offer(Micros(group.bid.micros), "click")
    named = group.bid or group.target
    if isinstance(named, Money):
        return Offer(Micros(named.micros), action)
    if isinstance(group.target, float) and price is not None:
        return Offer(Micros(int(price / group.target)), action)
    whole = budget.daily or budget.lifetime
    assert whole is not None
    return Offer(Micros(whole.micros // PLANNED[action]), action)


def reserve(currency: str) -> float:
    """Return the least that is accepted for a seen impression, micros.

    >>> reserve("CNY")
    100.0
    """
    return RESERVE_COINS["manual_cpm"] * minor_unit(currency) / MILLE
