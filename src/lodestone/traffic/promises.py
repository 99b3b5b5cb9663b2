"""What promises ask of each item and creator, worked out from counters: needs, gates, percentiles, Gini."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.clock import DAY_MICROS, HOUR_MICROS
from lodestone.events.outcomes import (
    COUNT_IMPRESSIONS,
    OUTCOME_COUNT,
    WATCH_UNIT_SECONDS,
    FactKind,
)

CLIMB_MICROS: Final = 2 * HOUR_MICROS
"""After two hours short of plan a post reaches the public whatever its gate says."""
_WAIT_HOURS: Final = CLIMB_MICROS / HOUR_MICROS
PLAN_HOURS: Final = 20
"""First impressions are planned over this long, so that the last four hours can catch up."""
AHEAD_MICROS: Final = 3 * HOUR_MICROS
"""By so much the price looks ahead on the plan."""
LIVE_DAYS: Final = 28
"""For so long after its making a live post makes its author one of the creators that exposure is measured over."""
_ONE_SIDED_80: Final = 0.8416
_ONE_SIDED_95: Final = 1.6449
_PRIOR: Final = 4.0


def first_impressions_planned(
    daily_impressions: float, daily_posts: float, least: int, most: int
) -> int:
    """Return how many impressions a new post is promised: 5 % of a day's, shared, from `least` to `most`.

    >>> first_impressions_planned(40_000, 100, 1, 50)
    20
    >>> first_impressions_planned(100, 10, 3, 50)
    3
    """
    return int(max(least, min(most, 0.05 * daily_impressions / max(daily_posts, 1.0))))


def first_impression_need(
    created: Ints, live: Bools, counts: Ints, planned: int, public_rate: float, now: int
) -> Floats:
    """Return how many first impressions each item is still owed.

    A post is let go early when, after half of what it was promised, the chance that it is better than
    the public's mean is under one in twenty (normal approximation of the Beta posterior).

    Args:
        created: Shape (items,), microseconds.
        live: Shape (items,).
        counts: Shape (items, columns), see events.outcomes.
        planned: Impressions promised to each.
        public_rate: Mean rate of clicks per impression of posts in public.
        now: The community's clock.
    """
    shown = counts[:, COUNT_IMPRESSIONS].astype(np.float64)
    young = live & (now - created < DAY_MICROS)
    need = np.where(young, np.maximum(0.0, planned - shown), 0.0)
    need[released(counts, planned, public_rate)] = 0.0
    return need


def released(counts: Ints, planned: int, public_rate: float) -> Bools:
    """Say which posts have had half of what they were promised and are worse than the public's mean.

    Args:
        counts: Shape (items, columns).
        planned: Impressions promised to each.
        public_rate: Mean rate of clicks per impression.
    """
    shown = counts[:, COUNT_IMPRESSIONS].astype(np.float64)
    mean = (counts[:, FactKind.CLICK] + 1) / (shown + 2)
    spread = np.sqrt(mean * (1 - np.minimum(mean, 1)) / (shown + 3))
    poor: Bools = (shown >= planned / 2) & (mean + _ONE_SIDED_95 * spread < public_rate)
    return poor


def short_of_plan(created: Ints, counts: Ints, planned: int, public_rate: float, now: int) -> Bools:
    """Say which posts have waited two hours without the impressions they were promised.

    One that has had them, or was let go for being worse, must earn the public by its value, however old it is.

    Args:
        created: Shape (items,), microseconds.
        counts: Shape (items, columns).
        planned: Impressions promised to each.
        public_rate: Mean rate of clicks per impression.
        now: The community's clock.
    """
    waited = now - created > CLIMB_MICROS
    short: Bools = waited & (counts[:, COUNT_IMPRESSIONS] < planned)
    return short & ~released(counts, planned, public_rate)


def first_impression_progress(
    created: Ints, live: Bools, counts: Ints, planned: int, public_rate: float, now: int
) -> tuple[float, float]:
    """Return (delivered, planned) first impressions of the posts of the last 24 hours by now.

    A post counts up to its own plan of the hour: what one had too early keeps no promise to another. Its plan begins
    when the public is open to it at the latest: before, it may have nobody to be shown to.
    One that was let go early is not promised more than it had.
    """
    delivered, plan = progress_terms(created, live, counts, planned, public_rate, now)
    return float(delivered.sum()), float(plan.sum())


def progress_terms(
    created: Ints, live: Bools, counts: Ints, planned: int, public_rate: float, now: int
) -> tuple[Floats, Floats]:
    """Return what `first_impression_progress` sums, for each post of the last 24 hours; shapes (posts,)."""
    age_hours = (now - created) / HOUR_MICROS
    young = live & (age_hours < 24) & (age_hours >= 0)
    shown = counts[young, COUNT_IMPRESSIONS].astype(np.float64)
    plan = planned * np.clip(
        (age_hours[young] - _WAIT_HOURS) / (PLAN_HOURS - _WAIT_HOURS), 0.0, 1.0
    )
    gone = released(counts[young], planned, public_rate)
    plan[gone] = np.minimum(plan[gone], shown[gone])
    return np.minimum(shown, plan), plan


def mean_value(rate: Floats, worths: Floats) -> float:
    """Return what an impression of the community is worth on average, in micros, at least 1.

    Args:
        rate: Shape (outcomes,). Outcomes per impression.
        worths: Shape (outcomes,), micros per unit of chance.
    """
    return max(1.0, float(rate @ worths))


def value_bounds(counts: Ints, worths: Floats, mean_value: float) -> tuple[Floats, Floats]:
    """Return (mean, lower 80 % bound) of each item's value per impression in micros.

    Args:
        counts: Shape (items, columns).
        worths: Shape (outcomes,), micros per unit of chance.
        mean_value: The community's mean value of an impression, which few impressions shrink to.
    """
    shown = counts[:, COUNT_IMPRESSIONS].astype(np.float64)
    done = counts[:, :OUTCOME_COUNT].astype(np.float64)
    done[:, 0] /= 10 * WATCH_UNIT_SECONDS
    # What was done without an impression says nothing of what one brings.
    done = np.minimum(done, shown[:, None])
    total = done @ worths
    mean = (total + _PRIOR * mean_value) / (shown + _PRIOR)
    rate = np.clip(done / np.maximum(shown, 1)[:, None], 0, 1)
    variance = (rate * (1 - rate)) @ (worths**2) + _PRIOR * mean_value**2 / (shown + _PRIOR)
    return mean, mean - _ONE_SIDED_80 * np.sqrt(variance / (shown + _PRIOR))


def gini(exposure: Floats) -> float:
    """Return the Gini coefficient of exposures, zeros included; 0 when nobody was shown.

    G = sum_k (2k - n - 1) e_(k) / (n sum e), exposures ascending.

    >>> gini(np.array([0.0, 0.0, 0.0, 4.0]))
    0.75
    """
    total = float(exposure.sum())
    if not total:
        return 0.0
    ordered = np.sort(exposure)
    n = ordered.size
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float(weights @ ordered / (n * total))


def lorenz(exposure: Floats, points: int = 21) -> list[tuple[float, float]]:
    """Return the Lorenz curve: share of creators, least shown first, and their share of exposure."""
    if not exposure.size or not exposure.sum():
        return [(0.0, 0.0), (1.0, 1.0)]
    curve = np.concatenate([[0.0], np.cumsum(np.sort(exposure))]) / exposure.sum()
    at = np.linspace(0, 1, points)
    heights = np.interp(at, np.linspace(0, 1, curve.size), curve)
    return [(round(float(x), 4), round(float(y), 6)) for x, y in zip(at, heights, strict=True)]


def gini_noise_floor(
    impressions: int, creators: int, chance: np.random.Generator, runs: int = 20
) -> float:
    """Return the mean Gini that equal rates would show: chance alone makes some unequal."""
    if not creators or not impressions:
        return 0.0
    draws = chance.poisson(impressions / creators, (runs, creators)).astype(np.float64)
    return float(np.mean([gini(draw) for draw in draws]))


def percentiles(exposure: Floats, eligible: Bools) -> Floats:
    """Return each creator's mid-rank F among eligible creators, in [0, 1]; 0.5 for the rest."""
    percentile = np.full(exposure.size, 0.5)
    values = exposure[eligible]
    if values.size:
        ordered = np.sort(values)
        below = np.searchsorted(ordered, values, side="left")
        upto = np.searchsorted(ordered, values, side="right")
        percentile[eligible] = (below + upto) / (2 * values.size)
    return percentile


