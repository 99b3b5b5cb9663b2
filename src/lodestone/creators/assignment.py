"""Offers and bids, the orders that come of them, and what may be asked of an order; as sent and as read back."""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.base.wire import TEXT, AppId, Money, TimeText
from lodestone.creators.brief import Settlement

TEXT_MAX: Final = 8_000
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=TEXT_MAX, pattern=TEXT)]


class OfferIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An offer of an advertiser to a creator, or a creator's bid; fixed by its first write."""

    brief_id: AppId
    creator_id: AppId
    person_id: AppId
    """Who makes it: the owner of the advertiser, or the creator."""
    price: Money | None = None
    """Instead of the brief's."""
    share: Annotated[float, Meta(gt=0, le=1)] | None = None
    """Instead of the brief's, of `cps`."""
    text: Annotated[str, Meta(max_length=TEXT_MAX, pattern=TEXT)] = ""


class OfferOut(msgspec.Struct, frozen=True, kw_only=True):
    """An offer or a bid as it is read back."""

    id: str
    brief_id: str
    creator_id: str | None
    """Null once they have been erased."""
    made_by: Literal["advertiser", "creator"]
    price: Money | None
    share: float | None
    text: str
    state: Literal["open", "accepted", "declined", "expired", "cancelled"]
    answer_by: TimeText | None
    """Null once it is not open."""
    assignment_id: str | None
    """The order that came of it."""
    created_at: TimeText


class ActIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Whoever moves an order: the owner of the advertiser, or the creator."""

    person_id: AppId | None = None
    """May be left out where only one of them may do it."""


class WordsIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The same, with words: a draft, what is to be changed, or what is objected to."""

    person_id: AppId | None = None
    """May be left out where only one of them may do it."""
    text: Text


class PublishIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """The item that an order was for."""

    person_id: AppId | None = None
    """The creator, and nobody else."""
    item_id: AppId
    """The creator's own post; it counts for one order."""


class SettleDisputeIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a dispute ends."""

    amount: Money
    """The creator's, of the escrow; the rest is the advertiser's."""
    text: Text
    """Why."""


class CountOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted of an item within its days."""

    shown: int
    """Plays as everybody sees them, or conversions put down to the item."""
    settled: int
    """Those that count."""
    excluded: dict[str, int]
    """Why the others do not, each for the first reason; `shown` less all of these is `settled`."""
    value: Money | None
    """What was sold and not returned, of `cps`."""
    amount: Money
    """What it comes to."""


class MoveOut(msgspec.Struct, frozen=True, kw_only=True):
    """One move of an order."""

    move: str
    by: Literal["advertiser", "creator", "operator", "clock"]
    stage: str
    """After it."""
    at: TimeText
    amount: Money | None
    """What it set aside, or what the creator had of it."""
    text: str | None
    """Null where there was none, or whoever wrote it has been erased."""


class MoneyOut(msgspec.Struct, frozen=True, kw_only=True):
    """How an escrow was divided: `measured + adjustment + back` is the whole of it."""

    measured: Money
    adjustment: Money
    """What facts that came late added, or took away below zero."""
    back: Money


class AssignmentOut(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is read back."""

    id: str
    offer_id: str
    brief_id: str
    advertiser_id: str
    creator_id: str | None
    """Null once they have been erased."""
    stage: str
    due: TimeText | None
    """By when it must be moved; null once it has ended."""
    silence: str | None
    """What the clock does then."""
    rounds_left: int
    """How often changes may still be asked for."""
    settlement: Settlement
    escrow: Money
    item_id: str | None
    published_at: TimeText | None
    counted_through: str | None
    """The last counted day."""
    counted: CountOut | None
    """As measured; null before."""
    counted_late: CountOut | None
    """With the facts that came late; null before the settlement."""
    money: MoneyOut | None
    """Null before the escrow was divided."""
    history: list[MoveOut]
    created_at: TimeText
