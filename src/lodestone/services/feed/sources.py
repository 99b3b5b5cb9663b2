"""Sources: where a request's candidates come from, and what is left out when one is down."""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from lodestone.base.errors import UnavailableError
from lodestone.events.outcomes import DomainKind, Source
from lodestone.features.postings import (
    LIST_LIVE,
    LIST_NEEDY,
    LIST_NEW,
    LIST_TRENDING,
    Postings,
)
from lodestone.features.view import StateView
from lodestone.models.nearby import SCAN_MAX
from lodestone.models.ports import VectorIndex
from lodestone.services.feed.depth import Depth
from lodestone.services.feed.hydrate import Viewer, looks_around
from lodestone.traffic.decision import Codes, Rows
from lodestone.traffic.filters import Marks
from lodestone.traffic.kernels import Kernels

ROOM: Final = 1024
TASTE: Final = 300
_TRENDING, _NEW, _NEEDY, _LIVE, _DOMAIN, _SURFACE = 120, 120, 60, 30, 80, 256
_CELL, _CELLS = 24, 456
_AREA_CELL, _AREA_CELLS = 64, 990
"""The most posts of one cell, and of all cells together: a wide radius takes fewer of each."""
FOLLOWS: Final = 96
_NONE: Final = -1
_NO_ROWS: Final = np.zeros(0, np.int32)
_NO_CELLS: Final = np.zeros(0, np.int64)
_T = TypeVar("_T")
_CHANNEL_KIND, _PLACE_KIND = int(DomainKind.CHANNEL), int(DomainKind.PLACE)
_LIVE_LIST: Final = np.array([(LIST_LIVE, Source.LIVE, _LIVE)], np.int64)
_COMMON_LISTS: Final = tuple(
    (source, index, np.array([(index, source, most)], np.int64))
    for index, source, most in (
        (LIST_NEEDY, Source.NEW, _NEEDY), (LIST_NEW, Source.NEW, _NEW),
        (LIST_TRENDING, Source.TRENDING, _TRENDING),
    )
)  # fmt: skip


