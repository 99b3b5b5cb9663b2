"""The logits of items, written for decisions to read: by how much each outcome of an item departs from the community's.

What they are made of is said in `models.rates`; here they are worked out for the items that events have just moved.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.events.outcomes import OUTCOME_COUNT
from lodestone.features import derived
from lodestone.features.state import State
from lodestone.features.view import StateView
from lodestone.models import evidence, rates
from lodestone.models import logits_kernel as kernel

_START_RATES: Final = np.array(rates.START_RATE)
_NO_SHIFT: Final = np.zeros((0, OUTCOME_COUNT), np.float32)


def materialise(
    model: rates.RatesModel, state: State, rows: Ints, shift: NDArray[np.float32] | None = None
) -> None:
    """Write the logits of some item rows anew.

    Args:
        model: Its prior weights.
        state: The serving state.
        rows: Shape (items,).
        shift: Shape (authors, outcomes). By how much a maker's posts are moved, see `voices`; makers who came
            since are not.
    """
    rate = np.empty(OUTCOME_COUNT)
    deeds, shown = kernel.community(
        state.surface_total, state.quiet, _START_RATES, rates.START_WEIGHT, rate
    )
    crowd = evidence.crowd(deeds, shown, state.item_count)
    kernel.materialise(
        rows,
        state.items["author"],
        state.item_ring,
        state.item_old,
        state.author_total,
        rates.age_weights(state.today),
        rates.OLD_WEIGHT,
        rate,
        crowd.mean,
        crowd.share,
        evidence.LIFT,
        rates.POSITIVE,
        model.author_prior,
        model.item_prior,
        _NO_SHIFT if shift is None else shift,
        *derived.logit_floats(state),
    )


def plain_logits(
    model: rates.RatesModel, state: StateView, rows: Ints, shift: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the logits that `materialise` writes, shape (rows, outcomes); its plain twin, see there."""
    surfaces = rates.surface_counts(state)
    counts = rates.decayed(state.item_ring[rows], state.item_old[rows], state.today)
    author = state.items["author"][rows]
    crowd = evidence.crowd_of(surfaces, state.item_count)
    rate = rates.community_rate(surfaces)
    logits = rates.item_logits(model, counts, state.author_total[author], rate, crowd)
    known = author < shift.shape[0]
    logits[known] += shift[author[known]]
    return logits
