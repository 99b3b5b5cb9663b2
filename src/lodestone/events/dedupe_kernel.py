"""Compiled loops of `events.dedupe`: a set of 64-bit keys, each with the last day it must be kept."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def _mix(key: Number) -> Number:
    z = np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True)
def claim(keys: Array, days: Array, wanted: Array, day: Array, fresh: Array) -> Number:
    """Take keys in order; `fresh[n]` says whether the n-th was new. Returns how many were."""
    mask = np.uint64(keys.size - 1)
    count = 0
    for n in range(wanted.size):
        key = wanted[n] | np.uint64(wanted[n] == 0)
        at = _mix(key) & mask
        while keys[at] != 0 and keys[at] != key:
            at = (at + np.uint64(1)) & mask
        fresh[n] = keys[at] == 0
        if fresh[n]:
            keys[at] = key
            count += 1
        days[at] = max(days[at], day[n])
    return count


@numba.njit(cache=True)
def move(old_keys: Array, old_days: Array, since: Number, keys: Array, days: Array) -> Number:
    """Copy the keys still to be kept into an empty table; return how many."""
    mask = np.uint64(keys.size - 1)
    count = 0
    for n in range(old_keys.size):
        if old_keys[n] != 0 and old_days[n] >= since:
            at = _mix(old_keys[n]) & mask
            while keys[at] != 0:
                at = (at + np.uint64(1)) & mask
            keys[at], days[at] = old_keys[n], old_days[n]
            count += 1
    return count
