"""Ridge regression of items on items (EASE, Steck, "Embarrassingly Shallow Autoencoders", 2019).

    P = (X^T X + strength I)^-1,   B = -P / diag(P) by column,   diag(B) = 0

In float32, for small catalogues: time grows with the cube of the items and memory with the square (10,000 items: 9 s, 0.95 GB).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints

STRENGTHS: Final = (100.0, 250.0, 700.0)
"""Ridge strengths that held-out deeds choose from."""
ITEMS_MAX: Final = 5_000
"""The largest catalogue that is regressed unless a setting says otherwise."""
_BLOCK: Final = 1_024


def gram(
    start: Ints, item: NDArray[np.int32], weight: NDArray[np.float32], items: int
) -> NDArray[np.float32]:
    """Return X^T X, shape (items, items), some people at a time."""
    total = np.zeros((items, items), np.float32)
    people = start.size - 1
    for first in range(0, people, _BLOCK):
        last = min(first + _BLOCK, people)
        deeds = slice(start[first], start[last])
        some = np.zeros((last - first, items), np.float32)
        some[np.repeat(np.arange(last - first), np.diff(start[first : last + 1])), item[deeds]] = (
            weight[deeds]
        )
        total += some.T @ some
    return total


def regress(product: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """Return B, shape (items, items): from the item in the row to the one in the column; 0 on the diagonal."""
    ridge = product.copy()
    at = np.arange(ridge.shape[0])
    ridge[at, at] += np.float32(strength)
    inverse = np.linalg.inv(ridge)
    weights: NDArray[np.float32] = np.divide(inverse, -np.diag(inverse)[None, :], dtype=np.float32)
    weights[at, at] = 0.0
    return weights
