"""The narrow routes behind buying on the viewer's page: a session asks, and only about its own orders."""

from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State as AppState
from litestar.params import PathParameter, QueryParameter

from lodestone.base.errors import ForbiddenError, UnknownError
from lodestone.base.wire import AppId, app_id
from lodestone.commerce.order import OrderOut, PayIn, VoucherOut
from lodestone.console.asking import (
    REFUSALS,
    HttpRequest,
    Latitude,
    Longitude,
    off_loop,
    position_of,
    session,
)
from lodestone.console.demo import local
from lodestone.console.qr import Qr, draw
from lodestone.console.site import console
from lodestone.console.viewer.feed_page import Showing
from lodestone.console.viewer.storefront import ProductSheet, ShopCard, ShopSheet
from lodestone.content.item import Media
from lodestone.services import use_cases
from lodestone.services.access.permissions import BY_PAGE, UNAUDITED, needs
from lodestone.services.commerce import OrderRecord
from lodestone.services.commerce.context import CommandContext, Reply
from lodestone.services.commerce.presenters import order_out, voucher_out
from lodestone.services.commerce.shops import Shops
from lodestone.services.commerce.transitions import pay
from lodestone.services.community.community import Engine
from lodestone.services.ledger import MANUAL
from lodestone.services.support.ids import ORDER, number_of

PAGE: Final = 20
ProductId = Annotated[str, PathParameter(description="A product.")]
ShopId = Annotated[str, PathParameter(description="A shop.")]
OrderId = Annotated[str, PathParameter(description="An order of the session's viewer.")]
AfterId = Annotated[AppId | None, QueryParameter(description="`next_after` of the page before.")]
BeforeId = Annotated[
    str | None, QueryParameter(max_length=64, description="`next_before` of the page before.")
]


class VoucherSeen(msgspec.Struct, frozen=True):
    """A voucher and, while it can be redeemed, its code as a picture."""

    voucher: VoucherOut
    qr: Qr | None


class OrderSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One order with everything its buyer is shown of it."""

    order: OrderOut
    shop: ShopCard
    media: Media | None
    """Of its first product."""
    vouchers: list[VoucherSeen]
    payable_here: bool
    """A demo's page may say that the buyer has paid; elsewhere the app's server does."""


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One order in the viewer's list."""

    order: OrderOut
    shop_name: str
    media: Media | None


class MyOrders(msgspec.Struct, frozen=True):
    """A page of the viewer's orders, the newest first."""

    data: list[OrderLine]
    next_before: str | None


@get("/v1/page/products/{product_id:str}", opt=BY_PAGE, responses=REFUSALS)
async def get_product_sheet(
    request: HttpRequest,
    product_id: ProductId,
    latitude: Latitude = None,
    longitude: Longitude = None,
) -> ProductSheet:
    """Show one product: its forms, prices, what is left, how far its shop is (a page's session)."""
    engine, viewer = session(request)
    front = Showing(engine, viewer).storefront(position_of(latitude, longitude))
    return await off_loop(request, front.product, app_id(product_id))


@get("/v1/page/shops/{shop_id:str}", opt=BY_PAGE, responses=REFUSALS)
async def get_shop_sheet(
    request: HttpRequest, shop_id: ShopId, after: AfterId = None, latitude: Latitude = None,
    longitude: Longitude = None,
) -> ShopSheet:  # fmt: skip
    """Show a shop's page: hours, place, what it sells (a page's session)."""
    engine, viewer = session(request)
    front = Showing(engine, viewer).storefront(position_of(latitude, longitude))
    return await off_loop(request, front.shop, app_id(shop_id), after)


@get("/v1/page/orders", opt=BY_PAGE, responses=REFUSALS)
async def list_my_orders(request: HttpRequest, before: BeforeId = None) -> MyOrders:
    """List the viewer's orders, the newest first (a page's session)."""
    engine, viewer = session(request)
    number = None if before is None else _number(engine, before)
    return await off_loop(request, _my_orders, engine, viewer, number)


