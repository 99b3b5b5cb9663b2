"""The door for events: decode, judge one by one, dedupe, and turn what is good into facts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.base.calendar import DayOf
from lodestone.base.clock import DAY_MICROS, MINUTE_MICROS, SECOND_MICROS, Instant
from lodestone.base.wire import EPOCH, INSTANT_MIN, instant_of
from lodestone.events.beacon import Beacon, BeaconOpener
from lodestone.events.columns import EventColumns
from lodestone.events.dedupe import (
    Dedupe,
    event_key,
    key_of_name,
    once_a_slot,
    slot_keys,
    slots_once,
)
from lodestone.events.facts import (
    FLAG_BOT,
    FLAG_DECISION,
    FLAG_HISTORY,
    FLAG_READ,
    Facts,
    empty_facts,
    of_events,
)
from lodestone.events.outcomes import PAGE_KINDS, SLOT_KINDS, WIRE_KINDS, FactKind
from lodestone.events.wire import EventIn, Refusal
from lodestone.features.directory import Directory
from lodestone.services.ingest.fast_path import (
    IMPRESSION_AGE,
    NEEDS_ITEM,
    WATCH_AGE,
    Chunk,
    FastPath,
)
from lodestone.services.ingest.shapes import (
    BatchContext,
    Judged,
    Named,
    ParsedEvents,
    Rejection,
    value_of,
)

LATE_MICROS: Final = 7 * DAY_MICROS
EARLY_MICROS: Final = 5 * MINUTE_MICROS
_FIRST_DAY: Final = EPOCH.toordinal()
_LOOKS: Final = (FactKind.IMPRESSION, FactKind.VIEWABLE)
_NEEDS_NOTHING: Final = frozenset({FactKind.UNFOLLOW, FactKind.VISIT, FactKind.SEARCH})
_NEEDS_PERSON: Final = _NEEDS_NOTHING | {FactKind.FOLLOW}
SlotOf = Callable[[str, int], Beacon | None]
Seal = Callable[[int, bytes], bytes]


@dataclass(frozen=True, slots=True)
class _Told:
    event: EventIn
    kind: int
    time: int
    surface: int


class Ingest:
    """Judges events of one community."""

    def __init__(
        self, directory: Directory, secret: bytes, time_zone: str, *, slot_of: SlotOf, seal: Seal
    ) -> None:
        self._directory = directory
        self._secret = secret
        self._beacons, self._days = BeaconOpener(secret), DayOf(time_zone)
        self._fast = FastPath(directory, secret, self._days)
        self.slot_of = slot_of
        self._seal = seal
        self.events = Dedupe()
        self.slots = Dedupe()

    def judge(
        self, events: Sequence[EventIn | Refusal], first: int, terms: BatchContext
    ) -> ParsedEvents:
        """Judge a chunk; the dedupe sets are claimed for what passes.

        Args:
            events: Decoded events and refusals, at most some hundreds, so that feeds are not kept waiting.
            first: Index of the first in its batch.
            terms: What holds for the whole batch.
        """
        chunk = Chunk(empty_facts(len(events)))
        # Nothing imported takes the fast path: its times and marks are its own.
        if isinstance(events, EventColumns) and not (terms.history or terms.read):
            early, late = terms.now + EARLY_MICROS, terms.now - LATE_MICROS
            self._fast.judge(events, early, late, chunk, page=terms.page)
        for at in np.flatnonzero(~chunk.good).tolist():
            self._judge_one(events[at], at, first, terms, chunk)
        if terms.bot:
            chunk.facts["flags"] |= FLAG_BOT
        # What is imported keeps its id for as long as if it had happened today: it may be sent again.
        least = self._days.of(terms.now) if terms.history else 0
        return self._dedupe(chunk, least_day=least)

    def _judge_one(
        self, event: EventIn | Refusal, at: int, first: int, terms: BatchContext, chunk: Chunk
    ) -> None:
        """Judge one event of a chunk, at its place there, into the chunk's columns."""
        if isinstance(event, Refusal):
            chunk.refused.append(event)
            return
        judged = self.judge_alone(event, terms)
        if isinstance(judged, Rejection):
            index = first + at
            chunk.refused.append(Refusal(index, judged.code, f"events[{index}].{judged.message}"))
            return
        chunk.facts[at], who = judged
        chunk.good[at], chunk.people[at], chunk.targets[at] = True, who.person, who.target
        if event.query is not None or event.position is not None:
            chunk.private.append((at, _private(event)))

    def _one(self, event: EventIn, terms: BatchContext) -> Judged | Rejection:
        kind = WIRE_KINDS.get(event.type)
        if kind is None:
            return Rejection(
                "type_unknown", f"type: {event.type!r} is not an event type; see the list"
            )
        time = instant_of(event.time)
        doubt = _time_doubt(time, terms) or self._names(event, kind) or _field_doubt(kind, event)
        if doubt is not None:
            return doubt
        who = self._rows_of(event)
        beacon = self._decision(event, kind, who, time, terms)
        if isinstance(beacon, Rejection):
            return beacon
        surface = self._surface(event.surface)
        if surface < 0:
            return Rejection(
                "surface_full", "surface: this community has named all it may; reuse one"
            )
        return self._row(_Told(event, kind, time, surface), who, beacon, terms), who

    def _rows_of(self, event: EventIn) -> Named:
        directory = self._directory
        return Named(
            -1 if event.person_id is None else directory.people[event.person_id],
            -1 if event.item_id is None else directory.items[event.item_id],
            -1 if event.author_id is None else directory.people[event.author_id],
        )

    def _names(self, event: EventIn, kind: int) -> Rejection | None:
        """Doubt an event that names what is not there, or does not name what it needs."""
        directory = self._directory
        if event.person_id is None:
            if kind in _NEEDS_PERSON:
                return Rejection("field_missing", f"person_id: {event.type} needs one")
        elif event.person_id not in directory.people:
            return Rejection(
                "person_unknown", "person_id: nobody has this id; PUT the person first"
            )
        if event.item_id is None:
            if kind in NEEDS_ITEM:
                return Rejection("field_missing", f"item_id: {event.type} needs one")
        elif event.item_id not in directory.items:
            return Rejection("item_unknown", "item_id: no item has this id; PUT the item first")
        if event.author_id is not None and event.author_id not in directory.people:
            return Rejection(
                "author_unknown", "author_id: nobody has this id; PUT the person first"
            )
        return None

    def _decision(
        self, event: EventIn, kind: int, who: Named, time: int, terms: BatchContext
    ) -> Beacon | Rejection | None:
        """Return what is known of the slot an event is about; None for no decision."""
        beacon = self._beacon(event, terms)
        if not isinstance(beacon, Beacon):
            return beacon
        if who.item >= 0 and beacon.item != who.item:
            return Rejection("beacon_invalid", "item_id: the slot showed another item")
        ordinal = 0xFFFFFFFF
        if who.person >= 0:
            ordinal = self._directory.ordinal(who.person) & 0xFFFFFFFF
        if beacon.person != ordinal:
            return Rejection("beacon_invalid", "person_id: the slot was served to somebody else")
        age = time // SECOND_MICROS - beacon.served
        most = IMPRESSION_AGE if kind in _LOOKS else WATCH_AGE
        if not -2 <= age <= most:
            return Rejection(
                "beacon_expired",
                "time: an impression counts for 1 h after it is served, the rest 24 h",
            )
        return beacon

    def _beacon(self, event: EventIn, terms: BatchContext) -> Beacon | Rejection | None:
        """Open an event's beacon, or look up the slot it names; None when it names neither."""
        if event.beacon is not None:
            return self._beacons.open(event.beacon) or Rejection(
                "beacon_invalid", "beacon: not signed here; send the slot's own, unchanged"
            )
        if event.receipt_id is None:
            return None
        if not terms.trusted:
            return Rejection("receipt_untrusted", "receipt_id: needs the slot's beacon from a page")
        if event.slot is None:
            return Rejection("field_missing", "slot: a receipt needs the slot that is meant")
        return self.slot_of(event.receipt_id, event.slot) or Rejection(
            "receipt_unknown", "receipt_id: no decision of ours showed this slot"
        )

    def judge_alone(self, event: EventIn, terms: BatchContext) -> Judged | Rejection:
        """Judge one event by all that speaks against one; a surface without a code does so last."""
        return (_page_doubt(event) if terms.page else None) or self._one(event, terms)

    def _surface(self, surface: str | None) -> int:
        """Return a surface's code, -1 where it has none: the records give codes, before a batch is judged."""
        return 0 if surface is None else self._directory.surface_known(surface)

    def key_of(self, event_id: str, terms: BatchContext) -> int:
        """Return the key of an event: of its id, or the one it is listed under, where it was exported before."""
        listed = key_of_name(event_id) if terms.history and terms.trusted else None
        return event_key(self._secret, event_id) if listed is None else listed

    def _row(
        self, parsed: "_Told", who: Named, beacon: Beacon | None, terms: BatchContext
    ) -> tuple[int | float, ...]:
        event, kind, directory = parsed.event, parsed.kind, self._directory
        flags = (FLAG_HISTORY if terms.history else 0) | (FLAG_READ if terms.read else 0)
        ordinal = directory.ordinal(who.person) if who.person >= 0 else -1
        about = directory.ordinal(who.target) if who.target >= 0 else -1
        key, value = self.key_of(event.id, terms), value_of(event, kind)
        own_day = event.day if terms.history else None
        day = self._days.of(parsed.time) if own_day is None else own_day.toordinal() - _FIRST_DAY
        if beacon is None:
            return (
                key, parsed.time, ordinal, about, -1, 0, who.item, value, 0, day, -1, kind, flags,
                parsed.surface, event.slot or 0, 0, 0,
            )  # fmt: skip
        item = who.item if who.item >= 0 or kind in _NEEDS_NOTHING else beacon.item
        return (
            key,
            parsed.time,
            ordinal,
            about,
            beacon.receipt,
            beacon.promises,
            item,
            value,
            beacon.served,
            day,
            beacon.domain,
            kind,
            flags | FLAG_DECISION | beacon.flags,
            beacon.surface,
            beacon.slot,
            beacon.domain_kind,
            beacon.source,
        )

    def _dedupe(self, chunk: Chunk, *, least_day: int) -> ParsedEvents:
        # Whole columns are handed on as they are: a copy of a few rows costs more than what is done with them.
        whole = bool(chunk.good.all())
        places = np.arange(chunk.good.size) if whole else np.flatnonzero(chunk.good)
        facts = chunk.facts if whole else chunk.facts[places]
        keep_day = np.maximum(facts["day"], np.int32(least_day)) + np.int32(8)
        fresh = self.events.claim(facts["key"], keep_day)
        event_keys, claimed = facts["key"][fresh], facts["key"][:0]
        try:
            at, keys = slots_once(facts, fresh)
            first = self.slots.claim(keys, keep_day[at])
            claimed = keys[first]
            fresh[at[~first]] = False
            if not fresh.all():
                facts, places = facts[fresh], places[fresh]
            return ParsedEvents(
                facts=facts,
                person_row=chunk.people[places],
                target_row=chunk.targets[places],
                sealed=self._sealed(chunk, places),
                duplicates=fresh.size - places.size,
                refused=chunk.refused,
                event_keys=event_keys,
                slot_keys=claimed,
            )
        except Exception:
            self._give_back(event_keys, claimed)
            raise

    def _sealed(self, chunk: Chunk, rows: Ints) -> tuple[tuple[int, bytes], ...]:
        """Encrypt what is private of the events that are kept, by their new places."""
        if not chunk.private:
            return ()
        place = {old: new for new, old in enumerate(rows.tolist())}
        return tuple(
            (place[index], self._seal(int(chunk.people[index]), text))
            for index, text in chunk.private
            if index in place and chunk.people[index] >= 0
        )

    def release(self, judged: ParsedEvents) -> None:
        """Give back what a chunk claimed, because it could not be stored."""
        self._give_back(judged.event_keys, judged.slot_keys)

    def _give_back(self, event_keys: NDArray[np.uint64], slots: NDArray[np.uint64]) -> None:
        self.events.release(event_keys)
        self.slots.release(slots)

    def remember(self, facts: Facts, today: int) -> None:
        """Claim for facts read back from the log on a day of the community's clock."""
        events = facts[of_events(facts)]
        history = (events["flags"] & FLAG_HISTORY) != 0
        day = events["day"].astype(np.int64)
        keep_day = np.where(history, np.maximum(day, today), day) + 8
        self.events.claim(events["key"], keep_day)
        once = once_a_slot(events) & (events["kind"] < FactKind.BLOCK)
        some = events[once]
        self.slots.claim(slot_keys(some["receipt"], some["slot"], some["kind"]), keep_day[once])

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return what has been claimed, by name, for a snapshot."""
        columns: dict[str, NDArray[Any]] = {}
        for name, ids in (("events", self.events), ("slots", self.slots)):
            columns[f"taken.{name}.keys"], columns[f"taken.{name}.days"] = ids.held()
        return columns

    def fill(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """Claim again what a snapshot brought."""
        for name, ids in (("events", self.events), ("slots", self.slots)):
            ids.claim(saved[f"taken.{name}.keys"], saved[f"taken.{name}.days"].astype(np.int64))

    def day(self, time: Instant) -> int:
        """Return the day an instant falls on in the community's zone."""
        return self._days.of(time)

    def clock(self, time: Instant) -> tuple[int, int]:
        """Return the weekday (0 is Monday) and the minute of the day of an instant in the community's zone."""
        return self._days.clock(time)

    def advance(self, now: Instant) -> None:
        """Forget ids that can no longer come again."""
        since = self._days.of(now)
        self.events.advance(since)
        self.slots.advance(since)


