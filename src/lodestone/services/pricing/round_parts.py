"""The parts of a round of maintenance that need every item: what is owed, who graduates, creators, lists.

Each is a generator that yields between slices of some milliseconds. Whole numbers are added slice by slice; numbers with
fractions are gathered and added at the end, so that a round comes to the same to the bit however it is cut.
"""

from collections.abc import Generator, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.clock import DAY_MICROS
from lodestone.events.outcomes import COUNT_IMPRESSIONS, FactKind
from lodestone.features import derived
from lodestone.features.layout import DAYS_KEPT
from lodestone.features.postings import LIST_NEEDY, LIST_TRENDING, Postings
from lodestone.features.state import State
from lodestone.services.pricing.refresh import DerivedState, RefreshJob, best
from lodestone.traffic import promises
from lodestone.traffic.policy import Policy

SLICE_ROWS: Final = 8_192
"""Items of one slice; a community that is worked out at once has one."""

_BEST_ROWS: Final = 65_536


def slices(count: int) -> Iterator[slice]:
    """Return the slices of so many rows, one at least."""
    for first in range(0, max(count, 1), SLICE_ROWS):
        yield slice(first, min(first + SLICE_ROWS, count))


def needs(
    state: State, policy: Policy, sweep: DerivedState, turn: RefreshJob
) -> Generator[None, None, None]:
    """Find the live items, what is owed to new posts, and the mean rate of clicks that it is judged by."""
    count, now = turn.counts.shape[0], turn.now
    posts = clicks = shown = 0
    for some in slices(count):
        items = state.items[some]
        turn.live[some] = (items["state"] == 1) & (items["label"] != 2)
        new = turn.live[some] & (now - items["created"] < DAY_MICROS)
        posts += int(np.count_nonzero(new))
        clicks += int(turn.counts[some, FactKind.CLICK].sum())
        shown += int(turn.counts[some, COUNT_IMPRESSIONS].sum())
        yield
    yesterday = state.impressions_day[(state.today - 1) % DAYS_KEPT]
    today = state.impressions_day[state.today % DAYS_KEPT]
    sweep.planned = promises.first_impressions_planned(
        float(max(yesterday, today)),
        posts,
        policy.first_impressions_min,
        policy.first_impressions_max,
    )
    turn.rate = float(clicks + 1) / float(shown + 4)
    terms: list[list[NDArray[np.float64]]] = [[], [], [], []]
    for some in slices(count):
        created = state.items["created"][some]
        asked = created, turn.live[some], turn.counts[some], sweep.planned, turn.rate
        derived.put_items(state, "need", some, promises.first_impression_need(*asked, now))
        ahead = promises.progress_terms(*asked, now + promises.AHEAD_MICROS)
        for gathered, term in zip(
            terms, (*promises.progress_terms(*asked, now), *ahead), strict=True
        ):
            gathered.append(term)
        yield
    sums = [float(np.concatenate(gathered).sum()) for gathered in terms]
    sweep.first_delivered, sweep.first_planned = sums[0], sums[1]
    sweep.first_ahead = sums[2], sums[3]


def graduates(
    state: State, policy: Policy, sweep: DerivedState, turn: RefreshJob
) -> Generator[None, None, NDArray[np.int64]]:
    """Return the posts that may enter the public, see `Maintenance.rise`; count who is in it."""
    count = turn.counts.shape[0]
    public = []
    for some in slices(count):
        climbed = turn.live[some] & (state.items["climbed"][some] == 1)
        public.append(turn.mean[some][climbed])
        yield
    values = np.concatenate(public)
    gate = promises.public_gate(values, np.ones(values.size, bool), policy.public_gate)
    sweep.gate = gate if np.isfinite(gate) else 0.0
    sweep.public = values.size
    parts = []
    for some in slices(count):
        yield
        items = state.items[some]
        short = promises.short_of_plan(
            items["created"], turn.counts[some], sweep.planned, turn.rate, turn.now
        )
        fit = (turn.low[some] >= gate) | short
        parts.append(np.flatnonzero(turn.live[some] & (items["climbed"] == 0) & fit) + some.start)
    return np.concatenate(parts)


def creators(
    state: State, policy: Policy, sweep: DerivedState, turn: RefreshJob
) -> Generator[None, None, None]:
    """Work out who among the creators counts as good, how exposed each is, and the Gini coefficient of that."""
    authors = state.author_count
    evidence = promises.Evidence(
        np.zeros(authors, bool), np.full(authors, -np.inf), np.zeros(authors, np.int64)
    )
    for some in slices(turn.counts.shape[0]):
        items = state.items[some]
        age = turn.now - items["created"]
        recent = turn.live[some] & (age < promises.LIVE_DAYS * DAY_MICROS)
        recent &= items["author"] < authors  # others came since
        promises.add_evidence(
            evidence,
            items["author"][recent],
            turn.low[some][recent],
            turn.counts[some, COUNT_IMPRESSIONS][recent],
        )
        yield
    eligible = promises.merit_eligible(evidence, policy.merit_gate, policy.merit_impressions_min)
    came = state.author_count - authors  # since the first slice
    eligible, authors = np.concatenate([eligible, np.zeros(came, bool)]), authors + came
    # Seven daily buckets: today's own and the six before.
    oldest = (state.today + 1) % DAYS_KEPT
    exposure = state.author_exposure[:authors].sum(axis=1) - state.author_exposure[:authors, oldest]
    percentile = promises.percentiles(exposure.astype(np.float64), eligible)
    small: NDArray[np.bool_] | int = 0
    if eligible.any():
        followers = state.authors["followers"][:authors]
        small = eligible & (followers < max(1.0, float(np.median(followers[eligible]))))
    columns = {"percentile": percentile, "eligible": eligible, "small": small}
    derived.put_authors(state, columns)
    sweep.gini = promises.gini(exposure[eligible].astype(np.float64))
    sweep.eligible = int(np.count_nonzero(eligible))
    sweep.author_rank = promises.rank_of(percentile, eligible).astype(np.int16)


def lists(state: State, postings: Postings, turn: RefreshJob) -> Generator[None, None, None]:
    """Lay the lists of what trends and of what is owed impressions."""
    count = turn.counts.shape[0]
    trending, needy = np.full(count, -np.inf), np.full(count, -np.inf)
    for some in slices(count):
        live, heat = turn.live[some], turn.heat[some]
        # Trending: what is shown and liked now; evidence weighs by the root of recent impressions.
        trending[some] = np.where(live & (heat > 0), turn.mean[some] * np.sqrt(heat), -np.inf)
        need = np.where(live, state.items["need"][some], 0.0)
        shown = turn.counts[some, COUNT_IMPRESSIONS]
        needy[some] = np.where(need > 0, need / (1 + shown), -np.inf)
        yield
    for number, score in ((LIST_TRENDING, trending), (LIST_NEEDY, needy)):
        rows = yield from _best_of(score)
        postings.replace(number, rows)


def _best_of(score: NDArray[np.float64]) -> Generator[None, None, NDArray[np.int64]]:
    """Do what `best` does: the best of slices, then the best of those."""
    parts = []
    for first in range(0, max(score.size, 1), _BEST_ROWS):
        parts.append(best(score[first : first + _BEST_ROWS]) + first)
        yield
    rows = np.concatenate(parts)
    return rows[best(score[rows])]
