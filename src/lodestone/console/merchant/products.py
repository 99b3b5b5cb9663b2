"""Products at the desk: made, renamed, priced, put on sale and taken off, with what open orders keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post

from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.base.money import decimals
from lodestone.base.wire import app_id
from lodestone.commerce.product import ProductOut, VariantOut
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
from lodestone.console.merchant.forms import FormReader, plain_amount
from lodestone.console.merchant.redeeming import word_of
from lodestone.console.merchant.refusals import REFUSED
from lodestone.console.reader import name_of
from lodestone.content.item import TEXT_MAX
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.commerce.desk_edits import ProductEdit, VariantEdit

PAGE: Final = 60
_NAME_MAX: Final = 256
_TEXT_MAX: Final = TEXT_MAX - 300
_REFUSALS: Final = refusals_of(MERCHANT)
_WAYS: Final = ("redeem", "pickup", "delivery")
_STATES: Final = ("live", "draft", "withdrawn")


@dataclass(frozen=True, slots=True)
class Row:
    """One product in the list."""

    id: str
    name: str
    picture: str
    price: str
    state: str
    state_name: str


@dataclass(frozen=True, slots=True)
class Form:
    """One form in which a product is sold, as its fields show it."""

    id: str
    name: str
    price: str
    stock: str
    old_prices: tuple[str, ...]
    """Of open orders that pay another price."""


@get("/merchant/products", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_products(request: HttpRequest) -> Response[Any]:
    """List what the shop sells, with a form for something new."""
    here = await desk(request)
    here.need_manager()
    return await _list(request, here)


@post("/merchant/products", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def post_product(request: HttpRequest) -> Response[Any]:
    """Make a product; the same form again makes no second one."""
    here, fields = await sent(request)
    here.need_manager()
    reader = FormReader(here.words, fields, here.speech.currency)
    variant = VariantEdit("one", "", reader.price("price"), reader.whole("stock", 0, STOCK_MAX))
    edit = _edit(reader, (variant,), state="live")
    name = _new_id(here, fields.get("request", ""))
    error: LodestoneError | None = None
    if not reader.errors:
        try:
            await use_cases.desk_edits(here.engine).add_product(here.shop.id, name, edit)
        except REFUSED as trouble:
            error = trouble
    if error is not None or reader.errors:
        return await _list(request, here, reader=reader, error=error)
    return onward("/merchant/product", here, product=name, done="made")


@get("/merchant/product", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_product_form(request: HttpRequest) -> Response[Any]:
    """Show one product in a form."""
    here = await desk(request)
    here.need_manager()
    asked = request.query_params
    return await page(request, here, app_id(asked.get("product", "")), done=asked.get("done", ""))


@post("/merchant/product", opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def change_product(request: HttpRequest) -> Response[Any]:
    """Change a product's words, ways, state and prices."""
    here, fields = await sent(request)
    here.need_manager()
    product = await off_loop(request, own, here, word_of(fields, "product"))
    reader = FormReader(here.words, fields, here.speech.currency)
    variants = tuple(
        VariantEdit(
            variant.id, reader.text(f"name-{n}", most=_NAME_MAX), reader.price(f"price-{n}")
        )
        for n, variant in enumerate(product.variants)
        if f"price-{n}" in fields
    )
    if fields.get("new-price", "").strip() or fields.get("new-name", "").strip():
        variants += (_new_variant(reader, product),)
    edit = _edit(reader, variants, state=reader.choice("state", _STATES))
    if reader.errors:
        return await page(request, here, product.id, reader=reader)
    try:
        await use_cases.desk_edits(here.engine).change_product(here.shop.id, product.id, edit)
    except REFUSED as error:
        return await page(request, here, product.id, reader=reader, note=refused(here, error))
    return onward("/merchant/product", here, product=product.id, done="saved")


def _edit(reader: FormReader, variants: tuple[VariantEdit, ...], *, state: str) -> ProductEdit:
    ways = tuple(way for way in _WAYS if reader.values.get(f"way-{way}"))
    edit = ProductEdit(
        reader.text("name", least=1, most=_NAME_MAX), reader.text("text", most=_TEXT_MAX), state, ways, variants,
    )  # fmt: skip
    if not ways:
        reader.failed("ways", reader.words.say("Choose at least one way."))
    return edit


def _new_variant(reader: FormReader, product: ProductOut) -> VariantEdit:
    """Read the fields of one more form, whose id is the first number that is free."""
    taken = {variant.id for variant in product.variants}
    free = next(f"v{n}" for n in range(1, len(taken) + 2) if f"v{n}" not in taken)
    name = reader.text("new-name", least=1, most=_NAME_MAX)
    return VariantEdit(
        free, name, reader.price("new-price"), reader.whole("new-stock", 0, STOCK_MAX)
    )


def _new_id(here: Desk, request: str) -> str:
    """Name a new product after the form that makes it, so that the form sent twice makes one."""
    return app_id(f"{here.shop.id[:60]}-{request[:40]}", field="request")


async def _list(
    request: HttpRequest, here: Desk, *, reader: FormReader | None = None,
    error: LodestoneError | None = None,
) -> Response[Any]:  # fmt: skip
    after = request.query_params.get("after") or None
    products = await off_loop(
        request, use_cases.shops(here.engine).products, PAGE + 1, after, here.shop.id
    )
    shown = products[:PAGE]
    note = _trouble(here) if reader is not None else None
    context: dict[str, object] = {
        "rows": [_row(here, product) for product in shown], "summary": _summary(here, shown),
        "after": shown[-1].id if len(products) > PAGE else None, "ways": _ways(here),
        "values": {"way-pickup": "1"} if reader is None else reader.values,
        "errors": {} if reader is None else reader.errors,
    }  # fmt: skip
    return show(
        request, here, "products", context, note=note if error is None else refused(here, error)
    )


