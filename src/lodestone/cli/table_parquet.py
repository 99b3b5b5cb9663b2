"""Rows of a Parquet file, whatever wrote it: pyarrow, pandas, polars, Spark."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, Final

from lodestone.cli.table_cells import missing
from lodestone.cli.table_rows import (
    TableRow,
    Unreadable,
    check_columns,
    file_refused,
    index_columns,
    named_index,
)

_BATCH: Final = 5_000


def parquet_rows(path: Path, known: Collection[str]) -> Iterator[TableRow]:
    """Yield every row. Raises InvalidError: it is damaged, or its columns do not fit."""
    # It takes long to load (about a second on a busy core), and only who brings Parquet needs it.
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    number = 0
    try:
        with parquet.ParquetFile(path) as table:
            columns = _columns(pa, path, table.schema_arrow, known)
            for batch in table.iter_batches(_BATCH, columns=columns):
                values = {
                    name: _values(pa, batch.column(place))
                    for place, name in enumerate(batch.schema.names)
                }
                for place in range(batch.num_rows):
                    number += 1
                    cells = {name: column[place] for name, column in values.items()}
                    yield TableRow(
                        number, {name: cell for name, cell in cells.items() if not missing(cell)}
                    )
    except (pa.ArrowException, OSError) as error:
        where = f"is not readable behind row {number}" if number else "is no Parquet"
        raise file_refused(path, f"{where}; write it again ({error})", "table_damaged") from error


def _columns(pa: Any, path: Path, schema: Any, known: Collection[str]) -> list[str]:
    """Return the columns to read: all but an index that only counts rows. Raises InvalidError."""
    names: list[str] = schema.names
    # pandas writes its index last, polars first.
    last = index_columns(names[::-1], known)
    first = index_columns(names, known)
    index = names[:first] + names[len(names) - last :]
    for name in index:
        kind = schema.field(name).type
        if not pa.types.is_integer(kind):
            raise file_refused(path, named_index(name, kind), "columns_unknown")
    rest = names[first : len(names) - last]
    check_columns(path, rest, known)
    return rest


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
