"""Compiled twin of `traffic.slots`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def bound_above(
    net: Array,
    author: Array,
    attention: Array,
    author_max: Number,
    forced_slot: Number,
    forced: Number,
) -> Number:
    """See `lodestone.traffic.slots.bound_above`."""
    taken = np.zeros(net.size, np.int8)
    total, k = np.int64(0), 0
    for s in range(attention.size):
        if s == forced_slot:
            total += attention[s] * net[forced]
            continue
        while k < net.size:
            same = 0
            for m in range(k):
                if taken[m] and author[m] == author[k]:
                    same += 1
            if k != forced and same < author_max:
                break
            k += 1
        if k < net.size:
            taken[k] = 1
            total += attention[s] * net[k]
            k += 1
        else:
            total -= np.int64(1) << 56
    return total


@numba.njit(cache=True)
def _fits(
    k: Number, at: Number, chosen: Array, author: Array, author_max: Number, gap: Number
) -> Number:
    same = 0
    for s in range(chosen.size):
        other = chosen[s]
        if other >= 0 and s != at and author[other] == author[k]:
            same += 1
            if abs(s - at) <= gap:
                return False
    return same < author_max


@numba.njit(cache=True)
def _repeats(chosen: Array, topic: Array, s: Number, mine: Number) -> Number:
    again = 0
    if mine >= 0:
        for r in range(s):
            if chosen[r] >= 0 and topic[chosen[r]] == mine:
                again += 1
    return again


@numba.njit(cache=True)
def _rest(
    net: Array,
    used: Array,
    k: Number,
    attention: Array,
    s: Number,
    forced_slot: Number,
    forced: Number,
) -> Number:
    total, top = np.int64(0), 0
    for r in range(s + 1, attention.size):
        if r == forced_slot:
            total += attention[r] * net[forced]
            continue
        while top < net.size and (used[top] or top == k):
            top += 1
        if top < net.size:
            total += attention[r] * net[top]
            top += 1
        else:
            total -= np.int64(1) << 56
    return total


@numba.njit(cache=True)
def fill_slate(
    net: Array,
    author: Array,
    topic: Array,
    attention: Array,
    author_max: Number,
    gap: Number,
    repeat: Number,
    forced_slot: Number,
    forced: Number,
    nodes_max: Number,
    out: Array,
    told: Array,
) -> None:
    """See `lodestone.traffic.slots.fill_slate`."""
    slots, pool = attention.size, net.size
    chosen, tried = np.full(slots, -1, np.int64), np.full(slots, -1, np.int64)
    used = np.zeros(pool, np.int8)
    gained = np.zeros(slots + 1, np.int64)
    if forced_slot >= 0:
        used[forced], chosen[forced_slot] = 1, forced
    best, nodes, s, down = np.int64(-(2**62)), np.int64(0), 0, True
    cut = False
    while s >= 0 and not cut:
        if s == slots:
            if gained[s] > best:
                best = gained[s]
                out[:slots] = chosen
            s, down = s - 1, False
            continue
        if s == forced_slot:
            if down:
                again = _repeats(chosen, topic, s, topic[forced])
                gained[s + 1] = gained[s] + attention[s] * (net[forced] - again * repeat)
                s += 1
                if s < slots:
                    tried[s] = -1
            else:
                s -= 1
            continue
        if chosen[s] >= 0:
            used[chosen[s]], chosen[s] = 0, -1
        k, down = tried[s] + 1, False
        while k <= pool:
            nodes += 1
            if nodes > nodes_max and best > -(2**62):
                cut = True
                break
            if k == pool:
                total = gained[s]
                for r in range(s, slots):
                    if r == forced_slot:
                        again = _repeats(chosen, topic, r, topic[forced])
                        total += attention[r] * (net[forced] - again * repeat)
                    else:
                        total -= np.int64(1) << 56
                if total > best:
                    best = total
                    out[:slots] = chosen
                break
            if not used[k]:
                hope = gained[s] + attention[s] * net[k]
                if hope + _rest(net, used, k, attention, s, forced_slot, forced) <= best:
                    k = pool
                    break
                if _fits(k, s, chosen, author, author_max, gap):
                    again = _repeats(chosen, topic, s, topic[k])
                    gained[s + 1] = hope - attention[s] * again * repeat
                    used[k], chosen[s], down = 1, k, True
                    break
            k += 1
        tried[s] = k
        if down:
            s += 1
            if s < slots:
                tried[s] = -1
        else:
            s -= 1
    told[0], told[1], told[2] = best, nodes, 0 if cut else 1


@numba.njit(cache=True)
def splitmix(seed: Number, index: Number) -> Number:
    """Return the index-th 64-bit number of a seed's stream (Steele, Lea and Flood, 2014)."""
    z = np.uint64(seed) + np.uint64(index + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
