"""Compiled twin of `traffic.gather`."""

import numba

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
