"""Bidders of one episode. Each knows the histogram of training prices, the past auctions of the episode, and no more.

What an auction cost is known to its winner alone, as in any second-price auction; who loses learns that its bid was too
low. The chance of a click is known when the bid is due.
"""

from typing import Final, Protocol

import numpy as np

from lodestone.base.arrays import Floats
from lodestone.traffic.pacing.landscape import Landscape, budget_price, constant_bid

_EVERY: Final = 10
"""Auctions between two solutions; a price moves little in ten of a thousand. The first ten are solved each."""
_SURE_AUCTIONS: Final = 30
"""The histogram of training counts as so many auctions when spend is compared with what it foretold."""


class Bidder(Protocol):
    """What plays an episode."""

    def bid(self, chance: float, left: int) -> int:
        """Return a bid in micros for an impression with this chance of a click; `left` of the budget."""
        ...

    def won(self, price: int) -> None:
        """Learn what the auction just won cost, micros."""
        ...

    def lost(self) -> None:
        """Learn that the auction was lost."""
        ...


class Constant:
    """Bids alike on everything: the bid whose expected payment is the budget, shared by the auctions."""

    def __init__(self, landscape: Landscape, auctions: int, budget: int) -> None:
        """Begin an episode."""
        self._bid = constant_bid(landscape, budget / auctions)

    def bid(self, chance: float, left: int) -> int:  # noqa: ARG002  # the chance is what it ignores
        """See `Bidder.bid`."""
        return min(self._bid, left)

    def won(self, price: int) -> None:
        """See `Bidder.won`."""

    def lost(self) -> None:
        """See `Bidder.lost`."""


class Linear(Constant):
    """Bids base x chance / mean chance (Perlich et al., "Bid optimizing and inventory scoring in targeted online advertising", 2012)."""

    def __init__(self, landscape: Landscape, scale: float, base: float) -> None:
        """Begin an episode with a base bid in micros for an impression whose chance of a click is `scale`."""
        self._slope, self._most = base / scale, landscape.bid_max

    def bid(self, chance: float, left: int) -> int:
        """See `Bidder.bid`."""
        return min(int(min(self._slope * chance, self._most)), left)


class Paced:
    """Bids chance / price of budget, with the price at which what is left lasts to the end.

    The price is the root of expected spend an auction = left / auctions left, where the expectation is over the chances
    seen in this episode, that of the impression at hand included, and the landscape of training. Spend so far over what
    the landscape foretold for the same bids corrects it: prices of a day differ from those of training, and may rise
    with the chance of a click.
    """

    def __init__(self, landscape: Landscape, auctions: int, budget: int) -> None:
        """Begin an episode of so many auctions with a budget in micros."""
        self._landscape, self._auctions = landscape, auctions
        self._seen: Floats = np.empty(auctions)
        self._count = 0
        self._price = 0.0
        self._spent = 0.0
        self._foretold = 0.0
        # At least one micro, so that a budget of nothing divides by something.
        self._sure = max(1.0, _SURE_AUCTIONS * budget / auctions)

    def bid(self, chance: float, left: int) -> int:
        """See `Bidder.bid`."""
        self._seen[self._count] = chance
        if self._count % _EVERY == 0 or self._count < _EVERY:
            self._price = self._solved(left)
        self._count += 1
        bid = min(int(min(chance / self._price, self._landscape.bid_max)), left)
        self._foretold += float(self._landscape.cost[bid])
        return bid

    def _solved(self, left: int) -> float:
        rate = left / (self._auctions - self._count)
        dearer = (self._spent + self._sure) / (self._foretold + self._sure)
        chances = self._seen[: self._count + 1]
        return budget_price(self._landscape, chances, rate / dearer, near=self._price or None)

    def won(self, price: int) -> None:
        """See `Bidder.won`."""
        self._spent += price

    def lost(self) -> None:
        """See `Bidder.lost`."""
