"""Budgets of campaigns: what is left, reserved and spent add up, however facts come, and a follower has the same."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.events.ad_facts import NO_LIMIT, Limit
from lodestone.events.outcomes import FactKind
from lodestone.features.ads.budgets import Budgets, Exhausted
from lodestone.traffic.pacing.account import BudgetAccount, Outcome
from tests.worlds.paid_slots import (
    DAY,
    PERSON,
    charged,
    given_back,
    heard,
    limited,
    paid,
    released,
    reserved,
    shop_items,
)


def leased(most=1_000, **limits):
    budgets = Budgets()
    budgets.follow(limited(most))
    for name, limit in limits.items():
        budgets.follow(limited(limit, Limit[name.upper()]))
    return budgets


def adds_up(budgets):
    for campaign in budgets.campaigns():
        budget = budgets.budget(campaign)
        slots = [slot for slot in budgets.open_slots() if slot.campaign == campaign]
        assert budget.used.reserved == sum(slot.highest for slot in slots)
        assert min(budget.used.reserved, budget.used.spent) >= 0
        for limit in Limit:
            most, used = budget.limits[limit], budget.used_of(limit, DAY)
            if most != NO_LIMIT:
                assert budget.left_of(limit, DAY) + used.reserved + used.spent == max(
                    most, used.total
                )


def same(first, second):
    mine, theirs = first.columns(), second.columns()
    assert mine.keys() == theirs.keys()
    for name, column in mine.items():
        assert np.array_equal(column, theirs[name]), name


def test_without_a_lease_nothing_may_be_spent():
    with pytest.raises(Exhausted):
        Budgets().reserve(paid(highest=1))


@pytest.mark.parametrize("limit", list(Limit))
def test_the_least_of_a_campaigns_limits_bounds_it(limit):
    budgets = leased(1_000, lifetime=1_000, daily=1_000)
    budgets.follow(limited(150, limit))
    budgets.reserve(paid(1))

    with pytest.raises(Exhausted):
        budgets.reserve(paid(2, highest=51))
    assert budgets.left_by_campaign(DAY)[0] == 50


def test_a_new_day_has_its_whole_daily_budget_and_what_is_open_stays_of_its_own():
    budgets = leased(daily=100)
    yesterday = paid(1)
    budgets.follow(reserved(yesterday))

    assert budgets.left_by_campaign(DAY)[0] == 0
    assert budgets.left_by_campaign(DAY + 1)[0] == 100
    budgets.follow(charged(yesterday, 40))
    assert budgets.left_by_campaign(DAY + 1)[0] == 100
    assert budgets.left_by_campaign(DAY)[0] == 60


def test_a_charge_gives_back_what_it_did_not_need():
    budgets = leased(100)
    budgets.follow(reserved(paid(1)))
    budgets.follow(charged(paid(1), 30))

    assert budgets.left_by_campaign(DAY)[0] == 70


def test_no_fact_spends_more_than_was_reserved():
    budgets = leased(100)
    budgets.follow(reserved(paid(1, highest=30)))
    fact = charged(paid(1, highest=30))
    fact["target"] = 31

    budgets.follow(fact)

    assert budgets.budget(0).used.spent == 30


def test_a_slot_is_settled_once():
    budgets = leased(100)
    slot = paid(1)
    budgets.follow(reserved(slot))
    assert budgets.follow(charged(slot, 40)) == [slot]
    before = budgets.columns()

    for fact in (charged(slot, 60), released(slot), reserved(slot)):
        assert budgets.follow(fact) == []

    assert all(np.array_equal(before[name], column) for name, column in budgets.columns().items())


def test_a_reservation_that_was_not_written_leaves_nothing_behind():
    budgets, untouched = leased(100), leased(100)
    budgets.reserve(paid(1))
    same(budgets, untouched)

    budgets.cancel(paid(1))

    assert budgets.left_by_campaign(DAY)[0] == 100
    same(budgets, untouched)


def test_what_was_written_is_not_cancelled():
    budgets = leased(100)
    budgets.reserve(paid(1))
    budgets.follow(reserved(paid(1)))
    budgets.cancel(paid(1))

    assert budgets.left_by_campaign(DAY)[0] == 0


def test_a_budget_lowered_below_what_is_used_stops_the_campaign_and_takes_nothing_back():
    budgets = leased(1_000, lifetime=500)
    budgets.follow(reserved(paid(1), paid(2)))
    budgets.lower(0, Limit.LIFETIME, 50)

    assert budgets.left_by_campaign(DAY)[0] == 0
    budgets.follow(charged(paid(1)))
    adds_up(budgets)
    assert budgets.budget(0).used.total == 200


def test_a_limit_is_lowered_before_it_is_written_and_raised_after():
    budgets = leased(1_000, lifetime=500)
    budgets.lower(0, Limit.LIFETIME, 600)
    assert budgets.left_by_campaign(DAY)[0] == 500
    budgets.lower(0, Limit.DAILY, 40)
    assert budgets.left_by_campaign(DAY)[0] == 40


def test_what_invalid_traffic_gives_back_is_the_advertisers_and_no_part_of_the_budget():
    budgets = leased(100)
    budgets.follow(reserved(paid(1)))
    charge = charged(paid(1))
    budgets.follow(charge)

    budgets.follow(given_back(charge[0], 1, 9, 0, DAY))

    assert budgets.budget(0).refunded == 100
    assert budgets.left_by_campaign(DAY)[0] == 0


def test_who_is_erased_is_nobody_in_what_is_open():
    budgets = leased(100)
    slot = paid(1, bought=FactKind.ORDER)
    budgets.follow(reserved(slot))
    budgets.heard.hear(heard(slot, FactKind.CLICK), shop_items())
    budgets.heard.hear(heard(slot, FactKind.ORDER, 5), shop_items())

    budgets.forget(PERSON)

    columns = budgets.columns()
    assert [slot.person for slot in budgets.open_slots()] == [-1]
    assert not columns["budgets.clicks"].size
    assert not columns["budgets.deeds"].size


SLOTS = st.builds(
    paid,
    receipt=st.integers(0, 9), slot=st.integers(1, 3), campaign=st.integers(0, 2),
    highest=st.integers(0, 60), day=st.integers(DAY - 3, DAY + 3),
    bought=st.sampled_from([FactKind.CLICK, FactKind.VIEWABLE, FactKind.ORDER]),
)  # fmt: skip
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("serve"), SLOTS, st.booleans()),
        st.tuples(st.just("charge"), st.integers(0, 40), st.integers(0, 60)),
        st.tuples(st.just("release"), st.integers(0, 40), st.just(0)),
        st.tuples(st.just("limit"), st.sampled_from(list(Limit)), st.integers(-1, 200)),
        st.tuples(st.just("hear"), st.integers(0, 40),
                  st.sampled_from([FactKind.IMPRESSION, FactKind.CLICK, FactKind.ORDER])),
        st.tuples(st.just("again"), st.just(0), st.integers(0, 40)),
    ),
    max_size=60,
)  # fmt: skip


class Life:
    """A budget state as a process keeps it, and the log it writes."""

    def __init__(self):
        self.budgets, self.log, self.served = Budgets(), [], {}
        self.write(limited(120))
        self.write(limited(200, campaign=1))

    def write(self, facts):
        self.log.append(facts)
        take(self.budgets, facts)

    def act(self, kind, what, how):
        if kind == "serve":
            self.serve(what, how)
        elif kind == "limit":
            self.budgets.lower(0, what, how)
            self.write(limited(how, what))
        elif kind == "again":
            self.write(self.log[how % len(self.log)])
        elif self.served:
            slot = list(self.served.values())[what % len(self.served)]
            made = {"charge": lambda: charged(slot, min(how, slot.highest)),
                    "release": lambda: released(slot), "hear": lambda: heard(slot, how)}  # fmt: skip
            self.write(made[kind]())

    def serve(self, slot, lost):
        if slot.key <= max(self.served, default=-1):
            return
        try:
            self.budgets.reserve(slot)
        except Exhausted:
            return
        if lost:
            self.budgets.cancel(slot)
        else:
            self.served[slot.key] = slot
            self.write(reserved(slot))


def take(budgets, facts):
    budgets.heard.hear(facts, shop_items())
    budgets.follow(facts)


@settings(max_examples=300, deadline=None)
@given(ACTS, st.integers(0, 60))
def test_whatever_comes_late_twice_or_lost_adds_up_and_a_follower_or_a_snapshot_has_the_same(
    acts, cut
):
    life = Life()
    before = []
    for act in acts:
        life.act(*act)
        adds_up(life.budgets)
        before.append((len(life.log), life.budgets.columns()))

    follower, restored = Budgets(), Budgets()
    for facts in life.log:
        take(follower, facts)
        adds_up(follower)
    same(follower, life.budgets)
    if before:
        length, columns = before[cut % len(before)]
        restored.fill(columns)
        same_columns = restored.columns()
        assert all(np.array_equal(columns[name], same_columns[name]) for name in columns)
        for facts in life.log[length:]:
            take(restored, facts)
        same(restored, life.budgets)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 300), st.data())
def test_one_limit_answers_as_the_account_of_one_budget_does(budget, data):
    account, budgets = BudgetAccount(budget), leased(budget)
    slots = [paid(n, highest=data.draw(st.integers(0, 60))) for n in range(12)]
    for slot in slots:
        account_took = account.reserve(slot.key, slot.highest) is Outcome.DONE
        try:
            budgets.reserve(slot)
        except Exhausted:
            assert not account_took
            continue
        assert account_took
        budgets.follow(reserved(slot))
        if data.draw(st.booleans()):
            amount = data.draw(st.integers(0, slot.highest))
            account.charge(slot.key, amount)
            budgets.follow(charged(slot, amount))
        used = budgets.budget(0).used
        assert (account.left, account.reserved, account.spent) == (
            budgets.left_by_campaign(DAY)[0], used.reserved, used.spent,
        )  # fmt: skip
