"""Item-to-item lists by either method, and what they say of people."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats
from lodestone.learning import ease
from lodestone.learning.cooccurrence import FROM, NEIGHBOURS, TO, best, by_item
from lodestone.learning.cooccurrence_kernel import best_of, neighbours
from lodestone.learning.positives import Positives
from lodestone.learning.profiles_kernel import best_by_lists
from lodestone.models.alike import FLOOR, PROFILE_KEPT

_BLOCK: Final = 256
COOCCURRENCE: Final = "cooccurrence"


@dataclass(frozen=True, slots=True)
class Recency:
    """How a person's deeds fade: floor + (1 - floor) x half to the (newer deeds / half_life)."""

    floor: float
    half_life: float


EVEN: Final = Recency(1.0, 1.0)
FADING: Final = Recency(0.3, 7.0)


@dataclass(frozen=True, slots=True)
class Lists:
    """Likeness between the items that somebody took to, and nothing of the others.

    Lists are cut to the best neighbours; a regression is kept whole besides, for it also knows what speaks against an item.
    """

    rows: NDArray[np.int32]
    """Shape (known,). Item rows, ascending; the arrays below go by the index in it."""
    near: NDArray[np.int32]
    """Shape (known, neighbours). Indexes, -1 padded."""
    value: NDArray[np.float32]
    """Shape (known, neighbours)."""
    whole: NDArray[np.float32] | None
    """Shape (known, known) of a regression."""

    def index_of(self, item: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the index of each item row, -1 for one that nobody took to; shape (deeds,)."""
        if not self.rows.size:
            return np.full(item.size, -1, np.int32)
        at = np.minimum(np.searchsorted(self.rows, item), self.rows.size - 1)
        return np.where(self.rows[at] == item, at, -1).astype(np.int32)


def learn(positives: Positives, method: str) -> Lists:
    """Make lists of one kind.

    Args:
        positives: Deeds; refusals teach nothing here.
        method: `cooccurrence`, or `ease` and a strength after a colon.
    """
    liked = positives.only(positives.weight > 0)
    rows, index = np.unique(liked.item, return_inverse=True)
    item, count = index.astype(np.int32), int(rows.size)
    near = np.full((count, NEIGHBOURS), -1, np.int32)
    value = np.zeros((count, NEIGHBOURS), np.float32)
    rows = rows.astype(np.int32)
    if method == COOCCURRENCE:
        start, order = by_item(liked.owner(), item, count)
        neighbours(
            liked.start,
            item,
            liked.weight,
            start,
            liked.owner()[order],
            liked.weight[order],
            FROM,
            TO,
            near,
            value,
        )
        return Lists(rows, near, value, None)
    whole = ease.regress(
        ease.gram(liked.start, item, liked.weight, count), float(method.partition(":")[2])
    )
    everything = np.arange(count)
    for index_of_row in range(count):
        best_of(everything, whole[index_of_row], near[index_of_row], value[index_of_row])
    return Lists(rows, near, value, whole)


def fading(positives: Positives, recency: Recency) -> NDArray[np.float32]:
    """Return what each deed weighs in its person's profile, shape (deeds,); refusals weigh nothing."""
    base = np.maximum(positives.weight, 0)
    counts = np.diff(positives.start)
    owner = positives.owner()
    fresh = np.ones(base.size, bool)
    fresh[1:] = (np.diff(owner) != 0) | (np.diff(positives.time) != 0)
    instant = np.cumsum(fresh) - 1  # deeds of one instant are equally new
    done = np.bincount(instant, base > 0).astype(np.int64)
    upto = np.cumsum(done)[instant]
    ends = np.concatenate([[0], np.cumsum(base > 0)])[positives.start[1:]]
    newer = np.repeat(ends, counts) - upto
    weight = base * (
        recency.floor + (1 - recency.floor) * 0.5 ** (np.maximum(newer, 0) / recency.half_life)
    )
    weighed: NDArray[np.float32] = weight.astype(np.float32)
    return weighed


def best_items(
    lists: Lists,
    positives: Positives,
    weight: NDArray[np.float32],
    people: NDArray[np.int64],
    length: int = PROFILE_KEPT,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the best items of some people that they had nothing to do with yet.

    Args:
        lists: See `learn`.
        positives: Everything known of people; what anybody acted on or refused is left out of theirs.
        weight: Shape (deeds,). What each deed weighs, see `fading`.
        people: Shape (people,). Indexes of people.
        length: The most for one.

    Returns:
        Item rows, shape (people, kept), best first, -1 padded, and their scores, 0 padded.
    """
    neighbours = np.full((people.size, length), -1, np.int32)
    score = np.zeros((people.size, length), np.float32)
    if not lists.rows.size:
        return neighbours, score
    item = lists.index_of(positives.item)
    if lists.whole is None:
        best_by_lists(
            positives.start, item, weight, people, lists.near, lists.value, neighbours, score
        )
    else:
        for first in range(0, people.size, _BLOCK):
            some = slice(first, first + _BLOCK)
            best(
                _whole(lists.whole, positives, item, weight, people[some]),
                neighbours[some],
                score[some],
            )
    rows = np.append(lists.rows, np.int32(-1))
    return rows[neighbours].astype(np.int32), score


def _whole(
    whole: NDArray[np.float32],
    positives: Positives,
    item: NDArray[np.int32],
    weight: NDArray[np.float32],
    people: NDArray[np.int64],
) -> NDArray[np.float32]:
    """Return everybody's score of every item, 0 for what they have acted on; shape (people, known)."""
    start = positives.start
    each = np.diff(start)[people]
    deeds = np.concatenate([np.arange(start[p], start[p + 1]) for p in people.tolist()])
    owner = np.repeat(np.arange(people.size), each)
    known = item[deeds] >= 0
    owner, deeds = owner[known], deeds[known]
    profile = np.zeros((people.size, whole.shape[0]), np.float32)
    profile[owner, item[deeds]] = weight[deeds]
    product: NDArray[np.float32] = profile @ whole
    product[owner, item[deeds]] = 0.0
    return product


def totals(positives: Positives, weight: NDArray[np.float32]) -> Floats:
    """Return the sum of each person's weights, shape (people,)."""
    total = np.bincount(positives.owner(), weight, minlength=positives.people)
    return total.astype(np.float64)


def _unit(lists: Lists, positives: Positives, weight: NDArray[np.float32]) -> float:
    """Return the median over people of their best item's score, over the sum of their weights."""
    people = np.arange(positives.people)[:: max(1, positives.people // 2_000)]
    _, score = best_items(lists, positives, weight, people, 1)
    total = totals(positives, weight)[people]
    good = (score[:, 0] > 0) & (total > 0)
    return float(np.median(score[good, 0] / total[good])) if good.any() else 1.0


def scaled(lists: Lists, positives: Positives, recency: Recency) -> Lists:
    """Scale lists so that a person's best item scores about 1, and one floor fits every community."""
    factor = np.float32(1 / _unit(lists, positives, fading(positives, recency)))
    whole = None if lists.whole is None else lists.whole * factor
    return replace(lists, value=lists.value * factor, whole=whole)


def term_of(score: Floats, total: Floats) -> Floats:
    """Return the term of scores, see `models.alike`."""
    term: Floats = np.log1p(np.maximum(score, 0) / np.maximum(total, 1e-9) / FLOOR)
    return term
