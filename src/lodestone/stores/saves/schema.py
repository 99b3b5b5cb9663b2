"""The table of saved posts, the same in SQLite and PostgreSQL; see `records.schema`."""

from sqlalchemy import BigInteger, Index, Table

from lodestone.stores.sql.columns import METADATA, key, must

SAVES = Table(
    "saves",
    METADATA,
    key("tenant", BigInteger),
    key("ordinal", BigInteger),  # of whoever saved it
    key("item", BigInteger),  # the item's row
    must("time", BigInteger),
    Index("saves_by_time", "tenant", "ordinal", "time"),
)
