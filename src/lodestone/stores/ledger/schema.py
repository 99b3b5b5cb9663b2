"""The tables of the ledger, beside the records' own: one commit holds an order and its money.

A transfer's row is written once and never touched again; what changes is the standing of an account
and the state of a hold, and both can be worked out anew from the transfers.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, NUMBER, key, may, must

BOOKS = Table(
    "ledger_books",
    METADATA,
    key("tenant", BigInteger),
    must("closed_through", BigInteger),
)

ACCOUNTS = Table(
    "ledger_accounts",
    METADATA,
    key("tenant", BigInteger),
    key("id", LargeBinary),
    must("kind", SmallInteger),
    must("party", BYTES_TEXT),
    must("currency", Text),
    must("restraint", SmallInteger),
    must("debits_pending", BigInteger),
    must("debits_posted", BigInteger),
    must("credits_pending", BigInteger),
    must("credits_posted", BigInteger),
    Index("ledger_accounts_by_party", "tenant", "party"),
)

TRANSFERS = Table(
    "ledger_transfers",
    METADATA,
    Column("sequence", NUMBER, primary_key=True, autoincrement=True),
    must("tenant", BigInteger),
    must("id", LargeBinary),
    must("kind", SmallInteger),
    must("code", SmallInteger),
    must("debit", LargeBinary),
    must("credit", LargeBinary),
    must("amount", BigInteger),
    may("hold", LargeBinary),
    may("corrects", LargeBinary),
    may("external", BYTES_TEXT),
    must("timeout", Integer),
    must("linked", Boolean),
    must("time", BigInteger),
    must("day", Integer),
    may("late_for", Integer),
    Index("ledger_transfers_by_id", "tenant", "id", unique=True),
    Index("ledger_transfers_by_debit", "tenant", "debit", "day"),
    Index("ledger_transfers_by_credit", "tenant", "credit", "day"),
    # A second resolution of one hold would not even be stored.
    Index(
        "ledger_transfers_by_hold",
        "tenant",
        "hold",
        unique=True,
        sqlite_where=text("hold IS NOT NULL"),
        postgresql_where=text("hold IS NOT NULL"),
    ),
    Index(
        "ledger_transfers_by_corrected",
        "tenant",
        "corrects",
        sqlite_where=text("corrects IS NOT NULL"),
        postgresql_where=text("corrects IS NOT NULL"),
    ),
    Index(
        "ledger_transfers_by_external",
        "tenant",
        "external",
        sqlite_where=text("external IS NOT NULL"),
        postgresql_where=text("external IS NOT NULL"),
    ),
)

HOLDS = Table(
    "ledger_holds",
    METADATA,
    key("tenant", BigInteger),
    key("id", LargeBinary),
    must("debit", LargeBinary),
    must("credit", LargeBinary),
    must("amount", BigInteger),
    may("expires", BigInteger),
    must("state", SmallInteger),
    Index(
        "ledger_holds_by_expiry",
        "tenant",
        "expires",
        sqlite_where=text("state = 0"),
        postgresql_where=text("state = 0"),
    ),
)

CLOSED_DAYS = Table(
    "ledger_closed_days",
    METADATA,
    key("tenant", BigInteger),
    key("day", Integer),
    must("closed", BigInteger),
    must("transfers", BigInteger),
    must("moved", BigInteger),  # micros
    must("digest", LargeBinary),  # of the day's transfers in order
)

PAYOUTS = Table(
    "ledger_payouts",
    METADATA,
    key("tenant", BigInteger),
    key("id", LargeBinary),
    must("period", Integer),
    must("account", LargeBinary),
    must("party", BYTES_TEXT),
    must("amount", BigInteger),
    must("currency", Text),
    must("provider", Text),
    must("state", Text),
    may("reference", Text),
    must("paid", BigInteger),
    must("created", BigInteger),
    must("returned", BigInteger),
    may("reason", Text),
    Index("ledger_payouts_by_period", "tenant", "period", "account", unique=True),
)
