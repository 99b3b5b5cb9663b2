"""`backup` and `restore`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from lodestone import bootstrap
from lodestone.cli.output import Home, Json, data, line, note
from lodestone.cli.reach import run, settings_of


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("backup", epilog="Example: lodestone backup /backups/2026-03-01")(backup)
    app.command("restore", epilog="Example: lodestone restore /backups/2026-03-01 --home fresh")(
        restore
    )


def backup(
    folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.")],
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Copy records, logs and media aside, whole, while everything goes on."""
    body = {"path": str(folder.resolve())}
    made = run(home, None, lambda reach: reach.ask("POST", "/v1/backup", body=body))
    if as_json:
        data(made)
        return
    note(f"the manifest's digest: {made['manifest']}")
    line(made["path"])


def restore(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A back-up.")],
    replace: Annotated[bool, typer.Option(help="Replace what the home holds now.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only look whether the back-up is whole.")
    ] = False,
    without_manifest: Annotated[
        bool,
        typer.Option("--without-manifest", help="Take one of an older version, as it is."),
    ] = False,
    accept_loss: Annotated[
        bool,
        typer.Option(
            "--accept-loss",
            help="Take a log whose chain does not hold; replace a home that cannot be read.",
        ),
    ] = False,
    home: Home = None,
) -> None:
    """Bring a back-up into a home; what was erased and revoked since is erased and revoked again."""
    if check:
        _check(folder)
        return
    leave = bootstrap.Leave(
        replace=replace, without_manifest=without_manifest, accept_loss=accept_loss
    )
    restored = asyncio.run(bootstrap.restore(settings_of(home), folder, leave))
    note(f"{restored.erased} people who had been erased since were erased again")
    note(f"{restored.revoked} keys that had been revoked since were revoked again")
    if not restored.history:
        note(
            "this home does not know what happened since the back-up: erase again whom you erased, and revoke again "
            "what you revoked (`lodestone key list` names every key)"
        )
    if not restored.media:
        note("this back-up was made without media; bring them back by other means")
    for lost in restored.lost:
        note(f"let pass: {lost}")
    line(settings_of(home).home)


def _check(folder: Path) -> None:
    listed = bootstrap.check_backup(folder)
    size = sum(file.bytes for file in listed.files)
    names = ", ".join(entry.id for entry in listed.communities) or "no community"
    line(f"whole: {len(listed.files)} files, {size:,} bytes, made {listed.made_at}; {names}")
