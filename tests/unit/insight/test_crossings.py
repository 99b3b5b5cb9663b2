"""The flow between domains: which follow or join is credited to which impression, and what it is worth."""

import numpy as np
import pytest

from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.insight.flow import Side
from lodestone.insight.window import Span
from tests.worlds.report_facts import DAY, facts_of, flow, worths


@pytest.mark.parametrize(
    ("days_before", "domain", "borders"),
    [
        (1, DomainKind.PUBLIC, [("public", "private", 1)]),
        (1, DomainKind.CHANNEL, [("middle", "private", 1)]),
        (1, DomainKind.PRIVATE, []),
        (8, DomainKind.PUBLIC, []),
    ],
)
def test_a_follow_is_credited_to_the_last_impression_of_another_domain_in_seven_days(
    days_before, domain, borders
):
    facts = facts_of(
        {"kind": FactKind.FOLLOW, "day": 20, "person": 1, "target": 77, "time": 20 * DAY},
        {
            "kind": FactKind.IMPRESSION,
            "person": 1,
            "item": 0,
            "domain_kind": domain,
            "time": (20 - days_before) * DAY,
        },
    )

    report = flow(facts, Span(20, 20), np.array([77]), np.full((1, 2), -1), worths(500.0))

    assert [(b.source, b.target, b.crossings) for b in report.borders] == borders
    assert report.unexplained == 1 - len(borders)
    assert [b.value_micros for b in report.borders] == [500.0] * len(borders)


def test_only_the_first_join_crosses():
    facts = facts_of(
        {"kind": FactKind.IMPRESSION, "person": 1, "item": 0, "time": 1},
        {"kind": FactKind.JOIN, "person": 1, "target": 4, "time": 2},
        {"kind": FactKind.JOIN, "person": 1, "target": 4, "time": 3},
    )

    report = flow(facts, Span(0, 0), np.array([77]), np.array([[4, -1]]), worths(500.0))

    assert [(b.source, b.target, b.by, b.crossings) for b in report.borders] == [
        ("public", "middle", "join", 1)
    ]


def test_who_follows_again_after_leaving_returns():
    facts = facts_of(
        {"kind": FactKind.FOLLOW, "day": 1, "person": 1, "target": 77},
        {"kind": FactKind.UNFOLLOW, "day": 2, "person": 1, "target": 77},
        {"kind": FactKind.IMPRESSION, "day": 19, "person": 1, "item": 0},
        {"kind": FactKind.FOLLOW, "day": 20, "person": 1, "target": 77},
    )
    owner, domains = np.array([77]), np.full((1, 2), -1)

    report = flow(facts, Span(0, 20), owner, domains, worths(500.0))

    assert [(b.source, b.target, b.by, b.move, b.value_micros) for b in report.borders] == [
        ("private", "public", "unfollow", "leave", 0.0),
        ("public", "private", "follow", "return", 500.0),
    ]
    assert report.unexplained == 1


def test_the_flow_is_told_by_cohort_too():
    facts = facts_of(
        {"kind": FactKind.CLICK, "day": 3, "person": 1},
        {"kind": FactKind.CLICK, "day": 3, "person": 2},
        {"kind": FactKind.IMPRESSION, "day": 19, "person": 1, "item": 0},
        {"kind": FactKind.IMPRESSION, "day": 19, "person": 1, "item": 1},
        {"kind": FactKind.FOLLOW, "day": 20, "person": 1, "target": 77},
        {"kind": FactKind.FOLLOW, "day": 20, "person": 1, "target": 78},
    )

    (cohort,) = flow(
        facts, Span(20, 20), np.array([77, 78]), np.full((2, 2), -1), worths(500.0)
    ).cohorts

    assert (cohort.day, cohort.count) == ("1970-01-04", 2)
    assert (cohort.source, cohort.target, cohort.by) == ("public", "private", "follow")
    assert (cohort.crossings, cohort.people) == (2, 1)


def test_a_crossing_is_worth_what_the_policy_of_the_impression_it_is_credited_to_says():
    facts = facts_of(
        {"kind": FactKind.IMPRESSION, "person": 1, "item": 0, "receipt": 99, "time": 1},
        {"kind": FactKind.IMPRESSION, "person": 2, "item": 0, "receipt": 99, "time": 1},
        {"kind": FactKind.IMPRESSION, "person": 2, "item": 0, "receipt": 100, "time": 2},
        {"kind": FactKind.FOLLOW, "person": 1, "target": 77, "time": 3},
        {"kind": FactKind.FOLLOW, "person": 2, "target": 77, "time": 3},
    )
    owner, domains = np.array([77]), np.full((1, 2), -1)

    (border,) = flow(facts, Span(0, 0), owner, domains, worths(500.0, 30.0)).borders

    assert (border.people, border.value_micros) == (2, 530.0)


@pytest.mark.parametrize(
    ("side", "borders", "unexplained"),
    [
        (None, [("public", "middle"), ("public", "private"), ("middle", "private")], 2),
        (Side(word=0), [("public", "middle"), ("public", "private")], 0),
        (Side(word=1), [("public", "middle"), ("middle", "private")], 1),
        (Side(word=2), [("public", "private"), ("middle", "private")], 1),
        (Side(code=4), [("public", "middle")], 0),
        (Side(code=5), [("middle", "private")], 1),
    ],
)
def test_a_domains_flow_is_what_leads_into_it_and_out_of_it(side, borders, unexplained):
    channel = {"domain_kind": DomainKind.CHANNEL, "domain": 5}
    facts = facts_of(
        {"kind": FactKind.IMPRESSION, "person": 1, "item": 0, "domain": -1, "time": 1},
        {"kind": FactKind.IMPRESSION, "person": 2, "item": 0, **channel, "time": 1},
        {"kind": FactKind.FOLLOW, "person": 1, "target": 77, "time": 3},
        {"kind": FactKind.FOLLOW, "person": 2, "target": 77, "time": 3},
        {"kind": FactKind.JOIN, "person": 1, "target": 4, "time": 3},
        {"kind": FactKind.JOIN, "person": 3, "target": 5, "time": 3},
        {"kind": FactKind.FOLLOW, "person": 3, "target": 77, "time": 3},
    )

    report = flow(facts, Span(0, 0), np.array([77]), np.array([[4, -1]]), worths(500.0), side)

    assert [(b.source, b.target) for b in report.borders] == borders
    assert report.unexplained == unexplained
