"""What was heard of open paid slots, and of the people they were served to: what charges are judged by.

Times are those of the events, so that it does not matter in which order they came: of a slot the first that was heard
of each kind, since the log takes each once.
"""

from bisect import insort
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.base.clock import DAY_MICROS
from lodestone.events.ad_facts import PaidSlot, slot_key
from lodestone.events.facts import FLAG_BOT, FLAG_PAID, Facts
from lodestone.events.outcomes import FactKind

CONVERSIONS: Final = (FactKind.ORDER, FactKind.REDEEM, FactKind.SHOP_VISIT, FactKind.CONVERSION)
"""What may be bought and happens beside the page: it names the person and what it is about, and no slot."""
_CONVERSION_KINDS: Final = np.array(CONVERSIONS, np.uint8)
DEEDS_KEPT: Final = 32
"""Conversions of one person that wait to be put down to a slot."""
DEEDS_MICROS: Final = 8 * DAY_MICROS
CLICKS_KEPT: Final = 256
CLICKS_MICROS: Final = DAY_MICROS
NEVER: Final = -(2**62)
"""The time of what was not heard."""


class SlotTimes(NamedTuple):
    """When what happened to one slot, microseconds; `NEVER` for what was not heard."""

    impression: int = NEVER
    viewable: int = NEVER
    click: int = NEVER
    bought: int = NEVER
    """What is paid for, where that is none of the others and no conversion."""
    visible_ms: int = 0
    """How long `viewable` says that it was on the screen."""
    bot: bool = False
    """One of them was sent by a known bot."""


class Deed(NamedTuple):
    """A conversion: an order, a redemption, a visit."""

    time: int
    kind: int
    author: int
    """Author slot of what it is about."""
    item: int


class Click(NamedTuple):
    """A click on a paid slot."""

    time: int
    campaign: int
    key: int
    """Of the slot."""


Moment = TypeVar("Moment", Deed, Click)
_NOTHING: Final = SlotTimes()


