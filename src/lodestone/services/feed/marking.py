"""Marks of one request: whom the viewer follows or refused, and what must not come again."""

from typing import Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.base.wire import INSTANT_MIN
from lodestone.features.view import StateView
from lodestone.services.feed.hydrate import Viewer
from lodestone.services.feed.setting import Setting
from lodestone.traffic.decision import Rows
from lodestone.traffic.filters import (
    MARK_BLOCKED,
    MARK_FOLLOWED,
    MARK_MUTED,
    MARK_REJECTED,
    MARK_SEEN,
    MARK_SERVED,
    Marks,
)

_DAY_MICROS: Final = 86_400_000_000


class Marker:
    """Writes marks for one community; the arrays are scratch that no request clears."""

    def __init__(self, state: StateView) -> None:
        self._state = state
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
        base = self._epoch * 4
        self._mark_authors(viewer, base)
        if viewer.row >= 0:
            self._mark_seen(viewer.row, setting, base + MARK_SEEN)
        if setting.served:
            # A cursor may be older than a home that was put back: its rows need not be there.
            served = np.array(setting.served)
            self._marks[served[served < self._marks.size]] = base + MARK_SERVED
        if pins.size:
            self._marks[pins] = 0
        rejected = state.rejections(viewer.row) if viewer.row >= 0 else None
        if rejected:
            self._marks[rejected] = base + MARK_REJECTED
        return Marks(self._marks, self._author_marks, self._epoch)

    def _mark_authors(self, viewer: Viewer, base: int) -> None:
        authors, follows = self._author_marks, viewer.follows
        if follows.size:
            authors[follows[follows >= 0]] = base + MARK_FOLLOWED
        for people, mark in ((viewer.mutes, MARK_MUTED), (viewer.blocks, MARK_BLOCKED)):
            if people.size:
                slots = self._state.people["author"][people]
                authors[slots[slots >= 0]] = base + mark

    def _mark_seen(self, row: int, setting: Setting, value: int) -> None:
        state = self._state
        ring = int(state.people["seen"][row])
        if ring >= 0:
            since = setting.now // 1_000_000 - setting.policy.seen_days * 86_400
            items = state.seen_item[ring]
            self._marks[items[(state.seen_time[ring] >= since) & (items >= 0)]] = value
        state.history.mark(row, kept_away(setting), self._marks, value)


def kept_away(setting: Setting) -> Ints:
    """Return from when on what was read, liked or bought keeps its item away, microseconds; shape (3,)."""
    policy = setting.policy
    spans = (policy.read_days, policy.liked_days, policy.bought_days)
    return np.array(
        [INSTANT_MIN if days is None else setting.now - days * _DAY_MICROS for days in spans],
        np.int64,
    )
