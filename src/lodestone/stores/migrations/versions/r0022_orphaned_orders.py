"""An index of the creators' orders that a party has left, so that the clock does not look through all of them."""

import sqlalchemy as sa
from alembic import op

revision = "r0022"
down_revision = "r0021"


def upgrade() -> None:
    op.create_index(
        "assignments_orphaned",
        "assignments",
        ["tenant", "number"],
        sqlite_where=sa.text("orphaned = 1"),
        postgresql_where=sa.text("orphaned"),
    )
