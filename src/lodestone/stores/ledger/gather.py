"""Gather what a batch of transfers names, locked where another transaction could change it.

In PostgreSQL all of it is asked for in one round trip: the statements run one after another, each on what was
committed before it, so that whatever is read after the accounts are locked is read as it stands under the lock.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, any_, func, literal
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.judge import NEVER_CLOSED, LedgerSlice
from lodestone.ledger.transfers import NONE, Booked, Transfer, TransferId
from lodestone.stores.ledger.rows import account_of, booked_of, hold_of
from lodestone.stores.ledger.schema import BOOKS, HOLDS, TRANSFERS
from lodestone.stores.sql.scope import Scope, chunks

_ACCOUNT: Final = (
    "SELECT id, kind, party, currency, restraint, debits_pending, debits_posted, credits_pending,"
    " credits_posted FROM ledger_accounts WHERE tenant = "
)
_SQLITE_ACCOUNTS: Final = (_ACCOUNT + "? AND id IN (", ")")
_SQLITE_KNOWN: Final = ("SELECT id FROM ledger_transfers WHERE tenant = ? AND id IN (", ")")
_CLOSED: Final = "SELECT closed_through FROM ledger_books WHERE tenant = %(tenant)s FOR SHARE"
_LOCKED: Final = _ACCOUNT + "%(tenant)s AND id = ANY(%(named)s::bytea[]) ORDER BY id FOR UPDATE"
_LOCKED_TOO: Final = (
    "SELECT id, kind, party, currency, restraint, debits_pending, debits_posted, credits_pending,"
    " credits_posted FROM ledger_accounts WHERE tenant = %(tenant)s AND id IN (SELECT unnest(%(named)s::bytea[])"
    " UNION SELECT debit FROM ledger_holds WHERE tenant = %(tenant)s AND id = ANY(%(holds)s::bytea[])"
    " UNION SELECT credit FROM ledger_holds WHERE tenant = %(tenant)s AND id = ANY(%(holds)s::bytea[])"
    " UNION SELECT debit FROM ledger_transfers WHERE tenant = %(tenant)s"
    " AND id = ANY(%(corrected)s::bytea[])"
    " UNION SELECT credit FROM ledger_transfers WHERE tenant = %(tenant)s"
    " AND id = ANY(%(corrected)s::bytea[])) ORDER BY id FOR UPDATE"
)
_BOOKED: Final = (
    "SELECT sequence, id, kind, code, debit, credit, amount, hold, corrects, external, timeout,"
    " linked, time, day, late_for FROM ledger_transfers"
    " WHERE tenant = %(tenant)s AND id = ANY(%(ids)s::bytea[])"
)
_HOLDS: Final = (
    "SELECT id, debit, credit, amount, expires, state FROM ledger_holds"
    " WHERE tenant = %(tenant)s AND id = ANY(%(holds)s::bytea[])"
)
_CORRECTED: Final = (
    "SELECT corrects, sum(amount) AS amount FROM ledger_transfers WHERE tenant = %(tenant)s"
    " AND corrects = ANY(%(corrected)s::bytea[]) AND kind <> 1 GROUP BY corrects"
)


@dataclass(frozen=True, slots=True)
class Named:
    """The ids that a batch names."""

    accounts: set[AccountId] = field(default_factory=set)
    transfers: set[TransferId] = field(default_factory=set)
    """Given by the batch or corrected by it."""
    corrected: set[TransferId] = field(default_factory=set)
    holds: set[TransferId] = field(default_factory=set)


def named(transfers: Sequence[Transfer]) -> Named:
    """Collect the ids that transfers name."""
    named = Named()
    for transfer in transfers:
        named.transfers.add(transfer.id)
        named.accounts.update((transfer.debit, transfer.credit))
        if transfer.hold != NONE:
            named.holds.add(transfer.hold)
        if transfer.corrects != NONE:
            named.corrected.add(transfer.corrects)
    named.transfers.update(named.corrected)
    return named


def gather(scope: Scope, names: Named) -> LedgerSlice:
    """Read the part of the book that is named; until the transaction ends nobody else changes it."""
    if scope.connection.dialect.name == "sqlite":
        return _from_sqlite(scope, names)
    return _from_postgresql(scope, names)


def _from_postgresql(scope: Scope, names: Named) -> LedgerSlice:
    # The driver is an extra of whoever runs on PostgreSQL.
    from psycopg.rows import namedtuple_row  # noqa: PLC0415

    driver = driver_of(scope)
    given = {
        "tenant": scope.tenant.number,
        "named": sorted(names.accounts),
        "ids": sorted(names.transfers),
        "holds": sorted(names.holds),
        "corrected": sorted(names.corrected),
    }
    too = names.holds or names.corrected
    with pipelined(scope):
        closed, locked, booked = (
            driver.cursor(row_factory=namedtuple_row).execute(statement, given)
            for statement in (_CLOSED, _LOCKED_TOO if too else _LOCKED, _BOOKED)
        )
        rare = [
            driver.cursor(row_factory=namedtuple_row).execute(statement, given) if asked else None
            for statement, asked in ((_HOLDS, names.holds), (_CORRECTED, names.corrected))
        ]
    holds, corrected = ([] if cursor is None else cursor.fetchall() for cursor in rare)
    through = closed.fetchone()
    return LedgerSlice(
        _accounts(locked.fetchall()),
        {booking.transfer.id: booking for booking in map(booked_of, booked.fetchall())},
        {hold.id: hold for hold in map(hold_of, holds)},
        {TransferId(row.corrects): int(row.amount) for row in corrected},
        NEVER_CLOSED if through is None else through[0],
    )


def driver_of(scope: Scope) -> Any:
    """Return the driver's own connection, in the transaction that the scope belongs to."""
    return scope.connection.connection.driver_connection


