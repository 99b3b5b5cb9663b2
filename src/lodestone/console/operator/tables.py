"""Every table of the figures as a file for spreadsheets, under one route; no cell can be a formula."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from lodestone.base.errors import UnknownError
from lodestone.console.charts import Table
from lodestone.console.operator.sections import Sections
from lodestone.services.support.spreadsheet import table_file, text_cell

_THIN: Final = "\u202f"
_NUMBER: Final = re.compile(
    r"(?P<minus>-?)(?P<sign>[A-Z]{3}(?=\u202f)|[$\u00a2-\u00a5\u20a0-\u20cf])?\u202f?(?P<figure>\d+(?:\.\d+)?)(?:\u202f(?P<unit>\D\S*))?"
)
"""A figure with a currency's sign before it or a unit behind it."""
_NONE: Final = ("", "\u2013")


def tables(sections: Sections) -> Iterator[tuple[str, Table]]:
    """Yield every table of the window with its name: the id of the chart or card that it belongs to."""
    for section in (sections.efficiency, sections.retained, sections.flow, sections.exposure):
        for chart in section.charts:
            if chart.table is not None:
                yield chart.id, chart.table
        for stay in section.stays:
            yield stay.id, stay.table
        for flow in section.flows:
            yield flow.id, flow.table
        if section.walks is not None:
            yield "flow-paths", section.walks.table
    yield "promise-table", sections.promise_table
    for card in sections.cards:
        if card.chart is not None and card.chart.table is not None:
            yield card.chart.id, card.chart.table
    yield "receipts", sections.receipt_table


def find(sections: Sections, name: str) -> Table:
    """Return a table by its name. Raises UnknownError."""
    table = dict(tables(sections)).get(name)
    if table is None:
        raise UnknownError("table_unknown", "there is no such table among these figures")
    return table


def file_of(table: Table, *, bom: bool) -> bytes:
    """Write a table as CSV: numbers plain, a unit that a whole column shares in its heading, dates with their year.

    Args:
        table: The table.
        bom: Whether to begin with the mark by which spreadsheets know UTF-8.
    """
    rows = [list(row) for row in table.rows]
    if table.keys:
        rows = [[key, *row[1:]] for key, row in zip(table.keys, rows, strict=True)]
    columns = [_column(head, [row[at] for row in rows]) for at, head in enumerate(table.head)]
    return table_file(
        [head for head, _ in columns], zip(*(cells for _, cells in columns), strict=True), bom=bom
    )


def _column(head: str, cells: Sequence[str]) -> tuple[str, list[str]]:
    """Return a column's heading and cells as a spreadsheet reads them."""
    plain = [_plain(cell) for cell in cells]
    numbers = [_NUMBER.fullmatch(cell) for cell in plain]
    units = {
        number["sign"] or number["unit"]
        for number, cell in zip(numbers, plain, strict=True)
        if number and cell not in _NONE
    }
    if len(units) == 1 and all(
        number or cell in _NONE for number, cell in zip(numbers, plain, strict=True)
    ):
        (unit,) = units
        heading = f"{head} ({unit})" if unit else head
        return text_cell(heading), [
            number["minus"] + number["figure"] if number else "" for number in numbers
        ]
    return text_cell(head), [text_cell(cell.replace(_THIN, " ")) for cell in plain]


def _plain(cell: str) -> str:
    """Write a figure without thin spaces between its thousands, its minus as a computer does."""
    return re.sub(r"(?<=\d)\u202f(?=\d)", "", cell).replace("\u2212", "-")
