"""What a query may hold: text in UTF-8 without control characters, whichever route it is for."""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from lodestone.base.errors import InvalidError, Problem

_PLAIN: Final = re.compile(rb"[\x21-\x24\x26-\x7e]*")
"""A query without anything encoded, as nearly all are."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


def check_query(query: bytes) -> None:
    """Pass a query string that every route and database can read.

    Args:
        query: As it stands in the address, without its question mark.

    Raises:
        InvalidError: `query_invalid`: names the first parameter that is not UTF-8 or holds a control character.
    """
    if _PLAIN.fullmatch(query):
        return
    for pair in query.split(b"&"):
        name, _, value = pair.partition(b"=")
        problem = _problem(value) or _problem(name)
        if problem is not None:
            field = unquote_to_bytes(name).decode("ascii", "replace")[:64]
            raise InvalidError("query_invalid", f"{field} {problem}", (Problem(field, problem),))


def _problem(quoted: bytes) -> str | None:
    try:
        text = unquote_to_bytes(quoted).decode()
    except UnicodeDecodeError:
        return "must be UTF-8"
    return "must hold no control characters" if _CONTROL.search(text) else None


def is_history(query: bytes) -> bool:
    """Say whether events are history, which teaches rates only."""
    return b"history=true" in query.split(b"&")
