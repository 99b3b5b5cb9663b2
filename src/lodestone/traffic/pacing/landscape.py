"""What bids win and cost where the highest other bid is known by its histogram: the bid landscape.

With second prices and a budget the best bid is a threshold: value / price, with the one price at which the budget is
just spent (Chen, Berkhin, Anderson and Devanur, "Real-time bidding algorithms for performance-based display ad
allocation", 2011). Given the landscape and a sample of values that price is the root of a falling function.
"""

from typing import Final, NamedTuple

import numpy as np

from lodestone.base.arrays import Floats, Ints

PRECISION: Final = 1e-3
"""Relative; bids are whole micros, so that a finer price would change few of them."""
_LEAST: Final = 1e-9
_WIDER: Final = 1.1


class Landscape(NamedTuple):
    """Arrays of shape (prices,): what a whole bid of 0, 1, 2... micros wins and costs, an auction."""

    wins: Floats
    """Chance that the highest other bid is at most the bid; not falling, 1 at the end."""
    cost: Floats
    """Expected payment, micros; not falling."""

    @property
    def bid_max(self) -> int:
        """A higher bid wins nothing more."""
        return self.wins.size - 1

    @property
    def price_mean(self) -> float:
        """Mean of the highest other bid, micros: what winning everything costs."""
        return float(self.cost[-1])

    def spend(self, price: float, value: Floats) -> float:
        """Return the expected payment of an auction at a price of budget, micros.

        Args:
            price: Value that a micro of budget must bring, positive.
            value: Shape (values,), a sample of what impressions are worth.
        """
        bid = np.minimum(value / price, self.bid_max).astype(np.int64)
        return float(self.cost[bid].mean())


def landscape_of(count: Ints) -> Landscape:
    """Make a landscape of how often each price was the highest other bid.

    Args:
        count: Shape (prices,), number of auctions at price 0, 1, 2... micros, not negative, not all zero.

    >>> landscape_of(np.array([0, 3, 1])).cost.tolist()
    [0.0, 0.75, 1.25]
    """
    assert count.ndim == 1
    assert (count >= 0).all()
    assert count.sum() > 0
    chance = count / count.sum()
    return Landscape(np.minimum(np.cumsum(chance), 1.0), np.cumsum(chance * np.arange(count.size)))


def budget_price(
    landscape: Landscape, value: Floats, rate: float, *, near: float | None = None
) -> float:
    """Return the least price of budget at which an auction's expected payment is at most a rate.

    Args:
        landscape: Of the auctions to come.
        value: Shape (values,), a sample of what impressions are worth; not negative.
        rate: Micros that may be spent an auction.
        near: Where to look first, positive; a price solved shortly before saves two thirds of the work.

    Returns:
        Positive, exact to `PRECISION`; so small that every bid is the highest useful one where the rate pays for all.
    """
    assert value.size > 0
    most = float(value.max())
    if most <= 0.0:
        return 1.0  # nothing is worth anything: every bid is zero at any price
    least, most = most * _LEAST, most * 2.0
    low = high = min(max(most if near is None else near, least), most)
    wider = _WIDER
    if landscape.spend(high, value) > rate:
        while high < most and landscape.spend(high, value) > rate:
            low, high, wider = high, min(high * wider, most), wider * wider
    else:
        while low > least and landscape.spend(low, value) <= rate:
            low, high, wider = max(low / wider, least), low, wider * wider
        if landscape.spend(low, value) <= rate:
            return low
    while high > low * (1.0 + PRECISION):
        middle = (low * high) ** 0.5
        if landscape.spend(middle, value) > rate:
            low = middle
        else:
            high = middle
    return high


def constant_bid(landscape: Landscape, rate: float) -> int:
    """Return the highest bid for every auction alike whose expected payment is at most a rate, micros."""
    return max(0, int(np.searchsorted(landscape.cost, rate, side="right")) - 1)
