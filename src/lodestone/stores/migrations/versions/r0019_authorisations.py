"""Creators' authorisations to run their posts as ads."""

import sqlalchemy as sa
from alembic import op

revision = "r0019"
down_revision = "r0018"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "authorisations",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("id", ID, primary_key=True),
        sa.Column("creator", sa.BigInteger, nullable=False),
        sa.Column("advertiser", ID, nullable=False),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.Column("starts", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("share", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("revoked", sa.BigInteger),
    )
    for name in ("creator", "advertiser"):
        op.create_index(f"authorisations_by_{name}", "authorisations", ["tenant", name, "id"])
    op.create_index("authorisations_by_item", "authorisations", ["tenant", "item"])
