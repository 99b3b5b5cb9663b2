"""Nearest items: a flat scan for small communities, faiss's inverted lists for large ones."""

import os
import threading
from collections.abc import Callable
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.errors import UnavailableError
from lodestone.features.layout import VECTOR_WIDTH
from lodestone.models.vector_store import VectorStore, VectorView
from lodestone.traffic.decision import Rows

FLAT_MAX: Final = 8_192
"""Up to here a flat scan is faster than any index, measured."""
_PROBES: Final = 12
_DEAD_SHARE: Final = 0.1
_ROUND: Final = 8
"""Each round of a rebuild ends once an eighth of what it took in has come beside it."""
_TAIL_MAX: Final = 256
"""What is left of a rebuild is added in one stroke once it is about this little."""
_NICE: Final = 10
_GATHERED: Final = 65_536
"""Vectors added to an index at once by the thread that rebuilds."""


class FlatIndex:
    """A `VectorIndex` that looks at everything; exact, and the reference for the other."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, np.int32)
        self._vectors = np.zeros((0, VECTOR_WIDTH), np.float32)

    def add(self, rows: Rows, vectors: Floats) -> None:
        """See `VectorIndex.add`."""
        staying = ~np.isin(self._rows, rows)
        self._rows = np.concatenate([self._rows[staying], rows.astype(np.int32)])
        self._vectors = np.concatenate([self._vectors[staying], vectors.astype(np.float32)])

    def remove(self, row: int) -> None:
        """See `VectorIndex.remove`."""
        staying = self._rows != row
        self._rows, self._vectors = self._rows[staying], self._vectors[staying]

    @property
    def nbytes(self) -> int:
        """See `VectorIndex.nbytes`."""
        return self._rows.nbytes + self._vectors.nbytes

    def search(self, vector: NDArray[np.float32], count: int) -> Rows:
        """See `VectorIndex.search`."""
        score = self._vectors @ vector
        order = np.lexsort((self._rows, -score))[:count]
        return self._rows[order]


class _Places:
    """A faiss index, which row lies at each of its places, and at which place each row lies (-1: none)."""

    def __init__(self, index: faiss.Index) -> None:
        self.index = index
        self._row_of = np.zeros(0, np.int32)
        self._place_of = np.zeros(0, np.int32)

    def add(self, rows: Ints, vectors: NDArray[np.float32]) -> None:
        """Add rows behind the others; where one lies already, that place is dead from now on."""
        if not rows.size:
            return
        first = self.index.ntotal
        places = np.arange(first, first + rows.size, dtype=np.int32)
        self._row_of = _room(self._row_of, first + rows.size)
        self._place_of = _room(self._place_of, int(rows.max()) + 1)
        self._row_of[places] = rows
        self._place_of[rows] = places
        self.index.add(np.ascontiguousarray(vectors))

    def remove(self, row: int) -> None:
        """Let a row's place be dead."""
        if row < self._place_of.size:
            self._place_of[row] = -1

    def search(self, vector: NDArray[np.float32], count: int, live: int) -> Rows:
        """Return up to `count` rows, nearest first, of which `live` are not dead. Raises UnavailableError."""
        dead = self.index.ntotal - live
        wanted = min(self.index.ntotal, count + min(dead, count))
        if not wanted:
            return np.zeros(0, np.int32)
        try:
            _, places = self.index.search(vector.reshape(1, -1), wanted)
        except RuntimeError as error:  # how faiss reports whatever went wrong inside
            raise UnavailableError("index_down", f"the vector index failed: {error}") from error
        used_places = places[0][places[0] >= 0]
        rows = self._row_of[used_places]
        if dead:
            rows = rows[self._place_of[rows] == used_places]
        nearest: Rows = rows[:count]
        return nearest

    @property
    def nbytes(self) -> int:
        """Return the memory of the two tables of places."""
        return self._row_of.nbytes + self._place_of.nbytes


