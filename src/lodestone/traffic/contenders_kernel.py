"""Compiled twin of `traffic.contenders`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.traffic.prices_kernel import values_from_codes


@numba.njit(cache=True)
def allow(
    ordinals: Array,
    item: Array,
    items: Array,
    marks: Array,
    viewer: Number,
    page: Array,
    out: Array,
) -> Number:
    """See `lodestone.traffic.contenders.allow`."""
    of_items, of_authors, epoch = marks
    base, count = epoch * 4, 0
    there = np.empty(page.size, np.int32)
    for n in range(page.size):
        there[n] = items[page[n]].author
    for n in range(ordinals.size):
        row = item[ordinals[n]]
        it = items[row]
        mark = of_authors[it.author]
        # live 1, show 0; rejected 3; blocked 2, muted 3
        if it.state != 1 or it.label != 0 or of_items[row] == base + 3:
            continue
        if mark == base + 2 or mark == base + 3 or (viewer >= 0 and it.owner == viewer):
            continue
        beside = False
        for k in range(there.size):
            beside |= there[k] == it.author
        if not beside:
            out[0][count], out[1][count], out[2][count] = ordinals[n], row, it.author
            count += 1
    return count


@numba.njit(cache=True)
def offer(chances: Array, columns: Array, worths: Array, action: Array, user: Array) -> None:
    """See `lodestone.traffic.contenders.offer`."""
    _, bought, most, _, _, _ = columns
    values_from_codes(chances, worths, user)
    bits = np.zeros(1, np.uint32)
    floats = bits.view(np.float32)
    for n in range(bought.size):
        action[n] = 1.0
        if bought[n] >= 0:
            bits[0] = np.uint32(chances[n, bought[n]]) << np.uint32(16)
            chance = np.float64(floats[0])
            action[n] = min(chance, most[n])


@numba.njit(cache=True)
def cut(
    ordinals: Array, chances: Array, columns: Array, worths: Array, payers: Number, out: Array
) -> Number:
    """See `lodestone.traffic.contenders.cut`."""
    bid, bought, most, pace, reserve, campaign = columns
    size = ordinals.size
    mine = (
        bid[ordinals], bought[ordinals], most[ordinals], pace[ordinals], reserve[ordinals],
        campaign[ordinals],
    )  # fmt: skip
    action, worth = np.empty(size), np.empty(size)
    offer(chances, mine, worths, action, worth)
    order, sound = np.empty(size, np.int64), 0
    for n in range(size):
        pays = np.float64(mine[0][n]) * action[n] * mine[3][n]
        worth[n] += pays
        if not (pays >= mine[4][n] and np.isfinite(worth[n])):
            continue
        at = sound
        while at > 0 and worth[order[at - 1]] < worth[n]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = n
        sound += 1
    taken, count, chosen = np.empty(payers, np.int32), 0, np.zeros(size, np.bool_)
    for at in range(sound):
        payer, known = mine[5][order[at]], False
        for k in range(count):
            known |= taken[k] == payer
        if not known:
            if count == payers:
                continue
            taken[count] = payer
            count += 1
        chosen[order[at]] = True
    count = 0
    for n in range(size):
        if chosen[n]:
            out[count] = n
            count += 1
    return count
