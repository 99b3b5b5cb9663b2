"""Creators' orders in SQL. See `port.CreatorRecords`."""

from collections.abc import Iterator
from contextlib import contextmanager

from lodestone.base.clock import Instant
from lodestone.stores.commerce.consistent_read import Whole
from lodestone.stores.creators import rows
from lodestone.stores.creators.boost_types import Boost
from lodestone.stores.creators.boosts import BoostFinds, BoostWork, boost_of
from lodestone.stores.creators.finds import Finds
from lodestone.stores.creators.schema import ASSIGNMENT_EVENTS, ASSIGNMENTS, BOOSTS
from lodestone.stores.creators.types import Assignment, AssignmentEvent
from lodestone.stores.creators.work import CreatorWork
from lodestone.stores.records.base import RecordsBase


class Everything(Whole):
    """See `WholeSnapshot`."""

    def assignments(self) -> list[Assignment]:
        """See `WholeSnapshot.assignments`."""
        query = self.scope.select(ASSIGNMENTS).order_by(ASSIGNMENTS.c.number)
        return [rows.assignment_of(row) for row in self.scope.fetch(query)]

    def boosts(self) -> list[Boost]:
        """See `WholeSnapshot.boosts`."""
        query = self.scope.select(BOOSTS).order_by(BOOSTS.c.number)
        return [*map(boost_of, self.scope.fetch(query))]

    def assignment_events(self) -> list[AssignmentEvent]:
        """See `WholeSnapshot.assignment_events`."""
        query = self.scope.select(ASSIGNMENT_EVENTS).order_by(ASSIGNMENT_EVENTS.c.id)
        return [rows.event_of(row, {}) for row in self.scope.fetch(query)]


class SqlCreators(RecordsBase):
    """See `CreatorRecords`."""

    @contextmanager
    def creator_work(self, community: str, *, now: Instant) -> Iterator[CreatorWork]:
        """See `CreatorRecords.creator_work`."""
        with self._writing(community) as work:
            yield CreatorWork(work, now)

    @contextmanager
    def creator_finds(self, community: str) -> Iterator[Finds]:
        """See `CreatorRecords.creator_finds`."""
        with self._reading(community) as scope:
            yield Finds(scope)

    @contextmanager
    def boost_work(self, community: str, *, now: Instant) -> Iterator[BoostWork]:
        """See `CreatorRecords.boost_work`."""
        with self._writing(community) as work:
            yield BoostWork(work, now)

    @contextmanager
    def boost_finds(self, community: str) -> Iterator[BoostFinds]:
        """See `CreatorRecords.boost_finds`."""
        with self._reading(community) as scope:
            yield BoostFinds(scope)

    @contextmanager
    def whole_snapshot(self, community: str) -> Iterator[Everything]:
        """See `CreatorRecords.whole_snapshot`."""
        with self._at_once(community) as scope:
            yield Everything(scope)
