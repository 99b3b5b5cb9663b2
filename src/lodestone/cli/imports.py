"""`import`: real input, from KuaiRand's files or from plain tables."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lodestone.cli.batch_import import Marks, Tally, mark, marks
from lodestone.cli.item_lists import DEEDS_LEAST, made
from lodestone.cli.keys import only
from lodestone.cli.kuairand import LEARNED, SOURCE, import_kuairand
from lodestone.cli.learning import learn_weights
from lodestone.cli.output import WRONG_USE, Community, Home, Json, data, line, note, progress
from lodestone.cli.reach import Reach, run, word
from lodestone.cli.tables import import_tables

_imports = typer.Typer(no_args_is_help=True, help="Bring people, items and events in.")


def add(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(_imports, name="import")


@_imports.command("kuairand", epilog="Example: lodestone import kuairand KuaiRand-Pure")
def kuairand(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="As unpacked.")],
    learn: Annotated[bool, typer.Option(help="Learn the predictor's weights from it.")] = True,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Bring KuaiRand's published files: people, videos and every log file beside them.

    Again goes on where it stopped, and takes in log files laid beside since. Into the community named, or
    into `kuairand`, made with a driven clock when missing.
    """
    tally = Tally()
    target = community or SOURCE
    with progress() as bar:
        tasks: dict[str, Any] = {}

        def advance(name: str, done: int, whole: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=whole)
            bar.update(tasks[name], completed=done)

        async def ask(reach: Reach) -> Marks:
            known = {one["id"] for one in (await reach.ask("GET", "/v1/communities"))["data"]}
            if target not in known:
                body = {"name": "KuaiRand", "time_zone": "Asia/Shanghai", "clock": "driven"}
                await reach.ask("PUT", f"/v1/communities/{word(target)}", body=body)
            await import_kuairand(reach, folder, advance, tally)
            return await marks(reach, SOURCE)

        done = run(home, target, ask)
        rows = sum(count for name, count in done.rows.items() if name.startswith("log_"))
        # Learning may have been cut short, or left to later, after the rows were in.
        if learn and rows and done.rows.get(LEARNED) != rows:
            learn_weights(home, target, advance)
            learned = Marks({**done.rows, LEARNED: rows}, done.digests)
            run(home, target, lambda reach: mark(reach, SOURCE, learned))
        if learn and tally.events >= DEEDS_LEAST:
            run(home, target, lambda reach: made(reach, target))
    told(tally, as_json=as_json)


@_imports.command("table", epilog="Example: lodestone import table people.csv items.csv events.csv")
def table(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="CSV or Parquet.")
    ],
    source: Annotated[
        str, typer.Option(help="A name; the same one goes on where it stopped.")
    ] = "table",
    learn: Annotated[bool, typer.Option(help="Make item lists of it at the end.")] = True,
    community: Community = None,
    home: Home = None,
    as_json: Json = False,
) -> None:
    """Bring plain tables: people…, items…, domains… and events…, CSV or Parquet.

    A row that cannot be read or is not taken is named by file and line; the rest is taken, and the command ends with 2.
    """
    tally = Tally()
    with progress() as bar:
        tasks: dict[str, Any] = {}

        def advance(name: str, rows: int) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=None)
            bar.update(tasks[name], completed=rows)

        async def ask(reach: Reach) -> None:
            await import_tables(reach, files, source, advance, tally)
            if learn and tally.events >= DEEDS_LEAST:
                await made(reach, await only(reach, community))

        run(home, community, ask)
    told(tally, as_json=as_json)
    if tally.refused:
        note(
            "the rest was taken; put the refused rows, mended, into a file of their own and import that"
        )
        raise typer.Exit(WRONG_USE)


def told(tally: Tally, *, as_json: bool) -> None:
    """Print what became of an import."""
    if as_json:
        data(tally.told())
        return
    for name, count in tally.told().items():
        line(f"{name.replace('_', ' ')}: {count:,}")
