"""Judge a batch of transfers against the accounts, holds and transfers it names.

The store reads what a batch may touch into a `LedgerSlice`, `post` judges and answers with what is to be
written, and the store writes it: one trip to read, one to write, whatever the size of the batch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final, NamedTuple

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.money import MICROS_MAX, Micros
from lodestone.ledger.accounts import Account, AccountId, Limit
from lodestone.ledger.transfers import (
    CODE_MAX,
    EXTERNAL_MAX,
    ID_BYTES,
    MOVING,
    NONE,
    RESOLVING,
    TIMEOUT_MAX,
    Booked,
    Outcome,
    Transfer,
    TransferId,
    TransferKind,
)

NEVER_CLOSED: Final = -(2**31)
"""`LedgerSlice.closed_through` while no day has been closed."""
_MOVE, _HOLD, _POST = TransferKind.MOVE, TransferKind.HOLD, TransferKind.POST
_VOID, _EXPIRE = TransferKind.VOID, TransferKind.EXPIRE
_POSTED: Final = Outcome.POSTED
_DEBITS_PENDING, _DEBITS_POSTED, _CREDITS_PENDING, _CREDITS_POSTED = range(4)


class HoldState(IntEnum):
    """What became of a hold."""

    OPEN = 0
    POSTED = 1
    VOIDED = 2
    EXPIRED = 3


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold and its state."""

    id: TransferId
    debit: AccountId
    credit: AccountId
    amount: Micros
    expires: Instant | None
    state: HoldState = HoldState.OPEN


@dataclass(frozen=True, slots=True)
class LedgerSlice:
    """The part of a community's book that a batch names, as it stands."""

    accounts: Mapping[AccountId, Account]
    transfers: Mapping[TransferId, Booked]
    """Those with an id that the batch gives or corrects."""
    holds: Mapping[TransferId, Hold]
    corrected: Mapping[TransferId, int]
    """Micros by which transfers that the batch corrects have been corrected before."""
    closed_through: int = NEVER_CLOSED
    """The last day that is closed."""


class Standing(NamedTuple):
    """How an account stands: its four running sums, micros."""

    account: AccountId
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int


@dataclass(frozen=True, slots=True)
class Posted:
    """What a batch comes to: an answer for each transfer, and what is to be written."""

    outcomes: list[Outcome]
    booked: list[Booked]
    accounts: list[Standing]
    """Accounts that moved, as they stand after, by id."""
    holds: list[Hold]
    """Holds made or resolved, as they stand after, in no order that matters."""


def post(book: LedgerSlice, transfers: Sequence[Transfer], *, now: Instant, today: int) -> Posted:
    """Judge transfers one after another, each on what those before it left.

    Args:
        book: What the batch names. What it does not hold does not exist.
        transfers: In the order they take effect; a linked one stands or falls with the next.
        now: The community's clock.
        today: Its day, days since the epoch in the community's zone.
    """
    batch = _Batch(book, now, today)
    outcomes: list[Outcome] = []
    start = 0
    for index, transfer in enumerate(transfers):
        if transfer.linked:
            continue
        if start == index:
            outcomes.append(batch.take(transfer))
        else:
            outcomes.extend(_chain(batch, transfers[start : index + 1]))
        start = index + 1
    if start < len(transfers):
        last = len(transfers) - start - 1
        outcomes.extend([Outcome.CHAIN_REFUSED] * last + [Outcome.CHAIN_OPEN])
    return batch.result(outcomes)


def _chain(batch: "_Batch", transfers: Sequence[Transfer]) -> list[Outcome]:
    """Take all or none; a chain that stands already, whole, is there again."""
    mark = len(batch.booked)
    outcomes = [batch.take(transfer) for transfer in transfers]
    if all(outcome is outcomes[0] for outcome in outcomes) and outcomes[0].stands:
        return outcomes
    while len(batch.booked) > mark:
        batch.undo()
    at = next(index for index, outcome in enumerate(outcomes) if outcome is not Outcome.POSTED)
    refused = [Outcome.CHAIN_REFUSED] * len(outcomes)
    refused[at] = outcomes[at]
    return refused


