"""Creators' profiles, briefs and orders; how far each webhook has read of these."""

import sqlalchemy as sa
from alembic import op

revision = "r0018"
down_revision = "r0017"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "creators",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("ordinal", sa.BigInteger, primary_key=True),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "briefs",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("id", ID, primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("advertiser", ID, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("briefs_by_owner", "briefs", ["tenant", "owner"])
    op.create_index("briefs_by_advertiser", "briefs", ["tenant", "advertiser", "id"])
    create_assignments()
    create_events()
    op.add_column(
        "webhooks",
        sa.Column("assignments_after", sa.BigInteger, nullable=False, server_default="0"),
    )


def create_assignments() -> None:
    op.create_table(
        "assignments",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("offer", ID, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("brief", ID, nullable=False),
        sa.Column("advertiser", ID, nullable=False),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("creator", sa.BigInteger, nullable=False),
        sa.Column("by_creator", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("stage", sa.SmallInteger, nullable=False),
        sa.Column("due", sa.BigInteger),
        sa.Column("orphaned", sa.Boolean, nullable=False),
        sa.Column("deadline", sa.BigInteger, nullable=False),
        sa.Column("approval_days", sa.SmallInteger, nullable=False),
        sa.Column("count_days", sa.SmallInteger, nullable=False),
        sa.Column("rounds_left", sa.SmallInteger, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("rate", sa.BigInteger, nullable=False),
        sa.Column("floor", sa.BigInteger, nullable=False),
        sa.Column("cap", sa.BigInteger, nullable=False),
        sa.Column("goods", sa.LargeBinary, nullable=False),
        sa.Column("accepted", sa.BigInteger),
        sa.Column("item", sa.BigInteger),
        sa.Column("published", sa.BigInteger),
        sa.Column("counted_until", sa.BigInteger),
        sa.Column("counted", sa.LargeBinary),
        sa.Column("counted_late", sa.LargeBinary),
        sa.Column("measured", sa.BigInteger),
        sa.Column("adjustment", sa.BigInteger),
        sa.Column("back", sa.BigInteger),
    )
    op.create_index("assignments_by_offer", "assignments", ["tenant", "offer"], unique=True)
    for name in ("due", "brief", "advertiser", "owner", "creator", "item"):
        op.create_index(f"assignments_by_{name}", "assignments", ["tenant", name])


def create_events() -> None:
    op.create_table(
        "assignment_events",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("move", sa.SmallInteger, nullable=False),
        sa.Column("actor", sa.SmallInteger, nullable=False),
        sa.Column("stage", sa.SmallInteger, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger),
        sa.Column("request", sa.LargeBinary),
        sa.Column("digest", sa.LargeBinary),
        sa.Column("author", sa.BigInteger),
        sa.Column("text", sa.LargeBinary),
    )
    op.create_index("assignment_events_by_number", "assignment_events", ["tenant", "number", "id"])
    op.create_index("assignment_events_by_author", "assignment_events", ["tenant", "author"])
