"""Read the facts of a log beside the process that owns it: a second reader of its file, which writes nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from lodestone.events.facts import Facts
from lodestone.stores.log.chain import batch_leaf
from lodestone.stores.log.file import BUSY_SECONDS
from lodestone.stores.log.packing import Packer, facts_corrupt

_BATCHES: Final = (
    "SELECT first, count, time, payload, sealed, leaf FROM batch WHERE first >= ? AND first < ?"
    " ORDER BY first LIMIT 64"
)


def facts_before(path: Path, offset: int) -> Iterator[Facts]:
    """Yield the batches of facts that begin before an offset, oldest first, cut there.

    A few batches are fetched at a time, so that no reader stays in the WAL.

    Raises:
        CorruptError: A batch is not as it was written; names its offset.
    """
    packer, first = Packer(), 0
    with closing(
        sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    ) as connection:
        while rows := connection.execute(_BATCHES, (first, offset)).fetchall():
            for at, count, time, payload, sealed, leaf in rows:
                if at != first or batch_leaf(at, count, time, payload, sealed) != leaf:
                    raise facts_corrupt(first)
                first += count
                yield packer.open_facts(payload, at, count)[: max(0, offset - at)]