class _Batch:
    """A book as a batch leaves it so far; `_judge` decides, `_apply` writes."""

    def __init__(self, book: LedgerSlice, now: Instant, today: int) -> None:
        self.now, self.today = now, today
        self.closed_through = book.closed_through
        self.accounts = book.accounts
        self.earlier = book.transfers
        self.fresh: dict[TransferId, Booked] = {}
        self.holds = dict(book.holds)
        self.corrected = dict(book.corrected)
        self.sums: dict[AccountId, list[int]] = {}
        self.booked: list[Booked] = []
        self.touched: dict[TransferId, None] = {}

    def take(self, transfer: Transfer) -> Outcome:
        """Judge one transfer, and book it if it stands."""
        outcome = self._judge(transfer)
        if outcome is _POSTED:
            self._apply(transfer)
        return outcome

    def _judge(self, transfer: Transfer) -> Outcome:
        name = transfer.id
        if len(name) != ID_BYTES or name == NONE:
            return Outcome.ID_INVALID
        if name in self.fresh or name in self.earlier:
            return compare(self._found(name), transfer)
        refusal = _shape(transfer)
        if refusal is not _POSTED:
            return refusal
        if transfer.day is not None and transfer.day > self.today:
            return Outcome.DAY_AHEAD
        if self.today <= self.closed_through:
            return Outcome.DAY_CLOSED
        if transfer.kind is _MOVE or transfer.kind is _HOLD:
            return self._movement(transfer)
        return self._resolution(transfer)

    def _found(self, name: TransferId) -> Booked:
        return self.fresh[name] if name in self.fresh else self.earlier[name]

    def _resolution(self, transfer: Transfer) -> Outcome:
        hold = self.holds.get(transfer.hold)
        if hold is None:
            return Outcome.HOLD_UNKNOWN
        if (transfer.debit or hold.debit) != hold.debit or (
            transfer.credit or hold.credit
        ) != hold.credit:
            return Outcome.HOLD_OF_OTHER_ACCOUNTS
        if hold.state is not HoldState.OPEN:
            return _RESOLVED[hold.state]
        over = hold.expires is not None and self.now >= hold.expires
        if over is not (transfer.kind is _EXPIRE):
            return Outcome.HOLD_EXPIRED if over else Outcome.HOLD_NOT_EXPIRED
        if transfer.amount > hold.amount:
            return Outcome.HOLD_EXCEEDED
        return self._correction(transfer)

    def _movement(self, transfer: Transfer) -> Outcome:
        debit, credit = self.accounts.get(transfer.debit), self.accounts.get(transfer.credit)
        if debit is None:
            return Outcome.DEBIT_ACCOUNT_UNKNOWN
        if credit is None:
            return Outcome.CREDIT_ACCOUNT_UNKNOWN
        if debit.currency != credit.currency:
            return Outcome.CURRENCIES_DIFFER
        if transfer.corrects != NONE:
            refusal = self._correction(transfer)
            if refusal is not _POSTED:
                return refusal
        return self._limits(debit, credit, transfer.amount)

    def _correction(self, transfer: Transfer) -> Outcome:
        if transfer.corrects == NONE:
            return Outcome.POSTED
        if transfer.corrects not in self.fresh and transfer.corrects not in self.earlier:
            return Outcome.CORRECTED_UNKNOWN
        wrong = self._found(transfer.corrects)
        if wrong.transfer.kind not in MOVING:
            return Outcome.CORRECTED_UNKNOWN
        before = self.corrected.get(transfer.corrects, 0)
        if before + transfer.amount > wrong.transfer.amount:
            return Outcome.CORRECTED_EXCEEDED
        return Outcome.POSTED

    def _limits(self, debit: Account, credit: Account, amount: int) -> Outcome:
        out, into = self._sums(debit), self._sums(credit)
        debits = out[_DEBITS_PENDING] + out[_DEBITS_POSTED] + amount
        credits_ = into[_CREDITS_PENDING] + into[_CREDITS_POSTED] + amount
        if debits > MICROS_MAX or credits_ > MICROS_MAX:
            return Outcome.OVERFLOWS
        if debit.limit is Limit.DEBITS_NOT_OVER_CREDITS and debits > out[_CREDITS_POSTED]:
            return Outcome.EXCEEDS_CREDITS
        if credit.limit is Limit.CREDITS_NOT_OVER_DEBITS and credits_ > into[_DEBITS_POSTED]:
            return Outcome.EXCEEDS_DEBITS
        return Outcome.POSTED

    def _sums(self, account: Account) -> list[int]:
        if account.id in self.sums:
            return self.sums[account.id]
        sums: list[int] = [
            account.debits_pending,
            account.debits_posted,
            account.credits_pending,
            account.credits_posted,
        ]
        self.sums[account.id] = sums
        return sums

    def _apply(self, transfer: Transfer) -> None:
        """Book a transfer already judged to stand; after this point it must succeed."""
        if transfer.hold != NONE:
            hold = self.holds[transfer.hold]
            if transfer.debit != hold.debit or transfer.credit != hold.credit:
                transfer = replace(transfer, debit=hold.debit, credit=hold.credit)
            self._sums(self.accounts[hold.debit])
            self._sums(self.accounts[hold.credit])
        about = self.today if transfer.day is None else transfer.day
        late = about <= self.closed_through
        booked = Booked(transfer, self.now, self.today if late else about, about if late else None)
        self.fresh[transfer.id] = booked
        self.booked.append(booked)
        self._move(transfer, 1)

    def undo(self) -> None:
        """Take back the last transfer booked."""
        transfer = self.booked.pop().transfer
        del self.fresh[transfer.id]
        self._move(transfer, -1)

    def _move(self, transfer: Transfer, sign: int) -> None:
        """Add what a transfer does to its accounts, its hold and what it corrects, or take it back."""
        kind, amount = transfer.kind, transfer.amount * sign
        out, into = self.sums[transfer.debit], self.sums[transfer.credit]
        if kind is _HOLD:
            out[_DEBITS_PENDING] += amount
            into[_CREDITS_PENDING] += amount
            self._hold(transfer, sign)
            return
        out[_DEBITS_POSTED] += amount
        into[_CREDITS_POSTED] += amount
        if kind is not _MOVE:
            pending = self.holds[transfer.hold].amount * sign
            out[_DEBITS_PENDING] -= pending
            into[_CREDITS_PENDING] -= pending
            self._resolve(transfer, sign)
        if transfer.corrects != NONE:
            before = self.corrected.get(transfer.corrects, 0)
            self.corrected[transfer.corrects] = before + amount

    def _hold(self, transfer: Transfer, sign: int) -> None:
        if sign < 0:
            del self.holds[transfer.id], self.touched[transfer.id]
            return
        seconds = transfer.timeout_seconds
        expires = Instant(self.now + seconds * SECOND_MICROS) if seconds else None
        self.holds[transfer.id] = Hold(
            transfer.id, transfer.debit, transfer.credit, transfer.amount, expires
        )
        self.touched[transfer.id] = None

    def _resolve(self, transfer: Transfer, sign: int) -> None:
        state = _STATES[transfer.kind] if sign > 0 else HoldState.OPEN
        self.holds[transfer.hold] = replace(self.holds[transfer.hold], state=state)
        self.touched[transfer.hold] = None

    def result(self, outcomes: list[Outcome]) -> Posted:
        """Return what is to be written."""
        moved = []
        for name in sorted(self.sums):
            sums, account = self.sums[name], self.accounts[name]
            assert min(sums) >= 0
            before = (
                account.debits_pending,
                account.debits_posted,
                account.credits_pending,
                account.credits_posted,
            )
            after = tuple(sums)
            if after != before:
                moved.append(Standing(name, *after))
        return Posted(outcomes, self.booked, moved, [self.holds[name] for name in self.touched])