async def page(
    request: HttpRequest, here: Desk, product_id: str, *, done: str = "",
    reader: FormReader | None = None, note: Note | None = None,
) -> Response[Any]:  # fmt: skip
    """Answer with one product's form."""
    product, old_prices = await off_loop(request, _read, here, product_id)
    if reader is not None and note is None:
        note = _trouble(here)
    if note is None and done:
        note = _came_of(here, done, old_prices)
    context: dict[str, object] = {
        "product": product, "called": name_of(product), "forms": _forms(here, product, old_prices), "ways": _ways(here),
        "states": [(state, state_name(here, state)) for state in _STATES],
        "values": _values(here, product) if reader is None else reader.values,
        "errors": {} if reader is None else reader.errors,
    }  # fmt: skip
    return show(request, here, "product", context, note=note)


def own(here: Desk, product_id: str) -> ProductOut:
    """Return a product of this shop; another shop's is not there. Raises UnknownError; in a thread."""
    product = use_cases.shops(here.engine).product(product_id)
    if product.shop_id != here.shop.id:
        raise UnknownError("product_unknown", f"this shop has no product {product_id!r}")
    return product


def _read(here: Desk, product_id: str) -> tuple[ProductOut, Mapping[str, tuple[str, ...]]]:
    """Read a product, and by variant what open orders keep; in a thread."""
    product = own(here, product_id)
    now = {variant.id: variant.price.micros for variant in product.variants}
    old_prices: dict[str, tuple[str, ...]] = {}
    for kept_price in use_cases.desk_edits(here.engine).kept_prices(here.shop.id, product_id):
        if now.get(kept_price.variant) != kept_price.price:
            text = here.words.count(
                "{n} open order keeps {price}", "{n} open orders keep {price}", kept_price.orders,
                {"price": here.money(kept_price.price)},
            )  # fmt: skip
            old_prices[kept_price.variant] = (*old_prices.get(kept_price.variant, ()), text)
    return product, old_prices


def _came_of(here: Desk, done: str, old_prices: Mapping[str, tuple[str, ...]]) -> Note | None:
    say = here.words.say
    sentence = {
        "made": say("It is made. Add a picture; it is on sale already."),
        "saved": say("It is saved."), "picture": say("The picture is added."),
        "removed": say("The picture is taken out."),
    }.get(done)  # fmt: skip
    if sentence is None:
        return None
    rest = [text for texts in old_prices.values() for text in texts] if done == "saved" else []
    return Note(here.speech.joined(sentence, *(f"{text}{say('.')}" for text in rest)), good=True)


def _trouble(here: Desk) -> Note:
    return Note(here.words.say("Nothing was saved. See the fields that are marked."), good=False)


def _row(here: Desk, product: ProductOut) -> Row:
    prices = sorted(variant.price.micros for variant in product.variants)
    least = here.money(prices[0])
    price = least if prices[0] == prices[-1] else here.words.say("from {price}", {"price": least})
    picture = next((medium.url for medium in product.media if medium.type.startswith("image/")), "")
    local = picture if picture.startswith("/media/") else ""
    return Row(
        product.id, name_of(product), local, price, product.state, state_name(here, product.state)
    )


def _summary(here: Desk, products: list[ProductOut]) -> str:
    live = sum(1 for product in products if product.state == "live")
    if not products:
        return here.words.say("What this shop sells will appear here.")
    return here.words.count("{n} product is on sale", "{n} products are on sale", live)


def _forms(
    here: Desk, product: ProductOut, old_prices: Mapping[str, tuple[str, ...]]
) -> list[Form]:
    places = decimals(here.speech.currency)
    return [
        Form(
            variant.id,
            variant.name,
            plain_amount(variant.price.micros, places),
            _left(here, variant),
            old_prices.get(variant.id, ()),
        )
        for variant in product.variants
    ]


def _left(here: Desk, variant: VariantOut) -> str:
    if variant.stock is not None:
        return here.words.count("{n} left", "{n} left", variant.stock.available)
    if variant.dates is not None:
        return here.words.say("by date")
    return here.words.say("shares its stock")


def _values(here: Desk, product: ProductOut) -> dict[str, str]:
    """Return what the fields of a product hold."""
    places = decimals(here.speech.currency)
    values = {"name": product.name, "text": product.text, "state": product.state}
    values |= {f"way-{way}": "1" for way in product.fulfilment}
    for n, variant in enumerate(product.variants):
        values |= {
            f"name-{n}": variant.name,
            f"price-{n}": plain_amount(variant.price.micros, places),
        }
    return values


def _ways(here: Desk) -> list[tuple[str, str]]:
    say = here.words.say
    return [
        ("redeem", say("redeemed in the shop")), ("pickup", say("picked up")),
        ("delivery", say("delivered")),
    ]  # fmt: skip


def state_name(here: Desk, state: str) -> str:
    """Say whether a product is on sale."""
    say = here.words.say
    names: dict[str, str] = {
        "live": say("on sale"), "draft": say("not on sale"), "withdrawn": say("withdrawn"),
    }  # fmt: skip
    return names[state]


ROUTES: Final = [get_products, post_product, get_product_form, change_product]
