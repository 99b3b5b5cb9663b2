"""An advertiser's balance: what was paid in, set aside for campaigns and given back, from the ledger line by line."""

from functools import partial
from typing import Any, Final

from litestar import Response, get

from lodestone.base.errors import UnknownError
from lodestone.console.account_lines import days_read, line_shown
from lodestone.console.advertiser.desk import ADVERTISER, Desk, desk, show
from lodestone.console.asking import HttpRequest
from lodestone.console.logging_in import refusals_of
from lodestone.ledger.chart import advertiser as party_of
from lodestone.services import money_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.ledger.statements import AccountStatement

PATH: Final = "/advertiser/money"
_LINES_MAX: Final = 500
_BALANCE: Final = "advertiser_balance"
_REFUSALS: Final = refusals_of(ADVERTISER)


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_money(request: HttpRequest) -> Response[Any]:
    """Show what was paid in and where it went, the newest first."""
    here = await desk(request)
    days = await days_read(request, here.speech, here.engine.money.today(), partial(_read, here))
    lines = [] if days.read is None else days.read.lines[::-1]
    context: dict[str, object] = {
        "summary": _summary(here), "rows": [line_shown(here.speech, line, _what(here, line.transfer.code)) for line in lines[:_LINES_MAX]],
        "more": max(0, len(lines) - _LINES_MAX), "first": days.first, "last": days.last,
    }  # fmt: skip
    return show(request, here, "money", context, note=days.note, query={"from": days.first, "to": days.last})  # fmt: skip


def _read(here: Desk, first: int, last: int) -> AccountStatement | None:
    """Read the account of the balance; None while nothing was paid in. Raises InvalidError for days out of order."""
    if here.chosen is None:
        return None
    try:
        statement = money_cases.books(here.engine).statement(party_of(here.chosen.id), first, last)
    except UnknownError:
        return None
    return next((account for account in statement.accounts if account.kind == _BALANCE), None)


def _summary(here: Desk) -> str:
    """Answer what an advertiser comes with: how much is left."""
    if here.chosen is None:
        return here.words.say("Nothing is advertised yet")
    micros = here.chosen.balance.micros
    if not micros:
        return here.words.say("The balance is empty: campaigns run on what is paid in")
    return here.words.say("{amount} is left on the balance", {"amount": here.speech.exact(micros)})


def _what(here: Desk, code: str) -> str:
    say = here.words.say
    return {
        "ad_deposit": say("Paid in"), "ad_lease": say("Set aside for a campaign"),
        "ad_lease_back": say("Given back by a campaign"), "ad_refund": say("Refunded: invalid traffic"),
        "escrow": say("Set aside for a creator's order"), "escrow_back": say("Given back by a creator's order"),
        "adjustment": say("An adjustment"), "correction": say("A correction"),
    }.get(code, code)  # fmt: skip


ROUTES: Final = [get_money]
