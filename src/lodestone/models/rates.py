"""The day-one predictor: smoothed hierarchical rates, fresh to the last event.

In logits, per outcome:

    z = bias + surface + a x item + b x viewer + c x viewer on surface + d x viewer with author + e x viewer with topic
        + f x viewer with channel + t x taste - how tired of topic and author + through which domain it comes
        - in a language that is not the viewer's

An item's deviation shrinks to its author's and that to the community's; a viewer's to the community's; a viewer's
leaning to an author, topic, channel or surface to the viewer's own rate (empirical Bayes with fixed prior weights, and never less
than three tenths of a success: of what happens once in a thousand looks, one in twenty says little). All
counts are whole numbers weighed by how likely the slot was looked at; decay is applied on reading. The weights are
learned from the log by `models.rates_fit`, or stand at their defaults in a community without one.
"""

import hashlib
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.events.outcomes import (
    COUNT_ATTENTION,
    COUNT_IMPRESSIONS,
    NEGATIVE_OUTCOMES,
    OUTCOME_COUNT,
    WATCH_UNIT_SECONDS,
)
from lodestone.features.layout import DAYS_KEPT, lanes
from lodestone.features.table_kernel import find, pack
from lodestone.features.view import StateView
from lodestone.models import evidence
from lodestone.models import rates_kernel as kernel
from lodestone.models.alike import AlikeModel, around_weights
from lodestone.models.fatigue import weariness_of
from lodestone.models.ports import PredictionQuery
from lodestone.models.taste import spoken_by
from lodestone.traffic.decision import Chances, Codes, Rows
from lodestone.traffic.prices import chance_codes

FEATURES: Final = (
    "bias", "surface", "item", "viewer", "viewer_surface", "viewer_author", "viewer_topic", "taste",
    "viewer_channel", "tired_of_topic", "tired_of_author", "place", "channel", "profession", "private",
    "foreign",
)  # fmt: skip
_LEANS: Final = (5, 6, 8)
TIRED: Final = (9, 10)
"""Features of how tired of topic and author the viewer is."""
DOMAINS: Final = (11, 12, 13, 14)
"""Features of a post that comes through a domain, in the order of `DomainKind` after the public."""
FOREIGN: Final = 15
"""Feature of a post in another language than the viewer's, where both are known."""
LEAN_COLUMN: Final = (7, 1, 2, 3, 5, 5, 4, 1, 1, 1, 6, 6, 6)
"""Which affinity column speaks for each outcome."""
START_RATE: Final = (
    0.15, 0.25, 0.15, 0.02, 0.004, 0.003, 0.005, 0.01, 0.002, 0.0005, 0.003, 0.002, 0.0002,
)  # fmt: skip
"""What a community without a log is taken for; a few hundred impressions outweigh it."""
START_WEIGHT: Final = 300.0
_HALF_LIFE_DAYS: Final = 7.0
OLD_WEIGHT: Final = 0.35
_SMALLEST: Final = 1e-6
POSITIVE: Final = OUTCOME_COUNT - len(NEGATIVE_OUTCOMES)
"""Outcomes before this one are welcome."""


class RatesModel(msgspec.Struct, frozen=True, kw_only=True):
    """Weights per outcome and feature, prior weights, and the calibration."""

    weights: tuple[tuple[float, ...], ...]
    """Shape (outcomes, features), in the order of `FEATURES`."""
    scale: tuple[float, ...] = (1.0,) * OUTCOME_COUNT
    shift: tuple[float, ...] = (0.0,) * OUTCOME_COUNT
    """Platt's calibration of the logit."""
    item_prior: float = 24.0
    author_prior: float = 20.0
    viewer_prior: float = 8.0
    surface_prior: float = 200.0
    lean_prior: float = 4.0

    @property
    def version(self) -> str:
        """Return a hash of the content."""
        digest = hashlib.blake2b(msgspec.msgpack.encode(self), digest_size=6).hexdigest()
        return f"rates-{digest}"