def rank_of(percentile: Floats, eligible: Bools) -> Ints:
    """Return Gini consumption 2F - 1 times 32767 in steps of 256, 0 for creators not eligible."""
    steps = np.rint((2 * percentile - 1) * 127).astype(np.int64) * 256
    return np.where(eligible, steps, 0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of each creator's live posts of the last 28 days, shapes (creators,)."""

    has_live: Bools
    best_low: Floats
    """The best lower bound of those posts' value, micros per impression; -inf without any."""
    shown: Ints
    """Impressions those posts have had."""


def evidence_of(author: Ints, low: Floats, shown: Ints, creators: int) -> Evidence:
    """Sum up what is known of each creator.

    Args:
        author: Shape (posts,). The creator of each live post of the last 28 days without a drop label.
        low: Shape (posts,). Lower bound of each post's value, see `value_bounds`.
        shown: Shape (posts,). Impressions of each post.
        creators: How many creators there are.
    """
    evidence = Evidence(
        np.zeros(creators, bool), np.full(creators, -np.inf), np.zeros(creators, np.int64)
    )
    add_evidence(evidence, author, low, shown)
    return evidence


def add_evidence(evidence: Evidence, author: Ints, low: Floats, shown: Ints) -> None:
    """Add some posts to what is known of their creators; see `evidence_of`."""
    evidence.has_live[author] = True
    np.maximum.at(evidence.best_low, author, low)
    np.add.at(evidence.shown, author, shown)


def merit_eligible(evidence: Evidence, quantile: float, least: int) -> Bools:
    """Say which creators are past the merit gate: shape (creators,).

    A creator with a live post is kept out on evidence only: when those posts have had `least` impressions, and the best
    lower bound of their value is under the quantile of all creators'. The quantile is one of the values, the lower of two, so that of n
    creators no more than quantile x (n - 1) lie under it: of three, nobody.

    Args:
        evidence: Of every creator.
        quantile: The policy's, in [0, 1].
        least: The policy's, in impressions.
    """
    has_live = evidence.has_live
    if not has_live.any():
        return has_live.copy()
    gate = np.quantile(evidence.best_low[has_live], quantile, method="lower")
    passed: Bools = has_live & ((evidence.best_low >= gate) | (evidence.shown < least))
    return passed


def public_gate(mean: Floats, climbed: Bools, quantile: float) -> float:
    """Return the value a climbing post's lower bound must pass; -inf while nothing has climbed."""
    return float(np.quantile(mean[climbed], quantile)) if climbed.any() else -np.inf
