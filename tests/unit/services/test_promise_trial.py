"""One mechanism keeps four promises at once, or says that it cannot."""

import pytest

from bench.promises import figures, policy_of, run
from lodestone.services.pricing.maintenance import STEP_MICROS

SMALL = {"decisions": 1_500, "posts_a_day": 60, "pause": STEP_MICROS * 8}
"""A town small enough for every commit; its prices step every eight minutes."""
NONE = policy_of(gini=None, local=None, first=None)


def assert_kept(found, target):
    assert found["gini"] == pytest.approx(target, abs=0.02)
    assert found["first_impressions_of_plan"] >= 0.98
    assert found["local_share_of_target"] >= 0.98
    assert found["explored_share"] == pytest.approx(0.02, abs=0.004)
    assert found["alarms"] == []


def test_four_promises_are_kept_at_once():
    policy = policy_of(gini=0.5, local=0.3)

    found = figures(run(policy, 5, **SMALL), policy, last=3)

    assert_kept(found, 0.5)


def test_promises_cost_value_and_a_life_without_them_keeps_none():
    policy = policy_of(gini=0.5, local=0.3)

    kept, free = (figures(run(row, 3, **SMALL), row, last=1) for row in (policy, NONE))

    assert 0 < 1 - kept["value_per_slot"] / free["value_per_slot"] < 0.15
    assert free["gini"] > 0.6
    assert free["local_share"] < 0.25
    assert free["first_impressions_of_plan"] < 0.95


@pytest.mark.parametrize(
    ("changes", "ringing", "price", "cap"),
    [
        ({"gini": 0.05, "gini_cap": 1.0}, "gini", "gini", 1.0),
        ({"local": 0.95, "local_cap": 0.5}, "local_share", "local", 0.5),
    ],
)
def test_a_promise_that_cannot_be_kept_stands_at_its_cap_and_says_so(changes, ringing, price, cap):
    last = run(policy_of(**changes), 3, **SMALL)[-1]

    assert last.alarms == [ringing]
    assert last.prices[price] == pytest.approx(cap * last.prices["slot"], rel=0.01)


@pytest.mark.soak
@pytest.mark.parametrize("pause", [STEP_MICROS, STEP_MICROS * 10_000])
def test_ten_days_of_a_thousand_people_keep_four_promises_whatever_the_step(pause):
    policy = policy_of(gini=0.45, local=0.35)

    kept, free = (figures(run(row, 10, pause=pause), row) for row in (policy, NONE))

    assert_kept(kept, 0.45)
    assert 0 < 1 - kept["value_per_slot"] / free["value_per_slot"] < 0.06


@pytest.mark.soak
@pytest.mark.parametrize(
    ("changes", "ringing", "price"),
    [
        ({"gini": 0.05, "gini_cap": 1.0}, "gini", "gini"),
        ({"local": 0.95, "local_cap": 1.0}, "local_share", "local"),
    ],
)
def test_ten_days_do_not_keep_what_cannot_be_kept(changes, ringing, price):
    last = run(policy_of(**changes), 10)[-1]

    assert last.alarms == [ringing]
    assert last.prices[price] == pytest.approx(last.prices["slot"], rel=0.01)
