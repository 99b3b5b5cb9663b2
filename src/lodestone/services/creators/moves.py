"""What each move of a creator's order does; see `creators.life` for what is allowed.

Each function raises before it changes anything, or does all of it.
"""

from dataclasses import replace

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.base.signed import hmac_sha256
from lodestone.base.wire import instant_of
from lodestone.creators.assignment import ActIn, OfferIn, PublishIn, SettleDisputeIn, WordsIn
from lodestone.creators.deadlines import due
from lodestone.creators.judge import (
    ItemContext,
    OfferContext,
    judge_going_on,
    judge_item,
    judge_money,
    judge_offer,
    terms_of,
)
from lodestone.creators.life import Actor, Move, Stage
from lodestone.creators.refusals import CreatorRefusal, Fault, raise_first
from lodestone.creators.settlement import Goods
from lodestone.events.outcomes import FactKind
from lodestone.services.creators.context import OrderContext, Request, Words
from lodestone.stores.ads.finds import item_is_live
from lodestone.stores.commerce.types import Party
from lodestone.stores.creators.types import Assignment, BriefRecord, CreatorRecord

_R = CreatorRefusal


def digest_of_offer(context: OrderContext, given: OfferIn) -> bytes:
    """Return what an offer is known again by: under the community's secret, so that nobody else can guess what was sent."""
    return hmac_sha256(context.community.secret, msgspec.json.encode(given))


def make_offer(context: OrderContext, offer_id: str, given: OfferIn) -> Assignment:
    """Make an offer of the advertiser's owner, or a bid of the creator."""
    work = context.work
    brief = work.brief(given.brief_id, "brief_id")
    creator = work.party(given.creator_id, "creator_id")
    maker = work.party(given.person_id, "person_id")
    profile = _profile(context, creator)
    by_creator = maker.ordinal == creator.ordinal
    if not by_creator and maker.ordinal != brief.owner:
        raise Fault(_R.ROLE_LACKING, "person_id").error()
    exists = work.open_between(brief.id, creator.ordinal)
    judged = _judged(context, brief, profile, by_creator=by_creator, exists=exists)
    raise_first(judge_offer(given, judged))
    stage = Stage.BID if by_creator else Stage.OFFERED
    order = Assignment(
        work.next_number(), offer_id, digest_of_offer(context, given), brief.id, brief.given.advertiser_id,
        brief.owner, creator.ordinal, by_creator, context.now, stage, None,
        Instant(instant_of(brief.given.deadline)), brief.given.approval_days, brief.given.count_days,
        brief.given.review_rounds, terms_of(brief.given.settlement, given.price, given.share),
        _goods(context, brief),
    )  # fmt: skip
    order = replace(order, due=due(stage, context.now, order.times))
    work.add(order)
    words = Words(given.text, maker) if given.text else None
    work.audit("offer", offer_id, None, {"stage": stage.name.lower()})
    context.note(order, Move.BID if by_creator else Move.OFFER, _maker(order), words=words)
    return order


def _profile(context: OrderContext, creator: Party) -> CreatorRecord:
    profile = context.work.creator(creator)
    if profile is None:
        raise Fault(_R.CREATOR_UNKNOWN, "creator_id").error()
    return profile


def _judged(
    context: OrderContext, brief: BriefRecord, profile: CreatorRecord, *, by_creator: bool,
    exists: bool = False,
) -> OfferContext:  # fmt: skip
    return OfferContext(
        brief=brief.given,
        creator=profile.given,
        by_creator=by_creator,
        same_person=brief.owner == profile.ordinal,
        exists=exists,
        currency=context.community.currency,
        now=context.now,
        is_for=brief.is_for(profile.ordinal),
    )


def _goods(context: OrderContext, brief: BriefRecord) -> Goods:
    """Freeze what is counted of conversions."""
    products = brief.given.product_ids
    items, action = context.work.items(products), FactKind[brief.given.settlement.action.upper()]
    return Goods(int(action), tuple(items[name].row for name in products if name in items))


def accept(
    context: OrderContext, order: Assignment, given: ActIn, request: Request | None
) -> Assignment:
    """Accept an offer or bid: its escrow is set aside. Again changes nothing.

    Raises:
        ConflictError: `CreatorRefusal`, `balance_short`.
    """
    actor, _ = context.actor(order, given.person_id, _answers(order))
    if order.stage is Stage.ACCEPTED and actor is not _maker(order):
        return order
    context.require(order, Move.ACCEPT, actor)
    profile = _profile(context, context.creator(order))
    brief = context.work.brief(order.brief, "brief_id")
    raise_first(judge_going_on(_judged(context, brief, profile, by_creator=order.by_creator)))
    return context.move(order, Move.ACCEPT, actor, request=request, accepted=context.now)


def _maker(order: Assignment) -> Actor:
    return Actor.CREATOR if order.by_creator else Actor.ADVERTISER


def _answers(order: Assignment) -> Actor:
    """Return who answers an offer or a bid: whoever did not make it."""
    return Actor.ADVERTISER if order.by_creator else Actor.CREATOR


def _gives_up(order: Assignment) -> Actor | None:
    """Return the only one who may give something up, None where either may: an offer or a bid is its maker's."""
    return _maker(order) if order.accepted is None else None


