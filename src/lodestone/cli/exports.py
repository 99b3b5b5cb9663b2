"""`export`: a whole community as tables that `import table` takes, or all that is held about one person."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from lodestone.cli.output import Community, Home, data, note
from lodestone.cli.reach import Reach, run, word
from lodestone.cli.table_columns import READ
from lodestone.cli.table_write import Format, Given, TableWriter, table_writer
from lodestone.events.outcomes import FactKind
from lodestone.services.ingest.fast_path import NEEDS_ITEM

_PAGE: Final = 1000
_ABOUT_ITEMS: Final = frozenset(FactKind(kind).name.lower() for kind in NEEDS_ITEM)
_BY_SOMEBODY: Final = frozenset({"follow", "unfollow", "visit", "search"})
_RELATIONS: Final = {
    kind.name.lower(): (made.name.lower(), kind is made)
    for made, ended in ((FactKind.BLOCK, FactKind.UNBLOCK), (FactKind.MUTE, FactKind.UNMUTE), (FactKind.HIDE_ADS, FactKind.SHOW_ADS), (FactKind.JOIN, FactKind.LEAVE))
    for kind in (made, ended)
}  # fmt: skip
"""What makes or ends a relation: its type, and whether it makes it."""


def add(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export", epilog="Example: lodestone export out --format parquet")(export)


def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; made when missing.")],
    form: Annotated[
        Format, typer.Option("--format", help="How the tables are written.")
    ] = "ndjson",
    events: Annotated[bool, typer.Option(help="Write what people did, too.")] = True,
    person: Annotated[str | None, typer.Option(help="Only what is held about this person.")] = None,
    community: Community = None,
    home: Home = None,
) -> None:
    """Write people, items, domains, relations and events as tables, or all that is held about one person.

    `lodestone import table` makes the same of them in another home. What a format cannot carry is refused by name.
    """
    folder.mkdir(parents=True, exist_ok=True)

    async def ask(reach: Reach) -> None:
        if person is not None:
            held = await reach.ask("GET", f"/v1/people/{word(person)}/export")
            (folder / "person.json").write_bytes(msgspec.json.encode(held) + b"\n")
            return
        await _tables(reach, _Files(folder, form), events=events)

    run(home, community, ask)
    data(sorted(str(path) for path in folder.iterdir()))


@dataclass(slots=True)
class _Files:
    """The files of one export: each is written aside, and all are put in place once everything is written."""

    folder: Path
    form: Format
    done: dict[Path, Path] = field(default_factory=dict)

    def open(self, kind: str) -> TableWriter:
        """Open the table of a kind."""
        path = self.folder / f"{kind}.{self.form}"
        aside = path.with_name(f".{path.name}.partial")
        self.done[aside] = path
        return table_writer(aside, kind, self.form)

    def put(self) -> None:
        """Put every file in place."""
        for aside, path in self.done.items():
            aside.replace(path)

    def drop(self) -> None:
        """Remove what has been written."""
        for aside in self.done:
            aside.unlink(missing_ok=True)


async def _tables(reach: Reach, files: _Files, *, events: bool) -> None:
    try:
        await _records(reach, files)
        await _deeds(reach, files, events=events)
    except BaseException:
        files.drop()
        raise
    files.put()


async def _records(reach: Reach, files: _Files) -> None:
    for kind in ("people", "items", "domains"):
        written, left = 0, 0
        with files.open(kind) as table:
            pages = _pages(reach, kind)
            if kind == "people":
                # They are listed by a hash under the community's secret; two homes must write the same file.
                pages = _by_id(pages)
            async for page in pages:
                rows = [_sent(kind, row) for row in page if row.get("author_id", "") is not None]
                table.write(rows)
                written, left = written + len(rows), left + len(page) - len(rows)
        note(f"{kind}: {written}" + (f"; {left} of erased people left out" if left else ""))


async def _deeds(reach: Reach, files: _Files, *, events: bool) -> None:
    """Write events in the order of the log, and the relations that stand at its end."""
    standing: set[tuple[str, str, str]] = set()
    gone = {
        row["id"]
        async for page in _pages(reach, "items")
        for row in page
        if row["author_id"] is None
    }
    written, left = 0, 0
    with files.open("events") as table:
        async for page in _pages(reach, "events"):
            for row in page:
                _relate(standing, row)
            deeds = [row for row in page if row["type"] not in _RELATIONS]
            rows = [_sent("events", row) for row in deeds if _whole(row, gone)] if events else []
            table.write(rows)
            written, left = written + len(rows), left + len(deeds) - len(rows)
    note(f"events: {written}" + (f"; {left} left out" if left else ""))
    async for page in _pages(reach, "domains"):
        for domain in page:
            async for names in _pages(reach, f"domains/{word(domain['id'])}/moderators"):
                standing |= {("moderate", name, domain["id"]) for name in names}
    with files.open("relations") as table:
        columns = tuple(READ["relations"])
        table.write([dict(zip(columns, one, strict=True)) for one in sorted(standing)])
    note(f"relations: {len(standing)}")


def _relate(standing: set[tuple[str, str, str]], row: Given) -> None:
    """Follow a block, a mute, a membership or its end; nobody's, since they were erased, is none."""
    relation, other = _RELATIONS.get(row["type"]), row["domain_id"] or row["author_id"]
    if relation is None or row["person_id"] is None or other is None:
        return
    one = (relation[0], row["person_id"], other)
    if relation[1]:
        standing.add(one)
    else:
        standing.discard(one)


def _whole(row: Given, gone: set[str]) -> bool:
    """Say whether an event still names what it needs: whom it names may have been erased."""
    kind = row["type"]
    if kind in _BY_SOMEBODY and row["person_id"] is None:
        return False
    if kind in _ABOUT_ITEMS and (row["item_id"] is None or row["item_id"] in gone):
        return False
    return kind not in ("follow", "unfollow") or row["author_id"] is not None


def _sent(kind: str, row: Given) -> Given:
    """Return what is written of a record: the fields that can be sent, and what the answer counts besides."""
    if kind != "events":
        return row
    return {
        name: value
        for name, value in row.items()
        if name not in ("domain_id", "receipt_id") and value is not None
    }


async def _by_id(pages: AsyncIterator[Sequence[Given]]) -> AsyncIterator[Sequence[Given]]:
    """Put rows in the order of their ids, however many there are: SQLite sorts them in a file of its own."""
    with closing(sqlite3.connect("")) as scratch:
        scratch.execute("CREATE TABLE sorted (id TEXT PRIMARY KEY, row BLOB) WITHOUT ROWID")
        async for page in pages:
            rows = ((row["id"], msgspec.json.encode(row)) for row in page)
            scratch.executemany("INSERT OR REPLACE INTO sorted VALUES (?, ?)", rows)
        found = scratch.execute("SELECT row FROM sorted ORDER BY id")
        while rows_read := found.fetchmany(_PAGE):
            yield [msgspec.json.decode(row) for (row,) in rows_read]


async def _pages(reach: Reach, path: str) -> AsyncIterator[Sequence[Any]]:
    """Yield every page of a list."""
    cursor = ""
    while True:
        page = await reach.ask("GET", f"/v1/{path}?limit={_PAGE}{cursor}")
        yield page["data"]
        if page["next_cursor"] is None:
            return
        cursor = f"&cursor={page['next_cursor']}"
