"""The parts of a round of maintenance that need every item: what is owed, who graduates, creators, lists."""

import numpy as np
from numpy.typing import NDArray

from lodestone.events.outcomes import COUNT_IMPRESSIONS, Kind
from lodestone.features import derived
from lodestone.features.layout import DAYS_KEPT
from lodestone.features.postings import LIST_NEEDY, LIST_TRENDING, Postings
from lodestone.features.state import State
from lodestone.services.pricing.refresh import Round, Sweep, best
from lodestone.traffic import promises
from lodestone.traffic.policy import Policy


def needs(state: State, policy: Policy, sweep: Sweep, turn: Round) -> float:
    """Work out what is owed to new posts; return the mean rate of clicks it was judged by."""
    assert turn.live is not None
    items, live, counts, now = state.items[: turn.live.size], turn.live, turn.counts, turn.now
    posts = int(np.count_nonzero(live & (now - items["created"] < promises.DAY_MICROS)))
    yesterday = state.impressions_day[(state.today - 1) % DAYS_KEPT]
    today = state.impressions_day[state.today % DAYS_KEPT]
    sweep.planned = promises.first_impressions_planned(
        float(max(yesterday, today)),
        posts,
        policy.first_impressions_min,
        policy.first_impressions_max,
    )
    shown = counts[:, COUNT_IMPRESSIONS]
    rate = float(counts[:, Kind.CLICK].sum() + 1) / float(shown.sum() + 4)
    need = promises.first_impression_need(items["created"], live, counts, sweep.planned, rate, now)
    derived.put_items(state, "need", slice(0, live.size), need)
    asked = items["created"], live, counts, sweep.planned, rate
    sweep.first_delivered, sweep.first_planned = promises.first_impression_progress(*asked, now)
    sweep.first_ahead = promises.first_impression_progress(*asked, now + promises.AHEAD_MICROS)
    return rate


def graduates(state: State, policy: Policy, sweep: Sweep, turn: Round) -> NDArray[np.int64]:
    """Return the posts that may enter the public, see `Housekeeper.rise`."""
    assert turn.live is not None
    items = state.items[: turn.live.size]
    climbed = turn.live & (items["climbed"] == 1)
    gate = promises.public_gate(turn.mean, climbed, policy.public_gate)
    short = promises.short_of_plan(
        items["created"], turn.counts, sweep.planned, turn.rate, turn.now
    )
    fit = (turn.low >= gate) | short
    sweep.gate = gate if np.isfinite(gate) else 0.0
    return np.flatnonzero(turn.live & (items["climbed"] == 0) & fit)


def creators(state: State, policy: Policy, sweep: Sweep, turn: Round) -> None:
    """Work out who among the creators counts as good, how exposed each is, and the Gini coefficient of that."""
    assert turn.live is not None
    items, authors = state.items[: turn.live.size], state.author_count
    age = turn.now - items["created"]
    recent = turn.live & (age < promises.LIVE_DAYS * promises.DAY_MICROS)
    evidence = promises.evidence_of(
        items["author"][recent],
        turn.low[recent],
        turn.counts[recent, COUNT_IMPRESSIONS],
        authors,
    )
    eligible = promises.merit_eligible(evidence, policy.merit_gate, policy.merit_impressions_min)
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


def lists(state: State, postings: Postings, turn: Round) -> None:
    """Lay the lists of what trends and of what is owed impressions."""
    assert turn.live is not None
    # Trending: what is shown and liked now; evidence weighs by the root of recent impressions.
    score = np.where(turn.live & (turn.heat > 0), turn.mean * np.sqrt(turn.heat), -np.inf)
    postings.replace(LIST_TRENDING, best(score))
    need = np.where(turn.live, state.items["need"][: turn.live.size], 0.0)
    shown = turn.counts[:, COUNT_IMPRESSIONS]
    postings.replace(LIST_NEEDY, best(np.where(need > 0, need / (1 + shown), -np.inf)))
