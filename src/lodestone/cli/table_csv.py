"""Rows of CSV, as spreadsheets, data frames and scripts write it."""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from lodestone.cli.table_rows import (
    TableRow,
    check_columns,
    file_refused,
    index_columns,
    named_index,
)

CELL_MAX: Final = 131_072
"""Characters of one cell; the longest field of the interface takes 20,000."""
RECORD_LINES_MAX: Final = 2_000
"""Lines over which one row may reach; a quote that is never closed would else swallow the file."""
_DELIMITERS: Final = (",", ";", "\t")
_COUNT: Final = re.compile(r"\s*[0-9]*\s*")
_BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
Open = Callable[[], BinaryIO]


def csv_rows(path: Path, opened: Open, known: Collection[str]) -> Iterator[TableRow]:
    """Yield every row; those that cannot be read with their problem.

    Args:
        path: The file, by which problems are named.
        opened: Opens its bytes from the beginning.
        known: The columns there may be.

    Raises:
        InvalidError: It is UTF-16, or its columns do not fit.
    """
    with opened() as file:
        mixed, ends = _looked_through(path, file)
    # An undecodable byte becomes a lone surrogate, by which its row is known.
    with io.TextIOWrapper(
        opened(), newline="", encoding="utf-8-sig", errors="surrogateescape"
    ) as text:
        records = _Records(text)
        columns = _header(path, records, known)
        index = index_columns(columns, known)
        for record in records:
            if record.cells == [] and record.problem is None:
                continue  # an empty line
            last = not ends and records.at_end()
            yield _row(record, columns, index, mixed=mixed, cut_off=last)


def _looked_through(path: Path, file: BinaryIO) -> tuple[bool, bool]:
    """Read a file once, to know what each of its rows may be trusted for.

    Returns:
        Whether any line is not UTF-8: then no other line that is not plain ASCII can be trusted either. And whether
        the last line is ended: if not, the file may have been cut off.

    Raises:
        InvalidError: `table_encoding`: it is UTF-16, of which nothing can be read.
    """
    mixed, line = False, b"\n"
    for number, line in enumerate(file):
        if number == 0 and (line.startswith(_BYTE_ORDER_MARKS) or b"\0" in line[:4096]):
            raise file_refused(path, "is UTF-16, not UTF-8; save it as CSV UTF-8", "table_encoding")
        if not mixed and not line.isascii():
            try:
                line.decode()
            except UnicodeDecodeError:
                mixed = True
    return mixed, line.endswith((b"\n", b"\r"))


@dataclass(slots=True)
class _Record:
    line: int
    cells: list[str]
    problem: str | None = None
    doubtful: bool = False
    """Stands behind a malformed row, whose text may reach to here."""
    strict: bool = True


class _Records:
    """Parts a text file into records.

    One that is malformed is given back with its problem, and reading goes on behind its first line.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._line = 0
        self._pending: deque[tuple[int, str]] = deque()
        self._malformed = False
        self.delimiter = ","

    def __iter__(self) -> Iterator[_Record]:
        """Yield every record from where the file stands."""
        while (record := self.next()) is not None:
            yield record

    def at_end(self) -> bool:
        """Say whether nothing is left."""
        if self._pending:
            return False
        text = self._file.readline()
        if text:
            self._line += 1
            self._pending.append((self._line, text))
        return not text

    def next(self) -> _Record | None:
        """Return the next record, None at the end."""
        taken: list[tuple[int, str]] = []
        reader = csv.reader(self._lines(taken), delimiter=self.delimiter, strict=True)
        try:
            cells = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            self._malformed = True
            self._pending.extendleft(reversed(taken[1:]))
            return _Record(taken[0][0], [], _plain(error, len(taken)))
        return _Record(taken[0][0], cells, doubtful=self._malformed, strict=self._strict(taken))

    def _strict(self, taken: list[tuple[int, str]]) -> bool:
        """Say whether a record is written as RFC 4180 says: a quote stands around a cell or twice within one."""
        if not self._malformed:
            return True
        text = "".join(line for _, line in taken)
        cell = rf'(?:"(?:[^"]|"")*+"|[^"{self.delimiter}\r\n]*+)'
        return re.fullmatch(rf"{cell}(?:{self.delimiter}{cell})*+[\r\n]*", text) is not None

    def _lines(self, taken: list[tuple[int, str]]) -> Iterator[str]:
        while len(taken) < RECORD_LINES_MAX:
            if self._pending:
                line = self._pending.popleft()
            else:
                text = self._file.readline()
                if not text:
                    return
                self._line += 1
                line = (self._line, text)
            taken.append(line)
            yield line[1]


def _plain(error: csv.Error, lines: int) -> str:
    if "field larger" in str(error):
        return (
            f"a cell has more than {CELL_MAX:,} characters, or a quote on this line is never closed"
        )
    if lines > 1 or "unexpected end" in str(error):
        return 'a quote (") on this line is never closed; close it, and write quotes inside a text twice'
    return 'a quote (") stands inside a quoted cell; write it twice'


def _header(path: Path, records: _Records, known: Collection[str]) -> list[str]:
    """Read the names of the columns, and by what cells are parted. Raises InvalidError."""
    first = records.next()
    if first is not None and first.cells[:1] in (["sep=;"], ["sep="], ["sep=\t"]):
        first = records.next()  # a spreadsheet's own line
    if first is None or first.problem is not None:
        what = "is empty; the first line names the columns" if first is None else first.problem
        raise file_refused(path, what or "", "columns_unknown")
    text = records.delimiter.join(first.cells)
    needed = {"id"} if "id" in known else set(known)
    for delimiter in _DELIMITERS:
        columns = [name.strip() for name in text.split(delimiter)]
        if needed <= set(columns):
            records.delimiter = delimiter
            break
    else:
        columns = [name.strip() for name in first.cells]
    check_columns(path, columns[index_columns(columns, known) :], known)
    return columns


def _row(
    record: _Record, columns: list[str], index: int, *, mixed: bool, cut_off: bool
) -> TableRow:
    """Put cells under their columns, or say why they cannot stand there."""
    problem = record.problem or _doubt(record, columns, index, mixed=mixed, cut_off=cut_off)
    named = zip(columns[index:], record.cells[index:], strict=False)
    cells = {name: cell for name, cell in named if name and cell.strip()}
    return TableRow(record.line, cells, problem, plain=True)


def _doubt(
    record: _Record, columns: list[str], index: int, *, mixed: bool, cut_off: bool
) -> str | None:
    text = "".join(record.cells)
    if not text.isascii() and (mixed or any("\udc80" <= c <= "\udcff" for c in text)):
        return "the file is not UTF-8 throughout (GBK?); save it as CSV UTF-8"
    beyond = record.cells[len(columns) :]
    named = zip(columns[index:], record.cells[index:], strict=False)
    unnamed = [cell for name, cell in named if not name and cell.strip()]
    if any(cell.strip() for cell in beyond) or unnamed:
        return (
            "has more cells than there are columns; put a text that holds the separator in quotes"
        )
    if record.doubtful and not (record.strict and len(record.cells) == len(columns)):
        return "stands behind a malformed row and may be part of its text; mend that one first"
    if cut_off and len(record.cells) < len(columns):
        return "the file ends within this row; copy it again"
    for name, cell in zip(columns[:index], record.cells[:index], strict=False):
        if not _COUNT.fullmatch(cell):
            return named_index(name, cell)
    return None
