"""The short way of the most common events: judged in one go, laid out in columns."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lodestone.base.wire import instant_of
from lodestone.events.beacon import BEACON, Beacon, BeaconOpener
from lodestone.events.dedupe import EventKeys
from lodestone.events.facts import FACT, FLAG_DECISION, Facts, empty_facts
from lodestone.events.outcomes import OUTCOME_COUNT, WIRE_KINDS, Kind
from lodestone.events.wire import EventIn
from lodestone.features.directory import Directory
from lodestone.services.support.calendar import DayOf

NEEDS_ITEM: Final = frozenset(
    {*range(OUTCOME_COUNT), Kind.IMPRESSION, Kind.UNLIKE} - {Kind.FOLLOW, Kind.PROFILE_VISIT}
)
"""What is about an item: the usual kinds."""
WATCH_AGE: Final = 24 * 3600
IMPRESSION_AGE: Final = 3600
"""For so many seconds after it was served a slot may be looked at, and led to something."""
_KINDS: Final = {name: int(kind) for name, kind in WIRE_KINDS.items() if kind in NEEDS_ITEM}
_WATCH, _IMPRESSION = int(Kind.WATCH), int(Kind.IMPRESSION)
_OF_BEACON: Final = (
    "receipt", "promises", "served", "domain", "surface", "slot", "domain_kind", "source",
)  # fmt: skip
"""What a fact takes from its beacon as it is."""


@dataclass(slots=True)
class Chunk:
    """A chunk's good events before dedupe: the usual ones in columns, the rest as whole rows."""

    people: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    private: list[tuple[int, bytes]] = field(default_factory=list)
    usual: list[int] = field(default_factory=list)
    """Where the usual ones stand; the six columns that follow are theirs."""
    keys: list[bytes] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    decided: list[int] = field(default_factory=list)
    """Where those stand that carry a beacon, and what it says."""
    beacons: list[Beacon] = field(default_factory=list)
    rest: list[int] = field(default_factory=list)
    rows: list[tuple[int | float, ...]] = field(default_factory=list)


class Usual:
    """Takes the events of one community that need no second look."""

    def __init__(self, directory: Directory, secret: bytes, days: DayOf) -> None:
        self._directory = directory
        self._keys, self._beacons, self._days = EventKeys(secret), BeaconOpener(secret), days

    def take(self, event: EventIn, early: int, late: int, told: Chunk) -> bool:
        """Take an event of the most common kind in one go; False sends it the long way.

        Somebody, something, a beacon that fits or no decision, nothing private: what `_one` says of such an
        event, said at once. What does not fit is left to `_one` to name.
        """
        kind = _KINDS.get(event.type, -1)
        person = self._directory.people.get(event.person_id, -1)  # type: ignore[arg-type]  # nobody is called None
        item = self._directory.items.get(event.item_id, -1)  # type: ignore[arg-type]  # nor anything
        time = instant_of(event.time)
        if (
            kind < 0
            or person < 0
            or item < 0
            or not late <= time <= early
            or event.receipt_id is not None
            or event.author_id is not None
            or event.surface is not None
            or event.query is not None
            or event.position is not None
        ):
            return False
        seconds = event.visible_seconds
        if kind == _WATCH:
            seconds = event.watch_seconds
            if seconds is None:
                return False
        if event.beacon is not None:
            beacon = self._beacons.open(event.beacon)
            if beacon is None or not self._fits(beacon, kind, person, item, time):
                return False
            told.decided.append(len(told.people))
            told.beacons.append(beacon)
        told.usual.append(len(told.people))
        told.people.append(person)
        told.targets.append(-1)
        told.keys.append(self._keys.digest(event.id))
        told.times.append(time)
        told.items.append(item)
        told.kinds.append(kind)
        told.values.append(round(seconds * 1000) if seconds else 0)
        told.slots.append(event.slot or 0)
        return True

    def _fits(self, beacon: Beacon, kind: int, person: int, item: int, time: int) -> bool:
        """Say whether a beacon is about this person and item, and not too old."""
        age = time // 1_000_000 - beacon.served
        return (
            beacon.item == item
            and beacon.person == self._directory.ordinal(person) & 0xFFFFFFFF
            and -2 <= age <= (IMPRESSION_AGE if kind == _IMPRESSION else WATCH_AGE)
        )

    def facts(self, told: Chunk) -> Facts:
        """Lay a chunk's events out as facts, in the order they came; shape (events,)."""
        facts = empty_facts(len(told.people))
        if told.rest:
            facts[told.rest] = np.array(told.rows, FACT)
        if not told.usual:
            return facts
        at = slice(None) if not told.rest else np.array(told.usual)
        times, ordinal = np.array(told.times), self._directory.ordinal
        facts["key"][at] = np.frombuffer(b"".join(told.keys), "<u8")
        facts["time"][at], facts["day"][at] = times, self._days.of_all(times)
        facts["person"][at] = [ordinal(told.people[index]) for index in told.usual]
        facts["item"][at], facts["kind"][at] = told.items, told.kinds
        facts["value"][at], facts["slot"][at] = told.values, told.slots
        if told.decided:
            beacons = np.array(told.beacons, BEACON)
            for name in _OF_BEACON:
                facts[name][told.decided] = beacons[name]
            facts["flags"][told.decided] = beacons["flags"] | FLAG_DECISION
        return facts
