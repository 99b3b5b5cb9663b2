"""Payees' accounts at providers; what came back of payouts, and why one was declined."""

import sqlalchemy as sa
from alembic import op

revision = "r0020"
down_revision = "r0019"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column(
        "ledger_payouts",
        sa.Column("returned", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.add_column("ledger_payouts", sa.Column("reason", sa.Text))
    op.create_table(
        "payees",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("party", ID, primary_key=True),
        sa.Column("provider", ID, primary_key=True),
        sa.Column("account", ID, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
    )
