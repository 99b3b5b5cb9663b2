"""Sources: where a request's candidates come from, and what is left out when one is down."""

from typing import Final

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
_TRENDING, _NEW, _NEEDY, _LIVE, _DOMAIN, _CELL, _FOLLOWS = 120, 120, 60, 30, 80, 24, 96
_NO_ROWS: Final = np.zeros(0, np.int32)
_NO_LISTS: Final = np.zeros((0, 3), np.int64)
_CHANNEL, _PROFESSION, _NEIGHBOURS = (
    int(Source.CHANNEL), int(Source.PROFESSION), int(Source.NEIGHBOURS),
)  # fmt: skip
_CHANNEL_KIND, _PLACE_KIND = int(DomainKind.CHANNEL), int(DomainKind.PLACE)
_LIVE_LIST: Final = np.array([(LIST_LIVE, Source.LIVE, _LIVE)], np.int64)
_COMMON_LISTS: Final = np.array(
    [
        (LIST_NEEDY, Source.NEW, _NEEDY), (LIST_NEW, Source.NEW, _NEW),
        (LIST_TRENDING, Source.TRENDING, _TRENDING),
    ],
    np.int64,
)  # fmt: skip


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
            viewer.follows[:_FOLLOWS],
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

    def _lists(self, viewer: Viewer, degraded: list[str]) -> NDArray[np.int64]:
        surface = int(viewer.record["surface"])
        if surface == 2:
            return np.concatenate([_LIVE_LIST, self._around(viewer, area=True, degraded=degraded)])
        if surface in (3, 4):
            mine = self._postings.domain(viewer.area)
            own = [(mine, _CHANNEL if surface == 3 else _PROFESSION, 256)] if mine >= 0 else []
            return np.concatenate([_LIVE_LIST, np.array(own, np.int64).reshape(-1, 3)])
        if surface == 1:
            return _LIVE_LIST
        near = self._around(viewer, area=False, degraded=degraded)
        mine_all = [
            (
                self._postings.domain(code),
                _CHANNEL if kind == _CHANNEL_KIND else _PROFESSION,
                _DOMAIN,
            )
            for code, kind, _ in viewer.domains.tolist()
            if kind != _PLACE_KIND
        ]
        own = [one for one in mine_all if one[0] >= 0]
        return np.concatenate(
            [_LIVE_LIST, near, np.array(own, np.int64).reshape(-1, 3), _COMMON_LISTS]
        )

    def _around(self, viewer: Viewer, *, area: bool, degraded: list[str]) -> NDArray[np.int64]:
        record, prefix = viewer.record, "area_" if area else ""
        if not record[f"{prefix}located"] or (record["minor"] and not area):
            return _NO_LISTS
        try:
            near = self._postings.around(
                float(record[f"{prefix}latitude"]), float(record[f"{prefix}longitude"])
            )
        except UnavailableError:
            degraded.append(Source.NEIGHBOURS.name.lower())
            return _NO_LISTS
        lists = np.empty((near.size, 3), np.int64)
        lists[:, 0], lists[:, 1], lists[:, 2] = near, _NEIGHBOURS, 64 if area else _CELL
        return lists
