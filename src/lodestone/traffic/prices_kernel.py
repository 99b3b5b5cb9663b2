"""Compiled twin of `traffic.prices`."""

import numba
import numpy as np

from lodestone.base.arrays import Array, Number


@numba.njit(cache=True)
def values_from_codes(chances: Array, worths: Array, out: Array) -> None:
    """See `lodestone.traffic.prices.values_from_codes`."""
    bits = np.zeros(1, np.uint32)
    floats = bits.view(np.float32)
    for n in range(chances.shape[0]):
        value = 0.0
        for k in range(worths.size):
            bits[0] = np.uint32(chances[n, k]) << np.uint32(16)
            value += np.float64(floats[0]) * worths[k]
        out[n] = value


@numba.njit(cache=True)
def net_scores(
    value: Array, promises: Array, rank: Array, price: Array, sign: Array, gini: Array, out: Array
) -> None:
    """See `lodestone.traffic.prices.net_scores`."""
    for n in range(value.size):
        net = value[n]
        bits, j = promises[n], 0
        while bits:
            if bits & np.uint64(1):
                net += sign[j] * price[j]
            bits >>= np.uint64(1)
            j += 1
        net -= gini[0] * (rank[n] / 32767.0)
        if np.isnan(net):
            out[n] = np.int64(-(2**34))
        else:
            out[n] = np.int64(np.rint(min(max(net, -1e9), 1e9) * 16.0))


@numba.njit(cache=True)
def select_pool(net: Array, forced: Array, limit: Number, out: Array) -> Number:
    """See `lodestone.traffic.prices.select_pool`."""
    total = net.size
    if total <= limit:
        for n in range(total):
            out[n] = n
        count = total
    else:
        cut = np.partition(net, total - limit)[total - limit]
        above = 0
        for n in range(total):
            above += net[n] > cut
        count, ties = 0, limit - above
        for n in range(total):
            keep = net[n] > cut
            if net[n] == cut and ties > 0:
                keep = True
                ties -= 1
            if keep:
                out[count] = n
                count += 1
    for k in range(forced.size):
        there = False
        for n in range(count):
            if out[n] == forced[k]:
                there = True
        if not there:
            # What chance drew takes the place of the weakest of the pool.
            if count == limit:
                worst = 0
                for n in range(count):
                    if net[out[n]] <= net[out[worst]]:
                        worst = n
                out[worst] = forced[k]
            else:
                out[count] = forced[k]
                count += 1
    # Insertion sort by net, best first, earlier candidate first: the pool is short.
    for a in range(1, count):
        here = out[a]
        b = a - 1
        while b >= 0 and (net[out[b]] < net[here] or (net[out[b]] == net[here] and out[b] > here)):
            out[b + 1] = out[b]
            b -= 1
        out[b + 1] = here
    return count
