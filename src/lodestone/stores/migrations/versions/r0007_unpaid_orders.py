"""An index of the orders nobody has paid yet, by buyer: what one buyer keeps from others is bounded."""

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"


def upgrade() -> None:
    unpaid = sa.text("state <= 2")
    op.create_index(
        "orders_unpaid", "orders", ["tenant", "buyer"], sqlite_where=unpaid, postgresql_where=unpaid
    )
