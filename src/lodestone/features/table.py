"""A table from 64-bit keys to a few whole numbers, for counters too sparse to lie in columns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools
from lodestone.features import table_kernel as kernel

_LOAD = 0.6


class Table:
    """Open addressing over two arrays that kernels share: `keys` (places,), `values` (places, width).

    The plain twin of its lookups is a dict; see the property test.
    """

    def __init__(self, width: int, kind: type = np.int32, places: int = 1024) -> None:
        assert places & (places - 1) == 0
        self.keys: NDArray[np.uint64] = np.zeros(places, np.uint64)
        self.values: NDArray[Any] = np.zeros((places, width), kind)
        self.used = np.zeros(1, np.int64)

    def reserve(self, more: int) -> None:
        """Make room for `more` new keys, so that a kernel may claim that many."""
        wanted = int((int(self.used[0]) + more) / _LOAD) + 1
        if wanted <= self.keys.size:
            return
        places = 1 << wanted.bit_length()
        keys, values = (
            np.zeros(places, np.uint64),
            np.zeros((places, self.values.shape[1]), self.values.dtype),
        )
        used = np.zeros(1, np.int64)
        kernel.refill(self.keys, self.values, keys, values, used)
        self.keys, self.values, self.used = keys, values, used

    def get(self, key: int) -> tuple[int, ...] | None:
        """Return a key's numbers, None when it is not there."""
        place = kernel.find(self.keys, np.uint64(key))
        return None if place < 0 else tuple(int(number) for number in self.values[place])

    def put(self, key: int, *numbers: int) -> None:
        """Set a key's numbers."""
        self.reserve(1)
        self.values[kernel.claim(self.keys, self.used, np.uint64(key))] = numbers

    def drop(self, gone: Bools) -> None:
        """Forget the places marked, shape (places,); the rest is laid anew."""
        keys, values = self.keys.copy(), self.values
        keys[gone] = 0
        fresh = np.zeros_like(values)
        self.keys, self.values, self.used = np.zeros_like(keys), fresh, np.zeros(1, np.int64)
        kernel.refill(keys, values, self.keys, self.values, self.used)

    def columns(self) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        """Return (keys, values) in ascending order of key: one form for one content.

        An entry that has come back to nothing but zeros says nothing and is left out.
        """
        places = np.flatnonzero((self.keys != 0) & self.values.any(axis=1))
        places = places[np.argsort(self.keys[places], kind="stable")]
        return self.keys[places], self.values[places].astype(np.int64)

    def fill(self, keys: NDArray[np.uint64], values: NDArray[np.int64]) -> None:
        """Add entries given as columns."""
        self.reserve(keys.size)
        kernel.refill(keys, values, self.keys, self.values, self.used)

    @property
    def size(self) -> int:
        """Return how many keys there are."""
        return int(self.used[0])
