"""Rings: once a day the log is searched for authors who click each other's ads, and what they were charged is given back.

What a ring does is seen only after a while. From then on its clicks are charged to nobody (`Charges.rings`), and a charge of
the last week becomes an `INVALID` fact, which the next posting refunds.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from lodestone.ads.invalid_traffic import RULES, Invalid, rings
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.events.ad_facts import invalid_fact, reason_value
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.features.view import DirectoryView, StateView
from lodestone.services.ads.charges import BATCH, BudgetWriter, Charges, Ring
from lodestone.services.ads.reporting.facts import SlotHistory, read_ad_facts
from lodestone.services.ingest.system_facts import fact_key
from lodestone.stores.log.port import Log
from lodestone.stores.ports import Records


class _Search(NamedTuple):
    rings: frozenset[Ring]
    due: list[SlotHistory]
    """Slots that were charged for a click within a ring."""


class RingSearch:
    """Searches one community's log once a day. Called on the event loop's thread only."""

    def __init__(
        self,
        log: Log,
        known: tuple[StateView, DirectoryView],
        charges: Charges,
        writer: BudgetWriter,
        records: Records,
        clock: tuple[Callable[[], Instant], Callable[[Instant], int]],
    ) -> None:
        """Take what it reads and writes; `records` lend their threads, `clock` is the community's with the day of an instant."""
        self._log, self._charges, self._writer = log, charges, writer
        self._state, self._directory = known
        self._threads = records.threads
        self._now, self._day_of = clock
        self._searched: int | None = None
        """The day of the last search."""

    async def work(self) -> None:
        """Search where today's search has not been done.

        Raises:
            UnavailableError: What is given back could not be stored; the next call makes it good.
        """
        now = self._now()
        day = self._day_of(now)
        if day == self._searched or not self._state.budgets.campaigns():
            return
        search = await self._threads.long(self._search, now)
        self._charges.rings = search.rings
        for first in range(0, len(search.due), BATCH):
            facts = [self._back(each, now, day) for each in search.due[first : first + BATCH]]
            await self._writer.write_budgets(np.concatenate(facts))
        self._searched = day

    def _search(self, now: Instant) -> _Search:
        """Read the log in a thread."""
        clicked = [
            history
            for history in read_ad_facts(self._log).slots.values()
            if history.times.get(FactKind.CLICK, 0) > now - RULES.ring_days * DAY_MICROS
        ]
        pairs = [self._pair(history) for history in clicked]
        ring = rings(pair for pair in pairs if pair is not None)
        charged = [
            history
            for history, pair in zip(clicked, pairs, strict=True)
            if pair in ring and history.spent > 0 and history.slot.bought == FactKind.CLICK
        ]
        return _Search(ring, charged)

    def _pair(self, history: SlotHistory) -> Ring | None:
        """Return who clicked and whose ad it was, as authors; None where who clicked has no posts."""
        row = self._directory.row_of_ordinal(history.slot.person)
        if row < 0 or history.bot:  # what a bot does is charged to nobody as it is
            return None
        who = int(self._state.people["author"][row])
        whose = int(self._state.items["author"][history.slot.item])
        return None if who < 0 else (who, whose)

    def _back(self, history: SlotHistory, now: Instant, day: int) -> Facts:
        slot = history.slot
        key = fact_key("invalid", slot.receipt, slot.slot)
        why = reason_value(Invalid.RING, RULES.version)
        return invalid_fact(slot, Micros(history.spent), why, key, now, day)
