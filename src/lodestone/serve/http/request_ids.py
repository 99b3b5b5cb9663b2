"""The id by which one request is found again: the caller's own, or one made here."""

import os
import re
from collections.abc import Mapping
from typing import Final

HEADER: Final = b"x-request-id"
_OWN: Final = re.compile(rb"^[\x21-\x7e]{1,128}$")


def id_of(headers: Mapping[bytes, bytes]) -> bytes:
    """Return the id that a request names, or else 128 bits of chance in hexadecimal.

    Args:
        headers: Of the request, names in lower case.
    """
    named = headers.get(HEADER, b"")
    return named if _OWN.match(named) else os.urandom(16).hex().encode()
