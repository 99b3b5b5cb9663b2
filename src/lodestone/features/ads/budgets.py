"""Budgets of campaigns: what is left, reserved by open slots, and spent. Moved by facts alone, read by decisions.

    left + reserved + spent = budget,  none of them negative,  at every moment and for every limit

A campaign has three limits (`Limit`): in all, on a day, and what the ledger has set aside for it (its lease, 0 until
money is). What takes from them is applied before it is written (`reserve`), what gives back after; so a second state
that follows the log admits whatever this one admitted. A limit set below what is used stops the campaign and takes
nothing back: what is used is the budget then, as long as it is.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.money import MICROS_MAX, Micros
from lodestone.events.ad_facts import (
    NO_LIMIT,
    Limit,
    PaidSlot,
    campaign_of,
    chance_of,
    paid_slot,
    reason_of,
    slot_key,
)
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.appearances import PeopleServed
from lodestone.features.ads.calibration import Calibration
from lodestone.features.ads.changes import Changes
from lodestone.features.ads.exploration import Exploration
from lodestone.features.ads.heard import NEVER, Heard
from lodestone.features.grow import grown

DAYS_KEPT: Final = 2
"""Days after which a day's sums are dropped once nothing of it is open; reports read them from the log."""
_LIMITS: Final = len(Limit)
_SLOT_WIDTH: Final = len(PaidSlot._fields)
"""Numbers of an open slot in a snapshot; one written before slots were explored has one less."""
_NO_LIMITS: Final = [NO_LIMIT, NO_LIMIT, 0]


class Exhausted(Exception):  # noqa: N818  no error: the campaign does not take part
    """More than is left of a campaign's budget."""


@dataclass(slots=True)
class Used:
    """What is reserved and spent, micros."""

    reserved: int = 0
    spent: int = 0

    @property
    def total(self) -> int:
        """Return what can not be reserved any more."""
        return self.reserved + self.spent


@dataclass(slots=True)
class Budget:
    """One campaign's limits and what is used of them."""

    limits: list[int] = field(default_factory=_NO_LIMITS.copy)
    """By `Limit`, micros; `NO_LIMIT` where the others bound it."""
    used: Used = field(default_factory=Used)
    """In all."""
    days: dict[int, Used] = field(default_factory=dict)
    """By the day on which slots were served."""
    refunded: int = 0
    """Micros of what was spent that invalid traffic gave back; the advertiser's, and no part of the budget."""
    charges: int = 0
    """Slots that were charged, less those that were given back."""

    def used_of(self, limit: Limit, day: int) -> Used:
        """Return what is used of a limit."""
        return self.days.get(day, Used()) if limit is Limit.DAILY else self.used

    def left_of(self, limit: Limit, day: int) -> Micros:
        """Return what is left of a limit on a day, never below 0."""
        most = self.limits[limit]
        if most == NO_LIMIT:
            most = MICROS_MAX
        return Micros(max(0, most - self.used_of(limit, day).total))

    def left(self, day: int) -> Micros:
        """Return what may still be reserved on a day: the least that any limit leaves."""
        lifetime, daily, lease = self.limits
        used, today = self.used.total, self.days.get(day)
        left = min(
            MICROS_MAX if lifetime == NO_LIMIT else lifetime,
            MICROS_MAX if lease == NO_LIMIT else lease,
        )
        left -= used
        if daily != NO_LIMIT:
            left = min(left, daily - (today.total if today else 0))
        return Micros(max(0, left))


