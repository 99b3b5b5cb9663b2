"""Routes of orders and vouchers. A second process may serve these alone."""

from datetime import date, timedelta
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from lodestone.base.clock import Instant
from lodestone.base.errors import (
    ForbiddenError,
    InvalidError,
    Problem,
)
from lodestone.base.list_page import ListPage
from lodestone.commerce.order import (
    OrderIn,
    OrderOut,
    PayIn,
    PrepareIn,
    RedeemIn,
    RedemptionOut,
    RefundIn,
    ReverseIn,
    ShortCodeOut,
    VoucherOut,
)
from lodestone.serve.http.idempotency import request_digest
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    First,
    HttpRequest,
    Last,
    Limit,
    PathId,
    communities,
    idempotency_key,
    made_after,
    named,
    off_loop,
    optional_name,
    principal,
)
from lodestone.services import use_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.commerce import Answer
from lodestone.services.commerce.commands import Trade
from lodestone.services.commerce.context import Idempotency, Reply
from lodestone.services.commerce.order_moves import OrderMoves
from lodestone.services.commerce.payments import Payments
from lodestone.services.support.idempotency import digest_of
from lodestone.services.support.ids import ORDER, VOUCHER

Buyer = Annotated[str | None, QueryParameter(description="Only this buyer's.")]
ShopId = Annotated[str | None, QueryParameter(description="Only this shop's.")]
OrderId = Annotated[str | None, QueryParameter(max_length=64, description="Only this order's.")]
StaffId = Annotated[str | None, QueryParameter(description="Only what this person redeemed.")]
ByStaff = Annotated[
    str | None,
    QueryParameter(
        description="Who hands it over, one of the shop's staff; the community when left out."
    ),
]


class OrderPage(msgspec.Struct, frozen=True):
    """A page of orders, the newest first."""

    data: list[OrderOut]
    next_cursor: str | None


class VoucherPage(msgspec.Struct, frozen=True):
    """A page of vouchers, the newest first."""

    data: list[VoucherOut]
    next_cursor: str | None


class RedemptionList(msgspec.Struct, frozen=True):
    """What a shop redeemed, the newest first; at most a thousand."""

    data: list[RedemptionOut]


_MADE = {
    **REFUSALS,
    201: ResponseSpec(OrderOut, generate_examples=False, description="Reserved."),
    202: ResponseSpec(OrderOut, generate_examples=False, description="Waiting in line."),
}


_PAID = {
    **REFUSALS,
    202: ResponseSpec(
        OrderOut, generate_examples=False, description="Nobody knows yet how the payment ends."
    ),
}


_NOT_PAID_BY_PAGE = (
    "payment_from_page",
    "a page cannot say that something was paid; a server's key can",
)


def trade(request: HttpRequest, scope: str) -> Trade:
    """Return the trade of the community that the key belongs to, if it has the scope."""
    who = principal(request)
    who.need(scope)
    found = communities(request.app.state)
    return found.of(who.community or found.only()).trade


async def _once(request: HttpRequest) -> Idempotency | None:
    """Return the idempotency key a request came with, scoped to its actor, path and query."""
    token = idempotency_key(request)
    if token is None:
        return None
    scope = request.scope
    claim = request_digest(principal(request), scope["path"], scope["query_string"], token)
    return Idempotency(claim, digest_of(await request.body()))


def _answer(reply: Reply | Answer) -> Response[bytes]:
    if isinstance(reply, Answer):
        return Response(reply.body, status_code=reply.status, media_type="application/json")
    body = msgspec.json.encode(reply.told)
    return Response(body, status_code=reply.status, media_type="application/json")


@post(
    "/v1/orders",
    opt=needs("orders", own_answers=True, **UNAUDITED),
    status_code=201,
    responses=_MADE,
)
async def post_order(request: HttpRequest, data: JSONBody[OrderIn]) -> Response[bytes]:
    """Order on the spot: distance decided here, stock set aside, price and commission frozen."""
    held = trade(request, "orders")
    _own(request, data.buyer, "buyer")
    return _answer(await held.order(data, await _once(request)))


