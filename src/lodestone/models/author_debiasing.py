"""One person, one voice: what a maker's posts bring, asked of people and not of impressions.

Two things bend a plain rate. A few who open everything of one maker, out of love or for money, set the rate at which
everybody is thought to like it; and who likes everything says little by liking this. So a maker's outcomes are set
against what the same people do anywhere (indirect standardisation, as death rates of towns with old and young people are compared), nobody
counting for more than `MOST` impressions

    standardised rate = community's rate x (sum of weight x done + prior) / (sum of weight x shown x own rate + prior),
    weight = min(1, MOST / shown)

and a maker's posts are moved by the difference to the plain rate, in logits. What those few do is kept as their own
leaning to that maker. Whoever sent outcomes of a maker and never an impression counts as one look.

*Loud* people do something so often that it says nothing at all: more than `LOUD` times what nineteen in twenty stay under, and more than ten
times. They count neither for makers nor for what the community does; they are still served, and are not judged for it.
"""

from collections.abc import Generator
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats
from lodestone.events.outcomes import COUNT_IMPRESSIONS, WATCH_UNIT_SECONDS, FactKind
from lodestone.features import derived
from lodestone.features.state import State
from lodestone.features.view import StateView
from lodestone.models import author_debiasing_kernel as kernel
from lodestone.models.rates import (
    LEAN_COLUMN,
    RatesModel,
    column_rate,
    community_rate,
    logit,
    smoothed,
    strength,
    surface_counts,
)

MOST: Final = 4.0
"""Impressions of one maker's posts for which one person counts in full."""
LOUD: Final = 8.0
_LOUD_LEAST: Final = 10.0
_KNOWN: Final = 20
"""Impressions from which on somebody helps to say what is usual."""
_GIVEN: Final = tuple(range(FactKind.LIKE, FactKind.PROFILE_VISIT + 1))
"""Outcomes that cost nothing to give and are worth much: likes, comments, shares, follows, visits of a page."""
_TAG_AUTHOR: Final = 6
_COLUMNS: Final = 8
Made = TypeVar("Made")
_SUMS: Final = 26
PIECE_PLACES: Final = 32_768
"""Places of the affinity table that are summed at once: 1 to 4 ms."""
_PIECE_AUTHORS: Final = 1_024
_PIECE_PEOPLE: Final = 65_536
"""From so many people on each outcome's quantile is a piece of its own."""
_FURTHEST: Final = 8.0
"""Logits; beyond it nothing would be left of any rate."""


def loud(state: StateView) -> Bools:
    """Say who is loud, shape (people,)."""
    return finish(_loud_pieces(state))


def hush(state: State) -> Bools:
    """Set what share of each counted column is not of loud people; return who they are."""
    return finish(_hush_pieces(state))


def author_shift(
    model: RatesModel, state: StateView, *, compiled: bool = True
) -> NDArray[np.float32]:
    """Return by how much each maker's posts are moved in logits, shape (authors, outcomes).

    Args:
        model: Its prior weights.
        state: The serving state; only whole-number counters are read, so order of arrival changes nothing.
        compiled: Sum by the kernel, or by its plain twin.
    """
    rate = community_rate(surface_counts(state))
    sums = (_tallied if compiled else sums_of)(model, state, loud(state), rate)
    return _shift_of(model, rate, sums)


def shift_pieces(model: RatesModel, state: State) -> Generator[None, None, NDArray[np.float32]]:
    """Do `hush` and `author_shift` in pieces of a few milliseconds; each `next` is one, and the last returns the shift.

    Facts may be applied between two pieces: each pair of person and author is read at one moment, as an item's
    counters are in a round of maintenance. Where the table is laid anew meanwhile the sums begin again.
    """
    noisy = yield from _hush_pieces(state)
    rate = community_rate(surface_counts(state))
    keys, sums, first = state.affinity.keys, np.zeros((state.author_count, _SUMS)), 0
    while first < keys.size:
        yield
        if state.affinity.keys is not keys:
            keys, sums, first = state.affinity.keys, np.zeros((state.author_count, _SUMS)), 0
        _tally(model, state, noisy, rate, sums, slice(first, first + PIECE_PLACES))
        first += PIECE_PLACES
    columns = np.empty((sums.shape[0], _COLUMNS))
    for first in range(0, columns.shape[0], _PIECE_AUTHORS):
        yield
        some = slice(first, first + _PIECE_AUTHORS)
        columns[some] = _columns_of(model, rate, sums[some])
    return _centred(columns, np.ascontiguousarray(sums[:, 25]))


def finish(pieces: Generator[None, None, Made]) -> Made:
    """Do all pieces at once and return what comes of them."""
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            made: Made = end.value
            return made


