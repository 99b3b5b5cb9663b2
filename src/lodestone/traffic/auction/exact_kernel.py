"""Compiled twin of `traffic.auction.exact`.

The table knows nothing of payers. Where the page read from it has two ads that exclude each other, a and b, the search goes on
twice: without what excludes a, and without a. Every page allowed is in at least one of the two, so that the best of them
is the best there is. Before that, ads are left out for which there are always better ones: one that excludes the same others,
or so many of different payers that not all can be excluded. The better ones come earlier in the order, so that ties
fall as they do in the twin.
"""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number

_ONE = 1_000_000


@numba.njit(cache=True)
def _excludes(a: Number, b: Number, payer: Array, author: Array, by_author: Number) -> Number:
    return payer[a] == payer[b] or (by_author and author[a] >= 0 and author[a] == author[b])


@numba.njit(cache=True)
def _alone(name: Array, alone: Array) -> None:
    """Write 1 where nobody else has the name; -1 is nobody's."""
    alone[:] = 1
    for a in range(name.size):
        for b in range(a):
            if name[a] >= 0 and name[a] == name[b]:
                alone[a] = 0
                alone[b] = 0


@numba.njit(cache=True)
def _sort(value: Array, price: Array, order: Array) -> None:
    for n in range(value.size):
        m = n
        while m > 0:
            y = order[m - 1]
            if value[y] > value[n] or (value[y] == value[n] and price[y] <= price[n]):
                break
            order[m] = y
            m -= 1
        order[m] = n


@numba.njit(cache=True)
def _keep(
    value: Array,
    price: Array,
    payer: Array,
    author: Array,
    by_author: Number,
    ads_max: Number,
    alone_payer: Array,
    alone_author: Array,
    order: Array,
    better: Array,
) -> Number:
    """Sort the ads and leave out those that no best page needs; return how many stay."""
    _sort(value, price, order)
    needed = 2 * ads_max - 1 if by_author else ads_max
    ads_left = 0
    for n in range(value.size):
        x = order[n]
        count, leave = 0, False
        for m in range(ads_left):
            d = order[m]
            if price[d] > price[x]:
                continue
            same_payer = payer[d] == payer[x]
            same_author = author[d] >= 0 and author[d] == author[x]
            if same_payer and (not by_author or same_author or alone_author[d]):
                leave = True
                break
            if by_author and same_author and alone_payer[d]:
                leave = True
                break
            fresh = True
            for j in range(count):
                if _excludes(better[j], d, payer, author, by_author):
                    fresh = False
                    break
            if fresh:
                better[count] = d
                count += 1
                if count >= needed:
                    leave = True
                    break
        if not leave:
            order[ads_left] = x
            ads_left += 1
    return ads_left


@numba.njit(cache=True)
def _table(
    organic: Array,
    value: Array,
    price: Array,
    order: Array,
    ads_left: Number,
    alive: Array,
    weight: Array,
    gap: Number,
    first: Number,
    table: Array,
    chosen: Array,
) -> Number:
    """Fill the table for the ads that are alive, write the page as places in the order; return its worth."""
    ads_max, slots = weight.shape[0] - 1, weight.shape[1]
    width = ads_left + 1
    since_width = (gap + 1) * width
    row = (ads_max + 1) * since_width
    table[slots * row : (slots + 1) * row] = 0
    for s in range(slots - 1, -1, -1):
        for k in range(min(ads_max, s), -1, -1):
            p = weight[k, s]
            more = s - k < organic.size
            shown = p * organic[s - k] if more else np.int64(0)
            for g in range(gap + 1):
                at = s * row + k * since_width + g * width
                after = (s + 1) * row + k * since_width + min(g + 1, gap) * width
                ad_after = (s + 1) * row + (k + 1) * since_width
                allowed = k < ads_max and s >= first and g >= gap
                ad_best = np.int64(-(2**62))
                for i in range(ads_left, -1, -1):
                    if allowed and i < ads_left and alive[i]:
                        worth = (
                            p * value[order[i]] - _ONE * price[order[i]] + table[ad_after + i + 1]
                        )
                        ad_best = max(ad_best, worth)
                    worth = shown + table[after + i] if more else np.int64(0)
                    table[at + i] = max(worth, ad_best)
    k, g, i = 0, gap, 0
    chosen[:] = -1
    for s in range(slots):
        at = s * row + k * since_width + g * width + i
        more = s - k < organic.size
        after = (s + 1) * row + k * since_width + min(g + 1, gap) * width + i
        worth = weight[k, s] * organic[s - k] + table[after] if more else np.int64(0)
        if worth == table[at]:
            if not more:
                break
            g = min(g + 1, gap)
            continue
        ad_after = (s + 1) * row + (k + 1) * since_width
        while True:
            if alive[i]:
                x = order[i]
                worth = weight[k, s] * value[x] - _ONE * price[x] + table[ad_after + i + 1]
                if worth == table[at]:
                    break
            i += 1
        chosen[s] = i
        k, g, i = k + 1, 0, i + 1
    return table[gap * width]


