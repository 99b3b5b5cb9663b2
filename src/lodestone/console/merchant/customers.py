"""Customers at the desk: how many are new, come again, lapse or are lost, and what each bought."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get

from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import MERCHANT, Desk, desk, show
from lodestone.services import use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.commerce.customers import (
    KINDS,
    LAPSING_DAYS,
    LOST_DAYS,
    Customer,
    KindSum,
    sums_of,
)

_ROWS_MAX: Final = 200
_REFUSALS: Final = refusals_of(MERCHANT)


@dataclass(frozen=True, slots=True)
class Row:
    """One customer in the table."""

    pseudonym: str
    kind: str
    orders: int
    spent: str
    last: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of customer with its figures."""

    kind: str
    name: str
    meaning: str
    customers: int
    orders: int
    spent: str


@get("/merchant/customers", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_customers(request: HttpRequest) -> Response[Any]:
    """Show who buys here, all of them or one kind."""
    here = await desk(request)
    here.need_manager()
    kind = request.query_params.get("kind", "")
    customers = await off_loop(request, use_cases.customers(here.engine).of_shop, here.shop.id)
    shown = [customer for customer in customers if kind not in KINDS or customer.kind == kind]
    sums = sums_of(customers)
    context: dict[str, object] = {
        "summary": _summary(here, sums), "figures": [_figure(here, kind_sum) for kind_sum in sums],
        "rows": [_row(here, customer) for customer in shown[:_ROWS_MAX]], "kind": kind if kind in KINDS else "",
        "more": max(0, len(shown) - _ROWS_MAX),
    }  # fmt: skip
    return show(request, here, "customers", context)


def _summary(here: Desk, sums: list[KindSum]) -> str:
    words, by_kind = here.words, {kind_sum.kind: kind_sum.customers for kind_sum in sums}
    present = by_kind["new"] + by_kind["again"]
    if not sum(by_kind.values()):
        return words.say("Whoever buys here will appear here.")
    came = words.count(
        "{n} person bought here in the last {days} days", "{n} people bought here in the last {days} days",
        present, {"days": LAPSING_DAYS},
    )  # fmt: skip
    again = words.count(
        "{n} of them more than once", "{n} of them more than once", by_kind["again"]
    )
    return came + words.say("; ") + again + words.say(".")


def _figure(here: Desk, kind_sum: KindSum) -> Figure:
    return Figure(
        kind_sum.kind, kind_name(here, kind_sum.kind), _meaning(here, kind_sum.kind), kind_sum.customers, kind_sum.orders,
        here.money(kind_sum.spent),
    )  # fmt: skip


def _row(here: Desk, customer: Customer) -> Row:
    last = f"{here.speech.local(customer.last):%Y-%m-%d}"
    return Row(
        customer.pseudonym,
        kind_name(here, customer.kind),
        customer.orders,
        here.money(customer.spent),
        here.speech.day(last),
    )


def kind_name(here: Desk, kind: str) -> str:
    """Name a kind of customer."""
    say = here.words.say
    return {
        "new": say("new"), "again": say("again"), "lapsing": say("lapsing"), "lost": say("lost"),
    }[kind]  # fmt: skip


def _meaning(here: Desk, kind: str) -> str:
    say, days = here.words.say, {"lapsing": LAPSING_DAYS, "lost": LOST_DAYS}
    return {
        "new": say("bought once, within {lapsing} days", days),
        "again": say("bought at least twice, the last within {lapsing} days", days),
        "lapsing": say("last bought {lapsing} to {lost} days ago", days),
        "lost": say("last bought {lost} days ago or earlier", days),
    }[kind]


ROUTES: Final = [get_customers]
