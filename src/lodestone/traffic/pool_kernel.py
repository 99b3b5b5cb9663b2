"""Compiled twins of `traffic.pool`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number

_NET_NONE = -(2**34)


@numba.njit(cache=True)
def consumed(
    items: Array,
    authors: Array,
    author_rank: Array,
    rows: Array,
    local: Array,
    here: Number,
    promises: Array,
    rank: Array,
) -> None:
    """See `lodestone.traffic.pool.consumed`."""
    for n in range(rows.size):
        item = items[rows[n]]
        bits = item.promises
        if item.need > 0:
            bits |= np.uint64(1)
        if here and local[n] == 1:
            bits |= np.uint64(2)
        author = item.author
        if authors[author].small == 1:
            bits |= np.uint64(16)
        promises[n] = bits
        rank[n] = author_rank[author] if author < author_rank.size else np.int16(0)


@numba.njit(cache=True)
def take(
    passed: Array,
    index: Array,
    rows: Array,
    items: Array,
    kind: Array,
    domain: Array,
    source: Array,
    chances: Array,
    promises: Array,
    rank: Array,
    net: Array,
    out_item: Array,
    out_chances: Array,
    out_promises: Array,
    out_rank: Array,
    out_author: Array,
    out_topic: Array,
    out_kind: Array,
    out_domain: Array,
    out_source: Array,
    out_net: Array,
) -> None:
    """See `lodestone.traffic.pool.take`."""
    for p in range(index.size):
        k = index[p]
        n = passed[k]
        item = items[rows[n]]
        out_item[p] = rows[n]
        for o in range(chances.shape[1]):
            out_chances[p, o] = chances[k, o]
        out_promises[p], out_rank[p], out_net[p] = promises[k], rank[k], net[k]
        out_author[p], out_topic[p] = item.author, item.topic
        out_kind[p], out_domain[p], out_source[p] = kind[n], domain[n], source[n]


@numba.njit(cache=True)
def number(authors: Array, out: Array) -> None:
    """See `lodestone.traffic.pool.number`."""
    size = 16
    while size < 2 * authors.size:
        size *= 2
    known, place = np.empty(size, np.int64), np.full(size, -1, np.int32)
    count = 0
    for n in range(authors.size):
        at = (np.int64(authors[n]) * 40503) & (size - 1)
        while place[at] >= 0 and known[at] != authors[n]:
            at = (at + 1) & (size - 1)
        if place[at] < 0:
            known[at], place[at] = authors[n], count
            count += 1
        out[n] = place[at]


@numba.njit(cache=True)
def _barred(author: Array, shown: Array, explored: Number, gap: Number, p: Number) -> Number:
    """Say whether every slot that ranks below a pool entry lies too near another of its author's."""
    for slot in range(shown.size):
        if slot == explored or shown[slot] < p:
            continue
        near = False
        for mine in range(max(0, slot - gap), min(shown.size, slot + gap + 1)):
            if mine != slot and author[shown[mine]] == author[p]:
                near = True
        if not near:
            return False
    return True


@numba.njit(cache=True)
def reasons(
    net: Array,
    index: Array,
    author: Array,
    topic: Array,
    shown: Array,
    explored: Number,
    author_max: Number,
    gap: Number,
    out: Array,
) -> None:
    """See `lodestone.traffic.pool.reasons`."""
    for n in range(net.size):
        out[n] = 29 if net[n] <= _NET_NONE else 30
    last = -1
    for k in range(shown.size):
        if k != explored:
            last = max(last, shown[k])
    for p in range(index.size):
        reason = 31
        if p < last:
            own, again = 0, False
            for k in range(shown.size):
                own += author[shown[k]] == author[p]
                again |= topic[p] >= 0 and topic[shown[k]] == topic[p]
            if own >= author_max:
                reason = 40
            elif _barred(author, shown, explored, gap, p):
                reason = 41
            elif again:
                reason = 42
        out[index[p]] = reason
    for k in range(shown.size):
        out[index[shown[k]]] = 0


@numba.njit(cache=True)
def account(
    value: Array,
    index: Array,
    shown: Array,
    promises: Array,
    rank: Array,
    attention: Array,
    chances_to: Array,
    used: Array,
    chances: Array,
    sums: Array,
) -> None:
    """See `lodestone.traffic.pool.account`."""
    filled = shown.size
    total, got = 0.0, 0.0
    best = np.full(filled, -np.inf)
    for n in range(value.size):
        if filled and value[n] > best[filled - 1]:
            k = filled - 1
            while k > 0 and best[k - 1] < value[n]:
                best[k] = best[k - 1]
                k -= 1
            best[k] = value[n]
    could = 0.0
    for k in range(filled):
        place = shown[k]
        weight = attention[k]
        total += weight
        got += weight * value[index[place]]
        could += weight * best[k]
        used[2] += weight * max(rank[place], 0) / 32767
        bits = promises[place]
        bit = 0
        while bits:
            if bits & np.uint64(1):
                used[bit] += weight
            bits >>= np.uint64(1)
            bit += 1
    for bit in range(chances.size):
        if chances_to[bit]:
            chances[bit] += total
    sums[0] += total
    sums[1] += got
    sums[2] += max(0.0, could - got)
