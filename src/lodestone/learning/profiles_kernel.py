"""Compiled: the best items of people by lists. Its plain twin is `profiles.best_by_lists`."""

import numba
import numpy as np

from lodestone.base.arrays import Array
from lodestone.learning.cooccurrence_kernel import best_of


@numba.njit(cache=True)
def best_by_lists(
    start: Array,
    item: Array,
    weight: Array,
    people: Array,
    near: Array,
    value: Array,
    out_row: Array,
    score: Array,
) -> None:
    """See `lodestone.learning.profiles.best_by_lists`."""
    total = np.zeros(near.shape[0])
    touched = np.empty(near.shape[0], np.int64)
    known = np.zeros(near.shape[0], np.uint8)
    for n in range(people.size):
        first, last = start[people[n]], start[people[n] + 1]
        count = 0
        for d in range(first, last):
            if item[d] >= 0:
                known[item[d]] = 1
        for d in range(first, last):
            if item[d] < 0 or weight[d] <= 0.0:
                continue
            for k in range(near.shape[1]):
                other = near[item[d], k]
                if other < 0:
                    break
                if total[other] == 0.0:
                    touched[count] = other
                    count += 1
                total[other] += np.float64(weight[d]) * np.float64(value[item[d], k])
        rows = np.sort(touched[:count])
        scores = np.empty(count, np.float32)
        for k in range(count):
            scores[k] = np.float32(0.0 if known[rows[k]] else total[rows[k]])
            total[rows[k]] = 0.0
        best_of(rows, scores, out_row[n], score[n])
        for d in range(first, last):
            if item[d] >= 0:
                known[item[d]] = 0
