"""What becomes of somebody's live rooms when they are erased: they end, and nothing in them is left."""

from lodestone.base.clock import Instant
from lodestone.commerce.live import end
from lodestone.stores.live.rows import emptied_doc, stand, standing_of
from lodestone.stores.live.schema import ROOMS
from lodestone.stores.sql.base import Work


def close_rooms(work: Work, owner: int, *, now: Instant) -> None:
    """End and empty the rooms of one owner; their items are the items' part."""
    for row in work.fetch(work.select(ROOMS).where(ROOMS.c.owner == owner)):
        standing = standing_of(row)
        stand(work, row.id, standing.state, end(standing, now), now)
        values = {"doc": emptied_doc(), "stream": f"erased {row.item}"}
        work.run(work.update(ROOMS).where(ROOMS.c.id == row.id).values(**values))
