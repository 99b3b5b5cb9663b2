"""Compiled twin of `traffic.filters`."""

import math

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def distance_km(
    latitude: Number, longitude: Number, latitude_to: Number, longitude_to: Number
) -> Number:
    """Measure the great circle, as `lodestone.base.geo.distance_km`."""
    rad = math.pi / 180.0
    phi, phi_to = latitude * rad, latitude_to * rad
    a = math.sin((phi_to - phi) / 2.0)
    b = math.sin((longitude_to - longitude) * rad / 2.0)
    half = a * a + math.cos(phi) * math.cos(phi_to) * b * b
    return 2.0 * 6371.0088 * math.asin(min(1.0, math.sqrt(half)))


@numba.njit(cache=True)
def _has(codes: Array, wanted: Number) -> Number:
    for k in range(codes.size):
        if codes[k] == wanted:
            return True
    return False


@numba.njit(cache=True)
def judge(
    viewer: Array,
    items: Array,
    rows: Array,
    marks: Array,
    author_marks: Array,
    epoch: Number,
    domains: Array,
    places: Array,
    out_reason: Array,
    out_kind: Array,
    out_domain: Array,
    out_near: Array,
) -> None:
    """See `lodestone.traffic.filters.judge`."""
    for n in range(rows.size):
        row = rows[n]
        item = items[row]
        out_near[n] = np.nan
        located = viewer.located == 1 and not math.isnan(item.latitude)
        if located:
            out_near[n] = distance_km(
                viewer.latitude, viewer.longitude, item.latitude, item.longitude
            )
        kind, domain = 0, -1
        if author_marks[item.author] == epoch * 4 + 1:
            kind = 4
        else:
            # Domains come sorted by members: the first that fits has the fewest.
            for k in range(domains.size):
                code = domains[k].code
                what = domains[k].kind
                if what == 1:
                    place = places[domains[k].place]
                    fits = (
                        (not math.isnan(item.latitude))
                        and viewer.minor == 0
                        and distance_km(
                            place.latitude, place.longitude, item.latitude, item.longitude
                        )
                        <= place.radius_km
                    )
                elif what == 2:
                    fits = _has(item.channels, code)
                else:
                    fits = _has(item.professions, code)
                if fits:
                    kind, domain = what, code
                    break
            if kind == 0 and located and viewer.minor == 0 and out_near[n] <= viewer.radius_km:
                kind = 1
        out_kind[n] = kind
        out_domain[n] = domain
        out_reason[n] = _reason(viewer, item, marks[row], author_marks[item.author], epoch, kind)


@numba.njit(cache=True)
def _reason(
    viewer: Array, item: Array, mark: Number, author_mark: Number, epoch: Number, kind: Number
) -> Number:
    if item.state != 1:
        return 1
    if item.label == 2:
        return 20
    if item.owner == viewer.person and viewer.person >= 0:
        return 2
    if author_mark == epoch * 4 + 2:
        return 5
    if author_mark == epoch * 4 + 3:
        return 6
    if mark == epoch * 4 + 3:
        return 7
    if mark == epoch * 4 + 2:
        return 4
    if mark == epoch * 4 + 1:
        return 3
    return _reach(viewer, item, kind)


@numba.njit(cache=True)
def _reach(viewer: Array, item: Array, kind: Number) -> Number:
    surface = viewer.surface
    if surface == 1:
        return 0 if kind == 4 else 9
    if surface == 2:
        inside = (
            (not math.isnan(item.latitude))
            and viewer.area_located == 1
            and distance_km(
                viewer.area_latitude, viewer.area_longitude, item.latitude, item.longitude
            )
            <= viewer.area_radius_km
        )
        return 0 if inside else 8
    if surface == 3:
        return 0 if _has(item.channels, viewer.area) else 9
    if surface == 4:
        return 0 if _has(item.professions, viewer.area) else 9
    if viewer.personalised == 0:
        if item.language >= 0 and viewer.language >= 0 and item.language != viewer.language:
            return 11
    if kind == 0 and item.climbed == 0 and viewer.gated == 1:
        return 10
    return 0