@numba.njit(cache=True)
def _earlier(left: Array, right: Array) -> Number:
    for s in range(left.size):
        if left[s] != right[s]:
            return left[s] < right[s]
    return False


@numba.njit(cache=True)
def _conflict(
    chosen: Array, order: Array, payer: Array, author: Array, by_author: Number
) -> Number:
    """Return the place of the first ad that excludes a later one, -1 for none."""
    for s in range(chosen.size):
        if chosen[s] >= 0:
            for r in range(s + 1, chosen.size):
                if chosen[r] >= 0 and _excludes(
                    order[chosen[s]], order[chosen[r]], payer, author, by_author
                ):
                    return chosen[s]
    return -1


@numba.njit(cache=True)
def _room(ads: Number, weight: Array, gap: Number) -> Array:
    """Make all the scratch that the search needs."""
    ads_max, slots = weight.shape[0] - 1, weight.shape[1]
    return (
        np.empty((slots + 1) * (ads_max + 1) * (gap + 1) * (ads + 1), np.int64),
        np.empty((ads + 2, ads), np.uint8),
        np.empty(ads, np.int64),
        np.empty(ads, np.int64),
        np.empty(slots, np.int64),
        np.empty(slots, np.int64),
        np.empty(ads, np.uint8),
        np.empty(ads, np.uint8),
    )


@numba.njit(cache=True)
def _search(
    organic: Array,
    value: Array,
    price: Array,
    payer: Array,
    author: Array,
    rules: Array,
    room: Array,
    slate: Array,
    summary: Array,
) -> None:
    weight, gap, first, by_author, nodes_max = rules
    table, stack, order, better, chosen, top, alone_payer, alone_author = room
    ads_max, slots = weight.shape[0] - 1, weight.shape[1]
    ads_left = _keep(
        value, price, payer, author, by_author, ads_max, alone_payer, alone_author, order, better
    )
    top[:] = -1
    total = np.int64(0)
    for s in range(min(slots, organic.size)):
        total += weight[0, s] * organic[s]
    stack[0, :ads_left] = 1
    depth, nodes, exact = 1, 0, 1
    while depth > 0:
        if nodes >= nodes_max:
            exact = 0
            break
        depth -= 1
        alive = stack[depth]
        nodes += 1
        worth = _table(
            organic, value, price, order, ads_left, alive, weight, gap, first, table, chosen
        )
        if worth < total:
            continue
        a = _conflict(chosen, order, payer, author, by_author)
        if a < 0:
            if worth > total or _earlier(chosen, top):
                total = worth
                top[:] = chosen
            continue
        # First with a and without what excludes it, for it reads the better page; then without a.
        stack[depth + 1, :ads_left] = alive[:ads_left]
        for b in range(ads_left):
            if b != a and _excludes(order[a], order[b], payer, author, by_author):
                stack[depth + 1, b] = 0
        stack[depth, a] = 0
        depth += 2
    organics, k = np.int64(0), 0
    for s in range(slots):
        if top[s] >= 0:
            slate[s] = order[top[s]]
            k += 1
        elif s - k < organic.size:
            slate[s] = -1
            organics += weight[k, s] * organic[s - k]
        else:
            slate[s:] = -2
            break
    summary[0], summary[1], summary[2], summary[3] = total, organics, nodes, exact


