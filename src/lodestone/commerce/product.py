"""A product, its variants and the stock they take from; flash sales of them."""

import json
from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from lodestone.base.clock import Instant
from lodestone.base.translations import (
    Names,
    NamesAndTexts,
    TranslatedName,
    TranslatedText,
    TranslatedWords,
)
from lodestone.base.wire import (
    TEXT,
    AppId,
    Language,
    Money,
    Time,
    TimeText,
    Word,
    check_years,
    refuse,
)
from lodestone.commerce.price import PRICE_MAX
from lodestone.commerce.stock import STOCK_MAX, Stock
from lodestone.content.item import CHANNELS_MAX, MEDIA_MAX, TAGS_MAX, TEXT_MAX, Media

VARIANTS_MAX: Final = 64
DATES_MAX: Final = 400
DATE_MAX: Final = date(9998, 12, 31)
"""The last day that something is sold for: a voucher ends the day after, which a clock must be able to show."""
COMMISSION_DEFAULT: Final = 0.05
SaleState = Literal["coming", "open", "sold_out", "ended"]
Fulfilment = Literal["delivery", "pickup", "redeem"]
Units = Annotated[int, Meta(ge=0, le=STOCK_MAX)]


class Variant(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One form in which a product is sold. It takes from exactly one kind of stock."""

    id: AppId
    name: Annotated[str, Meta(max_length=256, pattern=TEXT)] = ""
    translations: Names = {}
    """Its name in other languages."""
    price: Money
    """Of one, in the community's currency, not negative."""
    stock: Units | None = None
    """Units offered in all, those sold included."""
    stock_item: AppId | None = None
    """A stock item that several variants share, made by `PUT /v1/stock/{id}`."""
    dates: Annotated[dict[date, Units], Meta(max_length=DATES_MAX)] | None = None
    """Rooms, tables or places by date: units offered for each; an order's line names the date."""

    def __post_init__(self) -> None:
        kinds = [self.stock is not None, self.stock_item is not None, self.dates is not None]
        if sum(kinds) != 1:
            raise refuse("stock", "give exactly one of stock, stock_item and dates")
        if self.price.micros < 0:
            raise refuse("price", "must not be negative")
        if self.price.micros > PRICE_MAX:
            raise refuse("price", f"must be at most {PRICE_MAX} micros")


class VoucherRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a buyer of something redeemed in the shop gets, for each unit."""

    count: Annotated[int, Meta(ge=1, le=100)] = 1
    """Times that one unit may be redeemed."""
    valid_days: Annotated[int, Meta(ge=1, le=3650)] = 90


class ProductIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A product as an app sends it; it is also an item of kind `product` with the same id."""

    shop_id: AppId
    """Fixed by the first write."""
    name: Annotated[str, Meta(min_length=1, max_length=256, pattern=TEXT)]
    text: Annotated[str, Meta(max_length=TEXT_MAX - 300, pattern=TEXT)] = ""
    media: Annotated[tuple[Media, ...], Meta(max_length=MEDIA_MAX)] = ()
    tags: Annotated[tuple[Word, ...], Meta(max_length=TAGS_MAX)] = ()
    channels: Annotated[tuple[AppId, ...], Meta(max_length=CHANNELS_MAX)] = ()
    language: Language | None = None
    variants: Annotated[tuple[Variant, ...], Meta(min_length=1, max_length=VARIANTS_MAX)]
    fulfilment: Annotated[tuple[Fulfilment, ...], Meta(min_length=1, max_length=3)]
    """The ways it may reach a buyer; an order takes the first unless it names one."""
    voucher: VoucherRule = VoucherRule()
    """For `redeem`."""
    commission_share: Annotated[float, Meta(ge=0, le=1)] = COMMISSION_DEFAULT
    """The house's part of the price, in millionths; frozen into each line at its sale."""
    state: Literal["draft", "live", "withdrawn"] = "live"
    translations: NamesAndTexts = {}
    """Its name and text in other languages."""

    def __post_init__(self) -> None:
        ids = [variant.id for variant in self.variants]
        for field, names in (
            ("variants", ids), ("fulfilment", self.fulfilment), ("tags", self.tags),
            ("channels", self.channels),
        ):  # fmt: skip
            if len(set(names)) < len(names):
                raise refuse(field, "must not name the same one twice")


class StockOut(msgspec.Struct, frozen=True):
    """Units of one stock item; `offered == available + held + sold`."""

    offered: int
    available: int
    held: int
    sold: int


class VariantOut(msgspec.Struct, frozen=True, kw_only=True):
    """A variant as it is read back."""

    id: str
    name: str
    price: Money
    stock: StockOut | None
    stock_item: str | None
    dates: dict[str, StockOut] | None
    translations: dict[str, TranslatedName]


class ProductOut(msgspec.Struct, frozen=True, kw_only=True):
    """A product as it is read back."""

    id: str
    shop_id: str
    name: str
    text: str
    media: tuple[Media, ...]
    tags: tuple[str, ...]
    channels: tuple[str, ...]
    language: str | None
    variants: tuple[VariantOut, ...]
    fulfilment: tuple[str, ...]
    voucher: VoucherRule
    commission_share: float
    state: str
    created_at: TimeText
    translations: dict[str, TranslatedWords]


class SharedStockIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stock item that several variants of one shop share."""

    shop_id: AppId
    """Fixed by the first write."""
    stock: Units
    """Units offered in all, those sold included."""


class SharedStockOut(msgspec.Struct, frozen=True, kw_only=True):
    """A shared stock item as it is read back."""

    id: str
    shop_id: str
    stock: StockOut


class SaleIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A flash sale of one variant, in a post or a live room."""

    product_id: AppId
    """Fixed by the first write, as is the variant."""
    variant_id: AppId
    opens_at: Time
    closes_at: Time
    stock: Units
    """Units of the variant's stock that may be sold in this sale."""
    limit_per_person: Annotated[int, Meta(ge=0, le=10_000)] = 0
    """Units one person may have; 0 sets no limit."""
    price: Money | None = None
    """What one costs in the sale; the variant's price when left out."""
    reserve_seconds: Annotated[int, Meta(ge=10, le=3600)] = 300
    """How long a reservation lasts; one may wait in line until the sale closes."""
    where: AppId | None = None
    """The item (a post, a live room) in which it takes place."""

    def __post_init__(self) -> None:
        check_years(self, "opens_at", "closes_at")
        if self.closes_at <= self.opens_at:
            raise refuse("closes_at", "must come after opens_at")
        if self.price is not None and not 0 <= self.price.micros <= PRICE_MAX:
            raise refuse("price", f"must be 0 to {PRICE_MAX} micros")


class SaleOut(msgspec.Struct, frozen=True, kw_only=True):
    """A flash sale as it is read back."""

    id: str
    product_id: str
    variant_id: str
    opens_at: TimeText
    closes_at: TimeText
    stock: StockOut
    waiting: int
    """Orders in line for units that others hold."""
    limit_per_person: int
    price: Money
    reserve_seconds: int
    where: str | None
    state: SaleState
    created_at: TimeText


def stock_out(stock: Stock) -> StockOut:
    """Show a stock item's units."""
    return StockOut(stock.offered, stock.available, stock.held, stock.sold)


def own_key(product_id: str, variant_id: str) -> str:
    """Name the stock item that is one variant's own. Ids hold anything printable, so the parts are quoted."""
    return _key("own", product_id, variant_id)


def date_key(product_id: str, variant_id: str, day: date) -> str:
    """Name the stock item of one variant on one date."""
    return _key("date", product_id, variant_id, day.isoformat())


def shared_key(stock_id: str) -> str:
    """Name a stock item that variants share."""
    return _key("shared", stock_id)


def sale_key(sale_id: str) -> str:
    """Name the allotment of a flash sale."""
    return _key("sale", sale_id)


def _key(*parts: str) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def stock_key(product_id: str, variant: Variant, day: date | None) -> str | None:
    """Return which stock item a line takes from, None when its date does not fit the variant."""
    if variant.dates is not None:
        return date_key(product_id, variant.id, day) if day in variant.dates else None
    if day is not None:
        return None
    return (
        own_key(product_id, variant.id)
        if variant.stock_item is None
        else shared_key(variant.stock_item)
    )


def offered(product_id: str, product: ProductIn) -> dict[str, int]:
    """Return units offered by each stock item that a product brings itself."""
    stock_by_key: dict[str, int] = {}
    for variant in product.variants:
        if variant.stock is not None:
            stock_by_key[own_key(product_id, variant.id)] = variant.stock
        for day, units in (variant.dates or {}).items():
            stock_by_key[date_key(product_id, variant.id, day)] = units
    return stock_by_key


def sold_as(product: str, variant: str, comma: str = ", ") -> str:
    """Return what a line of an order is called: the product, and which of its variants where that has a name.

    >>> sold_as("Noodles", "small"), sold_as("Tea", "")
    ('Noodles, small', 'Tea')
    """
    return f"{product}{comma}{variant}" if variant else product


def item_text(product: ProductIn) -> str:
    """Return the words under which a product is found as an item."""
    return _item_words(product.name, product.text)


def item_translations(product: ProductIn) -> dict[str, TranslatedText]:
    """Return the words of a product's item in other languages."""
    items = product.translations.items()
    return {
        tag: TranslatedText(_item_words(words.name or product.name, words.text or product.text))
        for tag, words in items
    }


def _item_words(name: str, text: str) -> str:
    return f"{name}\n{text}".strip()


def sale_state(stock: Stock, opens: Instant, closes: Instant, now: Instant) -> SaleState:
    """Say where a sale stands."""
    if now < opens:
        return "coming"
    if now >= closes:
        return "ended"
    return "sold_out" if stock.sold >= stock.offered else "open"
