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

from lodestone.stores.records_schema import BYTES_TEXT, METADATA, NUMBER

BOOKS = Table(
    "ledger_books",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("closed_through", BigInteger, nullable=False),
)

ACCOUNTS = Table(
    "ledger_accounts",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", LargeBinary, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("party", BYTES_TEXT, nullable=False),
    Column("currency", Text, nullable=False),
    Column("restraint", SmallInteger, nullable=False),
    Column("debits_pending", BigInteger, nullable=False),
    Column("debits_posted", BigInteger, nullable=False),
    Column("credits_pending", BigInteger, nullable=False),
    Column("credits_posted", BigInteger, nullable=False),
    Index("ledger_accounts_by_party", "tenant", "party"),
)

TRANSFERS = Table(
    "ledger_transfers",
    METADATA,
    Column("sequence", NUMBER, primary_key=True, autoincrement=True),
    Column("tenant", BigInteger, nullable=False),
    Column("id", LargeBinary, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("code", SmallInteger, nullable=False),
    Column("debit", LargeBinary, nullable=False),
    Column("credit", LargeBinary, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("hold", LargeBinary),
    Column("corrects", LargeBinary),
    Column("external", BYTES_TEXT),
    Column("timeout", Integer, nullable=False),
    Column("linked", Boolean, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("day", Integer, nullable=False),
    Column("late_for", Integer),
    Index("ledger_transfers_by_id", "tenant", "id", unique=True),
    Index("ledger_transfers_by_debit", "tenant", "debit", "day"),
    Index("ledger_transfers_by_credit", "tenant", "credit", "day"),
    # A second resolution of one hold would not even be stored.
    Index(
        "ledger_transfers_by_hold", "tenant", "hold", unique=True,
        sqlite_where=text("hold IS NOT NULL"), postgresql_where=text("hold IS NOT NULL"),
    ),
    Index(
        "ledger_transfers_by_corrected", "tenant", "corrects",
        sqlite_where=text("corrects IS NOT NULL"), postgresql_where=text("corrects IS NOT NULL"),
    ),
    Index(
        "ledger_transfers_by_external", "tenant", "external",
        sqlite_where=text("external IS NOT NULL"), postgresql_where=text("external IS NOT NULL"),
    ),
)  # fmt: skip

HOLDS = Table(
    "ledger_holds",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", LargeBinary, primary_key=True),
    Column("debit", LargeBinary, nullable=False),
    Column("credit", LargeBinary, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("state", SmallInteger, nullable=False),
    Index(
        "ledger_holds_by_expiry", "tenant", "expires",
        sqlite_where=text("state = 0"), postgresql_where=text("state = 0"),
    ),
)  # fmt: skip

CLOSED_DAYS = Table(
    "ledger_closed_days",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("closed", BigInteger, nullable=False),
    Column("transfers", BigInteger, nullable=False),
    Column("moved", BigInteger, nullable=False),  # micros
    Column("digest", LargeBinary, nullable=False),  # of the day's transfers in order
)

PAYOUTS = Table(
    "ledger_payouts",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", LargeBinary, primary_key=True),
    Column("period", Integer, nullable=False),
    Column("account", LargeBinary, nullable=False),
    Column("party", BYTES_TEXT, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reference", Text),
    Column("paid", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("ledger_payouts_by_period", "tenant", "period", "account", unique=True),
)
