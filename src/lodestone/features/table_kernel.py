"""Compiled lookups in open-addressing tables with linear probing; 0 marks an empty place, `GONE` one whose entry is forgotten.

A key of 0 is stored as 1. No key that `pack` makes is `GONE`: there is no tag 15.
"""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number

GONE = np.uint64(0xFFFFFFFFFFFFFFFF)


@numba.njit(cache=True)
def mix(key: Number) -> Number:
    """Scatter a 64-bit key (splitmix64's finaliser; Steele, Lea and Flood, 2014)."""
    z = np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True)
def pack(first: Number, second: Number, tag: Number) -> Number:
    """Make one key of two numbers and a tag; distinct for first < 2**28, second < 2**31."""
    high = (np.uint64(tag) << np.uint64(60)) | (np.uint64(first) << np.uint64(32))
    return high | (np.uint64(second) & np.uint64(0xFFFFFFFF))


@numba.njit(cache=True)
def find(keys: Array, key: Number) -> Number:
    """Return the place of a key, -1 when it is not there."""
    mask = np.uint64(keys.size - 1)
    wanted = np.uint64(key)
    if wanted == np.uint64(0):
        wanted = np.uint64(1)
    at = np.uint64(mix(wanted)) & mask
    while keys[at] != np.uint64(0):
        if keys[at] == wanted:
            return np.int64(at)
        at = (at + np.uint64(1)) & mask
    return -1


@numba.njit(cache=True)
def claim(keys: Array, used: Array, key: Number) -> Number:
    """Return the place of a key, taking an empty one when it is new; `used[0]` counts them."""
    mask = np.uint64(keys.size - 1)
    wanted = np.uint64(key)
    if wanted == np.uint64(0):
        wanted = np.uint64(1)
    at = np.uint64(mix(wanted)) & mask
    while keys[at] != np.uint64(0):
        if keys[at] == wanted:
            return np.int64(at)
        at = (at + np.uint64(1)) & mask
    keys[at] = wanted
    used[0] += 1
    return np.int64(at)


@numba.njit(cache=True)
def refill(old_keys: Array, old_values: Array, keys: Array, values: Array, used: Array) -> None:
    """Copy every entry of one table that is not forgotten into an empty larger one."""
    for place in range(old_keys.size):
        if old_keys[place] != np.uint64(0) and old_keys[place] != GONE:
            at = claim(keys, used, old_keys[place])
            for k in range(values.shape[1]):
                values[at, k] = old_values[place, k]


@numba.njit(cache=True)
def look(keys: Array, values: Array, wanted: Array, out: Array) -> None:
    """Copy the values of many keys into `out`, zeros for those not there."""
    for n in range(wanted.size):
        at = find(keys, wanted[n])
        for k in range(values.shape[1]):
            out[n, k] = values[at, k] if at >= 0 else 0


@numba.njit(cache=True)
def forget(keys: Array, values: Array, first: Number, kept_tag: Number) -> Number:
    """Forget the entries whose key has a first number, but those of one tag; return how many these were."""
    count = 0
    for place in range(keys.size):
        key = keys[place]
        if (key >> np.uint64(32)) & np.uint64(0xFFFFFFF) != np.uint64(first):
            continue
        if key == np.uint64(0) or key == GONE or (key >> np.uint64(60)) == np.uint64(kept_tag):
            continue
        keys[place], count = GONE, count + 1
        for k in range(values.shape[1]):
            values[place, k] = 0
    return count
