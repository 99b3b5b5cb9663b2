"""Reports say what the facts say: value by the policy in force, prices of promises, cohorts that stay."""

import msgspec
import numpy as np
import pytest

from lodestone.events.facts import FLAG_DECISION, FLAG_HISTORY, refund_value
from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.insight.prices import history
from lodestone.insight.retained import retained
from lodestone.insight.window import Span, once
from lodestone.insight.worths import Worths
from lodestone.traffic.policy import Policy, Promise
from lodestone.traffic.pricer import PricerState
from lodestone.traffic.prices import PriceVector
from tests.worlds.report_facts import DAY, efficiency, facts_of, flow


def test_efficiency_is_outcomes_times_worths_of_the_policy_in_force_per_thousand_impressions():
    facts = facts_of(
        {"kind": FactKind.IMPRESSION, "day": 5, "person": 1, "receipt": 100},
        {"kind": FactKind.IMPRESSION, "day": 5, "person": 2, "receipt": 100},
        {"kind": FactKind.LIKE, "day": 5, "person": 1, "receipt": 100},
        {"kind": FactKind.LIKE, "day": 5, "person": 2, "receipt": 200},
        {"kind": FactKind.WATCH, "day": 5, "person": 2, "receipt": 200, "value": 30_000},
    )
    old, new = np.zeros(13), np.zeros(13)
    old[FactKind.LIKE], new[FactKind.LIKE], new[FactKind.WATCH] = 1_000.0, 3_000.0, 600.0

    rows = efficiency(facts, Span(5, 5), 20, {1: old, 2: new}, np.array([0, 150]), np.array([1, 2]))

    public = rows[0]
    assert (public.domain, public.impressions, public.people) == ("public", 2, 2)
    assert public.value_micros == 1_000 + 3_000 + 300
    assert public.efficiency_micros == 4_300 * 1000 / 2
    assert not public.provisional
    assert [row.efficiency_micros for row in rows[1:]] == [None, None]


def test_the_error_of_efficiency_is_that_of_the_mean_over_impressions():
    shown = [{"kind": FactKind.IMPRESSION, "day": 5, "receipt": 1, "slot": n} for n in (1, 2, 3, 4)]
    liked = [
        {"kind": FactKind.LIKE, "day": 5, "receipt": 1, "slot": 1},
        {"kind": FactKind.CLICK, "day": 5, "receipt": 1, "slot": 1},
        {"kind": FactKind.LIKE, "day": 5, "receipt": 1, "slot": 2},
    ]
    worths = np.zeros(13)
    worths[FactKind.LIKE], worths[FactKind.CLICK] = 2_000.0, 1_000.0

    rows = efficiency(
        facts_of(*shown, *liked), Span(5, 5), 9, {1: worths}, np.array([0]), np.array([1])
    )

    per_impression = np.array([3_000.0, 2_000.0, 0.0, 0.0])
    expected = 1000 * per_impression.std(ddof=1) / 2
    assert rows[0].error_micros == round(expected, 3)
    assert rows[1].error_micros is None


def vectors(*steps):
    """Price vectors by version, as the log gives them: (time, price, delivered) of bit 1."""
    kept = {}
    for version, (time, price, delivered) in enumerate(steps, 1):
        prices = tuple(price if bit == 1 else 0.0 for bit in range(64))
        vector = PriceVector(
            version=version, time=time, prices=prices, signs=(0,) * 64, gini=0.0, slot_value=1.0
        )
        shares = tuple(delivered if bit == 1 else 0.0 for bit in range(64))
        kept[version] = msgspec.msgpack.encode(PricerState(vector=vector, delivered=shares))
    return kept


LOCAL = Promise(id="near", kind="local_share", target=0.2)


def test_a_promises_history_begins_at_the_first_step_of_its_span():
    kept = vectors((0, 1.0, 0.1), (DAY, 2.0, 0.2), (2 * DAY, 3.0, 0.3))

    told = history(kept.get, 3, DAY, [(0, Policy(promises=(LOCAL,)))])

    assert [(p.version, p.price_micros, p.delivered) for p in told[0].points] == [
        (2, 2.0, 0.2), (3, 3.0, 0.3),
    ]  # fmt: skip
    assert told[0].points[0].time == "1970-01-02T00:00:00.000Z"


def test_a_promise_has_no_history_before_the_policy_that_made_it():
    kept = vectors((0, 1.0, 0.1), (DAY, 2.0, 0.2))
    before, after = Policy(), Policy(promises=(LOCAL,))

    told = history(kept.get, 2, 0, [(0, before), (DAY, after)])

    assert [(one.id, [p.version for p in one.points]) for one in told] == [("near", [2])]


def test_without_a_step_or_with_a_lost_one_a_history_is_shorter():
    policies = [(0, Policy(promises=(LOCAL,)))]
    kept = vectors((0, 1.0, 0.1), (DAY, 2.0, 0.2))
    del kept[2]

    assert history(kept.get, None, 0, policies)[0].points == []
    assert [p.version for p in history(kept.get, 2, 0, policies)[0].points] == [1]


def test_a_day_within_the_lateness_window_is_provisional():
    rows = efficiency(facts_of(), Span(5, 13), 12, {}, np.array([0]), np.array([1]))

    assert [row.provisional for row in rows[::3]] == [False] + [True] * 8


def test_history_is_no_impression_of_ours():
    facts = facts_of({"kind": FactKind.IMPRESSION, "day": 5, "flags": FLAG_DECISION | FLAG_HISTORY})

    rows = efficiency(facts, Span(5, 5), 9, {1: np.zeros(13)}, np.array([0]), np.array([1]))

    assert sum(row.impressions for row in rows) == 0


