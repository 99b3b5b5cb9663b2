"""What a webhook's payload says: the event, and what it is about."""

from typing import TypeAlias

import msgspec

from lodestone.base.wire import Money
from lodestone.commerce.order import LineOut


class OrderTold(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="order"):
    """An order as a webhook tells of it: what never changes, and the move that was made."""

    id: str
    move: str
    state: str
    """After the move."""
    amount: Money | None
    """What the move paid, handed over or gave back."""
    buyer: str | None
    shop_id: str
    sale_id: str | None
    fulfilment: str
    lines: tuple[LineOut, ...]
    total: Money
    commission: Money


class RoomTold(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="live"):
    """A live room as a webhook tells of it."""

    id: str
    state: str


class AssignmentTold(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="assignment"
):
    """A creator's order, or the offer it begins with, as a webhook tells of it: what never changes, and the move."""

    id: str
    offer_id: str
    brief_id: str
    advertiser_id: str
    creator: str | None
    """Null once they have been erased."""
    move: str
    by: str
    stage: str
    """After the move."""
    amount: Money | None
    """What the move set aside, or what the creator had of it."""


class BoostTold(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="boost"):
    """A boost as a webhook tells of it: what never changes, and the state that it came into."""

    id: str
    person_id: str | None
    """Null once they have been erased."""
    item_id: str
    buys: str
    amount: Money
    pay_from: str
    state: str
    refunded: Money | None
    """What went back of the amount, once it has ended; of money that the app has collected that in whole coins."""


Subject: TypeAlias = OrderTold | RoomTold | AssignmentTold | BoostTold


class WebhookSubject(msgspec.Struct, frozen=True):
    """What an event is about."""

    object: Subject


class EventTold(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="event"):
    """The payload of a webhook."""

    id: str
    """The same at every webhook and attempt."""
    type: str
    created: int
    """When it happened: seconds since the epoch, of the community's clock."""
    community: str
    data: WebhookSubject
