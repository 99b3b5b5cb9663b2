"""The threads that ask the records, so that the event loop never waits for a database.

Four lanes of threads, each bounded in threads and in callers that wait: reads, writes, long work and
the health check. A database that does not answer holds up at most the threads of its lanes; who asks
meanwhile is refused, and whatever else the process does (feeds, events, files) goes on.
"""

import asyncio
import threading
from asyncio import _get_running_loop
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Final, ParamSpec, TypeVar

from lodestone.base.errors import UnavailableError
from lodestone.base.serving import is_serving
from lodestone.stores.sql.errors import late

Given = ParamSpec("Given")
Made = TypeVar("Made")

WAITING_MAX: Final = 256
"""Callers of one lane that may be served or wait at once; one more is refused."""
WRITERS: Final = 4
_LONG: Final = 2
_HEALTH_SECONDS: Final = 2.0
_SLICES: Final = 10
_STALLED: Final = "The records have not answered for {0:g} s; try again."
_UNKNOWN: Final = (
    " If it was being written, it may yet be: ask again with the same id or Idempotency-Key."
)


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """How long the records are waited for, and by how many at once; all in seconds but the first."""

    connections: int = 8
    """Connections kept open, and threads that read."""
    pool_seconds: float = 5.0
    """How long a thread waits for a connection."""
    statement_seconds: float = 10.0
    """How long a statement may run in PostgreSQL, and how long a request waits for the records."""
    busy_seconds: float = 10.0
    """How long a statement waits for another's lock in SQLite."""


class Turn:
    """A lock that the thread that has it may take again, and for which nobody waits for ever."""

    def __init__(self, seconds: float) -> None:
        self._lock = threading.RLock()
        self._seconds = seconds

    def __enter__(self) -> None:
        """Take it. Raises UnavailableError: another writer, or the nightly compacting, takes too long."""
        if not self._lock.acquire(timeout=self._seconds):
            raise late("another write has not ended")

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._lock.release()


def require_thread() -> None:
    """Pass where a statement may be made: everywhere but on the event loop of a task that serves.

    Raises:
        RuntimeError: A fault of ours: the records were asked without `DatabaseThreads`, the log without a thread.
    """
    if is_serving() and _get_running_loop() is not None:
        raise RuntimeError("a statement on the event loop: make it in a thread")


class Lane:
    """Some threads, and a bounded number of callers."""

    def __init__(self, name: str, threads: int, waiting: int = WAITING_MAX) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=f"records-{name}")
        self._size = threads
        self._most = waiting
        self._lock = threading.Lock()
        self._inside = 0
        self._late = 0
        self._closed = False

    async def run(
        self,
        seconds: float | None,
        work: Callable[Given, Made],
        *args: Given.args,
        **named: Given.kwargs,
    ) -> Made:
        """Do something on a thread of this lane.

        Args:
            seconds: How long it is waited for; None for as long as it takes.
            work: What to do; it goes on to its end even when it is no longer waited for.
            args: Its arguments.
            named: Its arguments by name.

        Raises:
            UnavailableError: `records_stalled`: it took too long, `records_busy`: too many wait, or
                every thread of the lane is held up by something that took too long.
        """
        ending = _Ending()

        def job() -> Made:
            try:
                return work(*args, **named)
            except StopIteration as error:
                # It cannot be handed to a future: whoever awaits it would wait for ever, and hold its locks.
                raise RuntimeError("nothing was left where something must be") from error
            finally:
                with self._lock:
                    ending.gone = True
                    self._inside -= 1
                    self._late -= ending.late

        # Whoever acts here acts there too: see `base.audit`.
        running = self._submit(partial(copy_context().run, job))
        answer = asyncio.wrap_future(running)
        try:
            if seconds is None or await answered(answer, seconds):
                return await answer
            started = not running.cancel()
            with self._lock:
                if started and not ending.gone:
                    ending.late = 1
                    self._late += 1
            raise stalled(seconds, started=started)
        finally:
            answer.cancel()  # nobody asks for what comes of it any more
            if running.cancel():
                # It never began, so it cannot say itself that it has left.
                with self._lock:
                    self._inside -= 1

    def _submit(self, job: Callable[[], Made]) -> "Future[Made]":
        with self._lock:
            if self._closed:
                raise UnavailableError("records_closed", "The records have been closed.")
            if self._inside >= self._most or self._late >= self._size:
                raise UnavailableError("records_busy", "The records are held up; try again.")
            self._inside += 1
            return self._threads.submit(job)

    def close(self) -> None:
        """Let go of the threads; what still runs is not waited for."""
        with self._lock:
            self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)


