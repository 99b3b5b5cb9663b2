"""What reads and writes boosts: the boost, the objects it runs as, and its money are one commit."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from lodestone.ads.ad import Landing
from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.base.wire import app_id
from lodestone.creators.boost import BUYS, SOURCES, BoostEnd, BoostIn, BoostState
from lodestone.stores.ads.boosted import Boosted, end_boosted, insert_boosted
from lodestone.stores.ads.finds import Landings, Owner
from lodestone.stores.commerce.numbers import Numbers
from lodestone.stores.commerce.schema import SHOPS
from lodestone.stores.commerce.types import Party
from lodestone.stores.commerce.unit_of_work import LedgerPart
from lodestone.stores.creators.boost_types import Boost, BoostEvent, BoostView
from lodestone.stores.creators.finds import Finds
from lodestone.stores.creators.schema import BOOST_EVENTS, BOOSTS
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.records.types import ItemRecord
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About, fields_of
from lodestone.stores.sql.scope import Scope

_SHOPS_MAX: Final = 100
"""Shops of one person that are looked at for one that is open."""


def boost_of(row: Any) -> Boost:
    """Read a boost."""
    return Boost(
        number=row.number, id=row.boost, owner=row.owner, item=row.item, buys=BUYS[row.buys],
        pay_from=SOURCES[row.source], amount=Micros(row.amount), price=Micros(row.price), hours=row.hours,
        created=Instant(row.created), ends=Instant(row.ends), state=BoostState(row.state),
        ended_by=None if row.ended_by is None else BoostEnd(row.ended_by),
        back=None if row.back is None else Micros(row.back),
    )  # fmt: skip


def _values(boost: Boost) -> dict[str, object]:
    return {
        "number": boost.number, "boost": boost.id, "owner": boost.owner, "item": boost.item,
        "buys": BUYS.index(boost.buys), "source": SOURCES.index(boost.pay_from), "amount": boost.amount,
        "price": boost.price, "hours": boost.hours, "created": boost.created, "ends": boost.ends,
        "state": int(boost.state), "ended_by": None if boost.ended_by is None else int(boost.ended_by),
        "back": boost.back,
    }  # fmt: skip


class BoostFinds(Finds):
    """Reads boosts in one transaction."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(scope)
        self._landings = Landings(scope)

    def find_boost(self, boost_id: str) -> Boost | None:
        """Return a boost, None where there is none."""
        row = self._scope.first(self._scope.select(BOOSTS).where(BOOSTS.c.boost == boost_id))
        return None if row is None else boost_of(row)

    def boost_at(self, number: int) -> Boost:
        """Return a boost that is known to be there."""
        return self.boosts_at([number])[0]

    def boosts_at(self, numbers: Sequence[int]) -> list[Boost]:
        """Return boosts that are known to be there, some hundreds at most, by number."""
        query = self._scope.select(BOOSTS).where(BOOSTS.c.number.in_(numbers))
        return [*map(boost_of, self._scope.fetch(query.order_by(BOOSTS.c.number)))]

    def boosts(self, limit: int, after: str | None, person_id: str | None) -> list[Boost]:
        """Return boosts by id, of one person if given."""
        query = self._scope.select(BOOSTS).order_by(BOOSTS.c.boost).limit(limit)
        if after is not None:
            query = query.where(BOOSTS.c.boost > after)
        if person_id is not None:
            known = find_people(self._scope, [person_id]).get(person_id)
            query = query.where(BOOSTS.c.owner == (-1 if known is None else known.ordinal))
        return [*map(boost_of, self._scope.fetch(query))]

    def open_boosts(self, limit: int, after: int, without: Collection[int] = ()) -> list[int]:
        """Return the numbers of boosts that have not ended, ascending, after a number and but for some."""
        query = self._scope.select(BOOSTS, BOOSTS.c.number).order_by(BOOSTS.c.number)
        query = query.where(BOOSTS.c.state != int(BoostState.ENDED), BOOSTS.c.number > after)
        read = self._scope.fetch(query.limit(limit + len(without)))
        return [row.number for row in read if row.number not in without][:limit]

    def boost_views(self, boosts: Sequence[Boost]) -> list[BoostView]:
        """Return boosts with what is shown of them."""
        names = names_of(self._scope, [boost.owner for boost in boosts])
        items = self.item_ids(boost.item for boost in boosts)
        return [
            BoostView(boost, names[boost.owner][0] if boost.owner in names else None, items[boost.item])
            for boost in boosts
        ]  # fmt: skip

    def boost_event(self, event_id: int) -> BoostEvent:
        """Return a state that a boost came into; it is known to be there."""
        query = self._scope.select(BOOST_EVENTS).where(BOOST_EVENTS.c.id == event_id)
        row = self._scope.first(query)
        return BoostEvent(row.id, row.number, BoostState(row.state), Instant(row.time))

    def landing(self, item: ItemRecord | None, party: Party) -> Landing | None:
        """Return where a boost for visits leads: the product that it shows, else the first shop of the person's own that is open."""
        if item is not None and item.given.kind == "product":
            shown = Landing(product_id=item.id)
            target = self._landings.target(shown)
            return shown if target is not None and target.live else None
        query = self._scope.select(SHOPS, SHOPS.c.id).where(SHOPS.c.owner == party.ordinal)
        for row in self._scope.fetch(query.order_by(SHOPS.c.id).limit(_SHOPS_MAX)):
            target = self._landings.target(Landing(shop_id=row.id))
            if target is not None and target.live:
                return Landing(shop_id=row.id)
        return None


class BoostWork(BoostFinds):
    """One commit of boosts in one community."""

    def __init__(self, work: Work, now: Instant) -> None:
        super().__init__(work)
        self._work, self.now = work, now
        self.ledger = LedgerPart(work, now)
        self._numbers = Numbers(work, BOOSTS.c.number)
        self._events = Numbers(work, BOOST_EVENTS.c.id)

    def next_number(self) -> int:
        """Give out the next number of a boost."""
        return self._numbers.next()

    def add_boost(self, boost: Boost, given: BoostIn, payer: Party, made: Boosted) -> None:
        """Write a new boost, and what it runs as.

        Args:
            boost: As it begins.
            given: As it was sent.
            payer: Who pays.
            made: What it runs as, under the id that its campaign names.
        """
        app_id(boost.id)
        about = About(payer.ordinal, payer.key)
        self._work.audit("boost", boost.id, None, fields_of(given), about)
        self._work.insert(BOOSTS, [_values(boost)])
        owner = Owner(payer.ordinal, payer.id, payer.key)
        insert_boosted(self._work, made.group.campaign_id, owner, made, self.now)
        self._note(boost)

    def put_boost(self, boost: Boost, before: Boost) -> None:
        """Write the state that a boost comes into."""
        was, becomes = ({"state": each.state.name.lower()} for each in (before, boost))
        self._work.audit("boost", boost.id, was, becomes)
        update = self._work.update(BOOSTS).where(BOOSTS.c.number == boost.number)
        self._work.run(update.values(**_values(boost)))
        self._note(boost)

    def end_objects(self, name: str) -> None:
        """End what a boost runs as."""
        end_boosted(self._work, name)

    def _note(self, boost: Boost) -> None:
        event = {
            "id": self._events.next(), "number": boost.number, "boost": boost.id,
            "state": int(boost.state), "time": self.now,
        }  # fmt: skip
        self._work.insert(BOOST_EVENTS, [event])
