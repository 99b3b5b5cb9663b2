"""Read the ledger: one consistent view of it, whole or an account's period."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, func

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.judge import Hold, HoldState
from lodestone.ledger.transfers import (
    MOVING,
    NO_ACCOUNT,
    Booked,
    Transfer,
    TransferId,
    TransferKind,
    transfer_id,
)
from lodestone.stores.ledger.gather import among, pieces
from lodestone.stores.ledger.port import ClosedDay, Line, Payout, Statement
from lodestone.stores.ledger.rows import ACCOUNT_COLUMNS, account_of, booked_of, hold_of
from lodestone.stores.ledger.schema import (
    ACCOUNTS,
    CLOSED_DAYS,
    HOLDS,
    PAYOUTS,
    TRANSFERS,
)
from lodestone.stores.sql.scope import READ_CHUNK, Scope

_MOVING: Final = [int(kind) for kind in MOVING]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """See `port.LedgerSnapshot`."""

    scope: Scope

    def accounts(self) -> list[Account]:
        """See `LedgerSnapshot.accounts`."""
        query = self.scope.select(ACCOUNTS, *ACCOUNT_COLUMNS).order_by(ACCOUNTS.c.id)
        return [account_of(row) for row in self.scope.fetch(query)]

    def holds(self) -> list[Hold]:
        """See `LedgerSnapshot.holds`."""
        query = self.scope.select(HOLDS).order_by(HOLDS.c.id)
        return [hold_of(row) for row in self.scope.fetch(query)]

    def transfers(self) -> Iterator[Booked]:
        """See `LedgerSnapshot.transfers`."""
        after = 0
        while True:
            query = self.scope.select(TRANSFERS).where(TRANSFERS.c.sequence > after)
            rows = self.scope.fetch(query.order_by(TRANSFERS.c.sequence).limit(READ_CHUNK))
            yield from map(booked_of, rows)
            if len(rows) < READ_CHUNK:
                return
            after = rows[-1].sequence

    def closed_days(self) -> list[ClosedDay]:
        """See `LedgerSnapshot.closed_days`."""
        return closed_days(self.scope)

    def day_sums(self, day: int) -> ClosedDay:
        """See `LedgerSnapshot.day_sums`."""
        return day_sums(self.scope, day, Instant(0))

    def statement(self, accounts: Sequence[AccountId], first: int, last: int) -> Statement:
        """See `LedgerSnapshot.statement`."""
        return statement(self.scope, accounts, first, last)

    def payouts(self) -> list[Payout]:
        """See `LedgerSnapshot.payouts`."""
        return payouts(self.scope, None)


def statement(scope: Scope, accounts: Sequence[AccountId], first: int, last: int) -> Statement:
    """Read a period of some accounts; see `LedgerStore.statement`."""
    return Statement(
        _balances_before(scope, accounts, first),
        tuple(_lines(scope, accounts, first, last)),
        _balances_before(scope, accounts, last + 1),
    )


def _balances_before(scope: Scope, accounts: Sequence[AccountId], day: int) -> dict[AccountId, int]:
    totals = dict.fromkeys(accounts, 0)
    for piece in pieces(scope, sorted(totals)):
        for side, sign in ((TRANSFERS.c.debit, -1), (TRANSFERS.c.credit, 1)):
            query = scope.select(TRANSFERS, side, func.sum(TRANSFERS.c.amount))
            query = query.where(among(scope, side, piece), TRANSFERS.c.day < day)
            query = query.where(TRANSFERS.c.kind.in_(_MOVING)).group_by(side)
            for name, amount in scope.fetch(query):
                totals[AccountId(bytes(name))] += sign * int(amount)
    return totals


def _lines(scope: Scope, accounts: Sequence[AccountId], first: int, last: int) -> Iterator[Line]:
    mine, table = set(accounts), TRANSFERS.c
    within = and_(table.day >= first, table.day <= last, table.kind.in_(_MOVING))
    rows: dict[int, Any] = {}
    for piece in pieces(scope, sorted(mine)):
        for side in (table.debit, table.credit):
            query = scope.select(TRANSFERS).where(among(scope, side, piece), within)
            rows.update((row.sequence, row) for row in scope.fetch(query))
    for _, row in sorted(rows.items()):
        booked = booked_of(row)
        asked = booked.transfer
        for name, sign in ((asked.debit, -1), (asked.credit, 1)):
            if name in mine:
                yield Line(booked, name, sign * asked.amount)


def closed_days(scope: Scope) -> list[ClosedDay]:
    """Return the closed days, the first first."""
    rows = scope.fetch(scope.select(CLOSED_DAYS).order_by(CLOSED_DAYS.c.day))
    return [
        ClosedDay(row.day, Instant(row.closed), row.transfers, int(row.moved), bytes(row.digest))
        for row in rows
    ]


def holds_over(scope: Scope, now: Instant, limit: int) -> list[TransferId]:
    """Return the ids of holds whose time is over, the earliest first."""
    query = scope.select(HOLDS, HOLDS.c.id).where(
        HOLDS.c.state == int(HoldState.OPEN), HOLDS.c.expires <= now
    )
    rows = scope.fetch(query.order_by(HOLDS.c.expires, HOLDS.c.id).limit(limit))
    return [TransferId(bytes(name)) for (name,) in rows]


def expiries(
    scope: Scope, now: Instant, limit: int, only: Sequence[TransferId] | None = None
) -> list[Transfer]:
    """Return the transfers that release holds whose time is over, the earliest first, of some if given.

    Their ids follow from the hold's, so that two who find the same hold release it once.
    """
    names = holds_over(scope, now, limit)
    if only is not None:
        chosen = set(only)
        names = [name for name in names if name in chosen]
    codes: dict[bytes, int] = {}
    for piece in pieces(scope, sorted(names)):
        wanted = scope.select(TRANSFERS, TRANSFERS.c.id, TRANSFERS.c.code)
        for name, code in scope.fetch(wanted.where(among(scope, TRANSFERS.c.id, piece))):
            codes[bytes(name)] = code
    return [
        Transfer(
            id=transfer_id("expire", name.hex()),
            debit=NO_ACCOUNT,
            credit=NO_ACCOUNT,
            amount=Micros(0),
            code=codes.get(name, 1),
            kind=TransferKind.EXPIRE,
            hold=TransferId(name),
        )
        for name in names
    ]


def payouts(scope: Scope, period: int | None) -> list[Payout]:
    """Return the payouts of a period, or all, by period and id."""
    query = scope.select(PAYOUTS).order_by(PAYOUTS.c.period, PAYOUTS.c.id)
    if period is not None:
        query = query.where(PAYOUTS.c.period == period)
    return [payout_of(row) for row in scope.fetch(query)]


def payout_of(row: Any) -> Payout:
    """Read a payout."""
    return Payout(
        TransferId(bytes(row.id)),
        row.period,
        AccountId(bytes(row.account)),
        row.party,
        int(row.amount),
        row.currency,
        row.provider,
        row.state,
        row.reference,
        int(row.paid),
        Instant(row.created),
        int(row.returned),
        row.reason,
    )


def day_sums(scope: Scope, day: int, now: Instant) -> ClosedDay:
    """Sum a day up, as closing it writes it."""
    digest, transfers, moved = hashlib.sha256(), 0, 0
    query = scope.select(TRANSFERS).where(TRANSFERS.c.day == day).order_by(TRANSFERS.c.sequence)
    for row in scope.fetch(query):
        booked = booked_of(row)
        asked = booked.transfer
        parts = (
            booked.sequence,
            asked.id,
            int(asked.kind),
            asked.code,
            asked.debit,
            asked.credit,
            asked.amount,
            asked.hold,
            asked.corrects,
            asked.external,
            booked.late_for,
        )
        digest.update(repr(parts).encode())
        transfers += 1
        moved += asked.amount if asked.kind in MOVING else 0
    return ClosedDay(day, now, transfers, moved, digest.digest())