def default_model() -> RatesModel:
    """Return the weights of a community that has no log to learn from."""
    # What comes through a place stands first where all else is equal.
    tired, near, foreign = (-0.1, -0.1), (0.05, 0.1, 0.2, 0.3), -1.0
    positive = (0.0, 1.0, 0.9, 0.8, 0.4, 0.6, 0.5, 0.8, 0.4, *tired, *near, foreign)
    negative = (0.0, 1.0, 0.9, 0.8, 0.4, 0.6, 0.5, -0.4, 0.4, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    return RatesModel(weights=tuple(positive if o < 10 else negative for o in range(OUTCOME_COUNT)))


def full(model: RatesModel) -> Floats:
    """Return a model's weights, shape (outcomes, features); a feature it was learned without weighs nothing."""
    weights = np.zeros((OUTCOME_COUNT, len(FEATURES)))
    for outcome, row in enumerate(model.weights):
        weights[outcome, : len(row)] = row
    return weights


def logit(rate: Floats) -> Floats:
    """Return log odds, rates kept within [1e-6, 1 - 1e-6]."""
    bounded = np.clip(rate, _SMALLEST, 1 - _SMALLEST)
    log_odds: Floats = np.log(bounded / (1 - bounded))
    return log_odds


def done_of(counts: NDArray[np.number]) -> Floats:
    """Return outcome counts with watch in capped minutes; shape (..., outcomes)."""
    done = counts[..., :OUTCOME_COUNT].astype(np.float64)
    done[..., 0] /= 10 * WATCH_UNIT_SECONDS
    return np.maximum(done, 0.0)


def shown_of(counts: NDArray[np.number]) -> Floats:
    """Return impressions weighed by attention, shape (..., 1); never fewer than a tenth of them."""
    attention = counts[..., COUNT_ATTENTION].astype(np.float64) / 1000
    shown: Floats = np.maximum(attention, 0.1 * counts[..., COUNT_IMPRESSIONS])[..., None]
    return shown


def smoothed(counts: NDArray[np.number], prior_rate: Floats, prior: float) -> Floats:
    """Shrink observed rates to prior rates; shape (..., outcomes).

    An impression brings at most one of each outcome: what was done beyond that was done elsewhere, and says nothing of a rate.
    """
    done, shown, weight = done_of(counts), shown_of(counts), strength(prior, prior_rate)
    done = np.minimum(done, counts[..., COUNT_IMPRESSIONS, None])
    rates: Floats = np.minimum(
        (done + weight * prior_rate) / (np.maximum(shown, done) + weight), 1.0
    )
    return rates


def strength(prior: float, rate: Floats) -> Floats:
    """Return what a prior rate weighs, in impressions: so many, and at least as many as bring 0.3 of a success."""
    weight: Floats = np.maximum(prior, kernel.SUCCESSES / np.maximum(rate, _SMALLEST))
    return weight


def community_rate(surface_total: Ints) -> Floats:
    """Return the rate of every outcome over all surfaces, shape (outcomes,)."""
    return smoothed(surface_total.sum(axis=0), np.array(START_RATE), START_WEIGHT)


def surface_counts(state: StateView) -> Ints:
    """Return what was counted on every surface, without what loud people did; shape (surfaces, columns)."""
    return np.rint(state.surface_total * state.quiet).astype(np.int64)


def age_weights(today: int) -> Floats:
    """Return what each place of the day rings weighs, shape (days,)."""
    ages = (today - np.arange(DAYS_KEPT)) % DAYS_KEPT
    weights: Floats = 0.5 ** (ages / _HALF_LIFE_DAYS)
    return weights


def decayed(ring: NDArray[np.integer], old: Ints, today: int) -> Floats:
    """Weigh counters by event day on reading: half after seven days.

    Args:
        ring: Shape (rows, days, columns).
        old: Shape (rows, columns).
        today: The day the ring stands at.
    """
    weights = age_weights(today)
    # einsum's order of addition is fixed for one shape, so that a restart gives the same logits.
    total: Floats = np.einsum("rdc,d->rc", ring, weights) + OLD_WEIGHT * old
    return total


def item_logits(
    model: RatesModel, items: Floats, authors: Ints, rate: Floats, crowd: evidence.Crowd
) -> NDArray[np.float32]:
    """Return every item's deviation in logits, shape (rows, outcomes).

    What is expected of an item is its author's rate, lifted by what was done with it where nobody counted impressions.

    Args:
        model: Its prior weights.
        items: Shape (rows, columns). Decayed counts of the items.
        authors: Shape (rows, columns). Counts of their authors.
        rate: Shape (outcomes,). The community's.
        crowd: What its deeds come to.
    """
    expected = logit(smoothed(authors, rate, model.author_prior))
    expected[:, :POSITIVE] += evidence.lift(items, crowd)[:, None]
    item_rate = smoothed(items, 1 / (1 + np.exp(-expected)), model.item_prior)
    deviation: NDArray[np.float32] = (logit(item_rate) - logit(rate)).astype(np.float32)
    return deviation


class Rates:
    """The day-one `Predictor`."""

    def __init__(
        self, model: RatesModel, *, compiled: bool = True, alike: AlikeModel | None = None
    ) -> None:
        """Predict by learned weights.

        Args:
            model: Weights and priors.
            compiled: By the kernels, or by their plain twins.
            alike: What likeness weighs, learned with the item lists of a version.
        """
        weights = full(model)
        self.model = model
        self.version = model.version
        self.alike_weights = np.zeros((2, OUTCOME_COUNT))
        if alike is not None:
            self.version += f"+alike-{alike.version}"
            self.alike_weights[0] = alike.weights
            self.alike_weights[1, :POSITIVE] = alike.popular_weight
            for column, weight in ((2, alike.item_weight), (7, alike.taste_weight)):
                if weight is not None:
                    weights[:POSITIVE, column] = weight
        self.nearby_weights = around_weights(alike)
        self.weights = weights
        self._item = np.ascontiguousarray(weights[:, 2])
        self._taste = np.ascontiguousarray(weights[:, 7])
        self._lean = np.ascontiguousarray(weights[:, list(_LEANS)])
        self._tired = np.ascontiguousarray(weights[:, list(TIRED)].T)
        self._foreign = np.ascontiguousarray(weights[:, FOREIGN])
        self._domain = np.zeros((1 + len(DOMAINS), OUTCOME_COUNT))
        self._domain[1:] = weights[:, list(DOMAINS)].T
        self._compiled = compiled
        self._column = np.array(LEAN_COLUMN, np.int64)
        self._scale, self._shift = np.array(model.scale), np.array(model.shift)
        self._rate, self._rate_at = np.array(START_RATE), -1
        self._terms_of: tuple[int, int, Floats, Floats] | None = None
        """Person, surface, and what was worked out for them at `_rate_at`; written to by nobody."""
        self._whole: tuple[NDArray[np.float32], int, NDArray[np.int8]] | None = None
        """A taste, the state's offset, and the same in whole steps."""
        self._surfaces = np.zeros((0, 0), np.int64)
        self._terms = kernel.terms if compiled else terms
        self._linear = kernel.linear if compiled else linear
        self._codes = kernel.codes if compiled else codes

    def chances(self, state: StateView, asked: PredictionQuery, rows: Rows) -> Chances:
        """See `Predictor.chances`."""
        base, rate = self.viewer_terms(state, asked.person, asked.surface)
        logits = np.empty((rows.size, OUTCOME_COUNT), np.float64)
        whole = self._in_whole_steps(state, asked.vector)
        kind = np.zeros(rows.size, np.uint8) if asked.kind is None else asked.kind
        alike = nothing_alike(rows.size) if asked.alike is None else asked.alike
        learned = self.nearby_weights if asked.nearby else self.alike_weights
        worn = weariness_of(state, asked.person, asked.now, rows, compiled=self._compiled)
        self._linear(
            state.items, *lanes(state.items), rows, asked.person, base, self._item, rate, self.model.lean_prior, self._lean,
            self._column, state.affinity.keys, state.affinity.values, whole, self._taste,
            worn, self._tired, kind, self._domain, alike, learned,
            spoken_by(state, asked.person), self._foreign, logits,
        )  # fmt: skip
        out = np.empty((rows.size, OUTCOME_COUNT), np.uint16)
        self._codes(logits, self._scale, self._shift, out)
        return out

    def _in_whole_steps(self, state: StateView, vector: NDArray[np.float32]) -> NDArray[np.int8]:
        """Return a taste as items have theirs; that of the same decision once, for its ads come after its posts."""
        if self._whole is None or self._whole[0] is not vector or self._whole[1] != state.offset:
            self._whole = vector, state.offset, np.rint(vector * 127).astype(np.int8)
        return self._whole[2]

    def viewer_terms(self, state: StateView, person: int, surface: int) -> tuple[Floats, Floats]:
        """Return what does not depend on the candidate.

        Returns:
            base: Shape (outcomes,). Bias, surface and viewer in logits.
            own: Shape (8,). The viewer's own rate per affinity column, what leanings shrink to; first, all their deeds
                without an impression.
        """
        if self._rate_at != state.offset:
            self._surfaces = surface_counts(state)
            self._rate, self._rate_at = community_rate(self._surfaces), state.offset
            self._terms_of = None
        if self._terms_of is not None and self._terms_of[:2] == (person, surface):
            return self._terms_of[2], self._terms_of[
                3
            ]  # of the same decision: its ads after its posts
        model = self.model
        base, own = np.empty(OUTCOME_COUNT), np.empty(8)
        self._terms(
            self.weights, self._rate, self._surfaces[surface], model.surface_prior,
            state.person_total[max(person, 0)], person, surface, model.viewer_prior,
            model.lean_prior, self._column, state.affinity.keys, state.affinity.values, base, own,
        )  # fmt: skip
        self._terms_of = person, surface, base, own
        return base, own


def terms(
    weights: Floats, rate: Floats, surface_row: Ints, surface_prior: float, person_row: Ints,
    person: int, surface: int, viewer_prior: float, lean_prior: float, lean_column: Ints,
    keys: NDArray[np.uint64], values: Ints, base: Floats, own: Floats,
) -> None:  # fmt: skip
    """Write a viewer's base logits (outcomes,) and own rates per affinity column (8,); twin."""
    there = smoothed(surface_row, rate, surface_prior)
    base[:] = weights[:, 0] + weights[:, 1] * logit(there)
    mine = rate
    if person >= 0:
        mine = smoothed(person_row, rate, viewer_prior)
        base += weights[:, 3] * (logit(mine) - logit(rate))
    own[:] = column_rate(np.clip(mine, _SMALLEST, 1 - _SMALLEST))
    own[0] = evidence.unshown(person_row) if person >= 0 else 0.0
    place = find(keys, np.uint64(pack(person, surface, 8))) if person >= 0 else -1
    if place >= 0 and values[place, 0] > 0:
        lean = lean_of(values[place][None, :], np.clip(mine, _SMALLEST, 1 - _SMALLEST), lean_prior)
        base += weights[:, 4] * lean[0]
    assert lean_column.size == base.size


def column_rate(rate: Floats) -> Floats:
    """Turn rates per outcome into rates per affinity column, shape (..., 8)."""
    out = np.full((*rate.shape[:-1], 8), 0.5)
    for column, outcomes in (
        (1, (1,)),
        (2, (2,)),
        (3, (3,)),
        (4, (6,)),
        (5, (4, 5)),
        (6, (10, 11, 12)),
        (7, (0,)),
    ):
        out[..., column] = np.clip(rate[..., list(outcomes)].sum(axis=-1), 1e-5, 1 - 1e-5)
    return out


def lean_of(counts: NDArray[np.number], own_rate: Floats, prior: float) -> Floats:
    """Return how far a viewer leans from their own rate, in logits per outcome.

    Args:
        counts: Shape (rows, 8), affinity columns.
        own_rate: Shape (rows, outcomes) or (outcomes,). The viewer's rates.
        prior: Weight of the viewer's own rate, in impressions.
    """
    rate = column_rate(own_rate)
    shown = counts[:, :1].astype(np.float64)
    done = counts.astype(np.float64)
    done[:, 7] /= 600
    weight = strength(prior, rate)
    mean = (np.clip(done, 0.0, np.maximum(shown, 0)) + weight * rate) / (
        np.maximum(shown, 0) + weight
    )
    columns = np.where(shown > 0, logit(mean) - logit(rate), 0.0)
    return columns[:, list(LEAN_COLUMN)]


def linear(
    items: np.ndarray, floats: NDArray[np.float32], octets: NDArray[np.int8], rows: Rows, person: int,
    base: Floats, item_weight: Floats, rate: Floats, prior: float, lean_weight: Floats, lean_column: Ints,
    keys: NDArray[np.uint64], values: Ints, vector: NDArray[np.int8], taste: Floats, worn: Floats,
    worn_weight: Floats, kind: Codes, kind_weight: Floats, alike: Floats, alike_weight: Floats, spoken: int,
    foreign: Floats, out: Floats,
) -> None:  # fmt: skip
    """Write logits before calibration, shape (candidates, outcomes); twin of the kernel."""
    columns = items[rows]
    near = (columns["vector"].astype(np.int64) @ vector.astype(np.int64)) / 16129.0
    out[:] = base + item_weight * columns["logit"] + taste * (alike[2] * near)[:, None]
    out += worn @ worn_weight + kind_weight[kind]
    out += alike[0][:, None] * alike_weight[0] + alike[1][:, None] * alike_weight[1]
    language = columns["language"]
    out += ((language >= 0) & (spoken >= 0) & (language != spoken))[:, None] * foreign
    assert floats.shape[0] == octets.shape[0] == items.size
    if person < 0:
        return
    lists = ((columns["author"], 6), (columns["topic"], 7), (columns["channels"][:, 0], 9))
    for column, (codes_of, tag) in enumerate(lists):
        for n, code in enumerate(codes_of.tolist()):
            place = find(keys, np.uint64(pack(person, code, tag))) if code >= 0 else -1
            if place >= 0:
                shown, done = max(0.0, float(values[place, 0])), values[place].astype(np.float64)
                done[7] /= 600
                weight, column_rates = strength(prior, rate[1:]), rate[1:]
                mean = (np.clip(done[1:], 0, shown) + weight * column_rates) / (shown + weight)
                lean = np.zeros(8)
                lean[1:] = np.log(mean / (1 - mean)) - np.log(column_rates / (1 - column_rates))
                took, refused = evidence.leaning(values[place], float(rate[0]))
                lean[[1, 2, 3, 4, 5, 7]] += took
                lean[6] += refused
                out[n] += alike[2, n] * lean_weight[:, column] * lean[lean_column]


def codes(logits: Floats, scale: Floats, shift: Floats, out: Chances) -> None:
    """Calibrate, squash and round to bfloat16; twin of the kernel."""
    z = np.clip(scale * logits + shift, -30, 30)
    out[:] = chance_codes((1 / (1 + np.exp(-z))).astype(np.float32))


def nothing_alike(rows: int) -> Floats:
    """Return what stands for likeness where there are no lists, shape (3, rows): content weighs in full."""
    out = np.zeros((3, rows))
    out[2] = 1.0
    return out
