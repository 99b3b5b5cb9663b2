"""Compiled twin of `models.author_debiasing.sums_of`: sums per author over part of the affinity table."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def own_rates(row: Array, rate: Array, prior_strength: Array, unit: Number, out: Array) -> None:
    """Write a person's rate per affinity column, shape (8,); see `rates.smoothed` and `rates.column_rate`."""
    shown = max(np.float64(row[14]) / 1000, 0.1 * np.float64(row[13]))
    most = np.float64(row[13])
    outcome = np.empty(rate.size)
    for o in range(rate.size):
        done = np.float64(row[o]) / unit if o == 0 else np.float64(row[o])
        done = np.float64(min(max(done, 0.0), most))
        outcome[o] = min(
            (done + prior_strength[o] * rate[o]) / (max(shown, done) + prior_strength[o]), 1.0
        )
    out[0] = 0.5
    out[1], out[2], out[3], out[4] = outcome[1], outcome[2], outcome[3], outcome[6]
    out[5] = outcome[4] + outcome[5]
    out[6] = outcome[10] + outcome[11] + outcome[12]
    out[7] = outcome[0]
    for c in range(1, 8):
        out[c] = min(max(out[c], 1e-5), 1 - 1e-5)


@numba.njit(cache=True)
def tally(
    keys: Array,
    values: Array,
    first: Number,
    last: Number,
    loud: Array,
    person_total: Array,
    rate: Array,
    prior_strength: Array,
    most: Number,
    unit: Number,
    sums: Array,
) -> None:
    """Add the places [first, last) of the affinity table to `sums`, shape (authors, 26); see `voices.sums_of`."""
    own, done = np.empty(8), np.empty(8)
    for at in range(first, last):
        key = keys[at]
        if key >> np.uint64(60) != np.uint64(6):
            continue
        author = np.int64(key & np.uint64(0xFFFFFFFF))
        if author >= sums.shape[0]:
            continue  # came since the sums were begun
        person = np.int64((key >> np.uint64(32)) & np.uint64(0xFFFFFFF))
        for c in range(8):
            done[c] = max(np.float64(values[at, c]), 0.0)
        done[7] /= 600
        looks, shown = max(done[0], 1.0), done[0]
        for c in range(1, 7):
            shown = max(shown, done[c])
        weight = min(1.0, most / looks)
        if person < loud.size and loud[person]:
            weight = 0.0
        own_rates(person_total[person], rate, prior_strength, unit, own)
        of = sums[author]
        for c in range(8):
            of[c] += done[c]
            of[9 + c] += weight * min(done[c], looks)
            of[17 + c] += weight * looks * own[c]
        of[8] += shown
        of[25] += weight * looks
