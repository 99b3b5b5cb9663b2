"""How good lists of recommendations are: figures over people, with intervals, and over the catalogue."""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.chance import Streams
from lodestone.insight.topn.sets import Sets

RESAMPLES: Final = 1000
_LEVEL: Final = (2.5, 97.5)
_DIGITS: Final = 6


class Figure(msgspec.Struct, frozen=True):
    """A mean over people and its 95 % interval (percentile bootstrap over people)."""

    value: float
    low: float
    high: float


class TopNScore(msgspec.Struct, frozen=True, kw_only=True):
    """How good one way of recommending is."""

    hit_rate: Figure
    """Share of people with at least one wanted item in their list."""
    recall: Figure
    """Share of a person's wanted items that are in their list."""
    ndcg: Figure
    """Binary gain, discount 1 / log2(place + 1), ideal over min(k, wanted)."""
    repeated: Figure
    """Share of the k places that hold what the person had to do with before."""
    filled: Figure
    """Share of the k places that hold anything."""
    coverage: float
    """Share of the candidates that stand in anybody's list."""
    gini: float
    """Of how often each candidate is shown: 0 evenly, near 1 the same few for everybody."""


class TopNReport(msgspec.Struct, frozen=True, kw_only=True):
    """The engine beside its peers, all asked for the same people's hidden part."""

    community: str
    holdout: float
    split_by: str
    outcomes: list[str]
    k: int
    seed: int
    as_of: str
    """What the scratch engine's clock showed."""
    people: int
    """With something hidden to be found."""
    asked: int
    """Of those, drawn by the seed where `--sample` is smaller."""
    candidates: int
    """Items that can be recommended."""
    taught: int
    """Positives that teach."""
    wanted: int
    """Positives hidden, of the people asked."""
    predictor: str
    """Version by which the engine predicted."""
    policy: int
    engine: TopNScore
    baselines: dict[str, TopNScore]
    absent: dict[str, str]
    """Peers that did not take part, and why."""


def score(
    lists: NDArray[np.int64], people: Ints, wanted: Sets, known: Sets, candidates: int, *, seed: int
) -> TopNScore:
    """Judge lists.

    Args:
        lists: Shape (people, k). Item rows, best first; -1 at the end where there are no more.
        people: Person rows; each wants something.
        wanted: What would be right.
        known: What each had to do with before.
        candidates: How many items could have been recommended.
        seed: Of the intervals.
    """
    count, k = lists.shape
    right, before = np.zeros((count, k), bool), np.zeros((count, k), bool)
    for row, person in enumerate(people.tolist()):
        right[row] = np.isin(lists[row], wanted.of(person))
        before[row] = np.isin(lists[row], known.of(person))
    sizes = wanted.sizes[people]
    discount = 1 / np.log2(np.arange(2, k + 2))
    ideal = np.cumsum(discount)[np.minimum(sizes, k) - 1]
    figures = np.stack(
        [
            right.any(axis=1),
            right.sum(axis=1) / sizes,
            (right * discount).sum(axis=1) / ideal,
            before.mean(axis=1),
            (lists >= 0).mean(axis=1),
        ],
        axis=1,
    ).astype(np.float64)
    hit, recall, ndcg, repeated, filled = _intervals(figures, seed)
    shown = np.unique(lists[lists >= 0], return_counts=True)[1]
    return TopNScore(
        hit_rate=hit,
        recall=recall,
        ndcg=ndcg,
        repeated=repeated,
        filled=filled,
        coverage=round(shown.size / candidates, _DIGITS),
        gini=round(gini(shown, candidates), _DIGITS),
    )


def judge(
    lists: Mapping[str, NDArray[np.int64]],
    people: Ints,
    wanted: Sets,
    known: Sets,
    candidates: int,
    *,
    seed: int,
) -> dict[str, TopNScore]:
    """Judge several ways of recommending, all over the same resamples of people."""
    return {
        name: score(some, people, wanted, known, candidates, seed=seed)
        for name, some in lists.items()
    }


def _intervals(figures: Floats, seed: int) -> list[Figure]:
    """Return means with intervals, of figures of shape (people, figures)."""
    count = figures.shape[0]
    drawn = Streams(seed).of("resamples")
    means = np.empty((RESAMPLES, figures.shape[1]))
    for resample in range(RESAMPLES):
        weight = np.bincount(drawn.integers(0, count, count), minlength=count)
        means[resample] = weight @ figures / count
    low, high = np.percentile(means, _LEVEL, axis=0)
    rows = zip(figures.mean(axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
    return [Figure(*(round(value, _DIGITS) for value in row)) for row in rows]


def gini(shown: Ints, candidates: int) -> float:
    """Return the Gini coefficient of exposure over all candidates, those never shown included.

    >>> round(gini(np.array([1, 1, 1, 1]), 4), 6), round(gini(np.array([8]), 4), 6)
    (0.0, 0.75)
    """
    total = float(shown.sum())
    if not total:
        return 0.0
    ordered = np.sort(shown).astype(np.float64)
    place = np.arange(candidates - ordered.size + 1, candidates + 1)
    return float(2 * (place * ordered).sum() / (candidates * total) - (candidates + 1) / candidates)
