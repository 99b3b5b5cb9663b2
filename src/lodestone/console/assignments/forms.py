"""Reads the fields that forms of creators' orders share, and names what a form makes."""

import hashlib
from decimal import Decimal, InvalidOperation
from typing import Final

from lodestone.console.merchant.forms import FormReader

_SHARE_LETTERS: Final = 8


def share_of(reader: FormReader, name: str) -> float | None:
    """Read a part of what is sold, written in per cent; None for an empty field, and for one that does not fit."""
    text = reader.values.get(name, "").strip().removesuffix("%").strip()
    if not text:
        return None
    share = per_cent(text)
    if share is None:
        reader.failed(name, reader.words.say("Write per cent, above 0 and at most 100, such as 12.5."))  # fmt: skip
    return share


def per_cent(text: str) -> float | None:
    """Read per cent as a share of one; None where it is none.

    >>> per_cent("12.5"), per_cent("0"), per_cent("101"), per_cent("1e1")
    (0.125, None, None, None)
    """
    if len(text) > _SHARE_LETTERS or not set(text) <= set("0123456789."):
        return None
    try:
        share = Decimal(text) / 100
    except InvalidOperation:
        return None
    return float(share) if 0 < share <= 1 else None


def made_name(*parts: str) -> str:
    """Return the name of what a form makes: the same form names the same thing.

    >>> made_name("b1", "ann", "w") == made_name("b1", "ann", "w") != made_name("b1", "ann", "v")
    True
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