def _my_orders(engine: Engine, viewer: str, before: int | None) -> MyOrders:
    community, shops = engine.community, use_cases.shops(engine)
    found = engine.parts.records.orders(
        engine.community.id, limit=PAGE + 1, buyer_id=viewer, before=before
    )
    shown = [order_out(community, view) for view in found[:PAGE]]
    names = {name: shops.shop(name).name for name in {one.shop_id for one in shown}}
    lines = [
        OrderLine(order=one, shop_name=names[one.shop_id], media=_media(shops, one))
        for one in shown
    ]
    return MyOrders(lines, shown[-1].id if len(found) > PAGE else None)


@get("/v1/page/orders/{order_id:str}", opt=BY_PAGE, responses=REFUSALS)
async def get_my_order(
    request: HttpRequest, state: AppState, order_id: OrderId, latitude: Latitude = None,
    longitude: Longitude = None,
) -> OrderSheet:  # fmt: skip
    """Show one of the viewer's orders, its vouchers with their codes (a page's session)."""
    engine, viewer = session(request)
    front = Showing(engine, viewer).storefront(position_of(latitude, longitude))
    payable = _payable_here(request, state, engine)

    def read() -> OrderSheet:
        order = _mine(engine, viewer, order_id)
        return OrderSheet(
            order=order, shop=front.shop_card(order.shop_id), media=_media(use_cases.shops(engine), order),
            vouchers=_vouchers(engine, viewer, order_id), payable_here=payable,
        )  # fmt: skip

    return await off_loop(request, read)


@post(
    "/v1/page/orders/{order_id:str}/pay",
    opt=needs(who="page", own_answers=True, **UNAUDITED),
    status_code=200,
    responses=REFUSALS,
)
async def pay_my_order(request: HttpRequest, state: AppState, order_id: OrderId) -> OrderOut:
    """Say that the viewer has paid their order, by the manual provider (the demo, on this machine alone)."""
    engine, viewer = session(request)
    if not _payable_here(request, state, engine):
        raise ForbiddenError(
            "payment_from_page",
            "only a demo's page may say so, on its own machine; an app's key can",
        )
    order = await off_loop(request, _mine, engine, viewer, order_id)
    given = PayIn(amount=order.total, method=MANUAL)

    def paid(counter: CommandContext, found: OrderRecord) -> OrderRecord:
        return pay(counter, found, given)

    reply = await engine.trade.move(order_id, paid, None, viewer=viewer)
    assert isinstance(reply, Reply)
    assert isinstance(reply.told, OrderOut)
    return reply.told


def _payable_here(request: HttpRequest, state: AppState, engine: Engine) -> bool:
    """Say whether this is the demo, and the request came straight from a page of ours on this machine."""
    return console(state).demo == engine.community.id and local(request)


def _number(engine: Engine, order_id: str) -> int:
    number = number_of(ORDER, engine.community.secret, order_id)
    if number is None:
        raise UnknownError("order_unknown", f"There is no order {order_id!r} here.")
    return number


def _mine(engine: Engine, viewer: str, order_id: str) -> OrderOut:
    view = engine.parts.records.order(engine.community.id, _number(engine, order_id))
    if view.buyer_id != viewer:
        raise UnknownError("order_unknown", "There is no such order of this viewer.")
    return order_out(engine.community, view)


def _vouchers(engine: Engine, viewer: str, order_id: str) -> list[VoucherSeen]:
    found = engine.parts.records.vouchers(
        engine.community.id, limit=100, buyer_id=viewer, order=_number(engine, order_id)
    )
    told = [voucher_out(engine.community, view, engine.now(), code=True) for view in found]
    return [
        VoucherSeen(one, draw(one.code) if one.code and one.state == "open" else None)
        for one in told
    ]


def _media(shops: Shops, order: OrderOut) -> Media | None:
    media = shops.product(order.lines[0].product_id).media
    return next((one for one in media if one.type.startswith("image/")), None)


ROUTES = [get_product_sheet, get_shop_sheet, list_my_orders, get_my_order, pay_my_order]
