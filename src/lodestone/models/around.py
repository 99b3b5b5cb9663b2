"""The terms of `models.nearby`, plainly; `around_kernel` holds the compiled twins."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.geo import distances_km

NEAREST_KM: Final = 0.1
"""Added to every distance: what lies nearer than this lies here."""
ONWARD: Final = 20.0
"""A twentieth of those who went on is one unit of evidence."""
LIVE: Final = 1


def distances(
    latitude: float, longitude: float, latitudes: NDArray[Any], longitudes: NDArray[Any]
) -> Floats:
    """Return kilometres from one point to many, shape (points,)."""
    return distances_km(latitude, longitude, latitudes, longitudes)


def haunts(
    items: np.ndarray,
    rows: Ints,
    home_latitude: float,
    home_longitude: float,
    apart_km: float,
    out: Floats,
) -> int:
    """Write where somebody often is, home first, then their newest places that lie apart; return how many.

    Args:
        items: Shape (items,) with `latitude` and `longitude`.
        rows: Shape (deeds,). Items with a place, newest first.
        home_latitude: NaN where it is unknown.
        home_longitude: See `home_latitude`.
        apart_km: What lies nearer to one that is written than this is the same.
        out: Shape (most, 2), written.
    """
    count = 0
    if not np.isnan(home_latitude):
        out[0], count = (home_latitude, home_longitude), 1
    for row in rows.tolist():
        here = float(items["latitude"][row]), float(items["longitude"][row])
        if count == out.shape[0]:
            break
        if not count or distances(*here, out[:count, 0], out[:count, 1]).min() >= apart_km:
            out[count] = here
            count += 1
    return count


def inside(
    items: np.ndarray, rows: Ints, marks: Ints, base: int, area: tuple[float, float, float]
) -> int:
    """Move the rows that are live, not marked and within a circle to the front, in their order; return how many."""
    latitude, longitude, radius = area
    away = distances(latitude, longitude, items["latitude"][rows], items["longitude"][rows])
    eligible = rows[(away <= radius) & (marks[rows] <= base) & (items["state"][rows] == LIVE)]
    rows[: eligible.size] = eligible
    return int(eligible.size)


def terms(
    items: np.ndarray,
    rows: NDArray[np.integer],
    latitude: float,
    longitude: float,
    areas: Floats,
    place: NDArray[np.int32],
    popular: NDArray[np.float32],
    mean_popular: float,
    onward: NDArray[np.int32],
    share: Floats,
    lift: NDArray[np.int8],
    hour: int,
    weekday: int,
    lift_unit: float,
    out: Floats,
) -> None:
    """Write the terms of rows, see `models.nearby`.

    Args:
        items: Shape (items,) with `latitude` and `longitude`.
        rows: Shape (rows,). Items with a place.
        latitude: Where the viewer stands.
        longitude: The same.
        areas: Shape (haunts, 2). Where the viewer often is.
        place: Shape (items known then,). The index of an item in `lift`, -1 for none.
        popular: Shape (items known then,). log(1 + deeds / their mean).
        mean_popular: Mean of deeds over the circle, in the same unit; above 0.
        onward: Shape (next,). Items that people go on to from here.
        share: Shape (next,). How many of them.
        lift: Shape (lists, 24 + 7). Lifts of hours and weekdays.
        hour: The hour of the day.
        weekday: 0 is Monday.
        lift_unit: Logits of a lift of 1.
        out: Shape (6, rows), written.
    """
    out[:] = 0.0
    wide, high = items["latitude"][rows], items["longitude"][rows]
    out[0] = -np.log(distances(latitude, longitude, wide, high) + NEAREST_KM)
    old = rows < popular.size
    deeds = np.expm1(popular[rows[old]].astype(np.float64))
    out[1, old] = np.log1p(deeds / mean_popular)
    if areas.shape[0]:
        each = [distances(area[0], area[1], wide, high) for area in areas.tolist()]
        out[2] = -np.log(np.min(each, axis=0) + NEAREST_KM)
    for row, part in zip(onward.tolist(), share.tolist(), strict=True):
        out[3, rows == row] = np.log1p(ONWARD * part)
    known = np.flatnonzero(rows < place.size)
    index = place[rows[known]]
    known, index = known[index >= 0], index[index >= 0]
    out[4, known] = lift[index, hour] * lift_unit
    out[5, known] = lift[index, 24 + weekday] * lift_unit
