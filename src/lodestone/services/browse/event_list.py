"""What people did, listed from the log in its order: for an export, and for whoever reads along."""

from datetime import timedelta
from typing import Annotated, Final

import msgspec
import numpy as np
from msgspec import Meta

from lodestone.base.clock import Instant
from lodestone.base.list_page import number_after
from lodestone.base.wire import EPOCH, Position
from lodestone.content import Community
from lodestone.events.dedupe import name_of_key
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.events.report_reasons import reason_word
from lodestone.services.support.encryption import Sealer
from lodestone.services.support.ids import receipt_id
from lodestone.services.support.ports import DirectoryView
from lodestone.stores.log.port import Batch, Log, Offset

_LAST_LISTED: Final = FactKind.LEAVE
_LISTED_TOO: Final = (FactKind.HIDE_ADS, FactKind.SHOW_ADS)
_SCANNED_MAX: Final = 100_000
"""Facts that one page looks through at most: the log also holds what nobody did."""
_ABOUT_DOMAINS: Final = (FactKind.JOIN, FactKind.LEAVE)
_EPOCH_DAY: Final = EPOCH.date()


class EventOut(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody did, what was encrypted opened again."""

    id: str
    """Of the log's own making, the same whenever it is listed; an import takes the event under it again."""
    type: str
    """As events are sent; besides `block`, `mute`, `join` and `hide_ads`, and the end of each."""
    time: Annotated[
        str, Meta(extra_json_schema={"format": "date-time"}, description="UTC with microseconds.")
    ]
    day: Annotated[str, Meta(extra_json_schema={"format": "date"})]
    """On which it is counted."""
    person_id: str | None
    """None for somebody who was not signed in or has been erased since."""
    item_id: str | None
    author_id: str | None
    """Whom a follow, a block, a mute, the hiding of ads or a visit of a profile is about."""
    domain_id: str | None
    """What was joined or left."""
    surface: str | None
    slot: int | None
    visible_seconds: float | None
    watch_seconds: float | None
    query: str | None
    position: Position | None
    reason: str | None
    """Why a post was reported, where it was said."""
    receipt_id: str | None
    """The decision it followed."""


class EventPage(msgspec.Struct, frozen=True):
    """A page of events. One may be empty and name a next: the log holds other things between them."""

    data: list[EventOut]
    next_cursor: str | None


class EventList:
    """Lists the events of one community; it reads the log and is called in a thread of its own."""

    def __init__(
        self, community: Community, log: Log, directory: DirectoryView, sealer: Sealer
    ) -> None:
        self._secret, self._log, self._directory = community.secret, log, directory
        self._sealer = sealer
        self._surfaces = {code: name for name, code in dict(directory.surfaces).items()}

    def page(self, limit: int, cursor: str | None) -> EventPage:
        """Return events from a cursor on, the oldest in the log first.

        Args:
            limit: How many at most.
            cursor: `next_cursor` of the page before, None for the first.

        Raises:
            InvalidError: The cursor is not one of ours.
        """
        start, end = number_after(cursor) or 0, self._log.end()
        after, last = start, min(end, start + _SCANNED_MAX)
        listed: list[EventOut] = []
        while after < last and len(listed) < limit:
            before = after
            for batch in self._log.read(Offset(after), limit=limit):
                after = self._take(batch, after, limit, listed)
                if len(listed) == limit:
                    break
            if after == before:
                break
        return EventPage(listed, str(after) if after < end else None)

    def _take(self, batch: Batch, after: int, limit: int, listed: list[EventOut]) -> int:
        """List what a batch holds from an offset on; return the offset to go on from."""
        facts, first = batch.facts, int(batch.first)
        kinds = facts["kind"]
        listed_kinds = (kinds <= _LAST_LISTED) | np.isin(kinds, _LISTED_TOO)
        shown = listed_kinds & (np.arange(facts.size) >= after - first)
        sealed = dict(batch.sealed)
        for at in np.flatnonzero(shown).tolist():
            if len(listed) == limit:
                return first + int(at)
            listed.append(self._event(facts[at], sealed.get(at)))
        return max(after, first + int(facts.size))

    def _event(self, fact: Facts, sealed: bytes | None) -> EventOut:
        kind = FactKind(int(fact["kind"]))
        directory = self._directory
        row = directory.row_of_ordinal(int(fact["person"]))
        item, target, receipt = (int(fact[name]) for name in ("item", "target", "receipt"))
        joined, seconds = kind in _ABOUT_DOMAINS, max(0, int(fact["value"])) / 1000 or None
        query, position = self._opened(row, sealed)
        return EventOut(
            id=name_of_key(int(fact["key"])),
            type=kind.name.lower(),
            time=_time(Instant(int(fact["time"]))),
            day=str(_EPOCH_DAY + timedelta(days=int(fact["day"]))),
            person_id=None if row < 0 else directory.person_ids[row],
            item_id=directory.item_ids[item] if 0 <= item < len(directory.item_ids) else None,
            author_id=None if joined else self._person(target),
            domain_id=directory.domain_id(target) if joined else None,
            surface=self._surfaces.get(int(fact["surface"])) if kind < FactKind.BLOCK else None,
            slot=int(fact["slot"]) or None,
            visible_seconds=None if kind == FactKind.WATCH else seconds,
            watch_seconds=(seconds or 0.0) if kind == FactKind.WATCH else None,
            query=query,
            position=position,
            reason=reason_word(fact),
            receipt_id=receipt_id(self._secret, receipt) if receipt >= 0 else None,
        )

    def _person(self, ordinal: int) -> str | None:
        row = self._directory.row_of_ordinal(ordinal)
        return None if row < 0 else self._directory.person_ids[row]

    def _opened(self, row: int, sealed: bytes | None) -> tuple[str | None, Position | None]:
        opened = self._sealer.open(row, sealed) if sealed and row >= 0 else None
        if opened is None:
            return None, None
        query, place = msgspec.msgpack.decode(opened)
        return query, None if place is None else Position(*place)


def _time(instant: Instant) -> str:
    time = EPOCH + timedelta(microseconds=instant)
    return f"{time:%Y-%m-%dT%H:%M:%S.%f}Z".rjust(27, "0")
