"""A table from 64-bit keys to a few whole numbers, for counters too sparse to lie in columns."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lodestone.features import table_kernel as kernel

_LOAD = 0.6
_READY = 0.48
"""From so full on the next table is made ready."""
_TOUCHED_A_KEY = 17
"""Places of the next table touched for each key that room is made for: 2 / (0.6 - 0.48)."""


class Table:
    """Open addressing over two arrays that kernels share: `keys` (places,), `values` (places, width).

    The plain twin of its lookups is a dict; see the property test.
    """

    def __init__(self, width: int, kind: type = np.int32, places: int = 1024) -> None:
        assert places & (places - 1) == 0
        self.keys: NDArray[np.uint64] = np.zeros(places, np.uint64)
        self.values: NDArray[Any] = np.zeros((places, width), kind)
        self.used = np.zeros(1, np.int64)
        """Places taken, by keys and by what was forgotten since the table was last laid anew; shape (1,)."""
        self.forgotten = 0
        self._next: tuple[NDArray[np.uint64], NDArray[Any]] | None = None
        self._touched = 0

    def reserve(self, more: int) -> None:
        """Make room for `more` new keys, so that a kernel may claim that many.

        Nine tenths of growing are the system's, which zeroes memory as it is first touched: the next table's is
        touched in pieces before it is needed.
        """
        wanted = int((int(self.used[0]) + more) / _LOAD) + 1
        if wanted <= self.keys.size:
            if wanted > _READY / _LOAD * self.keys.size and self.forgotten < self.size:
                self._make_ready(more)
            return
        places = 1 << (int((self.size + more) / _LOAD) + 1).bit_length()
        if self._next is not None and self._next[0].size == places:
            keys, values = self._next
        else:
            keys, values = self._empty(places)
        used = np.zeros(1, np.int64)
        kernel.refill(self.keys, self.values, keys, values, used)
        self.keys, self.values, self.used, self.forgotten = keys, values, used, 0
        self._next, self._touched = None, 0

    def _empty(self, places: int) -> tuple[NDArray[np.uint64], NDArray[Any]]:
        width = self.values.shape[1]
        return np.zeros(places, np.uint64), np.zeros((places, width), self.values.dtype)

    def _make_ready(self, more: int) -> None:
        """Touch as much of the next table as keeps up with `more` new keys."""
        if self._next is None:
            self._next = self._empty(2 * self.keys.size)
        keys, values = self._next
        some = slice(self._touched, self._touched + _TOUCHED_A_KEY * more)
        if some.start < keys.size:
            keys[some], values[some] = 0, 0
            self._touched = some.stop

    def get(self, key: int) -> tuple[int, ...] | None:
        """Return a key's numbers, None when it is not there."""
        place = kernel.find(self.keys, np.uint64(key))
        return None if place < 0 else tuple(int(number) for number in self.values[place])

    def put(self, key: int, *numbers: int) -> None:
        """Set a key's numbers."""
        self.reserve(1)
        self.values[kernel.claim(self.keys, self.used, np.uint64(key))] = numbers

    def forget(self, first: int, kept_tag: int) -> None:
        """Forget the entries whose key was packed of this first number, but those of one tag.

        Their places stay taken until the table is laid anew, when it is full: doing so at once would take a second at
        eight million entries.
        """
        self.forgotten += int(kernel.forget(self.keys, self.values, first, kept_tag))

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
    def nbytes(self) -> int:
        """Return the memory taken, by the next table too."""
        tables = [(self.keys, self.values), *([] if self._next is None else [self._next])]
        return sum(keys.nbytes + values.nbytes for keys, values in tables)

    @property
    def size(self) -> int:
        """Return how many keys there are."""
        return int(self.used[0]) - self.forgotten
