"""Vectors by item row, in blocks: no growth copies what is there, and a view of it costs nothing until it is written."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.features.layout import VECTOR_WIDTH

BLOCK_ROWS: Final = 4_096


class VectorView:
    """Vectors of rows, shape (64,) each, and which of the rows are there, as of one moment; read by any thread."""

    def __init__(
        self, vectors: Sequence[NDArray[np.float32]], there: Sequence[NDArray[np.bool_]]
    ) -> None:
        self._vectors = list(vectors)
        self._there = list(there)

    @property
    def nbytes(self) -> int:
        """Return the memory taken."""
        return sum(block.nbytes for block in (*self._vectors, *self._there))

    def there(self, rows: Ints) -> Bools:
        """Say which rows are there, shape (rows,)."""
        block, at = np.divmod(rows, BLOCK_ROWS)
        there = np.zeros(rows.size, bool)
        for number in np.unique(block).tolist():
            some = block == number
            if number < len(self._there):
                there[some] = self._there[number][at[some]]
        return there

    def rows(self) -> NDArray[np.int64]:
        """Return all rows that are there, ascending."""
        parts = [np.flatnonzero(there) + n * BLOCK_ROWS for n, there in enumerate(self._there)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def get(self, rows: Ints) -> NDArray[np.float32]:
        """Return the vectors of rows, shape (rows, 64)."""
        out = np.empty((rows.size, VECTOR_WIDTH), np.float32)
        block, at = np.divmod(rows, BLOCK_ROWS)
        for number in np.unique(block).tolist():
            some = block == number
            out[some] = self._vectors[number][at[some]]
        return out


class VectorStore(VectorView):
    """Vectors that may change. A block that a view shares is copied before it is written."""

    def __init__(self) -> None:
        super().__init__([], [])
        self._shared: set[int] = set()
        self.size = 0
        """How many rows are there."""

    def view(self) -> VectorView:
        """Return what is there now; it stays as it is."""
        self._shared = set(range(len(self._there)))
        return VectorView(self._vectors, self._there)

    def put(self, rows: Ints, vectors: NDArray[np.float32]) -> None:
        """Set the vectors of rows, which differ; shapes (rows,) and (rows, 64)."""
        if not rows.size:
            return
        while len(self._vectors) * BLOCK_ROWS <= int(rows.max()):
            self._vectors.append(np.zeros((BLOCK_ROWS, VECTOR_WIDTH), np.float32))
            self._there.append(np.zeros(BLOCK_ROWS, bool))
        block, at = np.divmod(rows, BLOCK_ROWS)
        for number in np.unique(block).tolist():
            some = block == number
            self._own(number)
            self._vectors[number][at[some]] = vectors[some]
            self.size += int(some.sum() - self._there[number][at[some]].sum())
            self._there[number][at[some]] = True

    def drop(self, row: int) -> bool:
        """Let a row go; say whether it was there."""
        number, at = divmod(row, BLOCK_ROWS)
        if number >= len(self._there) or not self._there[number][at]:
            return False
        self._own(number)
        self._there[number][at] = False
        self.size -= 1
        return True

    def _own(self, number: int) -> None:
        if number in self._shared:
            self._shared.discard(number)
            self._vectors[number] = self._vectors[number].copy()
            self._there[number] = self._there[number].copy()
