"""The port of live rooms and webhooks, in the records' own database."""

from collections.abc import Sequence
from typing import Protocol

from lodestone.base.clock import Instant
from lodestone.commerce.live import RoomIn
from lodestone.commerce.webhooks import Attempt, Standing, Stream, WebhookIn
from lodestone.stores.commerce.types import OrderEvent
from lodestone.stores.live.types import (
    DeliveryRecord,
    Heard,
    RoomEvent,
    RoomOrder,
    RoomRecord,
    WebhookRecord,
)
from lodestone.stores.records.types import Change


class LiveRecords(Protocol):
    """Every community's live rooms. Safe for threads; a call that raises has changed nothing.

    See `TradeRecords` for what all of them raise. A room's moves are written in the commit that made
    them, numbered, as orders' moves are: webhooks follow both.
    """

    def put_room(
        self, community: str, room_id: str, given: RoomIn, *, now: Instant
    ) -> tuple[bool, list[Change]]:
        """Make or replace a room, and with it the item of the same id; return whether it is new.

        Raises:
            UnknownError: `person_unknown`, `product_unknown`.
            InvalidError: `owner_fixed`.
            GoneError: `room_erased`.
            ConflictError: `item_taken`, `stream_taken`, or a `LiveRefusal`.
        """
        ...

    def room(self, community: str, room_id: str) -> RoomRecord:
        """Return one room. Raises UnknownError `room_unknown`."""
        ...

    def rooms_of(self, community: str, owner_id: str) -> list[str]:
        """Return the ids of somebody's rooms, sorted; none for somebody unknown."""
        ...

    def hear(
        self, community: str, heard: Heard, *, now: Instant
    ) -> tuple[RoomRecord | None, list[Change]]:
        """Take in what was heard of a stream; return its room as it was, None when there is none.

        The room is the one of this stream that has not ended, else the one that ended last.
        """
        ...

    def silent_rooms(self, community: str, *, now: Instant) -> list[str]:
        """Name the rooms that have been silent for too long, the longest first."""
        ...

    def end_silent(self, community: str, rooms: Sequence[str], *, now: Instant) -> list[Change]:
        """End those of some rooms that have been silent for too long."""
        ...

    def room_orders(self, community: str, room_id: str) -> list[RoomOrder]:
        """Return the orders taken while a room was live, by number. Raises UnknownError."""
        ...

    def moves_of_orders(self, community: str, numbers: Sequence[int]) -> list[OrderEvent]:
        """Return the moves of some orders in the order they were made."""
        ...

    def room_event(self, community: str, number: int) -> RoomEvent:
        """Return one move of a room. Raises UnknownError."""
        ...

    def order_event(self, community: str, number: int) -> OrderEvent:
        """Return one move of an order. Raises UnknownError."""
        ...


class WebhookRecords(Protocol):
    """Every community's webhooks and what is on its way to them."""

    def put_webhook(
        self, community: str, webhook_id: str, given: WebhookIn, *, now: Instant
    ) -> bool:
        """Make or replace a webhook; return whether it is new. A new one is told what happens from now on."""
        ...

    def renew_webhook(self, community: str, webhook_id: str, *, until: Instant) -> None:
        """Give a webhook a new salt; the old one stands until an instant. Raises UnknownError."""
        ...

    def webhook(self, community: str, webhook_id: str) -> WebhookRecord:
        """Return one webhook. Raises UnknownError `webhook_unknown`."""
        ...

    def webhooks(
        self, community: str, *, limit: int = 1000, after: str | None = None
    ) -> list[WebhookRecord]:
        """Return webhooks by id."""
        ...

    def active_webhooks(self, community: str) -> list[str]:
        """Return the ids of the webhooks that are told of things, whatever else is in their rows."""
        ...

    def deliveries_left(self, community: str, webhook_id: str) -> tuple[int, int]:
        """Return how many of a webhook's deliveries are pending, and how many were given up."""
        ...

    def fan_out(self, community: str, webhook_id: str, *, now: Instant, limit: int = 500) -> int:
        """Make deliveries of what has happened since the last time; return how many events were looked at.

        Deliveries and the place reached are one commit, so that each event is made into one, ever.
        """
        ...

    def due_deliveries(
        self, community: str, webhook_id: str, *, now: Instant, limit: int
    ) -> list[DeliveryRecord]:
        """Return what is to be sent now: of each subject the first that is pending, if its time has come."""
        ...

    def attempted(
        self, community: str, attempted: Sequence[tuple[int, tuple[Attempt, ...], Standing]]
    ) -> None:
        """Write down attempts: (delivery's number, all its attempts, how it stands)."""
        ...

    def deliveries(
        self, community: str, webhook_id: str, *, limit: int, before: int | None = None
    ) -> list[DeliveryRecord]:
        """Return a webhook's deliveries, the newest first. Raises UnknownError."""
        ...

    def resend_delivery(
        self, community: str, webhook_id: str, number: int, *, now: Instant
    ) -> DeliveryRecord:
        """Let a delivery be tried from an instant on, however it stands: its attempts so far stay.

        Raises:
            UnknownError: `delivery_unknown`: this webhook has no such delivery.
        """
        ...

    def purge_deliveries(self, community: str, *, before: Instant) -> int:
        """Drop decided deliveries made before an instant; return how many."""
        ...


__all__ = ("LiveRecords", "Stream", "WebhookRecords")
