"""Replay an advertiser's auctions: each bidder plays every episode with a budget of its own.

A bid of at least the market price wins and pays it. An episode's budget is its auctions times the mean market price of
the training histogram times a share, in whole micros. Nothing is carried from one episode to the next.
"""

from collections.abc import Callable, Iterable
from math import isfinite
from typing import Final

import msgspec
import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.insight.bids.bidders import Bidder, Constant, Linear, Paced
from lodestone.insight.bids.log import Episode, Training
from lodestone.insight.bids.peers import (
    BASES,
    OnlineLP,
    Pid,
    best_chances,
    best_clicks,
    linear_grid,
)
from lodestone.traffic.pacing.landscape import Landscape, constant_bid, landscape_of

Report = Callable[[str, int, int], None]
BIDDERS: Final = ("paced", "linear", "constant", "hindsight")


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What a bidder bought."""

    clicks: int
    spend_micros: int
    wins: int
    cpc_micros: int | None
    """Spend a click; None without one."""
    expected_clicks: float
    """Sum of the given chances of a click over what it won: the same comparison with less noise."""


class BidReplay(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one replay."""

    advertiser: str
    impressions: int
    episodes: int
    clicks: int
    budget_share: float
    budget_micros: int
    bidders: dict[str, Score]
    """`hindsight` knows every price and click: no bidder can have more clicks."""
    peers: dict[str, Score]
    """`click_chances` knows every price and given chance; `linear_hindsight` is the best base bid for the whole log."""


class _Tally:
    """Sums over episodes."""

    def __init__(self) -> None:
        self.sums: Floats = np.zeros(4)

    def add(self, episode: Episode, won: Ints) -> None:
        """Add the auctions that were won, by their place in the episode."""
        price, chance = episode.market_price[won], episode.click_chance[won]
        self.sums += [episode.click[won].sum(), price.sum(), won.size, chance.sum()]

    def score(self) -> Score:
        return _score(self.sums)


def replay(
    training: Training,
    episodes: Iterable[Episode],
    share: float,
    *,
    advertiser: str,
    expected: int = 0,
    report: Report = lambda _what, _done, _whole: None,
) -> BidReplay:
    """Play all episodes, one in memory at a time.

    Args:
        training: What every bidder knows.
        episodes: In order.
        share: Of the mean market price that is to be spent an auction, positive.
        advertiser: Named in the answer.
        expected: Auctions in all, for `report`.
        report: Takes (of what, auctions done, auctions in all).
    """  # fmt: skip
    assert isfinite(share)
    assert share > 0
    landscape = landscape_of(training.price_count)
    tallies: dict[str, _Tally] = {}
    grid: Floats = np.zeros((BASES, 4))
    count = clicks = auctions = budgets = 0
    for episode in episodes:
        size = episode.click.size
        budget = int(size * training.price_mean * share)
        for name, bidder in _bidders(landscape, training, size, budget).items():
            tallies.setdefault(name, _Tally()).add(episode, play(bidder, episode, budget))
        for name, choose in (("hindsight", best_clicks), ("click_chances", best_chances)):
            tallies.setdefault(name, _Tally()).add(episode, choose(episode, budget))
        grid += linear_grid(landscape, episode, training.click_rate, budget)
        count, clicks = count + 1, clicks + int(episode.click.sum())
        auctions, budgets = auctions + size, budgets + budget
        report("auctions", auctions, max(expected, auctions))
    scores = {name: tally.score() for name, tally in tallies.items()}
    bidders = {name: scores.pop(name) for name in BIDDERS}
    # Most clicks, of equals the most expected of them.
    best = max(grid.tolist(), key=lambda row: (row[0], row[3]))
    return BidReplay(
        advertiser=advertiser,
        impressions=auctions,
        episodes=count,
        clicks=clicks,
        budget_share=share,
        budget_micros=budgets,
        bidders=bidders,
        peers={**scores, "linear_hindsight": _score(np.array(best))},
    )


def play(bidder: Bidder, episode: Episode, budget: int) -> Ints:
    """Let a bidder bid on each auction of an episode; return the places of those it won.

    A bid above what is left counts as what is left, so that no bidder can pass its budget.
    """
    left, won = budget, []
    prices, chances = episode.market_price.tolist(), episode.click_chance.tolist()
    for place, (price, chance) in enumerate(zip(prices, chances, strict=True)):
        if min(bidder.bid(chance, left), left) >= price:
            left -= price
            won.append(place)
            bidder.won(price)
        else:
            bidder.lost()
    return np.array(won, np.int64)


def _bidders(landscape: Landscape, training: Training, size: int, budget: int) -> dict[str, Bidder]:
    base, scale = constant_bid(landscape, budget / size), training.click_rate
    return {
        "paced": Paced(landscape, size, budget),
        "linear": Linear(landscape, scale, base),
        "constant": Constant(landscape, size, budget),
        "online_lp": OnlineLP(landscape, scale, base, size, budget),
        "pid": Pid(landscape, scale, base, size, budget),
    }


def _score(sums: Floats) -> Score:
    clicks, spend, wins = (int(number) for number in sums[:3])
    return Score(
        clicks=clicks,
        spend_micros=spend,
        wins=wins,
        cpc_micros=round(spend / clicks) if clicks else None,
        expected_clicks=round(float(sums[3]), 3),
    )
