"""How the command line speaks: data on standard output, everything else on standard error."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from lodestone.base.errors import LodestoneError

Home = Annotated[
    str | None,
    typer.Option("--home", metavar="DIR", help="The home directory.", show_default=False),
]
Community = Annotated[
    str | None,
    typer.Option(
        "--community",
        metavar="ID",
        help="Which community, when there are several.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

WRONG_USE = 2
FINDING = 1


def data(value: Any) -> None:
    """Print JSON, two spaces deep, UTF-8 as it is."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    sys.stdout.write(text + "\n")


def line(text: str) -> None:
    """Print one line of an answer."""
    sys.stdout.write(text + "\n")


def note(text: str) -> None:
    """Tell what is going on."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def trouble(error: LodestoneError) -> None:
    """Say what went wrong and which fields are at fault."""
    note(f"error: {error.message}")
    for detail in error.details:
        if detail.problem not in error.message:
            note(f"  {detail.field}: {detail.problem}")


def table(columns: list[str], rows: list[list[str]]) -> None:
    """Print rows under headings, plain when nobody is looking."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*row)
    Console().print(shown)


def progress() -> Progress:
    """Return a progress bar on standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=False,
    )


def teller(bar: Progress) -> Callable[[str, int, int], None]:
    """Return what takes (of what, done, in all) and moves a bar for each."""
    tasks: dict[str, TaskID] = {}

    def told(what: str, done: int, whole: int) -> None:
        if what not in tasks:
            tasks[what] = bar.add_task(what, total=whole)
        bar.update(tasks[what], completed=done, total=whole)

    return told
