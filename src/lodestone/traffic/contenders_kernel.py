"""Compiled twin of `traffic.contenders`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.traffic.pool_kernel import number
from lodestone.traffic.prices_kernel import values_from_codes


@numba.njit(cache=True)
def allow(
    ordinals: Array,
    ads: Array,
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
        row = ads[ordinals[n]].item
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
    ordinals: Array,
    authors: Array,
    chances: Array,
    ads: Array,
    worths: Array,
    payers: Number,
    out: Array,
) -> Number:
    """See `lodestone.traffic.contenders.cut`."""
    ints, floats = out
    size = ordinals.size
    action, user, worth = np.empty(size), np.empty(size), np.empty(size)
    bits = np.zeros(1, np.uint32)
    chance = bits.view(np.float32)
    values_from_codes(chances, worths, user)
    order, sound = np.empty(size, np.int64), 0
    for n in range(size):
        ad = ads[ordinals[n]]
        action[n] = 1.0
        if ad.bought >= 0:
            bits[0] = np.uint32(chances[n, ad.bought]) << np.uint32(16)
            action[n] = min(np.float64(chance[0]), ad.most)
        pays = np.float64(ad.bid) * action[n] * ad.pace
        worth[n] = pays + user[n]
        if not (pays >= ad.reserve and np.isfinite(worth[n])):
            continue
        at = sound
        while at > 0 and worth[order[at - 1]] < worth[n]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = n
        sound += 1
    taken, count, chosen = np.empty(payers, np.int32), 0, np.zeros(size, np.bool_)
    for at in range(sound):
        payer, known = ads[ordinals[order[at]]].campaign, False
        for k in range(count):
            known |= taken[k] == payer
        if not known:
            if count == payers:
                continue
            taken[count] = payer
            count += 1
        chosen[order[at]] = True
    came = 0
    for n in range(size):
        if chosen[n]:
            ad = ads[ordinals[n]]
            ints[0, came], ints[1, came], ints[2, came] = n, authors[n], ad.campaign
            ints[3, came], ints[4, came] = ad.bid, ad.bought
            floats[0, came], floats[1, came], floats[2, came] = ad.most, ad.pace, ad.reserve
            floats[3, came], floats[4, came], floats[5, came] = action[n], user[n], 0.0
            came += 1
    number(ints[1, :came], ints[1, :came])
    number(ints[2, :came], ints[2, :came])
    return came
