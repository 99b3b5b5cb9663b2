"""Tables written as they are read: NDJSON, CSV or Parquet of which an import makes the same again."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Protocol, Self

import msgspec

from lodestone.base.errors import InvalidError, Problem
from lodestone.cli import table_cells as cells
from lodestone.cli.table_cells import Read
from lodestone.cli.table_columns import READ, body_of, cells_of
from lodestone.cli.table_csv import CELL_MAX, RECORD_LINES_MAX
from lodestone.cli.table_rows import TableRow

Format = Literal["ndjson", "csv", "parquet"]
Given = dict[str, Any]
"""One record as the API shows it."""
_NOTHING: Final[tuple[Any, ...]] = (None, "", [], {})
_TEXTS: Final = ("url", "type", "label", "rule", "expires_at")


class TableWriter(Protocol):
    """Writes the rows of one table into a file of its own."""

    def write(self, rows: Sequence[Given]) -> None:
        """Append rows. Raises InvalidError naming a row that this format cannot carry."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def table_writer(path: Path, kind: str, form: Format) -> TableWriter:
    """Open a file for the rows of one kind; with no row at all it still names its columns, but for NDJSON."""
    if form == "parquet":
        return _Parquet(path, kind)
    return _Csv(path, kind) if form == "csv" else _Lines(path)


class _File:
    """A text file that is closed at the end."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", newline="", encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _Lines(_File):
    """One object a line, as the API shows it."""

    def write(self, rows: Sequence[Given]) -> None:
        for row in rows:
            self._file.write(msgspec.json.encode(row).decode() + "\n")


class _Csv(_File):
    """UTF-8, parted by commas, lists parted by `|` where that says the same, else as JSON."""

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(path)
        self._name, self._kind, self._rows = path.name, kind, 0
        self._csv = csv.writer(self._file, lineterminator="\n")
        self._csv.writerow(READ[kind])

    def write(self, rows: Sequence[Given]) -> None:
        for row in rows:
            self._rows += 1
            written = self._cells(row)
            self._csv.writerow([written.get(column, "") for column in READ[self._kind]])

    def _cells(self, row: Given) -> dict[str, str]:
        """Write a record's cells, and read them back as an import would. Raises InvalidError."""
        given = cells_of(self._kind, row)
        written = {
            column: cell_text(READ[self._kind][column], value)
            for column, value in given.items()
            if value not in _NOTHING
        }
        try:
            _check(self._kind, written, _known(given))
        except ValueError as error:
            who = row.get("id", row.get("person_id"))
            what = f"CSV cannot carry {self._kind} {who!r}: {error}; export with --format ndjson or parquet"
            problem = Problem(f"{self._name}:{self._rows}", str(error))
            raise InvalidError("format_unfit", what, (problem,)) from error
        return written


def _known(given: dict[str, Any]) -> dict[str, Any]:
    return {column: value for column, value in given.items() if value not in _NOTHING}


def _as_read(written: dict[str, str]) -> TableRow:
    """Return the row that an import reads of some cells. Raises ValueError: it would read none."""
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\n").writerow(written.values())
    if line.getvalue().count("\n") + line.getvalue().count("\r") > RECORD_LINES_MAX:
        raise ValueError(f"a text has more than {RECORD_LINES_MAX:,} lines")
    if any(len(cell) > CELL_MAX for cell in written.values()):
        raise ValueError(f"a cell has more than {CELL_MAX:,} characters")
    filled = {column: cell for column, cell in written.items() if cell.strip()}
    return TableRow(1, filled, plain=True)


def _check(kind: str, written: dict[str, str], given: dict[str, Any]) -> None:
    """Pass cells of which an import makes what they were written of. Raises ValueError naming one that is not."""
    if body_of(kind, _as_read(written)) == body_of(kind, TableRow(1, given)):
        return
    for column, cell in written.items():
        filled = _as_read({column: cell}).cells
        if not filled or READ[kind][column](cell) != READ[kind][column](given[column]):
            raise ValueError(f"{column}: {cell[:40]!r} would be read as something else")
    raise ValueError("it would be read as something else")


def cell_text(read: Read, value: Any) -> str:
    """Write a value so that a reader of CSV makes the same of it."""
    if read is cells.truth:
        return "true" if value else "false"
    if read is cells.number:
        return repr(float(value)).removesuffix(".0")
    if read in (cells.objects, cells.translations):
        return _json(value)
    if read is cells.names:
        plain = "|".join(value)
        return plain if _reads_as(read, plain, list(value)) else _json(value)
    if read is cells.weights:
        plain = "|".join(
            f"{tag}:{repr(float(weight)).removesuffix('.0')}" for tag, weight in value.items()
        )
        return plain if _reads_as(read, plain, value) else _json(value)
    return str(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _reads_as(read: Read, written: str, value: Any) -> bool:
    try:
        cells.check_plain(read, written)
        return bool(read(written) == value)
    except ValueError:
        return False


class _Parquet:
    """Columns of types of their own: instants in UTC, lists, maps and structs."""

    def __init__(self, path: Path, kind: str) -> None:
        import pyarrow as pa  # noqa: PLC0415  it takes a second to load
        from pyarrow import parquet  # noqa: PLC0415

        self._pa, self._kind = pa, kind
        self._schema = pa.schema([(name, _type(pa, read)) for name, read in READ[kind].items()])
        self._table = parquet.ParquetWriter(path, self._schema, compression="zstd")

    def write(self, rows: Sequence[Given]) -> None:
        given = [_known(cells_of(self._kind, row)) for row in rows]
        columns = {
            name: [_value(read, row.get(name)) for row in given]
            for name, read in READ[self._kind].items()
        }
        self._table.write_table(self._pa.table(columns, self._schema))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._table.close()


def _type(pa: Any, read: Read) -> Any:
    """Return the type of a column."""
    part = pa.struct(
        [*((name, pa.string()) for name in _TEXTS), ("width", pa.int32()), ("height", pa.int32())]
    )
    words = pa.struct([("name", pa.string()), ("text", pa.string())])
    types: dict[Read, Any] = {
        cells.number: pa.float64(),
        cells.whole: pa.int64(),
        cells.truth: pa.bool_(),
        cells.instant: pa.timestamp("us", "UTC"),
        cells.day: pa.date32(),
        cells.names: pa.list_(pa.string()),
        cells.weights: pa.map_(pa.string(), pa.float64()),
        cells.objects: pa.list_(part),
        cells.translations: pa.map_(pa.string(), words),
    }
    return types.get(read, pa.string())


def _value(read: Read, value: Any) -> Any:
    if value is None:
        return None
    if read is cells.instant:
        return datetime.fromisoformat(value)
    if read is cells.day:
        return date.fromisoformat(value)
    return list(value.items()) if read in (cells.weights, cells.translations) else value
