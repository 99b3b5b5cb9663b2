"""Shops, products, stock, sales, orders, vouchers, and the deeds that wait for the log."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"

ID = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Type = type[sa.types.TypeEngine[Any]] | sa.types.TypeEngine[Any]


def must(name: str, kind: Type, *, key: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=key, nullable=False)


def may(name: str, kind: Type) -> sa.Column[Any]:
    return sa.Column(name, kind)


def upgrade() -> None:
    _shops()
    _stock()
    _orders()
    _order_parts()
    _vouchers()
    _besides()


def _shops() -> None:
    op.create_table(
        "shops",
        must("tenant", sa.BigInteger, key=True),
        must("id", ID, key=True),
        must("owner", sa.BigInteger),
        must("review", sa.SmallInteger),
        must("note", sa.Text),
        must("created", sa.BigInteger),
        must("doc", sa.LargeBinary),
    )
    op.create_index("shops_by_owner", "shops", ["tenant", "owner"])
    op.create_table(
        "shop_staff",
        must("tenant", sa.BigInteger, key=True),
        must("shop", ID, key=True),
        must("ordinal", sa.BigInteger, key=True),
        must("role", sa.SmallInteger),
    )
    op.create_table(
        "products",
        must("tenant", sa.BigInteger, key=True),
        must("id", ID, key=True),
        must("shop", ID),
        must("item", sa.BigInteger),
        must("created", sa.BigInteger),
        must("doc", sa.LargeBinary),
    )
    op.create_index("products_by_shop", "products", ["tenant", "shop", "id"])


def _stock() -> None:
    op.create_table(
        "stock",
        must("tenant", sa.BigInteger, key=True),
        must("key", ID, key=True),
        must("shop", ID),
        must("offered", sa.BigInteger),
        must("held", sa.BigInteger),
        must("sold", sa.BigInteger),
    )
    op.create_table(
        "sales",
        must("tenant", sa.BigInteger, key=True),
        must("id", ID, key=True),
        must("product", ID),
        must("created", sa.BigInteger),
        must("doc", sa.LargeBinary),
    )
    op.create_table(
        "sale_taken",
        must("tenant", sa.BigInteger, key=True),
        must("sale", ID, key=True),
        must("ordinal", sa.BigInteger, key=True),
        must("units", sa.BigInteger),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        must("tenant", sa.BigInteger, key=True),
        must("number", sa.BigInteger, key=True),
        must("buyer", sa.BigInteger),
        must("shop", ID),
        may("sale", ID),
        must("state", sa.SmallInteger),
        must("fulfilment", sa.SmallInteger),
        may("due", sa.BigInteger),
        must("created", sa.BigInteger),
        must("total", sa.BigInteger),
        must("merchant", sa.BigInteger),
        must("commission", sa.BigInteger),
        must("refunded", sa.BigInteger),
        must("provider", sa.Text),
        must("receipt", sa.BigInteger),
        must("slot", sa.SmallInteger),
        must("doc", sa.LargeBinary),
    )
    op.create_index("orders_by_due", "orders", ["tenant", "due"])
    op.create_index("orders_by_buyer", "orders", ["tenant", "buyer", "number"])
    op.create_index("orders_by_shop", "orders", ["tenant", "shop", "number"])
    op.create_index("orders_by_sale", "orders", ["tenant", "sale", "state", "number"])


def _order_parts() -> None:
    op.create_table(
        "order_lines",
        must("tenant", sa.BigInteger, key=True),
        must("number", sa.BigInteger, key=True),
        must("line", sa.SmallInteger, key=True),
        must("product", ID),
        must("variant", ID),
        must("name", sa.Text),
        may("date", sa.Text),
        must("quantity", sa.Integer),
        must("unit", sa.BigInteger),
        must("total", sa.BigInteger),
        must("commission", sa.BigInteger),
        must("share", sa.Integer),
    )
    op.create_table(
        "order_takes",
        must("tenant", sa.BigInteger, key=True),
        must("number", sa.BigInteger, key=True),
        must("key", ID, key=True),
        must("units", sa.BigInteger),
    )
    op.create_table(
        "order_events",
        must("tenant", sa.BigInteger, key=True),
        must("id", sa.BigInteger, key=True),
        must("number", sa.BigInteger),
        must("move", sa.SmallInteger),
        must("state", sa.SmallInteger),
        may("amount", sa.BigInteger),
        may("request", ID),
        may("digest", sa.LargeBinary),
        must("time", sa.BigInteger),
    )
    op.create_index("order_events_by_order", "order_events", ["tenant", "number", "id"])
    op.create_index(
        "order_events_by_request", "order_events", ["tenant", "number", "request"], unique=True
    )


def _vouchers() -> None:
    op.create_table(
        "vouchers",
        must("tenant", sa.BigInteger, key=True),
        must("number", sa.BigInteger, key=True),
        must("digest", sa.LargeBinary),
        must("sealed", sa.LargeBinary),
        must("bought", sa.BigInteger),
        must("line", sa.SmallInteger),
        must("shop", ID),
        must("buyer", sa.BigInteger),
        must("count", sa.Integer),
        must("used", sa.Integer),
        must("refunded", sa.Integer),
        must("total", sa.BigInteger),
        must("commission", sa.BigInteger),
        must("earned", sa.BigInteger),
        must("earned_commission", sa.BigInteger),
        must("expires", sa.BigInteger),
        must("created", sa.BigInteger),
    )
    op.create_index("vouchers_by_digest", "vouchers", ["tenant", "digest"], unique=True)
    op.create_index("vouchers_by_order", "vouchers", ["tenant", "bought"])
    op.create_index("vouchers_by_buyer", "vouchers", ["tenant", "buyer", "number"])
    op.create_index("vouchers_by_shop", "vouchers", ["tenant", "shop", "number"])
    op.create_index("vouchers_by_expires", "vouchers", ["tenant", "expires"])
    op.create_table(
        "redemptions",
        must("tenant", sa.BigInteger, key=True),
        must("shop", ID, key=True),
        must("request", ID, key=True),
        must("voucher", sa.BigInteger),
        must("staff", sa.BigInteger),
        must("first", sa.Integer),
        must("count", sa.Integer),
        must("merchant", sa.BigInteger),
        must("commission", sa.BigInteger),
        must("time", sa.BigInteger),
        may("reversed", sa.BigInteger),
        may("reverse_request", ID),
    )
    op.create_index("redemptions_by_voucher", "redemptions", ["tenant", "voucher"])
    op.create_index("redemptions_by_time", "redemptions", ["tenant", "shop", "time"])
    op.create_index(
        "redemptions_by_reverse", "redemptions", ["tenant", "shop", "reverse_request"], unique=True
    )


def _besides() -> None:
    op.create_table(
        "position_claims",
        must("tenant", sa.BigInteger, key=True),
        must("ordinal", sa.BigInteger, key=True),
        must("time", sa.BigInteger),
        must("sealed", sa.LargeBinary),
    )
    op.create_table(
        "deeds",
        must("tenant", sa.BigInteger, key=True),
        must("id", sa.BigInteger, key=True),
        must("kind", sa.SmallInteger),
        must("name", ID),
        must("time", sa.BigInteger),
        must("ordinal", sa.BigInteger),
        must("item", sa.BigInteger),
        must("receipt", sa.BigInteger),
        must("slot", sa.SmallInteger),
    )
