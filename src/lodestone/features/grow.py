"""Columns that grow where they stand.

A copy of half a gigabyte stands the serving thread still for a tenth of a second. A column of some size is therefore laid
at the beginning of a stretch of addresses that nothing else may use: to grow is to look at more of it. The system gives
memory to a page when it is first written, so that addresses cost nothing; where they are counted or limited they do, and
whoever starts the process says so (`grow_in_place`). Otherwise a column doubles by a copy.
"""

import mmap
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Kind = TypeVar("Kind", bound=np.generic)

MOVES_AT: Final = 1 << 20
"""From so many bytes on a column is laid where it can grow; the one copy this takes is short."""
RESERVED: Final = 1 << 36
"""Bytes of addresses for each such column."""
_STEP: Final = 1 << 25
"""A column that grows where it stands becomes longer by so many bytes at most, unless more is asked for."""
_WITHOUT_SWAP: Final = getattr(mmap, "MAP_NORESERVE", 0x4000)
_FLAGS: Final = getattr(mmap, "MAP_PRIVATE", 0) | getattr(mmap, "MAP_ANONYMOUS", 0) | _WITHOUT_SWAP


class _Addresses:
    """Whether this process may take as many addresses as it likes."""

    free = False


def grow_in_place(allowed: bool) -> bool:  # noqa: FBT001  a switch
    """Let columns that grow from now on take addresses of their own, or copy; return what held before."""
    before, _Addresses.free = _Addresses.free, allowed
    return before


def grown(column: NDArray[Kind], rows: int, empty: int = 0) -> NDArray[Kind]:
    """Return the column, or a longer one when it has fewer than `rows` rows.

    What the column was is part of what is returned, or a copy of it: keep no reference to it.

    Args:
        column: Shape (rows before, ...).
        rows: At least so many there will be.
        empty: What new rows are filled with.
    """
    before = column.shape[0]
    if rows <= before:
        return column
    room = _room_of(column)
    if room is not None and rows <= room.shape[0]:
        each = max(1, column.nbytes // max(1, before))
        longer = room[: min(room.shape[0], max(rows, before + min(before, _STEP // each)))]
    else:
        size = max(rows, 2 * before)
        longer = _fresh(column, size)
        longer[:before] = column
    if empty:
        longer[before:] = empty
    return longer


def _room_of(column: NDArray[Kind]) -> NDArray[Kind] | None:
    """Return all of the room that a column was laid in, None for one that stands alone."""
    base = column.base
    while isinstance(base, np.ndarray):
        if isinstance(base.base, memoryview):  # of a stretch of `_reserved`
            return np.frombuffer(base.base, column.dtype).reshape(-1, *column.shape[1:])
        base = base.base
    return None


def _fresh(like: NDArray[Kind], rows: int) -> NDArray[Kind]:
    """Return zeros of shape (rows, ...), with room to grow where there is a lot of it and the system gives addresses."""
    shape: tuple[int, ...] = (rows, *like.shape[1:])
    each = like.dtype.itemsize * int(np.prod(like.shape[1:], dtype=np.int64))
    if _Addresses.free and MOVES_AT <= rows * each <= RESERVED:
        mapped = _reserved(RESERVED - RESERVED % each)
        if mapped is not None:
            whole: NDArray[Any] = np.frombuffer(mapped, like.dtype).reshape(-1, *like.shape[1:])
            return whole[:rows]
    return np.zeros(shape, like.dtype)


def _reserved(size: int) -> mmap.mmap | None:
    """Return so many bytes of addresses without memory; None where the system gives none, such as under a limit."""
    try:
        return mmap.mmap(-1, size, flags=_FLAGS)
    except (OSError, ValueError, TypeError):  # TypeError: a system whose maps take no flags
        return None
