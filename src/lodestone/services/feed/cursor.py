"""The cursor of a feed: which pages came before and what they showed, signed.

A cursor holds numbers only (decisions and item rows), so that it says nothing about anybody, and is
bound to the viewer it was given to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import msgspec

from lodestone.base.errors import InvalidError, Problem
from lodestone.base.signed import TokenForm
from lodestone.services.feed.messages import CURSOR_MAX

ROWS_MAX: Final = 4096
"""A chain that has shown this much ends; the next visit starts a new one."""
PAGES_MAX: Final = 500
"""The newest pages that are named, in the cursor and in receipts."""
_FORM: Final = TokenForm(b"feed cursor 2", 16, CURSOR_MAX)


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
    return _FORM.sign(secret, body, bound=_bound(viewer))


def decode_cursor(secret: bytes, viewer: str, cursor: str) -> Chain:
    """Read a cursor back.

    Raises:
        InvalidError: It was not made here, or for somebody else.
    """
    body = _FORM.open(secret, cursor, bound=_bound(viewer))
    if body is None:
        raise _invalid()
    try:
        sequences, rows = msgspec.msgpack.decode(body, type=tuple[tuple[int, ...], tuple[int, ...]])
    except msgspec.DecodeError as error:
        raise _invalid() from error
    return Chain(tuple(accumulate(sequences)), tuple(accumulate(rows)))


def _steps(ascending: Sequence[int]) -> list[int]:
    """Return each number less the one before: small ones take a byte or two, so that long chains stay short."""
    return [after - before for before, after in pairwise((0, *ascending))]


def _bound(viewer: str) -> bytes:
    return viewer.encode() + b"\0"


def _invalid() -> InvalidError:
    problem = Problem("cursor", "use the next_cursor of the page before, unchanged, same viewer")
    return InvalidError("cursor_invalid", "the cursor is not valid here", (problem,))
