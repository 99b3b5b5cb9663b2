"""Compiled twin of `traffic.auction.page`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.traffic.auction.exact_kernel import charge
from lodestone.traffic.auction.quantise_kernel import quantise

_VALUE_MAX = 16_000_000_000  # inputs.VALUE_MAX


@numba.njit(cache=True)
def best(net: Array, whole: Array, real: Array, rules: Array, out: Array) -> Number:
    """See `lodestone.traffic.auction.page.best`."""
    weight, gap, first, by_author, nodes_max, load_price = rules
    by_slot, figures, summary, reason = out
    ads = (whole[2], real[2], real[0], real[3], real[4], whole[1], whole[0], real[1])
    size, slots = reason.size, weight.shape[1]
    columns, handed = np.empty((6, size), np.int64), np.empty(size, np.int64)
    competing = quantise(ads, load_price, columns, handed, reason)
    offers = (
        columns[0, :competing], columns[1, :competing], columns[2, :competing],
        columns[3, :competing], columns[4, :competing], columns[5, :competing],
    )  # fmt: skip
    organic, alone = np.empty(min(slots, net.size), np.int64), np.int64(0)
    for s in range(organic.size):
        organic[s] = min(max(net[s], -_VALUE_MAX), _VALUE_MAX)
        alone += weight[0, s] * organic[s]
    slate, of_page = np.empty(slots, np.int64), np.empty(4, np.int64)
    limits = (weight, gap, first, by_author, nodes_max)
    count = charge(organic, offers, limits, slate, figures, of_page)
    for n in range(count):
        row = figures[n]
        row[8] = offers[0][row[0]]
        row[0] = handed[row[0]]
        row[7] = handed[row[7]] if row[7] >= 0 else -1
    filled, on_page = 0, 0
    for s in range(slots):
        x = slate[s]
        if x < -1:
            break
        filled += 1
        by_slot[0, s] = on_page if x == -1 else -1
        by_slot[1, s] = handed[x] if x >= 0 else -1
        on_page += x == -1
    summary[0], summary[1], summary[2] = of_page[0], alone, of_page[2]
    summary[3], summary[4], summary[5] = of_page[3], filled, on_page
    return count
