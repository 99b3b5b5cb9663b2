"""Numbers as people type them: read without rounding, and written back the same way."""

import re
import unicodedata
from decimal import Decimal
from typing import Final

from lodestone.base.money import MICROS_IN_ONE

ENTRY_MAX: Final = 40
"""Characters of a number that is typed."""
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_PLAIN: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_SIGNS: Final = str.maketrans({"\u2212": "-", "\u2013": "-"})
_AROUND: Final = re.compile(r"[\s\u202f\u2009\u00a0]|[¥$€£%]")


def read_number(text: str, *, unit: str = "") -> Decimal | None:
    """Read a number; None for what is none, or could be read in two ways.

    Spaces between digits, commas between thousands, full-width digits, a currency's sign or name and a per cent
    sign are passed over. A comma that parts no thousands is refused: it might be a decimal point.

    Args:
        text: As typed.
        unit: What may stand beside the number, such as a currency's three letters.

    >>> read_number("1,250.5"), read_number(" -0.08 CNY", unit="CNY"), read_number("\uff12\uff10%")
    (Decimal('1250.5'), Decimal('-0.08'), Decimal('20'))
    >>> read_number("0,5"), read_number("1e3"), read_number("")
    (None, None, None)
    """
    if len(text) > ENTRY_MAX:
        return None
    plain = _AROUND.sub("", unicodedata.normalize("NFKC", text).translate(_SIGNS))
    plain = plain.removesuffix(unit).removeprefix(unit)
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    return Decimal(plain) if _PLAIN.fullmatch(plain) else None


def read_whole(text: str) -> int | None:
    """Read a whole number; None for what is none.

    >>> read_whole("1 000"), read_whole("2.0"), read_whole("2.5")
    (1000, 2, None)
    """
    value = read_number(text)
    return None if value is None or value != int(value) else int(value)


def read_micros(text: str, currency: str) -> int | None:
    """Read an amount of money in whole micros; None for what is none, or is parted more finely than a millionth.

    >>> read_micros("0.02", "CNY"), read_micros("-1,000.5 CNY", "CNY"), read_micros("0.0000001", "CNY")
    (20000, -1000500000, None)
    """
    value = read_number(text, unit=currency)
    if value is None:
        return None
    micros = value * MICROS_IN_ONE
    return None if micros != int(micros) else int(micros)


def write_number(value: float | Decimal) -> str:
    """Write a number in full, with no exponent and no zero too many, so that reading it gives the same again.

    >>> write_number(0.06), write_number(20), write_number(1e-06), write_number(-0.5)
    ('0.06', '20', '0.000001', '-0.5')
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    text = f"{exact:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def write_micros(micros: int) -> str:
    """Write an amount of money as it is typed.

    >>> write_micros(20_000), write_micros(-80_000), write_micros(167), write_micros(0)
    ('0.02', '-0.08', '0.000167', '0')
    """
    return write_number(Decimal(micros) / MICROS_IN_ONE)


def write_share(share: float) -> str:
    """Write a share as it is typed, in per cent.

    >>> write_share(0.02), write_share(0.125), write_share(1.0)
    ('2', '12.5', '100')
    """
    return write_number(Decimal(repr(share)) * 100)
