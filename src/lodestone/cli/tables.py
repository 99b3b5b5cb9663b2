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
from lodestone.cli.table_cells import (
    Read,
    instant,
    name,
    names,
    number,
    text,
    truth,
    weights,
    whole,
)
from lodestone.cli.table_files import TableRow, read_table

KINDS: Final = ("domains", "people", "items", "events")
_ROWS: Final = 5_000
Advance = Callable[[str, int], None]


_READ: Final[dict[str, dict[str, Read]]] = {
    "people": {
        "id": name, "name": text, "profession": name, "language": name, "interests": weights,
        "minor": truth, "created_at": instant, "home_latitude": number, "home_longitude": number,
        "consent_personalisation": truth, "consent_position": truth,
    },
    "items": {
        "id": name, "kind": name, "author_id": name, "text": text, "language": name, "tags": names,
        "channels": names, "professions": names, "latitude": number, "longitude": number,
        "duration_seconds": number, "state": name, "created_at": instant,
    },
    "domains": {
        "id": name, "kind": name, "name": text, "latitude": number, "longitude": number, "radius_km": number,
    },
    "events": {
        "id": name, "type": name, "time": instant, "person_id": name, "item_id": name, "author_id": name,
        "surface": name, "slot": whole, "visible_seconds": number, "watch_seconds": number, "query": text,
        "latitude": number, "longitude": number,
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
    # Nothing is taken of any file before each can be read: what is refused for another's lack would count as done.
    known_as = {path: f"{path.name} {_first_row(path)}" for path in by_kind}
    done = (await marks(reach, source)).rows
    for path in by_kind:
        kind = kind_of(path)
        start = done.get(known_as[path], 0)
        tally.skipped_rows += start
        for batch in batched(islice(_rows(path), start, None), _ROWS):
            sent = list(_sent(path, kind, batch, tally))
            await _carry(reach, kind, sent, tally)
            start += len(batch)
            done[known_as[path]] = start
            await mark(reach, source, Marks(done))
            advance(path.name, start)


def _rows(path: Path) -> Iterator[TableRow]:
    return read_table(path, _READ[kind_of(path)])


def _first_row(path: Path) -> str:
    """Return a digest of a file's first row, by which it is told from another of the same name."""
    first = next(_rows(path), None)
    written = None if first is None else (first.line, first.problem or first.cells)
    return hashlib.blake2b(repr(written).encode("utf-8", "replace"), digest_size=8).hexdigest()


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


def _sent(path: Path, kind: str, batch: list[TableRow], tally: Tally) -> Iterator[Sent]:
    for row in batch:
        where = f"{path.name}:{row.line}"
        try:
            yield Sent(where, _body(kind, row))
        except ValueError as error:
            tally.refuse(where, str(error))


def _body(kind: str, row: TableRow) -> dict[str, Any]:
    if row.problem is not None:
        raise ValueError(row.problem)
    body = {
        column: _cell(column, _READ[kind][column], value) for column, value in row.cells.items()
    }
    if kind in _PLACE:
        field, prefix = _PLACE[kind]
        place = [body.pop(f"{prefix}{part}", None) for part in ("latitude", "longitude")]
        if place[0] is not None and place[1] is not None:
            body[field] = {"latitude": place[0], "longitude": place[1]}
        elif place != [None, None]:
            raise ValueError("latitude and longitude come together")
    if consent := {
        column: body.pop(column) for column in list(body) if column.startswith(_CONSENT)
    }:
        body["consent"] = {column.removeprefix(_CONSENT): said for column, said in consent.items()}
    return body


def _cell(column: str, read: Read, value: Any) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from error
