"""Compiled twin of the hot part of `models.rates`."""

import math

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.features.layout import ITEM as _ITEM
from lodestone.features.layout import LOGIT_AT as _LOGIT_AT
from lodestone.features.layout import VECTOR_AT as _VECTOR_AT
from lodestone.features.table_kernel import find, pack
from lodestone.models import evidence_kernel as _evidence

SUCCESSES = 0.3
"""A prior weighs at least as many impressions as bring so many successes."""

_LAST = _ITEM.itemsize - 1


@numba.njit(cache=True)
def _logit(p: Number) -> Number:
    return math.log(p / (1.0 - p))


@numba.njit(cache=True)
def _expected(rate: Array, prior: Number, out: Array) -> None:
    """Write what a prior weighs (0), what it brings (1) and the logit of the rate expected (2), per affinity column."""
    for c in range(1, 8):
        out[0, c] = max(prior, SUCCESSES / max(rate[c], 1e-6))
        out[1, c] = out[0, c] * rate[c]
        out[2, c] = _logit(rate[c])


@numba.njit(cache=True)
def _lean(values: Array, place: Number, expected: Array, out: Array) -> None:
    """Write logit of the smoothed rate - logit of the rate expected, per affinity column; see `_expected`."""
    shown = max(0.0, np.float64(values[place, 0]))
    for c in range(1, 8):
        done = np.float64(values[place, c])
        if c == 7:
            done /= 600.0
        mean = (min(max(done, 0.0), shown) + expected[1, c]) / (shown + expected[0, c])
        out[c] = _logit(mean) - expected[2, c]


@numba.njit(cache=True)
def _near(octets: Array, row: Number, wide: Array) -> Number:
    """Return the cosine of two unit vectors of whole numbers out of 127."""
    total = np.int32(0)
    for k in range(64):
        total += np.int32(np.int16(octets[row, _VECTOR_AT + k]) * wide[k])
    return np.float64(total) / 16129.0


@numba.njit(cache=True)
def linear(
    items: Array,
    floats: Array,
    octets: Array,
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
    worn: Array,
    worn_weight: Array,
    kind: Array,
    kind_weight: Array,
    alike: Array,
    alike_weight: Array,
    spoken: Number,
    foreign: Array,
    out: Array,
) -> Number:
    """See `lodestone.models.rates.linear`."""
    outcomes, count = base.size, rows.size
    wide = np.empty(64, np.int16)
    for k in range(64):
        wide[k] = vector[k]
    touched = np.int8(0)
    for n in range(count):  # ask for every line of every row at once: the misses overlap
        row = rows[n]
        touched ^= octets[row, 0] ^ octets[row, 64] ^ octets[row, 128] ^ octets[row, _LAST]
    near = np.empty(count)
    for n in range(count):
        near[n] = _near(octets, rows[n], wide)
    for n in range(count):
        row, domain = rows[n], kind[n]
        topic_worn, author_worn = worn[n, 0], worn[n, 1]
        near_people, popular, content = alike[0, n], alike[1, n], alike[2, n] * near[n]
        language = np.int64(items[row].language)
        elsewhere = 1.0 if spoken >= 0 and language >= 0 and language != spoken else 0.0
        for o in range(outcomes):
            tired = worn_weight[0, o] * topic_worn + worn_weight[1, o] * author_worn
            out[n, o] = (
                base[o]
                + item_weight[o] * floats[row, _LOGIT_AT + o]
                + taste[o] * content
                + (tired + kind_weight[domain, o])
            ) + (
                near_people * alike_weight[0, o]
                + popular * alike_weight[1, o]
                + elsewhere * foreign[o]
            )
    if person < 0:
        return touched
    places = np.full((count, 3), -1, np.int64)
    topics, counters = np.full(128, -1, np.int64), np.empty(128, np.int64)
    channels, where = np.full(128, -1, np.int64), np.empty(128, np.int64)
    # Everything is looked up at once, so that the misses overlap; topics and channels are few.
    for n in range(count):
        item = items[rows[n]]
        places[n, 0] = find(keys, pack(person, item.author, 6))
        topic = np.int64(item.topic)
        if topic >= 0:
            slot = topic & 127
            if topics[slot] != topic:
                topics[slot], counters[slot] = topic, find(keys, pack(person, topic, 7))
            places[n, 1] = counters[slot]
        channel = np.int64(item.channels[0])
        if channel >= 0:
            slot = channel & 127
            if channels[slot] != channel:
                channels[slot], where[slot] = channel, find(keys, pack(person, channel, 9))
            places[n, 2] = where[slot]
    known, leans = np.full(128, -1, np.int64), np.empty((128, outcomes))
    lean, expected = np.zeros(8), np.zeros((3, 8))
    _expected(rate, prior, expected)
    for n in range(count):
        for column in range(3):
            place = places[n, column]
            if place < 0:
                continue
            # What was worked out for another candidate of this author, topic or channel is kept.
            slot = (3 * place + column) & 127
            if known[slot] != place:
                known[slot] = place
                _lean(values, place, expected, lean)
                _evidence.lean_on(values, place, rate[0], lean)
                for o in range(outcomes):
                    leans[slot, o] = lean_weight[o, column] * lean[lean_column[o]]
            for o in range(outcomes):
                out[n, o] += alike[2, n] * leans[slot, o]
    return touched