def pipelined(scope: Scope) -> AbstractContextManager[Any]:
    """Send what is asked in PostgreSQL without waiting for each answer; all have come on leaving."""
    if scope.connection.dialect.name == "sqlite":
        return nullcontext()
    pipeline: AbstractContextManager[Any] = driver_of(scope).pipeline()
    return pipeline


def _accounts(rows: Sequence[Any]) -> dict[AccountId, Account]:
    return {row[0]: account_of(row) for row in rows}


def _from_sqlite(scope: Scope, names: Named) -> LedgerSlice:
    accounts = set(names.accounts)
    for table, ids in ((HOLDS, names.holds), (TRANSFERS, names.corrected)):
        for row in _rows(scope, table, ids, table.c.debit, table.c.credit):
            accounts.update(row)
    closed = scope.first(scope.select(BOOKS, BOOKS.c.closed_through))
    return LedgerSlice(
        _accounts(_straight(scope, _SQLITE_ACCOUNTS, sorted(accounts))),
        _booked(scope, names.transfers),
        {hold.id: hold for hold in map(hold_of, _rows(scope, HOLDS, names.holds))},
        _corrected(scope, names.corrected),
        NEVER_CLOSED if closed is None else closed[0],
    )


def _booked(scope: Scope, ids: Collection[TransferId]) -> Mapping[TransferId, Booked]:
    """Return those that stand already: seldom any, so first only their ids are asked for."""
    known = [row[0] for row in _straight(scope, _SQLITE_KNOWN, sorted(ids))]
    return {
        transfer.transfer.id: transfer
        for transfer in map(booked_of, _rows(scope, TRANSFERS, known))
    }


def _corrected(scope: Scope, ids: Collection[TransferId]) -> dict[TransferId, int]:
    moved: dict[TransferId, int] = {}
    for piece in pieces(scope, sorted(ids)):
        query = scope.select(TRANSFERS, TRANSFERS.c.corrects, func.sum(TRANSFERS.c.amount))
        # What is held in correction has not corrected anything yet.
        query = query.where(among(scope, TRANSFERS.c.corrects, piece), TRANSFERS.c.kind != 1)
        for corrects, amount in scope.fetch(query.group_by(TRANSFERS.c.corrects)):
            moved[TransferId(corrects)] = int(amount)
    return moved


def _rows(scope: Scope, table: Any, ids: Collection[bytes], *wanted: Any) -> Iterator[Any]:
    for piece in pieces(scope, sorted(ids)):
        query: Select[Any] = scope.select(table, *wanted)
        yield from scope.fetch(query.where(among(scope, table.c.id, piece)))


def _straight(scope: Scope, statement: tuple[str, str], ids: Sequence[bytes]) -> list[Any]:
    """Return the rows of many ids straight from the driver: most of a posting's reading."""
    found: list[Any] = []
    before, after = statement
    for piece in chunks(ids):
        # A few lengths only, so that the driver finds most statements prepared.
        length = 1 << (len(piece) - 1).bit_length()
        padded = (scope.tenant.number, *piece, *([piece[-1]] * (length - len(piece))))
        marks = ",".join("?" * length)
        found += scope.connection.exec_driver_sql(f"{before}{marks}{after}", padded).all()
    return found


def pieces(scope: Scope, values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Cut values into what one query takes: all of them in PostgreSQL."""
    if values:
        yield from chunks(values) if scope.connection.dialect.name == "sqlite" else [values]


def among(scope: Scope, column: Any, values: Sequence[bytes]) -> ColumnElement[bool]:
    """Say that a column has one of the values; in PostgreSQL as one array, whatever their number."""
    condition: ColumnElement[bool]
    if scope.connection.dialect.name == "sqlite":
        condition = column.in_(values)
    else:
        condition = column == any_(literal(list(values), ARRAY(BYTEA)))
    return condition
