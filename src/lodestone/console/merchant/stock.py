"""Stock at the desk: what is left, held and sold of everything, and a hand that adds or takes away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from litestar import Response, get, post

from lodestone.commerce.product import ProductOut, StockOut, VariantOut
from lodestone.commerce.stock import STOCK_MAX
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import (
    MERCHANT,
    Desk,
    Note,
    desk,
    onward,
    refused,
    sent,
    show,
)
from lodestone.console.merchant.redeeming import whole, word_of
from lodestone.console.merchant.refusals import REFUSED
from lodestone.console.reader import name_of
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.commerce.stock import StockPlace

_EPOCH: Final = date(1970, 1, 1)
_SHELF: Final = 200
_REFUSALS: Final = refusals_of(MERCHANT)


@dataclass(frozen=True, slots=True)
class Row:
    """One stock item: a variant, a date of one, or what several share."""

    name: str
    price: str
    stock: StockOut
    product: str
    variant: str
    date: str
    item: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """One product's stock."""

    name: str
    live: bool
    rows: tuple[Row, ...]
    dates: tuple[Row, ...]


@get("/merchant/stock", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_stock(request: HttpRequest) -> Response[Any]:
    """Show what is left of everything the shop sells."""
    here = await desk(request)
    here.need_manager()
    return await _page(request, here, changed=request.query_params.get("done", ""))


@post(
    "/merchant/stock",
    opt=FORM,
    include_in_schema=False,
    status_code=200,
    exception_handlers=_REFUSALS,
)
async def post_stock(request: HttpRequest) -> Response[Any]:
    """Add to a stock item, or take away what is neither held nor sold."""
    here, fields = await sent(request)
    here.need_manager()
    try:
        place = _place(fields)
        change = whole(fields.get("change", ""), -STOCK_MAX, STOCK_MAX)
        await use_cases.shop_stock(here.engine).adjust(here.shop.id, place, change)
    except REFUSED as error:
        return await _page(request, here, note=refused(here, error))
    return onward("/merchant/stock", here, done=place.item or place.product)


def _place(fields: dict[str, str]) -> StockPlace:
    """Read which stock a form means: what several variants share, or a variant's own. Raises InvalidError."""
    if fields.get("item"):
        return StockPlace("", "", "", word_of(fields, "item"))
    product, variant = word_of(fields, "product"), word_of(fields, "variant")
    return StockPlace(product, variant, fields.get("date", ""), "")


async def _page(
    request: HttpRequest, here: Desk, *, changed: str = "", note: Note | None = None
) -> Response[Any]:
    found, shelves = await off_loop(request, _read, here)
    if changed and any(changed in (one.id, *_items(one)) for one in found):
        note = Note(here.words.say("The stock is changed."), good=True)
    told = {"shelves": shelves, "summary": _summary(here, shelves), "full": len(found) == _SHELF}
    return show(request, here, "stock", told, note=note)


def _read(here: Desk) -> tuple[list[ProductOut], list[Shelf]]:
    """Read what the shop sells and what is left of it; in a thread."""
    found = use_cases.shops(here.engine).shelf(_SHELF, None, here.shop.id)
    return found.products, [_shelf(here, found.shared, product) for product in found.products]


def _items(product: ProductOut) -> tuple[str, ...]:
    return tuple(
        variant.stock_item for variant in product.variants if variant.stock_item is not None
    )


def _summary(here: Desk, shelves: list[Shelf]) -> str:
    """Answer what is short: how many of the shop's goods have none left."""
    words = here.words
    if not shelves:
        return words.say("What this shop sells will appear here.")
    gone = [shelve for shelve in shelves if shelve.live and not any(_left(shelve))]
    if not gone:
        return words.say("There is some left of everything.")
    names = here.speech.listed([one.name for one in gone[:3]])
    return words.count(
        "{n} product is sold out: {names}", "{n} products are sold out: {names}", len(gone),
        {"names": names},
    )  # fmt: skip


def _left(shelf: Shelf) -> list[int]:
    return [row.stock.available for row in (*shelf.rows, *shelf.dates)]


def _shelf(here: Desk, shared: Mapping[str, StockOut], product: ProductOut) -> Shelf:
    rows: list[Row] = []
    dates: list[Row] = []
    for variant in product.variants:
        if variant.dates is not None:
            dates += _dated(here, product, variant)
            continue
        stock = variant.stock
        name = name_of(variant) or name_of(product)
        if stock is None:
            assert variant.stock_item is not None
            stock = shared[variant.stock_item]
            name = here.words.say("{name} (shares its stock)", {"name": name})
        rows.append(
            Row(
                name, here.money(variant.price.micros), stock, product.id, variant.id, "",
                variant.stock_item or "",
            )
        )  # fmt: skip
    return Shelf(name_of(product), product.state == "live", tuple(rows), tuple(dates))


def _dated(here: Desk, product: ProductOut, variant: VariantOut) -> list[Row]:
    community = here.engine.community
    today = (_EPOCH + timedelta(days=community.days.of(here.engine.now()))).isoformat()
    price = here.money(variant.price.micros)
    return [
        Row(
            here.speech.joined(here.speech.day(day), name_of(variant)).strip(), price, stock,
            product.id, variant.id, day, "",
        )
        for day, stock in (variant.dates or {}).items()
        if day >= today
    ]  # fmt: skip


ROUTES: Final = [get_stock, post_stock]
