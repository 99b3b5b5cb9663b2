"""What the records of live rooms and webhooks hand out and take in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from lodestone.base.clock import Instant
from lodestone.commerce.live import RoomIn, RoomState, Standing
from lodestone.commerce.webhooks import Attempt, Fate, Stream

SALT_BYTES: Final = 33
"""Of a webhook's salt. Earlier versions drew 32, by which their secrets are known: those are written otherwise."""


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """A live room as stored."""

    id: str
    item: int
    """Row of the item of the same id."""
    owner: int
    given: RoomIn
    """Its `owner_id` is empty, and its words are gone, once the owner has been erased."""
    stream: str
    standing: Standing
    viewers: int
    plays: int
    orders_from: int | None
    """The first order's number that can be the room's, None before it went live."""
    orders_upto: int | None
    """The first that cannot any more, None until it ended."""
    created: Instant


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that was heard of a stream."""

    stream: str
    move: Callable[[RoomRecord], Standing]
    """Says how the room stands after it; whatever it raises leaves all as it was."""
    player: str = ""
    """A player's connection that has come or gone, empty for none."""
    plays: bool = False
    """Whether it has come."""


@dataclass(frozen=True, slots=True)
class RoomOrder:
    """An order that was taken while a room was live."""

    number: int
    in_sale: bool
    """Whether it was taken in a sale that names the room."""
    receipt: int
    slot: int
    units: int


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """A room that came into a state."""

    id: int
    """Its place among all of the community: 1, 2, 3, ..."""
    room: str
    state: RoomState
    time: Instant


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """A webhook as stored."""

    id: str
    url: str
    types: tuple[str, ...]
    active: bool
    created: Instant
    salt: bytes = field(repr=False)
    salt_before: bytes | None = field(repr=False)
    before_until: Instant | None


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One event on its way to one webhook."""

    number: int
    webhook: str
    stream: Stream
    event: int
    """Its number in the stream."""
    type: str
    subject: str
    """The order's number, or the room's id."""
    fate: Fate
    next: Instant | None
    attempts: tuple[Attempt, ...]
    created: Instant
