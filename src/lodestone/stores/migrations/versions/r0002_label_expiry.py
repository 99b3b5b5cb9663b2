"""When an item's label next changes, so that housekeeping finds it without opening every item.

Items written before have none until they are written again.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"


def upgrade() -> None:
    op.add_column("items", sa.Column("label_until", sa.BigInteger))
    op.create_index("items_by_label_until", "items", ["tenant", "label_until"])
