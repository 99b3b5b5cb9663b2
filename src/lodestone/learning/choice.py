"""Which lists suit a community: the last part of each person's deeds is held out, and what foresees it best is taken."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.learning.ease import STRENGTHS
from lodestone.learning.lists import (
    COOCCURRENCE,
    EVEN,
    FADING,
    Lists,
    Recency,
    best_items,
    fading,
    learn,
)
from lodestone.learning.positives import Positives

HOLD_OUT: Final = 0.2
JUDGED_MAX: Final = 2_000
"""People on whom the methods are compared; taken evenly over all."""
TOP: Final = 10
_STRONG: Final = 0.9
_DISCOUNT: Final = 1 / np.log2(np.arange(2, TOP + 2))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, and what each came to."""

    method: str
    recency: Recency
    reads: bool
    """Whether what was read and nothing more teaches too."""
    figures: dict[str, float]
    """NDCG@10 on held-out deeds, by what was tried."""
    lists: Lists
    """The chosen lists as learned from the part that was not held out."""


def last_part(positives: Positives, share: float = HOLD_OUT) -> Bools:
    """Say which deeds are the last part of their person's, shape (deeds,); of one deed none."""
    counts = np.diff(positives.start)
    at = np.arange(positives.item.size) - np.repeat(positives.start[:-1], counts)
    late: Bools = at >= np.repeat(np.floor(counts * (1 - share)), counts)
    late &= np.repeat(counts, counts) > 1
    return late


def without_reads(positives: Positives) -> Positives:
    """Let what was only read teach nothing; it is kept, so that it is not recommended."""
    weight = np.where(
        (positives.weight > 0) & (positives.weight <= 0.5), np.float32(-1), positives.weight
    )
    return Positives(
        positives.person,
        positives.start,
        positives.item,
        weight.astype(np.float32),
        positives.time,
        positives.items,
    )


def ndcg(lists: Lists, train: Positives, recency: Recency, judged: Ints, truth: "Truth") -> float:
    """Return the mean NDCG@10 over some people. Shapes (people,)."""
    rows, _ = best_items(lists, train, fading(train, recency), judged, TOP)
    hits = np.array([np.isin(rows[n], truth.rows[n]) for n in range(judged.size)]).reshape(-1, TOP)
    best = np.array([_DISCOUNT[: min(TOP, rows.size)].sum() for rows in truth.rows])
    return float(np.mean(hits @ _DISCOUNT / best)) if judged.size else 0.0


@dataclass(frozen=True, slots=True)
class Truth:
    """What was held out and liked, by person judged."""

    people: Ints
    rows: list[Ints]


def truth_of(positives: Positives, late: Bools) -> Truth:
    """Return what people took to in the part held out: strong deeds where there are any in the community."""
    liked = late & (positives.weight > 0)
    strong = liked & (positives.weight >= _STRONG)
    if np.count_nonzero(strong) * 20 >= np.count_nonzero(liked):
        liked = strong
    owner = positives.owner()
    people = np.unique(owner[liked])
    if people.size > JUDGED_MAX:
        people = people[np.linspace(0, people.size - 1, JUDGED_MAX).astype(np.int64)]
    rows = []
    for person in people.tolist():
        deeds = slice(positives.start[person], positives.start[person + 1])
        rows.append(positives.item[deeds][liked[deeds]].astype(np.int64))
    return Truth(people, rows)


def choose(positives: Positives, *, regressed_max: int) -> Chosen:
    """Try what there is on held-out deeds.

    Args:
        positives: Everything known.
        regressed_max: The largest catalogue on which regressions are tried.
    """
    late = last_part(positives)
    train, truth = positives.only(~late), truth_of(positives, late)
    known = int(np.unique(train.item[train.weight > 0]).size)
    methods = [COOCCURRENCE]
    if known <= regressed_max:
        methods += [f"ease:{strength:g}" for strength in STRENGTHS]
    variants = [(True, train)]
    weak = (train.weight > 0) & (train.weight <= 0.5)
    if weak.any() and (train.weight > 0.5).any():
        variants.append((False, without_reads(train)))
    figures: dict[str, float] = {}
    chosen: Chosen | None = None
    for reads, part in variants:
        for method in methods:
            lists = learn(part, method)
            for recency, name in ((EVEN, "even"), (FADING, "fading")):
                figure = ndcg(lists, part, recency, truth.people, truth)
                label = f"{method}, {name}{'' if reads else ', strong deeds alone'}"
                if not figures or figure > max(figures.values()):
                    chosen = Chosen(method, recency, reads, figures, lists)
                figures[label] = round(figure, 5)
    assert chosen is not None
    return chosen
