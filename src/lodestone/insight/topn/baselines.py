"""Simple peers that rank the same candidates from the same positives: popularity, item-kNN, EASE, iALS.

Each gives scores of all items for one person; `lists_by` cuts them to the candidates. The formulas are the published
ones: cosine of co-occurrence (Sarwar et al. 2001), EASE (Steck 2019), iALS (Hu, Koren and Volinsky 2008).
"""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.insight.topn.sets import Sets

Scorer = Callable[[int], Floats]
"""Gives scores of shape (items,) for a person row."""
EASE_ITEMS_MAX: Final = 4096
"""Ridge regression of items on items inverts a matrix of items by items: .5 GB and half a minute at this many."""
EASE_RIDGE: Final = 200.0
IALS_FACTORS: Final = 16
IALS_REGULARIZATION: Final = 0.1
IALS_ALPHA: Final = 1.0
IALS_ROUNDS: Final = 15
_BLOCK: Final = 1024
_CACHED: Final = 2**24
"""Numbers of cosine rows that are kept for the next person, 128 MiB of them."""


def popularity(liked: Sets, items: int) -> Scorer:
    """Score each item by how many people have a positive with it."""
    count = np.bincount(liked.item, minlength=items).astype(np.float64)
    return lambda _: count


def item_knn(liked: Sets, items: int) -> Scorer:
    """Score each item by its summed cosine with a person's positives, over all neighbours.

    cos(i, j) = people of both / sqrt(people of i * people of j). One row of it is worked out when it is first
    needed, from the people of that item: never the whole matrix.
    """
    people_of = liked.transposed(items)
    norm = np.sqrt(np.maximum(people_of.sizes, 1)).astype(np.float64)

    @lru_cache(maxsize=max(1, _CACHED // max(1, items)))
    def alike(item: int) -> Floats:
        both = np.concatenate([liked.of(person) for person in people_of.of(item).tolist()])
        row: Floats = np.bincount(both, minlength=items) / (norm * norm[item])
        row[item] = 0.0
        return row

    def of(person: int) -> Floats:
        total = np.zeros(items)
        for item in liked.of(person).tolist():
            total += alike(item)
        return total

    return of


def ease(liked: Sets, items: int, *, ridge: float = EASE_RIDGE) -> Scorer:
    """Score items by ridge regression of items on items: B = I - P / diag(P), P = (X^T X + ridge I)^-1.

    Items without a positive have no weight and score 0.
    """
    used, place = np.unique(liked.item, return_inverse=True)
    gram = np.zeros((used.size, used.size))
    for first in range(0, liked.people, _BLOCK):
        last = min(first + _BLOCK, liked.people)
        part = slice(liked.start[first], liked.start[last])
        block = np.zeros((last - first, used.size))
        block[liked.person[part] - first, place[part]] = 1.0
        gram += block.T @ block
    gram[np.diag_indices_from(gram)] += ridge
    weights = np.linalg.inv(gram)
    weights /= -np.diag(weights)
    np.fill_diagonal(weights, 0.0)

    def of(person: int) -> Floats:
        total = np.zeros(items)
        mine = place[liked.start[person] : liked.start[person + 1]]
        total[used] = weights[mine].sum(axis=0)
        return total

    return of


class Ials:
    """Matrix factorisation of positives by alternating least squares, from the package `implicit` where it is there."""

    @staticmethod
    def missing() -> str | None:
        """Say what to do where the package is not there."""
        try:
            import_module("implicit.als")
        except ImportError:
            return "needs the package implicit: pip install 'lodestone[peers]'"
        return None

    @staticmethod
    def fitted(liked: Sets, items: int, *, seed: int) -> Scorer:
        """Fit factors and score by their product. Raises ImportError where `missing` says so."""
        als, sparse = import_module("implicit.als"), import_module("scipy.sparse")
        ones = np.ones(liked.item.size, np.float32)
        matrix = sparse.csr_matrix((ones, liked.item, liked.start), shape=(liked.people, items))
        # Its own threads and those of BLAS get in each other's way, which it would say on standard error.
        with import_module("threadpoolctl").threadpool_limits(1, "blas"):
            model = als.AlternatingLeastSquares(
                factors=IALS_FACTORS,
                regularization=IALS_REGULARIZATION,
                alpha=IALS_ALPHA,
                iterations=IALS_ROUNDS,
                random_state=seed,
                num_threads=1,
                use_gpu=False,
            )
            model.fit(matrix, show_progress=False)
        people, things = model.user_factors, model.item_factors

        def of(person: int) -> Floats:
            scores: Floats = (things @ people[person]).astype(np.float64)
            return scores

        return of


def lists_by(
    scorer: Scorer, people: Ints, known: Sets, available: Bools, popular: Floats, k: int
) -> NDArray[np.int64]:
    """Return each person's best `k` items that are to be had and not known, shape (people, k), -1 where there are no more.

    Args:
        scorer: Of a baseline.
        people: Person rows.
        known: Whom to leave what out for.
        available: Shape (items,).
        popular: Shape (items,). What is scored alike stands in this order, then by row.
        k: How many.
    """
    order = np.lexsort((np.arange(popular.size), -popular))
    order = order[available[order]]
    lists = np.full((people.size, k), -1, np.int64)
    for row, person in enumerate(people.tolist()):
        scores = scorer(person).copy()
        scores[known.of(person)] = -np.inf
        best = _best(scores[order], k)
        lists[row, : best.size] = order[best]
    return lists


def _best(scores: Floats, k: int) -> NDArray[np.int64]:
    """Return where the highest scores stand, highest first, the earlier first among equals; -inf never."""
    k = min(k, int(np.count_nonzero(scores > -np.inf)))
    if not k:
        return np.zeros(0, np.int64)
    least = -np.partition(-scores, k - 1)[k - 1]
    above = np.flatnonzero(scores > least)
    equal = np.flatnonzero(scores == least)[: k - above.size]
    chosen = np.concatenate([above, equal])
    return chosen[np.argsort(-scores[chosen], kind="stable")]