_STATES: Final = {_POST: HoldState.POSTED, _VOID: HoldState.VOIDED, _EXPIRE: HoldState.EXPIRED}
_TIMEOUTS: Final = {kind: TIMEOUT_MAX if kind is _HOLD else 0 for kind in TransferKind}
_RESOLVED: Final = {
    HoldState.POSTED: Outcome.HOLD_POSTED,
    HoldState.VOIDED: Outcome.HOLD_VOIDED,
    HoldState.EXPIRED: Outcome.HOLD_EXPIRED,
}


def _shape(transfer: Transfer) -> Outcome:
    """Find what is wrong with a transfer whatever the book holds; `POSTED` when nothing is."""
    kind, amount = transfer.kind, transfer.amount
    resolving = kind is not _MOVE and kind is not _HOLD
    if not 1 <= transfer.code <= CODE_MAX:
        return Outcome.CODE_OUT_OF_RANGE
    releasing = kind is _VOID or kind is _EXPIRE
    if amount != 0 if releasing else not 0 < amount <= MICROS_MAX:
        return Outcome.AMOUNT_OUT_OF_RANGE
    if transfer.timeout_seconds and not 0 < transfer.timeout_seconds <= _TIMEOUTS[kind]:
        return Outcome.TIMEOUT_OUT_OF_RANGE
    if len(transfer.external) > EXTERNAL_MAX:
        return Outcome.EXTERNAL_TOO_LONG
    if (transfer.hold != NONE) is not resolving:
        return Outcome.HOLD_NOT_NAMED
    if transfer.debit == transfer.credit and not (resolving and not transfer.debit):
        return Outcome.ACCOUNTS_ARE_THE_SAME
    return _POSTED


