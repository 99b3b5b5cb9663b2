"""The flow between domains: who crossed which border, which way, and what the crossing was worth.

A person is inside the private domain of an author while following them, and for good once they have bought from them
what was not wholly refunded; inside a middle domain while a member. A crossing is a change from outside to inside or
back, so that a second product of one shop, or a follow of its owner, is none. Who comes in *enters*, or *returns* after
having been inside before; who goes out *leaves* to the public; a *share* carries a post of a middle or private slot
back to the public. Coming in is credited to the last impression in another domain within seven days: of that author's
posts for a follow, of that domain's posts for a join, of that item for an order.
What a crossing is worth is what its follow, join, order or share is worth in the dual LIU: by the policy of the slot it
names or is credited to, nothing once it was taken back, as far as it was not refunded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec
import numpy as np

from lodestone.base.arrays import Floats
from lodestone.events.facts import Facts
from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.events.refunds import taken_back
from lodestone.events.standing import standing_of
from lodestone.insight.credit import ENTRIES, Catalogue, Impressions, shown_of
from lodestone.insight.paths import PathFlow, first_days, paths
from lodestone.insight.window import DOMAIN_WORDS, Span, day_text, outcomes, word_of
from lodestone.insight.worths import Worths

Move = Literal["enter", "return", "leave", "share"]
PUBLIC, MIDDLE, PRIVATE = range(3)
_MOVES: Final[tuple[Move, ...]] = ("enter", "return", "leave", "share")
ENTER, RETURN, LEAVE, SHARE = range(4)
_EDGES: Final = (
    (PRIVATE, (FactKind.FOLLOW, FactKind.UNFOLLOW, FactKind.ORDER)),
    (MIDDLE, (FactKind.JOIN, FactKind.LEAVE)),
)
"""The domain, and the kinds that lead into it and out of it; at one instant in this order, with the ends last."""
_ENDS: Final = (FactKind.UNFOLLOW, FactKind.LEAVE)


class Border(msgspec.Struct, frozen=True, kw_only=True):
    """One border on one day, one way: crossings, the people who made them, what they were worth."""

    day: str
    source: str
    target: str
    by: str
    """`follow`, `join` or `order`; `unfollow` or `leave`; `share`."""
    move: Move
    """`enter` for the first time, `return`, `leave`, or `share` a post back to the public."""
    crossings: int
    people: int
    value_micros: float
    partial: bool
    """The day has not ended: more may cross."""


class CohortFlow(msgspec.Struct, frozen=True, kw_only=True):
    """Those first seen on one day: how many there are, how many crossed this border in the span, how often."""

    day: str
    count: int
    source: str
    target: str
    by: str
    move: Move
    crossings: int
    people: int


class FlowReport(msgspec.Struct, frozen=True, kw_only=True):
    """Crossings per day and border, per cohort and border, whole paths, and crossings that no impression explains."""

    borders: list[Border]
    cohorts: list[CohortFlow]
    paths: list[PathFlow]
    """Of those first seen in the span, whatever domain is asked for."""
    unexplained: int
    """How often somebody came in without an impression in another domain within seven days."""


@dataclass(frozen=True, slots=True)
class Side:
    """A domain whose borders are asked for: one of the three words, or a middle domain by its code."""

    word: int = -1
    """Index in `DOMAIN_WORDS`, -1 for none."""
    code: int = -1
    """Of a middle domain, -1 for none."""

    def is_at(self, word: int, code: int) -> bool:
        """Say whether one end of a border is this domain."""
        return code == self.code if self.code >= 0 else word == self.word


@dataclass(frozen=True, slots=True)
class _Crossing:
    """One change of one person. `place` is the row of its fact."""

    place: int
    person: int
    day: int
    by: FactKind
    move: int
    source: int
    source_code: int
    target: int
    target_code: int
    receipt: int
    """That says what it is worth, -1 for none."""

    @property
    def border(self) -> "_Border":
        return self.day, self.source, self.target, self.by, self.move


_Border: TypeAlias = tuple[int, int, int, FactKind, int]


def flow(
    facts: Facts,
    span: Span,
    today: int,
    catalogue: Catalogue,
    worths: Worths,
    side: Side | None = None,
) -> FlowReport:
    """Find every crossing of a span.

    Args:
        facts: Every fact there is, credited, in any order: whether a crossing is a first one, and what of it was taken
            back, depends on all of them.
        span: The days whose crossings are counted.
        today: The day that has not ended yet.
        catalogue: Whose the items are and where they belong.
        worths: What a crossing is worth in the receipt it is credited to.
        side: Count only the crossings out of this domain and into it; None for all.
    """
    left = taken_back(facts).left_of(facts) * standing_of(facts).counted()
    crossed: dict[_Border, list[tuple[int, float]]] = {}
    unexplained = 0
    for crossing in _crossings(facts, left, span, catalogue):
        enters = side is None or side.is_at(crossing.target, crossing.target_code)
        if crossing.source < 0:
            unexplained += enters
        elif enters or (side is not None and side.is_at(crossing.source, crossing.source_code)):
            micros = (
                0.0
                if crossing.move == LEAVE
                else float(left[crossing.place]) * worths.of(crossing.by, crossing.receipt)
            )
            crossed.setdefault(crossing.border, []).append((crossing.person, micros))
    return FlowReport(
        borders=[
            Border(
                day=day_text(day),
                source=DOMAIN_WORDS[source],
                target=DOMAIN_WORDS[target],
                by=by.name.lower(),
                move=_MOVES[move],
                crossings=len(made),
                people=len({person for person, _ in made}),
                value_micros=round(sum(sorted(micros for _, micros in made)), 3),
                partial=day >= today,
            )
            for (day, source, target, by, move), made in sorted(crossed.items())
        ],
        cohorts=_by_cohort(facts, crossed),
        paths=paths(facts, span, today),
        unexplained=unexplained,
    )


def _crossings(facts: Facts, left: Floats, span: Span, catalogue: Catalogue) -> Iterator[_Crossing]:
    """Find the crossings of a span, one by one; those that nothing explains come from -1."""
    shown = shown_of(facts)
    words = word_of(shown["domain_kind"])
    for domain, kinds in _EDGES:
        changes = _changes(facts, left, catalogue, kinds)
        changes = [
            change for change in changes if span.first <= facts["day"][change[0]] <= span.last
        ]
        elsewhere = Impressions(shown[words != domain], catalogue)
        for kind in (*ENTRIES, *_ENDS):
            mine = [(place, move) for place, move in changes if facts["kind"][place] == kind]
            rows = facts[[place for place, _ in mine]]
            from_row = elsewhere.last(kind, rows) if kind in ENTRIES else np.full(rows.size, -1)
            for (place, move), row in zip(mine, from_row.tolist(), strict=True):
                yield _crossing(facts, place, move, domain, elsewhere.shown, row)
    yield from _shares(facts, span)


def _changes(
    facts: Facts, left: Floats, catalogue: Catalogue, kinds: tuple[FactKind, ...]
) -> list[tuple[int, int]]:
    """Return (row of its fact, move) of every change between outside and inside of one kind of domain."""
    orders = facts["kind"] == FactKind.ORDER
    chosen = np.isin(facts["kind"], kinds) & (facts["person"] >= 0)
    # A sale that was wholly taken back has never been one.
    chosen &= np.where(orders, (facts["item"] >= 0) & (left > 0), facts["target"] >= 0)
    at = np.flatnonzero(chosen)
    rows = facts[at]
    about = rows["target"].copy()
    bought = rows["kind"] == FactKind.ORDER
    about[bought] = catalogue.owner[rows["item"][bought]]
    end = np.isin(rows["kind"], _ENDS)
    order = np.lexsort(
        (
            rows["key"],
            rows["slot"],
            rows["receipt"],
            rows["kind"],
            end,
            rows["time"],
            about,
            rows["person"],
        )
    )
    changes = []
    pair, edge, customer, before = (0, 0), False, False, False
    for place, person, what, kind in zip(
        at[order].tolist(),
        rows["person"][order].tolist(),
        about[order].tolist(),
        rows["kind"][order].tolist(),
        strict=True,
    ):
        if (person, what) != pair:
            pair, edge, customer, before = (person, what), False, False, False
        was_inside = edge or customer
        customer = customer or kind == FactKind.ORDER
        edge = kind not in _ENDS if kind != FactKind.ORDER else edge
        inside = edge or customer
        if inside and not was_inside:
            changes.append((place, RETURN if before else ENTER))
            before = True
        elif was_inside and not inside:
            changes.append((place, LEAVE))
    return changes


def _crossing(
    facts: Facts, place: int, move: int, domain: int, shown: Facts, row: int
) -> _Crossing:
    """Describe a change: where it came from and where it leads."""
    fact = facts[place]
    code = int(fact["target"]) if domain == MIDDLE else -1
    source, source_code, receipt = -1, -1, int(fact["receipt"])
    target, target_code = domain, code
    if move == LEAVE:
        source, source_code, target, target_code = domain, code, PUBLIC, -1
    elif row >= 0:
        source, source_code = (
            int(word_of(shown["domain_kind"][row : row + 1])[0]),
            int(shown["domain"][row]),
        )
        receipt = receipt if receipt >= 0 else int(shown["receipt"][row])
    return _Crossing(
        place=place,
        person=int(fact["person"]),
        day=int(fact["day"]),
        by=FactKind(int(fact["kind"])),
        move=move,
        source=source,
        source_code=source_code,
        target=target,
        target_code=target_code,
        receipt=receipt,
    )


def _shares(facts: Facts, span: Span) -> Iterator[_Crossing]:
    """Find what was shared of middle and private slots: of each person and item the first."""
    chosen = (facts["kind"] == FactKind.SHARE) & outcomes(facts) & (facts["person"] >= 0)
    chosen &= (facts["item"] >= 0) & (facts["domain_kind"] != DomainKind.PUBLIC)
    at = np.flatnonzero(chosen)
    rows = facts[at]
    order = np.lexsort((rows["key"], rows["slot"], rows["receipt"], rows["time"]))
    pairs = np.stack([rows["person"], rows["item"].astype(np.int64)], axis=1)[order]
    _, first = np.unique(pairs, axis=0, return_index=True)
    for place in at[order][np.sort(first)].tolist():
        fact = facts[place]
        if span.first <= fact["day"] <= span.last:
            yield _Crossing(
                place=place,
                person=int(fact["person"]),
                day=int(fact["day"]),
                by=FactKind.SHARE,
                move=SHARE,
                source=int(word_of(facts["domain_kind"][place : place + 1])[0]),
                source_code=int(fact["domain"]),
                target=PUBLIC,
                target_code=-1,
                receipt=int(fact["receipt"]),
            )


def _by_cohort(
    facts: Facts, crossed: Mapping[_Border, list[tuple[int, float]]]
) -> list[CohortFlow]:
    """Count the same crossings by the day on which those who made them were first seen."""
    people, first = first_days(facts)
    day_of = dict(zip(people.tolist(), first.tolist(), strict=True))
    days, sizes = np.unique(first, return_counts=True)
    count = dict(zip(days.tolist(), sizes.tolist(), strict=True))
    by_cohort: dict[_Border, list[int]] = {}
    for border, made in crossed.items():
        for person, _ in made:
            by_cohort.setdefault((day_of[person], *border[1:]), []).append(person)
    return [
        CohortFlow(
            day=day_text(day),
            count=count[day],
            source=DOMAIN_WORDS[source],
            target=DOMAIN_WORDS[target],
            by=by.name.lower(),
            move=_MOVES[move],
            crossings=len(who),
            people=len(set(who)),
        )
        for (day, source, target, by, move), who in sorted(by_cohort.items())
    ]
