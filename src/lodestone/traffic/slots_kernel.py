"""Compiled twin of `traffic.slots`.

Whole numbers that a helper takes begin as `np.int64(…)`: a bare constant has a type of its own, for which the helper and
everything it calls are compiled once more.
"""

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
def _completes(
    author: Array,
    chosen: Array,
    s: Number,
    room: Array,
    gap: Number,
    forced_slot: Number,
    left: Array,
    last: Array,
) -> Number:
    """See `lodestone.traffic.slots._Search._completes`; `left` and `last` are scratch."""
    left[:] = room
    last[:] = -gap - 1
    for r in range(chosen.size):
        if chosen[r] >= 0:
            left[author[chosen[r]]] -= 1
            if r <= s:
                last[author[chosen[r]]] = r
    open_slots = chosen.size - s - 1 - (1 if forced_slot > s else 0)
    if left.sum() - gap * left.max() >= open_slots:
        return True  # even without those whom spacing bars
    for r in range(s + 1, chosen.size):
        if r == forced_slot:
            continue
        best = -1
        for a in range(left.size):
            if left[a] > 0 and r - last[a] > gap and (best < 0 or left[a] > left[best]):
                best = a
        if best < 0:
            return False
        left[best] -= 1
        last[best] = r
    return True


@numba.njit(cache=True)
def page_rules(counts: Array, filled: Number, author_max: Number, gap: Number) -> Number:
    """See `lodestone.traffic.slots.page_rules`."""
    cap = author_max
    while np.minimum(counts, cap).sum() < filled:
        cap += 1
    room = np.minimum(counts, cap)
    if room.sum() >= filled + (gap + 1) * cap:
        return cap, gap, False
    widest = gap
    while widest > 0:
        blocks = filled // (widest + 1)
        rest = filled % (widest + 1)
        most = np.minimum(room, blocks).sum()
        if most + min(rest, np.sum(room > blocks)) >= filled:
            break
        widest -= 1
    return cap, widest, True


@numba.njit(cache=True)
def fill(
    net: Array, author: Array, topic: Array, attention: Array, author_max: Number, gap: Number,
    repeat: Number, forced_slot: Number, forced: Number, nodes_max: Number, relaxing: Number, out: Array,
    summary: Array,
) -> None:  # fmt: skip
    """See `lodestone.traffic.slots.fill`."""
    cap, widest, least, tight = author_max, gap, gap, False
    room = np.zeros(0, np.int64)
    if relaxing:
        counts = np.zeros(author.max() + 1 if author.size else 0, np.int64)
        for k in range(author.size):
            counts[author[k]] += 1
        cap, widest, tight = page_rules(counts, attention.size, author_max, gap)
        room, least = np.minimum(counts, cap), 0
    nodes, whole = np.int64(0), np.int64(1)
    for spacing in range(widest, least - 1, -1):
        ahead = 1 if tight and spacing > 0 else 0
        _search(
            net, author, topic, attention, cap, spacing, repeat, forced_slot, forced, nodes_max,
            room, ahead, out, summary,
        )  # fmt: skip
        nodes += summary[1]
        whole &= summary[2]
        if not (out[: attention.size] < 0).any():
            break
    summary[1], summary[2], summary[3], summary[4] = nodes, whole, cap, spacing


@numba.njit(cache=True)
def _search(
    net: Array, author: Array, topic: Array, attention: Array, author_max: Number, gap: Number,
    repeat: Number, forced_slot: Number, forced: Number, nodes_max: Number, room: Array, ahead: Number,
    out: Array, summary: Array,
) -> None:  # fmt: skip
    left, last = np.zeros(room.size, np.int64), np.zeros(room.size, np.int64)
    slots, pool = attention.size, net.size
    chosen, tried = np.full(slots, -1, np.int64), np.full(slots, -1, np.int64)
    used = np.zeros(pool, np.int8)
    gained = np.zeros(slots + 1, np.int64)
    if forced_slot >= 0:
        used[forced], chosen[forced_slot] = 1, forced
    best, nodes, s, down = np.int64(-(2**62)), np.int64(0), np.int64(0), True
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
                    chosen[s] = k
                    if not ahead or _completes(
                        author, chosen, s, room, gap, forced_slot, left, last
                    ):
                        used[k], down = 1, True
                        break
                    chosen[s] = -1
            k += 1
        tried[s] = k
        if down:
            s += 1
            if s < slots:
                tried[s] = -1
        else:
            s -= 1
    summary[0], summary[1], summary[2] = best, nodes, 0 if cut else 1


@numba.njit(cache=True)
def splitmix(seed: Number, index: Number) -> Number:
    """Return the index-th 64-bit number of a seed's stream (Steele, Lea and Flood, 2014)."""
    z = np.uint64(seed) + np.uint64(index + 1) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True)
def _same_shown(left: Array, right: Array) -> Number:
    """Say whether two slates show the same, empty slots closed up."""
    a, b = 0, 0
    while True:
        while a < left.size and left[a] < 0:
            a += 1
        while b < right.size and right[b] < 0:
            b += 1
        if a == left.size or b == right.size:
            return a == left.size and b == right.size
        if left[a] != right[b]:
            return False
        a, b = a + 1, b + 1


@numba.njit(cache=True)
def choose(pool: Array, rules: Array, drawn: Array, slate: Array, summary: Array) -> Number:
    """See `lodestone.traffic.slots.choose`."""
    net, author, topic = pool
    attention, author_max, gap, repeat, nodes_max, relaxing = rules
    slot, index, natural, eligible = drawn
    best, again = np.full(attention.size, -1, np.int64), np.full(attention.size, -1, np.int64)
    figures, others = np.zeros(5, np.int64), np.zeros(5, np.int64)
    none = np.int64(-1)
    fill(
        net, author, topic, attention, author_max, gap, repeat, none, none, nodes_max, relaxing, best, figures
    )  # fmt: skip
    slate[:] = best
    forced_slot, forced = none, none
    if slot >= 0 and not (natural and best[slot] == index):
        forced_slot, forced = slot, index
        slate[:] = -1
        fill(
            net, author, topic, attention, author_max, gap, repeat, slot, index, nodes_max, relaxing, slate, figures
        )  # fmt: skip
    shown = 0
    for s in range(slate.size):
        shown += slate[s] >= 0
    open_slots = min(slate.size, eligible)
    full = shown == open_slots
    ways = np.int64(0)
    if full and natural and forced_slot < 0:
        ways = np.int64(shown)
    else:
        place = -1
        for s in range(slate.size):
            if slate[s] < 0:
                continue
            place += 1
            if not natural and slate[s] != index:
                continue
            for k in range(place if full else 0, place + 1 if full else open_slots):
                if natural and best[k] == slate[s]:
                    ways += _same_shown(best, slate)
                    continue
                again[:] = -1
                fill(
                    net, author, topic, attention, author_max, gap, repeat, k, slate[s], nodes_max, relaxing,
                    again, others,
                )  # fmt: skip
                ways += _same_shown(again, slate)
    summary[0], summary[1], summary[2], summary[3], summary[4] = (
        figures[0],
        figures[2],
        figures[3],
        figures[4],
        ways,
    )
    summary[5] = bound_above(net, author, attention, figures[3], forced_slot, forced)
    summary[6] = 1 if natural and _same_shown(slate, best) else 0
    return shown
