"""The cursor of a feed: which pages came before and what they showed, signed.

A cursor holds numbers only (decisions and item rows), so that it says nothing about anybody, and is
bound to the viewer it was given to.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import msgspec

from lodestone.base.errors import InvalidError, Problem

ROWS_MAX: Final = 4096
"""A chain that has shown this much ends; the next visit starts a new one."""
PAGES_MAX: Final = 500
"""The newest pages that are named, in the cursor and in receipts."""
_TAG: Final = 16


@dataclass(frozen=True, slots=True)
class Chain:
    """The earlier pages: decision numbers and the item rows they showed."""

    sequences: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()

    def then(self, sequence: int, rows: tuple[int, ...]) -> "Chain":
        """Return the chain with one more page."""
        return Chain((*self.sequences[1 - PAGES_MAX :], sequence), (*self.rows, *rows))


def encode_cursor(secret: bytes, viewer: str, chain: Chain) -> str | None:
    """Sign a chain for a viewer; None when it has grown too long to go on."""
    if len(chain.rows) > ROWS_MAX:
        return None
    body = msgspec.msgpack.encode((_steps(chain.sequences), _steps(sorted(chain.rows))))
    return urlsafe_b64encode(_tag(secret, viewer, body) + body).rstrip(b"=").decode()


def decode_cursor(secret: bytes, viewer: str, cursor: str) -> Chain:
    """Read a cursor back.

    Raises:
        InvalidError: It was not made here, or for somebody else.
    """
    problem = Problem("cursor", "use the next_cursor of the page before, unchanged, same viewer")
    try:
        raw = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        if not hmac.compare_digest(raw[:_TAG], _tag(secret, viewer, raw[_TAG:])):
            raise InvalidError("cursor_invalid", "the cursor is not valid here", (problem,))
        sequences, rows = (
            tuple(accumulate(steps))
            for steps in msgspec.msgpack.decode(
                raw[_TAG:], type=tuple[tuple[int, ...], tuple[int, ...]]
            )
        )
    except (Base64Error, ValueError, msgspec.DecodeError) as error:
        raise InvalidError("cursor_invalid", "the cursor is not valid here", (problem,)) from error
    return Chain(sequences, rows)


def _steps(ascending: Sequence[int]) -> list[int]:
    """Return each number less the one before: small ones take a byte or two, so that long chains stay short."""
    return [after - before for before, after in pairwise((0, *ascending))]


def _tag(secret: bytes, viewer: str, body: bytes) -> bytes:
    return hashlib.blake2b(
        viewer.encode() + b"\0" + body, key=secret, digest_size=_TAG, person=b"feed cursor 2"
    ).digest()