@numba.njit(cache=True)
def _into(codes: Array, code: Number) -> Number:
    """Return the place of a code in a small open table, or the empty place where it would stand."""
    at: Number = (code * 40503) & (codes.size - 1)
    while codes[at] >= 0 and codes[at] != code:
        at = (at + 1) & (codes.size - 1)
    return at


@numba.njit(cache=True)
def weariness(
    items: Array,
    seen: Array,
    times: Array,
    now: Number,
    half_life: Number,
    rows: Array,
    out: Array,
) -> None:
    """See `lodestone.models.fatigue.weariness`."""
    size = 8
    while size < 2 * seen.size:
        size *= 2
    topics, authors = np.full(size, -1, np.int64), np.full(size, -1, np.int64)
    of_topic, of_author = np.zeros(size), np.zeros(size)
    for k in range(seen.size):
        if seen[k] < 0:
            continue
        weight = 0.5 ** (max(np.int64(now) - np.int64(times[k]), np.int64(0)) / half_life)
        topic, author = np.int64(items[seen[k]].topic), np.int64(items[seen[k]].author)
        if topic >= 0:
            at = _into(topics, topic)
            topics[at] = topic
            of_topic[at] += weight
        at = _into(authors, author)
        authors[at] = author
        of_author[at] += weight
    for n in range(rows.size):
        topic, author = np.int64(items[rows[n]].topic), np.int64(items[rows[n]].author)
        out[n, 0] = of_topic[_into(topics, topic)] if topic >= 0 else 0.0
        out[n, 1] = of_author[_into(authors, author)]


@numba.njit(cache=True)
def codes(logits: Array, scale: Array, shift: Array, out: Array) -> None:
    """See `lodestone.models.rates.codes`."""
    count, width = logits.shape
    total = count * width
    factor, power = np.empty(total, np.float32), np.empty(total, np.int32)
    for n in range(count):
        for o in range(width):
            factor[n * width + o] = np.float32(scale[o] * logits[n, o] + shift[o])
    # exp(-z) = 2^k x 2^f, a polynomial for 2^f with f in [-0.5, 0.5]: relative error under 3e-7.
    # Plain loops over one long row, so that each becomes vector instructions.
    for i in range(total):
        z = min(max(factor[i], np.float32(-30.0)), np.float32(30.0))
        y = z * np.float32(-1.4426950408889634)
        k = np.floor(y + np.float32(0.5))
        f = (y - k) * np.float32(0.6931471805599453)
        p = np.float32(1 / 120) + f * np.float32(1 / 720)
        p = np.float32(1 / 6) + f * (np.float32(1 / 24) + f * p)
        p = np.float32(1.0) + f * (np.float32(1.0) + f * (np.float32(0.5) + f * p))
        factor[i] = p
        power[i] = (np.int32(k) + np.int32(127)) << np.int32(23)
    whole = power.view(np.float32)
    for i in range(total):
        factor[i] = np.float32(1.0) / (np.float32(1.0) + factor[i] * whole[i])
    raw, flat, logit = factor.view(np.uint32), out.reshape(-1), logits.reshape(-1)
    for i in range(total):
        bits = raw[i]
        bits += np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
        flat[i] = np.uint16(bits >> np.uint32(16))
    for i in range(total):
        if np.isnan(logit[i]):
            flat[i] = np.uint16(0x7FC0)


