"""The dual LIU: traffic efficiency (流量) and retained audience (留量), by day and domain.

Efficiency is the sum of outcomes times their worth, in the policy under which each slot was decided, per
thousand impressions. Retained audience is three series: people active on day d after they were first
seen, followers still following, customers who came back. An order is worth what refunds have left of it, and one of
which nothing is left makes nobody a customer.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Final, TypeAlias

import msgspec
import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import OUTCOME_COUNT, WATCH_UNIT_SECONDS, Kind
from lodestone.events.refunds import taken_back
from lodestone.insight.window import DOMAIN_WORDS, Span, impressions, once, outcomes, word_of

RETAINED_DAYS: Final = (1, 7, 30)
_Move: TypeAlias = tuple[int, bool, int]
"""The day of a follow or its end, which of the two, and when."""


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


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """Those who came on one day, and how many of them were there d days later; null: not yet known."""

    day: str
    count: int
    kept: dict[str, int | None]


class Retained(msgspec.Struct, frozen=True, kw_only=True):
    """The three retained series, each by cohort."""

    active: list[Cohort]
    followers: list[Cohort]
    customers: list[Cohort]


class Liu(msgspec.Struct, frozen=True, kw_only=True):
    """The dual LIU of a span."""

    days: list[DayEfficiency]
    retained: Retained


def day_text(day: int) -> str:
    """Write a day number as a date.

    >>> day_text(19000)
    '2022-01-08'
    """
    return str(np.datetime64(day, "D"))


def values_of(facts: Facts, worths_of_version: Mapping[int, Floats], versions: Ints) -> Floats:
    """Return each outcome fact's value in micros, shape (facts,).

    Args:
        facts: Outcome facts of decisions.
        worths_of_version: Policy version to worths, shape (outcomes,), micros per unit of chance.
        versions: Shape (facts,). The policy under which each slot was decided.
    """
    units = np.ones(facts.size)
    watch = facts["kind"] == Kind.WATCH
    seconds = facts["value"][watch] / 1000
    units[watch] = np.minimum(seconds, WATCH_UNIT_SECONDS) / WATCH_UNIT_SECONDS
    value = np.zeros(facts.size)
    for version in np.unique(versions):
        chosen = versions == version
        value[chosen] = worths_of_version[int(version)][facts["kind"][chosen]]
    return value * units


def versions_in_force(receipts: Ints, first_receipts: Ints, versions: Ints) -> Ints:
    """Return the policy version of each receipt, same shape.

    Args:
        receipts: Sequence numbers.
        first_receipts: Shape (versions,), ascending. The first receipt decided under each version.
        versions: Shape (versions,).
    """
    index = np.searchsorted(first_receipts, receipts, side="right") - 1
    found: Ints = versions[np.maximum(index, 0)]
    return found


def efficiency(
    facts: Facts,
    span: Span,
    today: int,
    worths_of_version: Mapping[int, Floats],
    first_receipts: Ints,
    versions: Ints,
) -> list[DayEfficiency]:
    """Count efficiency per day and domain over a span."""
    back = taken_back(facts)
    facts = once(facts[span.holds(facts["day"])])
    seen, done = impressions(facts), outcomes(facts)
    assert OUTCOME_COUNT <= Kind.IMPRESSION
    in_force = versions_in_force(facts["receipt"][done], first_receipts, versions)
    value = values_of(facts[done], worths_of_version, in_force) * back.left_of(facts[done])
    word = word_of(facts["domain_kind"])
    slots = _slots(facts[done])
    rows = []
    for day in range(span.first, span.last + 1):
        for code, name in enumerate(DOMAIN_WORDS):
            here = (facts["day"] == day) & (word == code)
            shown = int((seen & here).sum())
            mine = here[done]
            worth = float(value[mine].sum())
            rows.append(
                DayEfficiency(
                    day=day_text(day),
                    domain=name,
                    impressions=shown,
                    value_micros=round(worth, 3),
                    efficiency_micros=round(worth * 1000 / shown, 3) if shown else None,
                    error_micros=_error(value[mine], slots[mine], shown),
                    people=int(
                        np.unique(facts["person"][seen & here & (facts["person"] >= 0)]).size
                    ),
                    provisional=day > today - 7,
                )
            )
    return rows


def _slots(facts: Facts) -> Ints:
    """Number the slots that outcomes belong to, shape (facts,)."""
    keys = facts["receipt"] * 256 + facts["slot"]
    found: Ints = np.unique(keys, return_inverse=True)[1]
    return found


def _error(value: Floats, slots: Ints, shown: int) -> float | None:
    """Return the standard error of value per thousand impressions; those without an outcome are 0."""
    if shown < 2:
        return None
    worth = np.bincount(slots, weights=value) if slots.size else np.zeros(0)
    mean = float(value.sum()) / shown
    variance = max(0.0, float(worth @ worth) / shown - mean * mean) * shown / (shown - 1)
    return round(1000 * sqrt(variance / shown), 3)


def retained(facts: Facts, span: Span, today: int, within: Bools | None = None) -> Retained:
    """Follow each day's cohort through the facts, which must reach back to the beginning.

    Args:
        facts: Every fact there is, refunds among them.
        span: The days whose cohorts are followed.
        today: Days from here on are not known yet.
        within: Shape (facts,). One domain's facts: people active there, followers won there and kept wherever they
            stand, customers of it; None for all.
    """
    everything = facts[(facts["person"] >= 0) & (facts["kind"] < Kind.PERSON)]
    here = facts if within is None else facts[within]
    # That money comes back is nothing its buyer does.
    known = here[
        (here["person"] >= 0) & (here["kind"] < Kind.PERSON) & (here["kind"] != Kind.REFUND)
    ]
    active = np.stack([known["person"], known["day"].astype(np.int64)], axis=1)
    orders = taken_back(facts).standing(known[known["kind"] == Kind.ORDER])
    bought = np.stack([orders["person"], orders["day"].astype(np.int64)], axis=1)
    return Retained(
        active=_returning(active, span, today),
        followers=_followers(everything, known[known["kind"] == Kind.FOLLOW], span, today),
        customers=_returning(bought, span, today),
    )


def _returning(pairs: Ints, span: Span, today: int) -> list[Cohort]:
    """Cohorts by first day among (person, day) pairs; kept: there again on that later day."""
    if not pairs.size:
        return []
    pairs = np.unique(pairs, axis=0)
    _, start = np.unique(pairs[:, 0], return_index=True)
    there = set(map(tuple, pairs.tolist()))
    came_on: dict[int, list[int]] = {}
    for person, day in pairs[start].tolist():
        came_on.setdefault(day, []).append(person)
    cohorts = []
    for day in range(span.first, span.last + 1):
        people = came_on.get(day, [])
        if people:
            kept = {
                f"day_{d}": sum((person, day + d) in there for person in people)
                if day + d <= today
                else None
                for d in RETAINED_DAYS
            }
            cohorts.append(Cohort(day=day_text(day), count=len(people), kept=kept))
    return cohorts


def _followers(facts: Facts, won: Facts, span: Span, today: int) -> list[Cohort]:
    """Cohorts of (person, author) by the day of the first follow; kept: still following then.

    Only those whose first follow is among `won` count.
    """
    firsts = set(
        zip(won["person"].tolist(), won["target"].tolist(), won["time"].tolist(), strict=True)
    )
    moves = facts[(facts["kind"] == Kind.FOLLOW) | (facts["kind"] == Kind.UNFOLLOW)]
    moves = moves[moves["target"] >= 0]
    # An unfollow at the same instant wins, as in the serving state.
    moves = moves[np.lexsort((moves["kind"] == Kind.UNFOLLOW, moves["time"]))]
    history: dict[tuple[int, int], list[_Move]] = {}
    for move in moves:
        pair = (int(move["person"]), int(move["target"]))
        step = (int(move["day"]), bool(move["kind"] == Kind.FOLLOW), int(move["time"]))
        history.setdefault(pair, []).append(step)
    born_on: dict[int, list[list[_Move]]] = {}
    for pair, steps in history.items():
        first = next((move for move in steps if move[1]), None)
        if first is not None and (*pair, first[2]) in firsts:
            born_on.setdefault(first[0], []).append(steps)
    cohorts = []
    for day in range(span.first, span.last + 1):
        born = born_on.get(day, [])
        if born:
            kept = {
                f"day_{d}": sum(_held(steps, day + d) for steps in born)
                if day + d <= today
                else None
                for d in RETAINED_DAYS
            }
            cohorts.append(Cohort(day=day_text(day), count=len(born), kept=kept))
    return cohorts


def _held(steps: list[_Move], day: int) -> bool:
    return [on for when, on, _ in steps if when <= day][-1]
