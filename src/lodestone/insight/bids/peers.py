"""Peers of the paced bidder that know as little as it does, and bounds that know everything; see `bidders`."""

from typing import Final

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.insight.bids.bidders import Linear
from lodestone.insight.bids.log import Episode
from lodestone.traffic.pacing.landscape import Landscape

_LP_EVERY: Final = 10
_PID_EVERY: Final = 20
_PID_SLOW, _PID_FAST = 0.7, 1.1
_PID_UP, _PID_DOWN = 1.2, 0.7
BASES: Final = 60
"""Base bids tried for the best linear bidder: a geometric grid, 17 % apart."""


class OnlineLP(Linear):
    """Solves the linear programme of the auctions it has won and lost so far, priced by the histogram where it lost.

    The threshold on chance / price is the one at which the past, were it to repeat, would have spent what is left
    (AuctionNet's baseline with the past of the episode in place of a yesterday). A lost auction counts with its bid as the
    price, the least it can have cost.
    """

    def __init__(
        self, landscape: Landscape, scale: float, base: float, auctions: int, budget: int
    ) -> None:
        """Begin as the linear bidder does."""
        super().__init__(landscape, scale, base)
        self._auctions, self._left, self._count = auctions, budget, 0
        self._ratio: Floats = np.empty(auctions)
        self._paid: Floats = np.empty(auctions)
        self._bid_last, self._chance_last = 0, 0.0

    def bid(self, chance: float, left: int) -> int:
        """See `Bidder.bid`."""
        self._left = left
        if self._count >= _LP_EVERY and self._count % _LP_EVERY == 0:
            self._solve()
        self._bid_last, self._chance_last = super().bid(chance, left), chance
        return self._bid_last

    def won(self, price: int) -> None:
        """See `Bidder.won`."""
        self._note(price)

    def lost(self) -> None:
        """See `Bidder.lost`."""
        self._note(self._bid_last + 1)

    def _note(self, price: int) -> None:
        self._ratio[self._count] = self._chance_last / max(price, 1)
        self._paid[self._count] = price
        self._count += 1

    def _solve(self) -> None:
        ratio, paid = self._ratio[: self._count], self._paid[: self._count]
        order = np.argsort(-ratio, kind="stable")
        may = self._left * self._count / max(1, self._auctions - self._count)
        buys = int(np.searchsorted(np.cumsum(paid[order]), may, side="right"))
        threshold = float(ratio[order[min(buys, self._count - 1)]])
        if threshold > 0.0:
            self._slope = 1.0 / threshold


class Pid(Linear):
    """AuctionNet's rule of thumb: a fifth more where spend would stay under 0.7 of what is left, 0.7 where over 1.1."""

    def __init__(
        self, landscape: Landscape, scale: float, base: float, auctions: int, budget: int
    ) -> None:
        """Begin as the linear bidder does."""
        super().__init__(landscape, scale, base)
        self._auctions, self._count, self._before = auctions, 0, budget

    def bid(self, chance: float, left: int) -> int:
        """See `Bidder.bid`."""
        if self._count and self._count % _PID_EVERY == 0:
            rest = (self._auctions - self._count) / _PID_EVERY
            projected = (self._before - left) * rest
            if projected < _PID_SLOW * left:
                self._slope *= _PID_UP
            elif projected > _PID_FAST * left:
                self._slope *= _PID_DOWN
            self._before = left
        self._count += 1
        return super().bid(chance, left)


def best_clicks(episode: Episode, budget: int) -> Ints:
    """Return which auctions whoever knows every price and click buys: clicked ones, cheapest first. It is optimal."""
    clicked = np.flatnonzero(episode.click)
    order = clicked[np.argsort(episode.market_price[clicked], kind="stable")]
    return order[: _affordable(episode.market_price[order], budget)]


def best_chances(episode: Episode, budget: int) -> Ints:
    """Return what whoever knows every price and given chance, but no click, buys: by chance a micro, while it lasts.

    This is the linear programme of predicted clicks but for one auction at the edge: what the given chances allow.
    """
    ratio = episode.click_chance / np.maximum(episode.market_price, 1e-9)
    order = np.argsort(-ratio, kind="stable")
    return order[: _affordable(episode.market_price[order], budget)]


def _affordable(price: Ints, budget: int) -> int:
    return int(np.searchsorted(np.cumsum(price), budget, side="right"))


def linear_grid(landscape: Landscape, episode: Episode, scale: float, budget: int) -> Floats:
    """Play linear bidders of many base bids side by side.

    Returns:
        Shape (BASES, 4): clicks, spend, wins and the sum of chances won of each.
    """
    base = np.geomspace(landscape.bid_max / 1_000.0, landscape.bid_max * 10.0, BASES)
    slope, left = base / scale, np.full(BASES, budget, np.int64)
    clicks, wins, chances = np.zeros(BASES), np.zeros(BASES), np.zeros(BASES)
    rows = (episode.click.tolist(), episode.market_price.tolist(), episode.click_chance.tolist())
    for click, price, chance in zip(*rows, strict=True):
        won = np.minimum(np.minimum(slope * chance, landscape.bid_max), left) // 1 >= price
        left -= won * price
        wins += won
        clicks += won * click
        chances += won * chance
    return np.stack([clicks, budget - left, wins, chances], axis=1)
