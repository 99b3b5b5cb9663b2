"""The shop's statement, payouts and orders as files that a spreadsheet or a bank's program opens."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from litestar import Response, get

from lodestone.base.clock import Instant
from lodestone.console.asking import HttpRequest
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import MERCHANT, Desk, desk
from lodestone.console.site import HEADERS
from lodestone.ledger.chart import shop as party_of
from lodestone.services import money_cases, use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.commerce.orders_file import orders_file
from lodestone.services.ledger.statement_days import days_of_statement
from lodestone.services.ledger.statement_file import party_payouts_file, statement_file
from lodestone.services.ledger.statements import EPOCH, day_text, require_span
from lodestone.services.support.spreadsheet import attachment

LAST_DAY: Final = (date(9998, 12, 31) - EPOCH).days
"""The last day whose end the clock can show."""
_REFUSALS: Final = refusals_of(MERCHANT)


@get("/merchant/statement/file", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_statement_file(request: HttpRequest) -> Response[bytes]:
    """Fetch the shop's statement as CSV."""
    return await _file(request, "statement", _statement)


@get("/merchant/payouts/file", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_payouts_file(request: HttpRequest) -> Response[bytes]:
    """Fetch the shop's payouts as CSV."""
    return await _file(request, "payouts", _payouts)


@get("/merchant/orders/file", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_orders_file(request: HttpRequest) -> Response[bytes]:
    """Fetch the shop's orders as CSV."""
    return await _file(request, "orders", _orders)


async def _file(request: HttpRequest, name: str, read: Callable[..., bytes]) -> Response[bytes]:
    """Answer with a file of days, both included; with a mark of UTF-8 for spreadsheets on request.

    Raises:
        ForbiddenError: A clerk asks.
        InvalidError: The days are none, or out of order.
    """
    here = await desk(request)
    here.need_manager()
    asked = request.query_params
    first, last = days_of_statement(asked.get("from"), asked.get("to"), here.engine.money.today())
    body = await use_cases.threads(here.engine).long(
        read, here, first, last, bom=asked.get("bom") == "1"
    )
    saved = attachment(f"{name}-{here.shop.id}-{day_text(first)}-{day_text(last)}.csv")
    return Response(body, media_type="text/csv", headers={**HEADERS, "content-disposition": saved})


def _statement(here: Desk, first: int, last: int, *, bom: bool) -> bytes:
    statement = money_cases.books(here.engine).statement(party_of(here.shop.id), first, last)
    return statement_file(statement, bom=bom)


def _orders(here: Desk, first: int, last: int, *, bom: bool) -> bytes:
    require_span(first, min(last, LAST_DAY))
    days, lists = here.engine.community.days, use_cases.order_lists(here.engine.trade)
    begins, ends = (
        Instant(days.starts(EPOCH + timedelta(days=day)))
        for day in (first, min(last, LAST_DAY) + 1)
    )
    return orders_file(lists.orders_of_days(here.shop.id, begins, ends), bom=bom)


def _payouts(here: Desk, first: int, last: int, *, bom: bool) -> bytes:
    money, party = here.engine.money, party_of(here.shop.id)
    payouts = money.store.payouts(money.community)
    return party_payouts_file(
        (payout for payout in payouts if payout.party == party and first <= payout.period <= last),
        bom=bom,
    )


ROUTES: Final = [get_statement_file, get_payouts_file, get_orders_file]
