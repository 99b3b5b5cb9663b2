"""Live rooms of one community: opened by the app, moved by the streaming server and by time."""

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import parse_qs

from lodestone.base.clock import Clock, Instant
from lodestone.base.errors import ConflictError
from lodestone.base.signed import keyed_tag, same
from lodestone.base.wire import Money, time_text
from lodestone.commerce.life import Transition
from lodestone.commerce.live import (
    CURES,
    Figures,
    LiveRefusal,
    RoomIn,
    RoomOut,
    SaleFact,
    SalesMinute,
    SalesOut,
    SrsAnswer,
    SrsCall,
    Standing,
    by_minute,
    heard,
    in_all,
    published,
    refused,
    unpublished,
)
from lodestone.content import Community
from lodestone.services.support.failures import Failures
from lodestone.services.support.record_writes import Writes
from lodestone.stores.commerce.types import OrderEvent
from lodestone.stores.live.types import Heard, RoomOrder, RoomRecord
from lodestone.stores.ports import Records

SILENCE: Final = "rooms"
"""The job of ending rooms that have been silent for too long."""
FINE: Final = SrsAnswer(code=0)
_GIVES_BACK: Final = (
    Transition.REFUND_PART,
    Transition.REFUND_WHOLE,
    Transition.CANCEL,
    Transition.EXPIRE,
)
_REFUSALS: Final = {refusal.name.lower(): refusal for refusal in LiveRefusal}


class Live:
    """Use cases of live rooms. Called on the event loop's thread only."""

    def __init__(
        self,
        community: Community,
        records: Records,
        writes: Writes,
        clock: Clock,
        failures: Failures,
        item_of: Callable[[int, int], int | None],
    ) -> None:
        """Take what rooms need.

        Args:
            community: Whose rooms they are.
            records: Where they are kept.
            writes: By which log and state hear of them.
            clock: The community's.
            failures: Of what time brings about.
            item_of: Gives the row of the item that a receipt's slot showed, None when no such slot was served.
        """
        self._writes = writes
        self._clock = clock
        self._failures = failures
        self._records = records
        self._community = community
        self._item_of = item_of

    @property
    def token(self) -> str:
        """Return what the streaming server's callbacks carry in their address."""
        return "srs_" + _derived(self._community.secret, b"", purpose=b"srs hook")

    async def put(self, room_id: str, given: RoomIn) -> tuple[RoomOut, bool]:
        """Make or replace a room; return it with its stream's key, and whether it is new."""
        community, now = self._community.id, self._clock.now()
        new, _ = await self._writes.do(
            lambda: self._records.put_room(community, room_id, given, now=now),
            lambda made: made[1],
        )
        return await self._records.threads.read(self.room, room_id, key=True), new

    def room(self, room_id: str, *, key: bool = False) -> RoomOut:
        """Return one room, with its stream's key for whoever may write it. Raises UnknownError."""
        room = self._records.room(self._community.id, room_id)
        stream_key = self._key(room_id) if key else None
        return _room_out(room, stream_key)

    async def hear(self, call: SrsCall) -> SrsAnswer:
        """Take in a callback of SRS. Again, late or out of order it does no harm.

        Returns:
            Code 0, or a `LiveRefusal`'s number: SRS then cuts the encoder or player off.
        """
        move = self._move_of(call)
        if move is None:
            return FINE
        try:
            room, _ = await self._writes.do(
                lambda: self._records.hear(self._community.id, move, now=self._clock.now()),
                lambda heard: heard[1],
            )
        except ConflictError as error:
            refusal = _REFUSALS.get(error.code)
            if refusal is None:
                raise
            return _refusal(refusal)
        return FINE if room is not None else _refusal(LiveRefusal.STREAM_UNKNOWN)

    def _move_of(self, call: SrsCall) -> Heard | None:
        """Say what a callback does to a room, None for one that concerns no room."""
        client, now = str(call.client_id), self._clock.now()

        def publish(room: RoomRecord) -> Standing:
            if not same(_key_told(call), self._key(room.id).encode()):
                raise refused(LiveRefusal.STREAM_KEY_WRONG, "param")
            moved = published(room.standing, client, now, room.given.silence_seconds)
            if isinstance(moved, LiveRefusal):
                raise refused(moved, "stream")
            return moved

        def unpublish(room: RoomRecord) -> Standing:
            return unpublished(room.standing, client, now, room.given.silence_seconds)

        def play(room: RoomRecord) -> Standing:
            if room.standing.state == "ended":
                raise refused(LiveRefusal.ROOM_ENDED, "stream")
            return heard(room.standing, now, room.given.silence_seconds)

        def stop(room: RoomRecord) -> Standing:
            return heard(room.standing, now, room.given.silence_seconds)

        def segment(room: RoomRecord) -> Standing:
            return heard(room.standing, now, room.given.silence_seconds, segment=True)

        return {
            "on_publish": Heard(call.stream, publish),
            "on_unpublish": Heard(call.stream, unpublish),
            "on_play": Heard(call.stream, play, client, plays=True),
            "on_stop": Heard(call.stream, stop, client),
            "on_hls": Heard(call.stream, segment),
        }.get(call.action)

    async def tick(self) -> None:
        """End the rooms that have been silent for too long."""
        community, records = self._community.id, self._records
        silent = await records.threads.write(records.silent_rooms, community, now=self._clock.now())

        async def end(rooms: Sequence[str]) -> None:
            now = self._clock.now()
            await self._writes.publish(lambda: records.end_silent(community, rooms, now=now))

        await self._failures.each(SILENCE, silent, end)

    def sales(self, room_id: str) -> SalesOut:
        """Report what a room sold, minute by minute. Raises UnknownError.

        An order is a room's if it was taken while the room was live, and either in a sale that names
        the room or from a slot that showed it. It counts in the minute in which it was paid, and what
        goes back in the minute in which it does.
        """
        room = self._records.room(self._community.id, room_id)
        candidates = self._records.room_orders(self._community.id, room_id)
        mine = [
            candidate for candidate in candidates if candidate.in_sale or self._led(candidate, room)
        ]
        numbers = [room.number for room in mine]
        moves = self._records.moves_of_orders(self._community.id, numbers)
        facts = sale_facts(mine, moves)
        figures = in_all(facts)
        return SalesOut(
            room_id=room_id,
            reserved=len(mine),
            orders=figures.orders,
            units=figures.units,
            money=self._money(figures.paid),
            refunded=self._money(figures.back),
            minutes=tuple(self._minute(at, figures) for at, figures in by_minute(facts)),
        )

    def _led(self, order: RoomOrder, room: RoomRecord) -> bool:
        return order.receipt >= 0 and self._item_of(order.receipt, order.slot) == room.item

    def _minute(self, at: Instant, figures: Figures) -> SalesMinute:
        return SalesMinute(
            at=time_text(at),
            orders=figures.orders,
            units=figures.units,
            money=self._money(figures.paid),
            refunded=self._money(figures.back),
        )

    def _money(self, micros: int) -> Money:
        return Money(micros, self._community.currency)

    def _key(self, room_id: str) -> str:
        return _derived(self._community.secret, room_id.encode(), purpose=b"stream key")


