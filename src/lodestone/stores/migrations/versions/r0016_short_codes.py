"""Short codes of vouchers, and the wrong ones that shops have tried."""

import sqlalchemy as sa
from alembic import op

revision = "r0016"
down_revision = "r0015"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "short_codes",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("shop", ID, primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("voucher", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )
    op.create_index("short_codes_by_until", "short_codes", ["tenant", "shop", "until"])
    op.create_table(
        "short_code_misses",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("shop", ID, primary_key=True),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
