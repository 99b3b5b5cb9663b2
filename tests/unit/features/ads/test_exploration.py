"""Exploration never takes more of a day's paid slots than the policy's share, whatever is served, lost, late or restarted."""

from math import exp

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.ad_facts import Limit
from lodestone.features.ads.budgets import Budgets
from lodestone.features.ads.calibration import ONE, Record
from lodestone.features.ads.exploration import COLD, lift
from tests.worlds.paid_slots import DAY, limited, paid, reserved

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["write", "write", "write", "lose", "hold", "restart", "follow"]),
        st.booleans(),
        st.integers(0, 2),
    ),
    max_size=150,
)


def leased():
    budgets = Budgets()
    budgets.follow(limited(10**9, Limit.LEASE))
    return budgets


@given(ACTS, st.sampled_from([0.0, 0.02, 0.1, 0.2]))
@settings(max_examples=200, deadline=None)
def test_of_a_day_no_more_than_the_share_is_explored_at_any_moment(acts, share):
    budgets, log, late = leased(), [limited(10**9, Limit.LEASE)], []
    for number, (act, wants, day) in enumerate(acts, 1):
        if act in {"write", "lose", "hold"}:
            slot = paid(number, day=DAY + day)
            slot = slot._replace(explored=wants and budgets.exploration.may(slot.day, share))
            budgets.reserve(slot)
            if act == "write":
                for written in [*late, slot]:
                    log.append(reserved(written))
                    budgets.follow(log[-1])
                late = []
            elif act == "hold":
                late.append(slot)
            else:
                budgets.cancel(slot)
        elif act == "restart":  # what was not written is lost with the process
            again, late = Budgets(), []
            again.fill(budgets.columns())
            budgets = again
        else:
            late, budgets = [], Budgets()
            for facts in log:
                budgets.follow(facts)
        for day_ in range(DAY, DAY + 3):
            explored, served = budgets.exploration.of(day_)
            assert explored <= share * served
    assert share or not any(budgets.exploration.of(DAY + day)[0] for day in range(3))


def test_a_follower_and_a_snapshot_know_what_was_explored():
    budgets, follower = leased(), leased()
    slots = [paid(n, explored=n == 3) for n in (1, 2, 3)]
    for slot in slots:
        budgets.reserve(slot)
    before = budgets.columns()["budgets.exploration"]
    for state in (budgets, follower):
        state.follow(reserved(*slots))
    restored = Budgets()
    restored.fill(budgets.columns())

    assert before.size == 0  # nothing of it is written
    assert [state.exploration.of(DAY) for state in (budgets, follower, restored)] == [(1, 3)] * 3
    assert all(slot.explored == (slot.receipt == 3) for slot in restored.open_slots())


def test_a_campaign_is_lifted_less_the_more_is_known_of_it_and_then_not_at_all():
    lifts = [lift(Record(expected=round(n * ONE))) for n in np.linspace(0, COLD, 20)]

    assert lifts == sorted(lifts, reverse=True)
    assert 1.5 < exp(lifts[0]) < 2.0
    assert lifts[-1] == 0.0
