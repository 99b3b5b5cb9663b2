"""Offers, bids and the orders that come of them: every move that somebody may ask for.

A request is served in one commit: the move, its note, its money. Under an idempotency key it is done once for good, whoever
sends it again and whenever.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, TypeAlias, TypeVar

import msgspec

from lodestone.base.signed import hmac_sha256
from lodestone.content import Community
from lodestone.creators.assignment import (
    ActIn,
    AssignmentOut,
    OfferIn,
    OfferOut,
    PublishIn,
    SettleDisputeIn,
    WordsIn,
)
from lodestone.creators.refusals import CreatorRefusal, Fault
from lodestone.services.access import Principal
from lodestone.services.creators import moves
from lodestone.services.creators.context import OrderContext, Request, accepted_order
from lodestone.services.creators.presenters import OrderPresenter
from lodestone.services.creators.profiles import SCOPE
from lodestone.services.support.idempotency import digest_of, key_taken
from lodestone.services.support.ports import Clock
from lodestone.services.support.record_writes import Writes
from lodestone.stores.creators.finds import AssignmentFilter, Finds
from lodestone.stores.creators.types import Assignment
from lodestone.stores.ports import Records

DECIDE_SCOPE: Final = "review"
"""Of a moderator: a key that orders does not decide its own disputes."""
Given = TypeVar("Given", bound=msgspec.Struct)
Made = TypeVar("Made")
Act: TypeAlias = Callable[[OrderContext, Assignment, Given, Request | None], Assignment]


class CreatorOrders:
    """Use cases of offers and orders, for whoever asks.

    Whatever is plainly `def` asks the records: it is called by `Records.threads`. All raise ForbiddenError
    `scope_missing`, UnknownError (`offer_unknown`, `assignment_unknown`, `brief_unknown`, `person_unknown`), GoneError
    (`creator_erased`, `advertiser_erased`), and the error of a `CreatorRefusal`. What takes a `token`, an idempotency key,
    raises ConflictError `idempotency_conflict` where it came with something else before.
    """

    def __init__(
        self, community: Community, clock: Clock, records: Records, writes: Writes, who: Principal
    ) -> None:
        self._community, self._clock = community, clock
        self._records, self._writes, self._who = records, writes, who
        self._shown = OrderPresenter(community)

    # Offers

    async def put_offer(self, offer_id: str, given: OfferIn) -> tuple[OfferOut, bool]:
        """Make an offer or a bid; return it and whether it is new. The same again changes nothing."""
        self._who.need(SCOPE)

        def serve(context: OrderContext) -> tuple[OfferOut, bool]:
            before = context.work.find_offer(offer_id)
            if before is None:
                made = moves.make_offer(context, offer_id, given)
                return self._offer(context.work, made), True
            context.creator(before)
            context.owner(before)
            if before.digest != moves.digest_of_offer(context, given):
                raise Fault(CreatorRefusal.OFFER_FIXED, "offer").error()
            return self._offer(context.work, before), False

        return await self._commit(serve)

    def offer(self, offer_id: str) -> OfferOut:
        """Return one offer or bid, however it stands."""
        self._who.need(SCOPE)
        with self._finds() as finds:
            return self._offer(finds, finds.offer(offer_id))

    def offers(self, limit: int, after: str | None, wanted: AssignmentFilter) -> list[OfferOut]:
        """Return a page of offers and bids by id."""
        self._who.need(SCOPE)
        with self._finds() as finds:
            return [*map(self._shown.offer, finds.views(finds.offers(limit, after, wanted)))]

    async def accept(self, offer_id: str, given: ActIn, token: str | None) -> OfferOut:
        """Accept an offer or bid; see `moves.accept`."""
        return await self._move_offer(offer_id, moves.accept, given, token)

    async def decline(self, offer_id: str, given: ActIn, token: str | None) -> OfferOut:
        """Decline an offer or bid; see `moves.decline`."""
        return await self._move_offer(offer_id, moves.decline, given, token)

    async def withdraw(self, offer_id: str, given: ActIn, token: str | None) -> OfferOut:
        """Withdraw an offer or bid; see `moves.cancel`."""
        return await self._move_offer(offer_id, moves.withdraw, given, token)

    # Orders

    def assignment(self, order_id: str) -> AssignmentOut:
        """Return one order."""
        self._who.need(SCOPE)
        with self._finds() as finds:
            return self._assignment(finds, accepted_order(finds, self._community, order_id))

    def assignments(
        self, limit: int, before: int | None, wanted: AssignmentFilter
    ) -> list[AssignmentOut]:
        """Return a page of orders, the newest first."""
        self._who.need(SCOPE)
        with self._finds() as finds:
            orders = finds.orders(limit, before, wanted)
            return [*map(self._shown.assignment, finds.views(orders))]

    async def draft(self, order_id: str, given: WordsIn, token: str | None) -> AssignmentOut:
        """Hand in a draft; see `moves.submit`."""
        return await self._move(order_id, moves.submit, given, token)

    async def approve(self, order_id: str, given: ActIn, token: str | None) -> AssignmentOut:
        """Approve a draft; see `moves.approve`."""
        return await self._move(order_id, moves.approve, given, token)

    async def revise(self, order_id: str, given: WordsIn, token: str | None) -> AssignmentOut:
        """Ask for changes; see `moves.revise`."""
        return await self._move(order_id, moves.revise, given, token)

    async def publish(self, order_id: str, given: PublishIn, token: str | None) -> AssignmentOut:
        """Name the item; see `moves.publish`."""
        return await self._move(order_id, moves.publish, given, token)

    async def dispute(self, order_id: str, given: WordsIn, token: str | None) -> AssignmentOut:
        """Object; see `moves.dispute`."""
        return await self._move(order_id, moves.dispute, given, token)

    async def cancel(self, order_id: str, given: ActIn, token: str | None) -> AssignmentOut:
        """Give an order up; see `moves.cancel`."""
        return await self._move(order_id, moves.cancel, given, token)

    async def decide(
        self, order_id: str, given: SettleDisputeIn, token: str | None
    ) -> AssignmentOut:
        """Decide a dispute; see `moves.decide`."""
        return await self._move(order_id, moves.decide, given, token, scope=DECIDE_SCOPE)

    # How

    async def _move_offer(
        self, offer_id: str, act: Act[Given], given: Given, token: str | None
    ) -> OfferOut:
        self._who.need(SCOPE)

        def serve(context: OrderContext) -> OfferOut:
            order = _once(context, context.work.offer(offer_id), act, given, token)
            return self._offer(context.work, order)

        return await self._commit(serve)

    async def _move(
        self, order_id: str, act: Act[Given], given: Given, token: str | None, scope: str = SCOPE
    ) -> AssignmentOut:
        self._who.need(scope)

        def serve(context: OrderContext) -> AssignmentOut:
            order = accepted_order(context.work, self._community, order_id)
            order = _once(context, order, act, given, token)
            return self._assignment(context.work, order)

        return await self._commit(serve)

    async def _commit(self, serve: Callable[[OrderContext], Made]) -> Made:
        def write() -> Made:
            with self._records.creator_work(self._community.id, now=self._clock.now()) as work:
                return serve(OrderContext(work, self._community))

        return await self._writes.do(write, lambda _: [])

    def _finds(self) -> AbstractContextManager[Finds]:
        return self._records.creator_finds(self._community.id)

    def _offer(self, finds: Finds, order: Assignment) -> OfferOut:
        return self._shown.offer(finds.views([order])[0])

    def _assignment(self, finds: Finds, order: Assignment) -> AssignmentOut:
        return self._shown.assignment(finds.views([order])[0])


def _once(
    context: OrderContext, order: Assignment, act: Act[Given], given: Given, token: str | None
) -> Assignment:
    """Do what is asked, unless its idempotency key says that it was done; return how the order stands."""
    if token is None:
        return act(context, order, given, None)
    asked = act.__name__.encode() + b" " + msgspec.json.encode(given)
    keyed = hmac_sha256(context.community.secret, asked)
    request = Request(digest_of(token.encode()), keyed)
    before = context.work.event_of_request(order.number, request.claim)
    if before is None:
        return act(context, order, given, request)
    if before.digest not in (None, request.digest):  # nothing is kept of it once a party is erased
        raise key_taken()
    return order
