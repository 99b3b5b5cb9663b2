"""Times as Gorse's clients write them: RFC 3339, numbers since the epoch, and the many forms that Gorse reads.

Gorse leaves reading to a lenient parser of its language; `dateutil` reads nearly all of the same forms. What both
leave open is settled as Gorse settles it: month before day, UTC where no zone is said, the first where a month or a
day is missing.
"""

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

from dateutil import parser, tz

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.wire import INSTANT_MAX, INSTANT_MIN, instant_of

UNSET: Final = "0001-01-01T00:00:00"
"""How Go's time that was never set begins."""
_LENGTH_MAX: Final = 64
_EPOCH_UNITS: Final = {9: SECOND_MICROS, 10: SECOND_MICROS, 13: 1_000, 16: 1}
"""Microseconds a unit, by how many digits a number of them has today."""
_NANOS: Final = 19
_COMPACT: Final = {4: "%Y", 8: "%Y%m%d", 14: "%Y%m%d%H%M%S"}
_REWRITTEN: Final = (
    (re.compile(r"\s+m=[+-][\d.]+$"), ""),  # Go's monotonic reading
    (re.compile(r"\s*\([^)]*\)$"), ""),  # a zone's name beside its offset
    (re.compile(r"([+-]\d{2}:?\d{2})\s+(?:[A-Z]{2,5}|[+-]\d{2}(?::?\d{2})?)$"), r"\1"),  # the same
    (re.compile(r"\b[A-Z]{1,5}(?=[+-]\d{2})"), ""),
    (re.compile(r"(\d{1,4})年(\d{1,2})月(\d{1,2})日"), r"\1-\2-\3"),
    (re.compile(r"^(\d{4}):(\d{1,2}):(\d{1,2})(?=\s|$)"), r"\1-\2-\3"),
    (re.compile(r"(:\d{2}):(\d{3})(?=\D|$)"), r"\1.\2"),  # milliseconds behind a colon
    (re.compile(r"^(\d{4})\.(\d{1,2})\.(\d{1,2})(?=\s|$)"), r"\1-\2-\3"),
    (re.compile(r"^(\d{4})\.(\d{1,2})$"), r"\1-\2"),
    (re.compile(r"^(\d{4}-\d{2}-\d{2})([+-]\d{2}:?\d{2})$"), r"\1 00:00\2"),
    (re.compile(r"^(\d{2})(\d{2})(\d{2})(?= \d{2}:)"), r"20\1-\2-\3"),
    (re.compile(r"^(\d{1,2}/[A-Za-z]{3}/\d{4}):"), r"\1 "),
)
_YEARS: Final = (datetime(2000, 1, 1), datetime(2004, 1, 1))  # noqa: DTZ001  only what the text leaves out
_BETWEEN: Final = ("", " ", "T")
_CENTURY_TURNS: Final = 69


class _Rules(parser.parserinfo):
    """Reads a year of two digits as Go does, whatever year it is now: 69 is 1969, 68 is 2068."""

    def convertyear(self, year: int, century_specified: bool = False) -> int:  # noqa: FBT001, FBT002  dateutil's own
        if year >= 100 or century_specified:
            return year
        return year + (1900 if year >= _CENTURY_TURNS else 2000)


_PARSER: Final = parser.parser(_Rules())


def read_time(text: str) -> Instant | None:
    """Read a time in one of Gorse's forms.

    Args:
        text: As sent; not empty.

    Returns:
        The instant, or None when the text is no time, lacks a year, or names a day there never was.

    >>> read_time("1332151919") == read_time("2012-03-19 10:11:59")
    True
    >>> read_time("tea") is None
    True
    """
    text = text.strip()
    if not text or len(text) > _LENGTH_MAX or not text.isprintable():
        return None
    if text.isascii() and text.isdigit():
        return _of_digits(text)
    try:
        # Python takes any character between day and hour, a sign too.
        return _instant(datetime.fromisoformat(text)) if text[10:11] in _BETWEEN else _lenient(text)
    except (ValueError, OverflowError):
        return _lenient(text)


def _lenient(text: str) -> Instant | None:
    """Read what is not ISO 8601, at some tenth of a millisecond."""
    for pattern, written in _REWRITTEN:
        text = pattern.sub(written, text)
    try:
        times = [
            _instant(_PARSER.parse(text, default=default, tzinfos=_zone)) for default in _YEARS
        ]
    except (ValueError, OverflowError):
        return None
    # What changes with the default was not said: a time without its year is no time.
    return times[0] if times[0] == times[1] else None


def _of_digits(text: str) -> Instant | None:
    if len(text) == _NANOS:
        return Instant(int(text) // 1_000)
    unit = _EPOCH_UNITS.get(len(text))
    if unit is not None:
        return Instant(int(text) * unit)
    form = _COMPACT.get(len(text))
    if form is None:
        return None
    try:
        return _instant(datetime.strptime(text, form))  # noqa: DTZ007  UTC is said below
    except ValueError:
        return None


def _zone(name: str | None, offset: int | None) -> tzinfo:
    """Say which zone a text names: an offset counts, a name alone is taken for UTC, as Gorse does."""
    return tz.UTC if offset is None else tz.tzoffset(name, offset)


def _instant(time: datetime) -> Instant:
    """Return a time's instant, UTC where it says no zone. Raises ValueError outside the years 1 to 9999."""
    at = instant_of(time if time.tzinfo else time.replace(tzinfo=UTC))
    if not INSTANT_MIN <= at <= INSTANT_MAX:
        raise ValueError(time)
    return at
