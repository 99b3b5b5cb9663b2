"""What a creator's order comes to: fixed, by plays, by conversions, by sales. Whole micros; the parts make the whole.

| kind | what the creator earns | escrow |
|---|---|---|
| fixed | the price, while the item stays up for the counted days; nothing if it does not | the price |
| cpm | rate x organic plays / 1000, at least the floor while the item stays up, at most the cap | the cap |
| cpa | rate x conversions, likewise | the cap |
| cps | rate millionths of what was sold and not returned, likewise | the cap |
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal, TypeAlias

import msgspec

from lodestone.base.money import MICROS_MAX, Micros
from lodestone.commerce.price import SHARE_WHOLE
from lodestone.events.outcomes import FactKind

KindName: TypeAlias = Literal["fixed", "cpm", "cpa", "cps"]
PER_MILLE: Final = 1_000
FEE_PARTS: Final = 2
"""The fee for a draft that was not wanted is the sure part of the price, divided by this."""


class Kind(IntEnum):
    """How an order is settled; numbers are stored and never change."""

    FIXED = 1
    CPM = 2
    CPA = 3
    CPS = 4


class Goods(msgspec.Struct, frozen=True, array_like=True):
    """What is counted of conversions: of which kind, and of which products."""

    action: int = int(FactKind.ORDER)
    """A `FactKind`."""
    items: tuple[int, ...] = ()
    """Rows of the products' items."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What both have agreed to; frozen when the offer or bid is made."""

    kind: Kind
    rate: int
    """Micros: the price, or for 1,000 plays, or for one conversion; millionths of sales for `cps`."""
    floor: Micros
    """Micros that are earned at least; 0 of `fixed`."""
    cap: Micros
    """Micros that are earned at most; of `fixed` the price."""

    def __post_init__(self) -> None:
        assert 0 <= self.floor <= self.cap <= MICROS_MAX
        assert self.kind is not Kind.FIXED or self.rate == self.cap

    @property
    def sure(self) -> Micros:
        """Return what is earned whatever is counted."""
        return self.cap if self.kind is Kind.FIXED else self.floor


@dataclass(frozen=True, slots=True)
class Division:
    """An escrow divided; `measured + adjustment + back` is the whole of it."""

    measured: Micros
    """The creator's, as it was measured."""
    adjustment: int
    """What facts that came late add to it, below zero take from it."""
    back: Micros
    """The advertiser's."""

    @property
    def earned(self) -> Micros:
        """Return what the creator has of it."""
        return Micros(self.measured + self.adjustment)


def draft_fee(terms: Terms) -> Micros:
    """Return what a draft is worth to which the advertiser does not hold.

    >>> draft_fee(Terms(Kind.FIXED, 101, Micros(0), Micros(101)))
    50
    """
    return Micros(terms.sure // FEE_PARTS)


def earned(terms: Terms, counted: int, *, stays: bool) -> Micros:
    """Return what a published item has earned.

    Args:
        terms: The order's.
        counted: Plays, conversions, or micros sold; no matter for `fixed`.
        stays: The item was up to the end of the counted days: without that there is no floor.

    >>> cpm = Terms(Kind.CPM, 30_000_000, Micros(100_000_000), Micros(600_000_000))
    >>> [earned(cpm, plays, stays=True) for plays in (0, 10_000, 10**6)]
    [100000000, 300000000, 600000000]
    """
    assert counted >= 0
    if terms.kind is Kind.FIXED:
        return terms.cap if stays else Micros(0)
    parts = {Kind.CPM: PER_MILLE, Kind.CPA: 1, Kind.CPS: SHARE_WHOLE}[terms.kind]
    least = terms.floor if stays else 0
    return Micros(min(terms.cap, max(least, terms.rate * counted // parts)))


def divide(escrow: Micros, measured: Micros, final: Micros) -> Division:
    """Divide an escrow by what was measured at first and in the end.

    >>> divide(Micros(100), Micros(60), Micros(55))
    Division(measured=60, adjustment=-5, back=45)
    """
    assert 0 <= measured <= escrow
    assert 0 <= final <= escrow
    return Division(measured, final - measured, Micros(escrow - final))
