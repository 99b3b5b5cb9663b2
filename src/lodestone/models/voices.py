"""One person, one voice: what a maker's posts bring, asked of people and not of impressions.

Two things bend a plain rate. A few who open everything of one maker, out of love or for money, set the rate at which
everybody is thought to like it; and who likes everything says little by liking this. So a maker's outcomes are set
against what the same people do anywhere (indirect standardisation, as death rates of towns with old and young people are compared), nobody
counting for more than `MOST` impressions

    standardised rate = community's rate x (sum of weight x done + prior) / (sum of weight x shown x own rate + prior),
    weight = min(1, MOST / shown)

and a maker's posts are moved by the difference to the plain rate, in logits. What those few do is kept as their own
leaning to that maker. Whoever sent outcomes of a maker and never an impression counts as one look.

*Loud* people do something so often that it says nothing at all: more than `LOUD` times what nineteen in twenty stay under, and more than ten
times. They count neither for makers nor for what the community does; they are still served, and are not judged for it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats
from lodestone.events.outcomes import COUNT_IMPRESSIONS, Kind
from lodestone.features.state import State
from lodestone.models.rates import (
    LEAN_COLUMN,
    RatesModel,
    column_rate,
    community_rate,
    logit,
    smoothed,
    strength,
    surface_counts,
)

MOST: Final = 4.0
"""Impressions of one maker's posts for which one person counts in full."""
LOUD: Final = 8.0
_LOUD_LEAST: Final = 10.0
_KNOWN: Final = 20
"""Impressions from which on somebody helps to say what is usual."""
_GIVEN: Final = tuple(range(Kind.LIKE, Kind.PROFILE_VISIT + 1))
"""Outcomes that cost nothing to give and are worth much: likes, comments, shares, follows, visits of a page."""
_TAG_AUTHOR: Final = 6
_COLUMNS: Final = 8
_FURTHEST: Final = 8.0
"""Logits; beyond it nothing would be left of any rate."""


def loud(state: State) -> Bools:
    """Say who is loud, shape (people,)."""
    counts = state.person_total[: state.person_count]
    shown = counts[:, COUNT_IMPRESSIONS].astype(np.float64)
    known = shown >= _KNOWN
    found = np.zeros(counts.shape[0], bool)
    for outcome in _GIVEN if known.any() else ():
        usual = float(np.quantile(counts[known, outcome] / shown[known], 0.95))
        found |= counts[:, outcome] > np.maximum(_LOUD_LEAST, LOUD * usual * shown)
    return found


def hush(state: State) -> Bools:
    """Set what share of each counted column is not of loud people; return who they are."""
    found = loud(state)
    whole = state.person_total[: state.person_count].sum(axis=0, dtype=np.float64)
    theirs = state.person_total[: found.size][found].sum(axis=0, dtype=np.float64)
    state.quiet = np.where(whole > 0, 1 - theirs / np.maximum(whole, 1.0), 1.0)
    return found


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
    # What was sent without an impression says no more than one look would: nothing is known of how often it did not happen.
    looks = np.maximum(done[:, 0], 1.0)
    given = np.minimum(done, looks[:, None])
    shown = np.maximum(done[:, 0], done[:, 1:7].max(axis=1, initial=0.0))
    weight = np.minimum(1.0, MOST / looks)
    weight[loud(state)[person]] = 0.0
    rate = community_rate(surface_counts(state))
    prior = column_rate(rate)
    found, place = np.unique(person, return_inverse=True)
    own = column_rate(smoothed(state.person_total[found], rate, model.viewer_prior))[place]

    def total(each: Floats) -> Floats:
        columns = [np.bincount(author, each[:, c], minlength=count) for c in range(_COLUMNS)]
        return np.stack(columns, axis=1)

    held = strength(model.author_prior, prior)
    weighed, ground = weight[:, None], held * prior
    seen = np.bincount(author, shown, minlength=count)[:, None] + held
    plain = np.minimum((total(done) + ground) / seen, 1.0)
    expected = total(weighed * looks[:, None] * own) + ground
    standard = np.minimum(prior * (total(weighed * given) + ground) / expected, 1.0)
    columns = np.clip(logit(standard) - logit(plain), -_FURTHEST, _FURTHEST)
    # Only makers against each other: what everybody does is the community's rate to say.
    heard = np.bincount(author, weight * looks, minlength=count)
    if heard.any():
        columns -= (heard @ columns) / heard.sum()
    columns[:, 0] = 0.0
    shift: NDArray[np.float32] = columns[:, list(LEAN_COLUMN)].astype(np.float32)
    return shift
