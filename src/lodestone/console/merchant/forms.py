"""Reads the fields of a desk's form, each with what is wrong with it in the reader's words."""

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from lodestone.base.money import MICROS_IN_ONE, Micros, minor_unit
from lodestone.commerce.price import PRICE_MAX
from lodestone.console.words import Words

_PRICE_LETTERS: Final = 24


class FormReader:
    """Reads one form; `errors` names each field that does not fit, with the cure."""

    def __init__(self, words: Words, fields: Mapping[str, str], currency: str) -> None:
        self.errors: dict[str, str] = {}
        self.values = dict(fields)
        """As they were typed, to be shown again."""
        self.words, self.currency = words, currency

    def text(self, name: str, *, most: int, least: int = 0) -> str:
        """Read words of some lines."""
        text = self.values.get(name, "").replace("\r\n", "\n").strip()
        say = self.words.say
        if len(text) < least:
            self.errors[name] = say("Write something here.")
        elif len(text) > most:
            self.errors[name] = say("Write at most {n} letters.", {"n": most})
        elif any(not letter.isprintable() and letter != "\n" for letter in text):
            self.errors[name] = say("There is a sign in it that cannot be shown. Type it anew.")
        return text

    def choice(self, name: str, options: Collection[str]) -> str:
        """Read one of some options."""
        value = self.values.get(name, "")
        if value not in options:
            self.errors[name] = self.words.say("Choose one of these.")
        return value

    def price(self, name: str) -> Micros:
        """Read an amount, not negative, in whole coins."""
        amount = amount_of(self.values.get(name, ""))
        say = self.words.say
        if amount is None or not 0 <= amount <= PRICE_MAX:
            self.errors[name] = say("That is no amount. Write one such as 12.50.")
            return Micros(0)
        if amount % minor_unit(self.currency):
            self.errors[name] = say("Write no part of the smallest coin.")
        return Micros(amount)

    def price_or_none(self, name: str) -> Micros | None:
        """Read an amount as `price` does; None for an empty field."""
        return self.price(name) if self.values.get(name, "").strip() else None

    def whole(self, name: str, least: int, most: int) -> int:
        """Read a whole number."""
        text = self.values.get(name, "").strip()
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else -1
        if not least <= number <= most:
            limits = {"least": least, "most": most}
            self.errors[name] = self.words.say(
                "Write a whole number from {least} to {most}.", limits
            )
        return number

    def failed(self, name: str, problem: str) -> None:
        """Note what is wrong with a field, unless something was before."""
        self.errors.setdefault(name, problem)


def amount_of(text: str) -> int | None:
    """Read an amount as people write it, in micros; None when it is none.

    >>> amount_of("¥ 12.50"), amount_of("0.0000001"), amount_of("12,5"), amount_of("1e9")
    (12500000, None, None, None)
    """
    plain = text.strip().replace("\uff0e", ".").removeprefix("¥").removeprefix("\uffe5").strip()
    if not plain or len(plain) > _PRICE_LETTERS or not set(plain) <= set("0123456789.-"):
        return None
    try:
        micros = Decimal(plain) * MICROS_IN_ONE
    except InvalidOperation:
        return None
    return int(micros) if micros == micros.to_integral_value() else None


def plain_amount(micros: int, decimals: int) -> str:
    """Write an amount as a field holds it.

    >>> plain_amount(12_500_000, 2), plain_amount(1_000_001, 2)
    ('12.50', '1.000001')
    """
    amount = Decimal(micros) / MICROS_IN_ONE
    short = f"{amount:.{decimals}f}"
    return short if Decimal(short) == amount else f"{amount.normalize():f}"
