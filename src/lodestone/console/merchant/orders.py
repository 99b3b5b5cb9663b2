"""Orders at the desk: who waits, what may be done, money back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

from litestar import Response, get, post
from litestar.params import PathParameter

from lodestone.base.errors import ConflictError, GoneError, InvalidError, UnknownError
from lodestone.base.list_page import cut_one_more, one_more
from lodestone.base.money import MICROS_IN_ONE
from lodestone.base.wire import Money
from lodestone.commerce.life import OrderState
from lodestone.commerce.order import OrderOut, RefundIn
from lodestone.commerce.price import PRICE_MAX
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.goods import Goods
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
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE, FORM
from lodestone.services.commerce.order_moves import OrderMoves
from lodestone.services.support.ids import ORDER, number_of

PAGE: Final = 30
_TIMES: Final = "\u00d7"
_UNITS_MAX: Final = 1_000_000
_REFUSALS: Final = refusals_of(MERCHANT)
_WAITING: Final = ((OrderState.PAID,), ("pickup", "delivery"))
OrderId = Annotated[str, PathParameter(description="An order of the shop.")]
What = Annotated[str, PathParameter(description="`fulfil`, `cancel` or `refund`.")]


@dataclass(frozen=True, slots=True)
class Row:
    """One order as the desk shows it."""

    id: str
    short: str
    state: str
    state_name: str
    time: str
    lines: tuple[str, ...]
    way: str
    total: str
    refunded: str
    address: str
    note: str
    moves: tuple[str, ...]
    by_units: bool
    """It is refunded by unused times, not by an amount."""


@get("/merchant/orders", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_orders(request: HttpRequest) -> Response[Any]:
    """List the shop's orders: those that wait to be handed over, or all."""
    here = await desk(request)
    done = request.query_params.get("done", "")
    return await _page(request, here, note=await off_loop(request, _came_of, here, done))


@post(
    "/merchant/orders/{order_id:str}/{what:str}", opt=FORM, include_in_schema=False, status_code=200,
    exception_handlers=_REFUSALS,
)  # fmt: skip
async def move_order(request: HttpRequest, order_id: OrderId, what: What) -> Response[Any]:
    """Hand an order over, cancel it, or give money back."""
    here, fields = await sent(request)
    try:
        await _move(here, order_id, what, fields)
    except (ConflictError, UnknownError, InvalidError, GoneError) as error:
        return await _page(request, here, note=refused(here, error))
    return onward("/merchant/orders", here, done=order_id, **_shown(fields))


async def _move(here: Desk, order_id: str, what: str, fields: dict[str, str]) -> None:
    """Move an order of this shop; another shop's is not there."""
    moves = OrderMoves(here.engine.trade, shop=here.shop.id)
    if what == "fulfil":
        await moves.fulfil(order_id, None, None)
        return
    here.need_manager()
    if what == "cancel":
        await moves.cancel(order_id, None)
    elif what == "refund":
        await moves.refund(order_id, _refund(here, fields), None)
    else:
        raise UnknownError("move_unknown", f"nothing here is called {what!r}")


def _refund(here: Desk, fields: dict[str, str]) -> RefundIn:
    units, amount = fields.get("units", ""), fields.get("amount", "")
    request_id = word_of(fields, "request")
    money = _amount(here, amount) if amount.strip() else None
    times = whole(units, 1, _UNITS_MAX) if units.strip() and money is None else None
    return RefundIn(request_id=request_id, amount=money, units=times)


def _amount(here: Desk, text: str) -> Money:
    """Read an amount as people write it. Raises InvalidError `amount_invalid`."""
    plain = text.strip().replace("\uff0e", ".").removeprefix("¥").removeprefix("\uffe5")
    try:
        micros = Decimal(plain) * MICROS_IN_ONE if len(plain) <= 24 else Decimal("NaN")
    except InvalidOperation:
        micros = Decimal("NaN")
    if (
        not micros.is_finite()
        or micros != micros.to_integral_value()
        or not 0 < micros <= PRICE_MAX
    ):
        raise InvalidError("amount_invalid", f"{text!r} is no amount")
    return Money(int(micros), here.speech.currency)


def _shown(fields: dict[str, str]) -> dict[str, str]:
    return {"show": "all"} if fields.get("show") == "all" else {}


