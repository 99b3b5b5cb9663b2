"""A market that reacts: 48 advertisers, 48 ticks, three slots, generalised second price, by AuctionNet's published rules.

Rules: three slots exposed with chance 1, 0.8 and 0.6; each is sold at the next bid, 0.01 at least, and paid only if exposed; a day's score
is conversions x min(1, (target cost / cost)^2). Three defects of the published code are not repeated: chance is one stream for a
whole day instead of the same one in every tick; what is sold at the floor is sold; and who cannot pay for an impression leaves the tick from
there on, the others moving up, instead of losing wins at random. Values are drawn here, so that no figure compares with
AuctionNet's own.
"""

from typing import NamedTuple

import numpy as np

from lodestone.traffic.pacing.multipliers import Flow, begin, step

TICKS, SLOTS = 48, 3
EXPOSURE = np.array([1.0, 0.8, 0.6])
FLOOR = 0.01
CEILING = 1.5
"""The most that any bidder offers for a conversion, in target costs."""


class Market(NamedTuple):
    values: list[np.ndarray]
    """One for each tick, shape (impressions, advertisers): chance of a conversion if exposed."""
    budget: np.ndarray
    target: np.ndarray
    """Cost of a conversion that each would pay."""


class Seen(NamedTuple):
    """What one advertiser learns of a tick."""

    least_cost: np.ndarray
    """Shape (impressions,). The price of the last slot."""
    spent: float
    expected: float
    """Conversions to be expected of what was exposed."""


class Day(NamedTuple):
    """Arrays of shape (advertisers,)."""

    spent: np.ndarray
    conversions: np.ndarray
    score: np.ndarray
    least_cost: list[np.ndarray]
    rivals: list[np.ndarray]
    """One for each tick, shape (2, impressions, 4): the four highest bids, and whose they are."""


def some_market(seed, *, advertisers=48, impressions=200):
    """Draw two days of the same advertisers: traffic rises and falls over a day, and impressions fit some better than others."""
    chance = np.random.default_rng(seed)
    level = chance.normal(-6.0, 0.4, advertisers)
    taste = chance.normal(0, 0.6, (advertisers, 6))
    shape = 1 + 0.6 * np.sin(2 * np.pi * (np.arange(TICKS) - 14) / TICKS)
    budget, target = (
        chance.uniform(1, 6, advertisers) * impressions,
        chance.uniform(60, 130, advertisers),
    )
    days = []
    for _ in range(2):
        values = []
        for rate in shape * impressions:
            viewer = chance.normal(0, 0.7, (chance.poisson(rate), 6))
            noise = chance.normal(0, 0.3, (viewer.shape[0], advertisers))
            values.append(np.minimum(np.exp(level + viewer @ taste.T + noise), 0.5))
        days.append(Market(values, budget, target))
    return days


def auction(bids):
    """Return who has which slot, shape (impressions, slots), -1 for nobody; its price; the four highest bids and whose they are."""
    order = np.argsort(-bids, axis=1, kind="stable")[:, : SLOTS + 1]
    ranked = np.take_along_axis(bids, order, axis=1)
    price = np.maximum(ranked[:, 1:], FLOOR)
    return (
        np.where(ranked[:, :SLOTS] >= FLOOR, order[:, :SLOTS], -1),
        price,
        np.stack([ranked, order]),
    )


def affordable(bids, left, exposed):
    """Run a tick; whoever cannot pay an impression bids nothing from there on. Returns winners, prices, the ranked bids."""
    bids = bids.copy()
    while True:
        winner, price, ranked = auction(bids)
        cost = np.zeros(bids.shape)
        rows, slots = np.nonzero(exposed & (winner >= 0))
        cost[rows, winner[rows, slots]] = price[rows, slots]
        over = np.cumsum(cost, axis=0) > left
        broke = np.flatnonzero(over.any(axis=0))
        if not broke.size:
            return winner, price, ranked
        # The first in the tick alone: once it is gone, others pay other prices from there on.
        first = over[:, broke].argmax(axis=0)
        at = first.min()
        bids[at:, broke[first == at]] = 0


