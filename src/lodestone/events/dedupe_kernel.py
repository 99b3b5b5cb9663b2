"""Compiled loops of `events.dedupe`: a set of 64-bit keys, each with the last day it must be kept.

Open addressing with linear probing. A place is empty where its key is 0; its key is *gone* where its day lies before
`since`, and stays in its place so that probing goes on past it, until the table is laid anew.
"""

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
def _place(keys: Array, key: Number) -> Number:
    """Return where a key lies, or the empty place where it would."""
    mask = np.uint64(keys.size - 1)
    at = _mix(key) & mask
    while keys[at] != 0 and keys[at] != key:
        at = (at + np.uint64(1)) & mask
    return at


@numba.njit(cache=True)
def claim(
    keys: Array,
    days: Array,
    old_keys: Array,
    old_days: Array,
    since: Number,
    wanted: Array,
    day: Array,
    fresh: Array,
) -> Number:
    """Take keys in order; `fresh[n]` says whether the n-th was new. Returns how many places were taken.

    Args:
        keys: Shape (places,). The table.
        days: Shape (places,). The last day of each.
        old_keys: Shape (old places,). The table that is being moved over, empty where there is none.
        old_days: Shape (old places,).
        since: The first day that is kept.
        wanted: Shape (n,). The keys.
        day: Shape (n,). The last day of each.
        fresh: Shape (n,). Written.
    """
    taken = 0
    for n in range(wanted.size):
        key = wanted[n] | np.uint64(wanted[n] == 0)
        last = max(day[n], since)
        at = _place(keys, key)
        if keys[at] == 0 and old_keys.size:
            was = _place(old_keys, key)
            if old_keys[was] != 0 and old_days[was] >= since:
                fresh[n] = False
                old_days[was] = max(old_days[was], last)
                continue
        fresh[n] = keys[at] == 0 or days[at] < since
        if keys[at] == 0:
            keys[at] = key
            taken += 1
        days[at] = last if fresh[n] else max(days[at], last)
    return taken


@numba.njit(cache=True)
def release(keys: Array, days: Array, gone: Array) -> None:
    """Let keys be gone; those that are not there are passed over."""
    for n in range(gone.size):
        key = gone[n] | np.uint64(gone[n] == 0)
        at = _place(keys, key)
        if keys[at] != 0:
            days[at] = -1


@numba.njit(cache=True)
def move(
    old_keys: Array,
    old_days: Array,
    first: Number,
    last: Number,
    since: Number,
    keys: Array,
    days: Array,
) -> Number:
    """Copy what is kept of the places [first, last) into another table; return how many places were taken."""
    taken = 0
    for n in range(first, last):
        if old_keys[n] != 0 and old_days[n] >= since:
            at = _place(keys, old_keys[n])
            if keys[at] == 0:
                keys[at], days[at] = old_keys[n], old_days[n]
                taken += 1
            else:
                days[at] = max(days[at], old_days[n])
    return taken
