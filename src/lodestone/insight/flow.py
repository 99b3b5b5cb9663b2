"""The flow between domains: who crossed which border, and what the crossing was worth.

A crossing is the first follow, join or order of a person within seven days of an impression in another
domain, credited to the last such impression: of that author's posts for a follow, of that domain's posts
for a join, of that item for an order. A follow and an order lead into the private domain, a join into the middle
one. What it was worth is said by the policy under which that impression was decided; an order counts as far as it was not
refunded, and not at all when nothing is left of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import msgspec
import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import Kind
from lodestone.events.refunds import taken_back
from lodestone.insight.liu import day_text, versions_in_force
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


@dataclass(frozen=True, slots=True)
class Worths:
    """What outcomes are worth by the policy under which a receipt was decided."""

    by_version: Mapping[int, Floats]
    """Policy version to worths, shape (outcomes,), micros."""
    first_receipts: Ints
    """Shape (versions,), ascending. The first receipt decided under each version."""
    versions: Ints

    def of(self, kind: Kind, receipt: int) -> float:
        """Return the micros of one follow, join or order that a receipt led to."""
        version = versions_in_force(np.array([receipt]), self.first_receipts, self.versions)[0]
        # A member is won as a follower is.
        outcome = Kind.FOLLOW if kind == Kind.JOIN else kind
        return float(self.by_version[int(version)][outcome])


@dataclass(frozen=True, slots=True)
class Side:
    """A domain whose borders are asked for: one of the three words, or a middle domain by its code."""

    word: int = -1
    """Index in `DOMAIN_WORDS`, -1 for none."""
    code: int = -1
    """Of a middle domain, -1 for none."""

    def enters(self, kind: Kind, target: int) -> bool:
        """Say whether a follow, join or order leads into this domain."""
        if self.code >= 0:
            return kind == Kind.JOIN and target == self.code
        return _INTO[kind] == self.word

    def leaves(self, word: int, code: int) -> bool:
        """Say whether an impression lay in this domain."""
        return code == self.code if self.code >= 0 else word == self.word


class _Shown(NamedTuple):
    """An impression that a crossing may be credited to; the latest is the greatest."""

    time: int
    word: int
    receipt: int
    code: int


class _Crossing(NamedTuple):
    """Who crossed, and what it was worth."""

    person: int
    micros: float


_Border: TypeAlias = tuple[int, int, int, Kind]
"""Day, source and target as words, and by what."""
_Index: TypeAlias = dict[tuple[int, int], list[_Shown]]


def flow(
    facts: Facts,
    span: Span,
    owner_of_item: Ints,
    domains_of_item: Ints,
    worths: Worths,
    side: Side | None = None,
) -> FlowReport:
    """Find every crossing of a span.

    Args:
        facts: Every fact up to the span's end, in any order: only a first crossing counts, however long ago.
        span: The days whose crossings are counted.
        owner_of_item: Shape (items,). The author's ordinal of each item row.
        domains_of_item: Shape (items, kept). Codes of the domains each item row belongs to, -1 padded.
        worths: What a crossing is worth in the receipt it is credited to.
        side: Count only the crossings out of this domain and into it; None for all.
    """
    indexes = _indexes(facts, span, owner_of_item, domains_of_item)
    found: dict[_Border, list[_Crossing]] = {}
    unexplained = 0
    back = taken_back(facts)
    for kind, index in indexes.items():
        target = "item" if kind == Kind.ORDER else "target"
        firsts = _firsts(back.standing(facts[facts["kind"] == kind]), target)
        for fact, left in zip(firsts, back.left_of(firsts).tolist(), strict=True):
            if not span.first <= fact["day"] <= span.last:
                continue
            enters = side is None or side.enters(kind, int(fact[target]))
            shown = _credited(index, fact, int(fact[target]), _INTO[kind])
            if shown is None:
                unexplained += enters
            elif side is None or enters or side.leaves(shown.word, shown.code):
                border = (int(fact["day"]), shown.word, _INTO[kind], kind)
                crossing = _Crossing(int(fact["person"]), left * worths.of(kind, shown.receipt))
                found.setdefault(border, []).append(crossing)
    return FlowReport(
        borders=[
            Border(
                day=day_text(day),
                source=DOMAIN_WORDS[source],
                target=DOMAIN_WORDS[into],
                by=kind.name.lower(),
                crossings=len(made),
                people=len({one.person for one in made}),
                value_micros=round(sum(one.micros for one in made), 3),
            )
            for (day, source, into, kind), made in sorted(found.items())
        ],
        cohorts=_by_cohort(facts, found),
        unexplained=unexplained,
    )


def _indexes(
    facts: Facts, span: Span, owner_of_item: Ints, domains_of_item: Ints
) -> dict[Kind, _Index]:
    """Group the impressions that may have led to each kind of crossing."""
    crossing = span.holds(facts["day"]) & np.isin(facts["kind"], list(_INTO))
    since = int(facts["time"][crossing].min()) - CROSSING_MICROS if crossing.any() else 0
    recent = facts["time"] >= since
    shown = facts[impressions(facts) & recent & (facts["person"] >= 0)]
    by_domain: _Index = {}
    for column in range(domains_of_item.shape[1]):
        codes = domains_of_item[shown["item"], column]
        for key, entries in _last_by(shown[codes >= 0], codes[codes >= 0]).items():
            by_domain.setdefault(key, []).extend(entries)
    return {
        Kind.FOLLOW: _last_by(shown, owner_of_item[shown["item"]]),
        Kind.JOIN: by_domain,
        Kind.ORDER: _last_by(shown, shown["item"].astype(np.int64)),
    }


def _by_cohort(facts: Facts, found: Mapping[_Border, list[_Crossing]]) -> list[CohortFlow]:
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
    crossed: dict[_Border, list[int]] = {}
    for (_, source, into, kind), made in found.items():
        for one in made:
            cohort = (day_of[one.person], source, into, kind)
            crossed.setdefault(cohort, []).append(one.person)
    return [
        CohortFlow(
            day=day_text(day), count=count[day], source=DOMAIN_WORDS[source], target=DOMAIN_WORDS[into],
            by=kind.name.lower(), crossings=len(who), people=len(set(who)),
        )
        for (day, source, into, kind), who in sorted(crossed.items())
    ]  # fmt: skip


def _last_by(shown: Facts, what: Ints) -> _Index:
    """Group impressions by (person, what)."""
    index: _Index = {}
    words = word_of(shown["domain_kind"])
    rows = zip(
        shown["person"].tolist(), what.tolist(), shown["time"].tolist(), words.tolist(),
        shown["receipt"].tolist(), shown["domain"].tolist(), strict=True,
    )  # fmt: skip
    for person, key, *entry in rows:
        index.setdefault((person, key), []).append(_Shown(*entry))
    return index


def _firsts(facts: Facts, target: str) -> Facts:
    """Keep each (person, target)'s first fact."""
    facts = facts[np.argsort(facts["time"], kind="stable")]
    pairs = np.stack([facts["person"], facts[target].astype(np.int64)], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    return facts[np.sort(first)]


def _credited(index: _Index, fact: np.void, target: int, into: int) -> _Shown | None:
    """Return the last impression in another domain within seven days."""
    time = int(fact["time"])
    entries = [
        shown
        for shown in index.get((int(fact["person"]), target), ())
        if time - CROSSING_MICROS <= shown.time <= time and shown.word != into
    ]
    return max(entries) if entries else None
