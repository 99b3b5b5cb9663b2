"""Live rooms in SQL. See `port.LiveRecords`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, GoneError, InvalidError, Problem, UnknownError
from lodestone.base.wire import app_id
from lodestone.commerce.live import (
    STATES,
    LiveRefusal,
    RoomIn,
    RoomState,
    Standing,
    by_hand,
    end,
    refused,
    room_text,
    room_translations,
)
from lodestone.content import ItemIn
from lodestone.stores.commerce.queries import find_sale
from lodestone.stores.commerce.rows import event_of
from lodestone.stores.commerce.schema import ORDER_EVENTS, ORDER_LINES, ORDERS, PRODUCTS
from lodestone.stores.commerce.types import OrderEvent
from lodestone.stores.live.rows import doc_of, given_of, insert_room, stand, standing_of
from lodestone.stores.live.schema import PLAYS, ROOM_EVENTS, ROOMS
from lodestone.stores.live.types import Heard, RoomEvent, RoomOrder, RoomRecord
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.items_write import ItemsWrite
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.records.schema import ITEMS
from lodestone.stores.records.types import Change
from lodestone.stores.records.work import Work
from lodestone.stores.sql.audit_rows import About, fields_of
from lodestone.stores.sql.scope import Scope, chunks

_ITEM_STATES: Final = {"draft": "draft", "live": "live", "ended": "withdrawn"}


@dataclass(frozen=True, slots=True)
class _Owner:
    id: str
    ordinal: int
    key: bytes


def _fields(given: RoomIn, state: RoomState) -> dict[str, object]:
    return {**fields_of(msgspec.structs.replace(given, owner_id="", state=None)), "state": state}


class RoomRecords(RecordsBase):
    """See `LiveRecords`."""

    def put_room(
        self, community: str, room_id: str, given: RoomIn, *, now: Instant
    ) -> tuple[bool, list[Change]]:
        """See `LiveRecords.put_room`."""
        app_id(room_id)
        with self._writing(community) as work:
            room = find_room(work, room_id)
            owner = _owner(work, given, room)
            stream = given.stream or room_id
            _require_pins(work, given)
            _require_stream(work, room_id, stream)
            standing = Standing() if room is None else room.standing
            if given.state is not None:
                moved = by_hand(standing, given.state, now, given.silence_seconds)
                if isinstance(moved, LiveRefusal):
                    raise refused(moved, "state")
                standing = moved
            if room is None:
                _require_free(work, room_id)
            known = None if room is None else _fields(room.given, room.standing.state)
            about = About(owner.ordinal, owner.key)
            work.audit("room", room_id, known, _fields(given, standing.state), about)
            changes = self._write_item(work, room_id, given, owner.id, standing.state, now)
            doc = doc_of(given, owner.key)
            values = {"stream": stream, "silence": given.silence_seconds, "doc": doc}
            if room is None:
                fresh = {"id": room_id, "item": changes[-1].target, "owner": owner.ordinal}
                insert_room(work, {**fresh, **values, "created": now})
            else:
                work.run(work.update(ROOMS).where(ROOMS.c.id == room_id).values(**values))
            before = "draft" if room is None else room.standing.state
            stand(work, room_id, before, standing, now)
            return room is None, changes

    def room(self, community: str, room_id: str) -> RoomRecord:
        """See `LiveRecords.room`."""
        with self._reading(community) as scope:
            return _require_room(scope, room_id)

    def rooms_of(self, community: str, owner_id: str) -> list[str]:
        """See `LiveRecords.rooms_of`."""
        with self._reading(community) as scope:
            owner = find_people(scope, [owner_id]).get(owner_id)
            mine = ROOMS.c.owner == (-1 if owner is None else owner.ordinal)
            query = scope.select(ROOMS, ROOMS.c.id).where(mine).order_by(ROOMS.c.id)
            return [row.id for row in scope.fetch(query)]

    def hear(
        self, community: str, heard: Heard, *, now: Instant
    ) -> tuple[RoomRecord | None, list[Change]]:
        """See `LiveRecords.hear`."""
        with self._writing(community) as work:
            room = _by_stream(work, heard.stream)
            if room is None:
                return None, []
            standing = heard.move(room)
            if heard.player and standing.state != "ended":
                _play(work, room.id, heard.player, None if heard.plays else now)
            return room, self._move(work, room, standing, now)

    def silent_rooms(self, community: str, *, now: Instant) -> list[str]:
        """See `LiveRecords.silent_rooms`."""
        with self._reading(community) as scope:
            query = scope.select(ROOMS, ROOMS.c.id).where(ROOMS.c.due <= now)
            return [name for (name,) in scope.fetch(query.order_by(ROOMS.c.due, ROOMS.c.id))]

    def end_silent(self, community: str, rooms: Sequence[str], *, now: Instant) -> list[Change]:
        """See `LiveRecords.end_silent`."""
        changes = []
        with self._writing(community) as work:
            due = work.select(ROOMS).where(ROOMS.c.due <= now, ROOMS.c.id.in_(rooms))
            for row in work.fetch(due.order_by(ROOMS.c.due, ROOMS.c.id)):
                room = _record(work, row)
                changes += self._move(work, room, end(room.standing, now), now)
        return changes

    def room_orders(self, community: str, room_id: str) -> list[RoomOrder]:
        """See `LiveRecords.room_orders`."""
        with self._reading(community) as scope:
            room = _require_room(scope, room_id)
            if room.orders_from is None:
                return []
            query = scope.select(
                ORDERS, ORDERS.c.number, ORDERS.c.sale, ORDERS.c.receipt, ORDERS.c.slot
            )
            query = query.where(ORDERS.c.number >= room.orders_from).order_by(ORDERS.c.number)
            if room.orders_upto is not None:
                query = query.where(ORDERS.c.number < room.orders_upto)
            orders = [row for row in scope.fetch(query) if row.sale is not None or row.receipt >= 0]
            named = _sales_in(scope, {row.sale for row in orders if row.sale is not None}, room_id)
            units = _units(scope, [row.number for row in orders])
        return [
            RoomOrder(row.number, row.sale in named, row.receipt, row.slot, units[row.number])
            for row in orders
        ]

    def moves_of_orders(self, community: str, numbers: Sequence[int]) -> list[OrderEvent]:
        """See `LiveRecords.moves_of_orders`."""
        events: list[OrderEvent] = []
        with self._reading(community) as scope:
            for some in chunks(numbers):
                query = scope.select(ORDER_EVENTS).where(ORDER_EVENTS.c.number.in_(some))
                events += [event_of(row) for row in scope.fetch(query)]
        return sorted(events, key=lambda event: event.id)

    def room_event(self, community: str, number: int) -> RoomEvent:
        """See `LiveRecords.room_event`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(ROOM_EVENTS).where(ROOM_EVENTS.c.id == number))
        if row is None:
            raise UnknownError("event_unknown", "There is no such event in this community.")
        return RoomEvent(row.id, row.room, STATES[row.state], Instant(row.time))

    def order_event(self, community: str, number: int) -> OrderEvent:
        """See `LiveRecords.order_event`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(ORDER_EVENTS).where(ORDER_EVENTS.c.id == number))
        if row is None:
            raise UnknownError("event_unknown", "There is no such event in this community.")
        return event_of(row)

    def _move(self, work: Work, room: RoomRecord, standing: Standing, now: Instant) -> list[Change]:
        """Write how a room stands; its item comes and goes with it."""
        if standing == room.standing:
            return []
        stand(work, room.id, room.standing.state, standing, now)
        if standing.state == room.standing.state:
            return []
        owner = room.given.owner_id
        return self._write_item(work, room.id, room.given, owner, standing.state, now)

    def _write_item(
        self, work: Work, room_id: str, given: RoomIn, owner_id: str, state: RoomState, now: Instant
    ) -> list[Change]:
        shown = [(room_id, _item(given, owner_id, state))]
        write = ItemsWrite.begin(work, shown, now, self._project, self._person_draw)
        refused = write.plan_all(shown)
        if refused:
            raise refused[0].error
        return write.store()


def find_room(scope: Scope, room_id: str) -> RoomRecord | None:
    """Read one room."""
    row = scope.first(scope.select(ROOMS).where(ROOMS.c.id == room_id))
    return None if row is None else _record(scope, row)


def _require_room(scope: Scope, room_id: str) -> RoomRecord:
    room = find_room(scope, room_id)
    if room is None:
        raise UnknownError("room_unknown", f"There is no live room {room_id!r} here.")
    return room


def _by_stream(scope: Scope, stream: str) -> RoomRecord | None:
    """Return the room of a stream that has not ended, else the one that ended last."""
    query = scope.select(ROOMS).where(ROOMS.c.stream == stream)
    row = scope.first(query.order_by(ROOMS.c.state, ROOMS.c.ended.desc(), ROOMS.c.id).limit(1))
    return None if row is None else _record(scope, row)


def _record(scope: Scope, row: Any) -> RoomRecord:
    owner = names_of(scope, [row.owner]).get(row.owner)
    count = scope.select(PLAYS, func.count(), func.count(PLAYS.c.until))
    plays, over = scope.first(count.where(PLAYS.c.room == row.id))
    return RoomRecord(
        id=row.id,
        item=row.item,
        owner=row.owner,
        given=given_of(row, owner),
        stream=row.stream,
        standing=standing_of(row),
        viewers=plays - over,
        plays=row.plays + plays,
        orders_from=row.orders_from,
        orders_upto=row.orders_upto,
        created=Instant(row.created),
    )


def _play(work: Work, room_id: str, client: str, until: Instant | None) -> None:
    """Note a player that has come or gone; one that has gone does not come again."""
    mine = (PLAYS.c.room == room_id) & (PLAYS.c.client == client)
    known = work.first(work.select(PLAYS, PLAYS.c.until).where(mine))
    if known is None:
        work.insert(PLAYS, [{"room": room_id, "client": client, "until": until}])
    elif known.until is None and until is not None:
        work.run(work.update(PLAYS).where(mine).values(until=until))


def _owner(scope: Scope, given: RoomIn, room: RoomRecord | None) -> _Owner:
    if room is not None and not room.given.owner_id:
        raise GoneError("room_erased", "Its owner has been erased and it with them; open another.")
    known = find_people(scope, [app_id(given.owner_id, field="owner_id")]).get(given.owner_id)
    if room is not None and (known is None or known.ordinal != room.owner):
        problem = Problem("owner_id", "is fixed by the room's first write")
        raise InvalidError("owner_fixed", f"owner_id {problem.problem}.", (problem,))
    if known is None:
        problem = Problem("owner_id", "names nobody of this community; PUT the person first")
        raise UnknownError("person_unknown", f"There is no person {given.owner_id!r}.", (problem,))
    return _Owner(given.owner_id, known.ordinal, known.key)


def _require_pins(scope: Scope, given: RoomIn) -> None:
    known: set[str] = set()
    for some in chunks(given.products):
        query = scope.select(PRODUCTS, PRODUCTS.c.id).where(PRODUCTS.c.id.in_(some))
        known |= {row.id for row in scope.fetch(query)}
    for index, product_id in enumerate(given.products):
        if product_id not in known:
            problem = Problem(f"products[{index}]", "names no product of this community")
            raise UnknownError(
                "product_unknown", f"There is no product {product_id!r}.", (problem,)
            )


def _require_stream(scope: Scope, room_id: str, stream: str) -> None:
    """Refuse a stream's name that another room has which has not ended."""
    query = scope.select(ROOMS, ROOMS.c.id).where(
        ROOMS.c.stream == stream, ROOMS.c.id != room_id, ROOMS.c.state != STATES.index("ended")
    )
    taken = scope.first(query.limit(1))
    if taken is not None:
        problem = Problem("stream", f"is the room {taken.id!r}'s; choose another, or end that room")
        raise ConflictError("stream_taken", f"stream {problem.problem}.", (problem,))


