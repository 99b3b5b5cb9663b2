"""The tables of comments, the same in SQLite and PostgreSQL; see `records.schema`."""

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, SmallInteger, Table, Text

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, key, may, must

# A row stays when its comment is deleted or erased: replies stand below it.
COMMENTS = Table(
    "comments",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),  # 1, 2, 3, ... in the order in which they came
    must("item", BigInteger),  # the item's row
    must("id", BYTES_TEXT),  # the app's own, unique below its item
    must("owner", BigInteger),
    may("parent", BigInteger),  # the number of the comment it replies to
    must("state", SmallInteger),
    must("created", BigInteger),
    may("edited", BigInteger),
    must("likes", Integer),
    must("awaits_event", Boolean),  # made by a page, and its event is not known to be in the log
    must("doc", LargeBinary),  # sealed under the owner's key
    Index("comments_by_id", "tenant", "item", "id", unique=True),
    Index("comments_by_item", "tenant", "item", "number"),
    Index("comments_by_owner", "tenant", "owner", "created"),
)

COMMENT_LIKES = Table(
    "comment_likes",
    METADATA,
    key("tenant", BigInteger),
    key("comment", BigInteger),
    key("ordinal", BigInteger),
    must("item", BigInteger),
    must("time", BigInteger),
    Index("comment_likes_by_item", "tenant", "item", "ordinal"),
    Index("comment_likes_by_ordinal", "tenant", "ordinal"),
)

COMMENT_REPORTS = Table(
    "comment_reports",
    METADATA,
    key("tenant", BigInteger),
    key("comment", BigInteger),
    key("ordinal", BigInteger),
    must("number", BigInteger),  # 1, 2, 3, ... in the order in which they came
    must("reason", Text),
    must("note", LargeBinary),  # sealed under the key of whoever reports
    must("time", BigInteger),
    Index("comment_reports_by_number", "tenant", "number", unique=True),
    Index("comment_reports_by_ordinal", "tenant", "ordinal"),
)
