"""How the doors answer: errors in one shape, one table from trouble to status."""

from typing import Final

import msgspec

from lodestone.base.errors import (
    BusyError,
    ConflictError,
    CorruptError,
    ForbiddenError,
    GoneError,
    InvalidError,
    LodestoneError,
    NotOfferedError,
    Problem,
    UnauthorisedError,
    UnavailableError,
    UnknownError,
)
from lodestone.base.wire import Detail, ErrorBody, ErrorReply

STATUS: Final = (
    (InvalidError, 400),
    (UnauthorisedError, 401),
    (ForbiddenError, 403),
    (UnknownError, 404),
    (ConflictError, 409),
    (GoneError, 410),
    (BusyError, 429),
    (NotOfferedError, 501),
    (UnavailableError, 503),
    (CorruptError, 503),
)


def status_of(error: LodestoneError) -> int:
    """Return the status that an error's branch answers with."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def error_body(code: str, message: str, details: tuple[Problem, ...] = ()) -> bytes:
    """Encode a refusal."""
    told = [Detail(detail.field, detail.problem) for detail in details]
    return msgspec.json.encode(ErrorReply(ErrorBody(code, message, told)))


def error_headers(error: LodestoneError) -> list[tuple[bytes, bytes]]:
    """Return the headers that belong to an error."""
    if isinstance(error, BusyError):
        return [(b"retry-after", str(error.retry_seconds).encode())]
    if isinstance(error, UnavailableError):
        return [(b"retry-after", b"1")]
    if isinstance(error, UnauthorisedError):
        return [(b"www-authenticate", b'Bearer realm="lodestone"')]
    return []
