"""Grids of posts on pages about people: newest first, a page at a time, with a cursor that survives new posts.

Which posts there are is read from the serving state; their words and pictures from the records, in a thread of theirs.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.list_page import ListPage, encode_after
from lodestone.base.wire import TimeText, time_text
from lodestone.console.reader import words_of
from lodestone.content.item import Media
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.history import LIKED
from lodestone.features.layout import KINDS, LABELS, STATES
from lodestone.services import use_cases
from lodestone.services.community.community import Engine

GRID: Final = 24
"""Posts of one page of a grid."""
_LIKE: Final = OUTCOMES.index("like")
_TEXT_MAX: Final = 140
_LIVE: Final = STATES.index("live")
_DROP: Final = LABELS.index("drop")


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """A post in a grid."""

    item_id: str
    kind: str
    text: str
    """Its beginning."""
    language: str | None
    media: Media | None
    """Its first picture."""
    likes: int
    created_at: TimeText


class Tiles(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a grid."""

    data: list[Tile]
    next_cursor: str | None


def posted(engine: Engine, person: int, cursor: str | None) -> Tiles:
    """Return a page of what a person posted, newest first; drafts, withdrawn and dropped ones are left out.

    Args:
        engine: The community's.
        person: The author's row.
        cursor: `next_cursor` of the page before.

    Raises:
        InvalidError: `cursor_invalid`.
    """
    items = engine.state.items[: engine.state.item_count]
    rows = np.flatnonzero((items["owner"] == person) & _shown(items))
    return _page(engine, rows[np.lexsort((-rows, -items["created"][rows]))], cursor)


def liked(engine: Engine, person: int, cursor: str | None) -> Tiles:
    """Return a page of what a person likes, the latest like first; raises as `posted`."""
    rows, times, marks = engine.state.history.deeds(person)
    likes = marks & LIKED > 0
    rows, times = rows[likes], times[likes]
    order = np.lexsort((-rows, -times))
    _, first = np.unique(rows[order], return_index=True)
    rows = rows[order][np.sort(first)]
    count = engine.state.item_count
    rows = rows[rows < count]
    return _page(engine, rows[_shown(engine.state.items[:count][rows])], cursor)


def saved(engine: Engine, viewer: str, cursor: str | None) -> Tiles:
    """Return a page of what a viewer saved, the latest first, but for what is not to be shown any more."""
    names, follows = use_cases.saved(engine).page(viewer, GRID, cursor)
    rows = np.array([engine.directory.item_row(name) for name in names], np.int64)
    rows = rows[(rows >= 0) & (rows < engine.state.item_count)]
    here = rows[_shown(engine.state.items[rows])]
    return Tiles(data=_tiles(engine, here.tolist()), next_cursor=follows)


def _shown(items: NDArray[np.void]) -> NDArray[np.bool_]:
    visible: NDArray[np.bool_] = (items["state"] == _LIVE) & (items["label"] != _DROP)
    return visible


def _page(engine: Engine, rows: NDArray[np.int64], cursor: str | None) -> Tiles:
    """Cut a page out of rows in order; the cursor is the last row shown."""
    after = ListPage(GRID, cursor).number
    if after is not None:
        at = np.flatnonzero(rows == after)
        rows = rows[int(at[0]) + 1 :] if at.size else rows[:0]
    shown = rows[:GRID].tolist()
    follows = encode_after(shown[-1]) if rows.size > GRID else None
    return Tiles(data=_tiles(engine, shown), next_cursor=follows)


def _tiles(engine: Engine, rows: Sequence[int]) -> list[Tile]:
    state, names = engine.state, [engine.directory.item_id(row) for row in rows]
    records = use_cases.stored(engine).items_called(names)
    tiles = []
    for row, name in zip(rows, names, strict=True):
        record = records.get(name)
        if record is None:  # erased while the page was read
            continue
        given, words = record.given, words_of(record.given)
        likes = int(state.item_ring[row, :, _LIKE].sum() + state.item_old[row, _LIKE])
        pictures = (medium for medium in given.media if medium.type.startswith("image/"))
        tiles.append(
            Tile(
                item_id=name, kind=KINDS[state.items[row]["kind"]], text=words.text[:_TEXT_MAX],
                language=words.language, media=next(pictures, None), likes=likes,
                created_at=time_text(record.created),
            )
        )  # fmt: skip
    return tiles
