"""Longest steps of the event loop, by the work that ran in them.

A *step* is what runs between two returns to the event loop: nothing else is served meanwhile. `bootstrap.loop_watch`
times every step of every task; synchronous work that may take long names itself by `section`, so that the step is
counted under that name and not under the request that it happened to run in.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import get_ident
from typing import Final, Protocol

SLOW_NANOS: Final = 5_000_000
"""From here on a step is counted as slow and written to the log at level `debug`."""
NOTED_NANOS: Final = 1_000_000
"""From here on the longest step of each work is remembered; shorter ones cost two readings of the clock."""


class Named(Protocol):
    """A task whose steps are counted under a name."""

    work: str


@dataclass(slots=True)
class WorkTimes:
    """What one kind of work has taken since the start."""

    longest: int = 0
    """Nanoseconds of the longest step by the wall."""
    longest_processor: int = 0
    """Nanoseconds of processor time of the step that took most of it; at most 1 ms too high."""
    slow: int = 0
    """Steps of `SLOW_NANOS` or more."""
    slow_nanos: int = 0
    """Nanoseconds that these took together, by the wall."""


class LoopTimes:
    """Remembers the longest step of each kind of work on one thread.

    Args:
        wall: Nanoseconds that never run back.
        processor: Nanoseconds of processor time of the calling thread.
        slow: Is handed the work, nanoseconds by the wall and of processor time of each slow step.
    """

    def __init__(
        self,
        wall: Callable[[], int],
        processor: Callable[[], int],
        slow: Callable[[str, int, int], None],
    ) -> None:
        self.wall = wall
        self.by_work: dict[str, WorkTimes] = {}
        self.thread = get_ident()
        self._processor, self._slow = processor, slow
        self._read_at, self._read = wall(), processor()
        self._section, self._section_nanos = "", 0
        self._task: Named | None = None

    def begun(self, task: "Named", now: int) -> None:
        """Note that a step of `task` begins at `now`.

        Reading the processor's time costs ten readings of the wall: it is done once a millisecond at most.
        """
        self._task, self._section_nanos = task, 0
        if now - self._read_at > NOTED_NANOS:
            self._read_at, self._read = now, self._processor()

    def ended(self, work: str, took: int) -> None:
        """Note a step of `took` nanoseconds, at least `NOTED_NANOS`, under its longest section if that is most of it."""
        processor = self._processor()
        used, self._read = max(0, processor - self._read), processor
        self._read_at = self.wall()
        if 2 * self._section_nanos >= took:
            work = self._section
        times = self.by_work.get(work)
        if times is None:
            times = self.by_work[work] = WorkTimes()
        times.longest = max(times.longest, took)
        times.longest_processor = max(times.longest_processor, min(used, took))
        if took >= SLOW_NANOS:
            times.slow += 1
            times.slow_nanos += took
            self._slow(work, took, min(used, took))

    def name(self, work: str) -> None:
        """Let the steps of the task that runs now be counted as `work`; it must be of few values."""
        if self._task is not None:
            self._task.work = work

    def inside(self, work: str, took: int) -> None:
        """Note that `work` took so many nanoseconds of the step that runs."""
        if took > self._section_nanos:
            self._section, self._section_nanos = work, took


class _Watch:
    """The recorder of this process; None until one watches."""

    times: LoopTimes | None = None


def watch(times: LoopTimes | None) -> None:
    """Let `section` tell this recorder from now on; None: nobody."""
    _Watch.times = times


def watching() -> LoopTimes | None:
    """Return the recorder that `section` tells."""
    return _Watch.times


def name_step(method: str, template: str) -> None:
    """Let the steps of the running task be counted under its request's route."""
    times = _Watch.times
    if times is not None and times.thread == get_ident():
        times.name(f"{method} {template}")


class section:  # noqa: N801  used as a statement, `with section("prices"):`
    """Names synchronous work on the event loop; free of effect where nobody watches, and on other threads."""

    __slots__ = ("_began", "_times", "_work")

    def __init__(self, work: str) -> None:
        self._work = work
        self._times: LoopTimes | None = None

    def __enter__(self) -> None:
        times = _Watch.times
        if times is not None and times.thread == get_ident():
            self._times, self._began = times, times.wall()

    def __exit__(self, *_: object) -> None:
        if self._times is not None:
            took = self._times.wall() - self._began
            if took >= NOTED_NANOS:
                self._times.inside(self._work, took)
