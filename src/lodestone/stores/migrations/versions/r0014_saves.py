"""Posts that people have saved."""

import sqlalchemy as sa
from alembic import op

revision = "r0014"
down_revision = "r0013"


def upgrade() -> None:
    op.create_table(
        "saves",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("ordinal", sa.BigInteger, primary_key=True),
        sa.Column("item", sa.BigInteger, primary_key=True),
        sa.Column("time", sa.BigInteger, nullable=False),
    )
    op.create_index("saves_by_time", "saves", ["tenant", "ordinal", "time"])
