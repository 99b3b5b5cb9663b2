"""One community's log in one SQLite file: WAL, a sync on every commit, one writer thread."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import LodestoneError
from lodestone.events.facts import FACT, Facts
from lodestone.stores.log.chain import (
    DROPPED_SALT,
    Root,
    Tip,
    batch_leaf,
    root_of,
)
from lodestone.stores.log.checkpoint import Checkpointer
from lodestone.stores.log.file import (
    connect,
    create,
    load_tip,
    translated,
    truncate_wal,
)
from lodestone.stores.log.mark import MarkFile
from lodestone.stores.log.packing import Packers, facts_corrupt, open_sealed, pack_sealed
from lodestone.stores.log.plan import Draw, Keys, Planner
from lodestone.stores.log.port import Batch, LogLoad, Offset, ReceiptParts
from lodestone.stores.log.reader import BATCHES, BATCHES_READ, SEGMENTS, LogReader, Row
from lodestone.stores.log.requests import AppendAsk, BarrierAsk, DropAsk, PricesAsk, RecordAsk
from lodestone.stores.log.writer import Writer
from lodestone.stores.sql.threads import require_thread

LINGER_SECONDS: Final = 0.001
_LINGER_MAX: Final = 0.002


_BATCH_AT: Final = "SELECT max(first) FROM batch WHERE first <= ?"
_RECEIPT_COUNT: Final = "SELECT count(*) FROM receipt"
_PRICES: Final = "SELECT payload FROM prices WHERE version = ?"
_PRICES_LAST: Final = "SELECT max(version) FROM prices"


class SqliteLog(LogReader):
    """See `Log`. Opened by `open`; asked from the event loop, read from any thread."""

    def __init__(
        self,
        path: Path,
        keys: Keys,
        writer: Writer,
        writing: sqlite3.Connection,
        checkpointer: Checkpointer,
    ) -> None:
        self._path = path
        self._keys = keys
        self._writer = writer
        self._writing = writing
        self._checkpointer = checkpointer
        self._reading = connect(path)
        self._reading.execute("PRAGMA query_only=ON")
        self._read_lock = threading.Lock()
        self._packers = Packers()
        self._sequence_next = writer.tip.sequence_next

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        secret: bytes,
        linger_seconds: float = LINGER_SECONDS,
        draw: Draw = os.urandom,
        monotonic: Callable[[], int] = int,
    ) -> "SqliteLog":
        """Open a log, or make one.

        Args:
            path: The file; its folder is there.
            secret: The community's; tags in the chain are keyed by it.
            linger_seconds: How long a commit waits for company in a busy spell, 0 to 0.002.
            draw: Gives as many random bytes as asked for, for salts.
            monotonic: Nanoseconds that never run back, by which commits are timed.

        Raises:
            CorruptError: It is no log, a damaged one, or one of another format.
            UnavailableError: The disk does not answer.
        """
        assert 0 <= linger_seconds <= _LINGER_MAX
        assert secret
        path = Path(path)
        keys = Keys.of(secret)
        writing = create(path)
        with translated(path):
            tip = load_tip(writing)
        checkpointer = Checkpointer(path)
        writer = Writer(
            path, writing, tip, Planner(keys, draw), checkpointer, linger_seconds=linger_seconds
        )
        writer.monotonic = monotonic
        return cls(path, keys, writer, writing, checkpointer)

    def append(
        self, facts: Facts, sealed: Sequence[tuple[int, bytes]] = ()
    ) -> asyncio.Future[Offset]:
        """See `Log.append`. No facts are no batch: it completes with the end, in its turn."""
        assert facts.dtype == FACT
        assert facts.ndim == 1
        assert all(0 <= index < facts.size for index, _ in sealed)
        time = int(facts["time"][-1]) if facts.size else 0
        done: asyncio.Future[Offset] = asyncio.get_running_loop().create_future()
        self._writer.ask(AppendAsk(done, facts.tobytes(), facts.size, time, pack_sealed(sealed)))
        return done

    def record(self, sequence: int, who: bytes, what: bytes) -> asyncio.Future[None]:
        """See `Log.record`.

        Numbers rise; one may be left out, as after a failure, and is then not missing. `what` is
        compressed in the writer's thread unless it is small or a zstd frame already.
        """
        assert sequence >= self._sequence_next, "a receipt's number rises"
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writer.ask(RecordAsk(done, sequence, who, what))
        self._sequence_next = sequence + 1
        return done

    def read(self, after: Offset, *, limit: int = 1_000_000) -> Iterator[Batch]:
        """See `Log.read`.

        Raises:
            CorruptError: A batch is lost or not as it was written; names its offset.
        """
        end = self.end()
        if after >= end:
            return
        first = self._rows(_BATCH_AT, after)[0][0]
        expected = int(first) if first is not None else 0
        taken = 0
        while expected < end and taken < limit:
            rows = self._rows(BATCHES, expected, end, BATCHES_READ)
            for row in rows:
                batch = self._batch(row, expected)
                expected += batch.facts.size
                if expected > after and taken < limit:
                    taken += batch.facts.size
                    yield batch
            if not rows:
                raise facts_corrupt(expected)

    def _batch(self, row: Row, expected: int) -> Batch:
        first, count, time, payload, sealed, leaf, *_ = row
        if first != expected or batch_leaf(first, count, time, payload, sealed) != leaf:
            raise facts_corrupt(expected)
        facts = self._packers.own.open_facts(payload, first, count)
        return Batch(Offset(first), facts, open_sealed(sealed, first))

    def end(self) -> Offset:
        """See `Log.end`."""
        return Offset(self._writer.tip.offset_next)

    def receipt(self, sequence: int) -> ReceiptParts | None:
        """See `Log.receipt`."""
        return next(self.receipts(sequence, sequence + 1), None)

    def receipts(self, first: int, last: int) -> Iterator[ReceiptParts]:
        """See `Log.receipts`.

        Raises:
            CorruptError: A receipt does not open; names it.
        """
        # Looked at before the rows: a drop that is durable by now may not have been when they were read.
        before = frozenset(self._writer.dropped)
        for row in self._receipt_rows(first, last):
            sequence, packed, who, what, who_salt, *_ = row
            gone = sequence in before or sequence in self._writer.dropped
            if gone or who_salt == DROPPED_SALT:
                who = b""
            yield ReceiptParts(sequence, who, self._packers.own.open_part(what, packed, sequence))

    def receipt_next(self) -> int:
        """See `Log.receipt_next`."""
        return self._writer.tip.sequence_next

    def receipt_count(self) -> int:
        """See `Log.receipt_count`."""
        return int(self._rows(_RECEIPT_COUNT)[0][0])

    def number_next(self) -> int:
        """See `Log.number_next`."""
        issued = 0 if self._writer.mark is None else self._writer.mark.mark.issued
        return max(self.receipt_next(), issued)

    def heard(self, change_next: int) -> None:
        """See `Log.heard`."""
        if self._writer.mark is not None:
            self._writer.mark.records(change_next)

    @property
    def tip(self) -> Tip:
        """Where the log durably ends."""
        return self._writer.tip

    @property
    def mark(self) -> MarkFile | None:
        """What is noted outside the log, None when it keeps no mark."""
        return self._writer.mark

    def keep_mark(self, mark: MarkFile) -> None:
        """Note every commit in a mark from now on; it is closed with the log."""
        self._writer.mark = mark

    def drop_who(self, sequence: int) -> None:
        """See `Log.drop_who`. Reads no longer see it from now on; durable with the next commit."""
        self._writer.keep(DropAsk(sequence))

    def put_prices(self, version: int, time: Instant, payload: bytes) -> None:
        """See `Log.put_prices`. Reads see it from now on."""
        self._writer.keep(PricesAsk(version, time, payload))

    def prices(self, version: int) -> bytes | None:
        """See `Log.prices`."""
        vector = self._writer.kept.get(version)
        if vector is not None:
            return vector.payload
        rows = self._rows(_PRICES, version)
        return rows[0][0] if rows else None

    def prices_last(self) -> int | None:
        """See `Log.prices_last`."""
        stored = self._rows(_PRICES_LAST)[0][0]
        return max([*self._writer.kept, *([] if stored is None else [stored])], default=None)

    def root(self) -> str:
        """See `Log.root`."""
        tip = self._writer.tip
        closed = [root for last, root in self._rows(SEGMENTS) if last < tip.sequence_next - 1]
        signed: Root = root_of(tip, closed)
        return signed.text()

    def flush(self) -> asyncio.Future[None]:
        """Complete once everything asked before is durable, drops and prices included."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writer.ask(BarrierAsk(done))
        return done

    def truncate_wal(self) -> asyncio.Future[None]:
        """Flush, then empty the WAL, so that no dropped byte stays in any file.

        Raises:
            UnavailableError: A copy is being made, or the disk does not answer.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writer.ask(BarrierAsk(done, truncate=True))
        return done

    def load(self) -> LogLoad:
        """See `Log.load`."""
        return self._writer.load()

    async def close(self) -> None:
        """See `Log.close`."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writer.end(done)
        try:
            await done
        finally:
            self._writer.join()
            if self._writer.mark is not None:
                self._writer.mark.close()
            self._checkpointer.close()
            with self._read_lock:
                self._reading.close()
            self._close_writing()

    def _close_writing(self) -> None:
        try:
            truncate_wal(self._writing, self._path)
        except LodestoneError:
            # What was committed is safe in the WAL; the next opening takes it from there.
            pass
        finally:
            self._writing.close()

    def _rows(self, statement: str, *values: int) -> list[Row]:
        """Fetch everything at once, so that no reader stays in the WAL."""
        require_thread()
        with self._read_lock, translated(self._path):
            return self._reading.execute(statement, values).fetchall()
