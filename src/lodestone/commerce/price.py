"""Price and commission, frozen at the sale; refunds that never pass what was paid.

Shares are parts of a million, whole. Every division goes through `split`, so that what the merchant
and the house get adds up to what the buyer paid, to the micro, in whatever parts it is paid or refunded.
"""

from dataclasses import dataclass
from typing import Final

from lodestone.base.money import MICROS_MAX, Micros, split

SHARE_WHOLE: Final = 1_000_000
QUANTITY_MAX: Final = 10_000
PRICE_MAX: Final = Micros(10**15)
"""A thousand million units: times the most of an order, still far below what a ledger takes."""


@dataclass(frozen=True, slots=True)
class Parts:
    """An amount and whose it is; `merchant + commission == total`."""

    total: Micros
    merchant: Micros
    commission: Micros


def share_parts(share: float) -> int:
    """Return a share in [0, 1] as whole parts of a million.

    >>> share_parts(0.05)
    50000
    """
    assert 0 <= share <= 1
    return round(share * SHARE_WHOLE)


def freeze(unit: Micros, quantity: int, share: int) -> Parts:
    """Price one line of an order.

    Args:
        unit: Price of one, in micros.
        quantity: How many, at least 1.
        share: The house's commission in parts of a million.
    """
    assert 0 <= unit <= PRICE_MAX
    assert 1 <= quantity <= QUANTITY_MAX
    assert 0 <= share <= SHARE_WHOLE
    return divide(Micros(unit * quantity), share)


def divide(total: Micros, share: int) -> Parts:
    """Divide an amount between the house (its share) and the merchant (the rest)."""
    commission, merchant = split(total, [share, SHARE_WHOLE - share])
    return Parts(total, merchant, commission)


def add(one: Parts, other: Parts) -> Parts:
    """Add two amounts up."""
    assert one.total + other.total <= MICROS_MAX
    return Parts(
        Micros(one.total + other.total),
        Micros(one.merchant + other.merchant),
        Micros(one.commission + other.commission),
    )


def less(one: Parts, other: Parts) -> Parts:
    """Take one amount from another; no part goes below zero."""
    parts = Parts(
        Micros(one.total - other.total),
        Micros(one.merchant - other.merchant),
        Micros(one.commission - other.commission),
    )
    assert min(parts.total, parts.merchant, parts.commission) >= 0
    return parts


NOTHING: Final = Parts(Micros(0), Micros(0), Micros(0))


def portion(paid: Parts, before: Micros, amount: Micros) -> Parts:
    """Divide the next `amount` of what was paid as the whole was divided.

    The parts are differences of running totals, so that however an amount is taken in pieces
    (redemptions, refunds), the pieces add up to the whole's own division.

    Args:
        paid: The whole.
        before: How much of it has been taken already.
        amount: How much is taken now; `before + amount <= paid.total`.
    """
    assert before >= 0
    assert amount >= 0
    assert before + amount <= paid.total
    if paid.total == 0:
        return NOTHING
    commission = _commission(paid, Micros(before + amount)) - _commission(paid, before)
    return Parts(amount, Micros(amount - commission), Micros(commission))


def _commission(paid: Parts, taken: Micros) -> Micros:
    """Return the commission in the first `taken` of what was paid; never falls, never jumps by over `taken`."""
    return Micros(paid.commission * taken // paid.total)


def first_units(total: Micros, count: int, units: int) -> Micros:
    """Return what the first `units` of a voucher of `count` are worth.

    A total that does not divide gives its spare micros to the first units, as `split` does.

    >>> [first_units(Micros(100), 3, units) for units in range(4)]
    [0, 34, 67, 100]
    """
    assert 0 <= units <= count
    if units == 0:
        return Micros(0)
    # The sum of the first parts of `split(total, [1] * count)`, without laying out a million parts.
    each, spare = divmod(total, count)
    return Micros(each * units + min(units, spare))
