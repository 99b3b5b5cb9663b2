"""What housekeeping carries: what the last round of working out found, and the round under way."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodestone.base.clock import Instant
from lodestone.features.postings import POSTING_KEPT


@dataclass(slots=True)
class DerivedState:
    """What the last sweep worked out for decisions to read."""

    author_rank: NDArray[np.int16]
    gate: float = -np.inf
    gated: bool = False
    gini: float = 0.0
    planned: int = 1
    first_delivered: float = 0.0
    first_planned: float = 0.0
    first_ahead: tuple[float, float] = (0.0, 0.0)
    eligible: int = 0
    mean_value: float = 0.0
    public: int = 0
    """How many posts were in the public; kept up as they graduate, and counted anew by every round."""


@dataclass(slots=True)
class RefreshJob:
    """One working-out of everything, under way. Arrays have shape (items, ...), as of its begin."""

    now: Instant
    worths: NDArray[np.float64]
    counts: NDArray[np.int64]
    mean: NDArray[np.float64]
    low: NDArray[np.float64]
    heat: NDArray[np.int64]
    """Impressions of today and yesterday."""
    live: NDArray[np.bool_]
    at: int = 0
    """The next row."""
    rate: float = 0.0
    """Mean clicks per impression."""
    parts: Iterator[None] | None = None
    """What is left once every row has been worked out, see `round_parts`."""


def best(score: np.ndarray) -> NDArray[np.int64]:
    """Return up to a list's length of rows, best score first, earlier rows first among equals."""
    length = min(POSTING_KEPT, int(np.count_nonzero(np.isfinite(score))))
    if not length:
        return np.zeros(0, np.int64)
    top = np.argpartition(-score, length - 1)[:length]
    order: NDArray[np.int64] = top[np.lexsort((top, -score[top]))]
    return order
