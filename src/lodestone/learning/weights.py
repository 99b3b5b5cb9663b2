"""What likeness weighs: never a constant, for communities differ (films want 3, short videos 0 to 0.1).

Where the log has no impressions, a conditional logit says it: of the candidates that somebody had, which did they take to in
the part held out? Where it has, the impressions after the lists' cut say it per outcome, with the item's own rate beside, so
that likeness is not paid for what popularity explains.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints

_STEPS: Final = 25
_RIDGE: Final = 1.0
WEIGHT_MAX: Final = 6.0
_SURE: Final = 2.0
"""Standard errors a weight must stand above zero, or it is taken for none."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Rows that somebody chose among, those of one person together."""

    features: Floats
    """Shape (rows, features)."""
    group: Ints
    """Shape (rows,). Ascending."""
    taken: Bools
    """Shape (rows,)."""


def conditional_logit(
    choices: Choices, before: Floats | None = None, sharpness: Floats | None = None
) -> tuple[Floats, Floats]:
    """Fit weights by Newton's method on the penalised likelihood of each row taken against its group.

    Args:
        choices: What was chosen from what.
        before: Shape (features,). Where weights stand before anything is heard; zeros by default.
        sharpness: Shape (features,). One over the variance around it; 1 by default.

    Returns:
        Weights and their standard errors, shape (features,); `before` and infinity without anything to choose.
    """
    width = choices.features.shape[1]
    mean_before = np.zeros(width) if before is None else before
    ridge = np.full(width, _RIDGE) if sharpness is None else sharpness
    weights = mean_before.copy()
    use = _informative(choices)
    features, group, taken = choices.features[use], choices.group[use], choices.taken[use]
    if not taken.any():
        return weights, np.full(width, np.inf)
    first = np.flatnonzero(np.concatenate([[True], np.diff(group) != 0]))
    sizes = np.diff(np.append(first, group.size))
    wanted = np.add.reduceat(taken.astype(np.float64), first)
    curve = np.eye(width)
    for _ in range(_STEPS):
        score = features @ weights
        score -= np.repeat(np.maximum.reduceat(score, first), sizes)
        chance = np.exp(score)
        chance /= np.repeat(np.add.reduceat(chance, first), sizes)
        mean = np.add.reduceat(chance[:, None] * features, first)
        slope = features[taken].sum(axis=0) - wanted @ mean - ridge * (weights - mean_before)
        each = np.repeat(wanted, sizes) * chance
        curve = (features * each[:, None]).T @ features - (mean * wanted[:, None]).T @ mean
        curve += np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        weights += np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-6:
            break
    return weights, np.sqrt(np.diag(np.linalg.inv(curve)))


def _informative(choices: Choices) -> Bools:
    """Say which rows lie in a group with both something taken and something left."""
    if not choices.group.size:
        return np.zeros(0, bool)
    _, place = np.unique(choices.group, return_inverse=True)
    taken = np.bincount(place, choices.taken)
    both: Bools = (taken > 0) & (taken < np.bincount(place))
    return both[place]


def sure(weight: float, error: float) -> float:
    """Return a weight within bounds, 0 where it does not stand clear of zero."""
    return float(np.clip(weight, 0.0, WEIGHT_MAX)) if weight > _SURE * error else 0.0


def popularity(
    item: NDArray[np.int32], weight: NDArray[np.float32], items: int
) -> NDArray[np.float32]:
    """Return log(1 + deeds / mean deeds of an item somebody took to), shape (items,)."""
    liked = weight > 0
    total = np.bincount(item[liked], weight[liked], minlength=items)
    some = total > 0
    mean = float(total[some].mean()) if some.any() else 1.0
    return np.log1p(total / mean).astype(np.float32)