def _page_doubt(event: EventIn) -> Rejection | None:
    """Doubt what a page's session cannot know, or says of a slot without its beacon."""
    kind = WIRE_KINDS.get(event.type)
    if kind is None:
        return None
    if kind not in PAGE_KINDS:
        return Rejection(
            "type_untrusted",
            f"type: a page cannot say {event.type}; a server's key or the engine does",
        )
    if kind in SLOT_KINDS and event.beacon is None and event.receipt_id is None:
        return Rejection(
            "beacon_missing", f"beacon: a page says {event.type} with the slot's own beacon"
        )
    return None


def _time_doubt(time: int, terms: BatchContext) -> Rejection | None:
    if time > terms.now + EARLY_MICROS:
        return Rejection(
            "too_early", "time: lies more than 5 minutes ahead of the community's clock"
        )
    if time < INSTANT_MIN:
        return Rejection("malformed", "time: must lie in the years 1 to 9999, in UTC")
    if time < terms.now - LATE_MICROS and not terms.history:
        return Rejection(
            "too_late", "time: lies more than 7 days back; import older history instead"
        )
    return None


def _field_doubt(kind: int, event: EventIn) -> Rejection | None:
    if kind in (FactKind.FOLLOW, FactKind.UNFOLLOW) and event.author_id is None:
        return Rejection("field_missing", f"author_id: {event.type} needs one")
    if kind == FactKind.VIEWABLE and event.visible_seconds is None:
        return Rejection("field_missing", "visible_seconds: viewable needs it")
    if kind == FactKind.WATCH and event.watch_seconds is None:
        return Rejection("field_missing", "watch_seconds: watch needs it, cumulative")
    if kind == FactKind.VISIT and event.position is None:
        return Rejection("field_missing", "position: visit needs one")
    if kind == FactKind.SEARCH and event.query is None:
        return Rejection("field_missing", "query: search needs one")
    return None


def _private(event: EventIn) -> bytes:
    place = None if event.position is None else (event.position.latitude, event.position.longitude)
    return msgspec.msgpack.encode((event.query, place))
