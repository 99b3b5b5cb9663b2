"""Whether a profile, a brief, an offer or a published item is taken as sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.base.money import Micros
from lodestone.base.wire import Money, instant_of
from lodestone.commerce.price import PRICE_MAX, share_parts
from lodestone.creators.assignment import OfferIn
from lodestone.creators.brief import BriefIn, Settlement
from lodestone.creators.creator import CreatorIn
from lodestone.creators.refusals import CreatorRefusal, Fault
from lodestone.creators.settlement import Kind, Terms

_R = CreatorRefusal
_SOLD: Final = ("cpa", "cps")
"""Kinds that count what is sold."""


@dataclass(frozen=True, slots=True)
class OfferContext:
    """What judging an offer or a bid needs of how things stand."""

    brief: BriefIn
    creator: CreatorIn
    by_creator: bool
    same_person: bool
    """The creator owns the advertiser."""
    exists: bool
    """The creator has another one for the brief, or an order, that has not ended."""
    currency: str
    now: Instant
    is_for: bool = True
    """The brief is for this creator, or for everybody."""


@dataclass(frozen=True, slots=True)
class ItemContext:
    """What judging a published item needs of how things stand."""

    known: bool
    own: bool = False
    live: bool = False
    taken: bool = False


def judge_money(amount: Money | None, currency: str, field: str) -> Iterator[Fault]:
    """Yield why an amount is not taken; None is."""
    if amount is None:
        return
    if amount.currency != currency:
        yield Fault(_R.CURRENCY_MISMATCH, field, currency)
    if not 0 < amount.micros <= PRICE_MAX:
        yield Fault(_R.AMOUNT_NOT_POSITIVE, field)


def judge_creator(given: CreatorIn, currency: str) -> Iterator[Fault]:
    """Yield every reason to refuse a profile, in no order."""
    for name in ("fixed", "cpm", "cpa"):
        yield from judge_money(getattr(given.prices, name), currency, f"prices.{name}")


def judge_brief(
    given: BriefIn, before: BriefIn | None, currency: str, now: Instant
) -> Iterator[Fault]:
    """Yield every reason to refuse a brief, in no order; before: as it is, None for a new one."""
    if before is not None:
        if _fixed(before) != _fixed(given):
            yield Fault(_R.BRIEF_FIXED, "brief")
        if before.state == "closed" and given.state == "open":
            yield Fault(_R.BRIEF_CLOSED, "state")
        return
    yield from _judge_settlement(given.settlement, currency)
    if given.settlement.kind in _SOLD and not given.product_ids:
        yield Fault(_R.PRODUCT_MISSING, "product_ids")
    if instant_of(given.deadline) <= now:
        yield Fault(_R.DEADLINE_PAST, "deadline")


def _fixed(brief: BriefIn) -> tuple[object, ...]:
    """Return all of a brief that its first write fixes; whom it names is no matter of order."""
    return (
        brief.advertiser_id, brief.text, brief.product_ids, frozenset(brief.creator_ids), brief.settlement, brief.deadline,
        brief.review_rounds, brief.approval_days, brief.count_days, brief.usage_days,
    )  # fmt: skip


def _judge_settlement(given: Settlement, currency: str) -> Iterator[Fault]:
    for name in ("price", "floor", "cap"):
        yield from judge_money(getattr(given, name), currency, f"settlement.{name}")
    shared = given.kind == "cps"
    for name, wanted in (("price", not shared), ("share", shared)):
        present = getattr(given, name) is not None
        if wanted and not present:
            yield Fault(_R.PRICE_MISSING, f"settlement.{name}")
        if present and not wanted:
            yield Fault(_R.PRICE_NOT_TAKEN, f"settlement.{name}")
    if given.kind != "fixed" and given.cap is None:
        yield Fault(_R.CAP_MISSING, "settlement.cap")
    if given.cap is not None and given.floor is not None and given.cap.micros < given.floor.micros:
        yield Fault(_R.CAP_BELOW_FLOOR, "settlement.cap")
    yield from _judge_range(given, given.price, "settlement.price")


def _judge_range(settlement: Settlement, price: Money | None, field: str) -> Iterator[Fault]:
    """Yield why a fixed price lies outside what a brief pays."""
    if settlement.kind != "fixed" or price is None:
        return
    if settlement.floor is not None and price.micros < settlement.floor.micros:
        yield Fault(_R.PRICE_BELOW_FLOOR, field)
    if settlement.cap is not None and price.micros > settlement.cap.micros:
        yield Fault(_R.PRICE_OVER_CAP, field)


def judge_offer(given: OfferIn, context: OfferContext) -> Iterator[Fault]:
    """Yield every reason to refuse a new offer or bid, in no order."""
    brief, settlement = context.brief, context.brief.settlement
    yield from judge_going_on(context)
    if context.exists:
        yield Fault(_R.OFFER_EXISTS, "creator_id")
    if not context.is_for:
        yield Fault(_R.BRIEF_NOT_FOR_CREATOR, "creator_id")
    yield from judge_money(given.price, context.currency, "price")
    if (given.price if settlement.kind == "cps" else given.share) is not None:
        yield Fault(_R.PRICE_NOT_TAKEN, "price" if settlement.kind == "cps" else "share")
    yield from _judge_range(settlement, given.price, "price")
    notice = context.creator.notice_days * DAY_MICROS
    if not context.by_creator:
        yield from _judge_least(given, context)
        if instant_of(brief.deadline) < context.now + notice:
            yield Fault(_R.NOTICE_TOO_SHORT, "creator_id", f"{context.creator.notice_days} days")


def judge_going_on(context: OfferContext) -> Iterator[Fault]:
    """Yield why nothing new may begin between a brief and a creator, in no order."""
    if context.same_person:
        yield Fault(_R.SELF_DEALING, "creator_id")
    if not context.creator.open:
        yield Fault(_R.CREATOR_NOT_OPEN, "creator_id")
    if context.brief.state == "closed":
        yield Fault(_R.BRIEF_CLOSED, "brief_id")
    if instant_of(context.brief.deadline) <= context.now:
        yield Fault(_R.DEADLINE_PAST, "brief_id")


def _judge_least(given: OfferIn, context: OfferContext) -> Iterator[Fault]:
    """Yield why an advertiser offers less than a creator takes."""
    settlement, least = context.brief.settlement, context.creator.prices
    if settlement.kind == "cps":
        share = given.share or settlement.share
        if least.cps is not None and share is not None and share < least.cps:
            yield Fault(_R.PRICE_BELOW_FLOOR, "share")
        return
    asked = getattr(least, settlement.kind)
    price = given.price or settlement.price
    if asked is not None and price is not None and price.micros < asked.micros:
        yield Fault(_R.PRICE_BELOW_FLOOR, "price")


def judge_item(context: ItemContext) -> Iterator[Fault]:
    """Yield every reason to refuse an item that is named as published, in no order."""
    if not context.known:
        yield Fault(_R.ITEM_UNKNOWN, "item_id")
        return
    if not context.own:
        yield Fault(_R.ITEM_FOREIGN, "item_id")
    if not context.live:
        yield Fault(_R.ITEM_NOT_LIVE, "item_id")
    if context.taken:
        yield Fault(_R.ITEM_TAKEN, "item_id")


def terms_of(settlement: Settlement, price: Money | None, share: float | None) -> Terms:
    """Freeze what an offer or bid comes to.

    Args:
        settlement: The brief's, as it was taken.
        price: Instead of the brief's, if any.
        share: Likewise.
    """
    if settlement.kind == "fixed":
        agreed = price or settlement.price
        assert agreed is not None
        return Terms(Kind.FIXED, agreed.micros, Micros(0), Micros(agreed.micros))
    cap, floor = settlement.cap, settlement.floor
    assert cap is not None
    least = Micros(0 if floor is None else floor.micros)
    if settlement.kind == "cps":
        part = share or settlement.share
        assert part is not None
        return Terms(Kind.CPS, share_parts(part), least, Micros(cap.micros))
    agreed = price or settlement.price
    assert agreed is not None
    return Terms(Kind[settlement.kind.upper()], agreed.micros, least, Micros(cap.micros))
