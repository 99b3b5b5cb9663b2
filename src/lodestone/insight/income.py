"""Who earned how much in some days: how many, how evenly, by kind, audience and region, and none of them to be made out.

The figures are of people whose earnings of the days came to more than nothing; a shop's are its owner's. A cell of fewer
than `K` people is hidden, and as many others with it as it takes for the hidden ones to be at least two and `K` people
together, so that nothing is told by subtraction from the whole. Where fewer than `K` earned, nothing is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from statistics import NormalDist
from typing import Final

import msgspec
import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.content.comment_ranking import wilson_lower
from lodestone.ledger.chart import Code
from lodestone.traffic.promises import gini

K: Final = 5
"""The fewest people of whom anything is told."""
KINDS: Final = ("sales", "order", "ad_share", "other")
_KIND_OF: Final[Mapping[int, str]] = {
    Code.EARNED: "sales", Code.VOUCHER_REDEEMED: "sales", Code.REFUND: "sales", Code.COMMISSION: "sales", Code.COMMISSION_BACK: "sales",
    Code.DEBT_SETTLED: "sales", Code.CREATOR_EARNED: "order", Code.ESCROW_ADJUSTED: "order",
    Code.AD_SHARE: "ad_share", Code.AD_SHARE_BACK: "ad_share", Code.AD_SHARE_FREED: "ad_share", Code.AD_SHARE_DEBT: "ad_share",
}  # fmt: skip
PAYING: Final = frozenset(
    (
        Code.PAYOUT, Code.PAYOUT_PAID, Code.PAYOUT_BACK, Code.PAYOUT_REVERSED, Code.ADJUSTMENT, Code.BOOST,
        Code.BOOST_BACK,
    )
)  # fmt: skip
"""What moves a payable and is no income: it is paid or spent, or a payment is put right."""
AUDIENCES: Final = (0, 100, 1_000, 10_000, 100_000)
"""The least followers of each size of audience."""
DRAWS: Final = 400
_ENDS: Final = (2.5, 97.5)
_Z: Final = NormalDist().inv_cdf(0.975)
_DIGITS: Final = 2


class Interval(msgspec.Struct, frozen=True):
    """Between which a figure lies, 95 times in a hundred."""

    low: float
    high: float


class IncomeCell(msgspec.Struct, frozen=True, kw_only=True):
    """People of one kind of income, audience or region; both null where they are too few, or would give others away."""

    name: str
    people: int | None
    income: Money | None


class Living(msgspec.Struct, frozen=True, kw_only=True):
    """How many earned at least a stated amount in the days."""

    amount: Money
    people: int
    """To a whole multiple of the fewest people that are told of, downwards."""
    share: Interval
    """Of those who earned, by Wilson's score."""


class RegionChain(msgspec.Struct, frozen=True, kw_only=True):
    """From being seen to being paid in one region; all null where its people are too few."""

    region: str
    impressions: int | None
    """Organic ones, of posts by people of the region."""
    orders: int | None
    """That shops of the region were paid for."""
    people_paid: int | None
    """Whose payouts were ordered; null too where that is fewer than are told of."""
    first_impression: str | None
    first_order: str | None
    first_paid: str | None
    """The first day of each within the days asked for; null where there is none."""


class IncomeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What people earned in some days, beside what the community earned itself."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")
    fewest: int
    """A cell of fewer people is not told."""
    people: int | None
    """Who earned at all; null, and everything of them, where they are fewer than are told of."""
    income: Money | None
    """What they earned together."""
    house: Money
    """What the community earned itself: commission and ads."""
    partners_share: float | None
    """Of both together, what people earned."""
    target: float | None
    """What that share should be, as asked."""
    reached: bool | None
    median: Money | None
    """To two digits: the very amount would be somebody's."""
    median_interval: Interval | None
    """In micros, drawn anew 400 times."""
    gini: float | None
    gini_interval: Interval | None
    small_share: float | None
    """What creators with fewer followers than the median one earned, of all that was earned."""
    living: Living | None
    by_kind: list[IncomeCell]
    by_audience: list[IncomeCell]
    by_region: list[IncomeCell]
    chain: list[RegionChain]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the chain in one region."""

    count: int = 0
    first: str | None = None


@dataclass(frozen=True, slots=True)
class Earnings:
    """What is known of whoever earned anything or lost it again in some days."""

    amounts: Ints
    """Shape (people, kinds), micros; a kind's may be below zero."""
    followers: Ints
    """Shape (people,); -1 for whoever is no creator, or is not there any more."""
    small: Bools
    """Shape (people,): a creator with fewer followers than the median one."""
    regions: Sequence[str]
    """By person; empty where it is not known."""
    house: int
    """What the community earned itself, micros."""
    impressions: Mapping[str, Stage]
    orders: Mapping[str, Stage]
    paid: Mapping[str, Stage]
    """By region."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is about."""

    first: str
    last: str
    currency: str
    living: int | None
    """Micros; None: not asked."""
    target: float | None


def kind_of(code: int) -> int:
    """Return which of `KINDS` a transfer's code is income of.

    >>> KINDS[kind_of(Code.EARNED)], KINDS[kind_of(Code.CORRECTION)]
    ('sales', 'other')
    """
    return KINDS.index(_KIND_OF.get(code, "other"))


def hidden(people: Sequence[frozenset[int]]) -> list[bool]:
    """Say which cells are not told, given who is in each; people may be in several.

    >>> few, some, many = frozenset(range(2)), frozenset(range(10, 16)), frozenset(range(20, 40))
    >>> hidden([few, many, some])
    [True, False, True]
    """
    sizes = [len(cell) for cell in people]
    dark = [0 < size < K for size in sizes]
    by_size = sorted((size, index) for index, size in enumerate(sizes) if size >= K)
    for _, index in by_size:
        together = frozenset[int]().union(
            *(cell for cell, is_dark in zip(people, dark, strict=True) if is_dark)
        )
        if not any(dark) or (sum(dark) >= 2 and len(together) >= K):
            break
        dark[index] = True
    return dark


def income_report(earnings: Earnings, wanted: Wanted, chance: np.random.Generator) -> IncomeReport:
    """Say what people earned, as far as nobody is made out by it."""
    total = earnings.amounts.sum(axis=1)
    who = np.flatnonzero(total > 0)
    enough = who.size >= K
    income = total[who]
    together = int(income.sum())
    share = (
        together / (together + earnings.house) if enough and together + earnings.house > 0 else None
    )
    median_of, gini_of = _drawn(income, chance) if enough else (None, None)
    regions = [earnings.regions[index] or "unknown" for index in who.tolist()]
    by_region = _cells(_named(regions), lambda _: income, wanted.currency) if enough else []
    return IncomeReport(
        first=wanted.first,
        last=wanted.last,
        fewest=K,
        people=int(who.size) if enough else None,
        income=_money(together, wanted) if enough else None,
        house=_money(earnings.house, wanted),
        partners_share=share,
        target=wanted.target,
        reached=None if share is None or wanted.target is None else share >= wanted.target,
        median=_money(rounded(float(np.median(income))), wanted) if enough else None,
        median_interval=median_of,
        gini=gini(income.astype(np.float64)) if enough else None,
        gini_interval=gini_of,
        small_share=_small(earnings, who, income) if enough else None,
        living=_living(income, wanted) if enough and wanted.living is not None else None,
        by_kind=_by_kind(earnings, who, wanted.currency) if enough else [],
        by_audience=_by_audience(earnings, who, income, wanted.currency) if enough else [],
        by_region=by_region,
        chain=[_chain(earnings, cell) for cell in by_region],
    )


def rounded(amount: float) -> int:
    """Return micros to two digits.

    >>> rounded(1_234_567.0), rounded(0.0)
    (1200000, 0)
    """
    if amount < 1:
        return 0
    digits = _DIGITS - 1 - floor(log10(amount))
    return int(round(amount, digits))


def _money(micros: int, wanted: Wanted) -> Money:
    return Money(Micros(micros), wanted.currency)


