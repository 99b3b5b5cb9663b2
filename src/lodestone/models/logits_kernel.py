"""Compiled twin of what `models.item_logits` works out for every item that an event has just moved."""

import math

import numba
import numpy as np

from lodestone.base.arrays import Array, Number
from lodestone.models.evidence_kernel import OUTCOME_WEIGHTS
from lodestone.models.rates_kernel import SUCCESSES

_OUTCOMES, _IMPRESSIONS, _ATTENTION = 13, 13, 14
"""Columns of a counter row, see `events.outcomes`."""
_WATCH_TENTHS = 600.0
_SMALLEST = 1e-6


@numba.njit(cache=True)
def _kept(rate: Number) -> Number:
    return min(max(rate, _SMALLEST), 1.0 - _SMALLEST)


@numba.njit(cache=True)
def _smoothed(counts: Array, column: Number, expected: Number, prior: Number) -> Number:
    """Return one outcome's rate of a counter row, shrunk to the rate expected; see `rates.smoothed`."""
    done = max(counts[column] / (_WATCH_TENTHS if column == 0 else 1.0), 0.0)
    done = min(done, counts[_IMPRESSIONS])
    shown = max(counts[_ATTENTION] / 1000.0, 0.1 * counts[_IMPRESSIONS])
    weight = max(prior, SUCCESSES / max(expected, _SMALLEST))
    return min((done + weight * expected) / (max(shown, done) + weight), 1.0)


@numba.njit(cache=True)
def community(
    surface_total: Array, quiet: Array, start: Array, weight: Number, rate: Array
) -> tuple[Number, Number]:
    """Write the rate of every outcome over all surfaces; return the deeds and the impressions counted on them.

    Args:
        surface_total: Shape (surfaces, columns).
        quiet: Shape (columns,). What share of each column is not of heavy users.
        start: Shape (outcomes,). Rates of a community of which nothing is known.
        weight: What these weigh, in impressions.
        rate: Shape (outcomes,). Written.
    """
    total = np.zeros(surface_total.shape[1])
    for surface in range(surface_total.shape[0]):
        for column in range(total.size):
            total[column] += np.rint(surface_total[surface, column] * quiet[column])
    deeds = 0.0
    for outcome in range(_OUTCOMES):
        rate[outcome] = _smoothed(total, outcome, start[outcome], weight)
        deeds += max(total[outcome], 0.0) * OUTCOME_WEIGHTS[outcome]
    return deeds, max(0.0, total[_IMPRESSIONS])


@numba.njit(cache=True)
def _lift(counts: Array, mean: Number, share: Number, most: Number) -> Number:
    """Return the odds by which an item's deeds without an impression raise what is expected; see `evidence.lift`."""
    beyond = 0.0
    for outcome in range(_OUTCOMES):
        beyond += max(counts[outcome] - counts[_IMPRESSIONS], 0.0) * OUTCOME_WEIGHTS[outcome]
    if beyond == 0.0:
        return 1.0
    return math.exp(most * share * math.log1p(beyond / mean))


@numba.njit(cache=True)
def materialise(
    rows: Array,
    authors: Array,
    ring: Array,
    old: Array,
    author_total: Array,
    age_weights: Array,
    old_weight: Number,
    rate: Array,
    mean: Number,
    share: Number,
    most: Number,
    positive: Number,
    author_prior: Number,
    item_prior: Number,
    shift: Array,
    lanes: Array,
    first: Number,
) -> None:
    """Write the logits of some item rows anew; see `item_logits.materialise` and `rates.item_logits`.

    Args:
        rows: Shape (some,). Item rows.
        authors: Shape (items,). Each item's author.
        ring: Shape (items, days, columns).
        old: Shape (items, columns).
        author_total: Shape (authors, columns).
        age_weights: Shape (days,). What each place of the ring weighs today.
        old_weight: What older days weigh.
        rate: Shape (outcomes,). The community's.
        mean: See `evidence.Crowd`.
        share: The same.
        most: `evidence.LIFT`.
        positive: How many outcomes, from the first, are welcome.
        author_prior: Weight of the community's rate against an author's, in impressions.
        item_prior: The same of an author's against an item's.
        shift: Shape (some authors, outcomes), float32. By how much an author's items are moved.
        lanes: Shape (items, row size), float32. The items' rows, written.
        first: Where in a row the logits begin.
    """
    counts, theirs = np.empty(ring.shape[2]), np.empty(ring.shape[2])
    base = np.empty(_OUTCOMES)
    for outcome in range(_OUTCOMES):
        bounded = _kept(rate[outcome])
        base[outcome] = math.log(bounded / (1.0 - bounded))
    for n in range(rows.size):
        row = rows[n]
        author = authors[row]
        for column in range(counts.size):
            counts[column] = old_weight * old[row, column]
            theirs[column] = author_total[author, column]
        for day in range(age_weights.size):
            for column in range(counts.size):
                counts[column] += age_weights[day] * ring[row, day, column]
        lift = _lift(counts, mean, share, most)
        for outcome in range(_OUTCOMES):
            # In odds instead of logits: the lift is one factor, and no logarithm is taken of what is expected.
            expected = _kept(_smoothed(theirs, outcome, rate[outcome], author_prior))
            odds = expected / (1.0 - expected) * (lift if outcome < positive else 1.0)
            bounded = _kept(_smoothed(counts, outcome, odds / (1.0 + odds), item_prior))
            moved = np.float32(math.log(bounded / (1.0 - bounded)) - base[outcome])
            if author < shift.shape[0]:
                moved += shift[author, outcome]
            lanes[row, first + outcome] = moved
