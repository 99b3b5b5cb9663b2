"""One person, one voice: what a maker's posts bring, asked of people and not of impressions.

Two things bend a plain rate. A few who open everything of one maker, out of love or for money, set the rate at which
everybody is thought to like it; and who likes everything says little by liking this. So a maker's outcomes are set
against what the same people do anywhere (indirect standardisation, as death rates of towns with old and young people are compared), nobody
counting for more than `MOST` impressions

    standardised rate = community's rate x (sum of weight x done + prior) / (sum of weight x shown x own rate + prior),
    weight = min(1, MOST / shown)

and a maker's posts are moved by the difference to the plain rate, in logits. What those few do is kept as their own
leaning to that maker. An outcome that was sent without an impression counts as shown once: nothing is known of how
often it might have been and was not.
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
    smoothed,
)

MOST: Final = 4.0
"""Impressions of one maker's posts for which one person counts in full."""
_TAG_AUTHOR: Final = 6
_COLUMNS: Final = 8
_FURTHEST: Final = 8.0
"""Logits; beyond it nothing would be left of any rate."""


def author_shift(model: RatesModel, state: State) -> NDArray[np.float32]:
    """Return by how much each maker's posts are moved in logits, shape (authors, outcomes).

    Args:
        model: Its prior weights.
        state: The serving state; only whole-number counters are read, so order of arrival changes nothing.
    """
    keys, values, count = state.affinity.keys, state.affinity.values, state.author_count
    at = np.flatnonzero(keys >> np.uint64(60) == _TAG_AUTHOR)
    author = (keys[at] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    person = ((keys[at] >> np.uint64(32)) & np.uint64(0xFFFFFFF)).astype(np.int64)
    done = np.maximum(values[at, :_COLUMNS].astype(np.float64), 0.0)
    done[:, 7] /= 600
    shown = np.maximum(done[:, 0], done[:, 1:7].max(axis=1, initial=0.0))
    weight = np.minimum(1.0, MOST / np.maximum(shown, 1.0))
    rate = community_rate(state.surface_total)
    prior = column_rate(rate)
    found, place = np.unique(person, return_inverse=True)
    own = column_rate(smoothed(state.person_total[found], rate, model.viewer_prior))[place]

    def total(each: Floats) -> Floats:
        columns = [np.bincount(author, each[:, c], minlength=count) for c in range(_COLUMNS)]
        return np.stack(columns, axis=1)

    weighed, ground = weight[:, None], model.author_prior * prior
    seen = np.bincount(author, shown, minlength=count)[:, None] + model.author_prior
    plain = np.minimum((total(done) + ground) / seen, 1.0)
    expected = total(weighed * shown[:, None] * own) + ground
    standard = np.minimum(prior * (total(weighed * done) + ground) / expected, 1.0)
    columns = np.clip(logit(standard) - logit(plain), -_FURTHEST, _FURTHEST)
    columns[:, 0] = 0.0
    shift: NDArray[np.float32] = columns[:, list(LEAN_COLUMN)].astype(np.float32)
    return shift
