"""A budget's account: whatever comes late, twice or out of order, spend never passes the budget by a micro."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.traffic.pacing.account import BudgetAccount, Outcome

SLOTS = st.integers(0, 12)
AMOUNTS = st.integers(0, 60)
ACTS = st.one_of(
    st.tuples(st.just("reserve"), SLOTS, AMOUNTS),
    st.tuples(st.just("charge"), SLOTS, AMOUNTS),
    st.tuples(st.just("release"), SLOTS, st.just(0)),
    st.tuples(st.just("resize"), st.just(0), st.integers(0, 200)),
)


def act(account, kind, slot, amount):
    if kind == "resize":
        return account.resize(amount)
    if kind == "release":
        return account.release(slot)
    return getattr(account, kind)(slot, amount)


def sums(account):
    return account.budget, account.left, account.reserved, account.spent


@given(st.integers(0, 200), st.lists(ACTS, max_size=60))
def test_left_reserved_and_spent_add_up_after_every_act(budget, acts):
    account = BudgetAccount(budget)
    for kind, slot, amount in acts:
        before = sums(account)
        outcome = act(account, kind, slot, amount)

        assert account.left + account.reserved + account.spent == account.budget
        assert min(sums(account)) >= 0
        assert account.spent == sum(account.settled.values())
        if outcome is not Outcome.DONE:
            assert sums(account) == before


@settings(max_examples=200)
@given(st.data())
def test_delay_duplicates_and_reordering_never_overspend(data):
    budget = data.draw(st.integers(0, 300))
    account = BudgetAccount(budget)
    highest = data.draw(st.lists(st.integers(0, 60), max_size=20))
    served = [
        slot for slot, most in enumerate(highest) if account.reserve(slot, most) is Outcome.DONE
    ]
    facts = [(slot, data.draw(st.integers(0, highest[slot]))) for slot in served]
    facts += data.draw(st.lists(st.sampled_from(facts), max_size=20)) if facts else []

    for slot, amount in data.draw(st.permutations(facts)):
        account.charge(slot, amount)

    assert account.spent <= budget
    assert account.reserved == 0
    assert len(account.settled) == len(served)


def test_a_charge_gives_back_what_it_did_not_need():
    account = BudgetAccount(100)

    assert account.reserve(1, 60) is Outcome.DONE
    assert account.charge(1, 25) is Outcome.DONE
    assert sums(account) == (100, 75, 0, 25)


REFUSALS = {
    "a slot charged before": (lambda a: a.charge(1, 5), Outcome.SETTLED),
    "a release of a slot charged before": (lambda a: a.release(1), Outcome.SETTLED),
    "a reservation of a slot charged before": (lambda a: a.reserve(1, 5), Outcome.SETTLED),
    "a second reservation of a slot": (lambda a: a.reserve(2, 5), Outcome.OPEN),
    "a charge without a reservation": (lambda a: a.charge(3, 5), Outcome.UNKNOWN),
    "a charge above its reservation": (lambda a: a.charge(2, 21), Outcome.TOO_MUCH),
    "a reservation above what is left": (lambda a: a.reserve(3, 71), Outcome.EXHAUSTED),
    "a budget below what is used": (lambda a: a.resize(29), Outcome.BELOW_USED),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_is_refused_changes_nothing(name):
    account = BudgetAccount(100)
    account.reserve(1, 30)
    account.charge(1, 10)
    account.reserve(2, 20)
    ask, refusal = REFUSALS[name]

    assert ask(account) is refusal
    assert sums(account) == (100, 70, 20, 10)


def test_a_late_second_charge_of_a_slot_long_forgotten_is_unknown():
    account = BudgetAccount(100)
    for slot in range(3):
        account.reserve(slot, 10)
        account.charge(slot, 10)

    account.forget(1)

    assert list(account.settled) == [2]
    assert account.charge(0, 10) is Outcome.UNKNOWN
    assert account.spent == 30
