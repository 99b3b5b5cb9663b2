"""Compiled twin of `traffic.contest`: each stage in one call, since a call's arrays are unpacked anew every time.

Structs come as plain tuples, field by field as their classes in `traffic.candidates` have them: what numba keeps of a
compiled call names the classes of its arguments, and could not be read after an update that moved one.
"""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.traffic import filters_kernel, pool_kernel, prices_kernel

_judge, _consumed = filters_kernel.judge, pool_kernel.consumed
_values, _net, _select = (
    prices_kernel.values_from_codes,
    prices_kernel.net_scores,
    prices_kernel.select_pool,
)
_number, _reasons, _account = pool_kernel.number, pool_kernel.reasons, pool_kernel.account


@numba.njit(cache=True)
def sift(
    viewer: Array, items: Array, marks: Array, mine: Array, every: Array, passed: Array
) -> Number:
    """See `lodestone.traffic.contest.sift`."""
    row, source, reason, kind, domain, local, place, _, _, _, _, _, payer, bid, payment = every
    row_to, source_to, reason_to, kind_to, domain_to, local_to, place_to = passed[:7]
    payer_to, bid_to, payment_to = passed[12:]
    item_marks, author_marks, epoch = marks
    domains, places, hidden = mine
    _judge(
        viewer[0],
        items,
        row,
        item_marks,
        author_marks,
        epoch,
        domains,
        places,
        hidden,
        reason,
        kind,
        domain,
        local,
    )
    count = 0
    for n in range(row.size):
        place[n] = n
        if reason[n] == 0:
            row_to[count], source_to[count], reason_to[count] = row[n], source[n], 0
            kind_to[count], domain_to[count], local_to[count] = kind[n], domain[n], local[n]
            place_to[count], payer_to[count] = n, payer[n]
            bid_to[count], payment_to[count] = bid[n], payment[n]
            count += 1
    return count


@numba.njit(cache=True)
def price(
    candidates: Array,
    items: Array,
    authors: Array,
    author_rank: Array,
    here: Number,
    pricing: Array,
) -> None:
    """See `lodestone.traffic.contest.price`."""
    row, _, _, kind, _, local, _, chances, value, promises, rank, net, payer, bid, _ = candidates
    worths, prices, sign, gini, budget = pricing
    for n in range(row.size):
        if kind[n] == 4:
            chances[n, 6] = 0
    _values(chances, worths, value)
    _consumed(items, authors, author_rank, row, local, here, promises, rank)
    offered = value.copy()
    for n in range(row.size):
        if payer[n] >= 0:
            offered[n] += bid[n] * (1.0 - budget[payer[n]])
    _net(offered, promises, rank, prices, sign, gini, net)


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
    candidates: Array,
    items: Array,
    pinned: Array,
    drawn: Number,
    entries: Array,
    drawn_place: Array,
) -> None:
    """See `lodestone.traffic.contest.enter`."""
    row, source, _, kind, domain, _, _, chances, _, promises, rank, every_net, _, _, _ = candidates
    (
        item_to,
        chances_to,
        promises_to,
        rank_to,
        author_to,
        topic_to,
        kind_to,
        domain_to,
        source_to,
        net_to,
        candidate_to,
        contender_to,
    ) = entries
    size, first = candidate_to.size, pinned.size
    rest = others(row.size, pinned)
    net = every_net[rest]
    forced = np.empty(1 if drawn >= 0 else 0, np.int64)
    if drawn >= 0:
        forced[0] = drawn
    contends = np.empty(size - first, np.int64)
    _select(net, forced, contends.size, contends)
    authors = np.empty(size, np.int32)
    drawn_place[0], drawn_place[1] = -1, 1
    for p in range(size):
        k = pinned[p] if p < first else rest[contends[p - first]]
        item = items[row[k]]
        candidate_to[p], item_to[p], authors[p], topic_to[p] = k, row[k], item.author, item.topic
        for o in range(chances.shape[1]):
            chances_to[p, o] = chances[k, o]
        promises_to[p], rank_to[p], net_to[p] = promises[k], rank[k], every_net[k]
        kind_to[p], domain_to[p], source_to[p] = kind[k], domain[k], source[k]
        if p >= first and contends[p - first] == drawn:
            drawn_place[0] = p - first
    _number(authors, author_to)
    if first:
        _number(authors[first:], contender_to[: contends.size])
    else:
        contender_to[:] = author_to
    if drawn >= 0:
        ahead = 0
        for n in range(net.size):
            ahead += net[n] > net[drawn] or (n < drawn and net[n] == net[drawn])
        drawn_place[1] = 1 if ahead < contends.size else 0


@numba.njit(cache=True)
def close(
    candidates: Array, reason: Array, pinned: Array, entries: Array, page: Array, tally: Array
) -> None:
    """See `lodestone.traffic.contest.close`."""
    row, place, value, net = candidates[0], candidates[6], candidates[8], candidates[11]
    promises, rank, topic, candidate, contender = (
        entries[2],
        entries[3],
        entries[5],
        entries[10],
        entries[11],
    )
    shown, explored, author_max, gap = page
    attention, could, used, chances, sums = tally
    first = pinned.size
    rest = others(row.size, pinned)
    reasons = np.empty(rest.size, np.uint8)
    _reasons(
        net[rest],
        np.searchsorted(rest, candidate[first:]),
        contender[: candidate.size - first],
        topic[first:],
        shown[first:] - first,
        max(explored - first, -1),
        author_max,
        gap,
        reasons,
    )
    for n in range(rest.size):
        reason[place[rest[n]]] = reasons[n]
    _account(value, candidate, shown, promises, rank, attention, could, used, chances, sums)
