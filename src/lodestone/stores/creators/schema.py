"""The tables of creators' orders, the same in SQLite and PostgreSQL; see `records.schema`."""

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, SmallInteger, Table, text

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, key, may, must

# Orders stay when a party is erased: the ledger names them. What was written is gone then.
CREATORS = Table(
    "creators",
    METADATA,
    key("tenant", BigInteger),
    key("ordinal", BigInteger),
    must("created", BigInteger),
    must("doc", LargeBinary),  # sealed under the person's key
)

BRIEFS = Table(
    "briefs",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("owner", BigInteger),  # the ordinal of who owns the advertiser
    must("advertiser", BYTES_TEXT),
    must("closed", Boolean),
    must("created", BigInteger),
    must("doc", LargeBinary),  # sealed under the owner's key
    Index("briefs_by_owner", "tenant", "owner"),
    Index("briefs_by_advertiser", "tenant", "advertiser", "id"),
)

ASSIGNMENTS = Table(
    "assignments",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    must("offer", BYTES_TEXT),  # the app's id of the offer or bid that it began with
    must("digest", LargeBinary),  # of the offer as it was sent; empty once a party is erased
    must("brief", BYTES_TEXT),
    must("advertiser", BYTES_TEXT),
    must("owner", BigInteger),
    must("creator", BigInteger),
    must("by_creator", Boolean),  # a bid
    must("created", BigInteger),
    must("stage", SmallInteger),
    may("due", BigInteger),  # null once it has ended
    must("orphaned", Boolean),  # a party was erased, and the clock has not looked at it yet
    must("deadline", BigInteger),
    must("approval_days", SmallInteger),
    must("count_days", SmallInteger),
    must("rounds_left", SmallInteger),
    must("kind", SmallInteger),
    must("rate", BigInteger),
    must("floor", BigInteger),
    must("cap", BigInteger),
    must("goods", LargeBinary),  # what is counted of conversions
    may("accepted", BigInteger),  # when the escrow was set aside
    may("item", BigInteger),  # the item's row
    may("published", BigInteger),
    may("counted_until", BigInteger),
    may("counted", LargeBinary),
    may("counted_late", LargeBinary),
    may("measured", BigInteger),  # micros; with the next two, once the escrow was divided
    may("adjustment", BigInteger),
    may("back", BigInteger),
    Index("assignments_by_offer", "tenant", "offer", unique=True),
    Index("assignments_by_due", "tenant", "due"),
    Index(
        "assignments_orphaned",
        "tenant",
        "number",
        sqlite_where=text("orphaned = 1"),
        postgresql_where=text("orphaned"),
    ),
    Index("assignments_by_brief", "tenant", "brief"),
    Index("assignments_by_advertiser", "tenant", "advertiser"),
    Index("assignments_by_owner", "tenant", "owner"),
    Index("assignments_by_creator", "tenant", "creator"),
    Index("assignments_by_item", "tenant", "item"),
)

# Every move, in the order of commits: history is read from here, and webhooks follow it.
ASSIGNMENT_EVENTS = Table(
    "assignment_events",
    METADATA,
    key("tenant", BigInteger),
    key("id", BigInteger),
    must("number", BigInteger),
    must("move", SmallInteger),
    must("actor", SmallInteger),
    must("stage", SmallInteger),
    must("time", BigInteger),
    may("amount", BigInteger),
    may("request", LargeBinary),  # the digest of an idempotency key
    may("digest", LargeBinary),  # of what was asked under it
    may("author", BigInteger),  # the ordinal of who wrote the text
    may("text", LargeBinary),  # sealed under the author's key, plain where nobody's
    Index("assignment_events_by_number", "tenant", "number", "id"),
    Index("assignment_events_by_author", "tenant", "author"),
)

# A boost stays when its buyer is erased: the ledger names what it runs as.
BOOSTS = Table(
    "boosts",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    must("boost", BYTES_TEXT),  # the app's id
    must("owner", BigInteger),  # the ordinal of who pays
    must("item", BigInteger),  # the item's row
    must("buys", SmallInteger),
    must("source", SmallInteger),  # where the money came from
    must("amount", BigInteger),
    must("price", BigInteger),  # of one unit, at most
    must("hours", SmallInteger),
    must("created", BigInteger),
    must("ends", BigInteger),
    must("state", SmallInteger),
    may("ended_by", SmallInteger),  # null while it runs
    may("back", BigInteger),  # micros that went back, once it has ended
    Index("boosts_by_boost", "tenant", "boost", unique=True),
    Index("boosts_by_owner", "tenant", "owner"),
    Index("boosts_by_state", "tenant", "state"),
)

# Every state that a boost came into, in the order of commits: webhooks follow it.
BOOST_EVENTS = Table(
    "boost_events",
    METADATA,
    key("tenant", BigInteger),
    key("id", BigInteger),
    must("number", BigInteger),
    must("boost", BYTES_TEXT),
    must("state", SmallInteger),
    must("time", BigInteger),
)
