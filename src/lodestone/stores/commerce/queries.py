"""What is read from the tables of trade, in a commit or beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement

from lodestone.base.wire import Position
from lodestone.commerce.shop import ROLES, ShopIn
from lodestone.commerce.stock import Take
from lodestone.features.layout import PersonRow
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.schema import (
    ORDER_LINES,
    ORDER_TAKES,
    ORDERS,
    PRODUCTS,
    SALES,
    SHOP_STAFF,
    SHOPS,
)
from lodestone.stores.commerce.types import (
    OrderRecord,
    ProductRecord,
    SaleRecord,
    ShopRecord,
)
from lodestone.stores.records.people import names_of
from lodestone.stores.sql.audit_rows import About, fields_of
from lodestone.stores.sql.scope import Scope, chunks


class ShopReader:
    """Shops, their products, sales and staff as one commit or look reads them, each once."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._shops: dict[str, ShopRecord | None] = {}
        self._products: dict[str, ProductRecord | None] = {}
        self._sales: dict[str, SaleRecord | None] = {}

    def get(self, shop_id: str) -> ShopRecord | None:
        """Return a shop, None when there is none."""
        if shop_id not in self._shops:
            self._shops[shop_id] = find_shop(self._scope, shop_id)
        return self._shops[shop_id]

    def product(self, product_id: str) -> ProductRecord | None:
        """Return a product, None when there is none."""
        if product_id not in self._products:
            self._products[product_id] = find_product(self._scope, product_id)
        return self._products[product_id]

    def sale(self, sale_id: str) -> SaleRecord | None:
        """Return a flash sale, None when there is none."""
        if sale_id not in self._sales:
            self._sales[sale_id] = find_sale(self._scope, sale_id)
        return self._sales[sale_id]

    def role(self, shop: ShopRecord, ordinal: int) -> int | None:
        """Return somebody's role at a shop, None when they have none; the owner is a manager."""
        if ordinal == shop.owner:
            return 0
        query = self._scope.select(SHOP_STAFF, SHOP_STAFF.c.role)
        row = self._scope.first(
            query.where(SHOP_STAFF.c.shop == shop.id, SHOP_STAFF.c.ordinal == ordinal)
        )
        return None if row is None else row.role


def find_shop(scope: Scope, shop_id: str) -> ShopRecord | None:
    """Read one shop."""
    row = scope.first(scope.select(SHOPS).where(SHOPS.c.id == shop_id))
    return None if row is None else rows.shop_record(row)


def find_product(scope: Scope, product_id: str) -> ProductRecord | None:
    """Read one product."""
    row = scope.first(scope.select(PRODUCTS).where(PRODUCTS.c.id == product_id))
    return None if row is None else rows.product_record(row)


def find_sale(scope: Scope, sale_id: str) -> SaleRecord | None:
    """Read one sale."""
    row = scope.first(scope.select(SALES).where(SALES.c.id == sale_id))
    return None if row is None else rows.sale_record(row)


def delivery_areas(shop: ShopIn) -> tuple[tuple[float, float, float], ...]:
    """Return where a shop without a position delivers to, as latitude, longitude, km."""
    return tuple(
        (area.centre.latitude, area.centre.longitude, area.radius_km) for area in shop.areas
    )


def load_orders(scope: Scope, numbers: Sequence[int]) -> Mapping[int, OrderRecord]:
    """Read orders with their lines and takes, by number."""
    found: dict[int, OrderRecord] = {}
    for some in chunks(list(numbers)):
        lines: dict[int, list[Any]] = {}
        takes: dict[int, list[Take]] = {}
        query = scope.select(ORDER_LINES).where(ORDER_LINES.c.number.in_(some))
        for row in scope.fetch(query.order_by(ORDER_LINES.c.number, ORDER_LINES.c.line)):
            lines.setdefault(row.number, []).append(rows.line_of(row))
        query = scope.select(ORDER_TAKES).where(ORDER_TAKES.c.number.in_(some))
        for row in scope.fetch(query.order_by(ORDER_TAKES.c.number, ORDER_TAKES.c.key)):
            takes.setdefault(row.number, []).append(Take(row.key, row.units))
        for row in scope.fetch(scope.select(ORDERS).where(ORDERS.c.number.in_(some))):
            found[row.number] = rows.order_record(
                row, lines.get(row.number, []), takes.get(row.number, [])
            )
    return found


def known_position(person: PersonRow, now: int, *, fresh_micros: int) -> Position | None:
    """Return where somebody is as far as is known: a fresh position, else home, else nowhere."""
    fresh = person.present_at > now - fresh_micros
    for latitude, longitude, holds in (
        (person.present_latitude, person.present_longitude, fresh),
        (person.latitude, person.longitude, True),
    ):
        if holds and latitude == latitude:  # noqa: PLR0124  not NaN
            return Position(latitude, longitude)
    return None


def about_owner(scope: Scope, shop: ShopRecord) -> About:
    """Return whom a shop's changes concern; of an erased owner nothing is there to be encrypted."""
    owner = names_of(scope, [shop.owner]).get(shop.owner)
    return About(shop.owner, None if owner is None else owner[1])


def role_fields(scope: Scope, here: ColumnElement[bool]) -> dict[str, object]:
    """Return the role that somebody has at a shop, for the audit log; nothing where they have none."""
    row = scope.first(scope.select(SHOP_STAFF, SHOP_STAFF.c.role).where(here))
    return {} if row is None else {"role": ROLES[row.role]}


def shop_before(shop: ShopRecord | None) -> dict[str, object] | None:
    """Return `shop_fields` of what stands; None where there is no shop yet."""
    return None if shop is None else shop_fields(shop.given)


def shop_fields(given: ShopIn) -> dict[str, object]:
    """Return a shop's fields for the audit log, which names people by ordinals alone."""
    return {name: value for name, value in fields_of(given).items() if name != "owner_id"}
