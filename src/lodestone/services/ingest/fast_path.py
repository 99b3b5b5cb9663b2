"""The fast path: events of the most common kinds, read into columns, are judged by compiled code, a chunk at a time.

It takes what nothing speaks against: somebody and something that are known, a time within the window, a beacon that
fits or no decision at all, and nothing private. What it leaves, `validate` judges one by one, and names.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.base.calendar import DayOf
from lodestone.base.clock import DAY_SECONDS
from lodestone.events import judge_kernel as kernel
from lodestone.events.blake_kernel import keyed_state
from lodestone.events.columns import TYPE_KINDS, EventColumns
from lodestone.events.facts import Facts
from lodestone.events.outcomes import OUTCOME_COUNT, PAGE_KINDS, SLOT_KINDS, FactKind
from lodestone.events.wire import Refusal
from lodestone.features.directory import Directory

NEEDS_ITEM: Final = frozenset(
    {*range(OUTCOME_COUNT), FactKind.IMPRESSION, FactKind.UNLIKE, FactKind.VIEWABLE}
    - {FactKind.FOLLOW, FactKind.PROFILE_VISIT}
)
"""Kinds that are about an item."""
WATCH_AGE: Final = DAY_SECONDS
IMPRESSION_AGE: Final = 3600
"""For so many seconds after it was served a slot may be looked at, and led to something."""
_KINDS: Final = range(int(max(TYPE_KINDS)) + 1)
_SERVER: Final = np.full(len(_KINDS), kernel.ALWAYS, np.uint8)
_PAGE: Final = np.array(
    [
        kernel.NEVER
        if kind not in PAGE_KINDS
        else kernel.WITH_BEACON
        if kind in SLOT_KINDS
        else kernel.ALWAYS
        for kind in _KINDS
    ],
    np.uint8,
)
"""What is taken from a page's session by kind: what it can know, and of a slot only with its beacon."""
_AGES: Final = np.array(
    [IMPRESSION_AGE if kind == FactKind.IMPRESSION else WATCH_AGE for kind in _KINDS], np.int64
)


@dataclass(slots=True)
class Chunk:
    """A chunk of events while it is judged; columns have the shape (events,)."""

    facts: Facts
    good: Bools = field(init=False)
    people: Ints = field(init=False)
    """Rows, -1 for nobody."""
    targets: Ints = field(init=False)
    """Rows of whom they are about, -1 for nobody."""
    private: list[tuple[int, bytes]] = field(default_factory=list)
    """What is to be encrypted, by place."""
    refused: list[Refusal] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with nothing judged."""
        self.good = np.zeros(self.facts.size, bool)
        self.people = np.full(self.facts.size, -1, np.int64)
        self.targets = np.full(self.facts.size, -1, np.int64)


class FastPath:
    """Judges the columns of events of one community."""

    def __init__(self, directory: Directory, secret: bytes, days: DayOf) -> None:
        self._directory, self._days = directory, days
        self._event_key = keyed_state(secret, 8)
        self._beacon_key = keyed_state(secret, kernel.TAG)

    def judge(
        self, events: EventColumns, early: int, late: int, chunk: Chunk, *, page: bool
    ) -> None:
        """Turn events into facts of their chunk where nothing speaks against them.

        Args:
            events: As decoded.
            early: The latest instant that is taken, microseconds.
            late: The earliest.
            chunk: Of these events. Its people, and the facts of good events, are written.
            page: A page's session sends them.
        """
        rows, body = events.rows, np.frombuffer(events.body, np.uint8)
        chunk.people[:], items = self._directory.rows_named(events.text, body, rows)
        first, offsets = self._days.offsets(late, early)
        kernel.judge(
            body,
            rows,
            TYPE_KINDS,
            chunk.people,
            items,
            self._directory.ordinals,
            early,
            late,
            _PAGE if page else _SERVER,
            _AGES,
            int(FactKind.WATCH),
            first,
            offsets,
            self._event_key,
            self._beacon_key,
            chunk.facts,
            chunk.good,
        )
