"""The plain form: one table a file, named by what it holds, columns named as in the API.

    people.csv    id, name, home_latitude, home_longitude, profession, language, interests, minor, created_at,
                  consent_personalisation, consent_position
    items.csv     id, kind, author_id, text, language, tags, channels, professions, latitude, longitude,
                  duration_seconds, state, created_at
    domains.csv   id, kind, name, latitude, longitude, radius_km
    events.csv    id, type, time, person_id, item_id, author_id, surface, slot, visible_seconds, watch_seconds, query,
                  latitude, longitude

A list is parted by `|`, interests are `tag:weight|tag:weight`; an empty cell means unknown. Parquet has the same
columns. Files are taken in the order above, whatever order they are named in. A file is known by its name and its
first row, so that next week's of the same name is another one.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.base.wire import instant_of
from lodestone.cli.carry import (
    Marks,
    Sent,
    Tally,
    batched,
    carry_bulk,
    carry_events,
    drive,
    mark,
    marks,
)
from lodestone.cli.reach import Reach, ToldError, word

KINDS: Final = ("domains", "people", "items", "events")
_ROWS: Final = 5_000
Advance = Callable[[str, int], None]


def _list(text: str) -> list[str]:
    return [part for part in text.split("|") if part]


def _weights(text: str) -> dict[str, float]:
    pairs = (part.rpartition(":") for part in _list(text))
    return {name: float(weight) for name, _, weight in pairs}


def _truth(text: str) -> bool:
    if text.lower() in ("true", "1"):
        return True
    if text.lower() in ("false", "0"):
        return False
    raise ValueError(f"{text!r} is neither true nor false")


_READ: Final[dict[str, dict[str, Callable[[str], Any]]]] = {
    "people": {
        "id": str, "name": str, "profession": str, "language": str, "interests": _weights,
        "minor": _truth, "created_at": str, "home_latitude": float, "home_longitude": float,
        "consent_personalisation": _truth, "consent_position": _truth,
    },
    "items": {
        "id": str, "kind": str, "author_id": str, "text": str, "language": str, "tags": _list,
        "channels": _list, "professions": _list, "latitude": float, "longitude": float,
        "duration_seconds": float, "state": str, "created_at": str,
    },
    "domains": {
        "id": str, "kind": str, "name": str, "latitude": float, "longitude": float, "radius_km": float,
    },
    "events": {
        "id": str, "type": str, "time": str, "person_id": str, "item_id": str, "author_id": str,
        "surface": str, "slot": int, "visible_seconds": float, "watch_seconds": float, "query": str,
        "latitude": float, "longitude": float,
    },
}  # fmt: skip
_PLACE: Final = {
    "people": ("home", "home_"), "items": ("position", ""), "domains": ("centre", ""), "events": ("position", ""),
}  # fmt: skip
_CONSENT: Final = "consent_"


async def import_tables(
    reach: Reach, files: list[Path], source: str, advance: Advance, tally: Tally
) -> None:
    """Bring tables into a community.

    Raises:
        InvalidError: A file's name says nothing of what it holds, or a column is unknown.
    """
    by_kind = sorted(files, key=lambda path: KINDS.index(kind_of(path)))
    done = (await marks(reach, source)).rows
    for path in by_kind:
        kind = kind_of(path)
        known_as = f"{path.name} {_first_row(path)}"
        start = done.get(known_as, 0)
        tally.skipped_rows += start
        for batch in batched(islice(_rows(path), start, None), _ROWS):
            sent = list(_sent(path, kind, batch, tally))
            await _carry(reach, kind, sent, tally)
            start += len(batch)
            done[known_as] = start
            await mark(reach, source, Marks(done))
            advance(path.name, start)


def _first_row(path: Path) -> str:
    """Return a digest of a file's first row, by which it is told from another of the same name."""
    first = next(_rows(path), None)
    return hashlib.blake2b(repr(first).encode(), digest_size=8).hexdigest()


