"""Columns that double when they are full."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)


def grown(column: NDArray[Kind], rows: int, empty: int = 0) -> NDArray[Kind]:
    """Return the column, or a copy at least twice as long when it has fewer than `rows` rows."""
    if rows <= column.shape[0]:
        return column
    size = max(rows, 2 * column.shape[0])
    room = np.zeros((size, *column.shape[1:]), column.dtype)
    if empty:
        room[...] = empty
    room[: column.shape[0]] = column
    return room
