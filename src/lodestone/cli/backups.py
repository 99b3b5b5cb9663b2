"""`backup`, `restore` and `export`."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from lodestone import bootstrap
from lodestone.cli.reach import Reach, run, settings_of, word
from lodestone.cli.say import Community, Home, data, line, note

_PAGE = 1000


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup", epilog="Example: lodestone backup /backups/2026-03-01")(backup)
    app.command("restore", epilog="Example: lodestone restore /backups/2026-03-01 --home fresh")(
        restore
    )
    app.command("export", epilog="Example: lodestone export out --person p1")(export)


def backup(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    home: Home = None,
) -> None:
    """Copy records and logs aside while everything goes on."""
    body = {"path": str(folder.resolve())}
    told = run(home, None, lambda reach: reach.ask("POST", "/v1/backup", body=body))
    line(told["path"])


def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A back-up.")],
    replace: Annotated[bool, typer.Option(help="Replace what the home holds now.")] = False,
    home: Home = None,
) -> None:
    """Bring a back-up into a home; whoever was erased since is erased again."""
    again = asyncio.run(bootstrap.restore(settings_of(home), folder, replace=replace))
    note(f"{again} people who had been erased since were erased again")
    line(settings_of(home).home)


def export(
    folder: Annotated[Path, typer.Argument(help="Where to write; made when missing.")],
    person: Annotated[str | None, typer.Option(help="Only what is held about this person.")] = None,
    community: Community = None,
    home: Home = None,
) -> None:
    """Write people, items and domains as NDJSON, or all that is held about one person."""
    folder.mkdir(parents=True, exist_ok=True)

    async def ask(reach: Reach) -> None:
        if person is not None:
            told = await reach.ask("GET", f"/v1/people/{word(person)}/export")
            _write(folder / "person.json", [told])
            return
        for kind in ("people", "items", "domains"):
            _write(folder / f"{kind}.ndjson", await _all(reach, kind))

    run(home, community, ask)
    data(sorted(str(path) for path in folder.iterdir()))


async def _all(reach: Reach, kind: str) -> list[Any]:
    found: list[Any] = []
    cursor = ""
    while True:
        told = await reach.ask("GET", f"/v1/{kind}?limit={_PAGE}{cursor}")
        found += told["data"]
        if told["next_cursor"] is None:
            return found
        cursor = f"&cursor={told['next_cursor']}"


def _write(path: Path, rows: list[Any]) -> None:
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    note(f"{path}: {len(rows)}")
