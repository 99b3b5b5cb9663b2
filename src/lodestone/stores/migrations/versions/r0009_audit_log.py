"""Who changed what: one row for every act, beside the change itself."""

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=True, nullable=False),
        sa.Column("tenant", sa.BigInteger, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("actor", sa.BigInteger),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("object", ID, nullable=False),
        sa.Column("about", sa.BigInteger),
        sa.Column("detail", sa.LargeBinary, nullable=False),
    )
    op.create_index("audit_log_by_tenant", "audit_log", ["tenant", "number"])
    op.create_index("audit_log_by_object", "audit_log", ["tenant", "kind", "object"])
    op.create_index("audit_log_by_about", "audit_log", ["tenant", "about"])