@get("/v1/orders/{order_id:str}", opt=needs("orders"), responses=REFUSALS)
async def get_order(request: HttpRequest, order_id: PathId) -> OrderOut:
    """Read an order."""
    lists = use_cases.order_lists(trade(request, "orders"))
    return await off_loop(request, lists.order, order_id, principal(request).viewer)


@get("/v1/orders", opt=needs("orders"), responses=REFUSALS)
async def list_orders(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None, buyer: Buyer = None,
    shop_id: ShopId = None,
) -> OrderPage:  # fmt: skip
    """List orders, the newest first, of one buyer or shop if given."""
    page = ListPage(limit, cursor)
    held = trade(request, "orders")
    found = await off_loop(
        request, use_cases.order_lists(held).orders, page.fetch,
        made_after(held.community.secret, ORDER, page), buyer=_mine(request, buyer),
        shop=optional_name(shop_id, "shop_id"),
    )  # fmt: skip
    return OrderPage(*page.cut(found))


@post(
    "/v1/orders/{order_id:str}/pay",
    opt=needs("orders", who="server", refusal=_NOT_PAID_BY_PAGE, own_answers=True, **UNAUDITED),
    status_code=200,
    responses=_PAID,
)
async def pay_order(
    request: HttpRequest, order_id: PathId, data: JSONBody[PayIn]
) -> Response[OrderOut]:
    """Say that the buyer's money has been taken, or have a provider take it; a server's key alone may."""
    if not principal(request).server_side:
        raise ForbiddenError(*_NOT_PAID_BY_PAGE)
    held = trade(request, "orders")
    reply = await Payments(held).pay(named(order_id), data, await _once(request))
    return _answer(reply)  # type: ignore[return-value]


@post(
    "/v1/orders/{order_id:str}/fulfil",
    opt=needs("desk", own_answers=True),
    status_code=200,
    responses=REFUSALS,
)
async def fulfil_order(
    request: HttpRequest, order_id: PathId, staff_id: ByStaff = None
) -> OrderOut:
    """Hand an order over; merchant and house are paid."""
    moves, staff = _moves(request, "desk"), optional_name(staff_id, "staff_id")
    return _answer(await moves.fulfil(named(order_id), staff, await _once(request)))  # type: ignore[return-value]


@post(
    "/v1/orders/{order_id:str}/cancel",
    opt=needs("orders", own_answers=True),
    status_code=200,
    responses=REFUSALS,
)
async def cancel_order(request: HttpRequest, order_id: PathId) -> OrderOut:
    """Give an order up before it was fulfilled; a page only one that is not paid."""
    moves = _moves(request, "orders")
    return _answer(await moves.cancel(named(order_id), await _once(request)))  # type: ignore[return-value]


@post(
    "/v1/orders/{order_id:str}/refund",
    opt=needs("desk", own_answers=True),
    status_code=200,
    responses=REFUSALS,
)
async def refund_order(
    request: HttpRequest, order_id: PathId, data: JSONBody[RefundIn]
) -> OrderOut:
    """Refund part of an order or all that is left."""
    moves = _moves(request, "desk")
    return _answer(await moves.refund(named(order_id), data, await _once(request)))  # type: ignore[return-value]


@post(
    "/v1/vouchers/prepare",
    opt=needs("desk", own_answers=True, **UNAUDITED),
    status_code=200,
    responses=REFUSALS,
)
async def prepare_voucher(request: HttpRequest, data: JSONBody[PrepareIn]) -> VoucherOut:
    """Look at a voucher before it is redeemed; changes nothing."""
    return _answer(await trade(request, "desk").prepare(data))  # type: ignore[return-value]


@post(
    "/v1/vouchers/redeem", opt=needs("desk", own_answers=True), status_code=200, responses=REFUSALS
)
async def redeem_voucher(request: HttpRequest, data: JSONBody[RedeemIn]) -> RedemptionOut:
    """Redeem a voucher at the shop; again under its request_id changes nothing."""
    held = trade(request, "desk")
    return _answer(await held.redeem(data, await _once(request)))  # type: ignore[return-value]


