"""One write of records: off the event loop, then to log and state, whatever becomes of the caller."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

import structlog

from lodestone.base.errors import LodestoneError, UnavailableError
from lodestone.services.support.ports import ChangePublisher
from lodestone.services.support.tasks import asked
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change
from lodestone.stores.sql.threads import WAITING_MAX, stalled

Made = TypeVar("Made")
_LOG: Final = structlog.get_logger("lodestone")


class Writes:
    """Writes of one community, one after another.

    A write that has begun goes on to its end, so that log and state hear of whatever was committed; only its
    caller stops waiting. One that has not begun by then is not done at all.
    """

    def __init__(self, publisher: ChangePublisher, records: Records) -> None:
        self._publisher = publisher
        self._threads = records.threads
        self._tasks: set[asyncio.Task[object]] = set()

    async def do(
        self,
        write: Callable[[], Made],
        changes: Callable[[Made], Sequence[Change]],
        then: Callable[[Made], Awaitable[None]] | None = None,
    ) -> Made:
        """Write, and return what was made once the next feed sees it.

        Args:
            write: Writes the records, in a thread.
            changes: Takes what log and state must hear of out of what was made.
            then: Is awaited at the end, whether the caller still waits or not.

        Raises:
            UnavailableError: The records do not answer in time, or too many writes wait.
        """
        if len(self._tasks) >= WAITING_MAX:
            raise UnavailableError("records_busy", "The records are held up; try again.")
        began = False

        async def whole() -> Made:
            nonlocal began
            async with self._publisher.writing:
                began = True
                made = await self._threads.write(write)
                await self._publisher.changed(changes(made))
                if then is not None:
                    await then(made)
            return made

        task = asked(whole())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        seconds = self._threads.limits.statement_seconds
        await asyncio.wait({task}, timeout=seconds)
        if task.done():
            return task.result()
        if began:
            task.add_done_callback(_tell)
        else:
            task.cancel()
        raise stalled(seconds, started=began)

    async def publish(self, write: Callable[[], Sequence[Change]]) -> None:
        """Write what time brings about, in its turn; waits for the records however long they take.

        Raises:
            UnavailableError: Log or records do not answer; what was committed stays in the outbox.
        """
        async with self._publisher.writing:
            await self._publisher.changed(await self._threads.write(write))


def _tell(task: "asyncio.Task[object]") -> None:
    """Write down how a write ended for which nobody waits any more."""
    error = None if task.cancelled() else task.exception()
    code = error.code if isinstance(error, LodestoneError) else type(error).__name__
    _LOG.warning("a late write ended", outcome="done" if error is None else code)
