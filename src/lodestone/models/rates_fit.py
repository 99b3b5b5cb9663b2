"""Learn the day-one predictor's weights: one small logistic regression per outcome.

The features are what serving would have read the evening before, the labels what happened on the day; so nothing of
a day explains itself. The weights shrink to the defaults, so that an outcome seen a hundred times changes little.
Newton's method on the penalised log-likelihood; the labels may be shares (`watch`).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.events.outcomes import OUTCOME_COUNT
from lodestone.features.state import State
from lodestone.features.table_kernel import look
from lodestone.features.view import StateView
from lodestone.models import author_debiasing, evidence, rates
from lodestone.models.rates import FEATURES, RatesModel
from lodestone.models.taste import spoken_by, viewer_vector

_STEPS: Final = 12
_STRENGTH: Final = 100.0
"""How many positive labels the defaults weigh."""
_SMALLEST: Final = 1e-6


def row_features(
    model: RatesModel,
    state: State,
    person: Ints,
    surface: Ints,
    item: Ints,
    *,
    tired: Floats,
    kind: Ints,
) -> NDArray[np.float32]:
    """Return what serving would read for each row, shape (rows, outcomes, features).

    Args:
        model: Its prior weights.
        state: As of some evening.
        person: Shape (rows,). Person rows, -1 for nobody.
        surface: Shape (rows,). Surface codes.
        item: Shape (rows,). Item rows.
        tired: Shape (rows, 2). What each viewer had lately seen of topic and author, see `weariness`.
        kind: Shape (rows,). `DomainKind` through which each came.
    """
    out = np.zeros((person.size, OUTCOME_COUNT, len(FEATURES)), np.float32)
    author_debiasing.hush(state)
    surfaces = rates.surface_counts(state)
    rate = rates.community_rate(surfaces)
    clipped = np.clip(rate, _SMALLEST, 1 - _SMALLEST)
    known = person >= 0
    there = rates.smoothed(surfaces, rate, model.surface_prior)
    mine = rates.smoothed(state.person_total[np.maximum(person, 0)], rate, model.viewer_prior)
    mine = np.where(known[:, None], np.clip(mine, _SMALLEST, 1 - _SMALLEST), clipped)
    out[:, :, 0] = 1.0
    out[:, :, 1] = rates.logit(there)[surface]
    out[:, :, 2] = _item_logits(model, state, rate)[item]
    out[:, :, 3] = np.where(known[:, None], rates.logit(mine) - rates.logit(rate), 0.0)
    columns = state.items[item]
    for column, tag, second in (
        (4, 8, surface.astype(np.int64)),
        (5, 6, columns["author"].astype(np.int64)),
        (6, 7, columns["topic"].astype(np.int64)),
        (8, 9, columns["channels"][:, 0].astype(np.int64)),
    ):
        out[:, :, column] = _leanings(model, state, tag, person, second, mine)
    out[:, :, 7] = _nearness(state, person, item)[:, None]
    out[:, :, list(rates.TIRED)] = tired[:, None, :]
    for index, column in enumerate(rates.DOMAINS):
        out[:, :, column] = (kind == index + 1)[:, None]
    out[:, :, rates.FOREIGN] = _foreign(state, person, item)[:, None]
    return out


def _foreign(state: StateView, person: Ints, item: Ints) -> Bools:
    """Say which items are in another language than the viewer's, where both are known; shape (rows,)."""
    asked, place = np.unique(person, return_inverse=True)
    spoken = np.array([spoken_by(state, person_row) for person_row in asked.tolist()], np.int64)[
        place
    ]
    language = state.items["language"][item]
    foreign: Bools = (spoken >= 0) & (language >= 0) & (language != spoken)
    return foreign


def _item_logits(model: RatesModel, state: StateView, rate: Floats) -> NDArray[np.float32]:
    count = state.item_count
    counts = rates.decayed(state.item_ring[:count], state.item_old[:count], state.today)
    author = state.items["author"][:count]
    crowd = evidence.crowd_of(rates.surface_counts(state), count)
    logits = rates.item_logits(model, counts, state.author_total[author], rate, crowd)
    shift = author_debiasing.author_shift(model, state)
    known = author < shift.shape[0]
    logits[known] += shift[author[known]]
    return logits


def _leanings(
    model: RatesModel, state: StateView, tag: int, person: Ints, second: Ints, mine: Floats
) -> Floats:
    asked = (person >= 0) & (second >= 0)
    high = (np.uint64(tag) << np.uint64(60)) | (
        np.maximum(person, 0).astype(np.uint64) << np.uint64(32)
    )
    keys = np.where(asked, high | np.maximum(second, 0).astype(np.uint64), np.uint64(0))
    counts = np.zeros((person.size, state.affinity.values.shape[1]), state.affinity.values.dtype)
    look(state.affinity.keys, state.affinity.values, keys, counts)
    counts[~asked] = 0
    return rates.lean_of(counts, mine, model.lean_prior)


def _nearness(state: StateView, person: Ints, item: Ints) -> Floats:
    """Return the inner product of each viewer's place and item's vector, as serving rounds them."""
    cosine = np.zeros(person.size)
    order = np.argsort(person, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(person[order])) + 1):
        if part.size and person[part[0]] >= 0:
            place = viewer_vector(state, int(person[part[0]]))
            whole = np.rint(place * 127).astype(np.int8).astype(np.int64)
            cosine[part] = state.items["vector"][item[part]].astype(np.int64) @ whole / 16129.0
    return cosine


def fit(base: RatesModel, features: NDArray[np.float32], labels: Floats) -> RatesModel:
    """Learn weights from rows whose features are older than their labels.

    Args:
        base: Where weights shrink to; its priors stay.
        features: Shape (rows, outcomes, features), of `row_features`.
        labels: Shape (rows, outcomes), in [0, 1].
    """
    weights = []
    for outcome in range(OUTCOME_COUNT):
        start = np.array(base.weights[outcome])
        design = features[:, outcome].astype(np.float64)
        weights.append(tuple(_newton(design, labels[:, outcome], start).tolist()))
    return RatesModel(
        weights=tuple(weights),
        item_prior=base.item_prior,
        author_prior=base.author_prior,
        viewer_prior=base.viewer_prior,
        surface_prior=base.surface_prior,
        lean_prior=base.lean_prior,
    )


def _newton(features: Floats, labels: Floats, start: Floats) -> Floats:
    """Maximise the log-likelihood, penalised by the distance from `start`."""
    if not labels.size or not labels.sum():
        return start
    penalty = _STRENGTH * np.maximum(features.var(axis=0), 1e-3)
    penalty[0] = 1e-3  # the bias is learned freely: it is what calibrates
    weights = start.copy()
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        slope = features.T @ (labels - chance) - penalty * (weights - start)
        curve = (features * (chance * (1 - chance))[:, None]).T @ features + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights = weights + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-6:
            break
    return weights
