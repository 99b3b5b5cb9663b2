"""An advertiser's balance: what was paid in, set aside for campaigns and given back, from the ledger line by line."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Response, get

from lodestone.base.errors import InvalidError, UnknownError
from lodestone.console.advertiser.desk import ADVERTISER, Desk, desk, show
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.speech import MINUS
from lodestone.ledger.chart import advertiser as party_of
from lodestone.services import money_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.ledger.statement_days import days_of_statement
from lodestone.services.ledger.statements import AccountStatement, StatementLine, day_text

PATH: Final = "/advertiser/money"
_DAYS: Final = 30
_LINES_MAX: Final = 500
_BALANCE: Final = "advertiser_balance"
_REFUSALS: Final = refusals_of(ADVERTISER)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the balance."""

    what: str
    time: str
    change: str
    gain: bool
    balance: str


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_money(request: HttpRequest) -> Response[Any]:
    """Show what was paid in and where it went, the newest first."""
    here = await desk(request)
    today, asked, note = here.engine.money.today(), request.query_params, None
    try:
        first, last = days_of_statement(asked.get("from"), asked.get("to"), today, days=_DAYS)
        account = await off_loop(request, _read, here, first, last)
    except InvalidError:
        text = here.words.say(
            "Choose a first day that is not after the last, and at most 400 days."
        )
        note = Note(text, good=False)
        first, last = days_of_statement(None, None, today, days=_DAYS)
        account = await off_loop(request, _read, here, first, last)
    lines = [] if account is None else account.lines[::-1]
    context: dict[str, object] = {
        "summary": _summary(here), "rows": [_row(here, line) for line in lines[:_LINES_MAX]],
        "more": max(0, len(lines) - _LINES_MAX), "first": day_text(first), "last": day_text(last),
    }  # fmt: skip
    return show(request, here, "money", context, note=note, query={"from": day_text(first), "to": day_text(last)})  # fmt: skip


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


def _row(here: Desk, line: StatementLine) -> Row:
    change, exact = line.change.micros, here.speech.exact
    return Row(
        _what(here, line.transfer.code),
        here.speech.moment(datetime.fromisoformat(line.transfer.time), seconds=False),
        ("+" if change > 0 else MINUS) + exact(abs(change)), change > 0, exact(line.balance.micros),
    )  # fmt: skip


def _what(here: Desk, code: str) -> str:
    say = here.words.say
    return {
        "ad_deposit": say("Paid in"), "ad_lease": say("Set aside for a campaign"),
        "ad_lease_back": say("Given back by a campaign"), "ad_refund": say("Refunded: invalid traffic"),
        "escrow": say("Set aside for a creator's order"), "escrow_back": say("Given back by a creator's order"),
        "adjustment": say("An adjustment"), "correction": say("A correction"),
    }.get(code, code)  # fmt: skip


ROUTES: Final = [get_money]
