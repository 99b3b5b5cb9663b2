"""Boosts and the states they came into; how far each webhook has read of these."""

import sqlalchemy as sa
from alembic import op

revision = "r0021"
down_revision = "r0020"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "boosts",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("boost", ID, nullable=False),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.Column("buys", sa.SmallInteger, nullable=False),
        sa.Column("source", sa.SmallInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("hours", sa.SmallInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("ends", sa.BigInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("ended_by", sa.SmallInteger),
        sa.Column("back", sa.BigInteger),
    )
    op.create_index("boosts_by_boost", "boosts", ["tenant", "boost"], unique=True)
    op.create_index("boosts_by_owner", "boosts", ["tenant", "owner"])
    op.create_index("boosts_by_state", "boosts", ["tenant", "state"])
    op.create_table(
        "boost_events",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("boost", ID, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
    )
    op.add_column(
        "webhooks", sa.Column("boosts_after", sa.BigInteger, nullable=False, server_default="0")
    )