def play(market, bidders, chance):
    """Live a day."""
    count = market.budget.size
    spent, conversions = np.zeros(count), np.zeros(count)
    least, rivals = [], []
    for bidder, budget, target in zip(bidders, market.budget, market.target, strict=True):
        bidder.start(float(budget), float(target))
    for t, values in enumerate(market.values):
        size = values.shape[0]
        bids = np.stack([b.bid(values[:, i], t) for i, b in enumerate(bidders)], axis=1)
        exposed = chance.random((size, SLOTS)) < EXPOSURE
        winner, price, ranked = affordable(bids, market.budget - spent, exposed)
        rows, slots = np.nonzero(exposed & (winner >= 0))
        who, value = winner[rows, slots], values[rows, winner[rows, slots]]
        converted = chance.random((size, SLOTS))[rows, slots] < value
        cost = np.bincount(who, price[rows, slots], count)
        expected = np.bincount(who, value, count)
        spent += cost
        conversions += np.bincount(who, converted, count)
        least.append(price[:, SLOTS - 1])
        rivals.append(ranked)
        for i, bidder in enumerate(bidders):
            bidder.saw(Seen(least[-1], float(cost[i]), float(expected[i])), t)
    cpa = spent / np.maximum(conversions, 1e-9)
    score = conversions * np.minimum(1.0, (market.target / np.maximum(cpa, 1e-9)) ** 2)
    return Day(spent, conversions, score, least, rivals)


def hindsight(market, day, i):
    """Bound the conversions that anybody could have expected with this one's budget against the day's other bids.

    Weak duality: for every price of the budget, price x budget + what is left of each impression at it is no less. To stand
    in slot k it would pay the k-th bid of the others.
    """
    value = np.concatenate([v[:, i] for v in market.values])
    ranked, whose = np.concatenate(day.rivals, axis=1)
    mine = np.where((whose == i).any(axis=1), (whose == i).argmax(axis=1), SLOTS + 1)
    behind = np.arange(SLOTS) >= mine[:, None]
    price = np.maximum(np.where(behind, ranked[:, 1:], ranked[:, :SLOTS]), FLOOR)

    def bound(dual):
        gain = EXPOSURE * (value[:, None] - dual * price)
        return dual * market.budget[i] + np.maximum(gain.max(axis=1), 0).sum()

    low, high = 0.0, float((value / FLOOR).max())
    for _ in range(60):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (low, b) if bound(a) < bound(b) else (a, high)
    return bound((low + high) / 2)


class Constant:
    """Bids the target cost, whatever happens."""

    def start(self, budget, target):
        self.budget, self.target, self.left = budget, target, budget

    def bid(self, values, t):
        return self.target * values

    def saw(self, seen, t):
        self.left -= seen.spent


class Pid(Constant):
    """AuctionNet's baseline: a fifth more when spending falls short of the rest of the day, less when it runs ahead."""

    def start(self, budget, target):
        super().start(budget, target)
        self.alpha = target

    def bid(self, values, t):
        return self.alpha * values

    def saw(self, seen, t):
        super().saw(seen, t)
        projected = seen.spent * (TICKS - t - 1)
        if projected < 0.7 * self.left:
            self.alpha *= 1.2
        elif projected > 1.1 * self.left:
            self.alpha *= 0.7


def price_of(ticks, budget):
    """Return the cost for value up to which a budget buys these impressions, each shape (2, impressions): cost for value, cost."""
    ratio, cost = np.concatenate(ticks, axis=1)
    order = np.argsort(ratio)
    last = int(np.searchsorted(np.cumsum(cost[order]), budget))
    return float(ratio[order[min(last, ratio.size - 1)]])


class OnlineLp(Constant):
    """AuctionNet's best baseline: yesterday's impressions by cost for value, bought until the rest of the budget is spent."""

    def __init__(self, values, least_cost):
        self.yesterday = [np.stack([c / v, c]) for v, c in zip(values, least_cost, strict=True)]

    def bid(self, values, t):
        return min(price_of(self.yesterday[t:], self.left), CEILING * self.target) * values


class Paced(Constant):
    """Our own rules (`traffic/pacing`): the smaller of a budget's dual price along yesterday's course and a target's multiplier."""

    def __init__(self, plan, yesterday):
        """Take yesterday's spending by tick, and its impressions as `price_of` reads them."""
        self.plan, self.yesterday = plan / plan.sum(), yesterday

    def start(self, budget, target):
        super().start(budget, target)
        warm = float(np.clip(price_of(self.yesterday, budget) / target, FLOOR, CEILING))
        self.state = begin(1, price=1.0 / warm, target=CEILING, ceiling=CEILING)
        payment = float(np.mean(np.concatenate(self.yesterday, axis=1)[1]))
        self.wins = np.array([max(1.0, budget / payment)])

    def bid(self, values, t):
        return self.target * float(self.state.bid()[0]) * values

    def saw(self, seen, t):
        super().saw(seen, t)
        allowed = np.array([seen.expected * self.target])
        flow = Flow(np.array([seen.spent]), allowed, self.plan[t : t + 1])
        self.state = step(self.state, flow, np.array([self.budget]), self.wins)