def decline(
    context: OrderContext, order: Assignment, given: ActIn, request: Request | None
) -> Assignment:
    """Decline an offer or bid. Again changes nothing."""
    actor, _ = context.actor(order, given.person_id, _answers(order))
    if order.stage is Stage.DECLINED and actor is not _maker(order):
        return order
    context.require(order, Move.DECLINE, actor)
    return context.move(order, Move.DECLINE, actor, request=request)


def cancel(
    context: OrderContext, order: Assignment, given: ActIn, request: Request | None
) -> Assignment:
    """Withdraw an offer or bid, or give an order up; its escrow ends as the table says. Again changes nothing."""
    actor, _ = context.actor(order, given.person_id, _gives_up(order))
    if order.stage is Stage.CANCELLED and context.ended_by(order) is actor:
        return order
    context.require(order, Move.CANCEL, actor)
    return context.move(order, Move.CANCEL, actor, request=request)


def withdraw(
    context: OrderContext, order: Assignment, given: ActIn, request: Request | None
) -> Assignment:
    """Take an offer or bid back; an order that came of it is cancelled as an order."""
    if order.accepted is not None:
        stage = order.stage.name.lower()
        raise Fault(_R.MOVE_REFUSED, "offer", stage).error()
    return cancel(context, order, given, request)


def submit(
    context: OrderContext, order: Assignment, given: WordsIn, request: Request | None
) -> Assignment:
    """Hand in a draft; the same again changes nothing."""
    actor, party = context.actor(order, given.person_id, Actor.CREATOR)
    if order.stage is Stage.DRAFTED and actor is Actor.CREATOR:
        drafts = [event for event in context.events(order) if event.move is Move.SUBMIT]
        if drafts[-1].text == given.text:
            return order
    context.require(order, Move.SUBMIT, actor)
    words = Words(given.text, party)
    return context.move(order, Move.SUBMIT, actor, words=words, request=request)


def approve(
    context: OrderContext, order: Assignment, given: ActIn, request: Request | None
) -> Assignment:
    """Approve a draft. Again changes nothing."""
    actor, _ = context.actor(order, given.person_id, Actor.ADVERTISER)
    if order.stage is Stage.APPROVED and actor is Actor.ADVERTISER:
        return order
    context.require(order, Move.APPROVE, actor)
    return context.move(order, Move.APPROVE, actor, request=request)


def revise(
    context: OrderContext, order: Assignment, given: WordsIn, request: Request | None
) -> Assignment:
    """Ask for changes, as often as the brief has rounds."""
    actor, party = context.actor(order, given.person_id, Actor.ADVERTISER)
    context.require(order, Move.REVISE, actor)
    if not order.rounds_left:
        raise Fault(_R.ROUNDS_USED_UP, "assignment").error()
    words = Words(given.text, party)
    left = order.rounds_left - 1
    return context.move(order, Move.REVISE, actor, words=words, request=request, rounds_left=left)


def publish(
    context: OrderContext, order: Assignment, given: PublishIn, request: Request | None
) -> Assignment:
    """Name the item that was published; it is counted from now to the end of its days. The same again changes nothing."""
    actor, party = context.actor(order, given.person_id, Actor.CREATOR)
    item = context.work.items([given.item_id]).get(given.item_id)
    if order.stage is Stage.PUBLISHED and item is not None and order.item == item.row:
        return order
    context.require(order, Move.PUBLISH, actor)
    judged = ItemContext(known=False)
    if item is not None:
        judged = ItemContext(
            known=True, own=item.owner == party.ordinal, live=item_is_live(item),
            taken=context.work.item_taken(item.row),
        )  # fmt: skip
    raise_first(judge_item(judged))
    assert item is not None
    return context.move(
        order, Move.PUBLISH, actor, request=request, item=item.row, published=context.now,
        counted_until=context.counted_until(order.count_days),
    )  # fmt: skip


def dispute(
    context: OrderContext, order: Assignment, given: WordsIn, request: Request | None
) -> Assignment:
    """Object; an operator decides."""
    actor, party = context.actor(order, given.person_id)
    context.require(order, Move.DISPUTE, actor)
    words = Words(given.text, party)
    return context.move(order, Move.DISPUTE, actor, words=words, request=request)


def decide(
    context: OrderContext, order: Assignment, given: SettleDisputeIn, request: Request | None
) -> Assignment:
    """Decide a dispute: so much of the escrow is the creator's, the rest the advertiser's.

    Raises:
        GoneError: `creator_erased`.
    """
    amount, escrow = given.amount, order.terms.cap
    context.require(order, Move.DECIDE, Actor.OPERATOR)
    context.creator(order)  # whoever has been erased is paid nothing: the clock ends the order
    if amount.micros:
        raise_first(judge_money(amount, context.community.currency, "amount"))
    elif amount.currency != context.community.currency:
        raise Fault(_R.CURRENCY_MISMATCH, "amount", context.community.currency).error()
    if amount.micros > escrow:
        raise Fault(_R.AMOUNT_BEYOND_ESCROW, "amount", f"{escrow} micros").error()
    decided, words = Micros(amount.micros), Words(given.text, None)
    return context.move(
        order, Move.DECIDE, Actor.OPERATOR, decided=decided, words=words, request=request
    )