@post(
    "/v1/vouchers/reverse", opt=needs("desk", own_answers=True), status_code=200, responses=REFUSALS
)
async def reverse_voucher(request: HttpRequest, data: JSONBody[ReverseIn]) -> RedemptionOut:
    """Take a redemption back within the hour."""
    held = trade(request, "desk")
    return _answer(await held.reverse(data, await _once(request)))  # type: ignore[return-value]


@post(
    "/v1/vouchers/{voucher_id:str}/short-code",
    opt=needs("orders", own_answers=True, **UNAUDITED),
    status_code=200,
    responses=REFUSALS,
)
async def show_short_code(request: HttpRequest, voucher_id: PathId) -> ShortCodeOut:
    """Show the short code under which a voucher is redeemed now; a page's viewer only their own voucher's."""
    trade_moves = trade(request, "orders")
    return _answer(await trade_moves.show_short_code(named(voucher_id), principal(request).viewer))  # type: ignore[return-value]


@get("/v1/vouchers", opt=needs("orders"), responses=REFUSALS)
async def list_vouchers(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None, buyer: Buyer = None,
    shop_id: ShopId = None, order_id: OrderId = None,
) -> VoucherPage:  # fmt: skip
    """List vouchers, the newest first; with their codes for one buyer."""
    page = ListPage(limit, cursor)
    held = trade(request, "orders")
    found = await off_loop(
        request, use_cases.order_lists(held).vouchers, page.fetch,
        made_after(held.community.secret, VOUCHER, page), buyer=_mine(request, buyer),
        shop=optional_name(shop_id, "shop_id"), order_id=order_id,
    )  # fmt: skip
    return VoucherPage(*page.cut(found))


@get("/v1/shops/{shop_id:str}/redemptions", opt=needs("desk"), responses=REFUSALS)
async def list_redemptions(
    request: HttpRequest, shop_id: PathId, first: First = None,
    last: Last = None, staff_id: StaffId = None,
) -> RedemptionList:  # fmt: skip
    """List what a shop redeemed, by day (both included) and by who did."""
    held = trade(request, "desk")
    begins, ends = _span(held, first, last)
    found = await off_loop(
        request, use_cases.order_lists(held).redemptions, named(shop_id), begins, ends,
        staff_id=optional_name(staff_id, "staff_id"),
    )  # fmt: skip
    return RedemptionList(found)


def _moves(request: HttpRequest, scope: str) -> OrderMoves:
    """Return what whoever asks may do to orders."""
    return OrderMoves(trade(request, scope), viewer=principal(request).viewer)


def _own(request: HttpRequest, person_id: str, field: str) -> None:
    viewer = principal(request).viewer
    if viewer is not None and person_id != viewer:
        raise ForbiddenError(
            "viewer_other", f"{field}: this session speaks for its own viewer only"
        )


def _mine(request: HttpRequest, buyer: str | None) -> str | None:
    """Return whose things are listed: a page's own viewer's whatever it asks."""
    viewer = principal(request).viewer
    return viewer if viewer is not None else optional_name(buyer, "buyer")


def _span(held: Trade, first: str | None, last: str | None) -> tuple[Instant, Instant]:
    """Return the instants between which two days lie, both included; today when left out."""
    days = held.community.days
    today = date(1970, 1, 1) + timedelta(days=days.of(held.now()))
    try:
        begins = today if first is None else date.fromisoformat(first)
        ends = begins if last is None and first is not None else today
        if last is not None:
            ends = date.fromisoformat(last)
        if begins > ends or ends.year >= 9999 or begins.year < 2:
            raise ValueError("from lies after to")  # noqa: TRY301  told as one with a date that is none
    except ValueError as error:
        problem = Problem("from", "and to are dates, in order")
        raise InvalidError("span_invalid", f"from {problem.problem}.", (problem,)) from error
    return Instant(days.starts(begins)), Instant(days.starts(ends + timedelta(days=1)))


ROUTES = [
    post_order, get_order, list_orders, pay_order, fulfil_order, cancel_order, refund_order,
    prepare_voucher, show_short_code, redeem_voucher, reverse_voucher, list_vouchers, list_redemptions,
]  # fmt: skip
