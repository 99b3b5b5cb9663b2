"""How the command line speaks: data on standard output, everything else on standard error."""

import shutil
import sys
from collections.abc import Callable
from decimal import Decimal
from math import floor, isfinite, log10
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.cells import cell_len
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
from rich.text import Text

from lodestone.base.errors import LodestoneError
from lodestone.base.money import MICROS_IN_ONE, amount_text

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
_WIDTH: Final = 80
"""Columns of a terminal that nobody has made wider, and of what is read by a program."""
_GAP: Final = 2


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
    """Print rows under headings, as wide as the terminal at most; 80 columns where nobody is looking.

    Where the rows are wider, each is printed by itself, a line for each of its cells.
    """
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
    widest = [max(map(cell_len, cells)) for cells in zip(columns, *rows, strict=True)]
    out = Console(width=width)
    if sum(widest) + _GAP * (len(widest) - 1) <= width:
        shown = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            shown.add_column(column, no_wrap=True)
        for row in rows:
            shown.add_row(*map(Text, row))
        out.print(shown)
        return
    for row in rows:
        alone = Table.grid(padding=(0, _GAP))
        alone.add_column(no_wrap=True)
        alone.add_column(overflow="fold")
        for column, cell in zip(columns, row, strict=True):
            if cell:
                alone.add_row(Text(column), Text(cell))
        out.print(alone)
        line("")


def amount(money: dict[str, Any]) -> str:
    """Write an amount as people do: in whole units, with its currency.

    >>> amount({"micros": 1_234_500_000, "currency": "CNY"})
    '1,234.50 CNY'
    """
    text = amount_text(money["micros"], money["currency"])
    return f"{Decimal(text):,} {money['currency']}"


def units(micros: float) -> str:
    """Write micros in units of the community's currency.

    >>> units(90_000), units(0), units(-1_500_000)
    ('0.09', '0', '-1.5')
    """
    return figure(micros / MICROS_IN_ONE, 6)


def a_thousand(micros: float, *, sign: bool = False) -> str:
    """Write what a thousand showings of so many micros each come to, in units of the currency.

    >>> a_thousand(9_679.7), a_thousand(-1.3, sign=True), a_thousand(213_222, sign=True)
    ('9.68', '-0.00', '+213.22')
    """
    return f"{micros / 1_000:+,.2f}" if sign else f"{micros / 1_000:,.2f}"


def figure(value: float, digits: int = 4) -> str:
    """Write a number to so many significant digits, never with a power of ten.

    >>> figure(1234567.0), figure(0.000012345), figure(0.2), figure(3.0)
    ('1,235,000', '0.00001234', '0.2', '3')
    """
    if not isfinite(value) or value == 0:
        return "0" if value == 0 else "-"
    places = digits - 1 - floor(log10(abs(value)))
    text = f"{round(value, places):,.{max(0, places)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
