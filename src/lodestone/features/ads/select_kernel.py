"""Compiled twin of `features.ads.select`."""

import math

import numba
import numpy as np

from lodestone.base.arrays import Array, Number

_CAMPAIGN_MAX = 2  # matching.CAMPAIGN_MAX


@numba.njit(cache=True)
def set_bits(bitmap: Array, ordinals: Array) -> None:
    """See `lodestone.features.ads.select.set_bits`."""
    for n in range(ordinals.size):
        bitmap[ordinals[n] >> 6] |= np.uint64(1) << np.uint64(ordinals[n] & 63)


@numba.njit(cache=True)
def _measure(latitude: Number, longitude: Number, other: Number, east: Number) -> Number:
    rad = math.pi / 180.0
    phi, phi_to = latitude * rad, other * rad
    a, b = math.sin((phi_to - phi) / 2.0), math.sin((east - longitude) * rad / 2.0)
    half = a * a + math.cos(phi) * math.cos(phi_to) * b * b
    return 2.0 * 6371.0088 * math.asin(min(1.0, math.sqrt(half)))


@numba.njit(cache=True)
def _inside(row: Array, circles: Array, points: Array) -> Number:
    if row.circles == 0:
        return True
    for at in range(row.circle, row.circle + row.circles):
        for point in range(2):
            if circles[at, 3] == 1 - point or math.isnan(points[2 * point]):
                continue
            away = _measure(
                points[2 * point], points[2 * point + 1], circles[at, 0], circles[at, 1]
            )
            if away <= circles[at, 2]:
                return True
    return False


@numba.njit(cache=True)
def _is_sold(row: Array, circles: Array, points: Array) -> Number:
    """Say whether every range has a circle in which whoever asks may buy; who is nowhere may."""
    if row.sold == 0 or math.isnan(points[0]):
        return True
    first, code, reached = row.circle + row.circles, np.int64(-1), True
    for at in range(first, first + row.sold):
        if np.int64(circles[at, 3]) != code:
            if not reached:
                return False
            code, reached = np.int64(circles[at, 3]), False
        north, east, radius = circles[at, 0], circles[at, 1], circles[at, 2]
        if not reached and code & 1:
            reached = _measure(points[0], points[1], north, east) <= radius
        if not reached and code & 2:
            reached = math.isnan(points[2]) or _measure(points[2], points[3], north, east) <= radius
    return reached


@numba.njit(cache=True)
def _popcount(word: Number) -> Number:
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * np.uint64(0x0101010101010101)) >> np.uint64(56)


@numba.njit(cache=True)
def _is_in(tired: Array, campaign: Number) -> Number:
    for n in range(tired.size):
        if tired[n] == campaign:
            return True
    return False


@numba.njit(cache=True)
def _put(
    n: Number, rows: Array, tired: Array, circles: Array, points: Array, out: Array, count: Number
) -> Number:
    """Put an ad where it belongs among the best so far, if it does; return how many those are."""
    row = rows[n]
    top = row.bound
    if count == out.size:
        last = out[count - 1]
        if rows[last].bound > top or (rows[last].bound == top and last < n):
            return count
    if _is_in(tired, row.campaign) or not _inside(row, circles, points):
        return count
    if not _is_sold(row, circles, points):
        return count
    same, worst = 0, -1
    for at in range(count):
        if rows[out[at]].campaign == row.campaign:
            same, worst = same + 1, at
    end = count
    if same >= _CAMPAIGN_MAX:
        last = out[worst]
        if rows[last].bound > top or (rows[last].bound == top and last < n):
            return count
        end = worst
    elif count == out.size:
        end = count - 1
    else:
        count += 1
    at = end
    while at > 0:
        before = out[at - 1]
        if rows[before].bound > top or (rows[before].bound == top and before < n):
            break
        out[at] = before
        at -= 1
    out[at] = n
    return count


@numba.njit(cache=True)
def best(
    fit: Array,
    lists: Array,
    order: Array,
    rows: Array,
    where: Array,
    tired: Array,
    out: Array,
) -> Number:
    """See `lodestone.features.ads.select.best`.

    Many that fit: from the top of the order until enough are there. Few: every one of them.
    """
    (listed, until), (circles, points) = lists, where
    words, many = fit.shape[1], np.int64(0)
    passing, since = np.empty(words, np.uint64), np.int64(0)
    for kind in range(1, fit.shape[0]):
        set_bits(fit[kind], listed[since : until[kind - 1]])
        since = until[kind - 1]
    for w in range(words):
        passing[w] = fit[0, w]
    for kind in range(1, fit.shape[0]):
        for w in range(words):
            passing[w] &= fit[kind, w]
    for w in range(words):
        many += np.int64(_popcount(passing[w]))
    count = 0
    if many * many > order.size * out.size:
        for at in range(order.size):
            n = order[at]
            if (passing[n >> 6] >> np.uint64(n & 63)) & np.uint64(1):
                count = _put(n, rows, tired, circles, points, out, count)
                if count == out.size:
                    break
        return count
    for w in range(words):
        word = passing[w]
        while word != np.uint64(0):
            low = word & (~word + np.uint64(1))
            n = np.int32((w << 6) + np.int64(_popcount(low - np.uint64(1))))
            count = _put(n, rows, tired, circles, points, out, count)
            word ^= low
    return count
