"""The tables of trade, the same in SQLite and PostgreSQL; see `records_schema`.

Shops, products and prices are business, in the clear. What is a buyer's own - address, position, a
voucher's code - is sealed under their key, and orders know them by their ordinal.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
)

from lodestone.stores.records_schema import BYTES_TEXT, METADATA

SHOPS = Table(
    "shops",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BYTES_TEXT, primary_key=True),
    Column("owner", BigInteger, nullable=False),
    Column("review", SmallInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("shops_by_owner", "tenant", "owner"),
)

SHOP_STAFF = Table(
    "shop_staff",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("shop", BYTES_TEXT, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("role", SmallInteger, nullable=False),
)

PRODUCTS = Table(
    "products",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BYTES_TEXT, primary_key=True),
    Column("shop", BYTES_TEXT, nullable=False),
    Column("item", BigInteger, nullable=False),  # row of the item of the same id
    Column("created", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),
    Index("products_by_shop", "tenant", "shop", "id"),
)

STOCK = Table(
    "stock",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("key", BYTES_TEXT, primary_key=True),  # see commerce.product
    Column("shop", BYTES_TEXT, nullable=False),
    Column("offered", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("sold", BigInteger, nullable=False),
)

SALES = Table(
    "sales",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BYTES_TEXT, primary_key=True),
    Column("product", BYTES_TEXT, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),
)

SALE_TAKEN = Table(
    "sale_taken",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("sale", BYTES_TEXT, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("units", BigInteger, nullable=False),
)

ORDERS = Table(
    "orders",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("buyer", BigInteger, nullable=False),
    Column("shop", BYTES_TEXT, nullable=False),
    Column("sale", BYTES_TEXT),
    Column("state", SmallInteger, nullable=False),
    Column("fulfilment", SmallInteger, nullable=False),
    Column("due", BigInteger),  # when it expires, null when it does not
    Column("created", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("merchant", BigInteger, nullable=False),
    Column("commission", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("provider", Text, nullable=False),  # empty until paid
    Column("receipt", BigInteger, nullable=False),  # decision it was bought from, -1 for none
    Column("slot", SmallInteger, nullable=False),
    Column("doc", LargeBinary, nullable=False),  # sealed: address
    Index("orders_by_due", "tenant", "due"),
    Index("orders_by_buyer", "tenant", "buyer", "number"),
    Index("orders_by_shop", "tenant", "shop", "number"),
    Index("orders_by_sale", "tenant", "sale", "state", "number"),
)

ORDER_LINES = Table(
    "order_lines",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("line", SmallInteger, primary_key=True),
    Column("product", BYTES_TEXT, nullable=False),
    Column("variant", BYTES_TEXT, nullable=False),
    Column("name", Text, nullable=False),
    Column("date", Text),
    Column("quantity", Integer, nullable=False),
    Column("unit", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("commission", BigInteger, nullable=False),
    Column("share", Integer, nullable=False),
)

ORDER_TAKES = Table(
    "order_takes",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("key", BYTES_TEXT, primary_key=True),
    Column("units", BigInteger, nullable=False),
)

ORDER_EVENTS = Table(
    "order_events",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("move", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("amount", BigInteger),
    Column("request", BYTES_TEXT),  # of a refund: again with it changes nothing
    Column("digest", LargeBinary),
    Column("time", BigInteger, nullable=False),
    Index("order_events_by_order", "tenant", "number", "id"),
    Index("order_events_by_request", "tenant", "number", "request", unique=True),
)

VOUCHERS = Table(
    "vouchers",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("digest", LargeBinary, nullable=False),  # of the code
    Column("sealed", LargeBinary, nullable=False),  # the code, under the buyer's key
    Column("bought", BigInteger, nullable=False),  # the order's number
    Column("line", SmallInteger, nullable=False),
    Column("shop", BYTES_TEXT, nullable=False),
    Column("buyer", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("used", Integer, nullable=False),
    Column("refunded", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("commission", BigInteger, nullable=False),
    Column("earned", BigInteger, nullable=False),  # of the total, by redemptions
    Column("earned_commission", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Index("vouchers_by_digest", "tenant", "digest", unique=True),
    Index("vouchers_by_order", "tenant", "bought"),
    Index("vouchers_by_buyer", "tenant", "buyer", "number"),
    Index("vouchers_by_shop", "tenant", "shop", "number"),
    Index("vouchers_by_expires", "tenant", "expires"),
)

REDEMPTIONS = Table(
    "redemptions",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("shop", BYTES_TEXT, primary_key=True),
    Column("request", BYTES_TEXT, primary_key=True),
    Column("voucher", BigInteger, nullable=False),
    Column("staff", BigInteger, nullable=False),
    Column("first", Integer, nullable=False),  # units of the voucher used before
    Column("count", Integer, nullable=False),
    Column("merchant", BigInteger, nullable=False),
    Column("commission", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("reversed", BigInteger),
    Column("reverse_request", BYTES_TEXT),
    Index("redemptions_by_voucher", "tenant", "voucher"),
    Index("redemptions_by_time", "tenant", "shop", "time"),
    Index("redemptions_by_reverse", "tenant", "shop", "reverse_request", unique=True),
)

PAYMENTS = Table(
    "payments",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("bought", BigInteger, nullable=False),  # the order's number
    Column("kind", SmallInteger, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("provider", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("moved", BigInteger, nullable=False),
    Column("request", BYTES_TEXT),  # of a charge: again with it asks for the same
    Column("reference", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Index("payments_by_order", "tenant", "bought", "number"),
    Index("payments_by_request", "tenant", "bought", "request", unique=True),
    Index("payments_by_state", "tenant", "state", "number"),
)

CLAIMS = Table(
    "position_claims",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("ordinal", BigInteger, primary_key=True),
    Column("time", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # latitude and longitude
)

DEEDS = Table(
    "deeds",
    METADATA,
    Column("tenant", BigInteger, primary_key=True),
    Column("id", BigInteger, primary_key=True),  # the outbox's
    Column("kind", SmallInteger, nullable=False),
    Column("name", BYTES_TEXT, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("ordinal", BigInteger, nullable=False),
    Column("item", BigInteger, nullable=False),
    Column("receipt", BigInteger, nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("about", BYTES_TEXT, nullable=False),  # of a refund: the name of the deed it takes back
    Column("since", BigInteger, nullable=False),  # of a refund: when that deed was done
    Column("share", Integer, nullable=False),  # of a refund: millionths of that deed
    Column("whole", Boolean, nullable=False),  # of a refund: nothing of that deed is left
)
