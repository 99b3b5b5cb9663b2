"""What writes and reads of advertising look up: objects by id, their owners, and what an ad shows and leads to."""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Table

from lodestone.ads.ad import AdIn, Landing
from lodestone.ads.judge_ad import Target
from lodestone.base.errors import GoneError, Problem, UnknownError
from lodestone.base.money import Micros
from lodestone.commerce.shop import ShopIn
from lodestone.content.review import RULINGS
from lodestone.features.selling_range import SellingRange
from lodestone.stores.commerce.catalogue import stock_of_products
from lodestone.stores.commerce.queries import ShopReader, delivery_areas
from lodestone.stores.commerce.rows import product_record
from lodestone.stores.commerce.schema import PRODUCTS
from lodestone.stores.commerce.types import ProductRecord
from lodestone.stores.live.rooms import find_room
from lodestone.stores.records.items import find_items
from lodestone.stores.records.people import names_of
from lodestone.stores.records.types import ItemRecord
from lodestone.stores.sql.scope import Scope, chunks

_HIDDEN: Final = RULINGS.index("hide")
_SAID: Final = {
    "advertisers": ("advertiser_unknown", "advertiser"),
    "ad_campaigns": ("campaign_unknown", "campaign"),
    "ad_groups": ("ad_group_unknown", "ad group"),
    "ads": ("ad_unknown", "ad"),
}


class Owner(NamedTuple):
    """Who advertises, or whose shop does."""

    ordinal: int
    id: str
    key: bytes


class Owned(NamedTuple):
    """A row and its owner."""

    row: Any
    owner: Owner


def find_row(scope: Scope, table: Table, name: str) -> Any:
    """Return the row of an id, None where there is none."""
    return scope.first(scope.select(table).where(table.c.id == name))


def require_owned(scope: Scope, table: Table, name: str, *, field: str = "id") -> Owned:
    """Return the row of an id with its owner.

    Raises:
        UnknownError: There is none; its code names the kind.
        GoneError: `advertiser_erased`.
    """
    row = find_row(scope, table, name)
    if row is None:
        code, kind = _SAID[table.name]
        problem = Problem(field, f"names no {kind} of this community; PUT it first")
        raise UnknownError(code, f"There is no {kind} {name!r} here.", (problem,))
    return owned(scope, row)


def owned(scope: Scope, row: Any) -> Owned:
    """Return a row with its owner. Raises GoneError `advertiser_erased`."""
    return Owned(row, require_owner(scope, row.owner))


def require_owner(scope: Scope, ordinal: int) -> Owner:
    """Return somebody by their ordinal. Raises GoneError `advertiser_erased`."""
    name = names_of(scope, [ordinal]).get(ordinal)
    if name is None:
        raise GoneError("advertiser_erased", "Its owner has been erased and it with them.")
    return Owner(ordinal, *name)


def owners_of(scope: Scope, rows: Iterable[Any]) -> dict[int, Owner]:
    """Return the owners of some rows by ordinal; those who are not erased."""
    names = names_of(scope, [row.owner for row in rows])
    return {ordinal: Owner(ordinal, *name) for ordinal, name in names.items()}


def rows_by_id(scope: Scope, table: Table, names: Iterable[str]) -> dict[str, Any]:
    """Return many rows by their ids; those there are."""
    return {
        row.id: row
        for some in chunks(sorted(set(names)))
        for row in scope.fetch(scope.select(table).where(table.c.id.in_(some)))
    }


def item_is_live(item: ItemRecord) -> bool:
    """Say whether a post can be shown to anybody."""
    return item.given.state == "live" and not item.erased and item.ruling != _HIDDEN


def range_of(shop: ShopIn, *, delivers: bool) -> SellingRange | None:
    """Return how far a shop sells what is delivered, or is not; None: anywhere."""
    if shop.position is not None:
        around = (shop.position.latitude, shop.position.longitude, shop.radius_km)
        return SellingRange((around,), stands=True, delivers=delivers)
    areas = delivery_areas(shop)
    return SellingRange(areas, stands=False, delivers=True) if areas else None


