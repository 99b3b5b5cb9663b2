"""Compiled twin of `traffic.auction.quantise`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number

_UNIT, _LIMIT = 16.0, 1e9


@numba.njit(cache=True)
def weigh(attention: Array, extension: Number, out: Array) -> None:
    """See `lodestone.traffic.auction.quantise.weigh`."""
    below = 1.0
    for k in range(out.shape[0]):
        for s in range(out.shape[1]):
            out[k, s] = np.int64(np.rint(below * (attention[s] * 1000)))
        below *= 1.0 - extension


@numba.njit(cache=True)
def _clipped(micros: Number) -> Number:
    return min(max(micros, -_LIMIT), _LIMIT) * _UNIT


@numba.njit(cache=True)
def quantise(
    ads: Array, load_price: Number, columns: Array, handed: Array, reason: Array
) -> Number:
    """See `lodestone.traffic.auction.quantise.quantise`."""
    bid, action, pace, user, price, payer, author, reserve = ads
    count = 0
    for x in range(bid.size):
        reason[x] = 2
        sound = np.isfinite(action[x]) and np.isfinite(pace[x]) and np.isfinite(user[x])
        sound = sound and np.isfinite(price[x]) and np.isfinite(reserve[x])
        if not sound or bid[x] < 0 or not 0 <= action[x] <= 1 or not 0 <= pace[x] <= 1:
            continue
        if reserve[x] < 0:
            continue
        offered = np.floor(_clipped(bid[x] * action[x] * pace[x]))
        least = np.ceil(_clipped(reserve[x]))
        reason[x] = 1 if offered < least else 0
        if offered < least:
            continue
        columns[0, count] = np.int64(offered)
        columns[1, count] = np.int64(np.rint(_clipped(user[x])))
        columns[2, count] = np.int64(np.rint(_clipped(price[x] + load_price)))
        columns[3, count] = payer[x]
        columns[4, count] = author[x]
        columns[5, count] = np.int64(least)
        handed[count] = x
        count += 1
    return count
