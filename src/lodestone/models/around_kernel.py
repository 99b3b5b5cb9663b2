"""Compiled twin of `models.around`."""

import math

import numba

from lodestone.base.arrays import Array, Number
from lodestone.traffic.filters_kernel import distance_km, within

_NEAREST_KM = 0.1
_ONWARD = 20.0


@numba.njit(cache=True)
def haunts(
    items: Array,
    rows: Array,
    home_latitude: Number,
    home_longitude: Number,
    apart_km: Number,
    out: Array,
) -> Number:
    """See `lodestone.models.around.haunts`."""
    count = 0
    if not math.isnan(home_latitude):
        out[0, 0], out[0, 1] = home_latitude, home_longitude
        count = 1
    for k in range(rows.size):
        if count == out.shape[0]:
            break
        latitude = float(items[rows[k]].latitude)
        longitude = float(items[rows[k]].longitude)
        apart = True
        for n in range(count):
            if distance_km(latitude, longitude, out[n, 0], out[n, 1]) < apart_km:
                apart = False
                break
        if apart:
            out[count, 0], out[count, 1] = latitude, longitude
            count += 1
    return count


@numba.njit(cache=True)
def inside(items: Array, rows: Array, marks: Array, base: Number, area: Array) -> Number:
    """See `lodestone.models.around.inside`."""
    latitude, longitude, radius = area
    cosine = math.cos(latitude * math.pi / 180.0)
    touched, count = 0, 0
    for n in range(rows.size):  # ask for every row's lines at once: the misses overlap
        touched += items[rows[n]].state + marks[rows[n]]
    for n in range(rows.size):
        row = rows[n]
        if marks[row] > base or items[row].state != 1 or math.isnan(items[row].latitude):
            continue
        if within(latitude, longitude, cosine, items[row].latitude, items[row].longitude, radius):
            rows[count] = row
            count += 1
    return count


@numba.njit(cache=True)
def terms(
    items: Array,
    rows: Array,
    latitude: Number,
    longitude: Number,
    areas: Array,
    place: Array,
    popular: Array,
    mean_popular: Number,
    onward: Array,
    share: Array,
    lift: Array,
    hour: Number,
    weekday: Number,
    lift_unit: Number,
    out: Array,
) -> None:
    """See `lodestone.models.around.terms`."""
    rad = math.pi / 180.0
    for n in range(rows.size):
        row = rows[n]
        wide, high = float(items[row].latitude), float(items[row].longitude)
        out[0, n] = -math.log(distance_km(latitude, longitude, wide, high) + _NEAREST_KM)
        out[1, n] = out[2, n] = out[3, n] = out[4, n] = out[5, n] = 0.0
        if row < popular.size:
            out[1, n] = math.log1p(math.expm1(float(popular[row])) / mean_popular)
        if areas.shape[0]:
            # The nearest by half chords: their order is that of distances, and one arc is enough.
            least, cosine = 2.0, math.cos(wide * rad)
            for k in range(areas.shape[0]):
                a = math.sin((areas[k, 0] - wide) * rad / 2.0)
                b = math.sin((areas[k, 1] - high) * rad / 2.0)
                half = a * a + cosine * math.cos(areas[k, 0] * rad) * b * b
                least = min(least, half)
            away = 2.0 * 6371.0088 * math.asin(min(1.0, math.sqrt(least)))
            out[2, n] = -math.log(away + _NEAREST_KM)
        for k in range(onward.size):
            if onward[k] == row:
                out[3, n] = math.log1p(_ONWARD * share[k])
        if row < place.size and place[row] >= 0:
            out[4, n] = lift[place[row], hour] * lift_unit
            out[5, n] = lift[place[row], 24 + weekday] * lift_unit
