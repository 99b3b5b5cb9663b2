"""Table files read row by row: CSV as spreadsheets and scripts write it, and Parquet.

A row that cannot be read is handed on with its line and why, and the rest is read all the same. What could be read in
two ways is refused rather than guessed: a table that comes in half wrong is worse than one that comes in half.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TextIO

from lodestone.base.errors import InvalidError, Problem

CELL_MAX: Final = 131_072
"""Characters of one cell; the longest field of the interface takes 20,000."""
_RECORD_LINES_MAX: Final = 2_000
"""Lines over which one row may reach; a quote that is never closed would else swallow the file."""
_DELIMITERS: Final = (",", ";", "\t")
_BATCH: Final = 5_000
_LOOK_BYTES: Final = 1 << 20
_BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table: its cells by column, or why it cannot be read."""

    line: int
    """On which it begins; rows of Parquet count from 1."""
    cells: dict[str, Any] = field(default_factory=dict)
    """Text from CSV, values of any type from Parquet; what is empty is left out."""
    problem: str | None = None


def read_table(path: Path, known: Collection[str]) -> Iterator[TableRow]:
    """Yield every row of a file.

    Args:
        path: `*.parquet`, or CSV in UTF-8 parted by commas, semicolons or tabs.
        known: The columns there may be; `id` must be there.

    Raises:
        InvalidError: The file as a whole cannot be read: another encoding, unknown columns, damaged Parquet.
    """
    if path.suffix == ".parquet":
        return _parquet_rows(path, known)
    return _csv_rows(path, known)


def check_columns(path: Path, columns: list[str], known: Collection[str]) -> None:
    """Pass the columns of a table. Raises InvalidError naming the first that does not fit."""
    named = [column for column in columns if column]
    unknown = [column for column in named if column not in known]
    twice = [column for column in named if named.count(column) > 1]
    if unknown:
        what = f"has an unknown column {unknown[0]!r}"
    elif twice:
        what = f"has the column {twice[0]!r} twice"
    elif "id" not in named:
        what = "has no column 'id'"
    else:
        return
    problem = Problem(f"{path.name}:1", f"{what}; the columns are {', '.join(known)}")
    raise InvalidError("columns_unknown", f"{problem.field} {problem.problem}", (problem,))


# CSV


def _csv_rows(path: Path, known: Collection[str]) -> Iterator[TableRow]:
    mixed = _other_encoding(path)
    ends = _ends_with_a_line(path)
    # An undecodable byte becomes a lone surrogate, by which its row is known.
    with path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
        records = _Records(file)
        columns = _header(path, records, known)
        for record in records:
            if record.cells == [] and record.problem is None:
                continue  # an empty line
            last = not ends and records.at_end()
            yield _row(record, columns, mixed=mixed, cut_off=last)


def _other_encoding(path: Path) -> bool:
    """Say whether any line is not UTF-8: then no other line that is not plain ASCII can be trusted either.

    Raises:
        InvalidError: `table_encoding`: it is UTF-16, of which nothing can be read.
    """
    mixed = False
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(_BYTE_ORDER_MARKS) or b"\0" in head:
            raise _whole(path, "is UTF-16, not UTF-8; save it as CSV UTF-8", "table_encoding")
        file.seek(0)
        for line in file:
            if not line.isascii():
                try:
                    line.decode()
                except UnicodeDecodeError:
                    mixed = True
                    break
    return mixed


def _ends_with_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        if file.tell() == 0:
            return True
        file.seek(-1, 2)
        return file.read(1) in (b"\n", b"\r")


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
        while len(taken) < _RECORD_LINES_MAX:
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
        raise _whole(path, what or "", "columns_unknown")
    text = records.delimiter.join(first.cells)
    for delimiter in _DELIMITERS:
        columns = [name.strip() for name in text.split(delimiter)]
        if "id" in columns:
            records.delimiter = delimiter
            break
    else:
        columns = [name.strip() for name in first.cells]
    check_columns(path, columns, known)
    return columns


def _row(record: _Record, columns: list[str], *, mixed: bool, cut_off: bool) -> TableRow:
    """Put cells under their columns, or say why they cannot stand there."""
    return TableRow(
        record.line,
        {
            name: cell
            for name, cell in zip(columns, record.cells, strict=False)
            if name and cell.strip()
        },
        record.problem or _doubt(record, columns, mixed=mixed, cut_off=cut_off),
    )


def _doubt(record: _Record, columns: list[str], *, mixed: bool, cut_off: bool) -> str | None:
    text = "".join(record.cells)
    if not text.isascii() and (mixed or any("\udc80" <= c <= "\udcff" for c in text)):
        return "the file is not UTF-8 throughout (GBK?); save it as CSV UTF-8"
    beyond = record.cells[len(columns) :]
    unnamed = [
        cell for name, cell in zip(columns, record.cells, strict=False) if not name and cell.strip()
    ]
    if any(cell.strip() for cell in beyond) or unnamed:
        return (
            "has more cells than there are columns; put a text that holds the separator in quotes"
        )
    if record.doubtful and not (record.strict and len(record.cells) == len(columns)):
        return "stands behind a malformed row and may be part of its text; mend that one first"
    if cut_off and len(record.cells) < len(columns):
        return "the file ends within this row; copy it again"
    return None


# Parquet


def _parquet_rows(path: Path, known: Collection[str]) -> Iterator[TableRow]:
    # It takes long to load (about a second on a busy core), and only who brings Parquet needs it.
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    number = 0
    try:
        with parquet.ParquetFile(path) as table:
            check_columns(path, table.schema_arrow.names, known)
            for batch in table.iter_batches(_BATCH):
                columns = {
                    name: _values(pa, batch.column(place))
                    for place, name in enumerate(batch.schema.names)
                }
                for place in range(batch.num_rows):
                    number += 1
                    cells = {
                        name: values[place]
                        for name, values in columns.items()
                        if values[place] is not None
                    }
                    yield TableRow(number, cells)
    except (pa.ArrowException, OSError) as error:
        where = f"is not readable behind row {number}" if number else "is no Parquet"
        raise _whole(path, f"{where}; write it again ({error})", "table_damaged") from error


class Unreadable:
    """Stands for a value that Python has no type for; its text says what it is."""

    def __init__(self, text: str) -> None:
        self.text = text


def _values(pa: Any, column: Any) -> list[Any]:
    """Return a column's values; instants finer than a microsecond are cut to it."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError, ImportError, pa.ArrowException):
        return [_value(pa, value) for value in column]
    return values


def _value(pa: Any, value: Any) -> Any:
    read: Callable[[], Any] = value.as_py
    try:
        return read()
    except (ValueError, OverflowError, ImportError, pa.ArrowException):
        return Unreadable(f"a {value.type}")


def _whole(path: Path, problem: str, code: str) -> InvalidError:
    """Make the error of a file of which nothing can be read."""
    field_name = f"{path.name}:1"
    return InvalidError(code, f"{field_name} {problem}", (Problem(field_name, problem),))
