"""Live rooms: a room is content while it is live, and sells what is pinned in it.

A room is `draft`, then `live`, then `ended` for good. It is moved by the app, by what the streaming
server says, and by time: one that falls silent ends. All rules are here; records only store.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.base.clock import DAY_SECONDS, HOUR_MICROS, MINUTE_MICROS, SECOND_MICROS, Instant
from lodestone.base.errors import ConflictError, Problem
from lodestone.base.translations import NamesAndTexts, TranslatedText, TranslatedWords
from lodestone.base.wire import (
    TEXT,
    AppId,
    Int64,
    Language,
    Money,
    Position,
    TimeText,
    Word,
    refuse,
)
from lodestone.content.item import CHANNELS_MAX, LABELS_MAX, MEDIA_MAX, TAGS_MAX, Label, Media

PINS_MAX: Final = 200
SILENCE_SECONDS: Final = 300
UNHEARD_MICROS: Final = 6 * HOUR_MICROS
"""How long a stream that only says when it begins and ends may say nothing: six hours."""
CLIENTS_MAX: Final = 16
RoomState: TypeAlias = Literal["draft", "live", "ended"]
STATES: Final[tuple[RoomState, ...]] = ("draft", "live", "ended")


class RoomIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A live room as an app sends it; it is also an item of kind `live` with the same id."""

    owner_id: AppId
    """Fixed by the first write. A person of this id must exist."""
    title: Annotated[str, Meta(min_length=1, max_length=256, pattern=TEXT)]
    text: Annotated[str, Meta(max_length=10_000, pattern=TEXT)] = ""
    language: Language | None = None
    tags: Annotated[tuple[Word, ...], Meta(max_length=TAGS_MAX)] = ()
    channels: Annotated[tuple[AppId, ...], Meta(max_length=CHANNELS_MAX)] = ()
    position: Position | None = None
    media: Annotated[tuple[Media, ...], Meta(max_length=MEDIA_MAX)] = ()
    labels: Annotated[tuple[Label, ...], Meta(max_length=LABELS_MAX)] = ()
    products: Annotated[tuple[AppId, ...], Meta(max_length=PINS_MAX)] = ()
    """Pinned, the first on top."""
    stream: Annotated[str, Meta(min_length=1, max_length=128, pattern=TEXT)] | None = None
    """The stream's name at the streaming server; the room's id when left out."""
    silence_seconds: Annotated[int, Meta(ge=10, le=DAY_SECONDS)] = SILENCE_SECONDS
    """A live room that nothing is heard of for so long ends."""
    translations: NamesAndTexts = {}
    """Its title, as `name`, and text in other languages."""
    state: RoomState | None = None
    """Left out: as it is (a new room is a draft). `live` again says that it still is."""

    def __post_init__(self) -> None:
        for field in ("products", "tags", "channels"):
            names = getattr(self, field)
            if len(set(names)) < len(names):
                raise refuse(field, "must not name the same one twice")


class RoomOut(msgspec.Struct, frozen=True, kw_only=True):
    """A live room as it is read back."""

    id: str
    owner_id: str | None
    """None once the owner has been erased."""
    title: str
    text: str
    language: str | None
    tags: tuple[str, ...]
    channels: tuple[str, ...]
    position: Position | None
    media: tuple[Media, ...]
    products: tuple[str, ...]
    stream: str
    stream_key: str | None
    """What the encoder sends as `?key=`; told only to whoever writes the room."""
    silence_seconds: int
    state: RoomState
    publishing: bool
    """Whether the streaming server says that the stream is coming in."""
    viewers: int
    """Players connected now, as the streaming server says."""
    plays: int
    """Players that ever were."""
    started_at: TimeText | None
    ended_at: TimeText | None
    ends_unless_heard_at: TimeText | None
    created_at: TimeText
    translations: dict[str, TranslatedWords]


