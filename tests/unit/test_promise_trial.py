"""One mechanism keeps four promises at once, or says that it cannot."""

import pytest

from bench.promises import figures, policy_of, run


@pytest.mark.parametrize(
    ("days", "decisions", "last"),
    [(8, 2_500, 5), pytest.param(10, 12_000, 7, marks=pytest.mark.soak)],
)
def test_four_promises_are_kept_at_once(days, decisions, last):
    policy = policy_of(gini=0.5, local=0.35)

    found = figures(run(policy, days, decisions=decisions), policy, last=last)

    assert found["gini"] == pytest.approx(0.5, abs=0.02)
    assert found["first_impressions_of_plan"] >= 0.98
    assert found["local_share_of_target"] >= 0.98
    assert found["explored_share"] == pytest.approx(0.0237, abs=0.004)
    assert found["alarms"] == []


@pytest.mark.parametrize(
    ("changes", "ringing", "cap"),
    [({"gini": 0.05}, "gini", 2.0), ({"local": 0.97, "local_cap": 0.3}, "local_share", 0.3)],
)
def test_a_promise_that_cannot_be_kept_stands_at_its_cap_and_says_so(changes, ringing, cap):
    policy = policy_of(**changes)

    last = run(policy, 3, decisions=2_500)[-1]

    price = {"gini": last.prices["gini"], "local_share": last.prices["local"]}[ringing]
    assert ringing in last.alarms
    assert price == pytest.approx(cap * last.prices["slot"], rel=0.01)
