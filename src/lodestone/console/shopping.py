"""The narrow routes behind buying on the viewer's page: a session asks, and only about its own orders."""

from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.datastructures import State as AppState
from litestar.params import PathParameter, QueryParameter

from lodestone.base.errors import ForbiddenError
from lodestone.base.list_page import cut_one_more, one_more
from lodestone.base.wire import AppId, app_id
from lodestone.commerce.order import OrderOut, VoucherOut
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
from lodestone.console.goods import Goods
from lodestone.console.qr import Qr, draw
from lodestone.console.reader import name_of
from lodestone.console.site import console
from lodestone.console.viewer.feed_page import Showing
from lodestone.console.viewer.live_room import RoomSheet, room_sheet
from lodestone.console.viewer.storefront import ProductSheet, ShopCard, ShopSheet, picture_of
from lodestone.content.item import Media
from lodestone.services import use_cases
from lodestone.services.access.permissions import BY_PAGE, UNAUDITED, needs
from lodestone.services.commerce.order_moves import OrderMoves
from lodestone.services.community.community import Engine

PAGE: Final = 20
ProductId = Annotated[str, PathParameter(description="A product.")]
ShopId = Annotated[str, PathParameter(description="A shop.")]
RoomId = Annotated[str, PathParameter(description="A live room.")]
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


@get("/v1/page/live/{room_id:str}", opt=BY_PAGE, responses=REFUSALS)
async def get_room_sheet(request: HttpRequest, room_id: RoomId) -> RoomSheet:
    """Show a live room: whose it is, whether it is on, what it sells (a page's session)."""
    engine, viewer = session(request)
    front = Showing(engine, viewer).storefront(None)
    return await off_loop(request, room_sheet, engine, app_id(room_id), front)


@get("/v1/page/orders", opt=BY_PAGE, responses=REFUSALS)
async def list_my_orders(request: HttpRequest, before: BeforeId = None) -> MyOrders:
    """List the viewer's orders, the newest first (a page's session)."""
    engine, viewer = session(request)
    lists = use_cases.order_lists(engine.trade)
    number = None if before is None else lists.number(before)
    return await off_loop(request, _my_orders, engine, viewer, number)


def _my_orders(engine: Engine, viewer: str, before: int | None) -> MyOrders:
    shops = use_cases.shops(engine)
    orders = use_cases.order_lists(engine.trade).orders(one_more(PAGE), before, buyer=viewer)
    shown, last = cut_one_more(orders, PAGE)
    sellers = shops.shops_called(order.shop_id for order in shown)
    goods = Goods.of_orders(engine, shown)
    lines = [
        OrderLine(
            order=goods.order(order),
            shop_name=name_of(sellers[order.shop_id]),
            media=picture_of(goods[order.lines[0].product_id]),
        )
        for order in shown
    ]
    return MyOrders(lines, None if last is None else last.id)


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
        goods = Goods.of_orders(engine, [order])
        return OrderSheet(
            order=goods.order(order), shop=front.shop_card(order.shop_id), media=picture_of(goods[order.lines[0].product_id]),
            vouchers=_vouchers(engine, viewer, order_id, goods), payable_here=payable,
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
    return await OrderMoves(engine.trade, viewer=viewer).paid_by_hand(order_id, order.total)


def _payable_here(request: HttpRequest, state: AppState, engine: Engine) -> bool:
    """Say whether this is the demo, and the request came straight from a page of ours on this machine."""
    return console(state).demo == engine.community.id and local(request)


def _mine(engine: Engine, viewer: str, order_id: str) -> OrderOut:
    return use_cases.order_lists(engine.trade).order(order_id, viewer)


def _vouchers(engine: Engine, viewer: str, order_id: str, goods: Goods) -> list[VoucherSeen]:
    vouchers = use_cases.order_lists(engine.trade).vouchers(
        100, None, buyer=viewer, order_id=order_id
    )
    return [
        VoucherSeen(
            goods.voucher(voucher),
            draw(voucher.code) if voucher.code and voucher.state == "open" else None,
        )
        for voucher in vouchers
    ]


ROUTES = [
    get_product_sheet,
    get_shop_sheet,
    get_room_sheet,
    list_my_orders,
    get_my_order,
    pay_my_order,
]
