"""Routes of payments: what providers are asked for orders, how it ended, what is owed to buyers."""

from typing import Annotated, Literal

import msgspec
from litestar import get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from lodestone.base.list_page import ListPage
from lodestone.commerce.payment import (
    PaymentKind,
    PaymentOut,
    PaymentResult,
    PaymentStand,
    SendIn,
)
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    Limit,
    made_after,
    made_ids,
    off_loop,
)
from lodestone.serve.v1.orders import OrderId, trade
from lodestone.services import use_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.commerce import PaymentFilter
from lodestone.services.commerce.payments import Payments, payment_out
from lodestone.services.support.ids import PAYMENT

SCOPE = "money"
PathPayment = Annotated[
    str,
    PathParameter(description="`pmt_` and 32 hexadecimal digits.", schema_extra=made_ids("pmt_")),
]
Provider = Annotated[str | None, QueryParameter(max_length=64, description="Only this provider's.")]
Kind = Annotated[
    Literal["charge", "refund", "release"] | None, QueryParameter(description="Only these.")
]
Standing = Annotated[
    Literal["ordered", "sent", "unknown", "paid", "declined", "returned"] | None,
    QueryParameter(name="state", description="Only those that stand so."),
]


class PaymentPage(msgspec.Struct, frozen=True):
    """A page of payments, the oldest first."""

    data: list[PaymentOut]
    next_cursor: str | None


class PaymentList(msgspec.Struct, frozen=True):
    """Payments that a provider was asked about just now."""

    data: list[PaymentOut]


@get("/v1/payments", opt=needs(SCOPE), responses=REFUSALS)
async def list_payments(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None, order_id: OrderId = None,
    provider: Provider = None, kind: Kind = None, standing: Standing = None,
) -> PaymentPage:  # fmt: skip
    """List payments, the oldest first: of one order, one provider, one kind, in one state if given."""
    page = ListPage(limit, cursor)
    held = trade(request, SCOPE)
    lists = use_cases.order_lists(held)
    wanted = PaymentFilter(
        order=None if order_id is None else lists.number(order_id), provider=provider,
        kind=None if kind is None else PaymentKind[kind.upper()],
        states=() if standing is None else (PaymentStand[standing.upper()],),
    )  # fmt: skip
    found = await off_loop(
        request, lists.payments, wanted, page.fetch, made_after(held.community.secret, PAYMENT, page) or 0,
    )  # fmt: skip
    return PaymentPage(*page.cut(found))


@get("/v1/payments/{payment_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_payment(request: HttpRequest, payment_id: PathPayment) -> PaymentOut:
    """Read a payment."""
    held = trade(request, SCOPE)
    payment = await off_loop(request, Payments(held).payment, payment_id)
    return payment_out(held.community, payment)


@post("/v1/payments/{payment_id:str}/result", opt=needs(SCOPE), status_code=200, responses=REFUSALS)
async def post_payment_result(
    request: HttpRequest, payment_id: PathPayment, data: JSONBody[PaymentResult]
) -> PaymentOut:
    """Say how a payment ended, however late; the same again changes nothing."""
    held = trade(request, SCOPE)
    return payment_out(held.community, await Payments(held).result(payment_id, data))


@post("/v1/payments/send", opt=needs(SCOPE, **UNAUDITED), status_code=200, responses=REFUSALS)
async def send_payments(request: HttpRequest, data: JSONBody[SendIn]) -> PaymentList:
    """Ask a provider for everything owed to buyers, and how charges stand; again does no harm."""
    held = trade(request, SCOPE)
    asked = await Payments(held).send(data.provider)
    return PaymentList([payment_out(held.community, one) for one in asked])


ROUTES = [list_payments, get_payment, post_payment_result, send_payments]
