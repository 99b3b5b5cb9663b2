"""The one thread that writes a log: it gathers what is asked, commits it at once, and says so.

Callers stand on the event loop's thread; each commit wakes the loop a single time, however many
calls it answers.
"""

import asyncio
import sqlite3
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final, TypeAlias

import structlog

from lodestone.base.errors import InternalError, LodestoneError, UnavailableError
from lodestone.base.pieces import Pieces
from lodestone.stores.log.chain import Tip
from lodestone.stores.log.checkpoint import Checkpointer
from lodestone.stores.log.file import load_tip, truncate_wal
from lodestone.stores.log.mark import MarkFile
from lodestone.stores.log.plan import Plan, Planner
from lodestone.stores.log.port import COMMIT_SECONDS, LogLoad, Offset
from lodestone.stores.log.requests import (
    ASK_BYTES,
    AppendAsk,
    Ask,
    Awaited,
    BarrierAsk,
    DropAsk,
    Kept,
    PricesAsk,
    RecordAsk,
)

BACKLOG_BYTES: Final = 64 << 20
"""What may wait for a commit; a call beyond it is refused at once."""
_GROUP_BYTES: Final = 8 << 20
_GROUP_FULL: Final = 64
"""With so many waiting there is nothing to linger for."""
_RETRY_SECONDS: Final = 1.0
_COMMIT_BYTES: Final = 16_384
"""Pages that a commit rewrites beside its blobs, roughly."""

_LOG: Final = structlog.get_logger("lodestone.log")
_OF_ONE_ASK: Final = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.NotSupportedError,
)
"""What SQLite raises of a row that it cannot take; whatever else it raises is of the disk, and everybody's."""
Outcome: TypeAlias = tuple[
    asyncio.Future[Offset] | asyncio.Future[None], Offset | str | InternalError | None
]
"""Who waits, and the result; a text says why it could not be stored, an error that the ask itself broke."""


