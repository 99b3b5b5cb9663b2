"""What each table holds: its columns, how a cell of each is read, and how a row becomes what the API takes.

people.csv      id, name, home_latitude, home_longitude, profession, language, interests, minor, created_at,
                consent_personalisation, consent_position, consent_shown_at_home, present_latitude, present_longitude, present_at,
                translations
items.csv       id, kind, author_id, text, language, tags, channels, professions, latitude, longitude,
                duration_seconds, state, created_at, media, labels, translations
domains.csv     id, kind, name, latitude, longitude, radius_km, created_at, translations
relations.csv   type, person_id, other_id
events.csv      id, type, time, person_id, item_id, author_id, surface, slot, visible_seconds, watch_seconds,
                query, latitude, longitude, day, reason
"""

from pathlib import Path
from typing import Any, Final

from lodestone.base.errors import InvalidError, Problem
from lodestone.cli.table_cells import (
    Read,
    check_plain,
    day,
    instant,
    name,
    names,
    number,
    objects,
    text,
    translations,
    truth,
    weights,
    whole,
)
from lodestone.cli.table_rows import TableRow

KINDS: Final = ("domains", "people", "items", "relations", "events")
"""In the order in which they are taken: each names what those before it brought."""
READ: Final[dict[str, dict[str, Read]]] = {
    "people": {
        "id": name, "name": text, "profession": name, "language": name, "interests": weights,
        "minor": truth, "created_at": instant, "home_latitude": number, "home_longitude": number,
        "consent_personalisation": truth, "consent_position": truth, "consent_shown_at_home": truth,
        "present_latitude": number, "present_longitude": number, "present_at": instant, "translations": translations,
    },
    "items": {
        "id": name, "kind": name, "author_id": name, "text": text, "language": name, "tags": names,
        "channels": names, "professions": names, "latitude": number, "longitude": number,
        "duration_seconds": number, "state": name, "created_at": instant, "media": objects, "labels": objects,
        "translations": translations,
    },
    "domains": {
        "id": name, "kind": name, "name": text, "latitude": number, "longitude": number, "radius_km": number,
        "created_at": instant, "translations": translations,
    },
    "relations": {"type": name, "person_id": name, "other_id": name},
    "events": {
        "id": name, "type": name, "time": instant, "person_id": name, "item_id": name, "author_id": name,
        "surface": name, "slot": whole, "visible_seconds": number, "watch_seconds": number, "query": text,
        "latitude": number, "longitude": number, "day": day, "reason": name,
    },
}  # fmt: skip
_PLACE: Final = ("latitude", "longitude")
GROUPS: Final[dict[str, dict[str, dict[str, str]]]] = {
    "people": {
        "home": {part: f"home_{part}" for part in _PLACE},
        "present": {part: f"present_{part}" for part in _PLACE},
        "consent": {
            part: f"consent_{part}" for part in ("personalisation", "position", "shown_at_home")
        },
    },
    "items": {"position": {part: part for part in _PLACE}},
    "domains": {"centre": {part: part for part in _PLACE}},
    "events": {"position": {part: part for part in _PLACE}},
    "relations": {},
}
"""Fields of the API that hold others: the column of each part."""
ANSWERED: Final = {"items": ("counters", "ruling"), "domains": ("members",)}
"""What answers say besides, which nobody can send: passed over in NDJSON."""


def kind_of(path: Path) -> str:
    """Return what a file holds, by the beginning of its name. Raises InvalidError."""
    for kind in KINDS:
        if path.name.startswith(kind):
            return kind
    problem = Problem(path.name, f"must begin with one of {', '.join(KINDS)}")
    raise InvalidError("table_unknown", f"{path.name} {problem.problem}", (problem,))


def body_of(kind: str, row: TableRow) -> dict[str, Any]:
    """Turn a row into what the API takes. Raises ValueError saying which column is at fault, and the cure."""
    if row.problem is not None:
        raise ValueError(row.problem)
    read = READ[kind]
    body = {
        column: _cell(column, read[column], value, plain=row.plain)
        for column, value in row.cells.items()
    }
    for field, columns in GROUPS[kind].items():
        parts = {
            part: body.pop(column)
            for part, column in columns.items()
            if body.get(column) is not None
        }
        if parts and len(parts) < len(columns) and "latitude" in columns:
            raise ValueError(" and ".join(columns.values()) + " come together")
        if parts:
            body[field] = parts
    return {field: value for field, value in body.items() if value is not None}


def cells_of(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Lay fields out as columns, the opposite of `body_of`; what is unknown is left out.

    Raises:
        ValueError: A field has a part that there is no column for.
    """
    cells: dict[str, Any] = {}
    for field, value in given.items():
        columns = GROUPS[kind].get(field)
        if value is None or field in ANSWERED.get(kind, ()):
            continue
        if columns is None or not isinstance(value, dict):
            cells[field] = value
            continue
        if unknown := [part for part in value if part not in columns]:
            raise ValueError(f"{field} has an unknown part {unknown[0]!r}")
        cells |= {columns[part]: known for part, known in value.items() if known is not None}
    return cells


def _cell(column: str, read: Read, value: Any, *, plain: bool) -> Any:
    try:
        if plain:
            check_plain(read, value)
        return read(value)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from error
