"""Which shops stand around a point, and at which somebody serves. See `port.TradeRecords`."""

from collections.abc import Sequence

from lodestone.base.geo import distance_km
from lodestone.base.wire import Position
from lodestone.commerce.shop import ROLES
from lodestone.commerce.stock import Stock
from lodestone.features.shop_reach import Reach
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.catalogue import stock_of_products, with_owners
from lodestone.stores.commerce.schema import PRODUCTS, SHOP_STAFF, SHOPS
from lodestone.stores.commerce.types import ProductRecord, ShopRecord
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import find_people
from lodestone.stores.sql.scope import chunks


class ShopFinds(RecordsBase):
    """See `TradeRecords`, the parts that look for shops."""

    def shops_within(
        self, community: str, at: Position, *, radius_km: float, limit: int
    ) -> list[tuple[ShopRecord, float]]:
        """See `TradeRecords.shops_within`."""
        near: list[tuple[float, ShopRecord]] = []
        with self._reading(community) as scope:
            approved = SHOPS.c.review == rows.REVIEWS.index("approved")
            for row in scope.fetch(scope.select(SHOPS).where(approved).order_by(SHOPS.c.id)):
                shop = rows.shop_record(row)
                there = shop.given.position
                away = distance_km(at.latitude, at.longitude, there.latitude, there.longitude)
                if away <= radius_km and shop.given.status == "open":
                    near.append((away, shop))
            near = sorted(near, key=lambda one: one[0])[:limit]
            found = with_owners(scope, [shop for _, shop in near])
        return [(shop, away) for shop, (away, _) in zip(found, near, strict=True)]

    def product_reach(self, community: str, items: Sequence[int] | None = None) -> dict[int, Reach]:
        """See `TradeRecords.product_reach`."""
        found: dict[int, Reach] = {}
        with self._reading(community) as scope:
            shops = {row.id: rows.shop_record(row) for row in scope.fetch(scope.select(SHOPS))}
            query = scope.select(PRODUCTS)
            parts = (
                [query]
                if items is None
                else [query.where(PRODUCTS.c.item.in_(some)) for some in chunks(items)]
            )
            for part in parts:
                for row in scope.fetch(part):
                    product, shop = rows.product_record(row), shops[row.shop]
                    delivers = "delivery" in product.given.fulfilment
                    found[row.item] = Reach(shop.given.radius_km, delivers)
        return found

    def shops_called(self, community: str, ids: Sequence[str]) -> dict[str, ShopRecord]:
        """See `TradeRecords.shops_called`."""
        found: list[ShopRecord] = []
        with self._reading(community) as scope:
            for some in chunks(ids):
                query = scope.select(SHOPS).where(SHOPS.c.id.in_(some))
                found += [rows.shop_record(row) for row in scope.fetch(query)]
            return {shop.id: shop for shop in with_owners(scope, found)}

    def products_called(
        self, community: str, ids: Sequence[str]
    ) -> tuple[list[ProductRecord], dict[str, Stock]]:
        """See `TradeRecords.products_called`."""
        found: list[ProductRecord] = []
        with self._reading(community) as scope:
            for some in chunks(ids):
                query = scope.select(PRODUCTS).where(PRODUCTS.c.id.in_(some))
                found += [rows.product_record(row) for row in scope.fetch(query)]
            return found, stock_of_products(scope, found)

    def shops_served(self, community: str, person_id: str) -> list[tuple[ShopRecord, str]]:
        """See `TradeRecords.shops_served`."""
        with self._reading(community) as scope:
            person = find_people(scope, [person_id]).get(person_id)
            if person is None:
                return []
            mine = SHOP_STAFF.c.ordinal == person.ordinal
            held = scope.fetch(scope.select(SHOP_STAFF).where(mine))
            roles = {row.shop: ROLES[row.role] for row in held}
            here = (SHOPS.c.owner == person.ordinal) | SHOPS.c.id.in_(list(roles))
            found = scope.fetch(scope.select(SHOPS).where(here).order_by(SHOPS.c.id))
            shops = with_owners(scope, [rows.shop_record(row) for row in found])
        return [
            (shop, ROLES[0] if shop.owner == person.ordinal else roles[shop.id]) for shop in shops
        ]
