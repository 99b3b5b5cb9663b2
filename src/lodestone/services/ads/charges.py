"""Paid slots from reservation to charge or release: each comes to one of the two, once.

Both are facts, worked out from what the log says and written after it: so what a crash cut off is written by the next
life, and a second state that follows the log has the same budgets. `settle` is the one place where they are made.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Final, Protocol

import numpy as np

from lodestone.ads.billing import Bill, Billed, ages_out, attribute, bill
from lodestone.ads.invalid_traffic import RULES, ClickEvidence, Invalid, judge_click
from lodestone.base.clock import Instant
from lodestone.events.ad_facts import (
    PaidSlot,
    charge_fact,
    reason_value,
    release_fact,
    reserve_facts,
)
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.budgets import Budgets, Exhausted
from lodestone.features.ads.heard import CONVERSIONS, NEVER, Click
from lodestone.features.view import StateView
from lodestone.services.ingest.system_facts import fact_key

BATCH: Final = 400
"""Facts of charges and releases written together."""
Ring = tuple[int, int]
"""Authors: who clicks, and whose ads."""


class BudgetWriter(Protocol):
    """Writes facts about budgets."""

    async def write_budgets(self, facts: Facts) -> None:
        """Store facts about budgets and apply them. Raises UnavailableError: nothing was stored."""
        ...


class Charges:
    """The paid slots of one community. Called on the event loop's thread only."""

    def __init__(
        self,
        state: StateView,
        writer: BudgetWriter,
        now: Callable[[], Instant],
        day_of: Callable[[Instant], int],
    ) -> None:
        self._state, self._writer = state, writer
        self._now, self._day_of = now, day_of
        self._turn = asyncio.Lock()
        self._ages: list[tuple[int, int]] = []
        """When open slots age out at the earliest, and their keys; a heap."""
        self._aged: Budgets | None = None
        """Whose slots the heap holds."""
        self.rings: frozenset[Ring] = frozenset()
        """Pairs of authors whose clicks on each other's ads do not count, see `services.ads.rings`."""

    @property
    def _budgets(self) -> Budgets:
        return self._state.budgets

    def reserve(self, slots: Sequence[PaidSlot]) -> list[PaidSlot]:
        """Set aside what slots can cost at most, before anybody sees them; return those for which there was enough.

        Whoever shows them writes `reservation` of them before, see `confirm`.
        """
        reserved = []
        for slot in slots:
            try:
                self._budgets.reserve(slot)
            except Exhausted:
                continue
            reserved.append(slot)
        return reserved

    def reservation(self, slots: Sequence[PaidSlot]) -> Facts:
        """Return the facts of reserved slots; shape (slots,)."""
        keys = [fact_key("reserve", slot.receipt, slot.slot) for slot in slots]
        return reserve_facts(list(slots), keys, self._now())

    async def confirm(self, slots: Sequence[PaidSlot], stored: Awaitable[None]) -> None:
        """Wait until the reservation of slots is stored and applied; release them when their time is over.

        Raises:
            UnavailableError: It could not be stored; none may be shown, and nothing is reserved.
        """
        try:
            await stored
        except BaseException:
            for slot in slots:
                self._budgets.cancel(slot)
            raise
        for slot in slots:
            self._watch(slot)

    async def serve(self, slots: Sequence[PaidSlot]) -> list[PaidSlot]:
        """Reserve slots and write that they are served; return those that may be shown.

        Raises:
            UnavailableError: It could not be stored; none may be shown, and nothing is reserved.
        """
        reserved = self.reserve(slots)
        if reserved:
            await self.confirm(reserved, self._writer.write_budgets(self.reservation(reserved)))
        return reserved

    async def settle(self) -> int:
        """Charge for what was heard of open slots, and release those whose time is over; return how many were settled.

        Raises:
            UnavailableError: Some could not be stored; the next call makes them good.
        """
        async with self._turn:
            self._begin()
            touched = sorted(self._budgets.heard.touched)
            self._budgets.heard.touched.clear()
            settled = 0
            try:
                for facts in _batches(self._due(touched)):
                    await self._writer.write_budgets(facts)
                    settled += facts.size
            except BaseException:
                self._budgets.heard.touched.update(
                    key for key in touched if self._budgets.slot(key) is not None
                )
                self._aged = None
                raise
            return settled

    def _begin(self) -> None:
        """Know when each open slot ages out; after a start or a failure from what is open."""
        if self._aged is not self._budgets:
            self._ages = []
            self._aged = self._budgets
            for slot in self._budgets.open_slots():
                self._watch(slot)

    def _watch(self, slot: PaidSlot) -> None:
        due = ages_out(slot, self._budgets.heard.times(slot.key))
        heapq.heappush(self._ages, (due, slot.key))

    def _due(self, touched: Sequence[int]) -> Iterator[Facts]:
        people: dict[int, None] = {}
        for key in touched:
            slot = self._budgets.slot(key)
            if slot is None:
                continue
            if slot.bought in CONVERSIONS:
                people[slot.person] = None
            else:
                yield from self._judged(slot)
        for person in people:
            yield from self._converted(person)
        yield from self._over()

    def _judged(self, slot: PaidSlot) -> Iterator[Facts]:
        times = self._budgets.heard.times(slot.key)
        judged = bill(slot, times)
        if judged.billed is Billed.WAIT:
            return
        invalid = self._invalid(slot, judged) if judged.billed is Billed.YES else None
        if judged.billed is Billed.YES and invalid is None:
            yield self._charge(slot, Instant(judged.time))
        else:
            yield self._release(
                slot, 0 if invalid is None else reason_value(invalid, RULES.version)
            )

    def _invalid(self, slot: PaidSlot, judged: Bill) -> Invalid | None:
        """Return why what was heard of a slot is not paid for, None where it is."""
        heard = self._budgets.heard
        times = heard.times(slot.key)
        author = int(self._state.items["author"][slot.item])
        person = int(self._state.authors["person"][author])
        own = slot.person >= 0 and person >= 0
        own = own and int(self._state.people["ordinal"][person]) == slot.person
        evidence = partial(
            ClickEvidence,
            judged.time,
            bot=times.bot,
            own=own,
            ring=self._in_ring(slot.person, author),
        )
        if slot.bought != FactKind.CLICK:
            return judge_click(evidence(NEVER))
        mine = Click(judged.time, slot.campaign, slot.key)
        others = [click for click in heard.clicks(slot.person) if click.key != slot.key]
        # Of two near each other one counts: the first, or the one that was charged already.
        same = [
            click.time
            for click in others
            if click.campaign == slot.campaign
            and (click < mine or self._budgets.slot(click.key) is None)
        ]
        return judge_click(
            evidence(times.impression, others=[click.time for click in others], same=same)
        )

    def _in_ring(self, person: int, author: int) -> bool:
        if not self.rings or person < 0:
            return False
        rows = np.flatnonzero(self._state.people["ordinal"][: self._state.person_count] == person)
        return (
            bool(rows.size) and (int(self._state.people["author"][rows[0]]), author) in self.rings
        )

    def _converted(self, person: int) -> Iterator[Facts]:
        heard = self._budgets.heard
        slots = []
        for key in heard.selling(person):
            slot = self._budgets.slot(key)
            if slot is not None and not heard.times(key).bot:
                slots.append((slot, heard.times(key), int(self._state.items["author"][slot.item])))
        for slot, deed in attribute(heard.deeds(person), slots):
            yield self._charge(slot, Instant(deed.time))

    def _over(self) -> Iterator[Facts]:
        now = self._now()
        while self._ages and self._ages[0][0] <= now:
            _, key = heapq.heappop(self._ages)
            slot = self._budgets.slot(key)
            if slot is None:
                continue
            if ages_out(slot, self._budgets.heard.times(key)) > now:
                self._watch(slot)
            else:
                yield self._release(slot, 0)

    def _charge(self, slot: PaidSlot, time: Instant) -> Facts:
        key = fact_key("charge", slot.receipt, slot.slot)
        return charge_fact(slot, slot.highest, key, time, self._day_of(self._now()))

    def _release(self, slot: PaidSlot, why: int) -> Facts:
        now = self._now()
        key = fact_key("release", slot.receipt, slot.slot)
        return release_fact(slot, why, key, now, self._day_of(now))


def _batches(facts: Iterator[Facts]) -> Iterator[Facts]:
    """Lay facts together, each slot's first alone: another of the same slot comes too late."""
    waiting: list[Facts] = []
    taken: set[tuple[int, int]] = set()
    for fact in facts:
        slot = int(fact["receipt"][0]), int(fact["slot"][0])
        if slot in taken:
            continue
        taken.add(slot)
        waiting.append(fact)
        if len(waiting) == BATCH:
            yield np.concatenate(waiting)
            waiting = []
    if waiting:
        yield np.concatenate(waiting)
