"""Everything a person liked, bought, visited or read, exactly: what keeps an item away, and what likeness learns from.

The rings of the state hold the newest only; what must not come again *for good* needs every item. About ten bytes a deed, in
blocks of sixteen, each person's chained from the newest back.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.events.facts import Facts
from lodestone.features import history_kernel as kernel
from lodestone.features.grow import grown
from lodestone.features.table import Table

READ: Final = 1
"""The app said that the item was consumed (any feedback over Gorse's routes)."""
LIKED: Final = 2
BOUGHT: Final = 4
ANSWERED: Final = 16
"""Commented or shared; keeps away as a like does."""
VISITED: Final = 8
"""Checked in, followed from, redeemed or converted: a positive deed that keeps nothing away."""
SINCE_MAX: Final = 24
STRONG: Final = kernel.STRONG
WEAK_STRENGTH: Final = 0.5
"""What an item weighs that was read and nothing more, against a like."""
LATEST_MAX: Final = 256
COLUMNS: Final = np.dtype(
    [("person", np.int32), ("item", np.int32), ("time", np.int64), ("what", np.uint8)]
)


class History:
    """The deeds of all people of a community."""

    def __init__(self) -> None:
        self._first = np.full(1024, -1, np.int32)
        self._item = np.full((64, kernel.BLOCK), -1, np.int32)
        self._time = np.zeros((64, kernel.BLOCK), np.int64)
        self._what = np.zeros((64, kernel.BLOCK), np.uint8)
        self._after = np.full(64, -1, np.int32)
        self._used = np.zeros(1, np.int64)
        self._rows, self._when = np.empty(SINCE_MAX, np.int64), np.empty(SINCE_MAX, np.int64)
        self._strength = np.empty(SINCE_MAX)
        self._late_row, self._late_time = (
            np.empty(LATEST_MAX, np.int64),
            np.empty(LATEST_MAX, np.int64),
        )
        self._late_what = np.empty(LATEST_MAX, np.uint8)

    def note(self, facts: Facts, person_row: Ints, like: Table) -> None:
        """Take in facts, shape (facts,), in any order.

        Args:
            facts: Those already counted.
            person_row: Shape (facts,).
            like: Says of person and item whether the later of like and unlike is a like.
        """
        people, blocks = kernel.room(facts, person_row)
        if blocks:
            self._reserve(people, blocks)
            kernel.note(facts, person_row, like.keys, like.values, *self._all())

    def mark(self, person: int, since: Ints, marks: Ints, value: int) -> None:
        """Write a value for every item that what somebody did keeps away.

        Args:
            person: Person row.
            since: Shape (3,). From when on what was read, liked, bought counts, microseconds.
            marks: Shape (items,), written.
            value: What is written.
        """
        if self._known(person):
            kernel.mark(
                self._first[person],
                since,
                self._item,
                self._time,
                self._what,
                self._after,
                marks,
                value,
            )

    def since(self, person: int, time: int) -> tuple[Ints, Floats]:
        """Return the newest deeds after an instant, at most `SINCE_MAX`, and what each weighs against a like.

        Both are scratch, valid until the next call.
        """
        if not self._known(person):
            return self._rows[:0], self._strength[:0]
        count = kernel.since(
            self._first[person],
            time,
            self._item,
            self._time,
            self._what,
            self._after,
            self._rows,
            self._strength,
            self._when,
        )
        return self._rows[:count], self._strength[:count]

    def deeds(self, person: int) -> tuple[Ints, Ints, Ints]:
        """Return a person's item rows, when each was last acted on (microseconds), and its marks; shape (deeds,).

        May be asked from another thread: a block is linked when it is written, and grown arrays are copies.
        """
        first, after = self._first, self._after
        parts, block = [], int(first[person]) if 0 <= person < first.size else -1
        while block >= 0:
            parts.append(block)
            block = int(after[block]) if block < after.size else -1
        at = np.array(parts, np.int64)
        at = at[at < min(len(self._item), len(self._time), len(self._what))]
        items = self._item[at].ravel()
        known = items >= 0
        times, whats = self._time[at].ravel()[known], self._what[at].ravel()[known]
        return items[known].astype(np.int64), times, whats.astype(np.int64)

    def latest(self, person: int) -> tuple[Ints, Ints, NDArray[np.uint8]]:
        """Return the newest deeds, at most `LATEST_MAX`, newest first: item rows, times, marks; shapes (deeds,)."""
        count = 0
        if self._known(person):
            count = kernel.latest(
                self._first[person],
                self._item,
                self._time,
                self._what,
                self._after,
                self._late_row,
                self._late_time,
                self._late_what,
            )
        rows, times = self._late_row[:count], self._late_time[:count]
        order = np.lexsort((-rows, -times))
        return rows[order], times[order], self._late_what[:count][order]

    def erase(self, person: int) -> None:
        """Forget a person's deeds."""
        if self._known(person):
            block = int(self._first[person])
            while block >= 0:
                self._item[block], self._time[block], self._what[block] = -1, 0, 0
                block = int(self._after[block])
            self._first[person] = -1

    def columns(self) -> NDArray[np.void]:
        """Return every deed, by person, item: one form for one content; shape (deeds,) of `COLUMNS`."""
        used = int(self._used[0])
        owner = np.full(used, -1, np.int64)
        for person in np.flatnonzero(self._first >= 0).tolist():
            block = int(self._first[person])
            while block >= 0:
                owner[block] = person
                block = int(self._after[block])
        filled = (self._item[:used] >= 0) & (owner >= 0)[:, None]
        entries = np.empty(int(filled.sum()), COLUMNS)
        entries["person"] = np.repeat(owner, kernel.BLOCK).reshape(-1, kernel.BLOCK)[filled]
        entries["item"], entries["time"] = self._item[:used][filled], self._time[:used][filled]
        entries["what"] = self._what[:used][filled]
        return _joined(entries)

    def fill(self, columns: NDArray[np.void]) -> None:
        """Take in deeds given as columns, oldest first, so that the newest stand in front."""
        if not columns.size:
            return
        people = columns["person"]
        self._reserve(int(people.max()) + 1, np.unique(people).size + people.size // kernel.BLOCK)
        for deed in columns[np.argsort(columns["time"], kind="stable")]:
            kernel.put(
                int(deed["person"]),
                int(deed["item"]),
                int(deed["time"]),
                int(deed["what"]),
                *self._all(),
            )

    @property
    def nbytes(self) -> int:
        """Return the bytes held."""
        parts = (self._first, self._item, self._time, self._what, self._after)
        return sum(part.nbytes for part in parts)

    def _known(self, person: int) -> bool:
        return 0 <= person < self._first.size and self._first[person] >= 0

    def _reserve(self, people: int, blocks: int) -> None:
        self._first = grown(self._first, people, -1)
        needed = int(self._used[0]) + blocks
        self._item = grown(self._item, needed, -1)
        self._time, self._what = grown(self._time, needed), grown(self._what, needed)
        self._after = grown(self._after, needed, -1)

    def _all(self) -> tuple[NDArray[np.generic], ...]:
        return self._first, self._item, self._time, self._what, self._after, self._used


def _joined(entries: NDArray[np.void]) -> NDArray[np.void]:
    """Join deeds of one person with one item: marks together, the latest time."""
    entries = entries[np.lexsort((entries["time"], entries["item"], entries["person"]))]
    if not entries.size:
        return entries
    fresh = (np.diff(entries["person"]) != 0) | (np.diff(entries["item"]) != 0)
    group = np.flatnonzero(np.concatenate([[True], fresh]))
    last = entries[np.append(group[1:], entries.size) - 1]
    last["what"] = np.bitwise_or.reduceat(entries["what"], group)
    joined: NDArray[np.void] = last
    return joined
