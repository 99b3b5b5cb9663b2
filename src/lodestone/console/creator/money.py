"""A creator's money: what they have earned and been paid out, from the ledger line by line, each with its order."""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from litestar import Response, get

from lodestone.base.errors import UnknownError
from lodestone.console.account_lines import Line, days_read, line_shown
from lodestone.console.asking import HttpRequest
from lodestone.console.creator.desk import CREATOR, Desk, desk, show
from lodestone.console.logging_in import refusals_of
from lodestone.services import money_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.ledger.statements import StatementLine
from lodestone.services.support.ids import ASSIGNMENT

PATH: Final = "/creator/money"
_LINES_MAX: Final = 500
_PAYABLE: Final = "creator_payable"
_OTHERS: Final = ("creator_held", "creator_receivable")
_REFUSALS: Final = refusals_of(CREATOR)


@dataclass(frozen=True, slots=True)
class Statement:
    """What is shown of a creator's accounts."""

    lines: list[StatementLine]
    """Of what is payable, on the days that were asked for."""
    balances: dict[str, int]
    """Micros at present, by kind of account; of no account before its first transfer."""


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_money(request: HttpRequest) -> Response[Any]:
    """Show what was earned and paid out, the newest first."""
    here = await desk(request)
    days = await days_read(request, here.speech, here.engine.money.today(), partial(_read, here))
    statement = days.read
    lines = statement.lines[::-1]
    context: dict[str, object] = {
        "summary": _summary(here, statement), "rows": [_row(here, line) for line in lines[:_LINES_MAX]],
        "others": [(_name(here, kind), here.speech.exact(statement.balances[kind])) for kind in _OTHERS if statement.balances.get(kind)],
        "more": max(0, len(lines) - _LINES_MAX), "first": days.first, "last": days.last,
    }  # fmt: skip
    return show(request, here, "money", context, note=days.note, query={"from": days.first, "to": days.last})  # fmt: skip


def _read(here: Desk, first: int, last: int) -> Statement:
    """Read the accounts; in a thread. Raises InvalidError for days out of order."""
    book, party = money_cases.books(here.engine), f"person:{here.person_id}"
    try:
        accounts = book.statement(party, first, last).accounts
    except UnknownError:
        return Statement([], {})
    payable = [line for account in accounts if account.kind == _PAYABLE for line in account.lines]
    return Statement(
        payable, {account.kind: account.balance.micros for account in book.accounts(party)}
    )


def _summary(here: Desk, statement: Statement) -> str:
    """Answer what a creator comes with: how much is theirs."""
    if _PAYABLE not in statement.balances:
        return here.words.say("Nothing is earned yet")
    amount = here.speech.exact(statement.balances[_PAYABLE])
    return here.words.say("{amount} is earned and not paid out yet", {"amount": amount})


def _row(here: Desk, line: StatementLine) -> Line:
    external = line.transfer.external or ""
    order_id = external if external.startswith(ASSIGNMENT) else ""
    return line_shown(here.speech, line, _what(here, line.transfer.code), order_id)


def _what(here: Desk, code: str) -> str:
    say = here.words.say
    return {
        "creator_earned": say("Earned"), "escrow_adjusted": say("Heard late, or found not to count"),
        "payout": say("Paid out"), "payout_back": say("A payout came back"),
        "payout_reversed": say("A payout was taken back by the provider"), "boost": say("A boost was bought"),
        "boost_back": say("Given back by a boost"), "debt_settled": say("Set against what you owe"),
        "adjustment": say("An adjustment"), "correction": say("A correction"),
    }.get(code, code)  # fmt: skip


def _name(here: Desk, kind: str) -> str:
    say = here.words.say
    return {
        "creator_held": say("Your part of ads, not payable yet"),
        "creator_receivable": say("What you owe of ads whose traffic was invalid"),
    }[kind]


ROUTES: Final = [get_money]
