"""Stock arithmetic: what is offered is available, held or sold, and never anything else.

A line of an order takes units of one stock item or of several at once (a variant's own, and the
allotment of a flash sale); two lines may share one. All takes of an order stand or fall together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from lodestone.commerce.price import SHARE_WHOLE

STOCK_MAX: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Stock:
    """Units of one stock item. `offered` counts those already sold; all are >= 0."""

    offered: int
    held: int = 0
    sold: int = 0

    @property
    def available(self) -> int:
        """Return how many may still be taken."""
        return self.offered - self.held - self.sold


@dataclass(frozen=True, slots=True)
class Take:
    """So many units of one stock item."""

    item: str
    units: int


def joined(takes: Iterable[Take]) -> dict[str, int]:
    """Add up takes by stock item, so that two lines that share one are judged as one.

    >>> joined([Take("a", 2), Take("a", 3)])
    {'a': 5}
    """
    total: dict[str, int] = {}
    for take in takes:
        assert take.units > 0
        total[take.item] = total.get(take.item, 0) + take.units
    return total


def short(stock: Mapping[str, Stock], takes: Mapping[str, int]) -> tuple[str, ...]:
    """Return the stock items that have too few available, in the order of the takes."""
    return tuple(item for item, units in takes.items() if stock[item].available < units)


def may_return(stock: Mapping[str, Stock], takes: Mapping[str, int]) -> bool:
    """Say whether units that others hold would suffice, should those give them up."""
    return all(stock[item].available + stock[item].held >= units for item, units in takes.items())


def hold_limit(stock: Stock, share: int) -> int:
    """Return how many units one buyer may keep from others without paying: a share of those not sold, at least one.

    Args:
        stock: The stock item.
        share: Parts of a million.

    >>> hold_limit(Stock(offered=100, sold=40), 100_000), hold_limit(Stock(offered=3), 100_000)
    (6, 1)
    """
    return max(1, (stock.offered - stock.sold) * share // SHARE_WHOLE)


def hold(stock: Stock, units: int) -> Stock:
    """Set units aside."""
    assert 0 < units <= stock.available
    return replace(stock, held=stock.held + units)


def release(stock: Stock, units: int) -> Stock:
    """Give held units back."""
    assert 0 < units <= stock.held
    return replace(stock, held=stock.held - units)


def sell(stock: Stock, units: int) -> Stock:
    """Turn held units into sold ones."""
    assert 0 < units <= stock.held
    return replace(stock, held=stock.held - units, sold=stock.sold + units)


def restock(stock: Stock, units: int) -> Stock:
    """Take sold units back: an order was given up before anything was handed over."""
    assert 0 < units <= stock.sold
    return replace(stock, sold=stock.sold - units)


def offer(stock: Stock, offered: int) -> Stock | None:
    """Change how many are offered in all, None when fewer than are held and sold."""
    assert 0 <= offered <= STOCK_MAX
    return None if offered < stock.held + stock.sold else replace(stock, offered=offered)
