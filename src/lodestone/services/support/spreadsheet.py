"""Tables as files that a bank's program or a spreadsheet opens: amounts as decimals, texts that cannot be formulas."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

BOM: Final = "\ufeff".encode()
"""Put before UTF-8 it tells Excel, the Chinese one above all, that the file is no GBK."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, in full width too."""


def text_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula: an apostrophe before what begins like one.

    >>> text_cell("=1+1"), text_cell("Mei's soups"), text_cell("@SUM(A1)")
    ("'=1+1", "Mei's soups", "'@SUM(A1)")
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def table_file(columns: Sequence[str], rows: Iterable[Sequence[str]], *, bom: bool) -> bytes:
    """Write rows of cells as CSV in UTF-8 (RFC 4180, lines end with a newline): the same bytes for the same rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return (BOM if bom else b"") + out.getvalue().encode()


def attachment(name: str) -> str:
    """Return a `Content-Disposition` that saves an answer under a name (RFC 6266).

    >>> print(attachment("payouts-2026-03-01.csv"))
    attachment; filename="payouts-2026-03-01.csv"; filename*=UTF-8''payouts-2026-03-01.csv
    """
    safe = "".join(
        "-" if character in '/\\:*?"<>|' or not character.isprintable() else character
        for character in name
    )
    plain = "".join(character if character.isascii() else "-" for character in safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
