"""What providers are asked for orders; what a refund takes back of an order, for the log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0006"
down_revision = "r0005"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Type = type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]


def must(name: str, kind: Type, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=key, nullable=False)


def may(name: str, kind: Type) -> sa.Column[Any]:
    return sa.Column(name, kind)


def upgrade() -> None:
    op.create_table(
        "payments",
        must("tenant", sa.BigInteger, key=True),
        must("number", sa.BigInteger, key=True),
        must("bought", sa.BigInteger),
        must("kind", sa.SmallInteger),
        must("state", sa.SmallInteger),
        must("provider", sa.Text),
        must("amount", sa.BigInteger),
        must("moved", sa.BigInteger),
        may("request", ID),
        must("reference", sa.Text),
        must("created", sa.BigInteger),
        may("ended", sa.BigInteger),
    )
    op.create_index("payments_by_order", "payments", ["tenant", "bought", "number"])
    op.create_index("payments_by_request", "payments", ["tenant", "bought", "request"], unique=True)
    op.create_index("payments_by_state", "payments", ["tenant", "state", "number"])
    _deeds()


def _deeds() -> None:
    """Deeds already on their way take nothing back."""
    for column in (
        sa.Column("about", ID, nullable=False, server_default=""),
        sa.Column("since", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("share", sa.Integer, nullable=False, server_default="0"),
        sa.Column("whole", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("deeds", column)
