"""Nearest items: a flat scan for small communities, faiss's inverted lists for large ones."""

from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats
from lodestone.base.errors import UnavailableError
from lodestone.features.layout import VECTOR_WIDTH
from lodestone.traffic.decision import Rows

FLAT_MAX: Final = 8_192
"""Up to here a flat scan is faster than any index, measured."""
_PROBES: Final = 12
_DEAD_SHARE: Final = 0.1


class FlatIndex:
    """A `VectorIndex` that looks at everything; exact, and the reference for the other."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, np.int32)
        self._vectors = np.zeros((0, VECTOR_WIDTH), np.float32)

    def add(self, rows: Rows, vectors: Floats) -> None:
        """See `VectorIndex.add`."""
        kept = ~np.isin(self._rows, rows)
        self._rows = np.concatenate([self._rows[kept], rows.astype(np.int32)])
        self._vectors = np.concatenate([self._vectors[kept], vectors.astype(np.float32)])

    def remove(self, row: int) -> None:
        """See `VectorIndex.remove`."""
        kept = self._rows != row
        self._rows, self._vectors = self._rows[kept], self._vectors[kept]

    def search(self, vector: NDArray[np.float32], count: int) -> Rows:
        """See `VectorIndex.search`."""
        score = self._vectors @ vector
        order = np.lexsort((self._rows, -score))[:count]
        return self._rows[order]


class LiveIndex:
    """A `VectorIndex` that grows with the community: flat while small, then inverted lists.

    New items are inserted live; one that leaves is a tombstone, passed over in results. The lists are
    trained anew when a tenth is dead or the size has doubled.
    """

    def __init__(self) -> None:
        faiss.omp_set_num_threads(1)
        self._vectors: dict[int, NDArray[np.float32]] = {}
        self._dead = 0
        self._built_at = 0
        self._place: dict[int, int] = {}
        self._row_of = np.zeros(0, np.int64)
        self._index: faiss.Index = faiss.IndexFlatIP(VECTOR_WIDTH)

    def add(self, rows: Rows, vectors: Floats) -> None:
        """See `VectorIndex.add`."""
        fresh = vectors.astype(np.float32)
        for row, vector in zip(rows.tolist(), fresh, strict=True):
            if row in self._vectors:
                self._dead += 1
            self._vectors[row] = vector
        places = np.arange(self._index.ntotal, self._index.ntotal + rows.size)
        self._row_of = np.concatenate([self._row_of, rows.astype(np.int64)])
        self._place.update(zip(rows.tolist(), places.tolist(), strict=True))
        self._index.add(np.ascontiguousarray(fresh))
        self._rebuild_when_due()

    def remove(self, row: int) -> None:
        """See `VectorIndex.remove`."""
        if self._vectors.pop(row, None) is not None:
            del self._place[row]
            self._dead += 1
            self._rebuild_when_due()

    def search(self, vector: NDArray[np.float32], count: int) -> Rows:
        """See `VectorIndex.search`."""
        wanted = min(self._index.ntotal, count + min(self._dead, count))
        if not wanted:
            return np.zeros(0, np.int32)
        try:
            _, places = self._index.search(vector.reshape(1, -1), wanted)
        except RuntimeError as error:  # how faiss reports whatever went wrong inside
            raise UnavailableError("index_down", f"the vector index failed: {error}") from error
        found = places[0][places[0] >= 0]
        rows = self._row_of[found]
        if self._dead:
            alive = [
                self._place.get(row) == place
                for row, place in zip(rows.tolist(), found.tolist(), strict=True)
            ]
            rows = rows[np.array(alive, bool)]
        nearest: Rows = rows[:count].astype(np.int32)
        return nearest

    def _rebuild_when_due(self) -> None:
        size = len(self._vectors)
        dead = self._dead > max(64, _DEAD_SHARE * size)
        grown = size > FLAT_MAX and size >= 2 * max(self._built_at, FLAT_MAX // 2)
        if not (dead or grown):
            return
        rows = np.array(sorted(self._vectors), np.int64)
        vectors = (
            np.stack([self._vectors[row] for row in rows.tolist()])
            if size
            else np.zeros((0, VECTOR_WIDTH), np.float32)
        )
        self._index = _trained(vectors)
        self._index.add(vectors)
        self._row_of, self._dead, self._built_at = rows, 0, size
        self._place = {row: place for place, row in enumerate(rows.tolist())}


def _trained(vectors: NDArray[np.float32]) -> faiss.Index:
    if vectors.shape[0] <= FLAT_MAX:
        return faiss.IndexFlatIP(VECTOR_WIDTH)
    lists = int(4 * np.sqrt(vectors.shape[0]))
    index: Any = faiss.index_factory(VECTOR_WIDTH, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.niter, index.nprobe = 7, 8, _PROBES
    # Few points a list are meant: faiss would say so on standard error, and does nothing else about it.
    index.cp.min_points_per_centroid = 1
    step = max(1, vectors.shape[0] // (lists * 40))
    index.train(np.ascontiguousarray(vectors[::step]))
    trained: faiss.Index = index
    return trained
