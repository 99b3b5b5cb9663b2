"""The tables of reviews and of the reports that they gather."""

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger, Table, Text

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, key, may, must

REVIEWS = Table(
    "reviews",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    must("item", BigInteger),
    must("comment", BYTES_TEXT),  # its id below the item; empty where the item itself was reported
    must("owner", BigInteger),
    must("state", Text),
    must("first", BigInteger),
    must("last", BigInteger),
    must("decision", Text),  # empty for none
    may("decided", BigInteger),
    must("key_id", BYTES_TEXT),  # empty for none
    may("decider", BigInteger),
    must("note", LargeBinary),  # sealed under the author's key
    must("appeal", LargeBinary),  # the same; empty for none
    may("appealed", BigInteger),
    Index("reviews_by_item", "tenant", "item", "number"),
    Index("reviews_by_state", "tenant", "state", "number"),
    Index("reviews_by_owner", "tenant", "owner", "number"),
)

REPORTS = Table(
    "reports",
    METADATA,
    key("tenant", BigInteger),
    key("key", BigInteger),  # the fact's in the log, signed
    must("review", BigInteger),
    must("reporter", BigInteger),  # -1 for somebody not signed in
    must("reason", SmallInteger),
    must("time", BigInteger),
    Index("reports_by_review", "tenant", "review", "reporter"),
    Index("reports_by_reporter", "tenant", "reporter"),
)
