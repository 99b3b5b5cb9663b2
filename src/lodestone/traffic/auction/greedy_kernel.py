"""Compiled twin of `traffic.auction.greedy`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number

_ONE = 1_000_000
_NONE = -(2**62)


@numba.njit(cache=True)
def _loss(organic: Array, weight: Array, s: Number, k: Number) -> Number:
    loss = np.int64(0)
    for r in range(s, weight.shape[1]):
        j = r - k
        if j >= organic.size:
            break
        loss += weight[k, r] * organic[j]
        if r + 1 < weight.shape[1]:
            loss -= weight[k + 1, r + 1] * organic[j]
    return loss


@numba.njit(cache=True)
def _may_stand(
    x: Number,
    s: Number,
    slate: Array,
    payer: Array,
    author: Array,
    by_author: Number,
    organic_author: Array,
    author_gap: Number,
    author_max: Number,
) -> Number:
    """See `lodestone.traffic.auction.greedy._Page._may_stand`."""
    mine, count, j = author[x], 0, 0
    for r in range(s):
        y = slate[r]
        if y >= 0:
            if payer[y] == payer[x]:
                return False
            whose = author[y]
            if by_author and mine >= 0 and whose == mine:
                return False
        else:
            whose = organic_author[j]
            j += 1
        if mine >= 0 and whose == mine:
            count += 1
            if s - r <= author_gap:
                return False
    if mine < 0:
        return True
    for r in range(s + 1, slate.size):
        if j >= organic_author.size:
            break
        if organic_author[j] == mine:
            count += 1
            if r - s <= author_gap:
                return False
        j += 1
    return count < author_max


@numba.njit(cache=True)
def _run(
    organic: Array,
    ads: Array,
    rules: Array,
    without: Number,
    slate: Array,
    figures: Array,
    least: Array,
) -> Number:
    """Fill the page without one ad (-1: with all), and write at which whole bid that one would get which slot.

    The first is written into `least`, shape (slots, 2), beside the slot's weight, which is 0 where no bid gets it. The rest is
    as in `greedy.fill`.
    """
    bid, user, price, payer, author, _ = ads
    weight, gap, first, by_author, organic_author, author_gap, author_max = rules
    ads_max, slots = weight.shape[0] - 1, weight.shape[1]
    k, since = 0, gap
    slate[:] = -2
    least[:] = 0
    for s in range(slots):
        winner, second = -1, -1
        p, loss = weight[k, s], np.int64(0)
        if k < ads_max and s >= first and since >= gap and p > 0:
            loss = _loss(organic, weight, s, k)
            top, next_top = np.int64(0), np.int64(0)
            for x in range(bid.size):
                if x == without:
                    continue
                gain = p * (bid[x] + user[x]) - _ONE * price[x] - loss
                if gain <= next_top:
                    continue
                if not _may_stand(
                    x, s, slate, payer, author, by_author, organic_author, author_gap, author_max
                ):
                    continue
                if gain > top:
                    winner, second = x, winner
                    top, next_top = gain, top
                else:
                    second, next_top = x, gain
            if without >= 0 and _may_stand(
                without, s, slate, payer, author, by_author, organic_author, author_gap, author_max
            ):  # fmt: skip
                # It needs a gain above that of the winner, or equal to it where it comes first.
                ahead = 1 if winner >= 0 and without < winner else 0
                asked = top + _ONE * price[without] + loss - ahead
                least[s, 0] = asked // p + 1 - user[without]
                least[s, 1] = p
        if winner >= 0:
            figures[k, 0], figures[k, 1], figures[k, 2] = winner, s, p
            figures[k, 3], figures[k, 4] = loss, second
            slate[s] = winner
            k += 1
            since = 0
        elif s - k < organic.size:
            slate[s] = -1
            since += 1
        else:
            break
    return k


@numba.njit(cache=True)
def fill(organic: Array, ads: Array, rules: Array, slate: Array, figures: Array) -> Number:
    """See `lodestone.traffic.auction.greedy.fill`."""
    return _run(organic, ads, rules, -1, slate, figures, np.empty((slate.size, 2), np.int64))


@numba.njit(cache=True)
def breakpoints(organic: Array, ads: Array, rules: Array, x: Number, out: Array) -> Number:
    """See `lodestone.traffic.auction.greedy.breakpoints`: with a bid of z the ad gets the first slot that takes no more."""
    weight = rules[0]
    slots = weight.shape[1]
    slate, least = np.empty(slots, np.int64), np.empty((slots, 2), np.int64)
    figures = np.empty((weight.shape[0], 5), np.int64)
    _run(organic, ads, rules, x, slate, figures, least)
    bid, reserve = ads[0][x], ads[5][x]
    steps = 0
    for s in range(slots):
        if least[s, 1] == 0:
            continue
        z = max(least[s, 0], reserve)
        if z > bid or (steps > 0 and z >= out[steps - 1, 0]):
            continue
        if steps > 0 and out[steps - 1, 1] == least[s, 1]:
            steps -= 1
        out[steps, 0], out[steps, 1] = z, least[s, 1]
        steps += 1
        if z == reserve:
            break
    for n in range(steps // 2):
        for c in range(2):
            out[n, c], out[steps - 1 - n, c] = out[steps - 1 - n, c], out[n, c]
    return steps
