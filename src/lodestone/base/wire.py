"""Shapes that every door shares: ids, positions, money, times, and how a bad one is named.

Input is read by msgspec straight into structs whose fields carry their bounds, so that what is
wrong is found once, at the door, and named by its path.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, Problem

# Everything but controls, invisible formatting, separators other than a plain space, surrogates, private use
# and non-characters.
_VISIBLE = (
    r"[^\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\ud800-\uf8ff\ufeff\ufff0-\uffff]"
)
# A joiner belongs to the letter or emoji before it (Persian, Malayalam, families); a wide or unbreakable space
# stands between two. `(?!\n)` because Python's `$` also matches before a last line feed.
PRINTABLE: Final = (
    rf"^{_VISIBLE}+(?:(?:[\u200c\u200d]|[\u00a0\u202f\u3000]+(?={_VISIBLE})){_VISIBLE}*)*$(?!\n)"
)
# What a text of several lines may hold: no control but tab and line ends, which neither PostgreSQL (NUL) nor a
# terminal or spreadsheet that shows it would survive.
DAY: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)"
"""A date's form, as a pattern."""
TEXT: Final = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ud800-\udfff]*$(?!\n)"

_LANGUAGE = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$(?!\n)"
_CURRENCY = r"^[A-Z]{3}$(?!\n)"

_WORD_MAX: Final = 64
ID_MAX: Final = 128
"""Characters of an app's own id."""

AppId: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=ID_MAX,
        pattern=PRINTABLE,
        description="The app's own id: 1 to 128 printable characters.",
    ),
]
Word: TypeAlias = Annotated[str, Meta(min_length=1, max_length=_WORD_MAX, pattern=PRINTABLE)]
"""A tag or a rule's name: 1 to 64 printable characters."""
Name: TypeAlias = Annotated[str, Meta(max_length=256, pattern=TEXT)]
Int64: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number that both databases can hold."""
Version: TypeAlias = Annotated[int, Meta(ge=0, le=2**31 - 1)]
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
INSTANT_MIN: Final = Instant(-62_135_596_800_000_000)
"""The first microsecond of the year 1, in UTC, the first that can be written."""
INSTANT_MAX: Final = Instant(253_402_300_799_999_999)
"""The last microsecond of the year 9999, the last that RFC 3339 can write."""
_MICROSECOND = timedelta(microseconds=1)
_NAMED = re.compile(PRINTABLE)
_PATH = re.compile(r"^(?P<what>.*?)(?: - at (?:`key` in )?`\$?(?P<path>[^`]*)`)?$", re.DOTALL)
_PLAIN = {
    PRINTABLE: "must be printable characters only",
    TEXT: "must hold no control characters but tab and line ends",
    _LANGUAGE: "must be a language tag such as zh or en-GB",
    _CURRENCY: "must be three capital letters, such as CNY",
}
_FIELD = re.compile(r"field `(?P<field>[^`]*)`(?:: )?")

Struct_ = TypeVar("Struct_")
Read = TypeVar("Read")


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
    """Turn a time with an offset into microseconds since the epoch, exactly.

    An offset can carry it out of the years 1 to 9999, see `check_years`.
    """
    return Instant((time - EPOCH) // _MICROSECOND)


def check_years(struct: msgspec.Struct, *fields: str) -> None:
    """Pass a struct whose times lie in the years 1 to 9999 of UTC, so that they can be written down again.

    Args:
        struct: Checks itself, in its `__post_init__`.
        fields: Names of times, which may be None.

    Raises:
        ValueError: Names the field, see `refuse`.
    """
    for field in fields:
        time = getattr(struct, field)
        if time is not None and not INSTANT_MIN <= instant_of(time) <= INSTANT_MAX:
            raise refuse(field, "must lie in the years 1 to 9999, in UTC")


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
    return decode_by(lambda body: msgspec.json.decode(body, type=kind), data, code=code)


def decode_by(read: Callable[[bytes], Read], data: bytes, *, code: str) -> Read:
    """Read a JSON body by a decoder of its own; errors as `decode`.

    What is no JSON is told before what does not fit, and text that a decoder skips must be UTF-8 too.
    """
    try:
        if not data.isascii():
            data.decode()
        return read(data)
    except msgspec.ValidationError as error:
        _require_json(data)
        problem = problem_of(error)
        raise InvalidError(code, f"{problem.field}: {problem.problem}", (problem,)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_json(error) from error


def _require_json(data: bytes) -> None:
    try:
        msgspec.json.decode(data)
    except msgspec.ValidationError:
        return  # a number beyond what can be held is JSON all the same
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_json(error) from error


def _no_json(error: Exception) -> InvalidError:
    message = f"The body is not JSON in UTF-8: {error}"
    return InvalidError("json_malformed", message, (Problem("body", str(error)),))


def printable(text: str) -> bool:
    """Say whether a text may stand where a name does: what the door takes, the records find.

    >>> printable("tea"), printable(chr(10)), printable("")
    (True, False, False)
    """
    return _NAMED.match(text) is not None


def is_word(text: str) -> bool:
    """Say whether a text can be a tag: 1 to 64 printable characters."""
    return len(text) <= _WORD_MAX and printable(text)


def is_app_id(text: str) -> bool:
    """Say whether a text can be an id of the app's: 1 to 128 printable characters."""
    return len(text) <= ID_MAX and printable(text)


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