async def _page(request: HttpRequest, here: Desk, *, note: Note | None = None) -> Response[Any]:
    asked = request.query_params
    everything = asked.get("show") == "all"
    states, ways = ((), ()) if everything else _WAITING
    before, secret = asked.get("before"), here.engine.community.secret
    found = await off_loop(
        request, use_cases.order_lists(here.engine.trade).orders, one_more(PAGE),
        None if before is None else number_of(ORDER, secret, before), shop=here.shop.id, states=states,
        ways=ways,
    )  # fmt: skip
    page, last = cut_one_more(found, PAGE)
    goods = await off_loop(request, Goods.of_orders, here.engine, page)
    rows = [_row(here, goods.order(order)) for order in page]
    return show(
        request, here, "orders",
        {
            "rows": rows, "everything": everything, "summary": _summary(here, rows, everything),
            "before": None if last is None else last.id,
        },
        note=note,
    )  # fmt: skip


def _summary(here: Desk, rows: list[Row], everything: bool) -> str:  # noqa: FBT001  what is listed
    if everything:
        return here.words.say("All orders, the newest first")
    if not rows:
        return here.words.say("Nobody waits for anything")
    return here.words.count("{n} order waits to be handed over", "{n} orders wait to be handed over", len(rows)) + here.words.say(".")  # fmt: skip


def _row(here: Desk, order: OrderOut) -> Row:
    to = order.address
    return Row(
        id=order.id, short=order.id[-6:].upper(), state=order.state,
        state_name=state_name(here, order.state),
        time=here.speech.moment(datetime.fromisoformat(order.created_at), seconds=False),
        lines=tuple(
            " · ".join(
                part
                for part in (f"{line.quantity} {_TIMES} {line.name}", here.speech.day(line.date) if line.date else "")
                if part
            )
            for line in order.lines
        ),
        way=_way(here, order.fulfilment), total=here.money(order.total.micros),
        refunded=here.money(order.refunded.micros) if order.refunded.micros else "",
        address=", ".join(part for part in (to.text, to.name, to.phone) if part) if to else "",
        note=_until(here, order), moves=_moves(here, order),
        by_units=order.fulfilment == "redeem",
    )  # fmt: skip


def _moves(here: Desk, order: OrderOut) -> tuple[str, ...]:
    """Return what this person may do to an order next; what nobody has paid for is the buyer's."""
    mine = ("fulfil", "cancel", "refund") if here.manager else ("fulfil",)
    if order.state in ("reserved", "waiting"):
        return ()
    # Of vouchers only unused times go back, and an order that is done has none left.
    used = order.fulfilment == "redeem" and order.state != "paid"
    return tuple(move for move in order.moves if move in mine and not (used and move == "refund"))


def _until(here: Desk, order: OrderOut) -> str:
    if order.expires_at is None:
        return ""
    until = here.speech.moment(datetime.fromisoformat(order.expires_at), seconds=False)
    if order.state == "paid":
        return here.words.say("Hand it over by {time}; then the money goes back.", {"time": until})
    return here.words.say("Held until {time}.", {"time": until})


def _way(here: Desk, way: str) -> str:
    say = here.words.say
    return {
        "redeem": say("redeemed in the shop"), "pickup": say("picked up"), "delivery": say("delivered"),
    }[way]  # fmt: skip


def state_name(here: Desk, state: str) -> str:
    """Name where an order stands."""
    say = here.words.say
    return {
        "waiting": say("In line"), "reserved": say("Reserved"), "paid": say("Paid"), "fulfilled": say("Done"),
        "refunded_in_part": say("Refunded in part"), "refunded": say("Refunded"), "cancelled": say("Cancelled"),
        "expired": say("Run out"),
    }[state]  # fmt: skip


def _came_of(here: Desk, order_id: str) -> Note | None:
    """Tell where an order stands that a form has just moved."""
    try:
        order = use_cases.order_lists(here.engine.trade).order(order_id)
    except UnknownError:
        return None
    if order.shop_id != here.shop.id:
        return None
    told = {"short": order.id[-6:].upper(), "state": state_name(here, order.state)}
    return Note(here.words.say("Order {short} stands at “{state}” now.", told), good=True)


ROUTES: Final = [get_orders, move_order]