@numba.njit(cache=True)
def best(organic: Array, ads: Array, rules: Array, slate: Array, summary: Array) -> None:
    """See `lodestone.traffic.auction.exact.best`."""
    value, price, payer, author = ads
    room = _room(value.size, rules[0], rules[1])
    _alone(payer, room[6])
    _alone(author, room[7])
    _search(organic, value, price, payer, author, rules, room, slate, summary)


@numba.njit(cache=True)
def charge(
    organic: Array, ads: Array, rules: Array, slate: Array, figures: Array, summary: Array
) -> Number:
    """See `lodestone.traffic.auction.exact.charge`."""
    bid, user, price, payer, author, reserve = ads
    weight = rules[0]
    room = _room(bid.size, weight, rules[1])
    _alone(payer, room[6])
    _alone(author, room[7])
    value = bid + user
    _search(organic, value, price, payer, author, rules, room, slate, summary)
    other, figure = np.empty(slate.size, np.int64), np.zeros(4, np.int64)
    count = 0
    for slot in range(slate.size):
        x = slate[slot]
        if x < 0:
            continue
        p = weight[count, slot]
        for y in range(bid.size):
            value[y] = (reserve[y] if payer[y] == payer[x] else bid[y]) + user[y]
        _search(organic, value, price, payer, author, rules, room, other, figure)
        due = figure[0] - (summary[0] - p * bid[x])
        organics = figure[1] - summary[1]
        own = _ONE * price[x] - p * user[x]
        runner_up, k = np.int64(-1), 0
        for s in range(other.size):
            y = other[s]
            if y < 0:
                continue
            if payer[y] == payer[x]:
                own += weight[k, s] * value[y] - _ONE * price[y]
            elif runner_up < 0 and not (slate == y).any():
                runner_up = y
            k += 1
        row = figures[count]
        row[0], row[1], row[2], row[3] = x, slot, p, due
        row[4], row[5], row[6], row[7] = organics, due - organics - own, own, runner_up
        count += 1
        summary[3] = min(summary[3], figure[3])
    return count


@numba.njit(cache=True)
def _weight_at(slate: Array, x: Number, weight: Array) -> Number:
    k = 0
    for s in range(slate.size):
        if slate[s] == x:
            return weight[k, s]
        k += slate[s] >= 0
    return np.int64(0)


@numba.njit(cache=True)
def breakpoints(organic: Array, ads: Array, rules: Array, x: Number, out: Array) -> Number:
    """See `lodestone.traffic.auction.exact.breakpoints`.

    The worth of the page is convex in a bid, a maximum of lines whose slopes are the weights: bids are tried where the lines
    of two ends meet (Eisner and Severance, 1976) and beside it, which takes two trials for each step.
    """
    bid, user, price, payer, author, reserve = ads
    weight = rules[0]
    room = _room(bid.size, weight, rules[1])
    _alone(payer, room[6])
    _alone(author, room[7])
    value = bid + user
    slate, summary = np.empty(weight.shape[1], np.int64), np.empty(4, np.int64)
    # Ends still to be looked between, the lowest last: bid, weight, worth at a bid of 0 on the end's line.
    ends = np.empty((out.shape[0] + 2, 3), np.int64)
    for n in range(2):
        z = bid[x] if n == 0 else reserve[x]
        value[x] = z + user[x]
        _search(organic, value, price, payer, author, rules, room, slate, summary)
        p = _weight_at(slate, x, weight)
        ends[n] = z, p, summary[0] - z * p
    steps, depth = 0, 2
    if ends[1, 1] > 0:
        out[0] = ends[1, 0], ends[1, 1]
        steps = 1
    while depth > 1:
        low, high = ends[depth - 1], ends[depth - 2]
        if low[1] == high[1]:
            depth -= 1
            continue
        if high[0] - low[0] <= 1:
            out[steps] = high[0], high[1]
            steps += 1
            depth -= 1
            continue
        z = -((high[2] - low[2]) // (high[1] - low[1]))  # where the lines meet, upwards
        z = min(max(z, low[0] + 1), high[0] - 1)
        value[x] = z + user[x]
        _search(organic, value, price, payer, author, rules, room, slate, summary)
        p = _weight_at(slate, x, weight)
        if p == low[1]:
            low[0] = z
        elif p == high[1]:
            high[0] = z
        else:
            ends[depth] = low
            ends[depth - 1] = z, p, summary[0] - z * p
            depth += 1
    return steps
