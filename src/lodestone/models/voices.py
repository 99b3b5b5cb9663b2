"""One person, one voice: what a maker's posts bring is a mean over people, not over impressions.

A few who open everything of one maker, out of love or for money, would else set the rate at which everybody is
thought to like it. What they do says much about them, and is kept as their leaning to that maker; of the maker it
says as much as `MOST` impressions of anybody. From the counters by person and maker

    capped rate = sum of weight x done / sum of weight x shown,    weight = min(1, MOST / shown)

and a maker's posts are moved by the difference to the same rate without weights, in logits. An outcome that was sent
without an impression counts as shown once: nothing is known of how often it might have been and was not.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats
from lodestone.features.state import State
from lodestone.models.rates import (
    LEAN_COLUMN,
    RatesModel,
    column_rate,
    community_rate,
    logit,
)

MOST: Final = 4.0
"""Impressions of one maker's posts for which one person counts in full."""
_TAG_AUTHOR: Final = 6
_COLUMNS: Final = 8
_FURTHEST: Final = 4.0


def author_shift(model: RatesModel, state: State) -> NDArray[np.float32]:
    """Return by how much each maker's posts are moved in logits, shape (authors, outcomes).

    Args:
        model: Its prior weights.
        state: The serving state; only whole-number counters are read, so order of arrival changes nothing.
    """
    keys, values = state.affinity.keys, state.affinity.values
    at = np.flatnonzero(keys >> np.uint64(60) == _TAG_AUTHOR)
    author = (keys[at] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    done = values[at, :_COLUMNS].astype(np.float64)
    done[:, 7] /= 600
    shown = np.maximum(done[:, 0], done[:, 1:7].max(axis=1, initial=0.0))
    weight = np.minimum(1.0, MOST / np.maximum(shown, 1.0))
    prior = column_rate(community_rate(state.surface_total))
    capped = _rates(author, done, shown, weight, prior, model.author_prior, state.author_count)
    plain = _rates(
        author, done, shown, np.ones(at.size), prior, model.author_prior, state.author_count
    )
    columns = np.clip(logit(capped) - logit(plain), -_FURTHEST, _FURTHEST)
    columns[:, 0] = 0.0
    shift: NDArray[np.float32] = columns[:, list(LEAN_COLUMN)].astype(np.float32)
    return shift


def _rates(
    author: NDArray[np.int64], done: Floats, shown: Floats, weight: Floats, prior_rate: Floats,
    prior: float, count: int,
) -> Floats:  # fmt: skip
    """Return smoothed rates by maker and affinity column, shape (authors, 8)."""
    seen = np.bincount(author, weight * shown, minlength=count)[:, None] + prior
    sums = np.stack(
        [np.bincount(author, weight * done[:, c], minlength=count) for c in range(_COLUMNS)], axis=1
    )
    rates: Floats = np.minimum((np.maximum(sums, 0.0) + prior * prior_rate) / seen, 1.0)
    return rates
