"""Between the ledger's values and the rows that hold them."""

from collections.abc import Sequence
from typing import Any, Final

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.ledger.accounts import Account, AccountId, Limit
from lodestone.ledger.judge import Hold, HoldState, Standing
from lodestone.ledger.transfers import NONE, Booked, Transfer, TransferId, TransferKind
from lodestone.stores.ledger.schema import ACCOUNTS

Values = tuple[Any, ...]

INSERT_TRANSFERS: Final = {
    "sqlite": (
        "INSERT INTO ledger_transfers (tenant, id, kind, code, debit, credit, amount, hold, corrects,"
        " external, timeout, linked, time, day, late_for)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ),
    "postgresql": (
        "INSERT INTO ledger_transfers (tenant, id, kind, code, debit, credit, amount, hold, corrects,"
        " external, timeout, linked, time, day, late_for)"
        " SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::smallint[], %s::smallint[], %s::bytea[],"
        " %s::bytea[], %s::bigint[], %s::bytea[], %s::bytea[], %s::text[], %s::integer[], %s::boolean[],"
        " %s::bigint[], %s::integer[], %s::integer[])"
    ),
}
UPDATE_ACCOUNTS: Final = {
    "sqlite": (
        "UPDATE ledger_accounts SET debits_pending = ?, debits_posted = ?, credits_pending = ?,"
        " credits_posted = ? WHERE tenant = ? AND id = ?"
    ),
    "postgresql": (
        "UPDATE ledger_accounts AS kept SET debits_pending = fresh.a, debits_posted = fresh.b,"
        " credits_pending = fresh.c, credits_posted = fresh.d"
        " FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[])"
        " AS fresh (a, b, c, d, tenant, id) WHERE kept.tenant = fresh.tenant AND kept.id = fresh.id"
    ),
}
PUT_HOLDS: Final = {
    "sqlite": (
        "INSERT INTO ledger_holds (tenant, id, debit, credit, amount, expires, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, id) DO UPDATE SET state = excluded.state"
    ),
    "postgresql": (
        "INSERT INTO ledger_holds (tenant, id, debit, credit, amount, expires, state)"
        " SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::bytea[], %s::bigint[],"
        " %s::bigint[], %s::smallint[])"
        " ON CONFLICT (tenant, id) DO UPDATE SET state = excluded.state"
    ),
}
OPEN_ACCOUNTS: Final = {
    "sqlite": (
        "INSERT INTO ledger_accounts (tenant, id, kind, party, currency, restraint, debits_pending,"
        " debits_posted, credits_pending, credits_posted) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0)"
        " ON CONFLICT (tenant, id) DO NOTHING"
    ),
    "postgresql": (
        "INSERT INTO ledger_accounts (tenant, id, kind, party, currency, restraint, debits_pending,"
        " debits_posted, credits_pending, credits_posted)"
        " SELECT given.*, 0, 0, 0, 0 FROM unnest(%s::bigint[], %s::bytea[], %s::smallint[], %s::text[],"
        " %s::text[], %s::smallint[]) AS given ON CONFLICT (tenant, id) DO NOTHING"
    ),
}
OPEN_BOOK: Final = {
    "sqlite": (
        "INSERT INTO ledger_books (tenant, closed_through) VALUES (?, ?)"
        " ON CONFLICT (tenant) DO NOTHING"
    ),
    "postgresql": (
        "INSERT INTO ledger_books (tenant, closed_through)"
        " SELECT * FROM unnest(%s::bigint[], %s::bigint[]) ON CONFLICT (tenant) DO NOTHING"
    ),
}


def transfer_values(tenant: int, booked: Booked) -> Values:
    """Return a transfer's row in the order of `INSERT_TRANSFERS`."""
    asked = booked.transfer
    return (
        tenant,
        asked.id,
        int(asked.kind),
        asked.code,
        asked.debit,
        asked.credit,
        asked.amount,
        None if asked.hold == NONE else asked.hold,
        None if asked.corrects == NONE else asked.corrects,
        asked.external or None,
        asked.timeout_seconds,
        asked.linked,
        booked.time,
        booked.day,
        booked.late_for,
    )


def standing_values(tenant: int, standing: Standing) -> Values:
    """Return an account's standing in the order of `UPDATE_ACCOUNTS`."""
    return (*standing[1:], tenant, standing[0])


def account_values(tenant: int, account: Account) -> Values:
    """Return a new account's row in the order of `OPEN_ACCOUNTS`."""
    return (
        tenant,
        account.id,
        int(account.kind),
        account.party,
        account.currency,
        int(account.limit),
    )


def hold_values(tenant: int, hold: Hold) -> Values:
    """Return a hold's row in the order of `PUT_HOLDS`."""
    return (tenant, hold.id, hold.debit, hold.credit, hold.amount, hold.expires, int(hold.state))


ACCOUNT_COLUMNS: Final = tuple(column for column in ACCOUNTS.c if column.name != "tenant")
_LIMITS: Final = tuple(Limit)


def account_of(row: Any) -> Account:
    """Read an account's row, its columns those of `ACCOUNT_COLUMNS`."""
    return Account(row[0], row[1], row[2], row[3], _LIMITS[row[4]], row[5], row[6], row[7], row[8])


def booked_of(row: Any) -> Booked:
    """Read a transfer's row."""
    transfer = Transfer(
        id=TransferId(bytes(row.id)),
        debit=AccountId(bytes(row.debit)),
        credit=AccountId(bytes(row.credit)),
        amount=Micros(row.amount),
        code=row.code,
        kind=TransferKind(row.kind),
        linked=bool(row.linked),
        hold=NONE if row.hold is None else TransferId(bytes(row.hold)),
        timeout_seconds=row.timeout,
        corrects=NONE if row.corrects is None else TransferId(bytes(row.corrects)),
        external=row.external or "",
    )
    return Booked(transfer, Instant(row.time), row.day, row.late_for, row.sequence)


def hold_of(row: Any) -> Hold:
    """Read a hold's row."""
    return Hold(
        TransferId(bytes(row.id)),
        AccountId(bytes(row.debit)),
        AccountId(bytes(row.credit)),
        Micros(row.amount),
        None if row.expires is None else Instant(row.expires),
        HoldState(row.state),
    )


def columns(rows: Sequence[Values]) -> tuple[list[Any], ...]:
    """Turn rows into one list a column, as `unnest` takes them."""
    return tuple(list(column) for column in zip(*rows, strict=True))
