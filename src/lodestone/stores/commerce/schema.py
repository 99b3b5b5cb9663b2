"""The tables of trade, the same in SQLite and PostgreSQL; see `records.schema`.

Shops, products and prices are business, in the clear. What is a buyer's own - address, position, a
voucher's code - is sealed under their key, and orders know them by their ordinal.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from lodestone.stores.sql.columns import BYTES_TEXT, METADATA, key, may, must

SHOPS = Table(
    "shops",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("owner", BigInteger),
    must("review", SmallInteger),
    must("note", Text),
    must("created", BigInteger),
    must("doc", LargeBinary),
    Index("shops_by_owner", "tenant", "owner"),
)

SHOP_STAFF = Table(
    "shop_staff",
    METADATA,
    key("tenant", BigInteger),
    key("shop", BYTES_TEXT),
    key("ordinal", BigInteger),
    must("role", SmallInteger),
)

PRODUCTS = Table(
    "products",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("shop", BYTES_TEXT),
    must("item", BigInteger),  # row of the item of the same id
    must("created", BigInteger),
    must("doc", LargeBinary),
    Index("products_by_shop", "tenant", "shop", "id"),
)

STOCK = Table(
    "stock",
    METADATA,
    key("tenant", BigInteger),
    key("key", BYTES_TEXT),  # see commerce.product
    must("shop", BYTES_TEXT),
    must("offered", BigInteger),
    must("held", BigInteger),
    must("sold", BigInteger),
)

SALES = Table(
    "sales",
    METADATA,
    key("tenant", BigInteger),
    key("id", BYTES_TEXT),
    must("product", BYTES_TEXT),
    must("created", BigInteger),
    must("doc", LargeBinary),
)

SALE_TAKEN = Table(
    "sale_taken",
    METADATA,
    key("tenant", BigInteger),
    key("sale", BYTES_TEXT),
    key("ordinal", BigInteger),
    must("units", BigInteger),
)

UNPAID_ORDERS = text("orders.state <= 2")
"""Waiting and reserved: written out, so that the small index of them serves it."""
_UNPAID_ROWS = text("state <= 2")

ORDERS = Table(
    "orders",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    must("buyer", BigInteger),
    must("shop", BYTES_TEXT),
    may("sale", BYTES_TEXT),
    must("state", SmallInteger),
    must("fulfilment", SmallInteger),
    may("due", BigInteger),  # when it expires, null when it does not
    must("created", BigInteger),
    must("total", BigInteger),
    must("merchant", BigInteger),
    must("commission", BigInteger),
    must("refunded", BigInteger),
    must("provider", Text),  # empty until paid
    must("receipt", BigInteger),  # decision it was bought from, -1 for none
    must("slot", SmallInteger),
    Column("unit", Integer, nullable=False, server_default="1"),  # micros in which it is divided
    must("doc", LargeBinary),  # sealed: address
    Index("orders_by_due", "tenant", "due"),
    Index("orders_by_buyer", "tenant", "buyer", "number"),
    Index("orders_by_shop", "tenant", "shop", "number"),
    Index("orders_by_sale", "tenant", "sale", "state", "number"),
    Index(
        "orders_unpaid", "tenant", "buyer", sqlite_where=_UNPAID_ROWS, postgresql_where=_UNPAID_ROWS
    ),
)

ORDER_LINES = Table(
    "order_lines",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    key("line", SmallInteger),
    must("product", BYTES_TEXT),
    must("variant", BYTES_TEXT),
    must("name", Text),
    may("date", Text),
    must("quantity", Integer),
    must("unit", BigInteger),
    must("total", BigInteger),
    must("commission", BigInteger),
    must("share", Integer),
)

ORDER_TAKES = Table(
    "order_takes",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    key("key", BYTES_TEXT),
    must("units", BigInteger),
)

ORDER_EVENTS = Table(
    "order_events",
    METADATA,
    key("tenant", BigInteger),
    key("id", BigInteger),
    must("number", BigInteger),
    must("move", SmallInteger),
    must("state", SmallInteger),
    may("amount", BigInteger),
    may("request", BYTES_TEXT),  # of a refund: again with it changes nothing
    may("digest", LargeBinary),
    must("time", BigInteger),
    Index("order_events_by_order", "tenant", "number", "id"),
    Index("order_events_by_request", "tenant", "number", "request", unique=True),
)

VOUCHERS = Table(
    "vouchers",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    must("digest", LargeBinary),  # of the code
    must("sealed", LargeBinary),  # the code, under the buyer's key
    must("bought", BigInteger),  # the order's number
    must("line", SmallInteger),
    must("shop", BYTES_TEXT),
    must("buyer", BigInteger),
    must("count", Integer),
    must("used", Integer),
    must("refunded", Integer),
    must("total", BigInteger),
    must("commission", BigInteger),
    must("earned", BigInteger),  # of the total, by redemptions
    must("earned_commission", BigInteger),
    must("expires", BigInteger),
    must("created", BigInteger),
    Index("vouchers_by_digest", "tenant", "digest", unique=True),
    Index("vouchers_by_order", "tenant", "bought"),
    Index("vouchers_by_buyer", "tenant", "buyer", "number"),
    Index("vouchers_by_shop", "tenant", "shop", "number"),
    Index("vouchers_by_expires", "tenant", "expires"),
)

SHORT_CODES = Table(
    "short_codes",
    METADATA,
    key("tenant", BigInteger),
    key("shop", BYTES_TEXT),
    key("digest", LargeBinary),  # of the code, under the community's secret
    must("voucher", BigInteger),
    must("until", BigInteger),
    Index("short_codes_by_until", "tenant", "shop", "until"),
)

SHORT_CODE_MISSES = Table(
    "short_code_misses",
    METADATA,
    key("tenant", BigInteger),
    key("shop", BYTES_TEXT),
    must("since", BigInteger),
    must("count", Integer),
)

REDEMPTIONS = Table(
    "redemptions",
    METADATA,
    key("tenant", BigInteger),
    key("shop", BYTES_TEXT),
    key("request", BYTES_TEXT),
    must("voucher", BigInteger),
    must("staff", BigInteger),
    must("first", Integer),  # units of the voucher used before
    must("count", Integer),
    must("merchant", BigInteger),
    must("commission", BigInteger),
    must("time", BigInteger),
    may("reversed", BigInteger),
    may("reverse_request", BYTES_TEXT),
    Index("redemptions_by_voucher", "tenant", "voucher"),
    Index("redemptions_by_time", "tenant", "shop", "time"),
    Index("redemptions_by_reverse", "tenant", "shop", "reverse_request", unique=True),
)

PAYMENTS = Table(
    "payments",
    METADATA,
    key("tenant", BigInteger),
    key("number", BigInteger),
    must("bought", BigInteger),  # the order's number
    must("kind", SmallInteger),
    must("state", SmallInteger),
    must("provider", Text),
    must("amount", BigInteger),
    must("moved", BigInteger),
    may("request", BYTES_TEXT),  # of a charge: again with it asks for the same
    must("reference", Text),
    must("created", BigInteger),
    may("ended", BigInteger),
    Index("payments_by_order", "tenant", "bought", "number"),
    Index("payments_by_request", "tenant", "bought", "request", unique=True),
    Index("payments_by_state", "tenant", "state", "number"),
)

CLAIMS = Table(
    "position_claims",
    METADATA,
    key("tenant", BigInteger),
    key("ordinal", BigInteger),
    must("time", BigInteger),
    must("sealed", LargeBinary),  # latitude and longitude
)