class Sources:
    """Gathers candidates for one community; scratch is kept from request to request."""

    def __init__(
        self, state: StateView, postings: Postings, index: VectorIndex, kernels: Kernels
    ) -> None:
        self._state = state
        self._postings = postings
        self._index = index
        self._kernels = kernels
        self._rows = np.zeros(ROOM, np.int32)
        self._source = np.zeros(ROOM, np.uint8)
        self._stamp = np.zeros(1024, np.int64)
        self._epoch = 0
        self._asking = _Asking(postings, [])

    def gather(
        self,
        viewer: Viewer,
        vector: NDArray[np.float32],
        marks: Marks,
        degraded: list[str],
        alike: Rows = _NO_ROWS,
    ) -> tuple[Rows, Codes]:
        """Return candidate rows ascending, each once, and the source of each.

        Args:
            viewer: Who asks.
            vector: Shape (64,). The viewer's place among items.
            marks: What must not come again, see `Decider`.
            degraded: Takes the names of sources that do not answer.
            alike: The best of those scored one by one: what people alike took to, on `place` the best of the circle.
                They take the places of as many that are only near in taste, or only new in the circle.
        """
        self._epoch += 1
        if self._stamp.size < self._state.items.size:
            self._stamp = np.zeros(self._state.items.size, np.int64)
        postings = self._postings
        count = self._kernels.gather.collect(
            alike,
            self._taste(viewer, vector, degraded)[: max(0, TASTE - alike.size)],
            self._lists(viewer, degraded, alike.size),
            postings.rows,
            postings.count,
            self._followed(viewer, marks),
            self._state.authors,
            self._stamp,
            self._epoch,
            looks_around(viewer),
            self._rows,
            self._source,
        )
        return self._rows[:count].copy(), self._source[:count].copy()

    def circle(self, viewer: Viewer, degraded: list[str]) -> Rows:
        """Return what lies in the cells that the viewer's circle touches, the nearest cells first, `SCAN_MAX` or little more."""
        where = viewer.lens[3:6]
        asking = _Asking(self._postings, degraded)
        near = asking.ask(Source.NEIGHBOURS, lambda: self._postings.around(*where), _NO_CELLS)
        parts, size = [_NO_ROWS], 0
        for index in near.tolist():
            parts.append(self._postings.newest([index], 0, SCAN_MAX))
            size += parts[-1].size
            if size >= SCAN_MAX:
                break
        return np.concatenate(parts)

    def deeper(self, viewer: Viewer, marks: Marks) -> Depth:
        """Return what the whole lists of the request gathered for last hold beyond what was gathered."""
        postings = self._postings
        lists = [(int(Source.FOLLOWED), postings.of_authors(viewer.follows.tolist()))]
        lists += [(source, index.tolist()) for source, index in self._asking.whole]
        return Depth(postings, lists, marks, self._stamp, self._epoch)

    def _taste(self, viewer: Viewer, vector: NDArray[np.float32], degraded: list[str]) -> Rows:
        if not viewer.personalised or not vector.any() or viewer.lens.surface == 1:
            return _NO_ROWS
        try:
            return self._index.search(vector, TASTE)
        except UnavailableError:
            degraded.append(Source.TASTE.name.lower())
            return _NO_ROWS

    def _followed(self, viewer: Viewer, marks: Marks) -> Rows:
        """Return the author slots to look at: all, or of very many those with the newest post still to be shown."""
        if viewer.follows.size <= FOLLOWS:
            return viewer.follows
        state = self._state
        authors = viewer.follows[viewer.follows >= 0]
        posts = state.authors["recent"][authors]
        fresh = (posts >= 0) & ~marks.marked(posts)
        newest = np.where(fresh, state.items["created"][posts], _NONE).max(axis=1)
        order = np.lexsort((authors, -newest))[:FOLLOWS]
        rows: Rows = authors[order[newest[order] >= 0]]
        return rows

    def _lists(self, viewer: Viewer, degraded: list[str], scored: int) -> NDArray[np.int64]:
        surface = viewer.lens.surface
        asking = self._asking = _Asking(self._postings, degraded)
        asking.listed(Source.LIVE, LIST_LIVE, _LIVE_LIST)
        if surface == 2:
            self._around(viewer, asking, max(0, _AREA_CELLS - scored), area=True)
        elif surface in (3, 4):
            source = Source.CHANNEL if surface == 3 else Source.PROFESSION
            asking.domains([(source, viewer.area)], _SURFACE)
        elif surface == 0:
            self._around(viewer, asking, _CELLS, area=False)
            mine = [
                (Source.CHANNEL if kind == _CHANNEL_KIND else Source.PROFESSION, code)
                for code, kind, _ in viewer.domains.tolist()
                if kind != _PLACE_KIND
            ]
            asking.domains(mine, _DOMAIN)
            for source, index, rows in _COMMON_LISTS:
                asking.listed(source, index, rows)
        return np.concatenate(asking.found)

    def _around(self, viewer: Viewer, asking: "_Asking", together: int, *, area: bool) -> None:
        lens = viewer.lens
        if not (lens.area_located if area else lens.located and not lens.minor):
            return
        where = lens[3:6] if area else lens[:3]
        most = _AREA_CELL if area else _CELL
        near = asking.ask(Source.NEIGHBOURS, lambda: self._postings.around(*where), _NO_CELLS)
        asking.whole.append((Source.NEIGHBOURS, near))
        near = near[:together]
        lists = np.empty((near.size, 3), np.int64)
        lists[:, 0], lists[:, 1] = near, Source.NEIGHBOURS
        lists[:, 2] = min(most, together // max(1, near.size))
        asking.found.append(lists)


class _Asking:
    """Collects the lists of one request; a source that does not answer is named once and left out."""

    def __init__(self, postings: Postings, degraded: list[str]) -> None:
        self._postings = postings
        self._degraded = degraded
        self.found = [np.zeros((0, 3), np.int64)]
        self.whole: list[tuple[int, NDArray[np.int64]]] = []
        """Lists that are known whole as well, for who comes to the end of what was gathered."""

    def listed(self, source: Source, index: int, rows: NDArray[np.int64]) -> None:
        """Take a list kept for everybody."""
        if self.ask(source, lambda: self._postings.listed(index), _NONE) >= 0:
            self.found.append(rows)
            if index == LIST_NEW:
                self.whole.append((source, rows[:, 0]))

    def domains(self, wanted: list[tuple[Source, int]], most: int) -> None:
        """Take the lists of domains, where they have one."""
        rows = [
            (self.ask(source, partial(self._postings.domain, code), _NONE), int(source), most)
            for source, code in wanted
        ]
        own = [row for row in rows if row[0] >= 0]
        if own:
            self.found.append(np.array(own, np.int64))
            self.whole += [(source, np.array([index])) for index, source, _ in own]

    def ask(self, source: Source, find: Callable[[], _T], nothing: _T) -> _T:
        """Return what a source says, or nothing when it is down."""
        try:
            return find()
        except UnavailableError:
            name = source.name.lower()
            if name not in self._degraded:
                self._degraded.append(name)
            return nothing
