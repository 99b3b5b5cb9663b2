"""The end of a payout: one table of what a provider's or a person's word does to it, and nothing else decides.

| it stands as | done | declined | waiting | unknown |
|---|---|---|---|---|
| ordered, sent, unknown | paid | declined | sent | unknown |
| paid, reversed | the same amount again: nothing; another amount: refused | refused | nothing | nothing |
| declined | paid after all: taken from what was given back | nothing | nothing | nothing |

What a provider that has paid takes back again is said with `done`, as a sum of all that came back so far: the
book follows what that sum has grown by (`taken_back`), so that late and repeated words change nothing. A refusal changes nothing and names the state. A word that only says that nobody knows yet is late news of what has ended.
"""

from enum import Enum, auto
from typing import Final, Literal

State = Literal["ordered", "sent", "unknown", "paid", "declined", "reversed"]
Word = Literal["done", "declined", "waiting", "unknown"]
FINAL: Final = ("paid", "declined", "reversed")
"""States in which the money's way is known."""


class PayoutStep(Enum):
    """What a word does."""

    PAY = auto()
    """The money leaves: the hold is posted."""
    DECLINE = auto()
    """It does not: the hold is voided, and the earnings go back to the payable."""
    PAY_AFTER_ALL = auto()
    """It left although it had been declined: out of the payable again, the rest a difference."""
    NOTE_SENT = auto()
    NOTE_UNKNOWN = auto()
    NOTHING = auto()
    REFUSE = auto()
    """It contradicts what the book has followed already."""


_OPEN: Final[dict[str, PayoutStep]] = {
    "done": PayoutStep.PAY,
    "declined": PayoutStep.DECLINE,
    "waiting": PayoutStep.NOTE_SENT,
    "unknown": PayoutStep.NOTE_UNKNOWN,
}
_PAID: Final[dict[str, PayoutStep]] = {
    "done": PayoutStep.NOTHING,
    "declined": PayoutStep.REFUSE,
    "waiting": PayoutStep.NOTHING,
    "unknown": PayoutStep.NOTHING,
}
STEPS: Final[dict[str, dict[str, PayoutStep]]] = {
    "ordered": _OPEN,
    "sent": _OPEN,
    "unknown": _OPEN,
    "paid": _PAID,
    "reversed": _PAID,
    "declined": {
        "done": PayoutStep.PAY_AFTER_ALL,
        "declined": PayoutStep.NOTHING,
        "waiting": PayoutStep.NOTHING,
        "unknown": PayoutStep.NOTHING,
    },
}


def payout_step(state: str, word: str, *, paid: int, amount: int) -> PayoutStep:
    """Say what a word does to a payout.

    Args:
        state: One of `State`.
        word: One of `Word`.
        paid: Micros that the payout is known to have moved.
        amount: Micros that the word says it moved.

    >>> payout_step("paid", "done", paid=900, amount=1_000).name
    'REFUSE'
    """
    step = STEPS[state][word]
    other_amount = STEPS[state] is _PAID and word == "done" and paid != amount
    return PayoutStep.REFUSE if other_amount else step


def taken_back(*, paid: int, before: int, after: int) -> int:
    """Say how much more has come back of what was paid.

    Args:
        paid: Micros that the payout is known to have moved.
        before: Micros of it that are known to have come back.
        after: Micros that the word says have come back, all together.

    >>> taken_back(paid=900, before=100, after=400), taken_back(paid=900, before=400, after=100)
    (300, 0)
    """
    return max(0, min(paid, after) - before)
