"""Marks of one request: whom the viewer follows or refused, and what must not come again."""

from typing import Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.base.clock import DAY_MICROS, DAY_SECONDS, SECOND_MICROS
from lodestone.base.wire import INSTANT_MIN
from lodestone.features.view import StateView
from lodestone.services.feed.hydrate import Viewer
from lodestone.services.feed.setting import Setting
from lodestone.traffic.decision import Rows
from lodestone.traffic.filters import MARK_REJECTED, MARK_SEEN, Marks
from lodestone.traffic.kernels import Kernels

_NO_ROWS: Final = np.zeros(0, np.int32)
_NOTHING: Final = np.zeros(0, np.int64)


class Marker:
    """Writes marks for one community; the arrays are scratch that no request clears."""

    def __init__(self, state: StateView, kernels: Kernels) -> None:
        self._state = state
        self._filters = kernels.filters
        self._marks = np.zeros(1024, np.int64)
        self._author_marks = np.zeros(256, np.int64)
        self._epoch = 0

    def mark(self, viewer: Viewer, setting: Setting, pins: Rows) -> Marks:
        """Mark what this viewer follows, refused, has seen and was served, under a fresh epoch.

        Args:
            viewer: Who asks.
            setting: What holds.
            pins: Shape (pins,). Item rows that stand first whenever the feed is opened, seen or not.
        """
        state = self._state
        self._epoch += 1
        if self._marks.size < state.items.size:
            self._marks = np.zeros(state.items.size, np.int64)
        if self._author_marks.size < state.authors.size:
            self._author_marks = np.zeros(state.authors.size, np.int64)
        base, row = self._epoch * 4, viewer.row
        seen, times = _NO_ROWS, _NO_ROWS
        if row >= 0:
            state.history.mark(row, kept_away(setting), self._marks, base + MARK_SEEN)
            ring = int(state.people["seen"][row])
            if ring >= 0:
                seen, times = state.seen_item[ring], state.seen_time[ring]
        since = setting.now // SECOND_MICROS - setting.policy.seen_days * DAY_SECONDS
        served = np.array(setting.served, np.int64) if setting.served else _NOTHING
        self._filters.mark(
            self._marks,
            self._author_marks,
            base,
            viewer.follows,
            viewer.mutes,
            viewer.blocks,
            state.people,
            seen,
            times,
            since,
            served,
        )
        if pins.size:
            self._marks[pins] = 0
        rejected = state.rejections(row) if row >= 0 else None
        if rejected:
            self._marks[rejected] = base + MARK_REJECTED
        return Marks(self._marks, self._author_marks, self._epoch)


def kept_away(setting: Setting) -> Ints:
    """Return from when on what was read, liked or bought keeps its item away, microseconds; shape (3,)."""
    policy = setting.policy
    spans = (policy.read_days, policy.liked_days, policy.bought_days)
    return np.array(
        [INSTANT_MIN if days is None else setting.now - days * DAY_MICROS for days in spans],
        np.int64,
    )
