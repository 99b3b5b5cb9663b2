"""Transfers: what may be asked of the book, and every answer it can give.

A transfer is never changed. What went wrong is put right by a new one that names it; what is
only promised is a hold, which another transfer posts, voids or lets expire, once.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, NewType

from lodestone.base.clock import DAY_SECONDS, Instant
from lodestone.base.money import Micros
from lodestone.ledger.accounts import AccountId

TransferId = NewType("TransferId", bytes)
"""16 bytes given by whoever asks, so that asking twice pays once. All zeros is none."""
ID_BYTES: Final = 16
NONE: Final = TransferId(bytes(ID_BYTES))
NO_ACCOUNT: Final = AccountId(b"")
EXTERNAL_MAX: Final = 160
TIMEOUT_MAX: Final = 400 * DAY_SECONDS
"""Seconds that a hold may last at most: 400 days."""
CODE_MAX: Final = 2**15 - 1


def transfer_id(*parts: str | int) -> TransferId:
    """Make a transfer's id of what it is about: the same words, the same id.

    >>> transfer_id("order", "o1", "pay") == transfer_id("order", "o1", "pay")
    True
    >>> transfer_id("order", "o1") == transfer_id("ordero", "1")
    False
    """
    digest = hashlib.blake2b(digest_size=ID_BYTES, person=b"transfer")
    for part in parts:
        text = str(part).encode()
        digest.update(len(text).to_bytes(4, "big") + text)
    return TransferId(digest.digest())


class TransferKind(IntEnum):
    """What a transfer does to its two accounts."""

    MOVE = 0
    """Moves the amount at once."""
    HOLD = 1
    """Sets the amount aside on both accounts; nothing has moved yet."""
    POST = 2
    """Moves at most what a hold set aside; the rest is released."""
    VOID = 3
    """Releases a hold; its amount is 0."""
    EXPIRE = 4
    """Releases a hold whose time is over; its amount is 0."""


RESOLVING: Final = (TransferKind.POST, TransferKind.VOID, TransferKind.EXPIRE)
MOVING: Final = (TransferKind.MOVE, TransferKind.POST)


class Outcome(IntEnum):
    """What became of a transfer, in order of precedence: when two reasons hold, the earlier is given."""

    POSTED = 0
    """It stands in the book now."""
    CHAIN_OPEN = 1
    """It is the last of a request and asks to be linked with a next one."""
    CHAIN_REFUSED = 2
    """Nothing is wrong with it; another of its chain was refused."""
    ID_INVALID = 3
    """An id is not 16 bytes, or all zeros."""
    EXISTS_WITH_DIFFERENT_KIND = 4
    EXISTS_WITH_DIFFERENT_CODE = 5
    EXISTS_WITH_DIFFERENT_DEBIT = 6
    EXISTS_WITH_DIFFERENT_CREDIT = 7
    EXISTS_WITH_DIFFERENT_AMOUNT = 8
    EXISTS_WITH_DIFFERENT_HOLD = 9
    EXISTS_WITH_DIFFERENT_TIMEOUT = 10
    EXISTS_WITH_DIFFERENT_CORRECTED = 11
    EXISTS_WITH_DIFFERENT_EXTERNAL = 12
    EXISTS_WITH_DIFFERENT_LINK = 13
    EXISTS_WITH_DIFFERENT_DAY = 14
    EXISTS = 15
    """It stood in the book already, the same in everything: asking again changed nothing."""
    CODE_OUT_OF_RANGE = 16
    """A code is 1 to 32,767."""
    AMOUNT_OUT_OF_RANGE = 17
    """An amount is 1 to 2**62 micros; that of a void or an expiry is 0."""
    TIMEOUT_OUT_OF_RANGE = 18
    """A hold's time-out is 0 (never) to 400 days in seconds; nothing else has one."""
    EXTERNAL_TOO_LONG = 19
    """An external id has at most 160 characters."""
    HOLD_NOT_NAMED = 20
    """A post, a void and an expiry name a hold; nothing else does."""
    ACCOUNTS_ARE_THE_SAME = 21
    """Nothing moves from an account to itself."""
    DAY_AHEAD = 22
    """It is about a day that has not begun."""
    DAY_CLOSED = 23
    """Even today is closed: somebody's clock runs behind."""
    HOLD_UNKNOWN = 24
    """No hold has this id."""
    HOLD_OF_OTHER_ACCOUNTS = 25
    """It names accounts, and they are not the hold's."""
    HOLD_POSTED = 26
    """The hold was posted already."""
    HOLD_VOIDED = 27
    """The hold was voided already."""
    HOLD_EXPIRED = 28
    """The hold's time is over, whether or not it has been released yet."""
    HOLD_NOT_EXPIRED = 29
    """An expiry came before the hold's time was over."""
    HOLD_EXCEEDED = 30
    """More than was held."""
    DEBIT_ACCOUNT_UNKNOWN = 31
    """No account of this community has the debit's id."""
    CREDIT_ACCOUNT_UNKNOWN = 32
    """No account of this community has the credit's id."""
    CURRENCIES_DIFFER = 33
    """The two accounts are in different currencies."""
    CORRECTED_UNKNOWN = 34
    """No transfer that moved money has the id that this one corrects."""
    CORRECTED_EXCEEDED = 35
    """All corrections of one transfer together are at most its amount."""
    OVERFLOWS = 36
    """An account's debits or credits would pass 2**62 micros."""
    EXCEEDS_CREDITS = 37
    """The debit account may not pay out more than was paid in."""
    EXCEEDS_DEBITS = 38
    """The credit account may not take back more than was given out."""

    @property
    def stands(self) -> bool:
        """Say whether the transfer is in the book, now or from before."""
        return self in (Outcome.POSTED, Outcome.EXISTS)


