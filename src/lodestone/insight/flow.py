"""The flow between domains: who crossed which border, and what the crossing was worth.

A crossing is the first follow, join or order of a person within seven days of an impression in another
domain, credited to the last such impression: of that author's posts for a follow, of that domain's posts
for a join, of that item for an order. A follow and an order lead into the private domain, a join into the middle one.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import Kind
from lodestone.insight.liu import day_text
from lodestone.insight.window import DOMAIN_WORDS, Span, impressions, word_of

CROSSING_MICROS: Final = 7 * 86_400 * 1_000_000
_INTO: Final = {Kind.FOLLOW: 2, Kind.ORDER: 2, Kind.JOIN: 1}


class Border(msgspec.Struct, frozen=True, kw_only=True):
    """One border on one day: crossings, the people who made them, what they were worth."""

    day: str
    source: str
    target: str
    by: str
    """`follow`, `join` or `order`."""
    crossings: int
    people: int
    value_micros: float


class CohortFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Those first seen on one day: how many there are, how many crossed this border in the span, how often."""

    day: str
    count: int
    source: str
    target: str
    by: str
    crossings: int
    people: int


class FlowReport(msgspec.Struct, frozen=True, kw_only=True):
    """Crossings per day and border, per cohort and border, and those that no impression explains."""

    borders: list[Border]
    cohorts: list[CohortFlow]
    unexplained: int


def flow(
    facts: Facts,
    span: Span,
    owner_of_item: Ints,
    domains_of_item: Ints,
    worth: Mapping[Kind, float],
) -> FlowReport:
    """Find every crossing of a span.

    Args:
        facts: Every fact up to the span's end, in any order: only a first crossing counts, however long ago.
        span: The days whose crossings are counted.
        owner_of_item: Shape (items,). The author's ordinal of each item row.
        domains_of_item: Shape (items, kept). Codes of the domains each item row belongs to, -1 padded.
        worth: Micros of one follow, join or order.
    """
    crossing = span.holds(facts["day"]) & np.isin(facts["kind"], list(_INTO))
    since = int(facts["time"][crossing].min()) - CROSSING_MICROS if crossing.any() else 0
    recent = facts["time"] >= since
    shown = facts[impressions(facts) & recent & (facts["person"] >= 0)]
    by_author = _last_by(shown, owner_of_item[shown["item"]])
    by_item = _last_by(shown, shown["item"].astype(np.int64))
    by_domain: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for column in range(domains_of_item.shape[1]):
        codes = domains_of_item[shown["item"], column]
        for key, entries in _last_by(shown[codes >= 0], codes[codes >= 0]).items():
            by_domain.setdefault(key, []).extend(entries)
    found: dict[tuple[int, int, int, Kind], list[int]] = {}
    unexplained = 0
    for kind, index in ((Kind.FOLLOW, by_author), (Kind.JOIN, by_domain), (Kind.ORDER, by_item)):
        target = "item" if kind == Kind.ORDER else "target"
        for fact in _firsts(facts[facts["kind"] == kind], target):
            if not span.first <= fact["day"] <= span.last:
                continue
            source = _credited(index, fact, int(fact[target]), _INTO[kind])
            if source is None:
                unexplained += 1
            else:
                border = (int(fact["day"]), source, _INTO[kind], kind)
                found.setdefault(border, []).append(int(fact["person"]))
    return FlowReport(
        borders=[
            Border(
                day=day_text(day),
                source=DOMAIN_WORDS[source],
                target=DOMAIN_WORDS[into],
                by=kind.name.lower(),
                crossings=len(people),
                people=len(set(people)),
                value_micros=round(len(people) * worth.get(kind, 0.0), 3),
            )
            for (day, source, into, kind), people in sorted(found.items())
        ],
        cohorts=_by_cohort(facts, found),
        unexplained=unexplained,
    )


def _by_cohort(
    facts: Facts, found: Mapping[tuple[int, int, int, Kind], list[int]]
) -> list[CohortFlow]:
    """Count the same crossings by the day on which those who made them were first seen."""
    known = facts[facts["person"] >= 0]
    if not known.size:
        return []
    people, inverse = np.unique(known["person"], return_inverse=True)
    first = np.full(people.size, np.iinfo(np.int64).max)
    np.minimum.at(first, inverse.reshape(-1), known["day"].astype(np.int64))
    day_of = dict(zip(people.tolist(), first.tolist(), strict=True))
    days, sizes = np.unique(first, return_counts=True)
    count = dict(zip(days.tolist(), sizes.tolist(), strict=True))
    crossed: dict[tuple[int, int, int, Kind], list[int]] = {}
    for (_, source, into, kind), who in found.items():
        for person in who:
            crossed.setdefault((day_of[person], source, into, kind), []).append(person)
    return [
        CohortFlow(
            day=day_text(day), count=count[day], source=DOMAIN_WORDS[source], target=DOMAIN_WORDS[into],
            by=kind.name.lower(), crossings=len(who), people=len(set(who)),
        )
        for (day, source, into, kind), who in sorted(crossed.items())
    ]  # fmt: skip


def _last_by(shown: Facts, what: Ints) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Group impressions by (person, what) into (time, domain word) lists."""
    index: dict[tuple[int, int], list[tuple[int, int]]] = {}
    words = word_of(shown["domain_kind"])
    rows = zip(
        shown["person"].tolist(), what.tolist(), shown["time"].tolist(), words.tolist(), strict=True
    )
    for person, key, time, word in rows:
        index.setdefault((person, key), []).append((time, word))
    return index


def _firsts(facts: Facts, target: str) -> Facts:
    """Keep each (person, target)'s first fact."""
    facts = facts[np.argsort(facts["time"], kind="stable")]
    pairs = np.stack([facts["person"], facts[target].astype(np.int64)], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    return facts[np.sort(first)]


def _credited(
    index: dict[tuple[int, int], list[tuple[int, int]]], fact: np.void, target: int, into: int
) -> int | None:
    """Return the domain word of the last impression in another domain within seven days."""
    time = int(fact["time"])
    entries = [
        (when, word)
        for when, word in index.get((int(fact["person"]), target), ())
        if time - CROSSING_MICROS <= when <= time and word != into
    ]
    return max(entries)[1] if entries else None
