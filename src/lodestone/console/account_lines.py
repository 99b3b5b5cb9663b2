"""An account at a desk, line by line: of which days it is asked, and how a line is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Generic, TypeVar

from lodestone.base.errors import InvalidError
from lodestone.console.asking import HttpRequest, off_loop
from lodestone.console.merchant.desk import Note
from lodestone.console.speech import MINUS, Speech
from lodestone.services.ledger.statement_days import days_of_statement
from lodestone.services.ledger.statements import StatementLine, day_text

_DAYS: Final = 30
Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class AccountDays(Generic[Read]):
    """What was read of some days, both included."""

    read: Read
    first: str
    last: str
    note: Note | None
    """Why the days that were asked for could not be taken; the last thirty are read then."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an account."""

    what: str
    time: str
    change: str
    gain: bool
    balance: str
    """After it."""
    order_id: str
    """The creator's order that it leads to, empty where it leads to none."""


async def days_read(
    request: HttpRequest, speech: Speech, today: int, read: Callable[[int, int], Read]
) -> AccountDays[Read]:
    """Read an account for the days that stand in the address, without any for the last thirty.

    Args:
        request: The request.
        speech: The reader's.
        today: The community's day.
        read: Reads from one day to another, both included, in a thread; may raise InvalidError.
    """
    asked, note = request.query_params, None
    try:
        first, last = days_of_statement(asked.get("from"), asked.get("to"), today, days=_DAYS)
        account = await off_loop(request, read, first, last)
    except InvalidError:
        text = speech.words.say(
            "Choose a first day that is not after the last, and at most 400 days."
        )
        note = Note(text, good=False)
        first, last = days_of_statement(None, None, today, days=_DAYS)
        account = await off_loop(request, read, first, last)
    return AccountDays(account, day_text(first), day_text(last), note)


def line_shown(speech: Speech, line: StatementLine, what: str, order_id: str = "") -> Line:
    """Write a line of an account; what: what it is for."""
    change = line.change.micros
    return Line(
        what, speech.moment(datetime.fromisoformat(line.transfer.time), seconds=False),
        ("+" if change > 0 else MINUS) + speech.exact(abs(change)), change > 0, speech.exact(line.balance.micros), order_id,
    )  # fmt: skip
