"""Comments below items, their likes and reports."""

import sqlalchemy as sa
from alembic import op

revision = "r0012"
down_revision = "r0011"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("parent", sa.BigInteger),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("edited", sa.BigInteger),
        sa.Column("likes", sa.Integer, nullable=False),
        sa.Column("awaits_event", sa.Boolean, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("comments_by_id", "comments", ["tenant", "item", "id"], unique=True)
    op.create_index("comments_by_item", "comments", ["tenant", "item", "number"])
    op.create_index("comments_by_owner", "comments", ["tenant", "owner", "created"])
    op.create_table(
        "comment_likes",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("comment", sa.BigInteger, primary_key=True),
        sa.Column("ordinal", sa.BigInteger, primary_key=True),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
    )
    op.create_index("comment_likes_by_item", "comment_likes", ["tenant", "item", "ordinal"])
    op.create_index("comment_likes_by_ordinal", "comment_likes", ["tenant", "ordinal"])
    op.create_table(
        "comment_reports",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("comment", sa.BigInteger, primary_key=True),
        sa.Column("ordinal", sa.BigInteger, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.LargeBinary, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "comment_reports_by_number", "comment_reports", ["tenant", "number"], unique=True
    )
    op.create_index("comment_reports_by_ordinal", "comment_reports", ["tenant", "ordinal"])
