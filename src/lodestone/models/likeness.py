"""Scores of items by item-to-item lists and profiles: the steps of one decision, plainly. `likeness_kernel` holds the compiled twins."""

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.traffic.decision import Rows


def lay(
    rows: NDArray[np.int32],
    scores: NDArray[np.uint16],
    factor: float,
    stamp: Ints,
    epoch: int,
    score: Floats,
    touched: Ints,
) -> int:
    """Begin with a profile; return how many rows were touched.

    Args:
        rows: Shape (kept,). Item rows, -1 padded; each once.
        scores: Shape (kept,).
        factor: What a score of 1 is.
        stamp: Shape (items,), written with `epoch` where `score` holds.
        epoch: A number never used before with `stamp`.
        score: Shape (items,), written.
        touched: Shape (room,), written.
    """
    near = rows[: int((rows >= 0).sum())][: touched.size]
    near, values = near[near < stamp.size], scores[: near.size][near < stamp.size]
    stamp[near], score[near] = epoch, factor * values.astype(np.float64)
    touched[: near.size] = near
    return int(near.size)


def spread(
    deeds: Ints,
    weights: Floats,
    place: NDArray[np.int32],
    near: NDArray[np.int32],
    weight: NDArray[np.uint8],
    scale: NDArray[np.float32],
    stamp: Ints,
    epoch: int,
    score: Floats,
    touched: Ints,
    count: int,
) -> int:
    """Add the neighbours of deeds; return how many rows are touched now. See `lay` and `AlikeTable`."""
    for item, strength in zip(deeds.tolist(), weights.tolist(), strict=True):
        if not 0 <= item < place.size or place[item] < 0:
            continue
        row = place[item]
        for other, value in zip(near[row].tolist(), weight[row].tolist(), strict=True):
            if other < 0:
                break
            if stamp[other] != epoch:
                if count >= touched.size:
                    continue
                stamp[other], score[other], touched[count] = epoch, 0.0, other
                count += 1
            score[other] += strength * float(scale[row]) * value
    return count


def allowed(
    touched: Ints,
    count: int,
    marks: Ints,
    base: int,
    items: np.ndarray,
    most: int,
    score: Floats,
    out: Ints,
) -> int:
    """Write the best `most` of the touched rows that are live and not marked, in no order; return how many."""
    rows = touched[:count]
    rows = rows[(marks[rows] <= base) & (items["state"][rows] == 1)]
    best = rows[np.lexsort((rows, -score[rows]))][:most]
    out[: best.size] = best
    return int(best.size)


def terms(
    rows: Rows,
    stamp: Ints,
    epoch: int,
    score: Floats,
    total: float,
    floor: float,
    popular: NDArray[np.float32],
    out: Floats,
) -> None:
    """Write log(1 + score / total / floor) of each row, 0 where nothing is known, and its popularity."""
    known = (stamp[rows] == epoch) & (score[rows] > 0) & (total > 0)
    scale = total * floor if total > 0 else 1.0
    out[0] = np.where(known, np.log(1.0 + np.where(known, score[rows], 0.0) / scale), 0.0)
    old = rows < popular.size
    out[1] = np.where(old, popular[np.where(old, rows, 0)] if popular.size else 0.0, 0.0)


def newest(
    ring: NDArray[np.int32],
    times: Ints,
    since: int,
    strong: Ints,
    strength: Floats,
    strong_count: int,
    weak: float,
    out: Ints,
    weights: Floats,
) -> int:
    """Write the deeds newer than an instant and what each weighs; return how many.

    Args:
        ring: Shape (kept,). The latest rows acted on in any way, -1 for an empty place.
        times: Shape (kept,). Microseconds.
        since: Deeds at or before it are known already.
        strong: Shape (strong,). Rows that were liked, bought, visited or read since then, each once.
        strength: Shape (strong,).
        strong_count: How many of them there are.
        weak: What the others weigh.
        out: Shape (most,), written.
        weights: Shape (most,), written.
    """
    pairs = list(zip(strong[:strong_count].tolist(), strength[:strong_count].tolist(), strict=True))
    known = {row for row, _ in pairs}
    pairs += [
        (row, weak)
        for row, time in zip(ring.tolist(), times.tolist(), strict=True)
        if row >= 0 and time > since and row not in known
    ]
    best = pairs[: out.size]
    for index, (row, value) in enumerate(best):
        out[index], weights[index] = row, value
    return len(best)
