"""Tables brought into a community: one a file, named by what it holds; what each may hold says `table_columns`.

Files are taken in the order in which they need each other, whatever order they are named in. A file is known by its
name and its first row, so that next week's of the same name is another one.
"""

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from lodestone.base.wire import instant_of
from lodestone.cli.batch_import import (
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
from lodestone.cli.table_columns import KINDS, READ, body_of, cells_of, kind_of
from lodestone.cli.table_files import read_table
from lodestone.cli.table_rows import TableRow

_ROWS: Final = 5_000
Advance = Callable[[str, int], None]
_RELATIONS: Final = {
    "follow": "/v1/people/{person}/follows/{other}",
    "block": "/v1/people/{person}/blocks/{other}",
    "mute": "/v1/people/{person}/mutes/{other}",
    "hide_ads": "/v1/people/{person}/hidden-ads/{other}",
    "join": "/v1/domains/{other}/members/{person}",
    "moderate": "/v1/domains/{other}/moderators/{person}",
}


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
    kind = kind_of(path)
    return read_table(path, READ[kind], lambda given: cells_of(kind, given))


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
        for row in sent:
            try:
                path = f"/v1/domains/{word(row.body.pop('id', ''))}" if kind == "domains" else None
                await reach.ask(
                    "PUT", path or _relation(row), body=None if path is None else row.body
                )
            except ToldError as error:
                tally.refuse(row.where, error.message)
            else:
                tally.domains += kind == "domains"
                tally.relations += kind == "relations"


def _relation(row: Sent) -> str:
    """Return the address that makes a relation. Raises ToldError."""
    given = {field: row.body.get(field, "") for field in READ["relations"]}
    if given["type"] not in _RELATIONS or not all(given.values()):
        what = f"needs {', '.join(given)}; type is one of {', '.join(_RELATIONS)}"
        raise ToldError("malformed", what)
    return _RELATIONS[given["type"]].format(
        person=word(given["person_id"]), other=word(given["other_id"])
    )


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


def _sent(path: Path, kind: str, batch: list[TableRow], tally: Tally) -> Iterator[Sent]:
    for row in batch:
        where = f"{path.name}:{row.line}"
        try:
            yield Sent(where, body_of(kind, row))
        except ValueError as error:
            tally.refuse(where, str(error))