class Landings:
    """What ads lead to, each looked up once."""

    def __init__(self, scope: Scope) -> None:
        self._scope, self._trade = scope, ShopReader(scope)
        self._target, self._range = cache(self._find), cache(self._find_range)

    def target(self, landing: Landing | None) -> Target | None:
        """Return where an ad leads; None for an address, for nothing, and for what is not there."""
        return None if landing is None else self._target(landing)

    def is_live(self, ad: AdIn) -> bool:
        """Say whether what an ad leads to is there and open; an address always is."""
        if ad.landing is None or ad.landing.url is not None:
            return True
        target = self.target(ad.landing)
        return target is not None and target.live

    def price(self, ad: AdIn) -> Micros | None:
        """Return the least that the product costs that an ad leads to, None where it leads elsewhere."""
        target = self.target(ad.landing)
        return None if target is None else target.price

    def sold(self, ad: AdIn, item: ItemRecord) -> tuple[SellingRange, ...]:
        """Return how far the products or the shop are sold that an ad shows and leads to.

        Args:
            ad: As sent.
            item: What it shows.
        """
        shown = Landing(product_id=ad.item_id) if item.given.kind == "product" else None
        ranges = (self._range(landing) for landing in (shown, ad.landing) if landing is not None)
        return tuple(dict.fromkeys(sold for sold in ranges if sold is not None))

    def shop(self, ad: AdIn) -> str | None:
        """Return the shop that an ad leads to, or whose product it leads to."""
        return None if ad.landing is None else self._shop_of(ad.landing)

    def _shop_of(self, landing: Landing) -> str | None:
        if landing.product_id is None:
            return landing.shop_id
        product = self._trade.product(landing.product_id)
        return None if product is None else product.shop

    def _find_range(self, landing: Landing) -> SellingRange | None:
        shop_id = self._shop_of(landing)
        shop = None if shop_id is None else self._trade.get(shop_id)
        if shop is None:
            return None
        delivers = any("delivery" in goods.given.fulfilment for goods in self._goods_of(landing))
        return range_of(shop.given, delivers=delivers)

    def _goods_of(self, landing: Landing) -> list[ProductRecord]:
        """Return the product that is led to, or all of the shop."""
        if landing.product_id is not None:
            product = self._trade.product(landing.product_id)
            return [] if product is None else [product]
        query = self._scope.select(PRODUCTS).where(PRODUCTS.c.shop == landing.shop_id)
        return [product_record(row) for row in self._scope.fetch(query)]

    def _find(self, landing: Landing) -> Target | None:
        if landing.product_id is not None:
            product = self._trade.product(landing.product_id)
            shop = None if product is None else self._trade.get(product.shop)
            if product is None or shop is None:
                return None
            price = min(variant.price.micros for variant in product.given.variants)
            live = (
                shop.sells
                and product.given.state == "live"
                and not self._is_hidden(product.id)
                and not self._is_sold_out(product)
            )
            return Target(shop.owner, live, Micros(price))
        if landing.shop_id is not None:
            shop = self._trade.get(landing.shop_id)
            return None if shop is None else Target(shop.owner, shop.sells)
        room = None if landing.room_id is None else find_room(self._scope, landing.room_id)
        if room is None:
            return None
        live = room.standing.state != "ended" and not self._is_hidden(room.id)
        return Target(room.owner, live)

    def _is_sold_out(self, product: ProductRecord) -> bool:
        """Say whether every unit of each variant is sold: what is held may come back."""
        stock = stock_of_products(self._scope, [product]).values()
        return bool(stock) and all(units.offered <= units.sold for units in stock)

    def _is_hidden(self, item_id: str) -> bool:
        """Say whether moderators hide the post of a product or a room; its id is theirs."""
        item = find_items(self._scope, [item_id]).get(item_id)
        return item is not None and item.ruling == _HIDDEN