def _room(column: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Return a column with room for `count` numbers at least, twice as much as before where it had too little."""
    if count <= column.size:
        return column
    wider = np.full(1 << (count - 1).bit_length(), -1, np.int32)
    wider[: column.size] = column
    return wider


class _Rebuild:
    """An index that is trained and filled by a thread, round by round, while another serves.

    Each round takes in what has come since the last began, and ends when an eighth as much has come beside it: so what
    is left shrinks to little, and when the new index takes over follows from what was added alone. Only where items
    come faster than they are taken in does a round's end wait for the thread.
    """

    def __init__(self, store: VectorStore) -> None:
        self._store = store
        self._came: list[NDArray[np.int64]] = []
        self.removed: list[int] = []
        self._count, self._ends = 0, max(_TAIL_MAX, store.size // _ROUND)
        self._error: Exception | None = None
        self.made: _Places | None = None
        view = store.view()
        self._thread = self._started(lambda: self._train(view))

    def came(self, rows: Ints) -> bool:
        """Note rows that were put into the store; say whether the new index may take over."""
        self._came.append(rows.astype(np.int64))
        self._count += rows.size
        if self._count < self._ends:
            return False
        self._wait()
        if self._ends <= _TAIL_MAX:
            return True
        rows = np.unique(np.concatenate(self._came))
        self._came, self._count, self._ends = [], 0, max(_TAIL_MAX, self._count // _ROUND)
        view = self._store.view()
        self._thread = self._started(lambda: self._fill(view, rows))
        return False

    def taken_over(self) -> _Places:
        """Return the new index with what is left added, and without what has been removed since the rebuild began."""
        assert self.made is not None
        left = np.unique(np.concatenate([np.zeros(0, np.int64), *self._came]))
        left = left[self._store.there(left)]
        self.made.add(left, self._store.get(left))
        gone = np.unique(np.array(self.removed, np.int64))
        for row in gone[~self._store.there(gone)].tolist():
            self.made.remove(row)
        return self.made

    def _train(self, view: VectorView) -> None:
        rows = view.rows()
        self.made = _Places(_trained(view, rows))
        self._fill(view, rows)

    def _fill(self, view: VectorView, rows: NDArray[np.int64]) -> None:
        assert self.made is not None
        for first in range(0, rows.size, _GATHERED):
            some = rows[first : first + _GATHERED]
            some = some[view.there(some)]
            self.made.add(some, view.get(some))

    def _started(self, work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            faiss.omp_set_num_threads(1)
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
            try:
                work()
            except Exception as error:  # noqa: BLE001  raised where the thread is waited for
                self._error = error

        thread = threading.Thread(target=run, name="vector index", daemon=True)
        thread.start()
        return thread

    def _wait(self) -> None:
        self._thread.join()
        if self._error is not None:
            raise self._error


class LiveIndex:
    """A `VectorIndex` that grows with the community: flat while small, then inverted lists.

    New items are inserted live; one that leaves is a dead place, passed over in results. The lists are
    trained anew when a tenth is dead or the size has doubled, by a thread, while the old ones serve.
    """

    def __init__(self) -> None:
        faiss.omp_set_num_threads(1)
        self._store = VectorStore()
        self._places = _Places(faiss.IndexFlatIP(VECTOR_WIDTH))
        self._built_at = 0
        self._rebuild: _Rebuild | None = None

    @property
    def nbytes(self) -> int:
        """See `VectorIndex.nbytes`; faiss's own is left out."""
        return self._store.nbytes + self._places.nbytes

    def add(self, rows: Rows, vectors: Floats) -> None:
        """See `VectorIndex.add`."""
        fresh, at = vectors.astype(np.float32), rows.astype(np.int64)
        many = rows.size >= max(self._store.size, FLAT_MAX)
        self._store.put(at, fresh)
        if many:  # nobody is served by an index that at least doubles in one call
            self._build()
            return
        self._places.add(at, fresh)
        self._work(at)

    def remove(self, row: int) -> None:
        """See `VectorIndex.remove`."""
        if self._store.drop(row):
            self._places.remove(row)
            if self._rebuild is not None:
                self._rebuild.removed.append(row)
            self._work(np.zeros(0, np.int64))

    def search(self, vector: NDArray[np.float32], count: int) -> Rows:
        """See `VectorIndex.search`."""
        return self._places.search(vector, count, self._store.size)

    def _work(self, rows: NDArray[np.int64]) -> None:
        """Go on with a rebuild, or begin one that is due."""
        rebuild, self._rebuild = self._rebuild, None  # one that fails is begun anew
        if rebuild is None:
            self._begin_when_due()
        elif rebuild.came(rows):
            self._places, self._built_at = rebuild.taken_over(), self._store.size
        else:
            self._rebuild = rebuild

    def _begin_when_due(self) -> None:
        size = self._store.size
        dead = self._places.index.ntotal - size > max(64, _DEAD_SHARE * size)
        grown = size > FLAT_MAX and size >= 2 * max(self._built_at, FLAT_MAX // 2)
        if not (dead or grown):
            return
        if size <= FLAT_MAX:
            self._build()
        else:
            self._rebuild = _Rebuild(self._store)

    def _build(self) -> None:
        """Train and fill an index at once."""
        rows = self._store.rows()
        self._places = _Places(_trained(self._store, rows))
        self._places.add(rows, self._store.get(rows))
        self._built_at, self._rebuild = rows.size if rows.size > FLAT_MAX else 0, None


def _trained(vectors: VectorView, rows: NDArray[np.int64]) -> faiss.Index:
    """Return an empty index, its lists trained on a sample of forty vectors each."""
    if rows.size <= FLAT_MAX:
        return faiss.IndexFlatIP(VECTOR_WIDTH)
    lists = int(4 * np.sqrt(rows.size))
    index: Any = faiss.index_factory(VECTOR_WIDTH, f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.cp.seed, index.cp.niter, index.nprobe = 7, 8, _PROBES
    # Few points a list are meant: faiss would say so on standard error, and does nothing else about it.
    index.cp.min_points_per_centroid = 1
    step = max(1, rows.size // (lists * 40))
    index.train(np.ascontiguousarray(vectors.get(rows[::step])))
    trained: faiss.Index = index
    return trained
