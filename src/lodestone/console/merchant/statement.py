"""The shop's statement, read from the ledger line by line."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from litestar import Response, get

from lodestone.base.errors import InvalidError, UnknownError
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.logging_in import refusals_of
from lodestone.console.merchant.desk import MERCHANT, Desk, desk, refused, show
from lodestone.ledger.chart import shop as party_of
from lodestone.services import money_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.ledger.shop_earnings import (
    PAYABLE,
    Earnings,
    EarningsLine,
    earnings_of,
)
from lodestone.services.ledger.statement_days import days_of_statement
from lodestone.services.ledger.statements import AccountStatement, StatementOut

_EPOCH: Final = date(1970, 1, 1)
_DAYS: Final = 7
_MINUS: Final = "\u2212"
_LINES_MAX: Final = 500
_SALES: Final = ("earned", "voucher_redeemed", "correction")
_FEES: Final = ("commission", "commission_back")
_REFUSALS: Final = refusals_of(MERCHANT)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the account of what the shop has earned."""

    time: str
    what: str
    about: str
    change: str
    gain: bool
    fee: bool
    """It is the commission of the line before it in time."""
    balance: str


@dataclass(frozen=True, slots=True)
class Sum:
    """What all lines of a kind come to."""

    name: str
    amount: str
    gain: bool


@dataclass(frozen=True, slots=True)
class Account:
    """Another account of the shop: what it means and what it holds."""

    name: str
    opening: str
    closing: str


@get("/merchant/statement", opt=ANYONE, include_in_schema=False, exception_handlers=_REFUSALS)
async def get_statement(request: HttpRequest) -> Response[Any]:
    """Show what the shop earned, was paid out and is owed, day by day."""
    here = await desk(request)
    here.need_manager()
    today, note = here.engine.money.today(), None
    asked = request.query_params
    try:
        first, last = days_of_statement(asked.get("from"), asked.get("to"), today, days=_DAYS)
        found = await off_loop(request, _read, here, first, last)
    except InvalidError as error:
        note = refused(here, error)
        first, last = days_of_statement(None, None, today, days=_DAYS)
        found = await off_loop(request, _read, here, first, last)
    begins, ends = (str(_EPOCH + timedelta(days=day)) for day in (first, last))
    told = {
        "first": begins, "last": ends, "first_day": here.speech.day(begins),
        "last_day": here.speech.day(ends), "account": found is not None, **_told(here, found),
    }  # fmt: skip
    return show(request, here, "statement", told, note=note)


def _read(here: Desk, first: int, last: int) -> StatementOut | None:
    """Read the statement; None while the shop has no account."""
    try:
        return money_cases.books(here.engine).statement(party_of(here.shop.id), first, last)
    except UnknownError:
        return None


def _told(here: Desk, found: StatementOut | None) -> dict[str, object]:
    accounts = [] if found is None else found.accounts
    earned = Earnings() if found is None else earnings_of(found)
    rows = [_row(here, line) for line in reversed(earned.lines)]
    others = [_account(here, account) for account in accounts if account.kind != PAYABLE]
    return {
        "rows": rows[:_LINES_MAX],
        "more": max(0, len(rows) - _LINES_MAX),
        "others": others,
        "opening": here.money(earned.opening),
        "closing": here.money(earned.closing),
        "sums": _sums(here, earned),
        "summary": _summary(here, found, earned),
    }


def _summary(here: Desk, statement: StatementOut | None, earned: Earnings) -> str:
    if statement is None or all(account.kind != PAYABLE for account in statement.accounts):
        return here.words.say("What the shop earns will appear here, line by line.")
    came = sum(line.change for line in earned.lines if line.code in _SALES)
    fee = sum(line.change for line in earned.lines if line.code in _FEES)
    amounts = {
        "came": here.money(came), "fee": here.money(-fee), "owed": here.money(earned.closing),
    }  # fmt: skip
    return here.words.say(
        "{came} was sold in these days, {fee} of it is the community's commission; {owed} is owed to the shop.",
        amounts,
    )


def _sums(here: Desk, earned: Earnings) -> list[Sum]:
    """Return the period by what it was for: what the lines of each kind come to."""
    return [
        Sum(_what(here, code), _signed(here, micros), micros > 0)
        for code, micros in earned.sums.items()
        if micros
    ]


def _row(here: Desk, line: EarningsLine) -> Row:
    return Row(
        time=here.speech.moment(datetime.fromisoformat(line.time), seconds=False),
        what=_what(here, line.code), about=line.external[-6:].upper(),
        change=_signed(here, line.change), gain=line.change > 0, fee=line.code in _FEES,
        balance=here.money(line.balance),
    )  # fmt: skip


def _signed(here: Desk, micros: int) -> str:
    return ("+" if micros > 0 else _MINUS) + here.money(abs(micros))


def _what(here: Desk, code: str) -> str:
    say = here.words.say
    return {
        "earned": say("An order was handed over"), "voucher_redeemed": say("A voucher was redeemed"),
        "commission": say("The community's commission"), "commission_back": say("Commission given back"),
        "refund": say("A refund"), "payout": say("Paid out"), "payout_back": say("A payout came back"),
        "correction": say("A correction"), "debt_settled": say("Set against what the shop owed"),
        "adjustment": say("An adjustment"),
    }.get(code, code)  # fmt: skip


def _account(here: Desk, one: AccountStatement) -> Account:
    say = here.words.say
    name = {
        "held_payments": say("Paid by buyers, not handed over yet"),
        "voucher_liability": say("Paid for vouchers, not redeemed yet"),
        "merchant_receivable": say("Owed by the shop after refunds"),
    }.get(one.kind, one.kind)
    return Account(name, here.money(one.opening.micros), here.money(one.closing.micros))


ROUTES: Final = [get_statement]
