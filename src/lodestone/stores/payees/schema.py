"""The table of payees, the same in SQLite and PostgreSQL; see `records.schema`."""

from sqlalchemy import BigInteger, Table, Text

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, key, must

PAYEES = Table(
    "payees",
    METADATA,
    key("tenant", BigInteger),
    key("party", BYTES_TEXT),  # as the ledger names it: a person by ordinal
    key("provider", BYTES_TEXT),
    must("account", BYTES_TEXT),  # theirs, by the provider's own id
    must("trouble", Text),  # the provider's code of what went wrong last, empty for nothing
)
