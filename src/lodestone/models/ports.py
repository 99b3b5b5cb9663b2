"""What serving asks of models. Every adapter passes `tests/contract`."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats
from lodestone.base.clock import Instant
from lodestone.features.view import StateView
from lodestone.traffic.decision import Chances, Codes, Rows

LONG_AGO: Final = Instant(0)


@dataclass(frozen=True, slots=True)
class PredictionQuery:
    """For whom and where candidates are judged."""

    person: int
    """Person row; -1 for a newcomer, and for whoever asked for the non-personalised form."""
    surface: int
    vector: NDArray[np.float32]
    """Shape (64,). The viewer's place among items; zeros when unknown."""
    kind: Codes | None = None
    """Shape (candidates,). `DomainKind` through which each would reach the viewer; None: all in public."""
    now: Instant = LONG_AGO
    """When the viewer asks; what they saw lately makes the like of it less welcome."""
    alike: Floats | None = None
    """Shape (3, candidates). What people alike and everybody took to, and what content weighs beside it, see
    `models.alike.blend`; None: not known."""
    nearby: bool = False
    """`alike` holds likeness and the other terms of what lies around, see `models.nearby.Nearby.pair`."""


class Predictor(Protocol):
    """Gives every outcome's chance for every candidate; same state and question, same answer."""

    @property
    def version(self) -> str:
        """Name the model: a hash of its content, written into every receipt."""
        ...

    def chances(self, state: StateView, asked: PredictionQuery, rows: Rows) -> Chances:
        """Judge candidates as if their slot were looked at.

        Args:
            state: The serving state.
            asked: The viewer and the surface.
            rows: Shape (candidates,). Item rows.

        Returns:
            Shape (candidates, outcomes), bfloat16 codes of calibrated chances in [0, 1]; a row of NaN
            codes where a score is not finite: the caller ranks it last and counts it.

        Raises:
            UnavailableError: The model cannot answer now; the feed goes on without it and says so.
        """
        ...


class VectorIndex(Protocol):
    """Finds the items nearest to a viewer, by inner product of unit vectors."""

    def add(self, rows: Rows, vectors: Floats) -> None:
        """Take in items, shape (items, 64); one already there is replaced."""
        ...

    def remove(self, row: int) -> None:
        """Let an item go; unknown rows are passed over."""
        ...

    @property
    def nbytes(self) -> int:
        """Return the memory taken."""
        ...

    def search(self, vector: NDArray[np.float32], count: int) -> Rows:
        """Return up to `count` rows, nearest first.

        Raises:
            UnavailableError: The index cannot answer now.
        """
        ...
