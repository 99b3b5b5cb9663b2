"""What a page shows of shops and what they sell: a card in the feed, a product's sheet, a shop's page."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from math import ceil

import msgspec

from lodestone.base.errors import UnknownError
from lodestone.base.geo import distance_km
from lodestone.base.list_page import cut_one_more, one_more
from lodestone.base.wire import Money, Position
from lodestone.commerce.product import ProductOut, StockOut, VariantOut, VoucherRule
from lodestone.commerce.shop import Hours, ShopOut
from lodestone.console.reader import categories_of, name_of, text_of
from lodestone.content.item import Media
from lodestone.services import use_cases
from lodestone.services.community.community import Engine

_EPOCH = date(1970, 1, 1)
SHELF = 24
"""Products of one page of a shop."""
OTHERS = 24
"""Shops of the same owner that its page names."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a product's card in the feed says of buying it."""

    price: Money
    """Of its cheapest variant."""
    several: bool
    """There are variants at other prices."""
    left: int
    """Units that may still be bought, of all variants and dates together."""
    shop_id: str
    shop_name: str
    ways: tuple[str, ...]


class ShopCard(msgspec.Struct, frozen=True, kw_only=True):
    """A shop in short, as this viewer sees it."""

    id: str
    name: str
    categories: tuple[str, ...]
    open_now: bool
    selling: bool
    """Approved and neither paused nor closed."""
    position: Position | None
    """None of one that only delivers, such as a brand's."""
    radius_km: float
    areas: tuple[str, ...]
    """The places that such a one delivers to; none: anywhere."""
    distance_km: float | None
    """From the viewer, rounded up to a hundred metres; None where nobody has said where they are."""
    within: bool | None
    """The viewer is within the shop's radius; an order decides it anew."""
    owner_id: str | None
    followed: bool


class DateSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One date of a variant and what is left on it."""

    date: str
    left: int


class VariantSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a product, its price and what is left."""

    id: str
    name: str
    price: Money
    left: int
    dates: tuple[DateSeen, ...] | None
    """From today on; None where no date is named."""


class ProductSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a buyer is shown of one product."""

    id: str
    name: str
    text: str
    media: tuple[Media, ...]
    variants: tuple[VariantSeen, ...]
    ways: tuple[str, ...]
    voucher: VoucherRule
    live: bool
    shop: ShopCard


class Good(msgspec.Struct, frozen=True, kw_only=True):
    """One product on a shop's shelf."""

    id: str
    name: str
    media: Media | None
    price: Money
    several: bool
    left: int


class ShopSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's own page."""

    shop: ShopCard
    owner_name: str | None
    """Of whoever runs it; None once erased."""
    text: str
    media: tuple[Media, ...]
    hours: tuple[Hours, ...]
    others: list[ShopCard]
    """The same owner's other shops, such as those of a brand."""
    goods: list[Good]
    next_after: str | None
    """The last good shown, when more follow."""


def offers_of(engine: Engine, items: Iterable[str]) -> dict[str, Offer]:
    """Return what the cards of products say, by item; none of a post of that kind that no shop has put up for sale."""
    shops, today = use_cases.shops(engine), _today(engine)
    shelf = shops.products_called(items)
    sellers = shops.shops_called(product.shop_id for product in shelf.products)
    offers = {}
    for product in shelf.products:
        price, several = _from(product)
        offers[product.id] = Offer(
            price=price, several=several, left=_left_of(product, shelf.shared, today),
            shop_id=product.shop_id, shop_name=name_of(sellers[product.shop_id]), ways=product.fulfilment,
        )  # fmt: skip
    return offers


