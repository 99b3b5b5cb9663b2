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
from lodestone.features.state import State
from lodestone.models.ports import VectorIndex
from lodestone.services.viewer import Viewer
from lodestone.traffic.decision import Codes, Rows
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
_NO_LISTS: Final = np.zeros(0, np.int64)
_T = TypeVar("_T")


class Sources:
    """Gathers candidates for one community; scratch is kept from request to request."""

    def __init__(
        self, state: State, postings: Postings, index: VectorIndex, kernels: Kernels
    ) -> None:
        self._state = state
        self._postings = postings
        self._index = index
        self._kernels = kernels
        self._rows = np.zeros(ROOM, np.int32)
        self._source = np.zeros(ROOM, np.uint8)
        self._stamp = np.zeros(1024, np.int64)
        self._epoch = 0

    def gather(
        self, viewer: Viewer, vector: NDArray[np.float32], degraded: list[str]
    ) -> tuple[Rows, Codes]:
        """Return candidate rows ascending, each once, and the source of each."""
        self._epoch += 1
        if self._stamp.size < self._state.items.size:
            self._stamp = np.zeros(self._state.items.size, np.int64)
        postings = self._postings
        count = self._kernels.gather.gather(
            self._taste(viewer, vector, degraded),
            self._lists(viewer, degraded),
            postings.rows,
            postings.count,
            self._followed(viewer),
            self._state.authors,
            self._stamp,
            self._epoch,
            self._rows,
            self._source,
        )
        both = (self._rows[:count].astype(np.int64) << 8) | self._source[:count]
        both.sort()
        return (both >> 8).astype(np.int32), (both & 255).astype(np.uint8)

    def _taste(self, viewer: Viewer, vector: NDArray[np.float32], degraded: list[str]) -> Rows:
        if not viewer.personalised or not vector.any() or viewer.record["surface"] == 1:
            return _NO_ROWS
        try:
            return self._index.search(vector, TASTE)
        except UnavailableError:
            degraded.append(Source.TASTE.name.lower())
            return _NO_ROWS

    def _followed(self, viewer: Viewer) -> Rows:
        """Return the author slots to look at: all, or of very many those with the newest unseen post."""
        if viewer.follows.size <= FOLLOWS:
            return viewer.follows
        state = self._state
        authors = viewer.follows[viewer.follows >= 0]
        posts = state.authors["recent"][authors]
        fresh = posts >= 0
        ring = state.people["seen"][viewer.row] if viewer.row >= 0 else _NONE
        if ring >= 0:
            fresh &= ~np.isin(posts, state.seen_item[ring])
        newest = np.where(fresh, state.items["created"][posts], _NONE).max(axis=1)
        order = np.lexsort((authors, -newest))[:FOLLOWS]
        found: Rows = authors[order[newest[order] >= 0]]
        return found

    def _lists(self, viewer: Viewer, degraded: list[str]) -> NDArray[np.int64]:
        surface = int(viewer.record["surface"])
        asking = _Asking(degraded)
        listed, domain = self._postings.listed, self._postings.domain
        asking.add(Source.LIVE, _LIVE, lambda: listed(LIST_LIVE))
        if surface == 2:
            self._around(viewer, asking, area=True)
        elif surface in (3, 4):
            source = Source.CHANNEL if surface == 3 else Source.PROFESSION
            asking.add(source, _SURFACE, lambda: domain(viewer.area))
        elif surface == 0:
            self._around(viewer, asking, area=False)
            for mine in viewer.domains:
                code, kind = int(mine["code"]), mine["kind"]
                if kind != DomainKind.PLACE:
                    source = Source.CHANNEL if kind == DomainKind.CHANNEL else Source.PROFESSION
                    asking.add(source, _DOMAIN, partial(domain, code))
            asking.add(Source.NEW, _NEEDY, lambda: listed(LIST_NEEDY))
            asking.add(Source.NEW, _NEW, lambda: listed(LIST_NEW))
            asking.add(Source.TRENDING, _TRENDING, lambda: listed(LIST_TRENDING))
        return np.array(asking.lists, np.int64).reshape(-1, 3)

    def _around(self, viewer: Viewer, asking: "_Asking", *, area: bool) -> None:
        record, prefix = viewer.record, "area_" if area else ""
        if not record[f"{prefix}located"] or (record["minor"] and not area):
            return
        where = [
            float(record[f"{prefix}{name}"]) for name in ("latitude", "longitude", "radius_km")
        ]
        most, together = (_AREA_CELL, _AREA_CELLS) if area else (_CELL, _CELLS)
        near = asking.ask(Source.NEIGHBOURS, lambda: self._postings.around(*where), _NO_LISTS)
        near = near[:together]
        most = min(most, together // max(1, near.size))
        asking.lists.extend((index, Source.NEIGHBOURS, most) for index in near.tolist())


class _Asking:
    """Collects the lists of one request; a source that does not answer is named once and left out."""

    def __init__(self, degraded: list[str]) -> None:
        self._degraded = degraded
        self.lists: list[tuple[int, int, int]] = []

    def add(self, source: Source, most: int, find: Callable[[], int]) -> None:
        """Take a list, if there is one, and at most so much of it."""
        index = self.ask(source, find, _NONE)
        if index >= 0:
            self.lists.append((index, source, most))

    def ask(self, source: Source, find: Callable[[], _T], nothing: _T) -> _T:
        """Return what a source says, or nothing when it is down."""
        try:
            return find()
        except UnavailableError:
            name = source.name.lower()
            if name not in self._degraded:
                self._degraded.append(name)
            return nothing
