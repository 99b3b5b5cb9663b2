"""Show profiles, briefs, offers and orders as they stand."""

from typing import Any, Final, get_args

from msgspec.structs import replace

from lodestone.base.clock import Instant
from lodestone.base.wire import Money, instant_of, time_text
from lodestone.commerce.price import SHARE_WHOLE
from lodestone.content import Community
from lodestone.creators.assignment import AssignmentOut, CountOut, MoneyOut, MoveOut, OfferOut
from lodestone.creators.brief import Action, BriefOut, Settlement
from lodestone.creators.creator import CreatorOut, Reliability
from lodestone.creators.life import ASKED, SILENCE, Actor, Move
from lodestone.creators.plays import Count
from lodestone.creators.settlement import Kind, Terms
from lodestone.events.outcomes import FactKind
from lodestone.services.creators.context import comes_to
from lodestone.services.ledger.statements import day_text
from lodestone.services.support.ids import ASSIGNMENT, made_id
from lodestone.stores.creators.types import (
    Assignment,
    AssignmentEvent,
    AssignmentView,
    BriefRecord,
    CreatorRecord,
)

_ACTORS: Final[dict[Actor, Any]] = {actor: actor.name.lower() for actor in Actor}
_ACTIONS: Final[dict[int, Action]] = {
    int(FactKind[name.upper()]): name for name in get_args(Action)
}


def creator_out(record: CreatorRecord, ends: tuple[int, int]) -> CreatorOut:
    """Show a profile; ends: see `Finds.ends`."""
    given, (taken, published) = record.given, ends
    return CreatorOut(
        person_id=record.person_id,
        open=given.open,
        topics=given.topics,
        languages=given.languages,
        region=given.region,
        prices=given.prices,
        notice_days=given.notice_days,
        reliability=Reliability(taken=taken, published=published),
        created_at=time_text(record.created),
    )


def brief_out(record: BriefRecord) -> BriefOut:
    """Show a brief."""
    given = record.given
    return BriefOut(
        id=record.id,
        advertiser_id=given.advertiser_id,
        text=given.text,
        product_ids=given.product_ids,
        creator_ids=given.creator_ids,
        settlement=given.settlement,
        deadline=time_text(instant_of(given.deadline)),
        review_rounds=given.review_rounds,
        approval_days=given.approval_days,
        count_days=given.count_days,
        usage_days=given.usage_days,
        state=given.state,
        created_at=time_text(record.created),
    )


class OrderPresenter:
    """Shows offers and orders of one community."""

    def __init__(self, community: Community) -> None:
        self._community = community

    def offer(self, view: AssignmentView) -> OfferOut:
        """Show the offer or bid that something began with."""
        order, settled = view.order, self._settlement(view.order)
        asked = order.stage in ASKED
        state: Any = order.stage.name.lower()
        if asked or order.accepted is not None:
            state = "open" if asked else "accepted"
        return OfferOut(
            id=order.offer,
            brief_id=order.brief,
            creator_id=view.creator_id,
            made_by="creator" if order.by_creator else "advertiser",
            price=settled.price,
            share=settled.share,
            text=(view.events[0].text or "") if view.events else "",
            state=state,
            answer_by=_time(order.due) if asked else None,
            assignment_id=None if order.accepted is None else self._id(order),
            created_at=time_text(order.created),
        )

    def assignment(self, view: AssignmentView) -> AssignmentOut:
        """Show an order."""
        order = view.order
        silence = SILENCE.get(order.stage)
        return AssignmentOut(
            id=self._id(order),
            offer_id=order.offer,
            brief_id=order.brief,
            advertiser_id=order.advertiser,
            creator_id=view.creator_id,
            stage=order.stage.name.lower(),
            due=_time(order.due),
            silence=None if silence is None else silence.name.lower(),
            rounds_left=order.rounds_left,
            settlement=self._settlement(order),
            escrow=self._money(order.terms.cap),
            item_id=view.item_id,
            published_at=_time(order.published),
            counted_through=self._counted_through(order),
            counted=self._count(order.terms, order.counted),
            counted_late=self._count(order.terms, order.counted_late),
            money=self._division(order),
            history=[self._move(event) for event in view.events],
            created_at=time_text(order.created),
        )

    def _move(self, event: AssignmentEvent) -> MoveOut:
        made = Move.CANCEL if event.move is Move.LEAVE else event.move
        return MoveOut(
            move=made.name.lower(),
            by=_ACTORS[event.actor],
            stage=event.stage.name.lower(),
            at=time_text(event.time),
            amount=None if event.amount is None else self._money(event.amount),
            text=event.text,
        )

    def _settlement(self, order: Assignment) -> Settlement:
        terms, name = order.terms, order.terms.kind.name.lower()
        kind: Any = name
        if terms.kind is Kind.FIXED:
            return Settlement(kind=kind, price=self._money(terms.rate))
        floor = self._money(terms.floor) if terms.floor else None
        settled = Settlement(kind=kind, floor=floor, cap=self._money(terms.cap))
        if terms.kind is Kind.CPS:
            return replace(settled, share=terms.rate / SHARE_WHOLE)
        settled = replace(settled, price=self._money(terms.rate))
        if terms.kind is Kind.CPA:
            return replace(settled, action=_ACTIONS[order.goods.action])
        return settled

    def _count(self, terms: Terms, count: Count | None) -> CountOut | None:
        if count is None:
            return None
        return CountOut(
            shown=count.shown,
            settled=count.settled,
            excluded=count.excluded,
            value=self._money(count.value) if terms.kind is Kind.CPS else None,
            amount=self._money(comes_to(terms, count)),
        )

    def _division(self, order: Assignment) -> MoneyOut | None:
        division = order.division
        if division is None:
            return None
        return MoneyOut(
            measured=self._money(division.measured),
            adjustment=self._money(division.adjustment),
            back=self._money(division.back),
        )

    def _counted_through(self, order: Assignment) -> str | None:
        if order.counted_until is None:
            return None
        last = self._community.days.of(order.counted_until - 1)
        return day_text(last)

    def _id(self, order: Assignment) -> str:
        return made_id(ASSIGNMENT, self._community.secret, order.number)

    def _money(self, micros: int) -> Money:
        return Money(micros, self._community.currency)


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else time_text(instant)
