"""Retained audience (留量): who was there again d days later, by the day it began.

Three series: people active on day d after they were first seen, followers still following at its end, customers who
bought again on it. A day counts once it has ended by the community's clock; only those count who could have come: whoever
was erased by then, or follows somebody who was, could not.
"""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias

import msgspec
import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.events.refunds import taken_back
from lodestone.insight.window import Span, day_text

RETAINED_DAYS: Final = (1, 7, 30)
_Move: TypeAlias = tuple[int, bool, int]
"""The day of a follow or its end, which of the two, and when."""
_Erased: TypeAlias = Mapping[int, int]
"""The day on which each person was erased."""


class Cohort(msgspec.Struct, frozen=True, kw_only=True):
    """Those who came on one day, and how many of them were there d days later."""

    day: str
    count: int
    partial: bool
    """The day has not ended: more may come."""
    kept: dict[str, int | None]
    """How many were there on `day_1`, `day_7`, `day_30`; null until that day has ended."""
    could: dict[str, int | None]
    """How many of `count` could have been: the denominator of `kept`."""


class Retained(msgspec.Struct, frozen=True, kw_only=True):
    """The three retained series, each by cohort."""

    active: list[Cohort]
    followers: list[Cohort]
    customers: list[Cohort]


def retained(facts: Facts, span: Span, today: int, within: Bools | None = None) -> Retained:
    """Follow each day's cohort through the facts, which must reach back to the beginning.

    Args:
        facts: Every fact there is, refunds and erasures among them.
        span: The days whose cohorts are followed.
        today: The day that has not ended yet.
        within: Shape (facts,). One domain's facts: people active there, followers won there and kept wherever they
            stand, customers of it; None for all.
    """
    gone = facts[facts["kind"] == FactKind.ERASED]
    erased = dict(zip(gone["person"].tolist(), gone["day"].tolist(), strict=True))
    everything = facts[(facts["person"] >= 0) & (facts["kind"] < FactKind.PERSON)]
    here = facts if within is None else facts[within]
    # That money comes back is nothing its buyer does.
    known = here[
        (here["person"] >= 0) & (here["kind"] < FactKind.PERSON) & (here["kind"] != FactKind.REFUND)
    ]
    active = np.stack([known["person"], known["day"].astype(np.int64)], axis=1)
    orders = taken_back(facts).standing(known[known["kind"] == FactKind.ORDER])
    bought = np.stack([orders["person"], orders["day"].astype(np.int64)], axis=1)
    return Retained(
        active=_returning(active, span, today, erased),
        followers=_followers(
            everything, known[known["kind"] == FactKind.FOLLOW], span, today, erased
        ),
        customers=_returning(bought, span, today, erased),
    )


def _cohort(day: int, today: int, could: Mapping[int, Iterable[bool]], count: int) -> Cohort:
    """Count a cohort.

    Args:
        day: Its day.
        today: The day that has not ended yet.
        could: For each d whose day has ended, whether each who could have been there was.
        count: How many there are.
    """
    of = {d: list(people) for d, people in could.items()}
    return Cohort(
        day=day_text(day),
        count=count,
        partial=day >= today,
        kept={f"day_{d}": sum(of[d]) if d in of else None for d in RETAINED_DAYS},
        could={f"day_{d}": len(of[d]) if d in of else None for d in RETAINED_DAYS},
    )


def _ended(day: int, today: int) -> list[int]:
    """Return the d of which a cohort's later day has ended."""
    return [d for d in RETAINED_DAYS if day + d < today]


def _returning(pairs: Ints, span: Span, today: int, erased: _Erased) -> list[Cohort]:
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
            could = {
                d: [(p, day + d) in there for p in people if not _gone(erased, day + d, p)]
                for d in _ended(day, today)
            }
            cohorts.append(_cohort(day, today, could, len(people)))
    return cohorts


def _gone(erased: _Erased, day: int, *people: int) -> bool:
    """Say whether any of some people had been erased by the end of a day."""
    return any(person in erased and erased[person] <= day for person in people)


def _followers(facts: Facts, won: Facts, span: Span, today: int, erased: _Erased) -> list[Cohort]:
    """Cohorts of (person, author) by the day of the first follow; kept: still following at the later day's end.

    Only those whose first follow is among `won` count.
    """
    firsts = set(
        zip(won["person"].tolist(), won["target"].tolist(), won["time"].tolist(), strict=True)
    )
    born_on: dict[int, list[tuple[tuple[int, int], list[_Move]]]] = {}
    for pair, steps in _histories(facts).items():
        first = next((move for move in steps if move[1]), None)
        if first is not None and (*pair, first[2]) in firsts:
            born_on.setdefault(first[0], []).append((pair, steps))
    cohorts = []
    for day in range(span.first, span.last + 1):
        born = born_on.get(day, [])
        if born:
            could = {
                d: [
                    _follows(steps, day + d)
                    for pair, steps in born
                    if not _gone(erased, day + d, *pair)
                ]
                for d in _ended(day, today)
            }
            cohorts.append(_cohort(day, today, could, len(born)))
    return cohorts


def _histories(facts: Facts) -> dict[tuple[int, int], list[_Move]]:
    """Return the follows and their ends of every person and author, in order of time."""
    moves = facts[(facts["kind"] == FactKind.FOLLOW) | (facts["kind"] == FactKind.UNFOLLOW)]
    moves = moves[moves["target"] >= 0]
    # An unfollow at the same instant wins, as in the serving state.
    moves = moves[np.lexsort((moves["kind"] == FactKind.UNFOLLOW, moves["time"]))]
    history: dict[tuple[int, int], list[_Move]] = {}
    for move in moves:
        pair = (int(move["person"]), int(move["target"]))
        step = (int(move["day"]), bool(move["kind"] == FactKind.FOLLOW), int(move["time"]))
        history.setdefault(pair, []).append(step)
    return history


def _follows(steps: list[_Move], day: int) -> bool:
    """Say whether a follow stands at the end of a day on or after the first."""
    return [on for when, on, _ in steps if when <= day][-1]
