"""Whole paths: from the public through middle and private domains to customer, with times, by cohort.

A person reaches the *public* with the first impression of a public slot, the *middle* with the first impression of a
middle slot or the first join, the *private* with the first follow, *customer* with the first order of which something
is left. A path is the stages in the order in which they were reached, as far as that was within thirty days
of the day on which the person was first seen.
"""

from typing import Final

import msgspec
import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.base.clock import HOUR_MICROS
from lodestone.events.facts import Facts
from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.events.refunds import taken_back
from lodestone.insight.window import Span, day_text, impressions

STAGES: Final = ("public", "middle", "private", "customer")
PATH_DAYS: Final = 30
_NEVER: Final = np.iinfo(np.int64).max


class PathFlow(msgspec.Struct, frozen=True, kw_only=True):
    """One path of one cohort: how many took it and how long each stage took."""

    day: str
    """On which these people were first seen."""
    count: int
    """All who were first seen on that day: their paths add up to it."""
    stages: list[str]
    """`public`, `middle`, `private`, `customer` in the order in which they were reached; empty for none."""
    people: int
    hours: list[float]
    """Median hours from the first stage to each; 0 for the first."""
    open: bool
    """The thirty days have not ended: it may still go on."""


def first_days(facts: Facts) -> tuple[Ints, Ints]:
    """Return who is known and the day on which each was first seen; shape (people,) both."""
    known = facts[(facts["person"] >= 0) & (facts["kind"] < FactKind.PERSON)]
    people, inverse = np.unique(known["person"], return_inverse=True)
    first = np.full(people.size, _NEVER)
    np.minimum.at(first, inverse.reshape(-1), known["day"].astype(np.int64))
    return people, first


def paths(facts: Facts, span: Span, today: int) -> list[PathFlow]:
    """Follow everybody first seen in a span.

    Args:
        facts: Every fact there is, in any order.
        span: The days whose cohorts are followed.
        today: The day that has not ended yet.
    """
    people, first = first_days(facts)
    reached = np.stack(
        [_first_times(facts, people, first, stage) for stage in _stages(facts)], axis=1
    )
    order = np.argsort(reached, axis=1, kind="stable")
    taken: dict[tuple[int, tuple[int, ...]], list[Ints]] = {}
    for day, stages, times in zip(first.tolist(), order.tolist(), reached, strict=True):
        if span.first <= day <= span.last:
            path = tuple(stage for stage in stages if times[stage] < _NEVER)
            taken.setdefault((day, path), []).append(times[list(path)])
    sizes = dict(
        zip(*(part.tolist() for part in np.unique(first, return_counts=True)), strict=True)
    )
    return [
        PathFlow(
            day=day_text(day),
            count=sizes[day],
            stages=[STAGES[stage] for stage in path],
            people=len(times),
            hours=_hours(times),
            open=day + PATH_DAYS >= today,
        )
        for (day, path), times in sorted(taken.items())
    ]


def _stages(facts: Facts) -> list[Bools]:
    """Say which facts reach each of `STAGES`, shape (facts,) each."""
    shown, kind = impressions(facts), facts["kind"]
    public = facts["domain_kind"] == DomainKind.PUBLIC
    private = facts["domain_kind"] == DomainKind.PRIVATE
    sold = (kind == FactKind.ORDER) & (taken_back(facts).left_of(facts) > 0)
    return [
        shown & public,
        (shown & ~public & ~private) | (kind == FactKind.JOIN),
        kind == FactKind.FOLLOW,
        sold,
    ]


def _first_times(facts: Facts, people: Ints, first: Ints, chosen: Bools) -> Ints:
    """Return when each person reached a stage, shape (people,), `_NEVER` for not in time."""
    rows = facts[chosen & (facts["person"] >= 0)]
    who = np.searchsorted(people, rows["person"])
    in_time = rows["day"] <= first[who] + PATH_DAYS
    times = np.full(people.size, _NEVER)
    np.minimum.at(times, who[in_time], rows["time"][in_time])
    return times


def _hours(times: list[Ints]) -> list[float]:
    since = np.stack(times)
    if not since.shape[1]:
        return []
    return [
        round(float(hours), 3) for hours in np.median((since - since[:, :1]) / HOUR_MICROS, axis=0)
    ]
