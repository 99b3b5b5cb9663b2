"""Post a batch of transfers inside an open transaction: read what it names, judge, write.

In SQLite a transaction that writes is alone. In PostgreSQL the accounts are locked, always in the
order of their ids, before what is judged is read: whoever shares an account waits, whoever does not goes on.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from sqlalchemy import exc

from lodestone.base.clock import Instant
from lodestone.base.errors import UnavailableError
from lodestone.ledger.accounts import Account
from lodestone.ledger.judge import NEVER_CLOSED, LedgerSlice, Posted, post
from lodestone.ledger.transfers import Outcome, Transfer
from lodestone.stores.ledger.gather import driver_of, gather, named, pipelined
from lodestone.stores.ledger.rows import (
    INSERT_TRANSFERS,
    OPEN_ACCOUNTS,
    OPEN_BOOK,
    PUT_HOLDS,
    UPDATE_ACCOUNTS,
    Values,
    account_values,
    columns,
    hold_values,
    standing_values,
    transfer_values,
)
from lodestone.stores.sql.errors import late, overdue
from lodestone.stores.sql.scope import Scope

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
    with _clashing(scope):
        book = _read(scope, transfers, opening)
        posted = post(book, transfers, now=now, today=today)
        _write(scope, posted)
    return posted.outcomes


def open_in(scope: Scope, accounts: Sequence[Account]) -> None:
    """Open accounts that are not there yet, and the community's book with the first."""
    if accounts:
        number = scope.tenant.number
        unique = {account.id: account for account in accounts}
        rows = [account_values(number, unique[name]) for name in sorted(unique)]
        with _clashing(scope), pipelined(scope):
            put(scope, OPEN_BOOK, [(number, NEVER_CLOSED)])
            put(scope, OPEN_ACCOUNTS, rows)


def _read(scope: Scope, transfers: Sequence[Transfer], opening: Sequence[Account]) -> LedgerSlice:
    names = named(transfers)
    book = gather(scope, names)
    missing = [
        account
        for account in opening
        if account.id in names.accounts and account.id not in book.accounts
    ]
    if not missing:
        return book
    open_in(scope, missing)
    return gather(scope, names)


def _write(scope: Scope, posted: Posted) -> None:
    number = scope.tenant.number
    with pipelined(scope):
        put(
            scope,
            INSERT_TRANSFERS,
            [transfer_values(number, transfer) for transfer in posted.booked],
        )
        put(
            scope,
            UPDATE_ACCOUNTS,
            [standing_values(number, account) for account in posted.accounts],
        )
        put(scope, PUT_HOLDS, [hold_values(number, hold) for hold in posted.holds])


def put(scope: Scope, statements: Mapping[str, str], rows: Sequence[Values]) -> None:
    """Do one statement for every row: in PostgreSQL as arrays, in one round trip."""
    if not rows:
        return
    dialect = scope.connection.dialect.name
    if dialect == "sqlite":
        scope.connection.exec_driver_sql(statements[dialect], list(rows))
    else:
        driver_of(scope).execute(statements[dialect], columns(rows))


@contextmanager
def _clashing(scope: Scope) -> Iterator[None]:
    """Say of what another transaction caused that asking again is right."""
    dbapi = scope.connection.dialect.loaded_dbapi
    driver: type[Exception] = dbapi.Error
    try:
        yield
    except (exc.DBAPIError, driver) as error:
        if getattr(getattr(error, "orig", error), "sqlstate", None) in _CLASHES:
            message = "Another transaction came between; nothing was done, ask again."
            raise UnavailableError("ledger_busy", message) from error
        if not isinstance(error, (dbapi.OperationalError, dbapi.InterfaceError)):
            # What cannot be stored is one request's trouble; only a store that is silent is everybody's.
            raise
        if overdue(error):
            raise late(type(error).__name__) from error
        message = f"The records do not answer; try again. ({type(error).__name__})"
        raise UnavailableError("records_unavailable", message) from error
