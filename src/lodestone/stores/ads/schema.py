"""The tables of advertising, the same in SQLite and PostgreSQL; see `records.schema`."""

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, Table

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, key, may, must

# Rows stay when their owner is erased: the ledger and receipts name them. What was sent is gone then.
ADVERTISERS = Table(
    "advertisers",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("owner", BigInteger),  # the ordinal of the person, or of the shop's owner
    may("shop", BYTES_TEXT),
    must("created", BigInteger),
    must("doc", LargeBinary),  # sealed under the owner's key, as in all of these
    Index("advertisers_by_owner", "tenant", "owner"),
    Index("advertisers_by_shop", "tenant", "shop"),
)

CAMPAIGNS = Table(
    "ad_campaigns",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("owner", BigInteger),
    must("advertiser", BYTES_TEXT),
    must("state", SmallInteger),
    must("created", BigInteger),
    must("doc", LargeBinary),
    Index("ad_campaigns_by_owner", "tenant", "owner"),
    Index("ad_campaigns_by_advertiser", "tenant", "advertiser", "id"),
)

AD_GROUPS = Table(
    "ad_groups",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("owner", BigInteger),
    must("campaign", BYTES_TEXT),
    must("state", SmallInteger),
    must("created", BigInteger),
    must("doc", LargeBinary),
    Index("ad_groups_by_owner", "tenant", "owner"),
    Index("ad_groups_by_campaign", "tenant", "campaign", "id"),
)

ADS = Table(
    "ads",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("owner", BigInteger),
    must("ad_group", BYTES_TEXT),
    must("campaign", BYTES_TEXT),
    must("item", BigInteger),  # the item's row
    must("state", SmallInteger),
    must("review", SmallInteger),
    must("created", BigInteger),
    must("reason", LargeBinary),  # sealed: what the moderator wrote
    must("doc", LargeBinary),
    Index("ads_by_owner", "tenant", "owner"),
    Index("ads_by_group", "tenant", "ad_group", "id"),
    Index("ads_by_campaign", "tenant", "campaign"),
    Index("ads_by_item", "tenant", "item"),
    Index("ads_by_review", "tenant", "review", "id"),
)

# Kept when a party is erased: what ads paid is divided by them.
AUTHORISATIONS = Table(
    "authorisations",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("creator", BigInteger),  # the ordinal of whose post it is
    must("advertiser", BYTES_TEXT),
    must("item", BigInteger),  # the item's row
    must("starts", BigInteger),
    must("until", BigInteger),
    must("share", BigInteger),  # parts of a million
    must("created", BigInteger),
    may("revoked", BigInteger),
    Index("authorisations_by_creator", "tenant", "creator", "id"),
    Index("authorisations_by_advertiser", "tenant", "advertiser", "id"),
    Index("authorisations_by_item", "tenant", "item"),
)
