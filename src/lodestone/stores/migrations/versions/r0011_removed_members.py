"""Who may not come back to a domain."""

import sqlalchemy as sa
from alembic import op

revision = "r0011"
down_revision = "r0010"


def upgrade() -> None:
    op.create_table(
        "removed_members",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("domain", sa.SmallInteger, primary_key=True),
        sa.Column("ordinal", sa.BigInteger, primary_key=True),
    )
