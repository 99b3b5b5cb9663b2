"""A grid of degrees at three levels: which cells a circle may touch, and in which a point lies.

A cell lets through what may be inside; the circle itself is measured after that.
"""

from math import asin, cos, degrees, floor, radians, sin
from typing import Final, TypeAlias

from lodestone.base.geo import EARTH_RADIUS_KM

Cell: TypeAlias = tuple[int, int, int]
"""Level, row and column."""
_SIZES: Final = (0.1, 1.0, 10.0)
"""Degrees; at the equator some 11, 111 and 1,110 km."""
_CELLS_MAX: Final = 256
_MARGIN: Final = 1e-7
"""Degrees by which a circle's box is widened, against rounding."""


def cells_of(latitude: float, longitude: float) -> list[Cell]:
    """Return the cell of each level in which a point lies.

    >>> cells_of(26.38, 108.08)
    [(0, 1163, 2880), (1, 116, 288), (2, 11, 28)]
    """
    return [
        (level, _row(latitude, size), _column(longitude, size) % _columns(size))
        for level, size in enumerate(_SIZES)
    ]


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
            return [(level, row, column % around) for row in rows for column in columns]
    return None


def _row(latitude: float, size: float) -> int:
    return floor((latitude + 90) / size)


def _column(longitude: float, size: float) -> int:
    return floor((longitude + 180) / size)


def _columns(size: float) -> int:
    return round(360 / size)
