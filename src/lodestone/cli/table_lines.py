"""Rows of NDJSON: one object a line, as exports, pandas and polars write it."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from lodestone.cli.table_rows import LayOut, TableRow, file_refused, index_columns, named_index

_WHOLE: Final = (
    "is one JSON value, not one object a line; write it with to_json(orient='records', lines=True) in pandas, "
    "with write_ndjson in polars"
)
_BOM: Final = "\ufeff".encode()


def line_rows(
    path: Path, file: BinaryIO, known: Collection[str], lay_out: LayOut
) -> Iterator[TableRow]:
    """Yield every row. Raises InvalidError: the first line says that nothing here is a row."""
    first = True
    for number, line in enumerate(file, 1):
        text = line.removeprefix(_BOM).strip() if number == 1 else line.strip()
        if not text:
            continue
        try:
            cells = _cells(text, known, lay_out)
        except ValueError as error:
            if first:
                _refuse_whole(path, text, str(error))
            yield TableRow(number, problem=str(error))
        else:
            yield TableRow(number, cells)
        first = False


def _cells(text: bytes, known: Collection[str], lay_out: LayOut) -> dict[str, Any]:
    """Read one line. Raises ValueError."""
    try:
        given = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"is no JSON object ({error})") from error
    if isinstance(given.get("id"), dict):
        raise ValueError("id: is a map of rows, not an id")  # noqa: TRY004  one error for every row
    cells = {name: cell for name, cell in lay_out(given).items() if cell not in (None, "")}
    names = list(cells)
    for name in names[: index_columns(names, known)]:
        if isinstance(cells[name], bool) or not isinstance(cells[name], int):
            raise ValueError(named_index(name, cells[name]))  # noqa: TRY004  one error for every row
        del cells[name]
    if unknown := [name for name in cells if name not in known]:
        raise ValueError(
            f"has an unknown column {unknown[0]!r}; the columns are {', '.join(known)}"
        )
    return cells


def _refuse_whole(path: Path, text: bytes, problem: str) -> None:
    """Raise InvalidError where the first line shows that no line can be read."""
    if b"\0" in text or text.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise file_refused(path, "is UTF-16, not UTF-8; save it as UTF-8", "table_encoding")
    if not text.startswith(b"{"):
        raise file_refused(path, _WHOLE, "table_unknown")
    if text == b"{" or problem.startswith("id: is a map"):
        raise file_refused(path, _WHOLE, "table_unknown")
    if "unknown column" in problem:
        raise file_refused(path, problem, "columns_unknown")
