"""Exposure: how evenly creators were shown in a span of days, taken as they stood in those days.

The creators of a span are those who had a live post on one of its days, no older than 28 days and without a drop label, and
who pass the merit gate by what is known of those posts at the span's end, under the policy in force then. Posts shown by anybody else are
counted beside the figure, by the reason why. Everything is read from facts up to the span's end, so that only a late fact
changes what is said of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import msgspec
import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.events import item_changes
from lodestone.events.facts import Facts
from lodestone.events.outcomes import COUNT_IMPRESSIONS, FactKind
from lodestone.features.recount import recounted
from lodestone.features.view import StateView
from lodestone.insight.window import Span, impressions
from lodestone.models import author_debiasing, rates
from lodestone.traffic import promises
from lodestone.traffic.policy import Policy, worth_vector

Reason = Literal["no_live_post", "merit_gate"]
REASONS: Final[tuple[Reason, ...]] = ("no_live_post", "merit_gate")


class LorenzPoint(msgspec.Struct, frozen=True):
    """So large a share of creators, least shown first, had so large a share of impressions."""

    creators: float
    impressions: float


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Creators shown in the span whom the figures are not about, and why."""

    reason: Reason
    """`no_live_post`: none on any day of the span that was live, at most 28 days old and not labelled `drop`.
    `merit_gate`: their posts have had enough impressions, and are worth less than the policy asks."""
    creators: int
    impressions: int


class ExposureReport(msgspec.Struct, frozen=True, kw_only=True):
    """How evenly creators were shown; zeros included."""

    impressions: int
    """Of the creators the figures are about."""
    creators: int
    impressions_counted: int
    """All organic impressions of the span: those above, and those left out."""
    left_out: list[LeftOut]
    gini: float
    """Over creators who had a live post on a day of the span; a promise's is over those who have one now."""
    noise_floor: float
    """What chance alone would show with equal rates."""
    target: float | None
    """Of the policy in force at the span's end."""
    lorenz: list[LorenzPoint]
    top_share: float
    """Share of impressions of the most shown tenth."""
    partial: bool
    """The span's last day has not ended: more may be shown."""


@dataclass(frozen=True, slots=True)
class Creators:
    """Who the creators of a span are, shapes (author slots,)."""

    has_live: Bools
    eligible: Bools


def live_posts(state: StateView, facts: Facts, span: Span, day_of: Callable[[Ints], Ints]) -> Bools:
    """Say which items were live, at most 28 days old and without a drop label on a day of a span; shape (items,).

    Args:
        state: The serving state; of a change that an older log does not spell out it says how the item stands now.
        facts: Changes of items among them, up to the span's end, in log order.
        span: The days.
        day_of: Gives the days of instants, shape (times,).
    """
    changes = item_changes.read(facts)
    now = state.items[changes.item]
    old = ~changes.carried
    status = np.where(old, now["state"], changes.state)
    label = np.where(old, now["label"], changes.label)
    created = changes.created_day.copy()
    created[old] = day_of(now["created"][old].astype(np.int64))
    first = np.maximum(changes.day, span.first)
    last = np.minimum(changes.next_day, span.last)
    there = (status == item_changes.LIVE) & (label != item_changes.DROP) & (first <= last)
    live = np.zeros(state.item_count, bool)
    live[changes.item[there & (first - created < promises.LIVE_DAYS)]] = True
    return live


def creators(state: StateView, facts: Facts, live: Bools, day: int, policy: Policy) -> Creators:
    """Say who the creators are whose posts these are, judged by what is known at a day's end.

    Args:
        state: The serving state, read for who made which item.
        facts: Events up to that day.
        live: Shape (items,). The posts that count.
        day: The day.
        policy: The one in force at its end.
    """
    known = recounted(state, facts, day)
    author_debiasing.hush(known)
    worths = np.array(worth_vector(policy))
    counts = known.item_ring[: live.size].sum(axis=1) + known.item_old[: live.size]
    rate = rates.community_rate(rates.surface_counts(known))
    _, low = promises.value_bounds(counts, worths, promises.mean_value(rate, worths))
    evidence = promises.evidence_of(
        state.items["author"][: live.size][live],
        low[live],
        counts[live, COUNT_IMPRESSIONS],
        state.author_count,
    )
    passed = promises.merit_eligible(evidence, policy.merit_gate, policy.merit_impressions_min)
    return Creators(evidence.has_live, passed)


def exposure(
    shown_by: Ints,
    who: Creators,
    target: float | None,
    chance: np.random.Generator,
    *,
    partial: bool = False,
) -> ExposureReport:
    """Report how evenly impressions are spread.

    Args:
        shown_by: Shape (impressions,). The author slot of each organic impression.
        who: The creators of the span.
        target: The Gini aimed at, None for none.
        chance: For the noise floor.
        partial: The span's last day has not ended.
    """
    counts = np.bincount(shown_by, minlength=who.eligible.size)
    inside = counts[who.eligible].astype(np.float64)
    total = int(inside.sum())
    top = np.sort(inside)[::-1][: max(1, inside.size // 10)]
    why = {"no_live_post": ~who.has_live, "merit_gate": who.has_live & ~who.eligible}
    return ExposureReport(
        impressions=total,
        creators=int(inside.size),
        impressions_counted=int(counts.sum()),
        left_out=[
            LeftOut(
                reason=reason,
                creators=int(np.count_nonzero(counts[why[reason]])),
                impressions=int(counts[why[reason]].sum()),
            )
            for reason in REASONS
        ],
        gini=round(promises.gini(inside), 6),
        noise_floor=round(promises.gini_noise_floor(total, inside.size, chance), 6),
        target=target,
        lorenz=[LorenzPoint(*point) for point in promises.lorenz(inside)],
        top_share=round(float(top.sum() / total), 6) if total else 0.0,
        partial=partial,
    )


def authors_shown(state: StateView, facts: Facts, span: Span, within: Bools | None) -> Ints:
    """Return the author slot of every organic impression of a span; shape (impressions,).

    Args:
        state: The serving state.
        facts: Shape (facts,).
        span: The days.
        within: Shape (facts,). Those of one domain; None for all.
    """
    shown = impressions(facts) & span.holds(facts["day"].astype(np.int64)) & (facts["item"] >= 0)
    if within is not None:
        shown &= within
    slots: Ints = state.items["author"][facts["item"][shown]].astype(np.int64)
    return slots


def events_of(facts: Facts) -> Facts:
    """Keep what people did; leave out changes of records."""
    deeds: Facts = facts[facts["kind"] < FactKind.PERSON]
    return deeds
