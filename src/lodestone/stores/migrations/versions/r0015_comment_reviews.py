"""Of which comment a review is, where it is not of the item itself."""

import sqlalchemy as sa
from alembic import op

revision = "r0015"
down_revision = "r0014"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("reviews", sa.Column("comment", ID, nullable=False, server_default=""))