def first_refusal(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the first refusal that is not another's of its chain, None where every transfer stands.

    >>> first_refusal([Outcome.CHAIN_REFUSED, Outcome.EXCEEDS_CREDITS]).name
    'EXCEEDS_CREDITS'
    """
    refusals = (outcome for outcome in outcomes if not outcome.stands)
    return next((refusal for refusal in refusals if refusal is not Outcome.CHAIN_REFUSED), None)


@dataclass(frozen=True, slots=True)
class Transfer:
    """Move `amount` micros from the debit account to the credit account."""

    id: TransferId
    debit: AccountId
    """Empty in a post, void or expiry that takes the hold's accounts."""
    credit: AccountId
    amount: Micros
    code: int
    """What it is for, see chart.Code."""
    kind: TransferKind = TransferKind.MOVE
    linked: bool = False
    """Stands or falls with the next one of the request."""
    hold: TransferId = NONE
    """The hold that a post, void or expiry resolves."""
    timeout_seconds: int = 0
    """How long a hold lasts by the community's clock; 0 never ends."""
    corrects: TransferId = NONE
    external: str = ""
    """Whatever it is about outside the book: an order, a payout, a provider's reference."""
    day: int | None = None
    """The community's day it is about, when that is not the day it is booked on; None: today."""


@dataclass(frozen=True, slots=True)
class Booked:
    """A transfer that stands in the book."""

    transfer: Transfer
    """As asked, with the accounts it took from its hold."""
    time: Instant
    day: int
    """Days since the epoch in the community's zone; never one that was closed at that time."""
    late_for: int | None
    """The closed day it is about, None when it was not late."""
    sequence: int = 0
    """Its place in the book, given by the store; of two that share an account the later is greater."""


def reverse(
    transfer: Transfer, new_id: TransferId, *, code: int, amount: Micros | None = None
) -> Transfer:
    """Make the correction of a transfer: the other way round, whole or in part, naming it."""
    return Transfer(
        id=new_id,
        debit=transfer.credit,
        credit=transfer.debit,
        amount=transfer.amount if amount is None else amount,
        code=code,
        corrects=transfer.id,
        external=transfer.external,
    )


def chain(*transfers: Transfer) -> list[Transfer]:
    """Link transfers so that they stand or fall together."""
    assert transfers
    return [*(replace(transfer, linked=True) for transfer in transfers[:-1]), transfers[-1]]
