"""The plain twin of `profiles_kernel`."""

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.learning.cooccurrence import best


def best_by_lists(
    start: Ints,
    item: NDArray[np.int32],
    weight: NDArray[np.float32],
    people: Ints,
    near: NDArray[np.int32],
    value: NDArray[np.float32],
    out_row: NDArray[np.int32],
    score: NDArray[np.float32],
) -> None:
    """Write the best items of people by lists.

    Args:
        start: Shape (people + 1,). Where each person's deeds begin.
        item: Shape (deeds,). Index of each deed's list, -1 for none; what somebody acted on is never theirs.
        weight: Shape (deeds,). What each deed weighs, 0 for a refusal.
        people: Shape (wanted,). Whose.
        near: Shape (lists, neighbours). Indexes of lists, -1 padded.
        value: Shape (lists, neighbours). Above 0.
        out_row: Shape (wanted, kept), written: indexes, best first, -1 padded.
        score: Shape (wanted, kept), written.
    """
    total = np.zeros((people.size, near.shape[0]))
    for n, person in enumerate(people.tolist()):
        deeds = slice(start[person], start[person + 1])
        for own, strength in zip(item[deeds].tolist(), weight[deeds].tolist(), strict=True):
            if own >= 0:
                filled = near[own] >= 0
                total[n, near[own][filled]] += strength * value[own][filled].astype(np.float64)
        total[n, item[deeds][item[deeds] >= 0]] = 0.0
    best(total.astype(np.float32), out_row, score)
