"""A shop's start in three fields: what it advertises, how far around it, and what a day may cost."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post

from lodestone.ads.ad_group import RADIUS_KM_MAX
from lodestone.ads.local import LocalAdIn
from lodestone.ads.refusals import AdRefusal, Fault
from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.base.wire import Money, app_id
from lodestone.commerce.product import ProductOut
from lodestone.commerce.shop import ShopOut
from lodestone.console.advertiser.desk import (
    ADVERTISER,
    Desk,
    desk,
    onward,
    sent,
    show,
)
from lodestone.console.advertiser.forecast import ForecastShown, forecast_shown
from lodestone.console.advertiser.refusals import field_at_fault, refusal_said
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.forms import word_of
from lodestone.console.assignments.refusals import REFUSED
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.merchant.forms import FormReader
from lodestone.console.reader import name_of
from lodestone.services import ad_cases, use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.ads.advertising import SCOPE

PATH: Final = "/advertiser/start"
_PRODUCTS_MAX: Final = 500
_RADIUS_USUAL: Final = "5"
_REFUSALS: Final = refusals_of(ADVERTISER)


@dataclass(frozen=True, slots=True)
class Forecasted:
    """What stands beside the three fields."""

    refused: str = ""
    """Why nothing can be said of them."""
    shown: ForecastShown | None = None
    """None where nothing was asked yet, a field does not fit, or it was refused."""


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_start(request: HttpRequest) -> Response[Any]:
    """Show the three fields."""
    here = await desk(request)
    return await _page(request, here, _shop(here, request.query_params.get("shop", "")))


@post(PATH, opt=FORM, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)
async def post_start(request: HttpRequest) -> Response[Any]:
    """Make what the three fields say; the same form again makes no second one."""
    here, fields = await sent(request)
    shop = _shop(here, fields.get("shop", ""))
    reader = FormReader(here.words, fields, here.speech.currency)
    given = None if shop is None else _given(reader)
    if shop is None or given is None:
        return await _page(request, here, shop, reader=reader)
    try:
        await off_loop(request, _require_own, here, shop, given.product_id)
        token = f"{shop.id} {word_of(fields) or ''}"
        ads = ad_cases.local_ads(here.engine, here.who.principal(SCOPE))
        made = await ads.start(given, token)
    except REFUSED as error:
        return await _page(request, here, shop, reader=reader, error=error)
    return onward(
        "/advertiser/campaign", here, advertiser=made.advertiser.id, campaign=made.campaign.id, done="made",
    )  # fmt: skip


@post(f"{PATH}/forecast", opt=ANYONE, include_in_schema=False, status_code=200, exception_handlers=_REFUSALS)  # fmt: skip
async def post_start_forecast(request: HttpRequest) -> Response[Any]:
    """Say beside the three fields what they would bring; nothing is written."""
    here, fields = await sent(request)
    shop = _shop(here, fields.get("shop", ""))
    reader = FormReader(here.words, fields, here.speech.currency)
    given = None if shop is None else _given(reader)
    if shop is None or given is None:
        return await _page(request, here, shop, reader=reader, forecast=Forecasted())
    try:
        await off_loop(request, _require_own, here, shop, given.product_id)
        answer = await ad_cases.local_ads(here.engine, here.who.principal(SCOPE)).forecast(given)
    except REFUSED as error:
        refused = Forecasted(refusal_said(here.words, error))
        return await _page(request, here, shop, reader=reader, forecast=refused)
    shown = forecast_shown(
        here.speech, answer, radius_km=given.radius_km, daily_micros=given.daily_budget.micros
    )
    return await _page(request, here, shop, reader=reader, forecast=Forecasted("", shown))


def _require_own(here: Desk, shop: ShopOut, product_id: str) -> None:
    """Pass, or raise UnknownError for a product of another shop, ConflictError for a shop that is closed; in a thread."""
    if shop.review != "approved" or shop.status != "open":
        raise Fault(
            AdRefusal.SHOP_CLOSED, "product_id"
        ).error()  # before what it sells is said to be off sale
    if use_cases.shops(here.engine).product(product_id).shop_id != shop.id:
        raise UnknownError("product_unknown", f"this shop has no product {product_id!r}")


def _shop(here: Desk, wanted: str) -> ShopOut | None:
    """Return the shop that is asked for, else the chosen advertiser's, else the first; None where there is none."""
    own = None if here.chosen is None else here.chosen.shop_id
    for name in (wanted, own):
        for shop in here.shops:
            if shop.id == name:
                return shop
    return None if wanted or not here.shops else here.shops[0]


def _given(reader: FormReader) -> LocalAdIn | None:
    """Read the three fields; None where one does not fit."""
    say = reader.words.say
    product = reader.values.get("product", "")
    if not product:
        reader.failed("product", say("Choose one of these."))
    radius, daily = _kilometres(reader.values.get("radius", "")), reader.price("daily")
    if radius is None:
        reader.failed("radius", say("Write kilometres, above zero and at most {most}.", {"most": f"{RADIUS_KM_MAX:g}"}))  # fmt: skip
    if not daily:
        reader.failed("daily", say("Write an amount above zero."))
    if reader.errors or radius is None:
        return None
    amount = Money(daily, reader.currency)
    return LocalAdIn(
        product_id=app_id(product, field="product"), radius_km=radius, daily_budget=amount
    )


def _kilometres(text: str) -> float | None:
    """Read a radius as people write it; None when it is none.

    >>> _kilometres("2.5 km"), _kilometres("0"), _kilometres("1e3"), _kilometres("501")
    (2.5, None, None, None)
    """
    plain = text.strip().lower().removesuffix("km").strip()
    if len(plain) > 8 or not plain.replace(".", "", 1).isdigit() or not plain.isascii():
        return None
    return float(plain) if 0 < float(plain) <= RADIUS_KM_MAX else None


async def _page(
    request: HttpRequest, here: Desk, shop: ShopOut | None, *, reader: FormReader | None = None,
    error: LodestoneError | None = None, forecast: Forecasted | None = None,
) -> Response[Any]:  # fmt: skip
    products: list[ProductOut] = []
    if shop is not None:
        catalogue = use_cases.shops(here.engine)
        products = await off_loop(request, catalogue.products, _PRODUCTS_MAX, None, shop.id)
    errors, note = {} if reader is None else dict(reader.errors), None
    if error is not None:
        said, field = refusal_said(here.words, error), field_at_fault(error)
        errors |= {} if field is None else {field: said}
        note = Note(said, good=False) if field is None else None
    if errors and forecast is None:
        note = Note(
            here.words.say("Nothing was saved. See the fields that are marked."), good=False
        )
    asked = request.query_params.get("product", "")
    context: dict[str, object] = {
        "shop": shop, "shop_name": "" if shop is None else name_of(shop),
        "shops": [(choice.id, name_of(choice)) for choice in here.shops],
        "products": [(product.id, name_of(product)) for product in products if product.state == "live"],
        "values": {"product": asked, "radius": _RADIUS_USUAL} if reader is None else reader.values, "errors": errors,
        "sign": here.speech.sign, "forecast": Forecasted() if forecast is None else forecast,
    }  # fmt: skip
    return show(request, here, "start", context, note=note, query={} if shop is None else {"shop": shop.id})  # fmt: skip


ROUTES: Final = [get_start, post_start, post_start_forecast]
