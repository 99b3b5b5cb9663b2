"""Feeds and events: what is asked for and sent all day long."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from lodestone.base.wire import Position

if TYPE_CHECKING:
    EventTime: TypeAlias = datetime | str
else:
    # Read from JSON it stays the text it was: msgspec cannot tell a time from a text by its type.
    EventTime = Any


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event to send. Without an `id` of your own it gets one from all it says.

    So the same event sent twice counts once; two that differ in nothing need ids to be two.
    """

    type: str
    time: EventTime
    """With an offset: RFC 3339, or a datetime that knows its zone."""
    id: str = ""
    person_id: str | None = None
    item_id: str | None = None
    author_id: str | None = None
    beacon: str | None = None
    """The slot's own, unchanged: makes the event a fact about that decision."""
    receipt_id: str | None = None
    slot: int | None = None
    surface: str | None = None
    visible_seconds: float | None = None
    watch_seconds: float | None = None
    """Cumulative: the largest of a slot counts."""
    completed: bool | None = None
    query: str | None = None
    position: Position | None = None
    reason: str | None = None
    """Of a report: `spam`, `fraud`, `false`, `harassment`, `violence`, `sexual`, `minors`, `privacy` or `other`."""


def identified(event: Any) -> tuple[str, bytes]:
    """Return an event's id and its JSON; an id is made from what it says where it has none.

    Args:
        event: An `Event`, or a mapping of the same fields.

    Raises:
        UnicodeEncodeError: A text holds half a surrogate pair.
    """
    fields: dict[str, Any] = msgspec.to_builtins(event)
    event_id = fields.get("id")
    if not event_id:
        fields = {name: value for name, value in fields.items() if name != "id"}
        text = msgspec.json.encode(fields, order="sorted")
        event_id = hashlib.blake2b(text, digest_size=16).hexdigest()
        fields = {"id": event_id, **fields}
    return str(event_id), msgspec.json.encode(fields)


class Slot(msgspec.Struct, frozen=True):
    """One post of a page. Its `beacon` goes back with every event about it."""

    slot: int
    item_id: str
    author_id: str
    kind: str
    domain: str
    """`public`, `middle` or `private`."""
    beacon: str
    domain_id: str | None = None
    source: str = ""
    paid: bool = False
    label: str | None = None
    notice: str | None = None
    """What moderators wrote on it in the domain it came through, such as `spoiler`."""
    pinned: bool = False
    """Moderators of the domain whose feed this is pinned it."""
    orderable: bool = True
    """False of a product whose shop does not sell to where the viewer is."""

    def event(
        self,
        what: str,
        person_id: str | None,
        time: datetime | str,
        *,
        visible_seconds: float | None = None,
        watch_seconds: float | None = None,
    ) -> Event:
        """Make an event about this slot.

        Args:
            what: Its type, such as `impression` or `like`.
            person_id: Whom the page was asked for.
            time: When it happened.
            visible_seconds: How long an impression was on the screen.
            watch_seconds: How long it has been watched so far.
        """
        return Event(
            type=what,
            time=time,
            person_id=person_id,
            item_id=self.item_id,
            beacon=self.beacon,
            author_id=(self.author_id or None) if what in ("follow", "unfollow") else None,
            visible_seconds=visible_seconds,
            watch_seconds=watch_seconds,
        )


class Price(msgspec.Struct, frozen=True):
    """What one promise added to a candidate's net value or took from it, micros."""

    promise: str
    micros: float


class DeedNote(msgspec.Struct, frozen=True, kw_only=True):
    """Something the viewer did that speaks for a post: what, and its part of the likeness, in (0, 1]."""

    item_id: str
    did: str
    part: float


class TermNote(msgspec.Struct, frozen=True, kw_only=True):
    """One summand of a post's logits: what the value would lose without it, micros, and what it adds by outcome."""

    term: str
    micros: float
    logits: dict[str, float]
    deeds: tuple[DeedNote, ...] = ()
    """Of `alike` alone."""


class SlotNote(msgspec.Struct, frozen=True, kw_only=True):
    """Why this candidate stands in this slot. Value and net in micros."""

    slot: int
    item_id: str
    chances: dict[str, float]
    worths: dict[str, float]
    prices: tuple[Price, ...]
    value: float
    net: float
    propensity: float
    payment: int = 0
    runner_up: str | None = None
    terms: tuple[TermNote, ...] = ()
    """What its chances are made of, the term worth most first, whatever its sign."""


class Explain(msgspec.Struct, frozen=True, kw_only=True):
    """Why a page is as it is, for a feed asked with `explain`."""

    slots: tuple[SlotNote, ...]
    dropped: dict[str, int]
    personalised: bool = True
    exact: bool = False
    relaxed: dict[str, int] = {}
    """The slate rules that gave way so that the page is full, by policy field, and to what."""


class Feed(msgspec.Struct, frozen=True):
    """One page of a feed."""

    receipt_id: str
    slots: tuple[Slot, ...]
    next_cursor: str | None = None
    degraded: tuple[str, ...] = ()
    personalised: bool = True
    explain: Explain | None = None


class Refused(msgspec.Struct, frozen=True):
    """One row or event that was not taken; the rest of its request was."""

    code: str
    message: str
    index: int | None = None
    """Which event, from 0."""
    line: int | None = None
    """Which line of a bulk request, from 1."""


class Verdicts(msgspec.Struct, frozen=True):
    """What became of a batch of events, or of the rows of a bulk request."""

    accepted: int
    duplicates: int = 0
    refused: tuple[Refused, ...] = ()
