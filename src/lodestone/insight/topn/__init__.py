"""Top-N on a community's own history: hide the last part of it, ask for lists, judge them beside simple peers."""

from lodestone.insight.topn.baselines import (
    EASE_ITEMS_MAX,
    Ials,
    Scorer,
    ease,
    item_knn,
    lists_by,
    popularity,
)
from lodestone.insight.topn.holdout import (
    POSITIVE,
    POSITIVE_OUTCOMES,
    Holdout,
    SplitBy,
    holdout_of,
)
from lodestone.insight.topn.report import TopNReport, TopNScore, judge, score
from lodestone.insight.topn.sets import Sets

__all__ = (
    "EASE_ITEMS_MAX",
    "POSITIVE",
    "POSITIVE_OUTCOMES",
    "Holdout",
    "Ials",
    "Scorer",
    "Sets",
    "SplitBy",
    "TopNReport",
    "TopNScore",
    "ease",
    "holdout_of",
    "item_knn",
    "judge",
    "lists_by",
    "popularity",
    "score",
)
