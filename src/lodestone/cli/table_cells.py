"""Cells of tables turned into fields: one reader for each kind of field, over every type a cell can come in.

CSV brings text; Parquet brings numbers, instants, lists and more. A reader takes what can mean one thing only and
refuses the rest by name: an id that a spreadsheet has rounded, a list that was written as Python shows it, an instant
without its zone.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec

from lodestone.cli.table_rows import Unreadable

Read: TypeAlias = Callable[[Any], Any]
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_ROUNDED: Final = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+[0-9]+")
_POINTED: Final = re.compile(r"-?[0-9]+\.0+")
_GAPS: Final = frozenset({"nan", "NaN", "NaT", "<NA>", "None"})
"""What pandas, NumPy and Python write for nothing, once a column has been made text."""
_INSTANT: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_WHOLE_MAX: Final = 2**53
"""Above it a floating-point number may stand for several whole ones."""
_MICROSECOND_DIGITS: Final = 7  # with the point
_BRACKETS: Final = ("{", "(")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def text(value: Any) -> str:
    """Read a text. Raises ValueError."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise ValueError("is bytes that are not UTF-8") from error
    if isinstance(value, str):
        return value
    return name(value)


def name(value: Any) -> str:
    """Read an id or a word: text as it is, whole numbers and UUIDs as they are written. Raises ValueError."""
    if isinstance(value, bytes):
        return text(value)
    if isinstance(value, str):
        return value
    if isinstance(value, UUID) or (isinstance(value, int) and not isinstance(value, bool)):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE_MAX:
        return str(int(value))  # whole numbers of a column with gaps, as pandas stores them
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    raise ValueError(f"{_shown(value)} is no name; store the column as text or whole numbers")


def missing(value: Any) -> bool:
    """Say whether a value is none; NaN is what data frames write for a number that is missing."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def check_plain(read: Read, value: str) -> None:
    """Pass a cell of CSV, where a number, a gap and a text look alike. Raises ValueError naming the cure."""
    written = value.strip()
    if written in _GAPS:
        raise ValueError(
            f"{written!r} is how a program writes what is missing; leave the cell empty"
        )
    if read is name or (read is names and not written.startswith("[")):
        for part in written.split("|") if read is names else [written]:
            _check_named(part.strip())


def _check_named(written: str) -> None:
    if _ROUNDED.fullmatch(written):
        raise ValueError(f"{written!r} was shortened by a spreadsheet; format the column as text")
    if _POINTED.fullmatch(written):
        raise ValueError(
            f"{written!r} is a whole number with a point, as pandas writes a column with gaps; store the column "
            "as text, or as Int64"
        )


def number(value: Any) -> float:
    """Read a number. Raises ValueError."""
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError(f"{value!r} is no number such as 1234.5")
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"{_shown(value)} is no number")  # noqa: TRY004  one error for every cell
    read = float(value)
    if not math.isfinite(read):
        raise ValueError(f"{value} is no number")
    return read


def whole(value: Any) -> int:
    """Read a whole number, one that was stored with a point too. Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    read = number(value)
    if read != int(read) or abs(read) > _WHOLE_MAX:
        raise ValueError(f"{value} is no whole number")
    return int(read)


def truth(value: Any) -> bool:
    """Read true or false. Raises ValueError."""
    if isinstance(value, bool):
        return value
    written = str(value).strip().lower()
    if written in ("true", "1"):
        return True
    if written in ("false", "0"):
        return False
    raise ValueError(f"{_shown(value)} is neither true nor false")


