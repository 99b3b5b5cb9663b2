"""An index of the orders nobody has paid yet, by buyer, which bounds what one buyer keeps from others; and the micros
in which an order's amounts are divided, single ones for orders taken before."""

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"


def upgrade() -> None:
    op.add_column("orders", sa.Column("unit", sa.Integer, nullable=False, server_default="1"))
    unpaid = sa.text("state <= 2")
    op.create_index(
        "orders_unpaid", "orders", ["tenant", "buyer"], sqlite_where=unpaid, postgresql_where=unpaid
    )
