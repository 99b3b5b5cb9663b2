"""Communities as a second process sees them: orders and redemptions only, in records that several may write.

It has no log and no serving state. What it commits lies in the outbox until the first process hears of it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from lodestone.base.clock import SECOND_MICROS, Clock, Instant
from lodestone.base.errors import UnknownError
from lodestone.services.commerce.commands import Trade
from lodestone.services.support import DatabaseThreads
from lodestone.services.support.clocks import CommunityClock
from lodestone.services.support.failures import Failures
from lodestone.services.support.idempotency import StoredAnswers
from lodestone.stores.external.payment_providers import PaymentProvider
from lodestone.stores.ports import Records
from lodestone.stores.records.types import Change, CommunityRecord

_LOOK_MICROS: Final = SECOND_MICROS
"""How long what was read of a community stands before it is read again."""


class OrdersOnlyCommunity:
    """One community's trade. It publishes by leaving changes in the outbox."""

    def __init__(
        self,
        records: Records,
        record: CommunityRecord,
        wall: Clock,
        providers: Mapping[str, PaymentProvider],
    ) -> None:
        self.community = record.community
        self.writing = asyncio.Lock()
        self.failures = Failures(self.now, record.id)
        self.trade = Trade(self.community, records, self, self, self.failures, providers)
        self._clock = CommunityClock(wall, None)
        self.read(record)

    def read(self, record: CommunityRecord) -> None:
        """Follow the community's clock: the wall's, or what the first process was told."""
        driven = record.given.clock == "driven"
        self._clock.driven = (record.instant or Instant(0)) if driven else None

    def now(self) -> Instant:
        """Return the community's present instant."""
        return self._clock.now()

    async def changed(self, changes: Sequence[Change]) -> None:
        """Leave what was committed in the outbox: the first process takes it to the log."""


class OrdersOnlyRegistry:
    """Finds the desk of a community; see `registry.Engines`."""

    def __init__(
        self, records: Records, wall: Clock, providers: Mapping[str, PaymentProvider]
    ) -> None:
        self.records = records
        self.answers = StoredAnswers(records)
        self.wall = wall
        self._providers = providers
        self._desks: dict[str, OrdersOnlyCommunity] = {}
        self._looked: Instant | None = None
        self._looking = asyncio.Lock()

    @property
    def threads(self) -> DatabaseThreads:
        """Return the threads in which the records are asked."""
        return self.records.threads

    def of(self, community: str | None) -> OrdersOnlyCommunity:
        """Return an active community's desk. Raises UnknownError."""
        desk = self._desks.get(community or "")
        if desk is None and community is None:
            message = "say which community you mean: the header X-Community names it"
            raise UnknownError("community_unnamed", message)
        if desk is None:
            raise UnknownError("community_unknown", f"there is no active community {community!r}")
        return desk

    def now(self, community: str) -> Instant:
        """Return what a community's clock shows. Raises UnknownError."""
        return self.of(community).now()

    def only(self) -> str | None:
        """Return the one community there is, None when there are none or several."""
        return next(iter(self._desks)) if len(self._desks) == 1 else None

    async def look(self) -> None:
        """Read anew which communities are active, and their clocks, at most once a second.

        Raises:
            UnavailableError: The records do not answer; what was read before stands.
        """
        if self._looked is not None and self._looking.locked():
            return  # somebody is reading it, and what was read before does for a moment
        async with self._looking:
            now = self.wall.now()
            if self._looked is not None and now - self._looked < _LOOK_MICROS:
                return
            known = self._looked is not None
            self._looked = now if known else None
            self._take(await self.records.threads.read(self.records.communities))
            self._looked = now

    def _take(self, records: Sequence[CommunityRecord]) -> None:
        active = {record.id: record for record in records if record.given.state == "active"}
        for name in self._desks.keys() - active.keys():
            del self._desks[name]
        for name, record in active.items():
            if name in self._desks:
                self._desks[name].read(record)
            else:
                self._desks[name] = OrdersOnlyCommunity(
                    self.records, record, self.wall, self._providers
                )