def test_a_growing_watch_counts_its_largest_once():
    facts = facts_of(
        {"kind": FactKind.WATCH, "receipt": 1, "slot": 2, "value": 4_000},
        {"kind": FactKind.WATCH, "receipt": 1, "slot": 2, "value": 9_000},
        {"kind": FactKind.WATCH, "receipt": 1, "slot": 3, "value": 1_000},
        {"kind": FactKind.LIKE, "receipt": 1, "slot": 2},
    )

    kept = facts[once(facts)]

    assert sorted(kept["value"][kept["kind"] == FactKind.WATCH].tolist()) == [1_000, 9_000]
    assert kept.size == 3


def test_people_active_on_a_later_day_are_kept_and_the_future_is_null():
    facts = facts_of(
        {"kind": FactKind.CLICK, "day": 1, "person": 1},
        {"kind": FactKind.CLICK, "day": 1, "person": 2},
        {"kind": FactKind.CLICK, "day": 2, "person": 1},
        {"kind": FactKind.CLICK, "day": 8, "person": 2},
    )

    (cohort,) = retained(facts, Span(1, 1), today=9).active

    assert (cohort.count, cohort.kept) == (2, {"day_1": 1, "day_7": 1, "day_30": None})


def test_a_follower_who_left_is_not_kept():
    facts = facts_of(
        {"kind": FactKind.FOLLOW, "day": 1, "person": 1, "target": 9},
        {"kind": FactKind.FOLLOW, "day": 1, "person": 2, "target": 9},
        {"kind": FactKind.UNFOLLOW, "day": 3, "person": 2, "target": 9},
    )

    (cohort,) = retained(facts, Span(1, 1), today=10).followers

    assert (cohort.count, cohort.kept) == (2, {"day_1": 2, "day_7": 1, "day_30": None})


def test_a_domains_followers_are_those_won_there_and_kept_wherever_they_left():
    facts = facts_of(
        {
            "kind": FactKind.FOLLOW,
            "day": 1,
            "person": 1,
            "target": 9,
            "domain_kind": DomainKind.PLACE,
        },
        {"kind": FactKind.FOLLOW, "day": 1, "person": 2, "target": 9},
        {"kind": FactKind.UNFOLLOW, "day": 2, "person": 1, "target": 9},
    )
    middle = facts["domain_kind"] == DomainKind.PLACE

    (cohort,) = retained(facts, Span(1, 1), 10, middle).followers

    assert (cohort.count, cohort.kept) == (1, {"day_1": 0, "day_7": 0, "day_30": None})


def test_nobody_signed_in_is_no_person():
    facts = facts_of({"kind": FactKind.IMPRESSION, "day": 5, "person": -1, "receipt": 0})

    rows = efficiency(facts, Span(5, 5), 9, {1: np.zeros(13)}, np.array([0]), np.array([1]))

    assert (rows[0].impressions, rows[0].people) == (1, 0)


def refund(key, share, day, **more):
    """Take part of an order back, so many days after day 1."""
    target = int(np.array(key, np.uint64).astype(np.int64))
    return {
        "kind": FactKind.REFUND, "target": target, "day": day, "time": day * DAY,
        "value": refund_value(share, day - 1), "flags": FLAG_DECISION, **more,
    }  # fmt: skip


ORDER_WORTH = np.where(np.arange(13) == FactKind.ORDER, 8_000.0, 0.0)
ORDER_WORTHS = Worths({1: ORDER_WORTH}, np.array([0]), np.array([1]))
ORDER_KEY = 2**63 + 11
"""More than a signed number holds, as half of all keys are."""


@pytest.mark.parametrize(
    ("refunds", "left"),
    [
        ([], 1.0),
        ([(250_000, 2)], 0.75),
        ([(250_000, 2), (250_000, 3)], 0.5),
        ([(250_000, 2), (750_000, 9)], 0.0),
    ],
)
def test_an_order_is_worth_what_refunds_leave_of_it_and_a_customer_is_whoever_keeps_some(
    refunds, left
):
    shown = {"kind": FactKind.IMPRESSION, "person": 1, "item": 0, "receipt": 1, "slot": 1, "day": 1, "time": DAY, "flags": FLAG_DECISION}  # fmt: skip
    order = {**shown, "kind": FactKind.ORDER, "key": ORDER_KEY, "time": DAY + 5}
    back = [refund(ORDER_KEY, share, day, person=1, item=0) for share, day in refunds]
    facts = facts_of(shown, order, *back)

    rows = efficiency(facts, Span(1, 1), 20, {1: ORDER_WORTH}, np.array([0]), np.array([1]))
    kept = retained(facts, Span(1, 1), 20)
    crossed = flow(facts, Span(1, 1), np.array([7]), np.full((1, 1), -1), ORDER_WORTHS)

    assert [row.value_micros for row in rows if row.domain == "public"] == [8_000 * left]
    assert [one.count for one in kept.customers] == ([1] if left else [])
    assert [one.count for one in kept.active] == [1]
    assert [one.kept["day_1"] for one in kept.active] == [0]
    assert [(one.by, one.value_micros) for one in crossed.borders] == ([("order", 8_000 * left)] if left else [])  # fmt: skip


def test_a_report_as_of_a_day_knows_no_refund_that_came_after_it():
    order = {
        "kind": FactKind.ORDER,
        "key": ORDER_KEY,
        "person": 1,
        "item": 0,
        "day": 1,
        "time": DAY,
    }
    facts = facts_of(order, refund(ORDER_KEY, 1_000_000, 3, person=1, item=0))

    before = facts[facts["day"] <= 2]

    assert [one.count for one in retained(before, Span(1, 1), 20).customers] == [1]
    assert retained(facts, Span(1, 1), 20).customers == []
