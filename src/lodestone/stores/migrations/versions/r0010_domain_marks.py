"""What moderators say of items in their domains, and whose office was taken back."""

import sqlalchemy as sa
from alembic import op

revision = "r0010"
down_revision = "r0009"


def upgrade() -> None:
    op.create_table(
        "domain_marks",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("domain", sa.SmallInteger, nullable=False),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("pin", sa.Integer, nullable=False),
    )
    op.create_index("domain_marks_by_domain", "domain_marks", ["tenant", "domain"])
    op.add_column(
        "moderators", sa.Column("ended", sa.Boolean, nullable=False, server_default=sa.false())
    )
