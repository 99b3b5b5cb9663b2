"""Plain lists over the serving state: newest, most valued, most alike. No decision, so no receipt.

A list keeps no promise and teaches nothing; what should count asks for a feed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools
from lodestone.base.clock import SECOND_MICROS
from lodestone.base.errors import UnknownError
from lodestone.events.outcomes import OUTCOME_COUNT
from lodestone.features.layout import LABELS, STATES
from lodestone.models.ports import VectorIndex
from lodestone.services.support.ports import DirectoryView, PriceBook, StateView
from lodestone.traffic.policy import worth_vector

_LIVE: Final = STATES.index("live")
_DROP: Final = LABELS.index("drop")
_NEAREST: Final = 1_000
_TENTHS: Final = 600.0
"""Counters hold watch in tenths of a second; its worth is of a whole minute."""


@dataclass(frozen=True, slots=True)
class Scored:
    """An item and why it stands where it does; higher is earlier."""

    item_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a list is wanted: `count` from `offset`, of one channel, without those seen."""

    count: int
    offset: int = 0
    channel: str | None = None
    viewer: str | None = None
    """Whose seen items are left out: the last 256 they had an impression of."""


class Lists:
    """Lists of one community's live items."""

    def __init__(
        self, state: StateView, directory: DirectoryView, index: VectorIndex, prices: PriceBook
    ) -> None:
        self._state, self._directory = state, directory
        self._index, self._prices = index, prices

    def latest(self, cut: Cut) -> list[Scored]:
        """List the newest first; the score is when it was posted, seconds since the epoch."""
        created = self._state.items["created"][: self._state.item_count]
        return self._best(created // SECOND_MICROS, cut)

    def popular(self, cut: Cut, *, recent: bool) -> list[Scored]:
        """List by what items have earned: outcomes times worths of the policy in force, micros.

        Args:
            cut: Which part.
            recent: Of the last eight days only.
        """
        count = self._state.item_count
        # Whole rows are contiguous: summed at once, then cut to the outcomes.
        total = np.add.reduce(self._state.item_ring[:count], axis=1, dtype=np.int32)
        earned = total[:, :OUTCOME_COUNT].astype(np.float64)
        if not recent:
            earned += self._state.item_old[:count, :OUTCOME_COUNT]
        earned[:, 0] /= _TENTHS
        return self._best(earned @ np.array(worth_vector(self._prices.policy)), cut)

    def neighbours(self, item_id: str, cut: Cut) -> list[Scored]:
        """List the most alike by what items say of themselves: tags, author, text. Cosine in [-1, 1].

        Raises:
            UnknownError: There is no such item.
        """
        row = self._directory.item_row(item_id)
        if row < 0:
            raise UnknownError("item_unknown", f"there is no item {item_id!r} here")
        return self._near([row], cut, without=[row])

    def session(self, liked: Iterable[str], known: Iterable[str], cut: Cut) -> list[Scored]:
        """List what is most alike to some items together; the score is the sum of cosines.

        Args:
            liked: Items to be like; those that are not here are passed over.
            known: Items to leave out.
            cut: Which part.
        """
        row_of = self._directory.item_row
        rows = [row for row in map(row_of, liked) if row >= 0]
        return self._near(rows, cut, without=[row for row in map(row_of, known) if row >= 0])

    def _near(self, rows: list[int], cut: Cut, *, without: Iterable[int]) -> list[Scored]:
        """List what is nearest to some rows, of the thousand or so nearest that the index finds."""
        if not rows:
            return []
        vectors = self._state.items["vector"]
        towards = (vectors[rows].astype(np.float32) / 127).sum(axis=0)
        match = self._index.search(towards, _NEAREST + cut.offset + cut.count)
        score = np.full(self._state.item_count, -np.inf)
        score[match] = (vectors[match].astype(np.float32) / 127) @ towards
        return self._best(score, cut, without=without)

    def _best(
        self, score: NDArray[np.number], cut: Cut, *, without: Iterable[int] = ()
    ) -> list[Scored]:
        """Order live items by score, equal ones by row, and cut."""
        allowed = self._allowed(cut) & np.isfinite(score)
        allowed[list(without)] = False
        rows = np.flatnonzero(allowed)
        order = rows[np.argsort(-score[rows], kind="stable")][cut.offset : cut.offset + cut.count]
        name = self._directory.item_id
        return [Scored(name(int(row)), float(score[row])) for row in order]

    def _allowed(self, cut: Cut) -> Bools:
        items = self._state.items[: self._state.item_count]
        allowed: Bools = (items["state"] == _LIVE) & (items["label"] != _DROP)
        if cut.channel is not None:
            code = self._directory.domain_code(cut.channel)
            allowed &= (items["channels"] == code).any(axis=1) & (code >= 0)
            allowed[self._state.marks.hidden_in(code)] = False
        if cut.viewer is not None:
            person = self._directory.person_row(cut.viewer)
            ring = int(self._state.people["seen"][person]) if person >= 0 else -1
            if ring >= 0:
                seen = self._state.seen_item[ring]
                allowed[seen[seen >= 0]] = False
        return allowed
