"""What was reported, what moderators decided of it, and what stands of items since."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0013"
down_revision = "r0012"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Type = type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]


def must(name: str, kind: Type, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=key, nullable=False)


def may(name: str, kind: Type) -> sa.Column[Any]:
    return sa.Column(name, kind)


def upgrade() -> None:
    op.create_table(
        "reviews",
        must("tenant", sa.BigInteger, key=True),
        must("number", sa.BigInteger, key=True),
        must("item", sa.BigInteger),
        must("owner", sa.BigInteger),
        must("state", sa.Text),
        must("first", sa.BigInteger),
        must("last", sa.BigInteger),
        must("decision", sa.Text),
        may("decided", sa.BigInteger),
        must("key_id", ID),
        may("decider", sa.BigInteger),
        must("note", sa.LargeBinary),
        must("appeal", sa.LargeBinary),
        may("appealed", sa.BigInteger),
    )
    op.create_index("reviews_by_item", "reviews", ["tenant", "item", "number"])
    op.create_index("reviews_by_state", "reviews", ["tenant", "state", "number"])
    op.create_index("reviews_by_owner", "reviews", ["tenant", "owner", "number"])
    op.create_table(
        "reports",
        must("tenant", sa.BigInteger, key=True),
        must("key", sa.BigInteger, key=True),
        must("review", sa.BigInteger),
        must("reporter", sa.BigInteger),
        must("reason", sa.SmallInteger),
        must("time", sa.BigInteger),
    )
    op.create_index("reports_by_review", "reports", ["tenant", "review", "reporter"])
    op.create_index("reports_by_reporter", "reports", ["tenant", "reporter"])
    op.add_column("items", sa.Column("ruling", sa.SmallInteger, nullable=False, server_default="0"))
