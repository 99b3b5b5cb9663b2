"""Times every step of every task of the event loop, at two readings of the clock and a call for each.

asyncio's debug mode would do the same at many times the cost: it keeps a traceback of every callback.
"""

import asyncio
import gc
import time
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog

from lodestone.base.loop_times import NOTED_NANOS, LoopTimes, watch

_LOG: Final = structlog.get_logger("lodestone")
_UNNAMED: Final = "Task-"
"""How asyncio names a task that nobody named."""


class _Timed(Coroutine[Any, Any, Any]):
    """A coroutine whose steps are timed. What asyncio reads of a coroutine beside is the inner one's."""

    __slots__ = ("_send", "_times", "coroutine", "work")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], times: LoopTimes) -> None:
        self.coroutine, self._times, self._send = coroutine, times, coroutine.send
        self.work = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.coroutine, name)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self.coroutine.__await__()

    def __iter__(self) -> "_Timed":
        return self

    def __next__(self) -> Any:
        return self.send(None)

    def send(self, value: Any) -> Any:
        """Run the coroutine until it waits for something, or ends."""
        times = self._times
        began = times.wall()
        times.begun(self, began)
        try:
            return self._send(value)
        finally:
            took = times.wall() - began
            if took >= NOTED_NANOS:
                times.ended(self._name(), took)

    def throw(self, *error: Any) -> Any:
        """Let the coroutine see an error, such as that it is cancelled."""
        return self.coroutine.throw(*error)

    def close(self) -> None:
        """End the coroutine."""
        self.coroutine.close()

    def _name(self) -> str:
        if self.work:
            return self.work
        task = asyncio.current_task()
        name = "" if task is None else task.get_name()
        # Neither names a community, a person or an item: names of tasks are literals, the others the program's own.
        if name and not name.startswith(_UNNAMED):
            return name
        inner: str = getattr(self.coroutine, "__qualname__", type(self.coroutine).__qualname__)
        return inner


class _Watch:
    """Times the tasks that the running loop starts, and collections of garbage."""

    def __init__(self) -> None:
        self.times = LoopTimes(time.perf_counter_ns, time.thread_time_ns, _say)
        self._began = 0

    def task(
        self,
        loop: asyncio.AbstractEventLoop,
        coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        **more: Any,
    ) -> "asyncio.Future[Any]":
        """Make a task, see `asyncio.loop.set_task_factory`."""
        assert isinstance(coroutine, Coroutine)
        return asyncio.Task(_Timed(coroutine, self.times), loop=loop, **more)

    def collected(self, phase: str, info: dict[str, int]) -> None:
        """Note how long a collection took, see `gc.callbacks`; it stops every thread, whichever began it."""
        now = self.times.wall()
        if phase == "start":
            self._began = now
        elif now - self._began >= NOTED_NANOS:
            self.times.inside(f"garbage collection {info['generation']}", now - self._began)


@contextmanager
def watched() -> Iterator[LoopTimes]:
    """Time the tasks that the running event loop starts until the block ends."""
    made, loop = _Watch(), asyncio.get_running_loop()
    loop.set_task_factory(made.task)
    gc.callbacks.append(made.collected)
    watch(made.times)
    try:
        yield made.times
    finally:
        watch(None)
        gc.callbacks.remove(made.collected)
        loop.set_task_factory(None)


def _say(work: str, took: int, processor: int) -> None:
    _LOG.debug(
        "the event loop stood still",
        work=work,
        ms=took // 1000 / 1000,
        processor_ms=processor // 1000 / 1000,
    )
