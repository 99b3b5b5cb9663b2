"""Columns that maintenance derives from counters and rows: no fact names them, and they may be worked out anew at any time."""

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.features.layout import LOGIT_AT, lanes
from lodestone.features.state import State

Derived = Literal["logit", "need", "promises", "quality_low"]
"""A derived column of `State.items`."""
ITEM_COLUMNS: Final[tuple[Derived, ...]] = ("need", "promises", "quality_low", "logit")


def put_items(state: State, column: Derived, rows: Ints | slice, values: NDArray[Any]) -> None:
    """Write one column of some items.

    Args:
        state: The serving state.
        column: Which.
        rows: Shape (items,), or a range of rows.
        values: Shape (items,) or, of `logit`, (items, outcomes).
    """
    state.items[column][rows] = values


def logit_floats(state: State) -> tuple[NDArray[np.float32], int]:
    """Return all items as rows of float32, and where the logits begin in a row, for a kernel that writes them."""
    floats, _ = lanes(state.items)
    return floats, LOGIT_AT


def fill_items(state: State, items: NDArray[Any]) -> None:
    """Write every derived column of the first items, shape (items,), of `layout.ITEM`, as a snapshot holds them."""
    for column in ITEM_COLUMNS:
        put_items(state, column, slice(0, items.size), items[column])


def put_authors(state: State, columns: Mapping[str, Floats | Bools | int]) -> None:
    """Write derived columns of all authors, each of shape (authors,) or one value for all."""
    authors = state.authors[: state.author_count]
    for column, values in columns.items():
        authors[column] = values


def put_quiet(state: State, quiet: Floats) -> None:
    """Write what share of each counter is not of heavy users; shape (counters,), each in [0, 1]."""
    state.quiet = np.asarray(quiet)
