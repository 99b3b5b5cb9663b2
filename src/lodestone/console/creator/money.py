"""A creator's money: what they have earned and been paid out, from the ledger line by line, each with its order."""

from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get

from lodestone.base.errors import InvalidError, UnknownError
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.assignments.said import moment
from lodestone.console.creator.desk import CREATOR, Desk, desk, show
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import Note
from lodestone.console.speech import MINUS
from lodestone.services import money_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.ledger.statement_days import days_of_statement
from lodestone.services.ledger.statements import AccountStatement, StatementLine, day_text
from lodestone.services.support.ids import ASSIGNMENT

PATH: Final = "/creator/money"
_DAYS: Final = 30
_LINES_MAX: Final = 500
_PAYABLE: Final = "creator_payable"
_OTHERS: Final = ("creator_held", "creator_receivable")
_REFUSALS: Final = refusals_of(CREATOR)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of what was earned."""

    what: str
    time: str
    change: str
    gain: bool
    balance: str
    order_id: str
    """The order that it is of; empty of what is of none."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is shown of a creator's accounts."""

    payable: AccountStatement | None
    """None before the first earning."""
    others: tuple[AccountStatement, ...]
    """What is not payable yet, and what is owed."""


@get(PATH, opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_money(request: HttpRequest) -> Response[Any]:
    """Show what was earned and paid out, the newest first."""
    here = await desk(request)
    today, asked, note = here.engine.money.today(), request.query_params, None
    try:
        first, last = days_of_statement(asked.get("from"), asked.get("to"), today, days=_DAYS)
        statement = await off_loop(request, _read, here, first, last)
    except InvalidError:
        text = here.words.say(
            "Choose a first day that is not after the last, and at most 400 days."
        )
        note = Note(text, good=False)
        first, last = days_of_statement(None, None, today, days=_DAYS)
        statement = await off_loop(request, _read, here, first, last)
    lines = [] if statement.payable is None else statement.payable.lines[::-1]
    context: dict[str, object] = {
        "summary": _summary(here, statement), "rows": [_row(here, line) for line in lines[:_LINES_MAX]],
        "others": [(_name(here, account.kind), here.speech.exact(account.closing.micros)) for account in statement.others if account.closing.micros],
        "more": max(0, len(lines) - _LINES_MAX), "first": day_text(first), "last": day_text(last),
    }  # fmt: skip
    days = {"from": day_text(first), "to": day_text(last)}
    return show(request, here, "money", context, note=note, query=days)


def _read(here: Desk, first: int, last: int) -> Statement:
    """Read the accounts; in a thread. Raises InvalidError for days out of order."""
    try:
        book = money_cases.books(here.engine)
        accounts = book.statement(f"person:{here.person_id}", first, last).accounts
    except UnknownError:
        return Statement(None, ())
    by_kind = {account.kind: account for account in accounts}
    others = tuple(by_kind[kind] for kind in _OTHERS if kind in by_kind)
    return Statement(by_kind.get(_PAYABLE), others)


def _summary(here: Desk, statement: Statement) -> str:
    """Answer what a creator comes with: how much is theirs."""
    if statement.payable is None:
        return here.words.say("Nothing is earned yet")
    amount = here.speech.exact(statement.payable.closing.micros)
    return here.words.say("{amount} is earned and not paid out yet", {"amount": amount})


def _row(here: Desk, line: StatementLine) -> Row:
    change, exact, external = line.change.micros, here.speech.exact, line.transfer.external or ""
    return Row(
        _what(here, line.transfer.code),
        moment(here.speech, line.transfer.time),
        ("+" if change > 0 else MINUS) + exact(abs(change)), change > 0, exact(line.balance.micros),
        external if external.startswith(ASSIGNMENT) else "",
    )  # fmt: skip


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