class Heard:
    """Events of open slots, clicks of a day and conversions of eight by person."""

    def __init__(self) -> None:
        self._slots: dict[int, PaidSlot] = {}
        self._times: dict[int, SlotTimes] = {}
        self._clicks: dict[int, list[Click]] = {}
        self._deeds: dict[int, list[Deed]] = {}
        self._selling: dict[int, set[int]] = {}
        """By person: keys of their open slots that sell conversions."""
        self._of_person: dict[int, set[int]] = {}
        """By person: keys of all their open slots."""
        self.touched: set[int] = set()
        """Keys of open slots of which something was heard since whoever charges last looked; not kept."""

    def times(self, key: int) -> SlotTimes:
        """Return what was heard of a slot."""
        return self._times.get(key, _NOTHING)

    def clicks(self, person: int) -> list[Click]:
        """Return somebody's latest clicks on paid slots, the first first."""
        return self._clicks.get(person, [])

    def deeds(self, person: int) -> list[Deed]:
        """Return somebody's conversions that no slot was charged for, the first first."""
        return self._deeds.get(person, [])

    def selling(self, person: int) -> list[int]:
        """Return the keys of the open slots that sell conversions and were served to somebody, ascending."""
        return sorted(self._selling.get(person, ()))

    def open(self, slot: PaidSlot) -> None:
        """Listen for a slot."""
        key = slot.key
        self._slots[key] = slot
        if slot.person >= 0:
            self._of_person.setdefault(slot.person, set()).add(key)
            if slot.bought in CONVERSIONS:
                self._selling.setdefault(slot.person, set()).add(key)

    def close(self, slot: PaidSlot) -> None:
        """Forget what was heard of a slot; of who saw nothing else that sells conversions, theirs too."""
        del self._slots[slot.key]
        self._times.pop(slot.key, None)
        self.touched.discard(slot.key)
        for keys in (self._of_person, self._selling):
            mine = keys.get(slot.person)
            if mine is not None:
                mine.discard(slot.key)
                if not mine:
                    del keys[slot.person]
        if slot.person not in self._selling:
            self._deeds.pop(slot.person, None)

    def used(self, slot: PaidSlot, time: int) -> None:
        """Let a conversion be charged once: that of this time is used up by a slot."""
        deeds = self._deeds.get(slot.person)
        if deeds is not None and slot.bought in CONVERSIONS:
            first = next(
                (deed for deed in deeds if deed.time == time and deed.kind == slot.bought), None
            )
            if first is not None:
                deeds.remove(first)

    def hear(self, facts: Facts, items: NDArray[Any]) -> None:
        """Take in events; those of no paid slot, and of nobody who saw one, are passed over.

        Args:
            facts: Shape (facts,).
            items: Shape (items,), of `layout.ITEM`: whose what was bought is.
        """
        kinds = facts["kind"]
        wanted = ((facts["flags"] & FLAG_PAID) != 0) & (facts["receipt"] >= 0)
        if self._selling:
            wanted |= np.isin(kinds, _CONVERSION_KINDS)
        for at in np.flatnonzero(wanted & (kinds < FactKind.BLOCK)):
            fact = facts[at]
            kind, person = int(fact["kind"]), int(fact["person"])
            if int(fact["flags"]) & FLAG_PAID and fact["receipt"] >= 0:
                self._of_slot(slot_key(int(fact["receipt"]), int(fact["slot"])), kind, fact)
            if kind in CONVERSIONS and person in self._selling and fact["item"] >= 0:
                item = int(fact["item"])
                deed = Deed(int(fact["time"]), kind, int(items["author"][item]), item)
                _keep(self._deeds.setdefault(person, []), deed, DEEDS_KEPT, DEEDS_MICROS)
                self.touched |= self._selling[person]

    def _of_slot(self, key: int, kind: int, fact: np.void) -> None:
        slot = self._slots.get(key)
        if slot is None:
            return
        time, times = int(fact["time"]), self.times(key)
        bot = times.bot or bool(int(fact["flags"]) & FLAG_BOT)
        if kind == FactKind.IMPRESSION:
            times = times._replace(impression=time, bot=bot)
        elif kind == FactKind.VIEWABLE:
            times = times._replace(viewable=time, visible_ms=int(fact["value"]), bot=bot)
        elif kind == FactKind.CLICK:
            times = times._replace(click=time, bot=bot)
            if slot.person >= 0:
                clicks = self._clicks.setdefault(slot.person, [])
                _keep(clicks, Click(time, slot.campaign, key), CLICKS_KEPT, CLICKS_MICROS)
        elif kind == slot.bought and kind not in CONVERSIONS:
            times = times._replace(bought=time, bot=bot)
        else:
            return
        self._times[key] = times
        self.touched.add(key)

    def forget(self, person: int) -> list[int]:
        """Forget somebody who is erased; return the keys of the open slots that were served to them."""
        self._clicks.pop(person, None)
        self._deeds.pop(person, None)
        self._selling.pop(person, None)
        keys = sorted(self._of_person.pop(person, ()))
        for key in keys:
            self._slots[key] = self._slots[key]._replace(person=-1)
        return keys

    def columns(self) -> dict[str, Ints]:
        """Return everything as whole numbers, by name and sorted."""
        times = [(key, *map(int, heard)) for key, heard in sorted(self._times.items())]
        clicks = [
            (person, *click) for person, mine in sorted(self._clicks.items()) for click in mine
        ]
        deeds = [(person, *deed) for person, mine in sorted(self._deeds.items()) for deed in mine]
        return {
            "budgets.times": np.array(times, np.int64).reshape(-1, 1 + len(SlotTimes._fields)),
            "budgets.clicks": np.array(clicks, np.int64).reshape(-1, 1 + len(Click._fields)),
            "budgets.deeds": np.array(deeds, np.int64).reshape(-1, 1 + len(Deed._fields)),
        }

    def fill(self, columns: Mapping[str, Ints]) -> None:
        """Take in what `columns` gave; the slots are open already."""
        for key, *times, bot in columns["budgets.times"].tolist():
            self._times[key] = SlotTimes._make((*times, bool(bot)))
            self.touched.add(key)
        for person, *click in columns["budgets.clicks"].tolist():
            self._clicks.setdefault(person, []).append(Click(*click))
        for person, *deed in columns["budgets.deeds"].tolist():
            self._deeds.setdefault(person, []).append(Deed(*deed))


def _keep(known: list[Moment], fresh: Moment, most: int, micros: int) -> None:
    """Add to what is sorted by time, once; drop what is much older than the newest, and the oldest beyond `most`."""
    if fresh not in known:
        insort(known, fresh)
    since = known[-1].time - micros
    known[:] = [moment for moment in known[-most:] if moment.time >= since]
