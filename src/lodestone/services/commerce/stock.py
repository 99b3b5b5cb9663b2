"""Add to a shop's stock by hand, or take away what is neither held nor sold."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, InvalidError, UnknownError
from lodestone.commerce.product import SharedStockIn, Variant, date_key, own_key
from lodestone.commerce.stock import STOCK_MAX, Stock
from lodestone.content import Community
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change


@dataclass(frozen=True, slots=True)
class StockPlace:
    """Where stock lies: a variant's own, one date of it, or an item that several share; the rest is empty."""

    product: str
    variant: str
    date: str
    item: str


class ShopStock:
    """The stock of one community's shops."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        shop_written: Callable[[str], Awaitable[None]],
    ) -> None:
        """Take what stock needs; `shop_written` is awaited before a write of a shop's shared stock is answered: of its own a product tells."""
        self._community, self._clock = community, clock
        self._records, self._writes = records, writes
        self._shop_written = shop_written

    async def adjust(self, shop_id: str, place: StockPlace, change: int) -> None:
        """Change how many units a stock item offers, by as many as are added or taken away.

        The change is laid upon what stands when it is written, so that what was sold since the page was read counts.

        Raises:
            UnknownError: `product_unknown`, `stock_unknown`: the shop has none such.
            InvalidError: `number_invalid`: it would offer more than stock may.
            ConflictError: `stock_below_taken`.
        """
        if place.item:
            await self._writes.do(
                lambda: self._shared(shop_id, place, change),
                lambda _: [],
                lambda _: self._shop_written(shop_id),
            )
            return
        now = self._clock.now()
        await self._writes.do(
            lambda: self._own(shop_id, place, change, now), lambda changes: changes
        )

    def _own(self, shop_id: str, place: StockPlace, change: int, now: Instant) -> list[Change]:
        """Write the product anew with its variant's stock, or one date of it, changed."""
        records, community = self._records, self._community.id
        record, stock = records.product(community, place.product)
        if record.shop != shop_id:
            raise UnknownError("product_unknown", f"this shop has no product {place.product!r}")
        variants = list(record.given.variants)
        index = next((n for n, one in enumerate(variants) if one.id == place.variant), None)
        if index is None:
            raise _unknown()
        variants[index] = _changed(place, variants[index], stock, change)
        given = msgspec.structs.replace(record.given, variants=tuple(variants))
        currency = self._community.currency
        return records.put_product(community, place.product, given, currency=currency, now=now)

    def _shared(self, shop_id: str, place: StockPlace, change: int) -> None:
        records, community = self._records, self._community.id
        owner, stock = records.shared_stock(community, place.item)
        if owner != shop_id:
            raise _unknown()
        given = SharedStockIn(shop_id=shop_id, stock=_offered(stock, change))
        records.put_shared_stock(community, place.item, given)


def _changed(
    place: StockPlace, variant: Variant, stock: Mapping[str, Stock], change: int
) -> Variant:
    if variant.dates is not None:
        day = _day(place.date)
        if day not in variant.dates:
            raise _unknown()
        units = _offered(stock[date_key(place.product, variant.id, day)], change)
        return msgspec.structs.replace(variant, dates={**variant.dates, day: units})
    if variant.stock is None or place.date:
        raise _unknown()
    units = _offered(stock[own_key(place.product, variant.id)], change)
    return msgspec.structs.replace(variant, stock=units)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise _unknown() from error


def _unknown() -> UnknownError:
    return UnknownError("stock_unknown", "this shop has no such stock")


def _offered(stock: Stock, change: int) -> int:
    units = stock.offered + change
    if units < stock.held + stock.sold:
        message = f"only {stock.available} are neither held nor sold"
        raise ConflictError("stock_below_taken", message)
    if units > STOCK_MAX:
        raise InvalidError("number_invalid", f"stock may be at most {STOCK_MAX}")
    return units