def compare(earlier: Booked, transfer: Transfer) -> Outcome:
    """Say whether a transfer asked for again is the one that stands under its id."""
    stands = earlier.transfer
    day = earlier.day if earlier.late_for is None else earlier.late_for
    checks = (
        (stands.kind == transfer.kind, Outcome.EXISTS_WITH_DIFFERENT_KIND),
        (stands.code == transfer.code, Outcome.EXISTS_WITH_DIFFERENT_CODE),
        (_same(stands.debit, transfer.debit, stands), Outcome.EXISTS_WITH_DIFFERENT_DEBIT),
        (_same(stands.credit, transfer.credit, stands), Outcome.EXISTS_WITH_DIFFERENT_CREDIT),
        (stands.amount == transfer.amount, Outcome.EXISTS_WITH_DIFFERENT_AMOUNT),
        (stands.hold == transfer.hold, Outcome.EXISTS_WITH_DIFFERENT_HOLD),
        (
            stands.timeout_seconds == transfer.timeout_seconds,
            Outcome.EXISTS_WITH_DIFFERENT_TIMEOUT,
        ),
        (stands.corrects == transfer.corrects, Outcome.EXISTS_WITH_DIFFERENT_CORRECTED),
        (stands.external == transfer.external, Outcome.EXISTS_WITH_DIFFERENT_EXTERNAL),
        (stands.linked == transfer.linked, Outcome.EXISTS_WITH_DIFFERENT_LINK),
        (transfer.day in (None, day), Outcome.EXISTS_WITH_DIFFERENT_DAY),
    )
    return next((outcome for same, outcome in checks if not same), Outcome.EXISTS)


def _same(stands: AccountId, asked: AccountId, transfer: Transfer) -> bool:
    return stands == asked or (not asked and transfer.kind in RESOLVING)
