"""Compiled twin of the hot part of `models.rates`."""

import math

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.features.table_kernel import find, pack

SUCCESSES = 0.3
"""A prior weighs at least as many impressions as bring so many successes."""


@numba.njit(cache=True)
def _logit(p: Number) -> Number:
    return math.log(p / (1.0 - p))


@numba.njit(cache=True)
def _lean(
    keys: Array, values: Array, key: Number, rate: Array, prior: Number, weight: Number, out: Array
) -> Number:
    """Add weight x (logit of the smoothed rate - logit of the rate expected) per affinity column."""
    place = find(keys, key)
    if place < 0:
        return False
    shown = np.float64(values[place, 0])
    if shown <= 0:
        return False
    for c in range(1, 8):
        done = np.float64(values[place, c])
        if c == 7:
            done /= 600.0
        held = max(prior, SUCCESSES / max(rate[c], 1e-6))
        mean = (min(max(done, 0.0), shown) + held * rate[c]) / (shown + held)
        out[c] += weight * (_logit(mean) - _logit(rate[c]))
    return True


@numba.njit(cache=True)
def _dot(left: Array, right: Array) -> Number:
    total = np.int32(0)
    for k in range(64):
        total += np.int32(np.int16(left[k]) * np.int16(right[k]))
    return total


@numba.njit(cache=True)
def linear(
    items: Array,
    rows: Array,
    person: Number,
    base: Array,
    item_weight: Array,
    rate: Array,
    prior: Number,
    lean_weight: Array,
    lean_column: Array,
    keys: Array,
    values: Array,
    vector: Array,
    taste: Array,
    out: Array,
) -> None:
    """See `lodestone.models.rates.linear`."""
    author, topic = np.zeros(8), np.zeros(8)
    outcomes = base.size
    for n in range(rows.size):
        item = items[rows[n]]
        near = np.float64(_dot(item.vector, vector)) / 16129.0
        for o in range(outcomes):
            out[n, o] = base[o] + item_weight[o] * item.logit[o] + taste[o] * near
        if person < 0:
            continue
        if _lean(keys, values, pack(person, item.author, 6), rate, prior, 1.0, author):
            for o in range(outcomes):
                out[n, o] += lean_weight[o, 0] * author[lean_column[o]]
            author[:] = 0.0
        if item.topic >= 0 and _lean(
            keys, values, pack(person, item.topic, 7), rate, prior, 1.0, topic
        ):
            for o in range(outcomes):
                out[n, o] += lean_weight[o, 1] * topic[lean_column[o]]
            topic[:] = 0.0


@numba.njit(cache=True)
def codes(logits: Array, scale: Array, shift: Array, out: Array) -> None:
    """See `lodestone.models.rates.codes`."""
    count, width = logits.shape
    power = np.empty((count, width), np.int32)
    factor = np.empty((count, width), np.float32)
    # exp(-z) = 2^k x 2^f, a polynomial for 2^f with f in [-0.5, 0.5]: relative error under 3e-7.
    # Three plain loops, so that each becomes vector instructions.
    for n in range(count):
        for o in range(width):
            z = np.float32(scale[o] * logits[n, o] + shift[o])
            z = min(max(z, np.float32(-30.0)), np.float32(30.0))
            y = z * np.float32(-1.4426950408889634)
            k = np.floor(y + np.float32(0.5))
            f = (y - k) * np.float32(0.6931471805599453)
            p = np.float32(1 / 120) + f * np.float32(1 / 720)
            p = np.float32(1 / 6) + f * (np.float32(1 / 24) + f * p)
            p = np.float32(1.0) + f * (np.float32(1.0) + f * (np.float32(0.5) + f * p))
            factor[n, o] = p
            power[n, o] = (np.int32(k) + np.int32(127)) << np.int32(23)
    whole = power.view(np.float32)
    for n in range(count):
        for o in range(width):
            factor[n, o] = np.float32(1.0) / (np.float32(1.0) + factor[n, o] * whole[n, o])
    raw = factor.view(np.uint32)
    for n in range(count):
        for o in range(width):
            bits = raw[n, o]
            bits += np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
            out[n, o] = np.uint16(bits >> np.uint32(16))
            if np.isnan(logits[n, o]):
                out[n, o] = np.uint16(0x7FC0)


@numba.njit(cache=True)
def _rates(counts: Array, prior_rate: Array, prior: Number, out: Array) -> None:
    """Shrink one counter row to prior rates, as `lodestone.models.rates.smoothed`."""
    shown = max(counts[14] / 1000.0, 0.1 * counts[13])
    for o in range(out.size):
        done = max(np.float64(counts[o]), 0.0)
        if o == 0:
            done /= 600.0
        weight = max(prior, SUCCESSES / max(prior_rate[o], 1e-6))
        rate = (done + weight * prior_rate[o]) / (max(shown, done) + weight)
        out[o] = min(max(rate, 1e-6), 1.0 - 1e-6)


@numba.njit(cache=True)
def terms(
    weights: Array,
    rate: Array,
    surface_row: Array,
    surface_prior: Number,
    person_row: Array,
    person: Number,
    surface: Number,
    viewer_prior: Number,
    lean_prior: Number,
    lean_column: Array,
    keys: Array,
    values: Array,
    base: Array,
    own: Array,
) -> None:
    """See `lodestone.models.rates.terms`."""
    outcomes = rate.size
    there, mine, lean = np.empty(outcomes), np.empty(outcomes), np.zeros(8)
    _rates(surface_row, rate, surface_prior, there)
    for o in range(outcomes):
        base[o] = weights[o, 0] + weights[o, 1] * _logit(there[o])
        mine[o] = min(max(rate[o], 1e-6), 1.0 - 1e-6)
    if person >= 0:
        _rates(person_row, rate, viewer_prior, mine)
        for o in range(outcomes):
            base[o] += weights[o, 3] * (
                _logit(mine[o]) - _logit(min(max(rate[o], 1e-6), 1.0 - 1e-6))
            )
    own[0] = 0.5
    own[1], own[2], own[3], own[4], own[7] = mine[1], mine[2], mine[3], mine[6], mine[0]
    own[5], own[6] = mine[4] + mine[5], mine[10] + mine[11] + mine[12]
    for c in range(1, 8):
        own[c] = min(max(own[c], 1e-5), 1.0 - 1e-5)
    if person >= 0:
        _lean(keys, values, pack(person, surface, 8), own, lean_prior, 1.0, lean)
        for o in range(outcomes):
            base[o] += weights[o, 4] * lean[lean_column[o]]
