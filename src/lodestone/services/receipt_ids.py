"""A receipt's id: its decision's number and a keyed tag, so that it needs no index and cannot be guessed."""

import hashlib
import hmac
from typing import Final

PREFIX: Final = "rcp_"
_NUMBER: Final = 12
_TAG: Final = 20


def receipt_id(secret: bytes, sequence: int) -> str:
    """Name a decision.

    >>> receipt_id(b"k", 7).startswith("rcp_000000000007")
    True
    """
    return f"{PREFIX}{sequence:0{_NUMBER}x}{_tag(secret, sequence)}"


def receipt_sequence(secret: bytes, text: str) -> int | None:
    """Return the decision's number, or None when the id was not made here."""
    body = text.removeprefix(PREFIX)
    if body == text or len(body) != _NUMBER + _TAG:
        return None
    number = body[:_NUMBER]
    if any(letter not in "0123456789abcdef" for letter in body):
        return None
    sequence = int(number, 16)
    return sequence if hmac.compare_digest(_tag(secret, sequence), body[_NUMBER:]) else None


def _tag(secret: bytes, sequence: int) -> str:
    data = sequence.to_bytes(8, "big")
    return hashlib.blake2b(data, key=secret, digest_size=10, person=b"receipt id").hexdigest()
