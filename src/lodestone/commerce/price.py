"""Price and commission, frozen at the sale; refunds that never pass what was paid.

Shares are parts of a million, whole. What the merchant and the house get adds up to what the buyer paid, to the
micro, in whatever parts it is paid or refunded. Amounts are divided in whole minor units of the currency (fen, yen):
the house's commission is rounded down to one, and the merchant has the rest; of a voucher's units the first are
dearer by one. `unit` is that minor unit in micros; 1 for orders whose price is no whole number of them.
"""

from dataclasses import dataclass
from typing import Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.base.money import MICROS_MAX, Micros, minor_unit, split

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


def freeze(price: Micros, quantity: int, share: int, *, unit: int = 1) -> Parts:
    """Price one line of an order.

    Args:
        price: Of one, in micros.
        quantity: How many, at least 1.
        share: The house's commission in parts of a million.
        unit: Micros in which it is divided.
    """
    assert 0 <= price <= PRICE_MAX
    assert 1 <= quantity <= QUANTITY_MAX
    assert 0 <= share <= SHARE_WHOLE
    return divide(Micros(price * quantity), share, unit=unit)


def divide(total: Micros, share: int, *, unit: int = 1) -> Parts:
    """Divide an amount between the house (its share) and the merchant (the rest).

    >>> divide(Micros(990_000_000), 50_000, unit=1_000_000)
    Parts(total=990000000, merchant=941000000, commission=49000000)
    """
    if unit == 1 or total % unit:
        commission, merchant = split(total, [share, SHARE_WHOLE - share])
        return Parts(total, merchant, commission)
    whole = Micros(total * share // SHARE_WHOLE // unit * unit)
    return Parts(total, Micros(total - whole), whole)


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


def require_whole(amount: int, currency: str, field: str) -> None:
    """Refuse an amount that no provider can move: it is no whole number of the currency's minor units.

    Raises:
        InvalidError: `amount_not_whole`, naming the field.
    """
    unit = minor_unit(currency)
    if amount % unit:
        problem = Problem(
            field, f"must be a multiple of {unit} micros, the smallest coin in {currency}"
        )
        raise InvalidError("amount_not_whole", f"{field} {problem.problem}.", (problem,))


NOTHING: Final = Parts(Micros(0), Micros(0), Micros(0))


def portion(paid: Parts, before: Micros, amount: Micros, *, unit: int = 1) -> Parts:
    """Divide the next `amount` of what was paid as the whole was divided.

    The parts are differences of running totals, so that however an amount is taken in pieces
    (redemptions, refunds), the pieces add up to the whole's own division.

    Args:
        paid: The whole.
        before: How much of it has been taken already.
        amount: How much is taken now; `before + amount <= paid.total`.
        unit: Micros in which the whole was divided; all of these are whole numbers of it.
    """
    assert before >= 0
    assert amount >= 0
    assert before + amount <= paid.total
    if paid.total == 0:
        return NOTHING
    upto, base = _commission(paid, Micros(before + amount), unit), _commission(paid, before, unit)
    commission = upto - base
    return Parts(amount, Micros(amount - commission), Micros(commission))


def _commission(paid: Parts, taken: Micros, unit: int) -> Micros:
    """Return the commission in the first `taken` of what was paid; never falls, never jumps by over `taken`."""
    return Micros(paid.commission * taken // paid.total // unit * unit)


def first_units(total: Micros, count: int, units: int, *, unit: int = 1) -> Micros:
    """Return what the first `units` of a voucher of `count` are worth.

    A total that does not divide gives its spare minor units to the first units, as `split` does.

    >>> [first_units(Micros(100), 3, units) for units in range(4)]
    [0, 34, 67, 100]
    """
    assert 0 <= units <= count
    if units == 0:
        return Micros(0)
    assert total % unit == 0
    # The sum of the first parts of `split(coins, [1] * count)`, without laying out a million parts.
    each, spare = divmod(total // unit, count)
    return Micros(unit * (each * units + min(units, spare)))
