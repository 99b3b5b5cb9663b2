"""Ids made here: a number and a keyed tag, so that they need no index and cannot be guessed."""

from typing import Final

from lodestone.ads.boosted import PREFIX as PREFIX_OF_BOOSTS
from lodestone.base.signed import keyed_tag, same

PREFIX: Final = "rcp_"
ORDER: Final = "ord_"
VOUCHER: Final = "vch_"
EVENT: Final = "evt_"
DELIVERY: Final = "whd_"
PAYMENT: Final = "pmt_"
COMMENT: Final = "cmt_"
"""Of the event of a comment that a page made."""
REVIEW: Final = "rev_"
ASSIGNMENT: Final = "asg_"
"""Of a creator's order, from its offer or bid on."""
BOOST: Final = PREFIX_OF_BOOSTS
"""Of what a boost has among the objects of advertising."""
_NUMBER: Final = 12
_TAG: Final = 20
"""Hexadecimal digits, two for each byte."""
_PURPOSE: Final = {
    PREFIX: b"receipt id",
    ORDER: b"order id",
    VOUCHER: b"voucher id",
    EVENT: b"event id",
    DELIVERY: b"delivery id",
    PAYMENT: b"payment id",
    COMMENT: b"comment event",
    REVIEW: b"review id",
    ASSIGNMENT: b"assignment id",
    BOOST: b"boost id",
}


def receipt_id(secret: bytes, sequence: int) -> str:
    """Name a decision.

    >>> receipt_id(b"k", 7).startswith("rcp_000000000007")
    True
    """
    return made_id(PREFIX, secret, sequence)


def receipt_sequence(secret: bytes, text: str) -> int | None:
    """Return the decision's number, or None when the id was not made here."""
    return number_of(PREFIX, secret, text)


def made_id(prefix: str, secret: bytes, number: int) -> str:
    """Name what has a number, under the prefix of its kind."""
    return f"{prefix}{number:0{_NUMBER}x}{_tag(prefix, secret, number)}"


def number_of(prefix: str, secret: bytes, text: str) -> int | None:
    """Return the number that an id names, or None when it was not made here.

    >>> number_of(ORDER, b"k", made_id(ORDER, b"k", 3)), number_of(ORDER, b"j", made_id(ORDER, b"k", 3))
    (3, None)
    """
    body = text.removeprefix(prefix)
    if body == text or len(body) != _NUMBER + _TAG:
        return None
    if any(letter not in "0123456789abcdef" for letter in body):
        return None
    number = int(body[:_NUMBER], 16)
    return number if same(_tag(prefix, secret, number).encode(), body[_NUMBER:].encode()) else None


def _tag(prefix: str, secret: bytes, number: int) -> str:
    return keyed_tag(
        secret, number.to_bytes(8, "big"), size=_TAG // 2, purpose=_PURPOSE[prefix]
    ).hex()


def decision_seed(secret: bytes, sequence: int) -> int:
    """Return the number from which all chance of one decision comes."""
    return int.from_bytes(
        keyed_tag(secret, sequence.to_bytes(8, "big"), size=8, purpose=b"decision"), "big"
    )


def comment_order_seed(secret: bytes) -> int:
    """Return the number from which the chance in the order of comments comes."""
    return int.from_bytes(keyed_tag(secret, b"", size=8, purpose=b"comment order"), "big")
