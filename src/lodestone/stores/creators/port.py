"""The port of creators' orders and boosts, in the records' own database."""

from contextlib import AbstractContextManager
from typing import Protocol

from lodestone.base.clock import Instant
from lodestone.stores.commerce.port import TradeSnapshot
from lodestone.stores.creators.boost_types import Boost
from lodestone.stores.creators.boosts import BoostFinds, BoostWork
from lodestone.stores.creators.finds import Finds
from lodestone.stores.creators.types import Assignment, AssignmentEvent
from lodestone.stores.creators.work import CreatorWork


class WholeSnapshot(TradeSnapshot, Protocol):
    """One moment of ledger, trade and creators' orders."""

    def assignments(self) -> list[Assignment]:
        """Return every order, by number."""
        ...

    def boosts(self) -> list[Boost]:
        """Return every boost, by number."""
        ...

    def assignment_events(self) -> list[AssignmentEvent]:
        """Return every move of an order, in the order of commits, without words."""
        ...


class CreatorRecords(Protocol):
    """Every community's profiles, briefs and creators' orders. Safe for threads; what raises has changed nothing."""

    def creator_work(self, community: str, *, now: Instant) -> AbstractContextManager[CreatorWork]:
        """Open a unit of work: committed on leaving, rolled back when something is raised."""
        ...

    def creator_finds(self, community: str) -> AbstractContextManager[Finds]:
        """Open a transaction that only reads."""
        ...

    def boost_work(self, community: str, *, now: Instant) -> AbstractContextManager[BoostWork]:
        """Open a unit of work of boosts, as `creator_work`."""
        ...

    def boost_finds(self, community: str) -> AbstractContextManager[BoostFinds]:
        """Open a transaction that only reads boosts."""
        ...

    def whole_snapshot(self, community: str) -> AbstractContextManager[WholeSnapshot]:
        """Open one consistent view of the ledger, of trade and of creators' orders, whatever is written meanwhile."""
        ...
