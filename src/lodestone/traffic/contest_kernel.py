"""Compiled twin of `traffic.contest`: each stage in one call, since a call's arrays are unpacked anew every time."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.traffic import filters_kernel, pool_kernel, prices_kernel

_judge, _consumed = filters_kernel.judge, pool_kernel.consumed
_values, _net, _select = (
    prices_kernel.values_from_codes, prices_kernel.net_scores, prices_kernel.select_pool,
)  # fmt: skip
_number, _reasons, _account = pool_kernel.number, pool_kernel.reasons, pool_kernel.account


@numba.njit(cache=True)
def sift(
    viewer: Array, items: Array, marks: Array, mine: Array, every: Array, passed: Array
) -> Number:  # fmt: skip
    """See `lodestone.traffic.contest.sift`."""
    _judge(
        viewer, items, every.row, marks.items, marks.authors, marks.epoch, mine.domains, mine.places,
        mine.hidden, every.reason, every.kind, every.domain, every.local,
    )  # fmt: skip
    count = 0
    for n in range(every.row.size):
        every.place[n] = n
        if every.reason[n] == 0:
            passed.row[count], passed.source[count] = every.row[n], every.source[n]
            passed.reason[count], passed.kind[count] = 0, every.kind[n]
            passed.domain[count], passed.local[count] = every.domain[n], every.local[n]
            passed.place[count], passed.payer[count] = n, every.payer[n]
            passed.bid[count], passed.payment[count] = every.bid[n], every.payment[n]
            count += 1
    return count


@numba.njit(cache=True)
def price(
    candidates: Array, items: Array, authors: Array, author_rank: Array, here: Number, pricing: Array
) -> None:  # fmt: skip
    """See `lodestone.traffic.contest.price`."""
    c = candidates
    for n in range(c.row.size):
        if c.kind[n] == 4:
            c.chances[n, 6] = 0
    _values(c.chances, pricing.worths, c.value)
    _consumed(items, authors, author_rank, c.row, c.local, here, c.promises, c.rank)
    offered = c.value.copy()
    for n in range(c.row.size):
        if c.payer[n] >= 0:
            offered[n] += c.bid[n] * (1.0 - pricing.budget[c.payer[n]])
    _net(offered, c.promises, c.rank, pricing.price, pricing.sign, pricing.gini, c.net)


@numba.njit(cache=True)
def others(count: Number, pinned: Array) -> Array:
    """See `lodestone.traffic.contest.others`."""
    first = np.ones(count, np.uint8)
    for k in range(pinned.size):
        first[pinned[k]] = 0
    rest, n = np.empty(count - pinned.size, np.int64), 0
    for k in range(count):
        if first[k]:
            rest[n] = k
            n += 1
    return rest


@numba.njit(cache=True)
def enter(
    candidates: Array, items: Array, pinned: Array, drawn: Number, entries: Array, told: Array
) -> None:  # fmt: skip
    """See `lodestone.traffic.contest.enter`."""
    c, e, first = candidates, entries, pinned.size
    rest = others(c.row.size, pinned)
    net = c.net[rest]
    forced = np.empty(1 if drawn >= 0 else 0, np.int64)
    if drawn >= 0:
        forced[0] = drawn
    contends = np.empty(e.candidate.size - first, np.int64)
    _select(net, forced, contends.size, contends)
    authors = np.empty(e.candidate.size, np.int32)
    told[0], told[1] = -1, 1
    for p in range(e.candidate.size):
        k = pinned[p] if p < first else rest[contends[p - first]]
        item = items[c.row[k]]
        e.candidate[p], e.item[p], authors[p], e.topic[p] = k, c.row[k], item.author, item.topic
        for o in range(c.chances.shape[1]):
            e.chances[p, o] = c.chances[k, o]
        e.promises[p], e.rank[p], e.net[p] = c.promises[k], c.rank[k], c.net[k]
        e.domain_kind[p], e.domain[p], e.source[p] = c.kind[k], c.domain[k], c.source[k]
        if p >= first and contends[p - first] == drawn:
            told[0] = p - first
    _number(authors, e.author)
    _number(authors[first:], e.contender[: contends.size])
    if drawn >= 0:
        ahead = 0
        for n in range(net.size):
            ahead += net[n] > net[drawn] or (n < drawn and net[n] == net[drawn])
        told[1] = 1 if ahead < contends.size else 0


@numba.njit(cache=True)
def close(
    candidates: Array, reason: Array, pinned: Array, entries: Array, page: Array, tally: Array
) -> None:  # fmt: skip
    """See `lodestone.traffic.contest.close`."""
    c, e, first = candidates, entries, pinned.size
    rest = others(c.row.size, pinned)
    found = np.empty(rest.size, np.uint8)
    _reasons(
        c.net[rest], np.searchsorted(rest, e.candidate[first:]), e.contender[: e.candidate.size - first],
        e.topic[first:], page.shown[first:] - first, max(page.explored - first, -1), page.author_max, page.gap,
        found,
    )  # fmt: skip
    for n in range(rest.size):
        reason[c.place[rest[n]]] = found[n]
    _account(
        c.value, e.candidate, page.shown, e.promises, e.rank, tally.attention, tally.could, tally.used,
        tally.chances, tally.sums,
    )  # fmt: skip
