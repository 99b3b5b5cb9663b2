"""Reading a log's rows and walking its chain, by whoever writes it and by whoever may only look."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from lodestone.base.errors import LodestoneError
from lodestone.stores.log.chain import (
    DROPPED_SALT,
    batch_leaf,
    parse_root,
    part_digest,
    receipt_leaf,
)
from lodestone.stores.log.file import load_tip, translated
from lodestone.stores.log.packing import Packers
from lodestone.stores.log.plan import Keys
from lodestone.stores.log.port import Finding, Offset
from lodestone.stores.log.verify import Link, Walk

_RECEIPTS_READ: Final = 256
BATCHES_READ: Final = 8


def _columns(numbers: str, blobs: str) -> str:
    """List columns to select; a value of another kind than was written must not stop `verify`."""
    return ", ".join(
        [f"coalesce(CAST({name} AS INTEGER), 0)" for name in numbers.split()]
        + [f"coalesce(CAST({name} AS BLOB), x'')" for name in blobs.split()]
    )


_BATCH_COLUMNS: Final = _columns("first count time", "payload sealed leaf value tag")
_RECEIPT_COLUMNS: Final = _columns(
    "sequence packed", "who what who_salt who_digest what_salt value tag"
)
BATCHES: Final = (
    f"SELECT {_BATCH_COLUMNS} FROM batch WHERE first >= ? AND first < ? ORDER BY first LIMIT ?"  # noqa: S608  columns only
)
_RECEIPTS: Final = (
    f"SELECT {_RECEIPT_COLUMNS} FROM receipt"  # noqa: S608  columns only
    " WHERE sequence >= ? AND sequence < ? ORDER BY sequence LIMIT ?"
)
SEGMENTS: Final = "SELECT last, root FROM segment ORDER BY number"

Row = tuple[Any, ...]
"""A row as SQLite gives it; the column lists above say what is where."""


class LogReader(ABC):
    """What can be done with a log by reading alone."""

    _keys: Keys
    _packers: Packers

    @abstractmethod
    def _rows(self, statement: str, *values: int) -> list[Row]:
        """Fetch all rows of a query."""

    @abstractmethod
    def end(self) -> Offset:
        """See `Log.end`."""

    @abstractmethod
    def receipt_next(self) -> int:
        """See `Log.receipt_next`."""

    def verify(self, *, root: str | None = None) -> list[Finding]:
        """See `Log.verify`. It reads everything: call it in a thread of its own."""
        parsed = parse_root(root) if root is not None else None
        segments: Mapping[int, bytes] = dict(self._rows(SEGMENTS))
        receipts = Walk("receipt", self._keys.receipts, segments, parsed)
        facts = Walk("facts", self._keys.facts, root=parsed)
        return [
            *receipts.findings(self._receipt_links()),
            *facts.findings(self._batch_links()),
        ]

    def _receipt_rows(self, first: int, last: int) -> Iterator[Row]:
        while rows := self._rows(_RECEIPTS, first, last, _RECEIPTS_READ):
            yield from rows
            first = rows[-1][0] + 1

    def _receipt_links(self) -> Iterator[Link]:
        for row in self._receipt_rows(0, self.receipt_next()):
            sequence, packed, who, what, who_salt, who_digest, what_salt, value, tag = row
            try:
                whole = self._packers.own.open_part(what, packed, sequence)
            except LodestoneError:
                whole = what  # it does not open: its digest cannot fit either
            if who_salt != DROPPED_SALT and who_digest != part_digest(who_salt, who):
                who_digest = b""  # no digest of anything: the leaf cannot fit
            leaf = receipt_leaf(who_digest, part_digest(what_salt, whole))
            yield Link(sequence, leaf, value, tag)

    def _batch_links(self) -> Iterator[Link]:
        first, end = 0, self.end()
        while rows := self._rows(BATCHES, first, end, BATCHES_READ):
            for number, count, time, payload, sealed, _, value, tag in rows:
                leaf = batch_leaf(number, count, time, payload, sealed)
                yield Link(number, leaf, value, tag, count)
            first = rows[-1][0] + 1


class ClosedLog(LogReader):
    """A log that nobody writes now, or another process does, read over a connection that changes nothing."""

    def __init__(self, path: Path, connection: sqlite3.Connection, secret: bytes) -> None:
        """Take where the log ends now. Raises CorruptError, UnavailableError."""
        self._path = path
        self._connection = connection
        self._keys = Keys.of(secret)
        self._packers = Packers()
        with translated(path):
            self._tip = load_tip(connection)

    def end(self) -> Offset:
        """See `Log.end`."""
        return Offset(self._tip.offset_next)

    def receipt_next(self) -> int:
        """See `Log.receipt_next`."""
        return self._tip.sequence_next

    def _rows(self, statement: str, *values: int) -> list[Row]:
        with translated(self._path):
            return self._connection.execute(statement, values).fetchall()
