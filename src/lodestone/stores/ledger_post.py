"""Post a batch of transfers inside an open transaction: read what it names, judge, write.

In SQLite a transaction that writes is alone. In PostgreSQL the accounts are locked, always in the
order of their ids, before what is judged is read: whoever shares an account waits, whoever does not goes on.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, any_, exc, func, literal
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from lodestone.base.clock import Instant
from lodestone.base.errors import UnavailableError
from lodestone.ledger.accounts import Account, AccountId
from lodestone.ledger.judge import NEVER_CLOSED, Book, Posted, post
from lodestone.ledger.transfers import NONE, Booked, Outcome, Transfer, TransferId
from lodestone.stores.ledger_rows import (
    INSERT_TRANSFERS,
    KNOWN_TRANSFERS,
    LOCK_ACCOUNTS,
    OPEN_ACCOUNTS,
    OPEN_BOOK,
    PUT_HOLDS,
    UPDATE_ACCOUNTS,
    Values,
    account_of,
    account_values,
    booked_of,
    columns,
    hold_of,
    hold_values,
    standing_values,
    transfer_values,
)
from lodestone.stores.ledger_schema import BOOKS, HOLDS, TRANSFERS
from lodestone.stores.records_base import Scope, chunks

_CLASHES: Final = ("40001", "40P01", "23505", "55P03")
"""PostgreSQL's serialization failure, deadlock, unique violation and lock time-out: ask again."""


def post_in(
    scope: Scope,
    transfers: Sequence[Transfer],
    *,
    opening: Sequence[Account] = (),
    now: Instant,
    today: int,
) -> list[Outcome]:
    """Post transfers in the transaction that the scope belongs to.

    Args:
        scope: A community's, writing; committed or rolled back by whoever opened it.
        transfers: In the order they take effect; linked ones stand or fall together.
        opening: Accounts they may need, as chart.account makes them; those not there are opened.
        now: The community's clock.
        today: Its day.

    Returns:
        An outcome for each transfer. A refusal changes nothing and leaves the transaction whole:
        whoever needs all of it to stand raises, and everything is rolled back.

    Raises:
        UnavailableError: `ledger_busy`: another transaction came between; open a new one, ask again.
    """
    if not transfers:
        open_in(scope, opening)
        return []
    with _clashing():
        book = _read(scope, transfers, opening)
        posted = post(book, transfers, now=now, today=today)
        _write(scope, posted)
    return posted.outcomes


def open_in(scope: Scope, accounts: Sequence[Account]) -> None:
    """Open accounts that are not there yet, and the community's book with the first."""
    if accounts:
        number = scope.tenant.number
        put(scope, OPEN_BOOK, [(number, NEVER_CLOSED)])
        unique = {one.id: one for one in accounts}
        put(scope, OPEN_ACCOUNTS, [account_values(number, unique[name]) for name in sorted(unique)])


def _read(scope: Scope, transfers: Sequence[Transfer], opening: Sequence[Account]) -> Book:
    named: set[AccountId] = set()
    ids: set[TransferId] = set()
    corrected: set[TransferId] = set()
    holds: set[TransferId] = set()
    for one in transfers:
        ids.add(one.id)
        named.update((one.debit, one.credit))
        if one.hold != NONE:
            holds.add(one.hold)
        if one.corrects != NONE:
            corrected.add(one.corrects)
    named |= _accounts_of(scope, HOLDS, holds) | _accounts_of(scope, TRANSFERS, corrected)
    closed = scope.first(scope.select(BOOKS, BOOKS.c.closed_through).with_for_update(read=True))
    accounts = _locked(scope, named)
    missing = [one for one in opening if one.id in named and one.id not in accounts]
    if missing:
        open_in(scope, missing)
        closed = scope.first(scope.select(BOOKS, BOOKS.c.closed_through).with_for_update(read=True))
        accounts = _locked(scope, named)
    return Book(
        accounts,
        _booked(scope, ids | corrected),
        {one.id: one for one in map(hold_of, _named(scope, HOLDS, holds))},
        _corrected(scope, corrected),
        NEVER_CLOSED if closed is None else closed[0],
    )