@numba.njit(cache=True)
def _rates(counts: Array, prior_rate: Array, prior: Number, out: Array) -> None:
    """Shrink one counter row to prior rates, as `lodestone.models.rates.smoothed`."""
    shown = max(counts[14] / 1000.0, 0.1 * counts[13])
    for o in range(out.size):
        done = max(np.float64(counts[o]), 0.0)
        if o == 0:
            done /= 600.0
        done = min(done, np.float64(counts[13]))
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
    own[0] = 0.0
    if person >= 0:
        for o in range(outcomes):
            more = max(0.0, np.float64(person_row[o]) - np.float64(person_row[13]))
            own[0] += _evidence.OUTCOME_WEIGHTS[o] * more
    own[1], own[2], own[3], own[4], own[7] = mine[1], mine[2], mine[3], mine[6], mine[0]
    own[5], own[6] = mine[4] + mine[5], mine[10] + mine[11] + mine[12]
    for c in range(1, 8):
        own[c] = min(max(own[c], 1e-5), 1.0 - 1e-5)
    if person >= 0:
        place = find(keys, pack(person, surface, 8))
        if place >= 0 and values[place, 0] > 0:
            expected = np.zeros((3, 8))
            _expected(own, lean_prior, expected)
            _lean(values, place, expected, lean)
            for o in range(outcomes):
                base[o] += weights[o, 4] * lean[lean_column[o]]


@numba.njit(cache=True)
def most_spoken(items: Array, rows: Array) -> Number:
    """Return the language of most of some item rows (-1: no row), the lowest code of equals; -1 where none is known."""
    best, most = np.int64(-1), 0
    for k in range(rows.size):
        if rows[k] < 0:
            continue
        mine, count = np.int64(items[rows[k]].language), 0
        if mine < 0:
            continue
        for j in range(rows.size):
            if rows[j] >= 0 and items[rows[j]].language == mine:
                count += 1
        if count > most or (count == most and mine < best):
            best, most = mine, count
    return best


@numba.njit(cache=True)
def place_of(
    rows: Array, times: Array, octets: Array, interest: Array, half_life_micros: Number, out: Array
) -> None:
    """See `lodestone.models.taste.place_of`."""
    order, count = np.empty(rows.size, np.int64), 0
    for k in range(rows.size):
        if rows[k] < 0:
            continue
        at = count
        while at > 0 and (
            times[order[at - 1]] > times[k]
            or (times[order[at - 1]] == times[k] and rows[order[at - 1]] > rows[k])
        ):
            order[at] = order[at - 1]
            at -= 1
        order[at] = k
        count += 1
    if count == 0:
        out[:] = interest
        return
    total, newest = np.zeros(out.size), times[order[count - 1]]
    for i in range(count):
        weight = 0.5 ** ((newest - times[order[i]]) / half_life_micros) / 127.0
        row = rows[order[i]]
        for k in range(out.size):
            total[k] += weight * octets[row, _VECTOR_AT + k]
    square = 0.0
    for k in range(out.size):
        total[k] += 2.0 * interest[k]
        square += total[k] * total[k]
    length = math.sqrt(square)
    for k in range(out.size):
        out[k] = np.float32(total[k] / length if length > 0.0 else total[k])
