"""How live rooms lie in their table. See `schema`."""

from typing import Any, Final

import msgspec
from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.commerce.live import STATES, RoomIn, RoomState, Standing
from lodestone.stores.commerce.schema import ORDERS
from lodestone.stores.live.schema import PLAYS, ROOM_EVENTS, ROOMS
from lodestone.stores.records.work import Work
from lodestone.stores.sql.encryption import Seal, open_unsealed, unsealed

DOC: Final = b"live_rooms.doc"
NOBODY: Final = "-"
"""Stands for the owner in a stored room, which names them by ordinal only."""
_ROOM: Final = msgspec.msgpack.Decoder(RoomIn)
_CLIENTS: Final = msgspec.msgpack.Decoder(tuple[str, ...])
_ENCODE: Final = msgspec.msgpack.Encoder().encode


class _Stopped(msgspec.Struct, frozen=True):
    """Connections that publish no more; see `commerce.live.Standing`."""

    gone: tuple[str, ...]
    overtaken: tuple[str, ...]


_STOPPED: Final = msgspec.msgpack.Decoder(tuple[str, ...] | _Stopped)
"""Before there was `overtaken`, `gone` was stored alone."""


def doc_of(given: RoomIn, key: bytes) -> bytes:
    """Store what an app sent of a room, sealed under its owner's key."""
    stored = msgspec.structs.replace(given, owner_id=NOBODY, state=None)
    return Seal(key).seal(_ENCODE(stored), what=DOC)


def emptied_doc() -> bytes:
    """Return what is left of a room whose owner has been erased."""
    return unsealed(_ENCODE(RoomIn(owner_id=NOBODY, title="closed")))


def given_of(row: Any, owner: tuple[str, bytes] | None) -> RoomIn:
    """Read what an app sent of a room; owner: their id and key, None once they are erased."""
    if owner is None:
        return msgspec.structs.replace(_ROOM.decode(open_unsealed(row.doc)), owner_id="")
    given = _ROOM.decode(Seal(owner[1]).open(row.doc, what=DOC))
    return msgspec.structs.replace(given, owner_id=owner[0])


def standing_of(row: Any) -> Standing:
    """Read how a room stands."""
    stopped = _STOPPED.decode(row.gone)
    if isinstance(stopped, tuple):
        stopped = _Stopped(stopped, ())
    return Standing(
        STATES[row.state],
        row.started,
        row.ended,
        row.due,
        _CLIENTS.decode(row.publishers),
        stopped.gone,
        stopped.overtaken,
        row.pulsing,
    )


def insert_room(work: Work, values: dict[str, object]) -> None:
    """Write a new room, a draft."""
    nobody = _ENCODE(())
    standing = {"state": 0, "publishers": nobody, "gone": nobody, "pulsing": False, "plays": 0}
    work.insert(ROOMS, [{**standing, **values}])


def stand(work: Work, room_id: str, before: RoomState, room: Standing, now: Instant) -> None:
    """Write how a room stands, and note the state that it came into."""
    values: dict[str, object] = {
        "state": STATES.index(room.state),
        "started": room.started,
        "ended": room.ended,
        "due": room.due,
        "publishers": _ENCODE(room.publishers),
        "gone": _ENCODE(_Stopped(room.gone, room.overtaken)),
        "pulsing": room.pulsing,
    }
    if room.state != before:
        newest = work.first(work.select(ORDERS, func.max(ORDERS.c.number)))[0]
        border = {"live": "orders_from", "ended": "orders_upto"}[room.state]
        values[border] = (newest or 0) + 1
        last = work.first(work.select(ROOM_EVENTS, func.max(ROOM_EVENTS.c.id)))[0]
        note = {"id": (last or 0) + 1, "room": room_id, "state": STATES.index(room.state)}
        work.insert(ROOM_EVENTS, [{**note, "time": now}])
    if room.state == "ended" and before != "ended":
        values["plays"] = ROOMS.c.plays + work.run(
            work.delete(PLAYS).where(PLAYS.c.room == room_id)
        )
    work.run(work.update(ROOMS).where(ROOMS.c.id == room_id).values(**values))