async def _carry(reach: Reach, kind: str, sent: list[Sent], tally: Tally) -> None:
    await _drive_to_latest(reach, sent)
    if kind == "events":
        await carry_events(reach, sent, tally)
    elif kind == "people":
        tally.people += await carry_bulk(reach, kind, sent, tally)
    elif kind == "items":
        tally.items += await carry_bulk(reach, kind, sent, tally)
    else:
        for one in sent:
            name = one.body.pop("id", "")
            try:
                await reach.ask("PUT", f"/v1/domains/{word(name)}", body=one.body)
                tally.domains += 1
            except ToldError as error:
                tally.refuse(one.where, error.message)


async def _drive_to_latest(reach: Reach, sent: list[Sent]) -> None:
    """Move a driven clock to the latest time that rows tell: nothing may lie ahead of it."""
    told = [row.body.get("time") or row.body.get("created_at") for row in sent]
    times = [_instant(text) for text in told if text is not None]
    if known := [time for time in times if time is not None]:
        await drive(reach, max(known))


def _instant(text: str) -> int | None:
    """Return the instant of a time; None where it is none, which the door will refuse by name."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if time.tzinfo is None else instant_of(time)


def kind_of(path: Path) -> str:
    """Return what a file holds, by the beginning of its name. Raises InvalidError."""
    for kind in KINDS:
        if path.name.startswith(kind):
            return kind
    problem = Problem(path.name, f"must begin with one of {', '.join(KINDS)}")
    raise InvalidError("table_unknown", f"{path.name} {problem.problem}", (problem,))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with the line it begins on; rows of Parquet count from 1."""
    if path.suffix == ".parquet":
        yield from enumerate(_parquet(path), 1)
        return
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        _check(path, list(reader.fieldnames or ()))
        line = reader.line_num + 1
        for row in reader:
            yield line, row
            line = reader.line_num + 1


def _parquet(path: Path) -> Iterator[dict[str, str]]:
    try:
        from pyarrow import parquet  # noqa: PLC0415  an extra: only who brings Parquet needs it
    except ImportError as error:
        message = "Parquet needs the extra: pip install 'lodestone[learning]', or send CSV"
        raise InvalidError("extra_missing", message) from error
    table = parquet.ParquetFile(path)
    _check(path, table.schema_arrow.names)
    for batch in table.iter_batches(_ROWS):
        for row in batch.to_pylist():
            yield {name: _text(value) for name, value in row.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "|".join(str(part) for part in value)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _check(path: Path, columns: list[str]) -> None:
    known = _READ[kind_of(path)]
    unknown = [column for column in columns if column not in known]
    if unknown or "id" not in columns:
        what = f"has an unknown column {unknown[0]!r}" if unknown else "has no column 'id'"
        problem = Problem(path.name, f"{what}; the columns are {', '.join(known)}")
        raise InvalidError("columns_unknown", f"{path.name} {problem.problem}", (problem,))


def _sent(
    path: Path, kind: str, batch: list[tuple[int, dict[str, str]]], tally: Tally
) -> Iterator[Sent]:
    for line, row in batch:
        where = f"{path.name}:{line}"
        try:
            yield Sent(where, _body(kind, row))
        except (ValueError, TypeError) as error:
            tally.refuse(where, str(error))


def _body(kind: str, row: dict[str, str]) -> dict[str, Any]:
    readers = _READ[kind]
    if None in row:
        raise ValueError("has more cells than there are columns")
    body = {name: readers[name](text) for name, text in row.items() if text}
    if kind in _PLACE:
        field, prefix = _PLACE[kind]
        place = [body.pop(f"{prefix}{part}", None) for part in ("latitude", "longitude")]
        if place[0] is not None and place[1] is not None:
            body[field] = {"latitude": place[0], "longitude": place[1]}
        elif place != [None, None]:
            raise ValueError("latitude and longitude come together")
    if consent := {name: body.pop(name) for name in list(body) if name.startswith(_CONSENT)}:
        body["consent"] = {name.removeprefix(_CONSENT): said for name, said in consent.items()}
    return body
