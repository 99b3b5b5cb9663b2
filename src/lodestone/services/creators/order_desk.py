"""What the desks of creators and advertisers read: what waits for an answer, orders, and the briefs these are of.

The desks look whose each is.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from lodestone.base.errors import UnknownError
from lodestone.base.list_page import cut_one_more, one_more
from lodestone.base.wire import instant_of
from lodestone.content import Community
from lodestone.creators.assignment import AssignmentOut, OfferOut
from lodestone.creators.brief import BriefOut
from lodestone.creators.creator import CreatorOut
from lodestone.creators.life import ASKED
from lodestone.services.creators.context import accepted_order
from lodestone.services.creators.presenters import OrderPresenter, brief_out, creator_out
from lodestone.services.support.ports import Clock
from lodestone.stores.creators.finds import AssignmentFilter, Finds
from lodestone.stores.creators.types import Assignment, BriefRecord
from lodestone.stores.ports import Records

OFFERS_MAX: Final = 100
"""Offers and bids that a desk shows at once."""
BRIEFS_MAX: Final = 200
"""Briefs that are looked through for those that a creator may bid for."""


@dataclass(frozen=True, slots=True)
class BriefShown:
    """A brief and who wants it made."""

    brief: BriefOut
    advertiser: str
    """What the advertiser is called."""


@dataclass(frozen=True, slots=True)
class OfferShown:
    """An offer or a bid with what it is of."""

    offer: OfferOut
    made: AssignmentOut
    """The same, as the order that it becomes."""
    of: BriefShown | None
    """None once the advertiser's owner has been erased."""


@dataclass(frozen=True, slots=True)
class OrderShown:
    """An order with what it is of."""

    order: AssignmentOut
    of: BriefShown | None
    """None once the advertiser's owner has been erased."""


class OrderDesk:
    """Reads for the desks of one community; everything asks the records and is called by `Records.threads`."""

    def __init__(self, community: Community, clock: Clock, records: Records) -> None:
        self._community, self._clock, self._records = community, clock, records
        self._shown = OrderPresenter(community)

    def profile(self, person_id: str) -> CreatorOut | None:
        """Return somebody's profile, None where they have none. Raises UnknownError `person_unknown`."""
        with self._records.creator_finds(self._community.id) as finds:
            party = finds.party(person_id, "person_id")
            record = finds.creator(party)
            return None if record is None else creator_out(record, finds.ends(party))

    def owner_of(self, advertiser_id: str) -> str:
        """Return who owns an advertiser, and moves its orders. Raises UnknownError, GoneError `advertiser_erased`."""
        with self._records.creator_finds(self._community.id) as finds:
            return finds.advertiser(advertiser_id).owner.id

    def asked(self, wanted: AssignmentFilter) -> list[OfferShown]:
        """Return offers and bids that wait for an answer."""
        with self._records.creator_finds(self._community.id) as finds:
            waiting = wanted._replace(stages=ASKED)
            return self._offers(finds, finds.offers(OFFERS_MAX, None, waiting))

    def offer(self, offer_id: str) -> OfferShown:
        """Return one offer or bid, however it stands. Raises UnknownError `offer_unknown`."""
        with self._records.creator_finds(self._community.id) as finds:
            return self._offers(finds, [finds.offer(offer_id)])[0]

    def orders(
        self, limit: int, before: int | None, wanted: AssignmentFilter
    ) -> tuple[list[OrderShown], int | None]:
        """Return a page of orders, the newest first, and before which number the next page begins, None after the last."""
        with self._records.creator_finds(self._community.id) as finds:
            shown, last = cut_one_more(finds.orders(one_more(limit), before, wanted), limit)
            return self._orders(finds, shown), None if last is None else last.number

    def order(self, order_id: str) -> OrderShown:
        """Return one order. Raises UnknownError `assignment_unknown`."""
        with self._records.creator_finds(self._community.id) as finds:
            return self._orders(finds, [accepted_order(finds, self._community, order_id)])[0]

    def brief(self, brief_id: str) -> BriefShown:
        """Return one brief. Raises UnknownError `brief_unknown`, GoneError `advertiser_erased`."""
        with self._records.creator_finds(self._community.id) as finds:
            return _briefs(finds, [finds.brief(brief_id)])[0]

    def brief_for(self, person_id: str, brief_id: str) -> BriefShown:
        """Return one brief that is for everybody or for a creator.

        Raises:
            UnknownError: `brief_unknown`, of one that is for others too; `person_unknown`.
            GoneError: `advertiser_erased`.
        """
        with self._records.creator_finds(self._community.id) as finds:
            record = finds.brief(brief_id)
            if not record.is_for(finds.party(person_id, "person_id").ordinal):
                raise UnknownError("brief_unknown", "There is no such brief for you.")
            return _briefs(finds, [record])[0]

    def briefs(self, limit: int, after: str | None, advertiser_id: str) -> list[BriefOut]:
        """Return a page of an advertiser's briefs, by id."""
        with self._records.creator_finds(self._community.id) as finds:
            return [*map(brief_out, finds.briefs(limit, after, advertiser_id))]

    def open_to(self, person_id: str) -> list[BriefShown]:
        """Return the briefs that a creator may bid for, the newest first: open, in time, for everybody or for them."""
        now = self._clock.now()
        with self._records.creator_finds(self._community.id) as finds:
            party = finds.party(person_id, "person_id")
            records = [
                record
                for record in finds.briefs_not_closed(BRIEFS_MAX, party.ordinal)
                if instant_of(record.given.deadline) > now and record.is_for(party.ordinal)
            ]
            return _briefs(finds, records)

    def advertisers_called(self, ids: Collection[str]) -> dict[str, str]:
        """Return what some advertisers are called, without those of erased owners."""
        with self._records.creator_finds(self._community.id) as finds:
            return finds.advertiser_names(ids)

    def taken_items(self, person_id: str) -> set[int]:
        """Return the rows of the posts that a creator named for orders."""
        with self._records.creator_finds(self._community.id) as finds:
            return finds.taken_items(finds.party(person_id, "person_id").ordinal)

    def _offers(self, finds: Finds, orders: Sequence[Assignment]) -> list[OfferShown]:
        of = _briefs_of(finds, orders)
        return [
            OfferShown(self._shown.offer(view), self._shown.assignment(view), of.get(view.order.brief))
            for view in finds.views(orders)
        ]  # fmt: skip

    def _orders(self, finds: Finds, orders: Sequence[Assignment]) -> list[OrderShown]:
        of = _briefs_of(finds, orders)
        return [
            OrderShown(self._shown.assignment(view), of.get(view.order.brief))
            for view in finds.views(orders)
        ]


def _briefs_of(finds: Finds, orders: Sequence[Assignment]) -> dict[str, BriefShown]:
    records = finds.briefs_called({order.brief for order in orders})
    return {shown.brief.id: shown for shown in _briefs(finds, list(records.values()))}


def _briefs(finds: Finds, records: Sequence[BriefRecord]) -> list[BriefShown]:
    names = finds.advertiser_names({record.given.advertiser_id for record in records})
    return [
        BriefShown(brief_out(record), names.get(record.given.advertiser_id, ""))
        for record in records
    ]
