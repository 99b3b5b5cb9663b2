"""Tasks that run beside requests: each has an owner that hears of its end."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, TypeVar

import structlog

from lodestone.base.audit import acting
from lodestone.services.support.failures import Failures

Made = TypeVar("Made")
REST_SECONDS: Final = 1.0
"""How long work that should have no end rests before it begins anew."""
_LOG: Final = structlog.get_logger("lodestone")
_RUNNING: Final[set["asyncio.Task[Any]"]] = set()
"""The event loop refers to tasks weakly: one that nobody holds may vanish half done."""


def asked(work: Coroutine[Any, Any, Made]) -> "asyncio.Task[Made]":
    """Start a task that a caller waits for, and which goes on to its end when the caller leaves: the end is theirs."""
    task = asyncio.create_task(work)
    _RUNNING.add(task)
    task.add_done_callback(_looked_at)
    return task


def start(
    name: str, work: Coroutine[Any, Any, Made], failures: Failures | None = None
) -> "asyncio.Task[Made]":
    """Start a task for which nobody waits; should it end by an error, that is noted and logged.

    Args:
        name: What it does; the job under which its end is noted, and forgotten when the next one ends well.
        work: Runs until it returns or is cancelled.
        failures: Of the community, or of the installation; without them the end is logged.
    """
    # Whoever made the request that started it does not act in what it does later.
    with acting(None):
        task = asyncio.create_task(work, name=name)
    _RUNNING.add(task)
    task.add_done_callback(partial(_ended, name, failures))
    return task


def endless(
    name: str, work: Callable[[], Coroutine[Any, Any, None]], failures: Failures | None = None
) -> "asyncio.Task[None]":
    """Start work that has no end; should it end all the same, that is noted, and it begins anew.

    Args:
        name: See `start`.
        work: Begins it.
        failures: See `start`.
    """

    async def forever() -> None:
        while True:
            error: Exception = RuntimeError("work that has no end has ended")
            try:
                await work()
            except Exception as raised:  # noqa: BLE001  whatever ended it, what time brings about goes on
                error = raised
            _note(name, failures, error)
            await asyncio.sleep(REST_SECONDS)

    return start(name, forever(), failures)


def _looked_at(task: "asyncio.Task[Any]") -> None:
    _RUNNING.discard(task)
    if not task.cancelled():
        task.exception()


def _ended(name: str, failures: Failures | None, task: "asyncio.Task[Any]") -> None:
    _RUNNING.discard(task)
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _note(name, failures, error)
    elif failures is not None and not task.cancelled():
        failures.done(name)


def _note(name: str, failures: Failures | None, error: BaseException) -> None:
    if failures is not None and isinstance(error, Exception):
        failures.failed(name, error)
    else:
        _LOG.error("a task ended", task=name, kind=type(error).__name__, exc_info=error)