class SrsCall(msgspec.Struct, frozen=True, kw_only=True):
    """A callback as SRS sends it; what else it sends is not read."""

    action: Annotated[str, Meta(max_length=64, pattern=TEXT)]
    client_id: Annotated[str, Meta(max_length=128, pattern=TEXT)] | Int64 = ""
    """A text since SRS 4, a number before."""
    vhost: Annotated[str, Meta(max_length=1024, pattern=TEXT)] = ""
    app: Annotated[str, Meta(max_length=1024, pattern=TEXT)] = ""
    stream: Annotated[str, Meta(max_length=1024, pattern=TEXT)] = ""
    param: Annotated[str, Meta(max_length=4096, pattern=TEXT)] = ""
    """The query behind the stream's name."""
    tc_url: Annotated[str, Meta(max_length=4096, pattern=TEXT)] = msgspec.field(
        name="tcUrl", default=""
    )
    """The address before the stream's name; some encoders put their query there."""


class SrsAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What SRS is answered, with HTTP 200: it goes on if `code` is 0, else it cuts the client off."""

    code: int
    reason: str | None = None


class LiveRefusal(Enum):
    """Why a room is not moved, or a callback is answered with another code than 0, in order of precedence."""

    STREAM_UNKNOWN = auto()
    STREAM_KEY_WRONG = auto()
    ROOM_ENDED = auto()
    ROOM_LIVE = auto()


CURES: Final = {
    LiveRefusal.STREAM_UNKNOWN: "no room here streams under this name; PUT the room first",
    LiveRefusal.STREAM_KEY_WRONG: "publish with the room's own key, `?key=…`; PUT the room to read it",
    LiveRefusal.ROOM_ENDED: "the room has ended for good; open another",
    LiveRefusal.ROOM_LIVE: "a room that is live cannot be a draft again; end it",
}
"""What each means and what to do; a refusal's number is the code that SRS is answered."""


def refused(refusal: LiveRefusal, field: str) -> ConflictError:
    """Turn a refusal into the answer it gets.

    Args:
        refusal: Why.
        field: The field at fault.
    """
    cure = CURES[refusal]
    return ConflictError(refusal.name.lower(), cure, (Problem(field, cure),))


@dataclass(frozen=True, slots=True)
class Standing:
    """How a room stands, as far as time and callbacks move it."""

    state: RoomState = "draft"
    started: Instant | None = None
    ended: Instant | None = None
    due: Instant | None = None
    """When it ends unless something is heard of it; None when it is not live."""
    publishers: tuple[str, ...] = ()
    """Encoders' connections, the newest last: one may come back before the loss of the other is noticed."""
    gone: tuple[str, ...] = ()
    """Connections that published and stopped, the last ones: one of them may publish again."""
    overtaken: tuple[str, ...] = ()
    """Connections whose end was told before any beginning: the beginning that comes later is void."""
    pulsing: bool = False
    """Whether the streaming server reports every segment, so that silence is telling."""


def by_hand(
    room: Standing, wanted: RoomState, now: Instant, silence: int
) -> Standing | LiveRefusal:
    """Move a room as its app says; what it is already, it is heard to be.

    Args:
        room: As it stands.
        wanted: The state asked for.
        now: The community's clock.
        silence: Seconds after which a room that nothing is heard of ends.
    """
    if room.state == "ended":
        return room if wanted == "ended" else LiveRefusal.ROOM_ENDED
    if wanted == "live":
        return _heard(_started(room, now), now, silence)
    if wanted == "ended":
        return end(room, now)
    return LiveRefusal.ROOM_LIVE if room.state == "live" else room


def published(room: Standing, client: str, now: Instant, silence: int) -> Standing | LiveRefusal:
    """An encoder has begun to publish; told again while it publishes, this is a sign of life only.

    One connection may publish, stop and publish again. A callback carries no number, so a beginning that comes
    after its end is told from a new one by this alone: an end that came first voids one beginning.
    """
    if room.state == "ended":
        return LiveRefusal.ROOM_ENDED
    if client in room.overtaken:
        return replace(room, overtaken=_without(room.overtaken, client))
    publishers = (*_without(room.publishers, client), client)[-CLIENTS_MAX:]
    gone = _without(room.gone, client)
    return _heard(replace(_started(room, now), publishers=publishers, gone=gone), now, silence)


