"""The dual LIU: traffic efficiency (流量) and retained audience (留量), by day and domain.

Efficiency is the sum of outcomes times their worth, in the policy under which each slot was decided, per
thousand impressions. What was taken back is worth nothing: a like and its unlike, a follow and its unfollow, a
membership that ended; an order is worth what refunds have left of it. A follow, a join and an order count in the slot
they name or are credited to, see `credit`. Retained audience is in `retained`.
"""

from math import sqrt

import msgspec
import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.events.facts import FLAG_DECISION, Facts
from lodestone.events.outcomes import FactKind
from lodestone.events.refunds import taken_back
from lodestone.events.standing import standing_of
from lodestone.insight.credit import Catalogue
from lodestone.insight.retained import Retained
from lodestone.insight.window import (
    DOMAIN_WORDS,
    LATE_DAYS,
    Span,
    day_text,
    impressions,
    once,
    outcomes,
    word_of,
)
from lodestone.insight.worths import Worths, values_of


class DayEfficiency(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one domain. `value_micros` per thousand impressions is the efficiency."""

    day: str
    domain: str
    impressions: int
    value_micros: float
    efficiency_micros: float | None
    """Null on a day without impressions."""
    error_micros: float | None
    """Standard error of the efficiency, impressions taken as independent; null below two of them."""
    people: int
    provisional: bool
    """Its facts may still come: the day is within the lateness window."""
    partial: bool
    """The day has not ended by the community's clock."""


class Liu(msgspec.Struct, frozen=True, kw_only=True):
    """The dual LIU of a span."""

    days: list[DayEfficiency]
    retained: Retained


def counted(facts: Facts) -> Bools:
    """Say which facts are outcomes and joins of decisions that count once for what stands, shape (facts,).

    Args:
        facts: Every fact there is, credited: an end that these do not hold is not known yet.
    """
    joins = (facts["kind"] == FactKind.JOIN) & ((facts["flags"] & FLAG_DECISION) != 0)
    stands: Bools = (outcomes(facts) | joins) & once(facts) & standing_of(facts).counted()
    return stands


def efficiency(
    facts: Facts,
    span: Span,
    today: int,
    worths: Worths,
    catalogue: Catalogue,
    within: Bools | None = None,
) -> list[DayEfficiency]:
    """Count efficiency per day and domain over a span.

    Args:
        facts: Every fact there is, credited: what was taken back, and how long a slot was watched, is known up to now.
        span: The days that are counted.
        today: The day that has not ended yet.
        worths: What outcomes are worth.
        catalogue: What items are.
        within: Shape (facts,). One domain's facts; None for all.
    """
    here = span.holds(facts["day"]) if within is None else span.holds(facts["day"]) & within
    done = facts[here & counted(facts)]
    value = values_of(done, worths, catalogue.kind_of(done), catalogue.duration_of(done))
    value *= taken_back(facts).left_of(done)
    shown = facts[here & impressions(facts)]
    return [
        _row(_of(shown, day, code), _of(done, day, code), shown, (done, value), day, name, today)
        for day in range(span.first, span.last + 1)
        for code, name in enumerate(DOMAIN_WORDS)
    ]


def _of(facts: Facts, day: int, code: int) -> Bools:
    """Say which facts are of a day and domain."""
    chosen: Bools = (facts["day"] == day) & (word_of(facts["domain_kind"]) == code)
    return chosen


def _row(
    here: Bools,
    mine: Bools,
    shown: Facts,
    done: tuple[Facts, Floats],
    day: int,
    name: str,
    today: int,
) -> DayEfficiency:
    count, facts, value = int(here.sum()), done[0][mine], done[1][mine]
    worth = float(value.sum())
    people = shown["person"][here]
    return DayEfficiency(
        day=day_text(day),
        domain=name,
        impressions=count,
        value_micros=round(worth, 3),
        efficiency_micros=round(worth * 1000 / count, 3) if count else None,
        error_micros=_error(value, _slots(facts), count),
        people=int(np.unique(people[people >= 0]).size),
        provisional=day > today - LATE_DAYS,
        partial=day >= today,
    )


def _slots(facts: Facts) -> Ints:
    """Number the slots that outcomes belong to, shape (facts,)."""
    keys = facts["receipt"] * 256 + facts["slot"]
    numbers: Ints = np.unique(keys, return_inverse=True)[1]
    return numbers.reshape(-1)


def _error(value: Floats, slots: Ints, shown: int) -> float | None:
    """Return the standard error of value per thousand impressions; those without an outcome are 0."""
    if shown < 2:
        return None
    worth = np.bincount(slots, weights=value) if slots.size else np.zeros(0)
    mean = float(value.sum()) / shown
    variance = max(0.0, float(worth @ worth) / shown - mean * mean) * shown / (shown - 1)
    return round(1000 * sqrt(variance / shown), 3)
