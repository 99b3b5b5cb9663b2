"""A creator's own posts, as they are named for an order."""

from datetime import datetime

from lodestone.console.assignments.said import title_of
from lodestone.console.creator.desk import Desk
from lodestone.console.viewer.post_grid import posted


def own_posts(here: Desk) -> list[tuple[str, str]]:
    """Return the creator's newest posts that were named for no order, each with its day and its beginning; in a thread."""
    directory = here.engine.directory
    taken = here.reads.taken_items(here.person_id)
    tiles = posted(here.engine, directory.person_row(here.person_id), None).data
    return [
        (tile.item_id, f"{_day(here, tile.created_at)} · {title_of(tile.text) or tile.item_id}")
        for tile in tiles
        if tile.kind != "product" and directory.item_row(tile.item_id) not in taken
    ]


def _day(here: Desk, time: str) -> str:
    return here.speech.day(f"{here.speech.local(datetime.fromisoformat(time)):%Y-%m-%d}")
