"""Payments through a provider: what is asked of it for an order, and how each stands.

| kind | what the provider is asked |
|---|---|
| charge | take the buyer's money; under one request id at most once |
| refund | give back what the book owes: it leaves the provider's clearing when it was paid |
| release | let go what was held and never earned; in the book the hold is gone already |
"""

from enum import Enum, IntEnum, auto
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from lodestone.base.wire import TEXT, Money, TimeText


class PaymentKind(IntEnum):
    """What a provider is asked; numbers are stored and never change."""

    CHARGE = 1
    REFUND = 2
    RELEASE = 3


class PaymentStand(IntEnum):
    """How a payment stands; numbers are stored and never change."""

    ORDERED = 1
    """Written down; nobody knows yet whether the provider heard of it."""
    SENT = 2
    """The provider has it, and will say how it ended."""
    UNKNOWN = 3
    """No answer came in time: it may have been done."""
    PAID = 4
    DECLINED = 5
    """Not done. Should the provider do it after all, its later word holds."""
    RETURNED = 6
    """A charge that was taken and pays for nothing: too late, twice or not the amount; all of it is refunded."""


class PaymentStep(Enum):
    """What a word of a provider, or of a person, does to a payment."""

    FOLLOW = auto()
    """Money moved: it is booked; a charge pays its order, or all of it is owed back."""
    DECLINE = auto()
    NOTE_SENT = auto()
    NOTE_UNKNOWN = auto()
    NOTHING = auto()
    REFUSE = auto()
    """It contradicts what the book has followed already."""


OPEN: Final = (PaymentStand.ORDERED, PaymentStand.SENT, PaymentStand.UNKNOWN)
"""Nobody knows yet how it ends."""


_UNDECIDED: Final[dict[str, PaymentStep]] = {
    "done": PaymentStep.FOLLOW,
    "declined": PaymentStep.DECLINE,
    "waiting": PaymentStep.NOTE_SENT,
    "unknown": PaymentStep.NOTE_UNKNOWN,
}
_MOVED: Final[dict[str, PaymentStep]] = {
    "done": PaymentStep.NOTHING,
    "declined": PaymentStep.REFUSE,
    "waiting": PaymentStep.NOTHING,
    "unknown": PaymentStep.NOTHING,
}
_NOT_MOVED: Final[dict[str, PaymentStep]] = {
    "done": PaymentStep.FOLLOW,
    "declined": PaymentStep.NOTHING,
    "waiting": PaymentStep.NOTHING,
    "unknown": PaymentStep.NOTHING,
}
STEPS: Final[dict[PaymentStand, dict[str, PaymentStep]]] = {
    PaymentStand.ORDERED: _UNDECIDED,
    PaymentStand.SENT: _UNDECIDED,
    PaymentStand.UNKNOWN: _UNDECIDED,
    PaymentStand.PAID: _MOVED,
    PaymentStand.DECLINED: _NOT_MOVED,
    PaymentStand.RETURNED: _MOVED,
}
"""What each word does to a payment that stands so; another amount than the one booked is refused besides."""


def payment_step(state: PaymentStand, word: str, *, moved: int, amount: int) -> PaymentStep:
    """Say what a word does to a payment.

    Args:
        state: How it stands.
        word: `done`, `declined`, `waiting` or `unknown`.
        moved: Micros that it is known to have moved.
        amount: Micros that the word says it moved.

    >>> payment_step(PaymentStand.PAID, "done", moved=900, amount=1_000).name
    'REFUSE'
    """
    step = STEPS[state][word]
    other_amount = step is PaymentStep.NOTHING and word == "done" and moved != amount
    return PaymentStep.REFUSE if other_amount else step


class PaymentResult(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a payment ended, as whoever moved the money says."""

    state: Literal["paid", "declined"]
    paid_micros: Annotated[int, Meta(ge=1, le=2**62)] | None = None
    """What was truly moved; all of it when nothing is said."""
    reference: Annotated[str, Meta(max_length=128, pattern=TEXT)] = ""
    """The provider's own name for it."""


class SendIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose payments are carried on."""

    provider: Annotated[str, Meta(max_length=64, pattern=TEXT)] = "manual"


class PaymentOut(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as it is read back."""

    id: str
    order_id: str
    kind: Literal["charge", "refund", "release"]
    state: Literal["ordered", "sent", "unknown", "paid", "declined", "returned"]
    provider: str
    amount: Money
    """What was asked."""
    moved: Money
    """What the provider says it moved."""
    request_id: str | None
    """Of a charge, the app's own."""
    reference: str | None
    """The provider's own name for it."""
    created_at: TimeText
    ended_at: TimeText | None
