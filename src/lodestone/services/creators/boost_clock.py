"""What time brings about in boosts: their hours are over, their post is gone, and what was not charged goes back."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from lodestone.base.clock import MINUTE_MICROS, Instant
from lodestone.content import Community
from lodestone.creators.boost import BoostState
from lodestone.services.creators.boost_context import BoostCommit
from lodestone.services.creators.boost_presenters import objects_id
from lodestone.services.support.failures import Failures
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.creators.boost_types import Boost
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change

BOOSTS: Final = "boosts"
"""The job of moving boosts on; its rows are their numbers."""
EVERY: Final = MINUTE_MICROS
"""How often they are looked at."""
_BATCH: Final = 200


class BoostClock:
    """Moves the boosts of one community on. Called on the event loop's thread only."""

    def __init__(
        self,
        community: Community,
        clock: Clock,
        records: Records,
        writes: Writes,
        failures: Failures,
        publish: Callable[[str], Awaitable[None]],
    ) -> None:
        """Take what it works on; `publish` lets the next decision see a campaign as its records say."""
        self._community, self._clock, self._records = community, clock, records
        self._writes, self._failures, self._publish = writes, failures, publish
        self._looked: Instant | None = None

    async def tick(self) -> None:
        """Look at every boost that has not ended, once a minute; what fails is noted and tried again, and the others go on.

        Raises:
            UnavailableError: The records do not answer.
        """
        now = self._clock.now()
        if self._looked is not None and 0 <= now - self._looked < EVERY:
            return
        after = 0
        while rows := await self._records.threads.read(self._open, after):
            after = rows[-1]
            await self._failures.each(BOOSTS, rows, self._some, only=True)
        self._looked = now

    def _open(self, after: int) -> list[int]:
        waiting = [int(row) for row in self._failures.waiting(BOOSTS)]
        with self._records.boost_finds(self._community.id) as finds:
            return finds.open_boosts(_BATCH, after, waiting)

    async def _some(self, rows: Sequence[int]) -> None:
        ending: list[Boost] = []

        def write() -> Sequence[Change]:
            ending[:] = self._move(rows)
            return ()

        await self._writes.publish(write)
        for boost in ending:
            await self._publish(objects_id(self._community, boost))

    def _move(self, numbers: Sequence[int]) -> list[Boost]:
        """Move boosts on where that is due, in one commit; return those that begin to end."""
        ending: list[Boost] = []
        with self._records.boost_work(self._community.id, now=self._clock.now()) as work:
            commit = BoostCommit(work, self._community)
            boosts = work.boosts_at(numbers)
            over = commit.over(boosts)
            for boost in boosts:
                if boost.state is BoostState.ENDING:
                    commit.settle(boost)
                elif boost.number in over:
                    ending.append(commit.end(boost, over[boost.number]))
        return ending
