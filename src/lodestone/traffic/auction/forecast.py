"""What an ad would bring on pages that were decided before: people, impressions, actions and cost at several budgets.

    curve      at each of `PACES` the ad alone is put into every page: how likely it is seen, and what it is charged
    a budget   the pace at which a day's expected cost is just the budget; 1 where the audience costs less
    intervals  from days drawn anew by viewer, with their pages (a viewer's pages come and go together), and of what is drawn
               from each day's chances: who sees, who acts

The ad stands among organic posts alone, so that the forecast leaves out what other ads would take: it is what the auction
gives on an empty market, and docs say so. No page is decided anew: the organic slates are those of the receipts.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.base.money import Micros
from lodestone.traffic.auction.inputs import WEIGHT_ONE, Ads, Organics, PageRules
from lodestone.traffic.auction.kernels import Kernels
from lodestone.traffic.auction.settle import settle, truthful_rule

PACES: Final = tuple(2.0 ** (-step / 2) for step in range(20, -1, -1))
"""From a thousandth of the bid to all of it, each root two times the one before."""
BIDS: Final = tuple(round(2.0 ** (step / 8)) for step in range(24, 321))
"""Bids that are tried, micros: from 8 to a million units, each the eighth root of two times the one before."""
DRAWS: Final = 400
INTERVAL: Final = (0.05, 0.95)
"""Quantiles between which nine days of ten are expected."""


class Opportunity(NamedTuple):
    """One page that the ad could have stood on."""

    viewer: int
    """Equal for pages of one viewer; ordinals of any kind."""
    organics: Organics
    rules: PageRules
    """Where ads may stand on it."""
    action: float
    """Chance of the bought action when the ad is seen, in [0, 1]."""
    user: float
    """What seeing it is worth to the viewer, micros; may be negative."""
    author: int = -1
    """Whose post the ad shows, numbered as the organics' authors; -1: nobody's on the page."""


class Curve(NamedTuple):
    """What a day brings at each pace; arrays of shape (viewers, paces), not falling with the pace."""

    seen: Floats
    """Expected impressions."""
    actions: Floats
    """Expected bought actions."""
    cost: Floats
    """Expected charge, micros."""


class Range(NamedTuple):
    """A figure of the day to come, with `INTERVAL`."""

    low: float
    middle: float
    high: float


class Forecast(NamedTuple):
    """What one daily budget would bring."""

    budget: Micros
    pace: float
    """The share of the bid at which the budget lasts the day, in (0, 1]."""
    reach: Range
    """Different people who see it."""
    impressions: Range
    actions: Range
    cost: Range
    """Micros."""


def curve_of(
    kernels: Kernels,
    pages: Sequence[Opportunity],
    bid: Micros,
    *,
    by_action: bool,
    reserve: float = 0.0,
) -> Curve:
    """Put an ad into every page at every pace.

    Args:
        kernels: Compiled or plain.
        pages: Of one day.
        bid: For the bought action, or for an impression.
        by_action: Whether actions are bought, and not impressions.
        reserve: The least that is accepted for a seen impression, micros.
    """
    viewers = {name: row for row, name in enumerate(dict.fromkeys(page.viewer for page in pages))}
    curve = Curve(*(np.zeros((len(viewers), len(PACES))) for _ in Curve._fields))
    for page in pages:
        row, rules = viewers[page.viewer], page.rules
        for column, pace in enumerate(PACES):
            action = page.action if by_action else 1.0
            ads = _alone(page, bid, action, pace, reserve)
            rule = truthful_rule(page.organics, ads, rules)
            winners = settle(kernels, page.organics, ads, rules, rule).winners
            if not winners:
                continue
            seen = winners[0].weight / WEIGHT_ONE
            paid = winners[0].payment_action * action if by_action else winners[0].payment_impression  # fmt: skip
            curve.seen[row, column] += seen
            curve.actions[row, column] += seen * page.action
            curve.cost[row, column] += seen * paid
    return curve


def winning_bids(
    kernels: Kernels, pages: Sequence[Opportunity], *, by_action: bool, reserve: float = 0.0
) -> Floats:
    """Return the least bid that puts an ad on each page if there are no others, micros; shape (pages,), inf where none does.

    Found among `BIDS`, a twelfth apart, so that it is the truth or less than that above it; a higher bid never loses a
    page that a lower one wins.

    Args:
        kernels: Compiled or plain.
        pages: Any.
        by_action: Whether actions are bought, and not impressions.
        reserve: The least that is accepted for a seen impression, micros.
    """
    least = np.full(len(pages), np.inf)
    for row, page in enumerate(pages):
        action = page.action if by_action else 1.0

        def wins(bid: int, page: Opportunity = page, action: float = action) -> bool:
            ads = _alone(page, Micros(bid), action, 1.0, reserve)
            rule = truthful_rule(page.organics, ads, page.rules)
            return bool(settle(kernels, page.organics, ads, page.rules, rule).winners)

        place = bisect_left(BIDS, x=True, key=wins)
        if place < len(BIDS):
            least[row] = BIDS[place]
    return least


def forecast(
    curve: Curve, budgets: Sequence[Micros], scale: float, chance: np.random.Generator
) -> list[Forecast]:
    """Say what daily budgets would bring.

    Args:
        curve: Of a sample of a day's pages.
        budgets: Each 1 micro or more.
        scale: How many pages a day has for each of the sample's, 1 or more.
        chance: Draws the days of the intervals.
    """
    assert scale >= 1.0
    assert all(budget > 0 for budget in budgets)
    viewers = curve.cost.shape[0]
    if not viewers:
        nothing = Range(0.0, 0.0, 0.0)
        return [Forecast(budget, 1.0, nothing, nothing, nothing, nothing) for budget in budgets]
    weights = chance.multinomial(viewers, np.full(viewers, 1.0 / viewers), DRAWS)
    weights = np.concatenate([np.ones((1, viewers)), weights])  # the day itself first
    reached = -np.expm1(-scale * curve.seen)
    parts = (reached, scale * curve.seen, scale * curve.actions, scale * curve.cost)
    columns: list[Floats] = [weights @ part for part in parts]
    return [_at(budget, columns, viewers, chance) for budget in budgets]


def _at(
    budget: Micros, columns: Sequence[Floats], viewers: int, chance: np.random.Generator
) -> Forecast:
    """Return what a budget brings; columns of shape (1 + draws, paces): reach, impressions, actions, cost."""
    cost = columns[3]
    place = np.array([_place(row, float(budget)) for row in cost])
    below = np.minimum(place.astype(np.int64), len(PACES) - 2)
    part, rows = place - below, np.arange(place.size)
    figures = []
    for column in columns:
        low, high = column[rows, below], column[rows, below + 1]
        figures.append(low + part * (high - low))
    reach, impressions, actions, spent = figures
    pace = float(np.interp(place[0], np.arange(len(PACES)), PACES))
    return Forecast(
        budget,
        pace,
        reach=_range(reach, chance.binomial(viewers, np.clip(reach[1:] / viewers, 0.0, 1.0))),
        impressions=_range(impressions, chance.poisson(impressions[1:])),
        actions=_range(actions, chance.poisson(actions[1:])),
        cost=_range(spent, spent[1:]),
    )


def _place(cost: Floats, budget: float) -> float:
    """Return where on the grid of paces a day costs the budget: the last place where it costs no more."""
    above = int(np.searchsorted(cost, budget, side="right"))
    if above == cost.size:
        return float(cost.size - 1)
    if above == 0:
        return 0.0
    low, high = float(cost[above - 1]), float(cost[above])
    return above - 1 + (budget - low) / (high - low)


def _range(values: Floats, drawn: Floats | Ints) -> Range:
    low, high = np.quantile(drawn, INTERVAL).tolist()
    middle = float(values[0])
    return Range(min(low, middle), middle, max(high, middle))


def _alone(page: Opportunity, bid: Micros, action: float, pace: float, reserve: float) -> Ads:
    return Ads(
        bid=np.array([bid], np.int64),
        action=np.array([action]),
        pace=np.array([pace]),
        user=np.array([page.user]),
        price=np.zeros(1),
        payer=np.zeros(1, np.int32),
        author=np.array([page.author], np.int32),
        reserve=np.array([reserve]),
    )
