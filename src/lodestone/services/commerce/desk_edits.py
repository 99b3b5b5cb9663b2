"""What a shop's managers change at its desk: products, their pictures and prices, the shop's words and hours.

Each change is laid upon what stands when it is written, so that stock, commission and whatever else a form does not show stay.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, Problem, UnknownError
from lodestone.base.money import Micros
from lodestone.base.wire import problem_of
from lodestone.commerce.price import require_whole
from lodestone.commerce.product import COMMISSION_DEFAULT, VARIANTS_MAX, ProductIn
from lodestone.commerce.shop import ShopIn
from lodestone.content import Community
from lodestone.content.item import MEDIA_MAX, Media
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.commerce.types import KeptPrice, ProductRecord
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change

_PRODUCTS_MAX: Final = 1_000
"""Products of a shop that are looked at for their commission."""
Given = TypeVar("Given", ProductIn, ShopIn)


@dataclass(frozen=True, slots=True)
class VariantEdit:
    """A form in which a product is sold, as a desk changes it."""

    id: str
    name: str
    price: Micros
    stock: int | None = None
    """Units offered, of a new one; None keeps what stands."""


@dataclass(frozen=True, slots=True)
class ProductEdit:
    """A product as a desk changes it; variants that it does not name stay."""

    name: str
    text: str
    state: str
    fulfilment: tuple[str, ...]
    variants: tuple[VariantEdit, ...]


@dataclass(frozen=True, slots=True)
class AreaEdit:
    """Somewhere that a shop without a position delivers to; degrees and kilometres."""

    name: str
    latitude: float
    longitude: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class ShopEdit:
    """A shop as a desk changes it."""

    name: str
    text: str
    status: str
    hours: tuple[tuple[str, str, str], ...]
    """Day, opens, closes."""
    areas: tuple[AreaEdit, ...] | None = None
    """None keeps what stands."""


class DeskEdits:
    """Changes of one community's shops by those who manage them."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        shop_written: Callable[[str], Awaitable[None]],
    ) -> None:
        """Take what edits need; `shop_written` is awaited before a write of a shop, named by its id, is answered."""
        self._community, self._clock = community, clock
        self._records, self._writes = records, writes
        self._shop_written = shop_written

    def kept_prices(self, shop_id: str, product_id: str) -> list[KeptPrice]:
        """Return what open orders of a shop's product pay for one, by variant; in a thread."""
        return self._records.kept_prices(self._community.id, shop_id, product_id)

    async def change_product(self, shop_id: str, product_id: str, edit: ProductEdit) -> None:
        """Change a product's words, ways, state and prices.

        Raises:
            UnknownError: `product_unknown`: the shop has none such.
            InvalidError: `product_invalid`, `amount_not_whole`; names the field.
        """
        self._require_whole(edit.variants)
        currency = self._community.currency
        await self._product(shop_id, product_id, lambda given: _edited(given, edit, currency))

    async def add_product(self, shop_id: str, product_id: str, edit: ProductEdit) -> None:
        """Make a product, whose commission is the highest of the shop's own; again under its id changes nothing.

        Raises:
            ConflictError: `item_taken`.
            InvalidError: As `change_product`.
        """
        self._require_whole(edit.variants)

        def write(now: Instant) -> list[Change]:
            if self._records.products_called(self._community.id, [product_id])[0]:
                return []  # the same form again
            given = ProductIn(
                shop_id=shop_id, name="-", variants=(), fulfilment=(),
                commission_share=self._commission(shop_id),
            )  # fmt: skip
            return self._put(product_id, _edited(given, edit, self._community.currency), now)

        await self._write(write)

    async def add_picture(self, shop_id: str, product_id: str, media: Media) -> None:
        """Show one more picture of a product. Raises UnknownError, and InvalidError `pictures_full`."""

        def add(given: ProductIn) -> ProductIn:
            if media.url in {medium.url for medium in given.media}:
                return given
            if len(given.media) >= MEDIA_MAX:
                problem = Problem("picture", f"a product has at most {MEDIA_MAX}; remove one first")
                raise InvalidError("pictures_full", f"{problem.problem}.", (problem,))
            return msgspec.structs.replace(given, media=(*given.media, media))

        await self._product(shop_id, product_id, add)

    async def remove_picture(self, shop_id: str, product_id: str, url: str) -> None:
        """Show a picture of a product no more; the file stays. Raises UnknownError."""
        await self._product(
            shop_id, product_id,
            lambda given: msgspec.structs.replace(
                given, media=tuple(medium for medium in given.media if medium.url != url)
            ),
        )  # fmt: skip

    async def change_shop(self, shop_id: str, edit: ShopEdit) -> None:
        """Change a shop's words, hours, areas and whether it sells. Raises InvalidError `shop_invalid`, naming the field."""

        def write(now: Instant) -> list[Change]:
            given = self._records.shop(self._community.id, shop_id).given
            fields: dict[str, object] = {
                "name": edit.name, "text": edit.text, "status": edit.status,
                "hours": [dict(zip(("day", "opens", "closes"), hour, strict=True)) for hour in edit.hours],
            }  # fmt: skip
            if edit.areas is not None:
                fields["areas"] = [_area(area) for area in edit.areas]
            changed = _checked(given, fields, "shop_invalid")
            return self._records.put_shop(self._community.id, shop_id, changed, now=now)[1]

        await self._write(write, lambda _: self._shop_written(shop_id))

    async def _product(
        self, shop_id: str, product_id: str, edit: Callable[[ProductIn], ProductIn]
    ) -> None:
        """Write a product of a shop anew, as an edit makes it of what stands."""

        def write(now: Instant) -> list[Change]:
            record = self._own(shop_id, product_id)
            return self._put(product_id, edit(record.given), now)

        await self._write(write)

    def _own(self, shop_id: str, product_id: str) -> ProductRecord:
        record, _ = self._records.product(self._community.id, product_id)
        if record.shop != shop_id:
            raise UnknownError("product_unknown", f"this shop has no product {product_id!r}")
        return record

    def _put(self, product_id: str, given: ProductIn, now: Instant) -> list[Change]:
        currency = self._community.currency
        return self._records.put_product(
            self._community.id, product_id, given, currency=currency, now=now
        )

    def _commission(self, shop_id: str) -> float:
        """Return the commission of a new product: what the desk could choose, it would choose low."""
        products, _ = self._records.products(
            self._community.id, limit=_PRODUCTS_MAX, shop_id=shop_id
        )
        return max(
            (product.given.commission_share for product in products), default=COMMISSION_DEFAULT
        )

    def _require_whole(self, variants: Sequence[VariantEdit]) -> None:
        for index, variant in enumerate(variants):
            require_whole(variant.price, self._community.currency, f"variants[{index}].price")

    async def _write(
        self,
        write: Callable[[Instant], list[Change]],
        then: Callable[[list[Change]], Awaitable[None]] | None = None,
    ) -> None:
        now = self._clock.now()
        await self._writes.do(lambda: write(now), lambda changes: changes, then)


