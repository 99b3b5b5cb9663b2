"""Which days the figures are of: so many up to today, or from one date to another; it stands in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from lodestone.base.errors import InvalidError, Problem
from lodestone.console.asking import HttpRequest
from lodestone.console.operator.figures import Filter, stamp_of
from lodestone.console.site import console
from lodestone.console.words import Words
from lodestone.insight.reports import SPAN_DAYS_MAX
from lodestone.services.community.community import Engine
from lodestone.services.ledger.statements import EPOCH

DAYS: Final = (7, 28, 90)
_DATE: Final = 10
"""Characters of a date such as 2026-03-01."""


@dataclass(frozen=True, slots=True)
class Picked:
    """What the address asks for, and what is shown."""

    filter: Filter
    days: str
    """The choice of the select; empty between two dates."""
    first: str
    """The date field's text, as typed where it was."""
    last: str
    wrong: str = ""
    """Why the dates could not be taken; the last seven days are shown."""

    def query(self, **more: str) -> str:
        """Return the query under which the same is shown again."""
        dates = {} if self.days else {"from": self.first, "to": self.last}
        fields = {"days": self.days, **dates, "domain": self.filter.domain or "", **more}
        return urlencode({name: value for name, value in fields.items() if value})


def picked(asked: Mapping[str, str], today: int, words: Words) -> Picked:
    """Read the filter from an address.

    Args:
        asked: Its query: `days`, or `from` and `to`, both included; `domain`.
        today: The community's day.
        words: In which a refusal of the dates is said.

    Raises:
        InvalidError: `span_invalid`: `days` is none of those offered.
    """
    domain, days = asked.get("domain") or None, asked.get("days", "")
    first, last = asked.get("from", ""), asked.get("to", "")
    if days and days not in map(str, DAYS):
        problem = Problem("days", f"must be one of {', '.join(map(str, DAYS))}")
        raise InvalidError("span_invalid", f"days {problem.problem}", (problem,))
    if days or not (first or last):
        count = int(days or DAYS[0])
        return Picked(Filter(count, domain), str(count), _text(today - count + 1), _text(today))
    begin, end = _day(first), _day(last) if last else today
    wrong = _wrong(begin, end, today, words)
    if wrong or begin is None or end is None:
        return Picked(Filter(DAYS[0], domain), "", first[:_DATE], last[:_DATE], wrong)
    shown = Filter(end - begin + 1, domain, None if end == today else end)
    return Picked(shown, "", first, last or _text(today))


def picked_of(request: HttpRequest, engine: Engine) -> Picked:
    """Read the filter of a request. Raises as `picked`."""
    words = console(request.app.state).words(request)
    return picked(request.query_params, stamp_of(engine)[2], words)


def _wrong(begin: int | None, end: int | None, today: int, words: Words) -> str:
    if begin is None or end is None:
        return words.say("Choose both days, such as 2026-03-01. The last seven days are shown.")
    if end < begin:
        return words.say(
            "The first day must not come after the last. The last seven days are shown."
        )
    if end > today:
        return words.say("The last day lies ahead. The last seven days are shown.")
    if end - begin >= SPAN_DAYS_MAX:
        return words.say(
            "At most {n} days at once. The last seven days are shown.", {"n": SPAN_DAYS_MAX}
        )
    return ""


def _day(text: str) -> int | None:
    if len(text) != _DATE:
        return None
    try:
        return (date.fromisoformat(text) - EPOCH).days
    except ValueError:
        return None


def _text(day: int) -> str:
    return str(EPOCH + timedelta(days=day))
