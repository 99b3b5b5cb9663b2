"""Efficiency equals its plain definition over the list of facts, whatever order they came in."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import OUTCOME_COUNT, FactKind
from lodestone.insight.credit import credited
from lodestone.insight.liu import efficiency
from lodestone.insight.window import Span, day_text
from tests.oracles.edges import lives, slot_of, stands
from tests.oracles.facts import DAYS, array, logs
from tests.oracles.worths import catalogue, micros_of, worths

IMPRESSIONS = ("impressions", "people")


def reported(facts, span):
    rows, items = array(facts), catalogue()
    return efficiency(credited(rows, items), span, DAYS, worths(), items)


def impressions_by_hand(facts, day, word):
    """Count a day's organic impressions in a domain, and the people who had them."""
    seen = [fact for fact in facts if fact.counts and fact.day == day and fact.word == word]
    return {"impressions": len(seen), "people": len({fact.person for fact in seen})}


@settings(max_examples=60, deadline=None)
@given(logs())
def test_impressions_of_a_day_are_those_counted_by_hand(facts):
    rows = reported(facts, Span(0, DAYS))

    assert len(rows) == 3 * (DAYS + 1)
    days = [day for day in range(DAYS + 1) for _ in range(3)]
    for row, day in zip(rows, days, strict=True):
        expected = impressions_by_hand(facts, day, row.domain)
        assert {name: getattr(row, name) for name in IMPRESSIONS} == expected
    assert sum(row.impressions for row in rows) == sum(bool(fact.counts) for fact in facts)


@settings(max_examples=30, deadline=None)
@given(logs(), st.integers(0, DAYS))
def test_later_facts_change_no_earlier_day(facts, day):
    """What happened after a day says nothing of its impressions."""
    early = [fact for fact in facts if fact.day <= day]
    for some in (facts, early):
        assert all(fact.kind < FactKind.PERSON for fact in some)

    whole, known = (reported(some, Span(0, day)) for some in (facts, early))

    assert [(row.impressions, row.people) for row in whole] == [(row.impressions, row.people) for row in known]  # fmt: skip


def largest(facts, fact):
    """Say whether a watch is the one of its slot that counts: the largest, of those the first."""
    mine = [f for f in facts if f.kind == FactKind.WATCH and (f.receipt, f.slot) == (fact.receipt, fact.slot)]  # fmt: skip
    return fact == max(mine, key=lambda f: (f.value, -f.time, f.key))


def values_by_hand(facts):
    """Return what every day and domain brought, in micros: each outcome that stands, in the slot it is credited to."""
    values = defaultdict(float)
    for fact in facts:
        if fact.kind >= OUTCOME_COUNT and fact.kind != FactKind.JOIN:
            continue
        slot = slot_of(facts, fact)
        if slot is not None and (fact.kind != FactKind.WATCH or largest(facts, fact)):
            micros = micros_of(fact, slot.receipt)
            values[day_text(fact.day), slot.word] += stands(facts, fact) * micros
    return values


@settings(max_examples=80, deadline=None)
@given(lives())
def test_the_value_of_a_day_is_that_counted_by_hand(facts):
    values = values_by_hand(facts)

    for row in reported(facts, Span(0, DAYS)):
        value = values[row.day, row.domain]
        assert row.value_micros == round(value, 3)
        assert row.efficiency_micros == (round(value * 1000 / row.impressions, 3) if row.impressions else None)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(lives(), st.integers(0, DAYS))
def test_two_spans_make_the_whole(facts, cut):
    parts = [reported(facts, Span(0, cut)), reported(facts, Span(cut + 1, DAYS))]

    assert reported(facts, Span(0, DAYS)) == [row for part in parts for row in part]