@dataclass(slots=True)
class _Ending:
    """How one piece of work ended as the lane counts it."""

    late: int = 0
    """1 while it runs and is no longer waited for."""
    gone: bool = False


async def answered(answer: "asyncio.Future[Made]", seconds: float) -> bool:
    """Wait for an answer; return False where there is none in so many seconds. It is not cancelled.

    Only time in which the event loop turns counts against the records, to a tenth of it: while the loop stands
    still (a kernel is compiled) an answer may have come that nobody could take.
    """
    loop, piece, left = asyncio.get_running_loop(), seconds / _SLICES, seconds
    while left > 0:
        begun = loop.time()
        await asyncio.wait((answer,), timeout=min(piece, left))
        if answer.done():
            return True
        spent = loop.time() - begun
        left -= spent if spent < 2 * piece else piece
    return False


class DatabaseThreads:
    """The lanes of one set of records."""

    def __init__(self, limits: DatabaseLimits) -> None:
        self.limits = limits
        self._reads = Lane("read", limits.connections)
        self._writes = Lane("write", WRITERS, waiting=4 * WAITING_MAX)
        self._long = Lane("long", _LONG)
        self._health = Lane("health", 1, waiting=8)

    async def read(
        self, work: Callable[Given, Made], *args: Given.args, **named: Given.kwargs
    ) -> Made:
        """Do what only reads. Raises UnavailableError, see `Lane.run`."""
        return await self._reads.run(self.limits.statement_seconds, work, *args, **named)

    async def commit(
        self, work: Callable[Given, Made], *args: Given.args, **named: Given.kwargs
    ) -> Made:
        """Do what writes and has no sequel here. Raises UnavailableError, see `Lane.run`."""
        return await self._writes.run(self.limits.statement_seconds, work, *args, **named)

    async def write(
        self, work: Callable[Given, Made], *args: Given.args, **named: Given.kwargs
    ) -> Made:
        """Do what writes and has a sequel, such as telling the log: waits however long it takes."""
        return await self._writes.run(None, work, *args, **named)

    async def long(
        self, work: Callable[Given, Made], *args: Given.args, **named: Given.kwargs
    ) -> Made:
        """Do what may take minutes: opening a community, an audit, a copy. Waits however long it takes."""
        return await self._long.run(None, work, *args, **named)

    async def health(
        self, work: Callable[Given, Made], *args: Given.args, **named: Given.kwargs
    ) -> Made:
        """Ask whether the records answer, for two seconds, whatever waits elsewhere."""
        return await self._health.run(_HEALTH_SECONDS, work, *args, **named)

    async def patient(self, done: "asyncio.Future[Made]") -> Made:
        """Wait for what goes on by itself, for as long as for a statement.

        Raises:
            UnavailableError: `records_stalled`; it is not cancelled.
        """
        seconds = self.limits.statement_seconds
        if not await answered(done, seconds):
            raise stalled(seconds, started=True)
        return await asyncio.shield(done)

    def close(self) -> None:
        """Let go of every thread; what still runs is not waited for."""
        for lane in (self._reads, self._writes, self._long, self._health):
            lane.close()


def stalled(seconds: float, *, started: bool) -> UnavailableError:
    """Return what is answered when the records took too long."""
    message = _STALLED.format(seconds) + (_UNKNOWN if started else " Nothing was done.")
    return UnavailableError("records_stalled", message)