class Budgets:
    """Every campaign's budget, and the paid slots that are open."""

    def __init__(self) -> None:
        self._budgets: dict[int, Budget] = {}
        self._open: dict[int, PaidSlot] = {}
        """By `PaidSlot.key`."""
        self._newest = -1
        """The greatest key whose reservation was written: a slot is served once."""
        self._unwritten: set[int] = set()
        """Keys of the slots that were reserved and are not in the log yet."""
        self.appearances = PeopleServed()
        """When people were served campaigns, for frequency limits."""
        self.exploration = Exploration()
        """How many slots of a day were explored."""
        self.heard = Heard()
        self.calibration = Calibration()
        self.changes = Changes[int]()
        """Campaigns of which something else may be left, for whoever shows their ads."""
        self._day = 0
        self._left = np.zeros(0, np.int64)

    # What decisions ask

    def left_by_campaign(self, day: int) -> Ints:
        """Return what each campaign may still reserve on a day, micros, by its number; shape (campaigns or more,).

        A campaign beyond its end has nothing to spend. The array is the state's own and is not written to.
        """
        if day != self._day:
            self._day = day
            for campaign in self._budgets:
                self._changed(campaign)
        return self._left

    def budget(self, campaign: int) -> Budget:
        """Return a campaign's budget, one of nothing for a campaign without."""
        return self._budgets.get(campaign) or Budget()

    def campaigns(self) -> list[int]:
        """Return the campaigns that have a budget, ascending."""
        return sorted(self._budgets)

    def open_slot(self, receipt: int, slot: int) -> PaidSlot | None:
        """Return a slot whose reservation is open, or None."""
        return self._open.get(slot_key(receipt, slot))

    def slot(self, key: int) -> PaidSlot | None:
        """Return the open slot of a key, see `slot_key`, or None."""
        return self._open.get(key)

    def open_slots(self) -> Iterable[PaidSlot]:
        """Return the open slots, in the order they were served."""
        return self._open.values()

    # What takes, before it is written

    def reserve(self, slot: PaidSlot) -> None:
        """Set aside the most that a slot can cost; again changes nothing.

        Raises:
            Exhausted: That is more than is left, or the slot was settled before; nothing was set aside.
        """
        key = slot.key
        if key in self._open:
            return
        budget = self._budgets.get(slot.campaign)
        if budget is None or key <= self._newest or slot.highest > budget.left(slot.day):
            raise Exhausted
        self._unwritten.add(key)
        self._serve(slot)

    def cancel(self, slot: PaidSlot) -> None:
        """Give back a reservation that was not written: nobody saw its slot."""
        if slot.key in self._unwritten:
            self._unwritten.remove(slot.key)
            self._close(slot, 0)
            self.appearances.remove(slot.person, _served_at(slot), slot.campaign)
            if slot.explored:
                self.exploration.explore(slot.day, -1)

    def lower(self, campaign: int, limit: Limit, most: int) -> None:
        """Set a limit before it is written, where it is below the one in force."""
        now = self.budget(campaign).limits[limit]
        if most != NO_LIMIT and (now == NO_LIMIT or most < now):
            self._limit(campaign, limit, most)

    # What the log says

    def follow(self, facts: Facts) -> list[PaidSlot]:
        """Apply facts about budgets in log order; each takes effect once, however often it comes.

        Args:
            facts: Any; those of other kinds are passed over.

        Returns:
            The slots that were settled by them.
        """
        settled = [self.follow_one(fact) for fact in facts]
        return [slot for slot in settled if slot is not None]

    def follow_one(self, fact: np.void) -> PaidSlot | None:
        """Apply one fact, see `follow`; return the slot that was settled by it."""
        kind = int(fact["kind"])
        if kind == FactKind.LIMIT:
            self._limit(campaign_of(fact), Limit(int(fact["slot"])), int(fact["target"]))
        elif kind == FactKind.RESERVE:
            self._reserved(paid_slot(fact))
        elif kind == FactKind.INVALID:
            budget = self._own(campaign_of(fact))
            budget.refunded += int(fact["target"])
            budget.charges -= 1
        elif kind in (FactKind.CHARGE, FactKind.RELEASE):
            slot = self.open_slot(int(fact["receipt"]), int(fact["slot"]))
            if slot is not None:
                self._calibrate(slot, fact)
                # What was reserved bounds what is spent, whatever a fact says.
                self._close(slot, min(slot.highest, max(0, int(fact["target"]))))
                self._own(slot.campaign).charges += kind == FactKind.CHARGE
                self.heard.used(slot, int(fact["time"]))
            return slot
        return None

    def _calibrate(self, slot: PaidSlot, fact: np.void) -> None:
        """Note whether what a slot's chance was of happened, once the slot was seen; traffic that is not honest says nothing."""
        charged = int(fact["kind"]) == FactKind.CHARGE
        seen = charged or self.heard.times(slot.key).impression != NEVER
        if slot.chance and seen and (charged or reason_of(int(fact["value"])) == 0):
            self.calibration.note(
                slot.campaign, slot.bought, chance_of(slot.chance), happened=charged, day=slot.day
            )

    def _reserved(self, slot: PaidSlot) -> None:
        self._unwritten.discard(slot.key)
        # One that is neither open nor newer than all was reserved before and is settled by now.
        if slot.key > self._newest:
            self._newest = slot.key
            if slot.key not in self._open:
                self._serve(slot)
            self.exploration.serve(slot.day)
        days = self._own(slot.campaign).days
        for day in [day for day in days if day <= slot.day - DAYS_KEPT]:
            if not days[day].reserved:
                del days[day]

    def _serve(self, slot: PaidSlot) -> None:
        self._take(slot)
        if slot.person >= 0:
            self.appearances.add(slot.person, _served_at(slot), (slot.campaign,))
        if slot.explored:
            self.exploration.explore(slot.day)

    def _take(self, slot: PaidSlot) -> None:
        self._open[slot.key] = slot
        self.heard.open(slot)
        self._move(slot, slot.highest, 0)

    def _close(self, slot: PaidSlot, amount: int) -> None:
        del self._open[slot.key]
        self.heard.close(slot)
        self._move(slot, -slot.highest, amount)

    def _limit(self, campaign: int, limit: Limit, most: int) -> None:
        self._own(campaign).limits[limit] = most
        self._changed(campaign)

    def _move(self, slot: PaidSlot, reserved: int, spent: int) -> None:
        budget = self._own(slot.campaign)
        today = budget.days.get(slot.day)
        if today is None:
            today = budget.days[slot.day] = Used()
        for used in (budget.used, today):
            used.reserved += reserved
            used.spent += spent
            assert used.reserved >= 0
        self._changed(slot.campaign)

    def _own(self, campaign: int) -> Budget:
        budget = self._budgets.get(campaign)
        if budget is None:
            budget = self._budgets[campaign] = Budget()
        return budget

    def _changed(self, campaign: int) -> None:
        if campaign >= self._left.size:
            self._left = grown(self._left, campaign + 1)
        self._left[campaign] = self._budgets[campaign].left(self._day)
        self.changes.add(campaign)

    def forget(self, person: int) -> None:
        """Let open slots be nobody's that were served to somebody who is erased."""
        for key in self.heard.forget(person):
            self._open[key] = self._open[key]._replace(person=-1)
        self.appearances.forget(person)

    # Snapshots

    def columns(self) -> dict[str, Ints]:
        """Return what the log has said as whole numbers, by name, in an order that does not depend on how it came."""
        budgets = [
            (campaign, *budget.limits, budget.used.spent, budget.refunded)
            for campaign, budget in sorted(self._budgets.items())
            if (budget.limits, budget.used.spent, budget.refunded) != (_NO_LIMITS, 0, 0)
        ]
        charges = [
            (campaign, budget.charges)
            for campaign, budget in sorted(self._budgets.items())
            if budget.charges
        ]
        days = [
            (campaign, day, used.spent)
            for campaign, budget in sorted(self._budgets.items())
            for day, used in sorted(budget.days.items())
            if used.spent
        ]
        written = sorted(self._open.keys() - self._unwritten)
        slots = [tuple(map(int, self._open[key])) for key in written]
        unwritten = [self._open[key] for key in self._unwritten]
        explored = Counter(slot.day for slot in unwritten if slot.explored)
        return {
            "budgets": np.array(budgets, np.int64).reshape(-1, _LIMITS + 3),
            "budgets.charges": np.array(charges, np.int64).reshape(-1, 2),
            "budgets.days": np.array(days, np.int64).reshape(-1, 3),
            "budgets.open": np.array(slots, np.int64).reshape(-1, len(PaidSlot._fields)),
            "budgets.newest": np.array([self._newest], np.int64),
            "budgets.appearances": self.appearances.columns(
                (_served_at(slot), slot.person, slot.campaign) for slot in unwritten
            ),
            "budgets.exploration": self.exploration.columns(explored),
            **self.heard.columns(),
            **self.calibration.columns(),
        }

    def fill(self, columns: Mapping[str, Ints]) -> None:
        """Take in what `columns` gave, into budgets that hold nothing yet."""
        assert not self._budgets
        for campaign, *limits, spent, refunded in columns["budgets"].tolist():
            self._budgets[campaign] = Budget(limits, Used(0, spent), {}, refunded)
        if "budgets.charges" in columns:  # a snapshot of before has none
            for campaign, count in columns["budgets.charges"].tolist():
                self._own(campaign).charges = count
        for campaign, day, spent in columns["budgets.days"].tolist():
            self._budgets[campaign].days[day] = Used(0, spent)
        for row in columns["budgets.open"].tolist():
            *numbers, video, explored = row if len(row) == _SLOT_WIDTH else (*row, 0)
            self._take(PaidSlot._make((*numbers, bool(video), bool(explored))))
        for campaign in self._budgets:
            self._changed(campaign)
        self._newest = int(columns["budgets.newest"][0])
        if "budgets.appearances" in columns:  # a snapshot of before has none
            self.appearances.fill(columns["budgets.appearances"])
        if "budgets.exploration" in columns:
            self.exploration.fill(columns["budgets.exploration"])
        self.heard.fill(columns)
        self.calibration.fill(columns)


def _served_at(slot: PaidSlot) -> Instant:
    return Instant(slot.served * SECOND_MICROS)