def _require_free(scope: Scope, item_id: str) -> None:
    row = scope.first(scope.select(ITEMS, ITEMS.c.kind).where(ITEMS.c.id == item_id))
    if row is not None:
        problem = Problem("id", f"is that of a {row.kind}; choose another")
        raise ConflictError("item_taken", f"id {problem.problem}.", (problem,))


def _item(given: RoomIn, owner_id: str, state: RoomState) -> ItemIn:
    """Show a room as an item: a candidate while it is live."""
    return ItemIn(
        kind="live",
        author_id=owner_id,
        text=room_text(given.title, given.text),
        translations=room_translations(given),
        language=given.language,
        tags=given.tags,
        channels=given.channels,
        position=given.position,
        media=given.media,
        labels=given.labels,
        state=_ITEM_STATES[state],  # type: ignore[arg-type]  # a table of literals
    )


def _sales_in(scope: Scope, sales: set[str], room_id: str) -> set[str]:
    pairs = ((name, find_sale(scope, name)) for name in sorted(sales))
    return {name for name, sale in pairs if sale is not None and sale.given.where == room_id}


def _units(scope: Scope, numbers: Sequence[int]) -> dict[int, int]:
    units: dict[int, int] = {}
    for some in chunks(numbers):
        query = scope.select(ORDER_LINES, ORDER_LINES.c.number, func.sum(ORDER_LINES.c.quantity))
        query = query.where(ORDER_LINES.c.number.in_(some)).group_by(ORDER_LINES.c.number)
        units.update((row[0], int(row[1])) for row in scope.fetch(query))
    return units
