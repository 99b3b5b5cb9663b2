"""What creators' orders are read by: profiles, briefs and orders, those whose they are, and what they name."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, not_

from lodestone.base.clock import Instant
from lodestone.base.errors import GoneError, Problem, UnknownError
from lodestone.creators.life import ENDED, Stage
from lodestone.creators.settlement import Kind
from lodestone.stores.ads.boosted import refuse_boosted
from lodestone.stores.ads.finds import Owned, Owner, item_is_live, require_owned
from lodestone.stores.ads.rows import advertiser_record
from lodestone.stores.ads.schema import ADVERTISERS
from lodestone.stores.commerce.queries import find_product, find_shop
from lodestone.stores.commerce.types import Party
from lodestone.stores.creators import rows
from lodestone.stores.creators.schema import ASSIGNMENT_EVENTS, ASSIGNMENTS, BRIEFS, CREATORS
from lodestone.stores.creators.types import (
    Assignment,
    AssignmentEvent,
    AssignmentView,
    BriefRecord,
    CreatorRecord,
)
from lodestone.stores.records.items import find_items, item_ids, item_record, with_owner
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.records.schema import ITEMS
from lodestone.stores.records.types import ItemRecord
from lodestone.stores.sql.scope import Scope, chunks

_ENDED: Final = tuple(int(stage) for stage in sorted(ENDED))


class AssignmentFilter(NamedTuple):
    """Which orders; None means any."""

    brief: str | None = None
    advertiser: str | None = None
    creator_id: str | None = None
    stages: frozenset[Stage] | None = None


class Finds:
    """Reads creators' orders in one transaction."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    # People and advertisers

    def party(self, person_id: str, field: str) -> Party:
        """Return somebody. Raises UnknownError `person_unknown` naming the field."""
        return self.parties([person_id], field)[0]

    def parties(self, names: Sequence[str], field: str) -> list[Party]:
        """Return some people, in order. Raises UnknownError `person_unknown` naming the field."""
        known = find_people(self._scope, names)
        for name in names:
            if name not in known:
                problem = Problem(field, "names nobody of this community; PUT the person first")
                raise UnknownError("person_unknown", f"There is no person {name!r}.", (problem,))
        return [Party(name, known[name].ordinal, known[name].key) for name in names]

    def party_at(self, ordinal: int) -> Party | None:
        """Return somebody by their ordinal, None once they have been erased."""
        return self.parties_at([ordinal]).get(ordinal)

    def parties_at(self, ordinals: Sequence[int]) -> dict[int, Party]:
        """Return those of some people who have not been erased, by their ordinals."""
        names = names_of(self._scope, ordinals)
        return {ordinal: Party(name, ordinal, key) for ordinal, (name, key) in names.items()}

    def advertiser(self, advertiser_id: str) -> Owned:
        """Return an advertiser and its owner.

        Raises:
            UnknownError: `advertiser_unknown`.
            GoneError: `advertiser_erased`.
            ConflictError: `boosted`: its money is a boost's.
        """
        refuse_boosted((advertiser_id, "advertiser_id"))
        return require_owned(self._scope, ADVERTISERS, advertiser_id, field="advertiser_id")

    # Profiles

    def creator(self, party: Party) -> CreatorRecord | None:
        """Return somebody's profile, None where they have none."""
        query = self._scope.select(CREATORS).where(CREATORS.c.ordinal == party.ordinal)
        row = self._scope.first(query)
        return None if row is None else rows.creator_record(row, party.id, party.key)

    def ends(self, party: Party) -> tuple[int, int]:
        """Return how many orders that somebody accepted have ended, and how many of them were published."""
        own = self._scope.select(ASSIGNMENTS, ASSIGNMENTS.c.published).where(
            ASSIGNMENTS.c.creator == party.ordinal,
            ASSIGNMENTS.c.accepted.is_not(None),
            ASSIGNMENTS.c.stage.in_(_ENDED),
        )
        taken = self._scope.fetch(own)
        return len(taken), sum(row.published is not None for row in taken)

    # Briefs

    def find_brief(self, brief_id: str) -> BriefRecord | None:
        """Return a brief, None where there is none. Raises GoneError `advertiser_erased`."""
        row = self._scope.first(self._scope.select(BRIEFS).where(BRIEFS.c.id == brief_id))
        if row is None:
            return None
        records = self._briefs([row])
        if not records:
            raise GoneError("advertiser_erased", "Its owner has been erased and it with them.")
        return records[0]

    def brief(self, brief_id: str, field: str = "id") -> BriefRecord:
        """Return a brief. Raises UnknownError `brief_unknown`, GoneError `advertiser_erased`."""
        record = self.find_brief(brief_id)
        if record is None:
            problem = Problem(field, "names no brief of this community; PUT it first")
            raise UnknownError("brief_unknown", f"There is no brief {brief_id!r} here.", (problem,))
        return record

    def briefs(self, limit: int, after: str | None, advertiser: str | None) -> list[BriefRecord]:
        """Return briefs by id, of one advertiser if given; without those of erased owners."""
        query = self._scope.select(BRIEFS).where(BRIEFS.c.doc != rows.GONE)
        query = query.order_by(BRIEFS.c.id).limit(limit)
        if after is not None:
            query = query.where(BRIEFS.c.id > after)
        if advertiser is not None:
            query = query.where(BRIEFS.c.advertiser == advertiser)
        return self._briefs(self._scope.fetch(query))

    def briefs_called(self, ids: Collection[str]) -> dict[str, BriefRecord]:
        """Return those briefs that there are among some ids, without those of erased owners."""
        read: list[Any] = []
        for some in chunks(sorted(set(ids))):
            query = self._scope.select(BRIEFS).where(BRIEFS.c.doc != rows.GONE)
            read += self._scope.fetch(query.where(BRIEFS.c.id.in_(some)))
        return {record.id: record for record in self._briefs(read)}

    def briefs_not_closed(self, limit: int, owner: int) -> list[BriefRecord]:
        """Return briefs that are not closed, the newest first, but for those of one owner; without those of erased owners."""
        query = self._scope.select(BRIEFS).where(
            BRIEFS.c.doc != rows.GONE, BRIEFS.c.closed.is_(False), BRIEFS.c.owner != owner
        )
        query = query.order_by(BRIEFS.c.created.desc(), BRIEFS.c.id).limit(limit)
        return self._briefs(self._scope.fetch(query))

    def advertiser_names(self, ids: Collection[str]) -> dict[str, str]:
        """Return what some advertisers are called, without those of erased owners."""
        read: list[Any] = []
        for some in chunks(sorted(set(ids))):
            query = self._scope.select(ADVERTISERS).where(ADVERTISERS.c.id.in_(some))
            read += self._scope.fetch(query)
        owners = names_of(self._scope, [row.owner for row in read])
        return {
            row.id: advertiser_record(row, Owner(row.owner, *owners[row.owner])).given.name
            for row in read
            if row.owner in owners
        }

    def taken_items(self, creator: int) -> set[int]:
        """Return the rows of the items that a creator named for orders."""
        query = self._scope.select(ASSIGNMENTS, ASSIGNMENTS.c.item)
        named = query.where(ASSIGNMENTS.c.creator == creator, ASSIGNMENTS.c.item.is_not(None))
        return {row.item for row in self._scope.fetch(named)}

    def _briefs(self, read: Sequence[Any]) -> list[BriefRecord]:
        owners = names_of(self._scope, [row.owner for row in read])
        docs = [
            (row, rows.brief_doc(row, owners[row.owner][1])) for row in read if row.owner in owners
        ]
        names = names_of(self._scope, [ordinal for _, doc in docs for ordinal in doc.creators])
        return [rows.brief_record(row, doc, names) for row, doc in docs]

    def product_owner(self, product_id: str) -> tuple[int, str] | None:
        """Return the ordinal of a product's merchant and its shop, None where there is no such product."""
        product = find_product(self._scope, product_id)
        shop = None if product is None else find_shop(self._scope, product.shop)
        return None if shop is None else (shop.owner, shop.id)

    # Orders

    def find_offer(self, offer_id: str) -> Assignment | None:
        """Return what began with an offer or bid, None where nothing did."""
        return self._order(ASSIGNMENTS.c.offer == offer_id)

    def offer(self, offer_id: str) -> Assignment:
        """Return what began with an offer or bid. Raises UnknownError `offer_unknown`."""
        order = self.find_offer(offer_id)
        if order is None:
            raise UnknownError("offer_unknown", f"There is no offer {offer_id!r} here.")
        return order

    def order(self, number: int) -> Assignment | None:
        """Return an order, None where there is none of this number."""
        return self._order(ASSIGNMENTS.c.number == number)

    def _order(self, which: ColumnElement[bool]) -> Assignment | None:
        row = self._scope.first(self._scope.select(ASSIGNMENTS).where(which))
        return None if row is None else rows.assignment_of(row)

    def open_between(self, brief: str, creator: int) -> bool:
        """Say whether a creator has an offer, a bid or an order for a brief that has not ended."""
        query = self._scope.select(ASSIGNMENTS, ASSIGNMENTS.c.number).where(
            ASSIGNMENTS.c.brief == brief,
            ASSIGNMENTS.c.creator == creator,
            ASSIGNMENTS.c.stage.not_in(_ENDED),
        )
        return self._scope.first(query) is not None

    def orders(self, limit: int, before: int | None, wanted: AssignmentFilter) -> list[Assignment]:
        """Return orders that were accepted, the newest first, before a number if given."""
        query = self._wanted(wanted).where(ASSIGNMENTS.c.accepted.is_not(None))
        query = query.order_by(ASSIGNMENTS.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(ASSIGNMENTS.c.number < before)
        return [rows.assignment_of(row) for row in self._scope.fetch(query)]

    def offers(self, limit: int, after: str | None, wanted: AssignmentFilter) -> list[Assignment]:
        """Return offers and bids, and what came of them, by the offer's id, after one if given."""
        query = self._wanted(wanted).order_by(ASSIGNMENTS.c.offer).limit(limit)
        if after is not None:
            query = query.where(ASSIGNMENTS.c.offer > after)
        return [rows.assignment_of(row) for row in self._scope.fetch(query)]

    def _wanted(self, wanted: AssignmentFilter) -> Select[Any]:
        column, query = ASSIGNMENTS.c, self._scope.select(ASSIGNMENTS)
        if wanted.brief is not None:
            query = query.where(column.brief == wanted.brief)
        if wanted.advertiser is not None:
            query = query.where(column.advertiser == wanted.advertiser)
        if wanted.creator_id is not None:
            known = find_people(self._scope, [wanted.creator_id]).get(wanted.creator_id)
            query = query.where(column.creator == (-1 if known is None else known.ordinal))
        if wanted.stages is not None:
            query = query.where(column.stage.in_(sorted(int(stage) for stage in wanted.stages)))
        return query

    def published(self, kinds: Collection[Kind]) -> list[Assignment]:
        """Return every order of some kinds of settlement that was published, however it stands, by number."""
        query = self._scope.select(ASSIGNMENTS).where(
            ASSIGNMENTS.c.published.is_not(None),
            ASSIGNMENTS.c.kind.in_([int(kind) for kind in kinds]),
        )
        query = query.order_by(ASSIGNMENTS.c.number)
        return [rows.assignment_of(row) for row in self._scope.fetch(query)]

    def due(self, now: Instant, limit: int, without: Collection[int], *, by_log: bool) -> list[int]:
        """Return the numbers of orders whose time is over, the oldest first, but for some.

        Args:
            now: The instant.
            limit: At most so many.
            without: Left out.
            by_log: Those of which is counted by the log, see `Assignment.by_log`, or the others.
        """
        counted = and_(ASSIGNMENTS.c.published.is_not(None), ASSIGNMENTS.c.kind != int(Kind.FIXED))
        query = self._scope.select(ASSIGNMENTS, ASSIGNMENTS.c.number)
        query = query.where(ASSIGNMENTS.c.due <= now, counted if by_log else not_(counted))
        query = query.order_by(ASSIGNMENTS.c.due, ASSIGNMENTS.c.number)
        return self._but_for(query, limit, without)

    def orphaned(self, limit: int, without: Collection[int]) -> list[int]:
        """Return the numbers of orders that a party has left and the clock has not looked at, but for some."""
        query = self._scope.select(ASSIGNMENTS, ASSIGNMENTS.c.number)
        query = query.where(ASSIGNMENTS.c.orphaned).order_by(ASSIGNMENTS.c.number)
        return self._but_for(query, limit, without)

    def _but_for(self, query: Select[Any], limit: int, without: Collection[int]) -> list[int]:
        read = self._scope.fetch(query.limit(limit + len(without)))
        return [row.number for row in read if row.number not in without][:limit]

    def events(self, numbers: Iterable[int]) -> dict[int, list[AssignmentEvent]]:
        """Return the moves of some orders, the first first."""
        read: list[Any] = []
        for some in chunks(sorted(set(numbers))):
            query = self._scope.select(ASSIGNMENT_EVENTS)
            query = query.where(ASSIGNMENT_EVENTS.c.number.in_(some))
            read += self._scope.fetch(query.order_by(ASSIGNMENT_EVENTS.c.id))
        authors = [row.author for row in read if row.author is not None]
        names = names_of(self._scope, authors)
        events: dict[int, list[AssignmentEvent]] = {}
        for row in read:
            events.setdefault(row.number, []).append(rows.event_of(row, names))
        return events

    def event(self, event_id: int) -> AssignmentEvent:
        """Return one move without its words; it is known to be there."""
        query = self._scope.select(ASSIGNMENT_EVENTS).where(ASSIGNMENT_EVENTS.c.id == event_id)
        return rows.event_of(self._scope.first(query), {})

    def known(self, number: int) -> Assignment:
        """Return an order that is known to be there."""
        order = self.order(number)
        assert order is not None
        return order

    def event_of_request(self, number: int, request: bytes) -> AssignmentEvent | None:
        """Return the move of an order that a request brought about."""
        query = self._scope.select(ASSIGNMENT_EVENTS).where(ASSIGNMENT_EVENTS.c.number == number)
        row = self._scope.first(query.where(ASSIGNMENT_EVENTS.c.request == request))
        return None if row is None else rows.event_of(row, {})

    def views(self, orders: Sequence[Assignment]) -> list[AssignmentView]:
        """Return orders with what is shown of them."""
        names = names_of(self._scope, [order.creator for order in orders])
        items = self.item_ids([order.item for order in orders if order.item is not None])
        events = self.events(order.number for order in orders)
        return [
            AssignmentView(
                order,
                names[order.creator][0] if order.creator in names else None,
                None if order.item is None else items.get(order.item),
                tuple(events.get(order.number, ())),
            )
            for order in orders
        ]

    # Items

    def items(self, names: Sequence[str]) -> dict[str, ItemRecord]:
        """Return those items that there are among the app's ids."""
        return find_items(self._scope, names)

    def item_ids(self, items: Iterable[int]) -> dict[int, str]:
        """Return the app's ids of items by their rows."""
        return item_ids(self._scope, items)

    def item_stays(self, item: int) -> bool:
        """Say whether an item can still be shown to anybody."""
        return item in self.staying_items([item])

    def staying_items(self, items: Iterable[int]) -> set[int]:
        """Return those of some items, by their rows, that can still be shown to anybody."""
        read: list[Any] = []
        for some in chunks(sorted(set(items))):
            query = with_owner(self._scope).where(ITEMS.c["row"].in_(some))
            read += self._scope.fetch(query)
        return {item.row for item in map(item_record, read) if item_is_live(item)}

    def item_taken(self, item: int) -> bool:
        """Say whether an item was named for an order."""
        query = self._scope.select(ASSIGNMENTS, ASSIGNMENTS.c.number)
        return self._scope.first(query.where(ASSIGNMENTS.c.item == item)) is not None
