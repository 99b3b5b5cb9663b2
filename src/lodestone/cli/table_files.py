"""Table files read row by row: CSV as spreadsheets and scripts write it, NDJSON and Parquet, plain or in gzip.

A row that cannot be read is handed on with its line and why, and the rest is read all the same. What could be read in
two ways is refused rather than guessed: a table that comes in half wrong is worse than one that comes in half.
"""

import gzip
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Literal, cast

from lodestone.cli.table_csv import csv_rows
from lodestone.cli.table_lines import line_rows
from lodestone.cli.table_parquet import parquet_rows
from lodestone.cli.table_rows import LayOut, TableRow, file_refused

_GZIP: Final = b"\x1f\x8b"
_PARQUET: Final = b"PAR1"
_OTHERS: Final = (
    (b"PK\x03\x04", "is a zip archive or a workbook; save it as CSV UTF-8, or unpack it"),
    (b"BZh", "is packed with bzip2; unpack it, or pack it with gzip"),
    (b"\xfd7zXZ", "is packed with xz; unpack it, or pack it with gzip"),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd; unpack it, or pack it with gzip"),
    (b"ARROW1", "is a Feather file; write it as Parquet"),
)
_LINES: Final = (".ndjson", ".jsonl", ".json")
_DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile)
Form = Literal["csv", "lines", "parquet"]


def read_table(
    path: Path, known: Collection[str], lay_out: LayOut = lambda given: given
) -> Iterator[TableRow]:
    """Yield every row of a file.

    Args:
        path: Parquet, `*.ndjson`, `*.jsonl` or `*.json` with one object a line, else CSV in UTF-8 parted by commas,
            semicolons or tabs; the last two may be packed with gzip.
        known: The columns there may be; `id` must be there, or all of a table that has none.
        lay_out: Lays an object of NDJSON out as columns.

    Raises:
        InvalidError: The file as a whole cannot be read: another encoding, unknown columns, damaged.
    """
    form = _form(path)
    if form == "parquet":
        yield from parquet_rows(path, known)
        return
    try:
        if form == "csv":
            yield from csv_rows(path, lambda: _opened(path), known)
        else:
            with _opened(path) as file:
                yield from line_rows(path, file, known, lay_out)
    except _DAMAGED as error:
        problem = f"is packed with gzip and damaged; copy it again ({error})"
        raise file_refused(path, problem, "table_damaged") from error


def _form(path: Path) -> Form:
    """Say in which form a file is written: by its first bytes, else by its name. Raises InvalidError."""
    with path.open("rb") as file:
        head = file.read(8)
    name = path.name.lower()
    if head.startswith(_PARQUET) or name.endswith(".parquet"):
        return "parquet"
    for mark, problem in _OTHERS:
        if head.startswith(mark):
            raise file_refused(path, problem, "table_unknown")
    if head.startswith(_GZIP):
        name = name.removesuffix(".gz")
        _refuse_nested(path)
    return "lines" if name.endswith(_LINES) else "csv"


def _refuse_nested(path: Path) -> None:
    try:
        with _opened(path) as file:
            head = file.read(4)
    except _DAMAGED as error:
        problem = f"is packed with gzip and damaged; copy it again ({error})"
        raise file_refused(path, problem, "table_damaged") from error
    if head.startswith((_PARQUET, _GZIP)):
        raise file_refused(path, "holds a packed file in gzip; unpack it once", "table_unknown")


def _opened(path: Path) -> BinaryIO:
    """Open a file for its bytes, unpacked."""
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
    # A reader of gzip does all of BinaryIO that is used here.
    return cast("BinaryIO", gzip.open(path, "rb")) if packed else path.open("rb")
