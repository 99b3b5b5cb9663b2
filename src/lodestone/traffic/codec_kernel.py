"""Compiled twin of `traffic.codec.columns`: every column of a decision as byte planes, in one pass."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def _planes(out: Array, at: Number, values: Array, width: Number) -> Number:
    """Write values as planes of equal bytes, the lowest first; return where the next column begins."""
    count = values.size
    for n in range(count):
        bits = np.uint64(np.int64(values[n]))
        for k in range(width):
            out[at + k * count + n] = np.uint8(bits & np.uint64(255))
            bits >>= np.uint64(8)
    return at + width * count


@numba.njit(cache=True)
def columns(
    candidate: Array,
    reason: Array,
    item: Array,
    promises: Array,
    rank: Array,
    author: Array,
    topic: Array,
    kind: Array,
    domain: Array,
    source: Array,
    chances: Array,
    first: Array,
    second: Array,
) -> None:
    """See `lodestone.traffic.codec.columns`."""
    count, pool = candidate.size, item.size
    steps = np.empty(count, np.int32)
    before = np.int32(0)
    for n in range(count):
        steps[n] = candidate[n] - before
        before = candidate[n]
    places = np.searchsorted(candidate, item)
    at = _planes(first, 0, steps, 4)
    at = _planes(first, at, reason, 1)
    at = _planes(first, at, places, 2)
    for n in range(pool):
        bits = promises[n]
        for k in range(8):
            first[at + k * pool + n] = np.uint8(bits & np.uint64(255))
            bits >>= np.uint64(8)
    at += 8 * pool
    at = _planes(first, at, rank, 2)
    at = _planes(first, at, author, 4)
    at = _planes(first, at, topic, 2)
    at = _planes(first, at, kind, 1)
    at = _planes(first, at, domain, 2)
    at = _planes(first, at, source, 1)
    outcomes = chances.shape[1]
    for n in range(pool):
        for o in range(outcomes):
            code = chances[n, o]
            first[at + o * pool + n] = np.uint8(code >> np.uint16(8))
            second[o * pool + n] = np.uint8(code & np.uint16(255))
