"""The flow between domains equals its plain definition, and its parts add up."""

from collections import Counter, defaultdict
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.facts import FLAG_DECISION
from lodestone.events.outcomes import FactKind
from lodestone.insight.credit import credited
from lodestone.insight.flow import Side, flow
from lodestone.insight.window import Span, day_text
from tests.oracles.edges import ENDS, in_order, leads_to, lives, slot_of, stands
from tests.oracles.facts import DAYS, array, owner_of
from tests.oracles.worths import catalogue, micros_of, worths

WHOLE = Span(0, DAYS)
INTO = {FactKind.FOLLOW: "private", FactKind.ORDER: "private", FactKind.JOIN: "middle"}
PRIVATE, MIDDLE = (
    (FactKind.FOLLOW, FactKind.UNFOLLOW, FactKind.ORDER),
    (FactKind.JOIN, FactKind.LEAVE),
)


def changes_by_hand(facts, kinds):
    """Return (fact, move) for every change between outside and inside, of each person and private or middle domain."""
    domains = defaultdict(list)
    for fact in facts:
        sold = fact.kind == FactKind.ORDER
        if fact.person >= 0 and fact.kind in kinds and (not sold or stands(facts, fact)):
            domains[fact.person, owner_of(fact.item) if sold else fact.target].append(fact)
    changes = []
    for moves in domains.values():
        moves.sort(
            key=lambda f: (f.time, f.kind in ENDS.values(), f.kind, f.receipt, f.slot, f.key)
        )
        inside = [False]
        for at, fact in enumerate(moves, 1):
            edges = [f for f in moves[:at] if f.kind != FactKind.ORDER]
            bought = any(f.kind == FactKind.ORDER for f in moves[:at])
            inside.append(bought or (bool(edges) and edges[-1].kind not in ENDS.values()))
            if inside[-1] != inside[-2]:
                came = "return" if any(inside[:-1]) else "enter"
                changes.append((fact, came if inside[-1] else "leave"))
    return changes


def flow_by_hand(facts):
    """Return the crossings as (border, person, micros), and how many come from nowhere that is known."""
    crossed, unexplained = [], 0
    for fact, move in changes_by_hand(facts, PRIVATE) + changes_by_hand(facts, MIDDLE):
        day, by = day_text(fact.day), fact.kind.name.lower()
        if move == "leave":
            source = "private" if by == "unfollow" else "middle"
            crossed.append(((day, source, "public", by, move), fact.person, 0))
            continue
        into = INTO[fact.kind]
        seen = [f for f in facts if leads_to(f, fact) and f.word != into]
        last = max(seen, key=lambda f: (f.time, f.receipt, f.slot), default=None)
        if last is None:
            unexplained += 1
            continue
        slot = fact if fact.receipt >= 0 else slot_of(facts, fact) or last
        micros = stands(facts, fact) * micros_of(fact, slot.receipt)
        crossed.append(((day, last.word, into, by, move), fact.person, micros))
    shares = [
        f for f in facts if f.kind == FactKind.SHARE and f.flags & FLAG_DECISION and f.person >= 0
    ]
    shares = [fact for fact in shares if fact.word != "public"]
    for fact in shares:
        if fact == in_order(f for f in shares if (f.person, f.item) == (fact.person, fact.item))[0]:
            border = (day_text(fact.day), fact.word, "public", "share", "share")
            crossed.append((border, fact.person, micros_of(fact, fact.receipt)))
    return crossed, unexplained


def reported(facts, side=None, span=WHOLE):
    rows, items = array(facts), catalogue()
    return flow(credited(rows, items), span, DAYS, items, worths(), side)


def border_of(row):
    return row.day, row.source, row.target, row.by, row.move


@settings(max_examples=80, deadline=None)
@given(lives())
def test_the_flow_is_that_counted_by_hand(facts):
    crossed, unexplained = flow_by_hand(facts)
    report = reported(facts)

    count = Counter(border for border, _, _ in crossed)
    assert {border_of(row): row.crossings for row in report.borders} == count
    for row in report.borders:
        mine = [(person, micros) for border, person, micros in crossed if border == border_of(row)]
        assert row.people == len({person for person, _ in mine})
        assert row.value_micros == round(sum(micros for _, micros in mine), 3)
    assert report.unexplained == unexplained


@settings(max_examples=40, deadline=None)
@given(lives(), st.integers(0, DAYS))
def test_the_parts_of_a_flow_add_up(facts, cut):
    """Two spans make the whole, cohorts make the borders, and each border is on two of the three sides."""
    whole = reported(facts)
    parts = [reported(facts, span=Span(0, cut)), reported(facts, span=Span(cut + 1, DAYS))]
    sides = [reported(facts, Side(word=word)) for word in range(3)]

    rows = [row for part in parts for row in part.borders]
    assert whole.borders == rows
    assert whole.unexplained == sum(part.unexplained for part in parts)
    assert sum(row.crossings for row in whole.cohorts) == sum(row.crossings for row in rows)
    assert 2 * len(rows) == sum(len(side.borders) for side in sides)
    assert whole.unexplained == sum(side.unexplained for side in sides)


@settings(max_examples=60, deadline=None)
@given(lives())
def test_paths_are_those_walked_by_hand(facts):
    known = [fact for fact in facts if fact.person >= 0 and fact.kind < FactKind.PERSON]
    steps = {
        "public": lambda f: f.counts and f.word == "public",
        "middle": lambda f: f.kind == FactKind.JOIN or (f.counts and f.word == "middle"),
        "private": lambda f: f.kind == FactKind.FOLLOW,
        "customer": lambda f: f.kind == FactKind.ORDER and stands(facts, f),
    }
    walked = defaultdict(list)
    for person in {fact.person for fact in known}:
        mine = [fact for fact in known if fact.person == person]
        reached = []
        for at, (name, step) in enumerate(steps.items()):
            times = [fact.time for fact in mine if step(fact)]
            reached += [(min(times), at, name)] if times else []
        reached.sort()
        hours = [(time - reached[0][0]) / 3.6e9 for time, _, _ in reached]
        walked[day_text(min(f.day for f in mine)), tuple(name for _, _, name in reached)].append(
            hours
        )

    report = reported(facts).paths

    people = {(one.day, tuple(one.stages)): one.people for one in report}
    assert people == {path: len(hours) for path, hours in walked.items()}
    for one in report:
        hours = walked[one.day, tuple(one.stages)]
        assert one.hours == [round(median(column), 3) for column in zip(*hours, strict=True)]
        assert one.count == sum(row.people for row in report if row.day == one.day)
