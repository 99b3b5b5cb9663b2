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


_DEGREE_KM = 6371.0088 * math.pi / 180.0


@numba.njit(cache=True)
def within(
    latitude: Number,
    longitude: Number,
    cosine: Number,
    latitude_to: Number,
    longitude_to: Number,
    radius_km: Number,
) -> Number:
    """Say whether a great circle is no longer than a radius; `cosine` is the latitude's.

    What is clearly in or clearly out is told from a flat map: below 75 degrees and 200 km that map is wrong by
    less than a twentieth. Only what lies between is measured.
    """
    north = (latitude_to - latitude) * _DEGREE_KM
    if abs(north) > radius_km * 1.000001:
        return False
    if radius_km < 200.0 and abs(latitude) < 75.0:
        turn = longitude_to - longitude
        if turn > 180.0:
            turn -= 360.0
        elif turn < -180.0:
            turn += 360.0
        east = turn * _DEGREE_KM * cosine
        square = north * north + east * east
        if square < 0.75 * radius_km * radius_km:
            return True
        if square > 1.4 * radius_km * radius_km:
            return False
    return distance_km(latitude, longitude, latitude_to, longitude_to) <= radius_km


@numba.njit(cache=True)
def _cosine(degrees: Number) -> Number:
    return math.cos(degrees * math.pi / 180.0)


@numba.njit(cache=True)
def _has(codes: Array, wanted: Number) -> Number:
    for k in range(codes.size):
        if codes[k] == wanted:
            return True
    return False


@numba.njit(cache=True)
def _hides(hidden: Array, domain: Number, row: Number) -> Number:
    if hidden.size == 0 or domain < 0:
        return False
    key = (np.int64(domain) << 32) + row
    place = np.searchsorted(hidden, key)
    return place < hidden.size and hidden[place] == key


@numba.njit(cache=True)
def mark(
    marks: Array,
    author_marks: Array,
    base: Number,
    follows: Array,
    mutes: Array,
    blocks: Array,
    people: Array,
    seen: Array,
    times: Array,
    since: Number,
    served: Array,
) -> None:
    """See `lodestone.traffic.filters.mark`."""
    for k in range(follows.size):
        if follows[k] >= 0:
            author_marks[follows[k]] = base + 1
    for k in range(mutes.size):
        if people[mutes[k]].author >= 0:
            author_marks[people[mutes[k]].author] = base + 3
    for k in range(blocks.size):
        if people[blocks[k]].author >= 0:
            author_marks[people[blocks[k]].author] = base + 2
    for k in range(seen.size):
        if seen[k] >= 0 and times[k] >= since:
            marks[seen[k]] = base + 1
    for k in range(served.size):
        if served[k] < marks.size:
            marks[served[k]] = base + 2


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
    hidden: Array,
    out_reason: Array,
    out_kind: Array,
    out_domain: Array,
    out_local: Array,
) -> Number:
    """See `lodestone.traffic.filters.judge`."""
    cosine = _cosine(viewer.latitude)
    base = epoch * 4
    touched = 0
    for n in range(rows.size):  # ask for every row's lines at once: the misses overlap
        row = rows[n]
        touched += items[row].state + items[row].label + marks[row]
    for n in range(rows.size):
        row = rows[n]
        item = items[row]
        somewhere = not math.isnan(item.latitude)
        local = (
            viewer.located == 1
            and somewhere
            and within(
                viewer.latitude,
                viewer.longitude,
                cosine,
                item.latitude,
                item.longitude,
                viewer.radius_km,
            )
        )
        out_local[n] = 1 if local else 0
        kind, domain = 0, -1
        author_mark = author_marks[item.author]
        if author_mark == base + 1:
            kind = 4
        else:
            # Domains come sorted by members: the first that fits has the fewest.
            for k in range(domains.size):
                code = domains[k].code
                what = domains[k].kind
                if what == 1:
                    place = places[domains[k].place]
                    fits = (
                        somewhere
                        and viewer.minor == 0
                        and within(
                            place.latitude,
                            place.longitude,
                            _cosine(place.latitude),
                            item.latitude,
                            item.longitude,
                            place.radius_km,
                        )
                    )
                elif what == 2:
                    fits = _has(item.channels, code)
                else:
                    fits = _has(item.professions, code)
                if fits and not _hides(hidden, code, row):
                    kind, domain = what, code
                    break
            if kind == 0 and local and viewer.minor == 0:
                kind = 1
        out_kind[n] = kind
        out_domain[n] = domain
        reason = _reason(viewer, item, marks[row], author_mark, epoch, kind)
        if reason == 0 and _hides(hidden, viewer.area, row):
            reason = 12
        out_reason[n] = reason
    return touched


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
