"""How figures, days and names are written on the consoles: one way each, in the reader's language."""

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, get_day_names
from babel.numbers import get_currency_symbol

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.money import MICROS_IN_ONE, decimals, minor_unit
from lodestone.console.charts import Scale, Tick, number
from lodestone.console.words import Words

THIN: Final = "\u202f"
MINUS: Final = "\u2212"
_HOURS: Final = (1, 3, 6, 12, 24, 48, 168, 336, 720, 2160)
_TICKS_MAX: Final = 6


@dataclass(frozen=True, slots=True)
class Speech:
    """Says things about one community to one reader."""

    words: Words
    zone: ZoneInfo
    currency: str

    def money(self, micros: float) -> str:
        """Write an amount to three significant digits with its currency's sign."""
        return self.priced(number(micros / MICROS_IN_ONE))

    def exact(self, micros: int) -> str:
        """Write an amount to its smallest coin: at a desk nothing is rounded."""
        amount = Decimal(micros) / MICROS_IN_ONE
        if micros % minor_unit(self.currency):
            return self.priced(f"{amount.normalize():f}".replace("-", MINUS))
        language = "zh_CN" if self.words.language == "zh" else "en"
        pattern = copy(Locale.parse(language).currency_formats["standard"])
        pattern.frac_prec = (decimals(self.currency),) * 2
        text = str(pattern.apply(amount, language, currency=self.currency, currency_digits=False))
        symbol = get_currency_symbol(self.currency, language)
        return text.replace(symbol, currency_sign(self.currency, language))

    def priced(self, figure: str) -> str:
        """Put the currency's sign before a figure that is written already, behind its minus."""
        if not any(sign.isdigit() for sign in figure):
            return figure
        minus = MINUS if figure.startswith(MINUS) else ""
        apart = THIN if self.sign[-1].isalpha() else ""
        return f"{minus}{self.sign}{apart}{figure.removeprefix(minus)}"

    @property
    def sign(self) -> str:
        """Return the currency's sign."""
        return currency_sign(self.currency, self.words.language)

    def day(self, text: str) -> str:
        """Write a date such as 2026-03-04 without its year."""
        return _day(text, self.words.language)

    def weekday(self, number: int) -> str:
        """Name a day of the week; 0 is Monday."""
        return str(get_day_names("wide", locale=self.words.language)[number])

    def moment(self, instant: Instant | datetime, *, seconds: bool = True) -> str:
        """Write an instant in the community's zone: day and time."""
        there = self.local(instant)
        clock = f"{there:%H:%M:%S}" if seconds else f"{there:%H:%M}"
        return f"{self.day(f'{there:%Y-%m-%d}')} {clock}"

    def local(self, instant: Instant | datetime) -> datetime:
        """Return an instant as the community's clocks show it."""
        if not isinstance(instant, datetime):
            instant = datetime.fromtimestamp(instant / SECOND_MICROS, UTC)
        return instant.astimezone(self.zone)

    def time_ticks(self, first: datetime, last: datetime, x: Scale) -> tuple[Tick, ...]:
        """Label an axis of time at round hours or days; `x` maps seconds since the epoch."""
        hours = max((last - first) / timedelta(hours=1), 0.01)
        every = next((step for step in _HOURS if hours / step <= _TICKS_MAX), _HOURS[-1])
        start = self.local(first).replace(hour=0, minute=0, second=0, microsecond=0)
        found: list[datetime] = []
        at = start
        while at <= last:
            if at >= first:
                found.append(at)
            at += timedelta(hours=every)
        if not found:
            found = [first]
        return tuple(
            Tick(x(at.timestamp()), self._at(at, days=every >= 24), minor=index % 2 == 1)
            for index, at in enumerate(found)
        )

    def _at(self, at: datetime, *, days: bool) -> str:
        local = self.local(at)
        midnight = local.hour == 0 and local.minute == 0
        return self.day(f"{local:%Y-%m-%d}") if days or midnight else f"{local:%H:%M}"

    def domain(self, word: str) -> str:
        """Name a domain's kind."""
        say = self.words.say
        return {"public": say("public"), "middle": say("middle"), "private": say("private")}[word]

    def surface(self, name: str) -> str:
        """Name a surface."""
        say = self.words.say
        return {
            "discover": say("Discover"),
            "following": say("Following"),
            "place": say("Nearby"),
            "channel": say("Channel"),
            "profession": say("My trade"),
        }.get(name, name)

    def joined(self, *sentences: str) -> str:
        """Write sentences after each other; Chinese puts no space between them."""
        return ("" if self.words.language == "zh" else " ").join(sentences)

    def listed(self, parts: Sequence[str]) -> str:
        """Write a list of names."""
        return self.words.say(", ").join(parts)


@lru_cache(maxsize=64)
def currency_sign(currency: str, language: str) -> str:
    """Return a currency's short sign, its three letters where it has none: a community has one currency, so that the sign means no other.

    >>> currency_sign("CNY", "en"), currency_sign("USD", "zh"), currency_sign("KWD", "en")
    ('¥', '$', 'KWD')
    """
    return re.sub(r"^[A-Z]{2}(?=\W)", "", get_currency_symbol(currency, language))


@lru_cache(maxsize=2048)
def _day(text: str, language: str) -> str:
    """Write a date; a window writes the same few hundreds of times."""
    return str(format_skeleton("MMMd", date.fromisoformat(text), locale=language))
