"""Steps shared by deciding and replaying: from a pool's contents to its net scores."""

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.traffic.decision import Pool, Rows
from lodestone.traffic.kernels import Kernels
from lodestone.traffic.prices import PriceVector, price_arrays


def pool_net(kernels: Kernels, pool: Pool, worths: Floats, prices: PriceVector) -> Ints:
    """Compute the net score of every pool entry; shape (pool,)."""
    value = np.zeros(pool.item.size)
    kernels.prices.values_from_codes(pool.chances, worths, value)
    net = np.zeros(pool.item.size, np.int64)
    kernels.prices.net_scores(value, pool.promises, pool.rank, *price_arrays(prices), net)
    return net


def numbered(author: Rows) -> Rows:
    """Number groups from 0 in the order they first stand; shape (pool,).

    >>> numbered(np.array([70, 9, 70], np.int32)).tolist()
    [0, 1, 0]
    """
    _, first, inverse = np.unique(author, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    return order[inverse].astype(np.int32)
