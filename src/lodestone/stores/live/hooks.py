"""What live rooms do within a write of people and items. See `records.hooks`."""

from collections.abc import Sequence
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, Problem
from lodestone.commerce.live import end
from lodestone.stores.live.rows import emptied_doc, stand, standing_of
from lodestone.stores.live.schema import ROOMS
from lodestone.stores.records.hooks import SubjectHooks
from lodestone.stores.records.work import Work
from lodestone.stores.sql.scope import Scope, chunks

_CURE: Final = "is a live room's; PUT /v1/live/{id} instead"


def rooms_among(scope: Scope, item_ids: Sequence[str]) -> dict[str, ConflictError]:
    """Return those of some item ids that are a room's, each with the refusal to write it as an item."""
    refused: dict[str, ConflictError] = {}
    for some in chunks(item_ids):
        query = scope.select(ROOMS, ROOMS.c.id).where(ROOMS.c.id.in_(some))
        for row in scope.fetch(query):
            problem = Problem("id", _CURE)
            refused[row.id] = ConflictError("item_of_room", f"id {_CURE}.", (problem,))
    return refused


def close_rooms(work: Work, owner: int, now: Instant) -> None:
    """End and empty the rooms of one owner; their items are the items' part."""
    for row in work.fetch(work.select(ROOMS).where(ROOMS.c.owner == owner)):
        standing = standing_of(row)
        stand(work, row.id, standing.state, end(standing, now), now)
        values = {"doc": emptied_doc(), "stream": f"erased {row.item}"}
        work.run(work.update(ROOMS).where(ROOMS.c.id == row.id).values(**values))


LIVE_HOOKS: Final = SubjectHooks(close_rooms, rooms_among)
