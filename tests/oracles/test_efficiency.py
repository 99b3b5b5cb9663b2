"""Efficiency equals its plain definition over the list of facts, whatever order they came in."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.outcomes import OUTCOME_COUNT, Kind
from lodestone.insight.liu import efficiency
from lodestone.insight.window import Span
from tests.oracles.facts import DAYS, array, logs

FIRST, VERSIONS = np.array([0, 8]), np.array([1, 2])
"""Policy 2 decided the receipts from 8 on."""
IMPRESSIONS = ("impressions", "people")


def impressions_by_hand(facts, day, word):
    """Count a day's organic impressions in a domain, and the people who had them."""
    seen = [fact for fact in facts if fact.counts and fact.day == day and fact.word == word]
    return {"impressions": len(seen), "people": len({fact.person for fact in seen})}


@settings(max_examples=60, deadline=None)
@given(logs())
def test_impressions_of_a_day_are_those_counted_by_hand(facts):
    worths = {1: np.zeros(OUTCOME_COUNT), 2: np.zeros(OUTCOME_COUNT)}

    rows = efficiency(array(facts), Span(0, DAYS), DAYS, worths, FIRST, VERSIONS)

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
    worths = {1: np.zeros(OUTCOME_COUNT), 2: np.zeros(OUTCOME_COUNT)}
    early = [fact for fact in facts if fact.day <= day]
    for some in (facts, early):
        assert all(fact.kind < Kind.PERSON for fact in some)

    whole, known = (
        efficiency(array(some), Span(0, day), DAYS, worths, FIRST, VERSIONS)
        for some in (facts, early)
    )

    assert [(row.impressions, row.people) for row in whole] == [(row.impressions, row.people) for row in known]  # fmt: skip
