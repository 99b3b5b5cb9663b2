"""Bring candidates together from every source, each once, under the first source that brought it.

The order is the order of closeness: people alike, followed authors, then the lists (live, places, channels,
professions, new, trending), then taste. When the room is full the widest source loses, not the nearest.
"""

from typing import Any

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.outcomes import Source
from lodestone.traffic.decision import Codes, Rows


def gather(
    alike: Rows,
    taste: Ints,
    lists: Ints,
    posting_rows: Rows,
    posting_count: Rows,
    follows: Rows,
    recent: np.ndarray[Any, Any],
    stamp: Ints,
    epoch: int,
    out_row: Rows,
    out_source: Codes,
) -> int:
    """Write candidate rows and their sources; return how many there are.

    Args:
        alike: Shape (alike,). Item rows that people alike took to, each once.
        taste: Shape (near,). Item rows nearest to the viewer's vector, -1 padded.
        lists: Shape (lists, 3). Index of a posting list, its `Source`, the most to take of it.
        posting_rows: Shape (all lists, kept). Item rows, newest first.
        posting_count: Shape (all lists,). How many of them hold.
        follows: Shape (followed,). Author slots, -1 for one without posts.
        recent: Shape (authors,) of `AUTHOR`.
        stamp: Shape (items,). Scratch: the epoch at which a row was last taken.
        epoch: A number never used before with `stamp`.
        out_row: Shape (room,), written.
        out_source: Shape (room,), written.
    """
    near = recent["recent"][follows[follows >= 0]].ravel()
    parts = [(alike, int(Source.ALIKE)), (near[near >= 0], int(Source.FOLLOWED))]
    parts.extend(
        (posting_rows[index, : min(int(posting_count[index]), int(most))], int(source))
        for index, source, most in lists
    )
    parts.append((taste[taste >= 0], int(Source.TASTE)))
    rows = np.concatenate([rows for rows, _ in parts]).astype(np.int64)
    sources = np.concatenate([np.full(rows.size, source) for rows, source in parts])
    _, first = np.unique(rows, return_index=True)
    first.sort()
    first_places = first[: out_row.size]
    count = int(first_places.size)
    out_row[:count], out_source[:count] = rows[first_places], sources[first_places]
    stamp[rows[first_places]] = epoch
    return count


def collect(
    alike: Rows,
    taste: Ints,
    lists: Ints,
    posting_rows: Rows,
    posting_count: Rows,
    follows: Rows,
    recent: np.ndarray[Any, Any],
    stamp: Ints,
    epoch: int,
    around: bool,  # noqa: FBT001  kernels take no keywords
    out_row: Rows,
    out_source: Codes,
) -> int:
    """Do as `gather` and order what it found by item row.

    Args:
        alike: Shape (alike,); as `gather` takes it, and so are all but `around`.
        taste: Shape (near,).
        lists: Shape (lists, 3).
        posting_rows: Shape (all lists, kept).
        posting_count: Shape (all lists,).
        follows: Shape (followed,).
        recent: Shape (authors,) of `AUTHOR`.
        stamp: Shape (items,).
        epoch: A number never used before with `stamp`.
        around: Whether `alike` are the best of a circle: they come from neighbours then.
        out_row: Shape (room,), written.
        out_source: Shape (room,), written.
    """
    count = gather(
        alike,
        taste,
        lists,
        posting_rows,
        posting_count,
        follows,
        recent,
        stamp,
        epoch,
        out_row,
        out_source,
    )
    rows, sources = out_row[:count], out_source[:count]
    if around:
        sources[sources == Source.ALIKE] = Source.NEIGHBOURS
    order = np.argsort(rows, kind="stable")
    rows[:], sources[:] = rows[order], sources[order]
    return count
