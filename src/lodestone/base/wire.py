"""Shapes that every door shares: ids, positions, money, times, and how a bad one is named.

Input is read by msgspec straight into structs whose fields carry their bounds, so that what is
wrong is found once, at the door, and named by its path.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, Problem

# Controls, invisible formatting, separators other than a plain space, surrogates, private use and
# non-characters. `(?!\n)` because Python's `$` also matches before a last line feed.
_PRINTABLE = (
    r"^[^\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\ud800-\uf8ff\ufeff\ufff0-\uffff]+$(?!\n)"
)

_LANGUAGE = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)"
_CURRENCY = r"^[A-Z]{3}$(?!\n)"

AppId: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern=_PRINTABLE,
        description="The app's own id: 1 to 128 printable characters.",
    ),
]
Word: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern=_PRINTABLE)]
"""A tag or a rule's name: 1 to 64 printable characters."""
Name: TypeAlias = Annotated[str, Meta(max_length=256)]
Language: TypeAlias = Annotated[
    str,
    Meta(
        max_length=35,
        pattern=_LANGUAGE,
        description="A language tag, BCP 47: `zh`, `en-GB`.",
    ),
]
Currency: TypeAlias = Annotated[
    str, Meta(pattern=_CURRENCY, description="Three capital letters, ISO 4217.")
]
Time: TypeAlias = Annotated[datetime, Meta(tz=True, description="RFC 3339 with an offset.")]
TimeText: TypeAlias = Annotated[
    str, Meta(extra_json_schema={"format": "date-time"}, description="UTC with milliseconds.")
]

SLASH: Final = "\ue000"
"""Stands for a `/` inside an id while an address is taken apart; no id may hold it itself."""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
INSTANT_MAX: Final = Instant(253_402_300_799_999_999)
"""The last microsecond of the year 9999, the last that RFC 3339 can write."""
_MICROSECOND = timedelta(microseconds=1)
_NAMED = re.compile(_PRINTABLE)
_PATH = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`\$?(?P<path>[^`]*)`)?$", re.DOTALL)
_PLAIN = {
    _PRINTABLE: "must be printable characters only",
    _LANGUAGE: "must be a language tag such as zh or en-GB",
    _CURRENCY: "must be three capital letters, such as CNY",
}
_FIELD = re.compile(r"field `(?P<field>[^`]*)`(?:: )?")

Struct_ = TypeVar("Struct_")


class Detail(msgspec.Struct, frozen=True):
    """One field at fault."""

    field: str
    problem: str


class ErrorBody(msgspec.Struct, frozen=True):
    """What went wrong: a stable code, what to do, and the fields at fault."""

    code: str
    message: str
    details: list[Detail]


class ErrorReply(msgspec.Struct, frozen=True):
    """The body of every refusal."""

    error: ErrorBody


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A point on the globe in degrees, WGS 84."""

    latitude: Annotated[float, Meta(ge=-90, le=90)]
    longitude: Annotated[float, Meta(ge=-180, le=180)]


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An amount in micros of one currency."""

    micros: Annotated[int, Meta(ge=-(2**62), le=2**62)]
    currency: Currency


def instant_of(time: datetime) -> Instant:
    """Turn a time with an offset into microseconds since the epoch, exactly."""
    return Instant((time - EPOCH) // _MICROSECOND)


def time_text(instant: Instant) -> str:
    """Write an instant as RFC 3339 in UTC with milliseconds, rounded down.

    >>> time_text(Instant(1_650_000_000_123_999))
    '2022-04-15T05:20:00.123Z'
    """
    time = EPOCH + timedelta(microseconds=instant)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03d}Z".rjust(24, "0")


def refuse(field: str, problem: str) -> ValueError:
    """Make the error by which a struct's own check names the field at fault; to be raised.

    Args:
        field: The field's name in the struct that checks itself.
        problem: What is wrong and what to do.
    """
    return ValueError(f"field `{field}`: {problem}")


def problem_of(error: msgspec.ValidationError | str) -> Problem:
    """Name the field that a decoder refused, by its path as the sender wrote it.

    >>> problem_of("Expected `float` <= 90.0 - at `$.home.latitude`")
    Problem(field='home.latitude', problem='Expected `float` <= 90.0')
    >>> problem_of("Object missing required field `kind` - at `$`")
    Problem(field='kind', problem='Object missing required field `kind`')
    """
    match = _PATH.match(str(error))
    assert match is not None
    what, path = match["what"], (match["path"] or "").removeprefix(".")
    for pattern, plain in _PLAIN.items():
        if repr(pattern) in what:
            what = plain
    named = _FIELD.search(what)
    if named:
        path = f"{path}.{named['field']}" if path else named["field"]
        if named.start() == 0:
            what = what[named.end() :]
    return Problem(path or "body", what)


def decode(data: bytes, kind: type[Struct_], *, code: str) -> Struct_:
    """Read one JSON value as `kind`.

    Args:
        data: JSON, UTF-8.
        kind: What it should be.
        code: The error's code should the value not fit, such as `person_invalid`.

    Raises:
        InvalidError: It is not JSON (`json_malformed`), or a field does not fit (`code`).
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.ValidationError as error:
        problem = problem_of(error)
        raise InvalidError(code, f"{problem.field}: {problem.problem}", (problem,)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"The body is not JSON in UTF-8: {error}"
        raise InvalidError("json_malformed", message, (Problem("body", str(error)),)) from error


def printable(text: str) -> bool:
    """Say whether a text may stand where a name does: what the door takes, the records find.

    >>> printable("tea"), printable(chr(10)), printable("")
    (True, False, False)
    """
    return _NAMED.match(text) is not None


def app_id(text: str, *, field: str = "id") -> str:
    """Check an id that came by address rather than in a body, and return it.

    Raises:
        InvalidError: It is not 1 to 128 printable characters; names `field`.
    """
    try:
        return msgspec.convert(text, AppId)
    except msgspec.ValidationError as error:
        problem = Problem(field, "must be 1 to 128 printable characters")
        raise InvalidError("id_invalid", f"{field} {problem.problem}", (problem,)) from error
