"""What people did without an impression: in histories, imports, orders, an app's own pages.

Such a deed says nothing of a rate, for nobody knows how often it did not happen; it does say that something was taken
to. So it never enters a rate, and moves what a rate is expected to be until impressions say more:

* an item, in logits, by share / 2 x log(1 + deeds / mean deeds of an item), where share = deeds / (deeds + impressions) of
  the whole community: where impressions are many, likes from elsewhere say little, and rings next to nothing;
* a viewer's leaning to an author, a topic or a channel, in logits, by
  LEAN x deeds / (deeds + HALF + all their deeds / MANY): who takes to everything leans to nothing.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.events.outcomes import COUNT_IMPRESSIONS, OUTCOME_COUNT
from lodestone.models.evidence_kernel import COLUMN_WEIGHTS, HALF, LEAN, MANY, OUTCOME_WEIGHTS

LIFT: Final = 0.5
"""Chances grow with the root of popularity: what is popular is also come across more."""
_WEIGHTS: Final = np.array(OUTCOME_WEIGHTS)
_LEAN_WEIGHTS: Final = np.array(COLUMN_WEIGHTS)


class Crowd(NamedTuple):
    """What a community's deeds come to."""

    mean: float
    """Deeds of an item in the mean, at least one."""
    share: float
    """Deeds over deeds and impressions, in [0, 1]; 1 where nothing has happened."""


def crowd_of(surfaces: Ints, items: int) -> Crowd:
    """Return what the counters of all surfaces, shape (surfaces, columns), come to over so many items."""
    total = surfaces.sum(axis=0).astype(np.float64)
    deeds = float(np.maximum(total[:OUTCOME_COUNT], 0.0) @ _WEIGHTS)
    return crowd(deeds, max(0.0, float(total[COUNT_IMPRESSIONS])), items)


def crowd(deeds: float, shown: float, items: int) -> Crowd:
    """Return what so many deeds and impressions come to over so many items."""
    return Crowd(max(1.0, deeds / max(1, items)), deeds / (deeds + shown) if deeds + shown else 1.0)


def unshown(counts: NDArray[np.number]) -> Floats:
    """Return deeds beyond impressions, weighed against a like; shape of `counts` without its last axis.

    >>> counts = np.zeros(16)
    >>> counts[3], counts[COUNT_IMPRESSIONS] = 5, 2
    >>> float(unshown(counts))
    3.0
    """
    done = counts[..., :OUTCOME_COUNT].astype(np.float64)
    beyond: Floats = np.maximum(done - counts[..., COUNT_IMPRESSIONS, None], 0.0) @ _WEIGHTS
    return beyond


def lift(counts: NDArray[np.number], crowd: Crowd) -> Floats:
    """Return by how many logits items stand above what is expected of one; shape of `counts` without its last axis."""
    lifted: Floats = LIFT * crowd.share * np.log1p(unshown(counts) / crowd.mean)
    return lifted


def leaning(counts: NDArray[np.number], whole: float) -> tuple[float, float]:
    """Return a viewer's leanings in logits by what they did, and by what they refused, without an impression; twin.

    Args:
        counts: Shape (8,). Affinity columns.
        whole: All of the viewer's deeds without an impression.
    """
    shown = max(0.0, float(counts[0]))
    beyond = np.maximum(counts.astype(np.float64) - shown, 0.0)
    took, refused = float(beyond @ _LEAN_WEIGHTS), float(beyond[6])
    return LEAN * took / (took + HALF + whole / MANY), LEAN * refused / (refused + HALF)
