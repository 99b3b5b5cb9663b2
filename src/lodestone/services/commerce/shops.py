"""Shops, staff, products, shared stock and flash sales, written to records, log and state before the answer."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from lodestone.base.wire import Money, Position, instant_of, time_text
from lodestone.commerce.price import require_whole
from lodestone.commerce.product import (
    ProductIn,
    ProductOut,
    SaleIn,
    SaleOut,
    SharedStockIn,
    SharedStockOut,
    StockOut,
    Variant,
    VariantOut,
    date_key,
    own_key,
    sale_state,
    shared_key,
    stock_out,
)
from lodestone.commerce.shop import ReviewIn, ShopIn, ShopOut, StaffOut, is_open, shop_out
from lodestone.commerce.stock import Stock
from lodestone.content import Community
from lodestone.services.access import serving
from lodestone.services.support.ports import Clock, DirectoryView
from lodestone.services.support.record_writes import Writes
from lodestone.stores.commerce.types import ProductRecord, ShopRecord
from lodestone.stores.ports import Records
from lodestone.stores.records.types import NewKey


@dataclass(frozen=True, slots=True)
class Shelf:
    """Some products and what is left of what their variants share."""

    products: list[ProductOut]
    shared: Mapping[str, StockOut]
    """By the id of the stock item."""


@dataclass(frozen=True, slots=True)
class ShopFind:
    """What a search found: a shop, or one of its products."""

    shop: ShopOut
    product_id: str | None
    """None of a shop that was found by its own name."""
    product_name: str


class Shops:
    """Use cases of merchants over one community's records.

    Whatever is plainly `def` asks the records: it is called by `Records.threads`.
    """

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        directory: DirectoryView,
        shop_written: Callable[[str], Awaitable[None]],
    ) -> None:
        """Take what shops need; `shop_written` is awaited before a write of a shop, named by its id, is answered."""
        self._shop_written = shop_written
        self._community, self._id, self._clock = community, community.id, clock
        self._records, self._read = records, records.threads.read
        self._write, self._directory = writes.do, directory

    # Shops

    async def put_shop(self, shop_id: str, given: ShopIn) -> tuple[ShopOut, bool]:
        """Make or replace a shop; return it and whether it is new. Raises UnknownError, InvalidError."""
        now = self._clock.now()
        new, _ = await self._write(
            lambda: self._records.put_shop(self._id, shop_id, given, now=now),
            lambda made: made[1],
            lambda _: self._shop_written(shop_id),
        )
        return await self._read(self.shop, shop_id), new

    async def review(self, shop_id: str, verdict: ReviewIn) -> ShopOut:
        """Approve or reject a sign-up. Raises UnknownError."""
        now = self._clock.now()
        await self._write(
            lambda: self._records.review_shop(self._id, shop_id, verdict, now=now),
            lambda made: made,
            lambda _: self._shop_written(shop_id),
        )
        return await self._read(self.shop, shop_id)

    def shop(self, shop_id: str) -> ShopOut:
        """Return one shop. Raises UnknownError."""
        return self.told(self._records.shop(self._id, shop_id))

    def shops(self, limit: int, after: str | None, owner_id: str | None) -> list[ShopOut]:
        """Return a page of shops."""
        shops = self._records.shops(self._id, limit=limit, after=after, owner_id=owner_id)
        return [self.told(shop) for shop in shops]

    def served(self, person_id: str) -> list[tuple[ShopOut, str]]:
        """Return the shops where somebody serves, each with their role there."""
        found = self._records.shops_served(self._id, person_id)
        return [(self.told(shop), role) for shop, role in found]

    def near(self, position: Position, radius_km: float, limit: int) -> list[ShopOut]:
        """Return shops within so many kilometres of a point, the nearest first."""
        found = self._records.shops_within(self._id, position, radius_km=radius_km, limit=limit)
        return [self.told(shop) for shop, _ in found]

    def find(self, position: Position, words: tuple[str, ...], limit: int) -> list[ShopFind]:
        """Return shops and products whose names hold every folded word, shops first, each kind the nearest first."""
        matches = self._records.find_trade(self._id, position, words, limit=limit)
        return [
            ShopFind(self.told(match.shop), match.product_id, match.product_name)
            for match in matches
        ]

    def told(self, shop: ShopRecord) -> ShopOut:
        """Show a shop as it stands now."""
        weekday, minute = self._community.days.clock(self._clock.now())
        return shop_out(
            shop.id, shop.given, owner_id=shop.given.owner_id or None, review=shop.review,
            note=shop.note, open_now=shop.sells and is_open(shop.given.hours, weekday, minute),
            created=shop.created,
        )  # fmt: skip

    # Staff

    async def put_staff(self, shop_id: str, person_id: str, role: str) -> bool:
        """Give somebody a role; return whether they had none. Raises UnknownError."""
        return await self._write(
            lambda: self._records.put_staff(self._id, shop_id, person_id, role), lambda _: []
        )

    async def remove_staff(self, shop_id: str, person_id: str) -> bool:
        """Take a role back; return whether there was one. Raises UnknownError."""
        return await self._write(
            lambda: self._records.remove_staff(self._id, shop_id, person_id), lambda _: []
        )

    def staff(self, shop_id: str) -> list[StaffOut]:
        """Return who serves at a shop, by id. Raises UnknownError."""
        found = self._records.staff(self._id, shop_id)
        return [StaffOut(person_id=name, role=role) for name, role in found]

    async def desk_key(self, shop_id: str, person_id: str, now: Instant) -> NewKey:
        """Make a key that opens the merchant's desk to somebody who serves there.

        Args:
            shop_id: One of the shops they serve at.
            person_id: Whom it serves as; the desk shows every shop of theirs, while they serve there.
            now: The wall clock, as of every key.

        Raises:
            UnknownError: `shop_unknown`, `staff_unknown`.
        """
        return await self._records.threads.commit(self._desk_key, shop_id, person_id, now)

    def _desk_key(self, shop_id: str, person_id: str, now: Instant) -> NewKey:
        if person_id not in {one.person_id for one in self.staff(shop_id)}:
            raise UnknownError("staff_unknown", f"{person_id!r} does not serve at {shop_id!r}")
        ordinal = self._directory.ordinal(self._directory.person_row(person_id))
        return self._records.create_key(self._id, name=shop_id, scopes=[serving(ordinal)], now=now)

    # Products

    async def put_product(self, product_id: str, given: ProductIn) -> tuple[ProductOut, bool]:
        """Make or replace a product; return it and whether its item is new."""
        now, currency = self._clock.now(), self._community.currency
        for index, variant in enumerate(given.variants):
            _require_whole(variant.price, currency, f"variants[{index}].price")
        changes = await self._write(
            lambda: self._records.put_product(
                self._id, product_id, given, currency=currency, now=now
            ),
            lambda made: made,
        )
        return await self._read(self.product, product_id), changes[-1].created

    def product(self, product_id: str) -> ProductOut:
        """Return one product with its stock. Raises UnknownError."""
        return _product_out(*self._records.product(self._id, product_id))

    def products(self, limit: int, after: str | None, shop_id: str | None) -> list[ProductOut]:
        """Return a page of products."""
        return self.shelf(limit, after, shop_id).products

    def shelf(self, limit: int, after: str | None, shop_id: str | None) -> Shelf:
        """Return a page of products, and the stock that several of their variants share."""
        return _shelf(*self._records.products(self._id, limit=limit, after=after, shop_id=shop_id))

    def product_shelf(self, product_id: str) -> Shelf:
        """Return one product likewise. Raises UnknownError."""
        record, stock = self._records.product(self._id, product_id)
        return _shelf([record], stock)

    def products_called(self, ids: Iterable[str]) -> Shelf:
        """Return many products, those there are, and the stock that several of their variants share."""
        return _shelf(*self._records.products_called(self._id, sorted(set(ids))))

    def shops_called(self, ids: Iterable[str]) -> dict[str, ShopOut]:
        """Return many shops, by id; those there are."""
        found = self._records.shops_called(self._id, sorted(set(ids)))
        return {name: self.told(shop) for name, shop in found.items()}

    # Shared stock and sales

    async def put_stock(self, stock_id: str, given: SharedStockIn) -> tuple[SharedStockOut, bool]:
        """Make a stock item that variants share, or change what it offers."""
        new = await self._write(
            lambda: self._records.put_shared_stock(self._id, stock_id, given),
            lambda _: [],
            lambda _: self._shop_written(given.shop_id),
        )
        return await self._read(self.stock, stock_id), new

    def stock(self, stock_id: str) -> SharedStockOut:
        """Return a shared stock item. Raises UnknownError."""
        shop_id, stock = self._records.shared_stock(self._id, stock_id)
        return SharedStockOut(id=stock_id, shop_id=shop_id, stock=stock_out(stock))

    async def put_sale(self, sale_id: str, given: SaleIn) -> tuple[SaleOut, bool]:
        """Make or replace a flash sale; return it and whether it is new."""
        now, currency = self._clock.now(), self._community.currency
        if given.price is not None:
            _require_whole(given.price, currency, "price")
        new = await self._write(
            lambda: self._records.put_sale(self._id, sale_id, given, currency=currency, now=now),
            lambda _: [],
        )
        return await self._read(self.sale, sale_id), new

    def sale(self, sale_id: str) -> SaleOut:
        """Return a flash sale with its stock and its line. Raises UnknownError."""
        sale, product, stock = self._records.sale(self._id, sale_id)
        given = sale.given
        price = given.price or _variant(product, given.variant_id).price
        opens, closes = instant_of(given.opens_at), instant_of(given.closes_at)
        return SaleOut(
            id=sale_id, product_id=given.product_id, variant_id=given.variant_id,
            opens_at=time_text(opens), closes_at=time_text(closes), stock=stock_out(stock),
            waiting=self._records.waiting_in(self._id, sale_id),
            limit_per_person=given.limit_per_person, price=price,
            reserve_seconds=given.reserve_seconds, where=given.where,
            state=sale_state(stock, opens, closes, self._clock.now()),
            created_at=time_text(sale.created),
        )  # fmt: skip


def _shelf(found: Sequence[ProductRecord], stock: dict[str, Stock]) -> Shelf:
    items = {
        variant.stock_item
        for product in found
        for variant in product.given.variants
        if variant.stock_item is not None
    }
    shared = {item: stock_out(stock[shared_key(item)]) for item in sorted(items)}
    return Shelf([_product_out(product, stock) for product in found], shared)


def _variant(product: ProductRecord, variant_id: str) -> Variant:
    """Return a variant; one that a later write dropped costs what the first one does."""
    variants = product.given.variants
    return next((variant for variant in variants if variant.id == variant_id), variants[0])


def _require_whole(price: Money, currency: str, field: str) -> None:
    """Refuse a price with part of a coin; one in another currency is refused for that, further on."""
    if price.currency == currency:
        require_whole(price.micros, currency, field)


def _product_out(product: ProductRecord, stock: dict[str, Stock]) -> ProductOut:
    given = product.given
    return ProductOut(
        id=product.id, shop_id=product.shop, name=given.name, text=given.text, media=given.media,
        tags=given.tags, channels=given.channels, language=given.language,
        variants=tuple(_variant_out(product.id, variant, stock) for variant in given.variants),
        fulfilment=given.fulfilment, voucher=given.voucher,
        commission_share=given.commission_share, state=given.state,
        created_at=time_text(product.created), translations=given.translations,
    )  # fmt: skip


def _variant_out(product_id: str, variant: Variant, stock: dict[str, Stock]) -> VariantOut:
    own, dates = None, None
    if variant.stock is not None:
        own = stock_out(stock[own_key(product_id, variant.id)])
    if variant.dates is not None:
        dates = {
            day.isoformat(): stock_out(stock[date_key(product_id, variant.id, day)])
            for day in sorted(variant.dates)
        }
    return VariantOut(
        id=variant.id, name=variant.name, price=Money(variant.price.micros, variant.price.currency),
        stock=own, stock_item=variant.stock_item, dates=dates, translations=variant.translations,
    )  # fmt: skip
