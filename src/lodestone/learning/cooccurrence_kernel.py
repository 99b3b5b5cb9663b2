"""Compiled twin of `learning.cooccurrence`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def neighbours(
    start: Array,
    item: Array,
    weight: Array,
    by_start: Array,
    by_person: Array,
    by_weight: Array,
    from_exponent: Number,
    to_exponent: Number,
    near: Array,
    value: Array,
) -> None:
    """See `lodestone.learning.cooccurrence.neighbours`."""
    items, people = by_start.size - 1, start.size - 1
    each = np.zeros(people)
    for p in range(people):
        for d in range(start[p], start[p + 1]):
            each[p] += weight[d]
        each[p] = max(each[p], 1e-9)
    to = np.empty(items)
    for i in range(items):
        to[i] = max(np.float64(by_start[i + 1] - by_start[i]), 1.0) ** -to_exponent
    total, touched = np.zeros(items), np.empty(items, np.int64)
    for i in range(items):
        count = 0
        own = max(np.float64(by_start[i + 1] - by_start[i]), 1.0) ** -from_exponent
        for k in range(by_start[i], by_start[i + 1]):
            p = by_person[k]
            share = np.float64(by_weight[k]) / each[p]
            for d in range(start[p], start[p + 1]):
                j = item[d]
                if j != i:
                    if total[j] == 0.0:
                        touched[count] = j
                        count += 1
                    total[j] += share * weight[d]
        near_rows = np.sort(touched[:count])
        scores = np.empty(count, np.float32)
        for n in range(count):
            scores[n] = np.float32(own * total[near_rows[n]] * to[near_rows[n]])
            total[near_rows[n]] = 0.0
        best_of(near_rows, scores, near[i], value[i])


@numba.njit(cache=True)
def best_of(rows: Array, scores: Array, near: Array, value: Array) -> None:
    """Write the rows of the highest scores above 0, best first, equal ones by row.

    Args:
        rows: Shape (rows,), ascending.
        scores: Shape (rows,).
        near: Shape (wanted,), written, -1 padded.
        value: Shape (wanted,), written, 0 padded.
    """
    near[:] = -1
    value[:] = 0.0
    count, most = scores.size, near.size
    if count > most:
        least = np.partition(scores, count - most)[count - most]
        chosen, more = np.empty(most, np.int64), 0
        for n in range(count):
            if scores[n] > least:
                chosen[more] = n
                more += 1
        for n in range(count):
            if scores[n] == least and more < most:
                chosen[more] = n
                more += 1
        chosen = np.sort(chosen[:more])
    else:
        chosen = np.arange(count)
    order = np.argsort(-scores[chosen], kind="mergesort")
    at = 0
    for k in range(order.size):
        n = chosen[order[k]]
        if scores[n] > 0.0:
            near[at], value[at] = rows[n], scores[n]
            at += 1
