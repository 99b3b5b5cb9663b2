"""Compiled twin of `traffic.gather`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def gather(
    alike: Array,
    taste: Array,
    lists: Array,
    posting_rows: Array,
    posting_count: Array,
    follows: Array,
    recent: Array,
    stamp: Array,
    epoch: Number,
    out_row: Array,
    out_source: Array,
) -> Number:
    """See `lodestone.traffic.gather.gather`."""
    n = 0
    limit = out_row.size
    for k in range(alike.size):
        row = alike[k]
        if n < limit and stamp[row] != epoch:
            stamp[row] = epoch
            out_row[n] = row
            out_source[n] = 9
            n += 1
    for k in range(follows.size):
        author = follows[k]
        if author < 0:
            continue
        for j in range(recent[author].recent.size):
            row = recent[author].recent[j]
            if row < 0:
                break
            if n < limit and stamp[row] != epoch:
                stamp[row] = epoch
                out_row[n] = row
                out_source[n] = 6
                n += 1
    for k in range(lists.shape[0]):
        index = lists[k, 0]
        taken = min(posting_count[index], lists[k, 2])
        for j in range(taken):
            row = posting_rows[index, j]
            if n < limit and stamp[row] != epoch:
                stamp[row] = epoch
                out_row[n] = row
                out_source[n] = lists[k, 1]
                n += 1
    for k in range(taste.size):
        row = taste[k]
        if row >= 0 and n < limit and stamp[row] != epoch:
            stamp[row] = epoch
            out_row[n] = row
            out_source[n] = 0
            n += 1
    return n


_DIGIT = 11
_ALIKE, _NEIGHBOURS = 9, 3


@numba.njit(cache=True)
def _ordered(row: Array, source: Array) -> None:
    """Sort rows, none negative, and their sources with them: by digits, the lowest first."""
    count, top = row.size, np.int64(0)
    for n in range(count):
        top = max(top, np.int64(row[n]))
    rows, sources = np.empty(count, row.dtype), np.empty(count, source.dtype)
    shift, first = 0, True
    while first or (top >> shift) > 0:
        first = False
        begin = np.zeros((1 << _DIGIT) + 1, np.int64)
        for n in range(count):
            begin[((row[n] >> shift) & ((1 << _DIGIT) - 1)) + 1] += 1
        for k in range(1 << _DIGIT):
            begin[k + 1] += begin[k]
        for n in range(count):
            digit = (row[n] >> shift) & ((1 << _DIGIT) - 1)
            rows[begin[digit]], sources[begin[digit]] = row[n], source[n]
            begin[digit] += 1
        row[:], source[:] = rows, sources
        shift += _DIGIT


@numba.njit(cache=True)
def collect(
    alike: Array,
    taste: Array,
    lists: Array,
    posting_rows: Array,
    posting_count: Array,
    follows: Array,
    recent: Array,
    stamp: Array,
    epoch: Number,
    around: Number,
    out_row: Array,
    out_source: Array,
) -> Number:
    """See `lodestone.traffic.gather.collect`."""
    count = gather(
        alike,
        taste,
        lists,
        posting_rows,
        posting_count,
        follows,
        recent,
        stamp,
        epoch,
        out_row,
        out_source,
    )
    if around:
        for n in range(count):
            if out_source[n] == _ALIKE:
                out_source[n] = _NEIGHBOURS
    _ordered(out_row[:count], out_source[:count])
    return count