def _loud_pieces(state: StateView) -> Generator[None, None, Bools]:
    counts = state.person_total[: state.person_count]
    shown = counts[:, COUNT_IMPRESSIONS].astype(np.float64)
    known = shown >= _KNOWN
    noisy = np.zeros(counts.shape[0], bool)
    for outcome in _GIVEN if known.any() else ():
        usual = float(np.quantile(counts[known, outcome] / shown[known], 0.95))
        noisy |= counts[:, outcome] > np.maximum(_LOUD_LEAST, LOUD * usual * shown)
        if noisy.size > _PIECE_PEOPLE:
            yield
    return noisy


def _hush_pieces(state: State) -> Generator[None, None, Bools]:
    noisy = yield from _loud_pieces(state)
    whole = state.person_total[: noisy.size].sum(axis=0, dtype=np.float64)
    theirs = state.person_total[: noisy.size][noisy].sum(axis=0, dtype=np.float64)
    derived.put_quiet(state, np.where(whole > 0, 1 - theirs / np.maximum(whole, 1.0), 1.0))
    return noisy


def sums_of(model: RatesModel, state: StateView, noisy: Bools, rate: Floats) -> Floats:
    """Return sums per author over the people who have met them, shape (authors, 26); plain twin of the kernel.

    Columns: what was done (8 affinity columns); shown; the same done, at most once a look, weighed (8); what was to
    be expected by the people's own rates, weighed (8); looks, weighed.

    Args:
        model: Its prior weights.
        state: The serving state.
        noisy: Shape (people,). Who is loud.
        rate: Shape (outcomes,). The community's.
    """
    keys, values, count = state.affinity.keys, state.affinity.values, state.author_count
    at = np.flatnonzero(keys >> np.uint64(60) == _TAG_AUTHOR)
    author = (keys[at] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    person = ((keys[at] >> np.uint64(32)) & np.uint64(0xFFFFFFF)).astype(np.int64)
    done = np.maximum(values[at, :_COLUMNS].astype(np.float64), 0.0)
    done[:, 7] /= 600
    # What was sent without an impression says no more than one look would: nothing is known of how often it did not happen.
    looks = np.maximum(done[:, 0], 1.0)
    observed = np.minimum(done, looks[:, None])
    shown = np.maximum(done[:, 0], done[:, 1:7].max(axis=1, initial=0.0))
    weight = np.minimum(1.0, MOST / looks)
    weight[noisy[person]] = 0.0
    own = column_rate(smoothed(state.person_total[person], rate, model.viewer_prior))
    weighed = weight[:, None]
    parts = (
        done,
        shown[:, None],
        weighed * observed,
        weighed * looks[:, None] * own,
        (weight * looks)[:, None],
    )
    each = np.concatenate(parts, axis=1)
    columns = [np.bincount(author, each[:, c], minlength=count) for c in range(_SUMS)]
    return np.stack(columns, axis=1)


def _tallied(model: RatesModel, state: StateView, noisy: Bools, rate: Floats) -> Floats:
    sums = np.zeros((state.author_count, _SUMS))
    _tally(model, state, noisy, rate, sums, slice(0, state.affinity.keys.size))
    return sums


def _tally(
    model: RatesModel, state: StateView, noisy: Bools, rate: Floats, sums: Floats, places: slice
) -> None:
    keys, values = state.affinity.keys, state.affinity.values
    kernel.tally(
        keys,
        values,
        places.start,
        min(places.stop, keys.size),
        noisy,
        state.person_total,
        rate,
        strength(model.viewer_prior, rate),
        MOST,
        10.0 * WATCH_UNIT_SECONDS,
        sums,
    )


def _shift_of(model: RatesModel, rate: Floats, sums: Floats) -> NDArray[np.float32]:
    """Turn sums per author into logits; see the module."""
    return _centred(_columns_of(model, rate, sums), np.ascontiguousarray(sums[:, 25]))


def _columns_of(model: RatesModel, rate: Floats, sums: Floats) -> Floats:
    prior = column_rate(rate)
    weight = strength(model.author_prior, prior)
    ground = weight * prior
    done, shown, observed, expected = sums[:, :8], sums[:, 8:9], sums[:, 9:17], sums[:, 17:25]
    plain = np.minimum((done + ground) / (shown + weight), 1.0)
    standard = np.minimum(prior * (observed + ground) / (expected + ground), 1.0)
    columns: Floats = np.clip(logit(standard) - logit(plain), -_FURTHEST, _FURTHEST)
    return columns


def _centred(columns: Floats, heard: Floats) -> NDArray[np.float32]:
    # Only makers against each other: what everybody does is the community's rate to say.
    if heard.any():
        columns -= (heard @ columns) / heard.sum()
    columns[:, 0] = 0.0
    shift: NDArray[np.float32] = columns[:, list(LEAN_COLUMN)].astype(
        np.float32, order="C"
    )  # a column list leaves them by columns, for which every kernel would be compiled again
    return shift
