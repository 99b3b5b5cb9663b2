"""What background work has failed at and not yet made good: told once, counted, tried again ever later.

A job is a kind of work that time brings about (expiry, prices, webhooks); a row is what of it failed, or nothing where
the whole job did. Neither ends a task nor keeps other rows from being done.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import structlog

from lodestone.base.clock import Instant
from lodestone.base.errors import LodestoneError
from lodestone.services.support.shared_commit import commit_apart, is_silence

FIRST_MICROS: Final = 5_000_000
"""How long after its first failure a row is tried again; each time twice as long."""
LONGEST_MICROS: Final = 300_000_000
"""The longest wait, so that what has been mended is done within minutes."""
_DOUBLINGS: Final = 10
ROWS_MAX: Final = 10_000
"""Rows remembered at once; beyond, a failure is counted and logged, and tried again at every round."""
Row = TypeVar("Row", str, int)
_LOG: Final = structlog.get_logger("lodestone")


@dataclass(frozen=True, slots=True)
class Failure:
    """One row that has failed and waits to be tried again."""

    job: str
    row: str
    """Empty where the job as a whole failed."""
    kind: str
    """The error's code, or its class where it is none of ours."""
    since: Instant
    times: int
    again: Instant
    """Not tried before."""


class Failures:
    """The failures of one community, or of the installation. Called on the event loop's thread only."""

    def __init__(self, now: Callable[[], Instant], community: str = "") -> None:
        """Keep what is handed in; `now` is the clock by which failures wait."""
        self._now = now
        self._community = community
        self._standing: dict[tuple[str, str], Failure] = {}
        self.counts: dict[str, int] = {}
        """Failures so far by job, for `/metrics`."""

    def standing(self) -> list[Failure]:
        """Return what has failed and not yet succeeded, the oldest first."""
        return sorted(
            self._standing.values(), key=lambda failure: (failure.since, failure.job, failure.row)
        )

    def waiting(self, job: str) -> list[str]:
        """Return the rows of a job that are not to be tried now."""
        return [row for kind, row in self._standing if kind == job and self.waits(job, row)]

    def waits(self, job: str, row: str = "") -> bool:
        """Say whether it is too early to try something again."""
        failure = self._standing.get((job, row))
        return failure is not None and self._now() < failure.again

    def failed(self, job: str, error: Exception, row: str = "") -> None:
        """Note a failure; it is logged the first time, and when it fails in another way."""
        self.counts[job] = self.counts.get(job, 0) + 1
        now = self._now()
        kind = error.code if isinstance(error, LodestoneError) else type(error).__name__
        before = self._standing.get((job, row))
        if before is None or before.kind != kind:
            _LOG.error(
                "background work failed",
                job=job,
                row=row,
                community=self._community,
                kind=kind,
                exc_info=error,
            )
        times = 1 if before is None else before.times + 1
        wait = min(LONGEST_MICROS, FIRST_MICROS << min(times - 1, _DOUBLINGS))
        if is_silence(error):
            wait = 0  # a store that answers again is asked at the next round
        fresh = Failure(job, row, kind, now, times, Instant(now + wait))
        if before is not None:
            fresh = replace(fresh, since=before.since)
        elif len(self._standing) >= ROWS_MAX:
            return
        self._standing[(job, row)] = fresh

    def done(self, job: str, row: str = "") -> None:
        """Forget a failure that has been made good."""
        if self._standing.pop((job, row), None) is not None:
            _LOG.info("background work is done", job=job, row=row, community=self._community)

    def of(self, job: str) -> list[str]:
        """Return the rows of a job that have failed."""
        return [row for kind, row in self._standing if kind == job and row]

    def settle(self, job: str, rows: Collection[str] | None = None) -> None:
        """Forget failures of rows that are due no more, such as an order that was cancelled; of all by default."""
        for row in self.of(job) if rows is None else rows:
            del self._standing[(job, row)]

    async def attempt(self, job: str, work: Callable[[], Awaitable[object]]) -> Exception | None:
        """Do a job unless it waits; return what it raised, which is noted here and ends nothing."""
        if self.waits(job):
            return None
        try:
            await work()
        except Exception as error:  # noqa: BLE001  whatever it is, the clock goes on
            self.failed(job, error)
            return error
        self.done(job)
        return None

    async def each(
        self,
        job: str,
        rows: Sequence[Row],
        commit: Callable[[Sequence[Row]], Awaitable[object]],
        *,
        only: bool = False,
    ) -> int:
        """Do rows of a job in one commit, or apart should one of them break it off; return how many were done.

        Args:
            job: What is done.
            rows: Those due; the ones that wait after a failure are left out.
            commit: Does some of them at once. Raises when nothing was done.
            only: Whether `rows` are some of those due; else a failed row that is not among them is forgotten.

        Raises:
            UnavailableError: The store does not answer; that is no row's failure.
        """
        silence: list[Exception] = []
        made = 0

        async def done(some: Sequence[Row]) -> None:
            nonlocal made
            await commit(some)
            made += len(some)
            for row in some:
                self.done(job, str(row))

        def fail(row: Row, error: Exception) -> None:
            if is_silence(error):
                silence.append(error)
            else:
                self.failed(job, error, str(row))

        over = [] if only else [row for row in self.of(job) if not self.waits(job, row)]
        self.settle(job, set(over) - {str(row) for row in rows})
        ready = [row for row in rows if not self.waits(job, str(row))]
        if ready:
            await commit_apart(ready, done, fail)
        if silence:
            raise silence[0]
        return made