def _accounts_of(scope: Scope, table: Any, ids: Collection[TransferId]) -> set[AccountId]:
    """Return the accounts of holds or transfers, which never change, to lock them first."""
    rows = _named(scope, table, ids, table.c.debit, table.c.credit)
    return {AccountId(bytes(name)) for row in rows for name in row}


def _locked(scope: Scope, names: Collection[AccountId]) -> Mapping[AccountId, Account]:
    rows = fetch_named(scope, LOCK_ACCOUNTS, sorted(names))
    return {row[0]: account_of(row) for row in rows}


def _booked(scope: Scope, ids: Collection[TransferId]) -> dict[TransferId, Booked]:
    """Return those that stand already: seldom any, so first only their ids are asked for."""
    known = [row[0] for row in fetch_named(scope, KNOWN_TRANSFERS, sorted(ids))]
    return {one.transfer.id: one for one in map(booked_of, _named(scope, TRANSFERS, known))}


def _corrected(scope: Scope, ids: Collection[TransferId]) -> dict[TransferId, int]:
    moved: dict[TransferId, int] = {}
    for piece in pieces(scope, sorted(ids)):
        query = scope.select(TRANSFERS, TRANSFERS.c.corrects, func.sum(TRANSFERS.c.amount))
        # What is held in correction has not corrected anything yet.
        query = query.where(among(scope, TRANSFERS.c.corrects, piece), TRANSFERS.c.kind != 1)
        for corrects, amount in scope.fetch(query.group_by(TRANSFERS.c.corrects)):
            moved[TransferId(bytes(corrects))] = int(amount)
    return moved


def _named(scope: Scope, table: Any, ids: Collection[bytes], *wanted: Any) -> Iterator[Any]:
    for piece in pieces(scope, sorted(ids)):
        query: Select[Any] = scope.select(table, *wanted)
        yield from scope.fetch(query.where(among(scope, table.c.id, piece)))


def fetch_named(
    scope: Scope, statements: Mapping[str, tuple[str, str]], ids: Sequence[bytes]
) -> list[Any]:
    """Return the rows of many ids, straight from the driver: most of a posting's reading.

    Args:
        scope: The community's.
        statements: By dialect, a statement in two parts, between which SQLite has its `IN`.
        ids: What to look for.
    """
    if not ids:
        return []
    connection, number = scope.connection, scope.tenant.number
    before, after = statements[connection.dialect.name]
    if connection.dialect.name != "sqlite":
        return list(connection.exec_driver_sql(before + after, (number, list(ids))).all())
    found: list[Any] = []
    for piece in chunks(ids):
        # A few lengths only, so that the driver finds most statements prepared.
        length = 1 << (len(piece) - 1).bit_length()
        padded = [*piece, *([piece[-1]] * (length - len(piece)))]
        marks = ",".join("?" * length)
        found += connection.exec_driver_sql(f"{before}{marks}{after}", (number, *padded)).all()
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


def _write(scope: Scope, posted: Posted) -> None:
    number = scope.tenant.number
    put(scope, INSERT_TRANSFERS, [transfer_values(number, one) for one in posted.booked])
    put(scope, UPDATE_ACCOUNTS, [standing_values(number, one) for one in posted.accounts])
    put(scope, PUT_HOLDS, [hold_values(number, one) for one in posted.holds])


def put(scope: Scope, statements: Mapping[str, str], rows: Sequence[Values]) -> None:
    """Do one statement for every row: in PostgreSQL as arrays, in one round trip."""
    if not rows:
        return
    dialect = scope.connection.dialect.name
    if dialect == "sqlite":
        scope.connection.exec_driver_sql(statements[dialect], list(rows))
    else:
        scope.connection.exec_driver_sql(statements[dialect], columns(rows))


@contextmanager
def _clashing() -> Iterator[None]:
    """Say of what another transaction caused that asking again is right."""
    try:
        yield
    except exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _CLASHES:
            raise
        message = "Another transaction came between; nothing was done, ask again."
        raise UnavailableError("ledger_busy", message) from error
