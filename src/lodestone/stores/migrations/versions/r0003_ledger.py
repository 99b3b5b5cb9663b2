"""The ledger: accounts, transfers, holds, closed days, payouts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Type = type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]


def must(name: str, kind: Type, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=key, nullable=False)


def partly(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def upgrade() -> None:
    _accounts()
    _transfers()
    _holds()
    _days()


def _accounts() -> None:
    op.create_table(
        "ledger_books",
        must("tenant", sa.BigInteger, key=True),
        must("closed_through", sa.BigInteger),
    )
    op.create_table(
        "ledger_accounts",
        must("tenant", sa.BigInteger, key=True),
        must("id", sa.LargeBinary, key=True),
        must("kind", sa.SmallInteger),
        must("party", ID),
        must("currency", sa.Text),
        must("restraint", sa.SmallInteger),
        must("debits_pending", sa.BigInteger),
        must("debits_posted", sa.BigInteger),
        must("credits_pending", sa.BigInteger),
        must("credits_posted", sa.BigInteger),
    )
    op.create_index("ledger_accounts_by_party", "ledger_accounts", ["tenant", "party"])


def _transfers() -> None:
    name = "ledger_transfers"
    op.create_table(
        name,
        sa.Column("sequence", NUMBER, primary_key=True, autoincrement=True),
        must("tenant", sa.BigInteger),
        must("id", sa.LargeBinary),
        must("kind", sa.SmallInteger),
        must("code", sa.SmallInteger),
        must("debit", sa.LargeBinary),
        must("credit", sa.LargeBinary),
        must("amount", sa.BigInteger),
        sa.Column("hold", sa.LargeBinary),
        sa.Column("corrects", sa.LargeBinary),
        sa.Column("external", ID),
        must("timeout", sa.Integer),
        must("linked", sa.Boolean),
        must("time", sa.BigInteger),
        must("day", sa.Integer),
        sa.Column("late_for", sa.Integer),
    )
    op.create_index(f"{name}_by_id", name, ["tenant", "id"], unique=True)
    op.create_index(f"{name}_by_debit", name, ["tenant", "debit", "day"])
    op.create_index(f"{name}_by_credit", name, ["tenant", "credit", "day"])
    partly(f"{name}_by_hold", name, ["tenant", "hold"], "hold IS NOT NULL", unique=True)
    partly(f"{name}_by_corrected", name, ["tenant", "corrects"], "corrects IS NOT NULL")
    partly(f"{name}_by_external", name, ["tenant", "external"], "external IS NOT NULL")


def _holds() -> None:
    op.create_table(
        "ledger_holds",
        must("tenant", sa.BigInteger, key=True),
        must("id", sa.LargeBinary, key=True),
        must("debit", sa.LargeBinary),
        must("credit", sa.LargeBinary),
        must("amount", sa.BigInteger),
        sa.Column("expires", sa.BigInteger),
        must("state", sa.SmallInteger),
    )
    partly("ledger_holds_by_expiry", "ledger_holds", ["tenant", "expires"], "state = 0")


def _days() -> None:
    op.create_table(
        "ledger_closed_days",
        must("tenant", sa.BigInteger, key=True),
        must("day", sa.Integer, key=True),
        must("closed", sa.BigInteger),
        must("transfers", sa.BigInteger),
        must("moved", sa.BigInteger),
        must("digest", sa.LargeBinary),
    )
    op.create_table(
        "ledger_payouts",
        must("tenant", sa.BigInteger, key=True),
        must("id", sa.LargeBinary, key=True),
        must("period", sa.Integer),
        must("account", sa.LargeBinary),
        must("party", ID),
        must("amount", sa.BigInteger),
        must("currency", sa.Text),
        must("provider", sa.Text),
        must("state", sa.Text),
        sa.Column("reference", sa.Text),
        must("paid", sa.BigInteger),
        must("created", sa.BigInteger),
    )
    op.create_index(
        "ledger_payouts_by_period", "ledger_payouts", ["tenant", "period", "account"], unique=True
    )
