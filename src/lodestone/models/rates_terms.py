"""What a candidate's chances are made of: the summands of `models.rates` by name, worked out plainly for whoever asks why.

Nothing here is asked while a decision is made. Every summand that the compiled predictor adds must stand in `terms_of`, so that
the list always sums to the logit; a property test holds it to that.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.arrays import Floats
from lodestone.events.outcomes import OUTCOME_COUNT, DomainKind
from lodestone.features.table_kernel import find, pack
from lodestone.features.view import StateView
from lodestone.models import evidence
from lodestone.models.fatigue import weariness_of
from lodestone.models.ports import PredictionQuery
from lodestone.models.rates import (
    DOMAINS,
    FEATURES,
    FOREIGN,
    POSITIVE,
    TIRED,
    Rates,
    community_rate,
    lean_of,
    logit,
    smoothed,
    surface_counts,
)
from lodestone.models.taste import spoken_by
from lodestone.traffic.decision import Rows

_SURFACE: Final = 8
"""Tag of a leaning to a surface: what was done without an impression was done on none."""
AROUND: Final = "around"
"""The terms of what lies around, together."""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of candidates' logits."""

    name: str
    """As in `FEATURES`, or `alike`, `popular`, on `place` those of `models.nearby`."""
    logit: Floats
    """Shape (candidates, outcomes). Before calibration."""


def terms_of(rates: Rates, state: StateView, asked: PredictionQuery, rows: Rows) -> list[Term]:
    """Take candidates' logits apart; the terms sum to what `rates` calibrates.

    Args:
        rates: The predictor.
        state: The serving state.
        asked: As for `Predictor.chances`.
        rows: Shape (candidates,). Item rows.
    """
    parts = _item_terms(rates, state, asked, rows)
    surfaces = surface_counts(state)
    rate = community_rate(surfaces)
    there = smoothed(surfaces[asked.surface], rate, rates.model.surface_prior)
    parts["bias"] = rates.weights[:, 0]
    parts["surface"] = rates.weights[:, 1] * logit(there)
    if asked.person >= 0:
        mine = smoothed(state.person_total[asked.person], rate, rates.model.viewer_prior)
        parts["viewer"] = rates.weights[:, 3] * (logit(mine) - logit(rate))
        parts.update(_leanings(rates, state, asked, rows, mine))
    shape = (rows.size, OUTCOME_COUNT)
    return [Term(name, np.broadcast_to(value, shape)) for name, value in parts.items()]


def _item_terms(
    rates: Rates, state: StateView, asked: PredictionQuery, rows: Rows
) -> dict[str, Floats]:
    """Return what differs by candidate; shape (candidates, outcomes) each."""
    weights, items = rates.weights, state.items[rows]
    whole = np.rint(asked.vector * 127).astype(np.int64)
    near = (items["vector"].astype(np.int64) @ whole) / 16129.0
    share = np.ones(rows.size) if asked.alike is None else asked.alike[2]
    parts = {"item": weights[:, 2] * items["logit"], "taste": np.outer(share * near, weights[:, 7])}
    spoken, language = spoken_by(state, asked.person), items["language"]
    foreign = (spoken >= 0) & (language >= 0) & (language != spoken)
    parts["foreign"] = np.outer(foreign, weights[:, FOREIGN])
    worn = weariness_of(state, asked.person, asked.now, rows, compiled=False)
    for column, feature in enumerate(TIRED):
        parts[FEATURES[feature]] = np.outer(worn[:, column], weights[:, feature])
    if asked.kind is not None:
        for kind, feature in zip(list(DomainKind)[1:], DOMAINS, strict=True):
            parts[FEATURES[feature]] = np.outer(asked.kind == kind, weights[:, feature])
    if asked.alike is not None:
        names = ("alike", AROUND) if asked.nearby else ("alike", "popular")
        learned = rates.nearby_weights if asked.nearby else rates.alike_weights
        for name, value, weight in zip(names, asked.alike[:2], learned, strict=True):
            parts[name] = np.outer(value, weight)
    return parts


def _leanings(
    rates: Rates, state: StateView, asked: PredictionQuery, rows: Rows, mine: Floats
) -> dict[str, Floats]:
    """Return how far a viewer leans to the surface, and to each candidate's author, topic and channel."""
    items = state.items[rows]
    codes = {
        "viewer_surface": (np.array([asked.surface]), 8), "viewer_author": (items["author"], 6),
        "viewer_topic": (items["topic"], 7), "viewer_channel": (items["channels"][:, 0], 9),
    }  # fmt: skip
    table, own = state.affinity, np.clip(mine, 1e-6, 1 - 1e-6)
    whole = float(evidence.unshown(state.person_total[asked.person]))
    share = np.ones(rows.size) if asked.alike is None else asked.alike[2]
    parts = {}
    for name, (wanted, tag) in codes.items():
        lean = np.zeros((wanted.size, OUTCOME_COUNT))
        for index, code in enumerate(wanted.tolist()):
            place = find(table.keys, np.uint64(pack(asked.person, code, tag))) if code >= 0 else -1
            if place < 0 or (tag == _SURFACE and table.values[place, 0] <= 0):
                continue
            lean[index] = lean_of(table.values[place][None, :], own, rates.model.lean_prior)[0]
            if tag != _SURFACE:
                took, refused = evidence.leaning(table.values[place], whole)
                lean[index] += np.where(np.arange(OUTCOME_COUNT) < POSITIVE, took, refused)
        part = rates.weights[:, FEATURES.index(name)] * lean
        parts[name] = part if tag == _SURFACE else share[:, None] * part
    return parts


def worth_of(
    terms: list[Term], chances: Floats, worths: Floats, scale: tuple[float, ...]
) -> Floats:
    """Return what each candidate's value would lose without each term, micros; shape (terms, candidates).

    Terms act together on a chance, so what they would lose one by one need not sum to the value.

    Args:
        terms: See `terms_of`.
        chances: Shape (candidates, outcomes), as a receipt holds them.
        worths: Shape (outcomes,). Micros per unit of chance.
        scale: Shape (outcomes,). Platt's.
    """
    whole, loss = logit(chances), np.zeros((len(terms), chances.shape[0]))
    for index, term in enumerate(terms):
        without = whole - np.array(scale) * term.logit
        loss[index] = (_squashed(whole) - _squashed(without)) @ worths
    return loss


def _squashed(logits: Floats) -> Floats:
    chance: Floats = 1 / (1 + np.exp(-logits))
    return chance
