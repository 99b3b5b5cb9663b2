"""What has changed about who may ask, numbered in the order of commits, so that every process hears of it."""

import sqlalchemy as sa
from alembic import op

revision = "r0008"
down_revision = "r0007"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "access_changes",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("tenant", sa.BigInteger),
        sa.Column("time", sa.BigInteger, nullable=False),
    )