def _edited(given: ProductIn, edit: ProductEdit, currency: str) -> ProductIn:
    """Lay an edit upon a product. Raises InvalidError `product_invalid`."""
    variants: list[dict[str, Any]] = [msgspec.to_builtins(variant) for variant in given.variants]
    at = {variant.id: index for index, variant in enumerate(given.variants)}
    for variant in edit.variants:
        price = {"micros": variant.price, "currency": currency}
        if variant.id in at:
            variants[at[variant.id]] |= {"name": variant.name, "price": price}
        elif len(variants) < VARIANTS_MAX:
            variants.append(
                {
                    "id": variant.id,
                    "name": variant.name,
                    "price": price,
                    "stock": variant.stock or 0,
                }
            )
    fields: dict[str, object] = {
        "name": edit.name, "text": edit.text, "state": edit.state,
        "fulfilment": list(edit.fulfilment), "variants": variants,
    }  # fmt: skip
    return _checked(given, fields, "product_invalid")


def _area(area: AreaEdit) -> dict[str, object]:
    centre = {"latitude": area.latitude, "longitude": area.longitude}
    return {"name": area.name, "centre": centre, "radius_km": area.radius_km}


def _checked(given: Given, fields: dict[str, object], code: str) -> Given:
    """Return a value with other fields, each judged as one that came over the wire."""
    try:
        return msgspec.convert({**msgspec.to_builtins(given), **fields}, type(given))
    except msgspec.ValidationError as error:
        problem = problem_of(error)
        raise InvalidError(code, f"{problem.field}: {problem.problem}", (problem,)) from error
