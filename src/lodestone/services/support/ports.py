"""What use cases ask of the community they work in, beside its value, its records and its log.

There are four ports. `StateView` (with `DirectoryView`) is read only; `FactWriter` appends facts and publishes what was
committed to the records; `PriceBook` says which policy and prices are in force; `Clock` tells the community's time. The
class that wires a community together, in `services.community`, fits the last three and hands out the first.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from lodestone.base.clock import Clock
from lodestone.events.outcomes import FactKind
from lodestone.features.view import DirectoryView, StateView
from lodestone.stores.records.types import Change
from lodestone.traffic.price_book import PriceBook

CHANGE: Final = "change"
"""The background job that takes one change from the records' outbox to the log; its rows are the changes' numbers."""


class ChangePublisher(Protocol):
    """Takes what was committed to the records to log and state, or leaves it in the outbox for the process that does."""

    @property
    def writing(self) -> asyncio.Lock:
        """Held from before a commit of records until `changed` has ended, so that changes reach the log in order."""
        ...

    async def changed(self, changes: Sequence[Change]) -> None:
        """Let log and state hear of what was committed.

        Raises:
            UnavailableError: Log or records do not answer; what was not taken stays in the outbox.
        """
        ...


class FactWriter(ChangePublisher, Protocol):
    """Writes the community's log as well."""

    async def append_own(self, kind: FactKind, key: int, target: int) -> None:
        """Store a fact of the community's own that moves no counter, as of now. Raises UnavailableError."""
        ...

    async def note(
        self,
        kind: FactKind,
        person_id: str,
        *,
        author_id: str | None = None,
        domain_id: str | None = None,
    ) -> None:
        """Write one fact of an edge: a follow, a block, a membership, or its end. Idempotent.

        Raises:
            UnavailableError: It could not be stored.
        """
        ...


__all__ = (
    "CHANGE",
    "ChangePublisher",
    "Clock",
    "DirectoryView",
    "FactWriter",
    "PriceBook",
    "StateView",
)
