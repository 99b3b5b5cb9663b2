"""Flash sales: a window, a stock, a limit per person, judged in one order."""

from dataclasses import dataclass

from lodestone.base.clock import Instant


@dataclass(frozen=True, slots=True)
class Sale:
    """The rules of one sale. It is open in [opens, closes)."""

    opens: Instant
    closes: Instant
    limit: int
    """Units one person may have in all, 0 for no limit."""


def within(sale: Sale, now: Instant) -> bool:
    """Say whether a sale is open."""
    return sale.opens <= now < sale.closes


def over_limit(sale: Sale, taken: int, wanted: int) -> bool:
    """Say whether a person who has `taken` units would pass the limit with `wanted` more."""
    return sale.limit > 0 and taken + wanted > sale.limit
