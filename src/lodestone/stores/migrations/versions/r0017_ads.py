"""Advertisers, campaigns, ad groups and ads."""

import sqlalchemy as sa
from alembic import op

revision = "r0017"
down_revision = "r0016"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "advertisers",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("id", ID, primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("shop", ID),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("advertisers_by_owner", "advertisers", ["tenant", "owner"])
    op.create_index("advertisers_by_shop", "advertisers", ["tenant", "shop"])
    op.create_table(
        "ad_campaigns",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("id", ID, primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("advertiser", ID, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ad_campaigns_by_owner", "ad_campaigns", ["tenant", "owner"])
    op.create_index("ad_campaigns_by_advertiser", "ad_campaigns", ["tenant", "advertiser", "id"])
    op.create_table(
        "ad_groups",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("id", ID, primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("campaign", ID, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ad_groups_by_owner", "ad_groups", ["tenant", "owner"])
    op.create_index("ad_groups_by_campaign", "ad_groups", ["tenant", "campaign", "id"])
    op.create_table(
        "ads",
        sa.Column("tenant", sa.BigInteger, primary_key=True),
        sa.Column("id", ID, primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("ad_group", ID, nullable=False),
        sa.Column("campaign", ID, nullable=False),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("review", sa.SmallInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.LargeBinary, nullable=False),
        sa.Column("doc", sa.LargeBinary, nullable=False),
    )
    op.create_index("ads_by_owner", "ads", ["tenant", "owner"])
    op.create_index("ads_by_group", "ads", ["tenant", "ad_group", "id"])
    op.create_index("ads_by_campaign", "ads", ["tenant", "campaign"])
    op.create_index("ads_by_item", "ads", ["tenant", "item"])
    op.create_index("ads_by_review", "ads", ["tenant", "review", "id"])
