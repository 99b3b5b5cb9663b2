"""Reads the fields that forms of creators' orders share, and names what a form makes."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from lodestone.base.wire import Money
from lodestone.console.merchant.forms import FormReader
from lodestone.creators.brief import Settlement

_WORD_MAX: Final = 64
"""Letters of what tells one sending of a form from another."""
_SHARE_LETTERS: Final = 8


def word_of(fields: Mapping[str, str]) -> str | None:
    """Return what tells one sending of a form from another, None where it carries nothing of the kind."""
    return fields.get("request", "")[:_WORD_MAX] or None


def money_of(reader: FormReader, name: str) -> Money | None:
    """Read an amount; None for an empty field."""
    micros = reader.price_or_none(name)
    return None if micros is None else Money(micros, reader.currency)


def pay_of(reader: FormReader, settlement: Settlement) -> tuple[Money | None, float | None]:
    """Read the price or the share of an offer or a bid, as its brief settles; None leaves it as the brief says."""
    if settlement.kind == "cps":
        return None, share_of(reader, "share")
    if settlement.price is None:
        return Money(reader.price("price"), reader.currency), None
    return money_of(reader, "price"), None


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


def write_per_cent(share: float) -> str:
    """Write a share of one as per cent, to four places.

    >>> write_per_cent(0.125), write_per_cent(1.0), write_per_cent(1 / 3)
    ('12.5', '100', '33.3333')
    """
    return f"{share * 100:.4f}".rstrip("0").rstrip(".")


def made_name(*parts: str) -> str:
    """Return the name of what a form makes: the same form names the same thing.

    >>> made_name("b1", "ann", "w") == made_name("b1", "ann", "w") != made_name("b1", "ann", "v")
    True
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
