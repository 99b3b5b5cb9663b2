"""Which shops stand around a point, and at which somebody serves. See `port.TradeRecords`."""

from collections.abc import Sequence
from typing import Final

import msgspec

from lodestone.base.geo import distance_km
from lodestone.base.search_text import fits
from lodestone.base.wire import Position
from lodestone.commerce.shop import ROLES, ShopIn
from lodestone.commerce.stock import Stock
from lodestone.features.shop_reach import Reach
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.catalogue import stock_of_products, with_owners
from lodestone.stores.commerce.queries import delivery_areas
from lodestone.stores.commerce.schema import PRODUCTS, SHOP_STAFF, SHOPS
from lodestone.stores.commerce.types import ProductRecord, ShopRecord, TradeFind
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import find_people
from lodestone.stores.sql.scope import Scope, chunks

_SEARCHED_SHOPS: Final = 2_000
"""A search looks at the shelves of so many shops, the nearest."""


class _Named(msgspec.Struct):
    """What a search reads of a product's record."""

    name: str
    state: str = "live"


_NAMED = msgspec.msgpack.Decoder(_Named)


class ShopFinds(RecordsBase):
    """See `TradeRecords`, the parts that look for shops."""

    def shops_within(
        self, community: str, at: Position, *, radius_km: float, limit: int
    ) -> list[tuple[ShopRecord, float]]:
        """See `TradeRecords.shops_within`."""
        with self._reading(community) as scope:
            near = [pair for pair in _selling(scope, at) if pair[1] <= radius_km][:limit]
            owned = with_owners(scope, [shop for shop, _ in near])
        return [(shop, away) for shop, (_, away) in zip(owned, near, strict=True)]

    def find_trade(
        self, community: str, at: Position, words: tuple[str, ...], *, limit: int
    ) -> list[TradeFind]:
        """See `TradeRecords.find_trade`."""
        with self._reading(community) as scope:
            selling = _selling(scope, at)[:_SEARCHED_SHOPS]
            named = [
                TradeFind(shop, None, "") for shop, _ in selling if fits(words, *_names(shop.given))
            ][:limit]
            goods = _goods_named(scope, [shop for shop, _ in selling], words, limit)
            shops = with_owners(scope, [match.shop for match in (*named, *goods)])
        pairs = zip(shops, (*named, *goods), strict=True)
        return [TradeFind(shop, match.product_id, match.product_name) for shop, match in pairs]

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
                    areas = delivery_areas(shop.given)
                    found[row.item] = Reach(shop.given.radius_km, delivers, areas)
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


def _names(given: ShopIn) -> list[str]:
    """Return what a search finds a shop by: its name and kinds, in every language they came in."""
    said = [given.name, *given.categories]
    for words in given.translations.values():
        said += [words.name, *words.categories]
    return said


def _selling(scope: Scope, at: Position) -> list[tuple[ShopRecord, float]]:
    """Return approved, open shops that stand somewhere and how many kilometres away each is, the nearest first; owners unnamed."""
    selling: list[tuple[ShopRecord, float]] = []
    approved = SHOPS.c.review == rows.REVIEWS.index("approved")
    for row in scope.fetch(scope.select(SHOPS).where(approved).order_by(SHOPS.c.id)):
        shop = rows.shop_record(row)
        there = shop.given.position
        if shop.given.status == "open" and there is not None:
            away = distance_km(at.latitude, at.longitude, there.latitude, there.longitude)
            selling.append((shop, away))
    return sorted(selling, key=lambda pair: pair[1])


def _goods_named(
    scope: Scope, shops: Sequence[ShopRecord], words: tuple[str, ...], limit: int
) -> list[TradeFind]:
    """Return live products whose name holds every word, in the order of the shops, at most `limit`."""
    matches: list[TradeFind] = []
    for some in chunks(shops):
        if len(matches) >= limit:
            break
        place = {shop.id: index for index, shop in enumerate(some)}
        query = scope.select(PRODUCTS).where(PRODUCTS.c.shop.in_(list(place)))
        rows_of = sorted(scope.fetch(query), key=lambda row: (place[row.shop], row.id))
        for row in rows_of:
            product = _NAMED.decode(row.doc)
            if product.state == "live" and fits(words, product.name):
                matches.append(TradeFind(some[place[row.shop]], row.id, product.name))
    return matches[:limit]
