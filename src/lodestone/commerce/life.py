"""The life of an order: one table of allowed moves, and nothing else decides.

| state | what holds |
|---|---|
| waiting | in line for units that others hold; no stock, no money |
| reserved | stock held until a set instant; no money yet |
| paid | stock sold, money held or, for what is redeemed, owed to the buyer as a voucher |
| fulfilled | handed over; the merchant and the house have been paid |
| refunded_in_part | as fulfilled, less what went back |
| refunded | all of it went back |
| cancelled | given up before it was fulfilled; stock and money are free again |
| expired | a time-out passed; stock and money are free again |
"""

from enum import IntEnum
from typing import Final


class OrderState(IntEnum):
    """Where an order stands; numbers are stored and never change."""

    WAITING = 1
    RESERVED = 2
    PAID = 3
    FULFILLED = 4
    REFUNDED_IN_PART = 5
    REFUNDED = 6
    CANCELLED = 7
    EXPIRED = 8


class Transition(IntEnum):
    """What may be asked of an order, or fall due."""

    ADMIT = 1
    PAY = 2
    FULFIL = 3
    REFUND_PART = 4
    REFUND_WHOLE = 5
    CANCEL = 6
    EXPIRE = 7
    REDEEM = 8
    REVERSE = 9
    PLACE = 10
    """It was taken: the beginning, which leads from no state to `reserved` or `waiting`."""


_S, _M = OrderState, Transition

MOVES: Final = {
    (_S.WAITING, _M.ADMIT): _S.RESERVED,
    (_S.WAITING, _M.CANCEL): _S.CANCELLED,
    (_S.WAITING, _M.EXPIRE): _S.EXPIRED,
    (_S.RESERVED, _M.PAY): _S.PAID,
    (_S.RESERVED, _M.CANCEL): _S.CANCELLED,
    (_S.RESERVED, _M.EXPIRE): _S.EXPIRED,
    (_S.PAID, _M.FULFIL): _S.FULFILLED,
    (_S.PAID, _M.CANCEL): _S.CANCELLED,
    (_S.PAID, _M.EXPIRE): _S.EXPIRED,
    (_S.PAID, _M.REDEEM): _S.PAID,
    (_S.PAID, _M.REVERSE): _S.PAID,
    (_S.PAID, _M.REFUND_PART): _S.PAID,
    (_S.PAID, _M.REFUND_WHOLE): _S.REFUNDED,
    (_S.FULFILLED, _M.REVERSE): _S.PAID,
    (_S.FULFILLED, _M.REFUND_PART): _S.REFUNDED_IN_PART,
    (_S.FULFILLED, _M.REFUND_WHOLE): _S.REFUNDED,
    (_S.REFUNDED_IN_PART, _M.REFUND_PART): _S.REFUNDED_IN_PART,
    (_S.REFUNDED_IN_PART, _M.REFUND_WHOLE): _S.REFUNDED,
}
"""Every move there is. What is not here is refused as `move_refused`."""

ENDED: Final = frozenset({_S.REFUNDED, _S.CANCELLED, _S.EXPIRED})
"""States that nothing leaves."""
UNPAID: Final = frozenset({_S.WAITING, _S.RESERVED})
"""States in which units are kept for a buyer, or waited for, and nothing has been paid."""
HOLDS_STOCK: Final = frozenset({_S.RESERVED})
HAS_SOLD: Final = frozenset({_S.PAID, _S.FULFILLED, _S.REFUNDED_IN_PART})


def after(state: OrderState, move: Transition) -> OrderState | None:
    """Return the state that a move leads to, None when it is not allowed.

    >>> after(OrderState.RESERVED, Transition.PAY).name
    'PAID'
    >>> after(OrderState.EXPIRED, Transition.PAY) is None
    True
    """
    return MOVES.get((state, move))


def allowed(state: OrderState) -> tuple[Transition, ...]:
    """Return the moves that a state allows, in the order of `Transition`."""
    return tuple(move for move in Transition if (state, move) in MOVES)