class Storefront:
    """Shops and products of one community before one viewer.

    Args:
        engine: The community's.
        follows: Rows of those the viewer follows.
        here: Where the viewer is; None leaves every distance out.
    """

    def __init__(self, engine: Engine, follows: frozenset[int], here: Position | None) -> None:
        self._engine = engine
        self._shops = use_cases.shops(engine)
        self._follows = follows
        self._here = here

    def near(self, radius_km: float, limit: int) -> list[ShopCard]:
        """Return shops within so many kilometres of the viewer, the nearest first."""
        assert self._here is not None
        return [self.card(shop) for shop in self._shops.near(self._here, radius_km, limit)]

    def card(self, shop: ShopOut) -> ShopCard:
        """Show a shop in short."""
        away = None
        here, there = self._here, shop.position
        if here is not None and there is not None:
            away = distance_km(here.latitude, here.longitude, there.latitude, there.longitude)
        row = -1 if shop.owner_id is None else self._engine.directory.person_row(shop.owner_id)
        return ShopCard(
            id=shop.id, name=name_of(shop), categories=categories_of(shop), open_now=shop.open_now,
            selling=shop.review == "approved" and shop.status == "open", position=shop.position,
            radius_km=shop.radius_km, areas=tuple(area.name for area in shop.areas if area.name), distance_km=None if away is None else ceil(away * 10) / 10,
            within=None if away is None else away <= shop.radius_km, owner_id=shop.owner_id,
            followed=row in self._follows,
        )  # fmt: skip

    def shop_card(self, shop_id: str) -> ShopCard:
        """Show a shop in short. Raises UnknownError."""
        return self.card(self._shops.shop(shop_id))

    def product(self, product_id: str) -> ProductSheet:
        """Show one product of an approved shop. Raises UnknownError."""
        shelf, today = self._shops.product_shelf(product_id), _today(self._engine)
        (product,) = shelf.products
        shop = self._shops.shop(product.shop_id)
        if shop.review != "approved":
            raise UnknownError("product_unknown", f"There is no product {product_id!r}.")
        variants = tuple(_variant(variant, shelf.shared, today) for variant in product.variants)
        return ProductSheet(
            id=product.id, name=name_of(product), text=text_of(product), media=product.media,
            variants=variants, ways=product.fulfilment, voucher=product.voucher,
            live=product.state == "live", shop=self.card(shop),
        )  # fmt: skip

    def goods(self, ids: Sequence[str]) -> list[Good]:
        """Show products that approved shops sell, in the order they are named in; what is not there is left out."""
        shelf, today = self._shops.products_called(ids), _today(self._engine)
        sellers = self._shops.shops_called(product.shop_id for product in shelf.products)
        live = {
            product.id: product
            for product in shelf.products
            if product.state == "live" and sellers[product.shop_id].review == "approved"
        }
        return [_good(live[name], shelf.shared, today) for name in ids if name in live]

    def shop(self, shop_id: str, after: str | None) -> ShopSheet:
        """Show an approved shop's page, its goods from after one of them on. Raises UnknownError."""
        shop = self._shops.shop(shop_id)
        if shop.review != "approved":
            raise UnknownError("shop_unknown", f"There is no shop {shop_id!r} here.")
        shelf, today = self._shops.shelf(one_more(SHELF), after, shop_id), _today(self._engine)
        shown, last = cut_one_more(shelf.products, SHELF)
        stored = use_cases.stored(self._engine)
        owner = None if shop.owner_id is None else stored.find_person(shop.owner_id)
        others = [] if shop.owner_id is None else self._shops.shops(OTHERS, None, shop.owner_id)
        return ShopSheet(
            shop=self.card(shop), owner_name=None if owner is None else name_of(owner.given) or owner.id, text=text_of(shop), media=shop.media, hours=shop.hours,
            others=[self.card(other) for other in others if other.id != shop.id and other.review == "approved"],
            goods=[_good(one, shelf.shared, today) for one in shown if one.state == "live"],
            next_after=None if last is None else last.id,
        )  # fmt: skip


def _good(product: ProductOut, shared: Mapping[str, StockOut], today: date) -> Good:
    price, several = _from(product)
    return Good(
        id=product.id, name=name_of(product), media=picture_of(product), price=price, several=several,
        left=_left_of(product, shared, today),
    )  # fmt: skip


def picture_of(product: ProductOut) -> Media | None:
    """Return the first picture of a product, None where it has none."""
    return next((medium for medium in product.media if medium.type.startswith("image/")), None)


def _today(engine: Engine) -> date:
    return _EPOCH + timedelta(days=engine.community.days.of(engine.now()))


def _from(product: ProductOut) -> tuple[Money, bool]:
    """Return the lowest price, and whether there are others."""
    lowest = min((variant.price for variant in product.variants), key=lambda price: price.micros)
    return lowest, any(variant.price.micros != lowest.micros for variant in product.variants)


def _left_of(product: ProductOut, shared: Mapping[str, StockOut], today: date) -> int:
    """Return units left of all variants; of an item that several share, once."""
    counted, left = set(), 0
    for variant in product.variants:
        if variant.stock_item is None or variant.stock_item not in counted:
            left += _variant(variant, shared, today).left
        counted.add(variant.stock_item)
    return left


def _variant(variant: VariantOut, shared: Mapping[str, StockOut], today: date) -> VariantSeen:
    dates = None
    if variant.dates is not None:
        dates = tuple(
            DateSeen(date=day, left=stock.available)
            for day, stock in variant.dates.items()
            if day >= today.isoformat()
        )
        left = sum(one.left for one in dates)
    elif variant.stock is not None:
        left = variant.stock.available
    else:
        assert variant.stock_item is not None
        left = shared[variant.stock_item].available
    return VariantSeen(
        id=variant.id, name=name_of(variant), price=variant.price, left=left, dates=dates
    )