def sale_facts(orders: Sequence[RoomOrder], moves: Sequence[OrderEvent]) -> list[SaleFact]:
    """Read the moves of some orders as money taken and given back, in the order they were made."""
    units = {order.number: order.units for order in orders}
    given_back: dict[int, int] = {}
    facts = []
    for move in moves:
        amount = move.amount or 0
        if move.move is Transition.PAY:
            given_back[move.number] = amount
            facts.append(SaleFact(move.time, units[move.number], amount, 0))
        elif move.move in _GIVES_BACK and move.number in given_back:
            # Cancellations written by earlier versions name the order's total, whatever had gone back before.
            back = min(amount, given_back[move.number])
            given_back[move.number] -= back
            facts.append(SaleFact(move.time, 0, 0, back))
    return facts


def _key_told(call: SrsCall) -> bytes:
    """Return the key that an encoder came with, in either half of its address."""
    before = call.tc_url.partition("?")[2]
    for query in (call.param.removeprefix("?"), before):
        keys = parse_qs(query).get("key")
        if keys:
            return keys[-1].encode("utf-8", "replace")
    return b""


def _refusal(refusal: LiveRefusal) -> SrsAnswer:
    return SrsAnswer(code=refusal.value, reason=CURES[refusal])


def _derived(secret: bytes, what: bytes, *, purpose: bytes) -> str:
    return keyed_tag(secret, what, size=16, purpose=purpose).hex()


def _room_out(room: RoomRecord, stream_key: str | None) -> RoomOut:
    given, standing = room.given, room.standing
    return RoomOut(
        id=room.id,
        owner_id=given.owner_id or None,
        title=given.title,
        text=given.text,
        language=given.language,
        tags=given.tags,
        channels=given.channels,
        position=given.position,
        media=given.media,
        products=given.products,
        stream=room.stream,
        stream_key=stream_key,
        silence_seconds=given.silence_seconds,
        state=standing.state,
        publishing=bool(standing.publishers),
        viewers=room.viewers,
        plays=room.plays,
        started_at=_time(standing.started),
        ended_at=_time(standing.ended),
        ends_unless_heard_at=_time(standing.due),
        created_at=time_text(room.created),
        translations=given.translations,
    )


def _time(instant: Instant | None) -> str | None:
    return None if instant is None else time_text(instant)