def _drawn(income: Ints, chance: np.random.Generator) -> tuple[Interval, Interval]:
    """Return the intervals of median and Gini, of as many people drawn anew each time."""
    medians, ginis = [], []
    for _ in range(DRAWS):
        some: Floats = income[chance.integers(0, income.size, income.size)].astype(np.float64)
        medians.append(float(np.median(some)))
        ginis.append(gini(some))
    low, high = np.percentile(medians, _ENDS).tolist()
    below, above = np.percentile(ginis, _ENDS).tolist()
    return Interval(rounded(low), rounded(high)), Interval(below, above)


def _living(income: Ints, wanted: Wanted) -> Living:
    amount = wanted.living or 0
    people = int((income >= amount).sum()) // K * K
    return Living(amount=_money(amount, wanted), people=people, share=wilson(people, income.size))


def wilson(some: int, of: int) -> Interval:
    """Return the interval of a share by Wilson's score.

    >>> interval = wilson(50, 100)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.404, 0.596)
    """
    return Interval(wilson_lower(some, of, _Z), 1 - wilson_lower(of - some, of, _Z))


def _small(earnings: Earnings, who: Ints, income: Ints) -> float | None:
    small = earnings.small[who]
    creators = earnings.followers[who] >= 0
    below, above = int((small & creators).sum()), int((~small & creators).sum())
    others = who.size - below
    if min(below, above) < K or 0 < others < K:
        return None
    return float(income[small & creators].sum() / income.sum())


def _named(names: Sequence[str]) -> dict[str, frozenset[int]]:
    """Return who is in each cell, by its name, in the order of the names."""
    cells: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        cells.setdefault(name, []).append(index)
    return {name: frozenset(cells[name]) for name in sorted(cells)}


def _cells(
    cells: Mapping[str, frozenset[int]], income_of: Callable[[str], Ints], currency: str
) -> list[IncomeCell]:
    """Tell of cells what may be told.

    Args:
        cells: Who is in each, by its name.
        income_of: Gives by a cell's name what everybody's income counts there, micros; shape (people,).
        currency: The community's.
    """
    dark = hidden(list(cells.values()))
    return [
        IncomeCell(
            name=name,
            people=None if is_dark else len(people),
            income=None
            if is_dark
            else Money(Micros(int(income_of(name)[sorted(people)].sum())), currency),
        )
        for (name, people), is_dark in zip(cells.items(), dark, strict=True)
    ]


def _by_kind(earnings: Earnings, who: Ints, currency: str) -> list[IncomeCell]:
    amounts = earnings.amounts[who]
    cells = {
        name: frozenset(np.flatnonzero(amounts[:, kind]).tolist())
        for kind, name in enumerate(KINDS)
    }
    present = {name: people for name, people in cells.items() if people}
    return _cells(present, lambda name: amounts[:, KINDS.index(name)], currency)


def _by_audience(earnings: Earnings, who: Ints, income: Ints, currency: str) -> list[IncomeCell]:
    sizes = np.searchsorted(np.array(AUDIENCES), earnings.followers[who], side="right") - 1
    names = ["none" if size < 0 else f"{AUDIENCES[size]}+" for size in sizes.tolist()]
    return _cells(_named(names), lambda _: income, currency)


def _chain(earnings: Earnings, cell: IncomeCell) -> RegionChain:
    if cell.people is None:
        return RegionChain(
            region=cell.name, impressions=None, orders=None, people_paid=None, first_impression=None,
            first_order=None, first_paid=None,
        )  # fmt: skip
    seen, ordered, paid = (
        stage.get(cell.name, Stage())
        for stage in (earnings.impressions, earnings.orders, earnings.paid)
    )
    enough = paid.count >= K
    return RegionChain(
        region=cell.name, impressions=seen.count, orders=ordered.count,
        people_paid=paid.count if enough or not paid.count else None,
        first_impression=seen.first, first_order=ordered.first, first_paid=paid.first if enough else None,
    )  # fmt: skip
