"""Compiled twin of `models.likeness`."""

import math

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def spread(
    deeds: Array,
    weights: Array,
    place: Array,
    near: Array,
    weight: Array,
    scale: Array,
    stamp: Array,
    epoch: Number,
    score: Array,
    touched: Array,
    count: Number,
) -> Number:
    """See `lodestone.models.likeness.spread`."""
    for k in range(deeds.size):
        item = deeds[k]
        if item < 0 or item >= place.size or place[item] < 0:
            continue
        row = place[item]
        factor = weights[k] * scale[row]
        for n in range(near.shape[1]):
            other = near[row, n]
            if other < 0:
                break
            if stamp[other] != epoch:
                if count >= touched.size:
                    continue
                stamp[other] = epoch
                score[other] = 0.0
                touched[count] = other
                count += 1
            score[other] += factor * np.float64(weight[row, n])
    return count


@numba.njit(cache=True)
def lay(
    rows: Array,
    scores: Array,
    factor: Number,
    stamp: Array,
    epoch: Number,
    score: Array,
    touched: Array,
) -> Number:
    """See `lodestone.models.likeness.lay`."""
    count = 0
    for k in range(rows.size):
        row = rows[k]
        if row < 0:
            break
        if row < stamp.size and count < touched.size:
            stamp[row] = epoch
            score[row] = factor * np.float64(scores[k])
            touched[count] = row
            count += 1
    return count


@numba.njit(cache=True)
def allowed(
    touched: Array,
    count: Number,
    marks: Array,
    base: Number,
    states: Array,
    most: Number,
    score: Array,
    out: Array,
) -> Number:
    """See `lodestone.models.likeness.allowed`."""
    chosen, values = np.empty(count, np.int64), np.empty(count)
    n = 0
    for k in range(count):
        row = touched[k]
        if marks[row] <= base and states[row].state == 1:
            chosen[n], values[n] = row, score[row]
            n += 1
    if n > most:
        least = np.partition(values[:n], n - most)[n - most]
        m = 0
        for k in range(n):
            if values[k] > least:
                out[m] = chosen[k]
                m += 1
        level = np.sort(chosen[:n][values[:n] == least])
        for k in range(level.size):
            if m < most:
                out[m] = level[k]
                m += 1
        return m
    for k in range(n):
        out[k] = chosen[k]
    return n


@numba.njit(cache=True)
def terms(
    rows: Array,
    stamp: Array,
    epoch: Number,
    score: Array,
    total: Number,
    floor: Number,
    popular: Array,
    out: Array,
) -> None:
    """See `lodestone.models.likeness.terms`."""
    scale = total * floor
    for n in range(rows.size):
        row = rows[n]
        out[0, n] = 0.0
        if total > 0.0 and stamp[row] == epoch and score[row] > 0.0:
            out[0, n] = math.log(1.0 + score[row] / scale)
        out[1, n] = popular[row] if row < popular.size else 0.0


@numba.njit(cache=True)
def newest(
    ring: Array,
    times: Array,
    since: Number,
    strong: Array,
    strength: Array,
    strong_count: Number,
    weak: Number,
    out: Array,
    weights: Array,
) -> Number:
    """See `lodestone.models.likeness.newest`."""
    count = 0
    for k in range(strong_count):
        if count < out.size:
            out[count], weights[count] = strong[k], strength[k]
            count += 1
    for k in range(ring.size):
        if ring[k] < 0 or times[k] <= since or count >= out.size:
            continue
        known = False
        for n in range(strong_count):
            if strong[n] == ring[k]:
                known = True
        if not known:
            out[count], weights[count] = ring[k], weak
            count += 1
    return count
