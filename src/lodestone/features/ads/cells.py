"""A grid of degrees at three levels: which cells a circle may touch, and in which a point lies.

A cell lets through what may be inside; the circle itself is measured after that.
"""

from math import asin, cos, degrees, floor, radians, sin
from typing import Final, TypeAlias

from lodestone.base.geo import EARTH_RADIUS_KM

Cell: TypeAlias = int
"""Level, row and column in one number, see `_cell`; below 2**`CELL_BITS`."""
CELL_BITS: Final = 26
_SIZES: Final = (0.1, 1.0, 10.0)
"""Degrees; at the equator some 11, 111 and 1,110 km."""
_ROW_AT: Final = 12
"""Columns are fewer than 2**12, and so are rows."""
_LEVEL_AT: Final = 24
_CELLS_MAX: Final = 256
_MARGIN: Final = 1e-7
"""Degrees by which a circle's box is widened, against rounding."""


def cells_of(latitude: float, longitude: float) -> tuple[Cell, Cell, Cell]:
    """Return the cell of each level in which a point lies.

    >>> cells_of(26.38, 108.08) == (_cell(0, 1163, 2880), _cell(1, 116, 288), _cell(2, 11, 28))
    True
    """
    north, east = latitude + 90, longitude + 180
    return (
        floor(north / 0.1) << _ROW_AT | floor(east / 0.1) % 3600,
        1 << _LEVEL_AT | floor(north) << _ROW_AT | floor(east) % 360,
        2 << _LEVEL_AT | floor(north / 10) << _ROW_AT | floor(east / 10) % 36,
    )


def cover(latitude: float, longitude: float, radius_km: float) -> list[Cell] | None:
    """Return the cells that a circle may touch, on the first level where they are few; None where it reaches too far for that."""
    reach = radius_km / EARTH_RADIUS_KM
    low, high = latitude - degrees(reach) - _MARGIN, latitude + degrees(reach) + _MARGIN
    if low <= -90 or high >= 90 or sin(reach) >= cos(radians(latitude)):
        return None
    east = degrees(asin(sin(reach) / cos(radians(latitude)))) + _MARGIN
    for level, size in enumerate(_SIZES):
        rows = range(_row(low, size), _row(high, size) + 1)
        columns = range(_column(longitude - east, size), _column(longitude + east, size) + 1)
        if len(rows) * len(columns) <= _CELLS_MAX:
            around = _columns(size)
            return [_cell(level, row, column % around) for row in rows for column in columns]
    return None


def _cell(level: int, row: int, column: int) -> Cell:
    return level << _LEVEL_AT | row << _ROW_AT | column


def _row(latitude: float, size: float) -> int:
    return floor((latitude + 90) / size)


def _column(longitude: float, size: float) -> int:
    return floor((longitude + 180) / size)


def _columns(size: float) -> int:
    return round(360 / size)