def instant(value: Any) -> str:
    """Read an instant with its offset, cut to the microsecond. Raises ValueError."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value} says no zone; store the column with one, such as UTC")
        return value.isoformat()
    if isinstance(value, bytes):
        value = text(value)
    match = _INSTANT.fullmatch(value.strip()) if isinstance(value, str) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        raise ValueError(  # noqa: TRY004  one error for every cell
            f"{value} is a count since some instant, not a time; store the column with a zone, or write it as text "
            "(pandas: date_format='iso')"
        )
    if match is None:
        raise ValueError(f"{_shown(value)} is no time such as 2026-03-01T08:00:00+08:00")
    day, clock, fraction, offset = match.groups()
    if offset is None:
        raise ValueError(f"{value!r} says no zone; write {day}T{clock}Z, or +08:00 behind it")
    if offset[-3:-2] not in (":", "") and offset not in "Zz":
        offset = f"{offset[:3]}:{offset[3:]}"
    return f"{day}T{clock}{(fraction or '')[:_MICROSECOND_DIGITS]}{offset}"


def day(value: Any) -> str:
    """Read a date. Raises ValueError."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and _DAY.fullmatch(value.strip()):
        return value.strip()
    raise ValueError(f"{_shown(value)} is no date such as 2026-03-01")


def names(value: Any) -> list[str]:
    """Read a list: of Parquet as it is, of text parted by `|` or as JSON. Raises ValueError."""
    if isinstance(value, str):
        if value.strip().startswith("["):
            return names(_json(value, list))
        if value.strip().startswith(_BRACKETS):
            raise ValueError(f"{value[:40]!r} is a list as a program shows it; part names by |")
        return [part.strip() for part in value.split("|") if part.strip()]
    if not isinstance(value, list):
        return [name(value)]
    return [name(part) for part in value if part is not None]


def objects(value: Any) -> list[dict[str, Any]]:
    """Read a list of objects: of Parquet as it is, of text as JSON. Raises ValueError."""
    if isinstance(value, str):
        value = _json(value, list)
    if not isinstance(value, list) or not all(isinstance(part, Mapping) for part in value):
        raise ValueError(f"{_shown(value)} is no list of objects; write JSON, or store structs")
    return [
        {
            field: instant(part) if isinstance(part, datetime) else part
            for field, part in known.items()
            if part is not None
        }
        for known in value
    ]


def _json(value: str, kind: type[Any]) -> Any:
    """Read a list or an object that is written as JSON, not as Python shows it. Raises ValueError."""
    try:
        return msgspec.json.decode(value, type=kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        what = "list" if kind is list else "map"
        raise ValueError(
            f"{value[:40]!r} is a {what} as a program shows it; write it as JSON, or part names by |"
        ) from error


def weights(value: Any) -> dict[str, float]:
    """Read weights by name: a map of Parquet, or `tag:weight|tag:weight`. Raises ValueError."""
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, list) and all(isinstance(pair, tuple) for pair in value):
        pairs = value
    elif isinstance(value, str) and value.strip().startswith("{"):
        pairs = list(_json(value, dict).items())
    elif isinstance(value, str):
        pairs = [part.rpartition(":")[::2] for part in names(value)]
    else:
        raise ValueError(f"{_shown(value)} gives no weights; write tea:1|rice:0.5, or store a map")
    if any(not tag for tag, _ in pairs):
        raise ValueError(f"{_shown(value)} names a tag without its weight; write tea:1|rice:0.5")
    return {name(tag): number(weight) for tag, weight in pairs if not missing(weight)}


def translations(value: Any) -> dict[str, dict[str, str]]:
    """Read words by language: a map of Parquet, or JSON such as `{"en": {"name": "Tea"}}`. Raises ValueError."""
    if isinstance(value, str):
        value = _json(value, dict)
    pairs = list(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(pairs, list) or not all(_is_words(pair) for pair in pairs):
        raise ValueError(f"{_shown(value)} is no map of languages; write JSON, or store a map")
    return {
        name(language): {field: text(part) for field, part in words.items() if part is not None}
        for language, words in pairs
    }


def _is_words(pair: Any) -> bool:
    return isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[1], Mapping)


def _shown(value: Any) -> str:
    """Show a value and its type to whoever has to mend it."""
    if isinstance(value, Unreadable):
        return value.text
    kind = "date" if isinstance(value, date) else type(value).__name__
    return repr(value)[:60] if isinstance(value, str) else f"{str(value)[:60]} (a {kind})"
