"""How good predictions are: AUC, GAUC, nDCG, log-loss, calibration. Ties count half."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints

_BINS: Final = 15
_SMALLEST: Final = 1e-7
Order = NDArray[np.int64]


def auc(label: Ints, score: Floats) -> float | None:
    """Return the chance that a positive stands above a negative; None without both.

    >>> auc(np.array([0, 1, 0, 1]), np.array([0.1, 0.9, 0.9, 0.4]))
    0.625
    """
    positives = int(label.sum())
    negatives = label.size - positives
    if not positives or not negatives:
        return None
    ranks = _mid_ranks(score)
    return float(
        (ranks[label == 1].sum() - positives * (positives + 1) / 2) / (positives * negatives)
    )


def _mid_ranks(score: Floats) -> Floats:
    _, place, count = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks: Floats = (last - (count - 1) / 2)[place]
    return ranks


def gauc(group: Ints, label: Ints, score: Floats) -> float | None:
    """Return the mean AUC of groups weighed by their positives, over groups with both classes."""
    total = weight = 0.0
    for part in groups(group):
        person_auc = auc(label[part], score[part])
        if person_auc is not None:
            positives = float(label[part].sum())
            total += positives * person_auc
            weight += positives
    return total / weight if weight else None


def ndcg(group: Ints, label: Ints, score: Floats, tie: Floats, depth: int = 5) -> float | None:
    """Return the mean nDCG of groups; gain 0 or 1, one without a positive counts as 0.

    Args:
        group: Shape (rows,). Whose rows are ranked together.
        label: Shape (rows,), 0 or 1.
        score: Shape (rows,).
        tie: Shape (rows,). Parts equal scores, the same for every judge of the same rows.
        depth: How many places count.
    """
    discount = 1 / np.log2(np.arange(2, depth + 2))
    gains = []
    for part in groups(group):
        positives = int(label[part].sum())
        if not positives:
            gains.append(0.0)
            continue
        best = part[np.lexsort((tie[part], -score[part]))][:depth]
        gained = float(label[best] @ discount[: best.size])
        gains.append(gained / float(discount[: min(positives, depth)].sum()))
    return float(np.mean(gains)) if gains else None


def groups(group: Ints) -> list[Order]:
    """Return the rows of each group."""
    order = np.argsort(group, kind="stable")
    if not order.size:
        return []
    return np.split(order, np.flatnonzero(np.diff(group[order])) + 1)


def log_loss(label: Ints, chance: Floats) -> float:
    """Return the mean of -log of the chance given to what happened."""
    bounded = np.clip(chance, _SMALLEST, 1 - _SMALLEST)
    return float(-np.mean(np.where(label == 1, np.log(bounded), np.log(1 - bounded))))


def ece(label: Ints, chance: Floats) -> float:
    """Return the expected calibration error over 15 bins of equal count."""
    order = np.argsort(chance, kind="stable")
    gaps = [
        abs(float(label[part].mean() - chance[part].mean())) * part.size
        for part in np.array_split(order, _BINS)
        if part.size
    ]
    return float(sum(gaps) / label.size)


def predicted_over_actual(label: Ints, chance: Floats) -> float | None:
    """Return how many were expected for each that happened."""
    happened = float(label.sum())
    return float(chance.sum()) / happened if happened else None