def unpublished(room: Standing, client: str, now: Instant, silence: int) -> Standing:
    """An encoder has stopped. The room goes on until its silence is over: encoders come back."""
    if client in room.gone:
        return room
    if client not in room.publishers:
        overtaken = (*_without(room.overtaken, client), client)[-CLIENTS_MAX:]
        return replace(room, overtaken=overtaken)
    publishers = _without(room.publishers, client)
    gone = (*room.gone, client)[-CLIENTS_MAX:]
    stopped = replace(room, gone=gone, publishers=publishers)
    if room.state != "live":
        return stopped
    return _heard(replace(stopped, pulsing=room.pulsing and bool(publishers)), now, silence)


def _without(clients: tuple[str, ...], client: str) -> tuple[str, ...]:
    return tuple(each for each in clients if each != client)


def heard(room: Standing, now: Instant, silence: int, *, segment: bool = False) -> Standing:
    """Something was heard of a room: a player, or (`segment`) a piece of the stream itself."""
    if room.state != "live":
        return room
    return _heard(replace(room, pulsing=room.pulsing or segment), now, silence)


def end(room: Standing, now: Instant) -> Standing:
    """End a room, for good."""
    if room.state == "ended":
        return room
    return replace(room, state="ended", ended=now, due=None, publishers=(), pulsing=False)


def over(room: Standing, now: Instant) -> bool:
    """Say whether a room has been silent for too long."""
    return room.due is not None and now >= room.due


def _started(room: Standing, now: Instant) -> Standing:
    return room if room.state == "live" else replace(room, state="live", started=now)


def _heard(room: Standing, now: Instant, silence: int) -> Standing:
    span = silence * SECOND_MICROS
    if room.publishers and not room.pulsing:
        # SRS says nothing while a stream merely goes on, unless it reports segments.
        span = max(span, UNHEARD_MICROS)
    return replace(room, due=Instant(now + span))


# Sales


class SalesMinute(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold in one minute; minutes without anything are left out."""

    at: TimeText
    orders: int
    """Paid in this minute."""
    units: int
    money: Money
    """Paid for them."""
    refunded: Money
    """Given back in this minute, of whichever orders of the room."""


class SalesOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a room sold: its total, and minute by minute."""

    room_id: str
    reserved: int
    """Orders of the room, paid or not."""
    orders: int
    units: int
    money: Money
    refunded: Money
    minutes: tuple[SalesMinute, ...]


@dataclass(frozen=True, slots=True)
class SaleFact:
    """One move of a room's order that took or gave back money."""

    time: Instant
    units: int
    """Of the order; 0 when money went back."""
    paid: int
    """Micros."""
    back: int
    """Micros."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over facts."""

    orders: int = 0
    units: int = 0
    paid: int = 0
    back: int = 0


def by_minute(facts: Iterable[SaleFact]) -> list[tuple[Instant, Figures]]:
    """Sum up facts by the minute they fell in, the first minute first.

    >>> by_minute([SaleFact(Instant(61_000_000), 2, 36, 0), SaleFact(Instant(62_000_000), 0, 0, 6)])
    [(60000000, Figures(orders=1, units=2, paid=36, back=6))]
    """
    sums: dict[int, Figures] = {}
    for fact in facts:
        minute = fact.time - fact.time % MINUTE_MICROS
        sums[minute] = _plus(sums.get(minute, Figures()), fact)
    return [(Instant(minute), sums[minute]) for minute in sorted(sums)]


def in_all(facts: Sequence[SaleFact]) -> Figures:
    """Sum up facts."""
    figures = Figures()
    for fact in facts:
        figures = _plus(figures, fact)
    return figures


def _plus(sums: Figures, fact: SaleFact) -> Figures:
    return Figures(
        sums.orders + (1 if fact.units else 0),
        sums.units + fact.units,
        sums.paid + fact.paid,
        sums.back + fact.back,
    )


def room_text(title: str, text: str) -> str:
    """Return the words under which a room is found as an item."""
    return f"{title}\n{text}".strip()


def room_translations(room: RoomIn) -> dict[str, TranslatedText]:
    """Return the words of a room's item in other languages."""
    return {
        tag: TranslatedText(room_text(words.name or room.title, words.text or room.text))
        for tag, words in room.translations.items()
    }