class Writer:
    """Owns the writing connection. `tip` is where the log durably ends."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        tip: Tip,
        planner: Planner,
        checkpointer: Checkpointer,
        *,
        linger_seconds: float,
    ) -> None:
        self.tip = tip
        self.kept: dict[int, PricesAsk] = {}
        self.dropped: set[int] = set()
        self._path = path
        self._connection = connection
        self._planner = planner
        self._checkpointer = checkpointer
        self._linger_seconds = linger_seconds
        self._queue: SimpleQueue[Ask] = SimpleQueue()
        self._serving: list[Ask] = []
        self._pending: list[Kept] = []
        self._waiting_bytes = 0
        self._busy = False
        self._stale = False
        self._ended = False
        self._commits = [0] * (len(COMMIT_SECONDS) + 1)
        self._commit_seconds = 0.0
        self.monotonic: Callable[[], int] = int
        """Nanoseconds that never run back, by which commits are timed; always 0 unless one is handed in."""
        self.mark: MarkFile | None = None
        """Where the end is noted outside the log after each commit, before anybody is answered."""
        self._thread = threading.Thread(target=self._run, name=f"log {path.name}", daemon=True)
        self._thread.start()

    def ask(self, ask: Awaited) -> None:
        """Queue a call that is answered through its future.

        Raises:
            UnavailableError: Closed, or too much is waiting.
        """
        self._refuse_if_ended()
        if self._waiting_bytes > BACKLOG_BYTES:
            raise UnavailableError("log_backlog", "Too much waits for the disk; try again.")
        self._waiting_bytes += ask.size
        self._queue.put(ask)

    def keep(self, ask: Kept) -> None:
        """Queue what nobody waits for; reads see it from now on.

        Raises:
            UnavailableError: Closed.
        """
        self._refuse_if_ended()
        if isinstance(ask, PricesAsk):
            self.kept[ask.version] = ask
        else:
            self.dropped.add(ask.sequence)
        self._queue.put(ask)

    def load(self) -> LogLoad:
        """See `Log.load`."""
        return LogLoad(tuple(self._commits), self._commit_seconds, self._waiting_bytes)

    def end(self, done: asyncio.Future[None]) -> None:
        """Commit what is queued, then end; further asks are refused.

        Raises:
            UnavailableError: Closed already.
        """
        self._refuse_if_ended()
        self._ended = True
        self._waiting_bytes += ASK_BYTES
        self._queue.put(BarrierAsk(done, end=True))

    def join(self) -> None:
        """Wait for the thread, which ends right after it has answered `end`."""
        self._thread.join()

    def _refuse_if_ended(self) -> None:
        if self._ended:
            raise UnavailableError("log_closed", "The log is closed.")

    def _run(self) -> None:
        try:
            while self._go_on():
                pass
        finally:
            # Whatever ended the thread, nobody is left waiting.
            self._ended = True
            self._refuse([*self._serving, *self._drain()], "the log's writer has ended")

    def _go_on(self) -> bool:
        """Serve one group; nothing that is raised ends the thread. False after the last group."""
        try:
            return self._serve(self._gather())
        except Exception as error:  # noqa: BLE001  a log without its writer refuses everything for ever
            self._roll_back()
            fault = _fault_of(error, self._path)
            awaited = [ask for ask in self._serving if not isinstance(ask, PricesAsk | DropAsk)]
            self._answer([(ask.done, fault) for ask in awaited], sum(ask.size for ask in awaited))
            return not self._is_last()

    def _gather(self) -> list[Ask]:
        """Wait for work; in a busy spell linger, so that more share the sync."""
        if self._busy and 0 < self._queue.qsize() < _GROUP_FULL:
            time.sleep(self._linger_seconds)
        try:
            group = [self._queue.get(timeout=_RETRY_SECONDS if self._pending else None)]
        except Empty:
            return []
        size = 0
        while size < _GROUP_BYTES and not self._queue.empty():
            ask = self._queue.get_nowait()
            group.append(ask)
            size += ask.size if isinstance(ask, AppendAsk | RecordAsk) else 0
            if isinstance(ask, BarrierAsk) and (ask.truncate or ask.end):
                break
        return group

    def _serve(self, group: list[Ask]) -> bool:
        """Commit a group and answer it; False after the last."""
        self._serving = group
        self._pending += [ask for ask in group if isinstance(ask, PricesAsk | DropAsk)]
        awaited = [ask for ask in group if isinstance(ask, AppendAsk | RecordAsk | BarrierAsk)]
        try:
            offsets = self._timed(awaited)
        except Exception as error:  # noqa: BLE001  sorted out at once
            self._roll_back()
            if _of_disk(error):
                # Those behind would meet the same disk; they learn it now rather than one by one.
                behind = self._drain()
                self._pending += [ask for ask in behind if isinstance(ask, PricesAsk | DropAsk)]
                self._serving = [*group, *behind]
                self._refuse(self._serving, f"{self._path.name}: {error}")
                return not self._is_last()
            outcomes = self._apart(awaited)
        else:
            outcomes = self._outcomes(awaited, offsets)
        self._busy = not self._queue.empty()
        self._answer(outcomes, sum(ask.size for ask in awaited))
        return not self._is_last()

    def _timed(self, awaited: Sequence[Awaited]) -> list[Offset]:
        """Commit, and count how long it took."""
        with self._checkpointer.gate:
            began = self.monotonic()
            offsets = self._commit(awaited)
            took = (self.monotonic() - began) / 1e9
        if self.mark is not None:
            self.mark.tip(self.tip)
        self._commits[bisect_left(COMMIT_SECONDS, took)] += 1
        self._commit_seconds += took
        return offsets

    def _apart(self, awaited: Sequence[Awaited]) -> list[Outcome]:
        """Commit a group's asks in pieces, in their order; one that breaks its commit off fails alone.

        It takes no offset, since the tip moves with what is stored only.
        """
        pending, self._pending = self._pending, []
        pieces, outcomes = Pieces(awaited), list[Outcome]()
        for some in pieces:
            if some:
                outcomes += self._piece(pieces, some)
        for at, ask in enumerate(pending):
            self._pending = [ask]
            try:
                self._timed([])
            except Exception as error:  # noqa: BLE001  sorted out at once
                self._roll_back()
                if _of_disk(error):
                    self._pending = pending[at:]
                    break
                _fault_of(error, self._path)
                self._pending = []
        return outcomes

    def _piece(self, pieces: Pieces[Awaited], some: Sequence[Awaited]) -> list[Outcome]:
        """Commit a piece; return no outcome where it was split, to be tried again in halves."""
        try:
            offsets = self._timed(some)
        except Exception as error:  # noqa: BLE001  sorted out at once
            self._roll_back()
            if _of_disk(error):
                return [(ask.done, f"{self._path.name}: {error}") for ask in some]
            if pieces.split(some):
                return []
            return [(ask.done, _fault_of(error, self._path)) for ask in some]
        return self._outcomes(some, offsets)

    def _is_last(self) -> bool:
        """Tell whether what was served held the end, and forget it."""
        served, self._serving = self._serving, []
        return any(isinstance(ask, BarrierAsk) and ask.end for ask in served)

    def _commit(self, awaited: Sequence[Awaited]) -> list[Offset]:
        if self._stale:
            self.tip, self._stale = load_tip(self._connection), False
        prices = [ask for ask in self._pending if isinstance(ask, PricesAsk)]
        drops = [ask for ask in self._pending if isinstance(ask, DropAsk)]
        plan: Plan = self._planner.plan(
            self.tip,
            [ask for ask in awaited if isinstance(ask, AppendAsk)],
            [ask for ask in awaited if isinstance(ask, RecordAsk)],
            prices,
            drops,
        )
        plan.store(self._connection)
        self.tip = plan.tip
        self._forget(prices, drops)
        self._checkpointer.wrote(plan.size + _COMMIT_BYTES)
        return plan.offsets

    def _forget(self, prices: Iterable[PricesAsk], drops: Iterable[DropAsk]) -> None:
        """Let reads find in the file what was kept aside until now."""
        self._pending.clear()
        for ask in prices:
            if self.kept.get(ask.version) is ask:
                del self.kept[ask.version]
        self.dropped.difference_update(ask.sequence for ask in drops)

    def _roll_back(self) -> None:
        self._stale = True
        try:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            # SQLite has rolled back by itself; the next commit begins by reading the tip anew.
            return

    def _outcomes(self, awaited: Sequence[Awaited], offsets: Sequence[Offset]) -> list[Outcome]:
        firsts = iter(offsets)
        outcomes: list[Outcome] = []
        for ask in awaited:
            if isinstance(ask, AppendAsk):
                outcomes.append((ask.done, next(firsts)))
            elif isinstance(ask, BarrierAsk) and ask.truncate:
                outcomes.append((ask.done, self._truncate()))
            else:
                outcomes.append((ask.done, None))
        return outcomes

    def _truncate(self) -> str | None:
        with self._checkpointer.gate:
            try:
                truncate_wal(self._connection, self._path)
            except LodestoneError as error:
                return error.message
        return None

    def _drain(self) -> list[Ask]:
        asks = []
        while not self._queue.empty():
            asks.append(self._queue.get_nowait())
        return asks

    def _refuse(self, asks: Sequence[Ask], reason: str) -> None:
        awaited = [ask for ask in asks if isinstance(ask, AppendAsk | RecordAsk | BarrierAsk)]
        self._answer([(ask.done, reason) for ask in awaited], sum(ask.size for ask in awaited))

    def _answer(self, outcomes: list[Outcome], size: int) -> None:
        """Wake each loop once with all that it waits for."""
        by_loop: dict[asyncio.AbstractEventLoop, list[Outcome]] = {}
        for outcome in outcomes:
            by_loop.setdefault(outcome[0].get_loop(), []).append(outcome)
        for loop, theirs in by_loop.items():
            try:
                loop.call_soon_threadsafe(self._settle, theirs, size)
            except RuntimeError:
                continue  # the loop is closed: nobody waits any more
            size = 0

    def _settle(self, outcomes: list[Outcome], size: int) -> None:
        self._waiting_bytes -= size
        for done, result in outcomes:
            if done.done():
                continue  # its caller gave up waiting
            if isinstance(result, str):
                message = f"Nothing was stored ({result}); see to the disk and try again."
                done.set_exception(UnavailableError("log_unavailable", message))
            elif isinstance(result, InternalError):
                done.set_exception(result)
            else:
                done.set_result(result)  # type: ignore[arg-type]  # the ask fits the future


def _of_disk(error: Exception) -> bool:
    """Say whether the disk does not take what is written, whoever asks."""
    return isinstance(error, sqlite3.Error) and not isinstance(error, _OF_ONE_ASK)


def _fault_of(error: Exception, path: Path) -> InternalError:
    """Log what an ask broke on, once, and return what it is answered."""
    _LOG.error("not stored", file=path.name, kind=type(error).__name__, exc_info=error)
    fault = InternalError("internal", "something went wrong here; it has been logged")
    fault.__cause__ = error
    return fault
