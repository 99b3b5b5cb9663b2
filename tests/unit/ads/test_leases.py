"""Leases: a campaign is never stuck while budget and balance would pay, and never holds more than they do."""

from hypothesis import given
from hypothesis import strategies as st

from lodestone.ads.leases import LeaseState, give_back, next_piece

AMOUNT = st.integers(0, 10_000)


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT, st.integers(0, 500), AMOUNT)
def test_a_piece_keeps_to_budget_and_balance_and_pays_the_next_slot(
    left, used, left_today, a_day, largest, balance
):
    state = LeaseState(used + left, used, left_today, a_day, largest, balance)
    piece = next_piece(state)

    assert 0 <= piece <= balance
    assert piece == 0 or left + piece <= left_today
    if left_today >= largest and left + balance >= largest and 0 < largest <= a_day:
        assert left + piece >= largest


def test_what_an_ended_campaign_has_not_used_goes_back():
    assert give_back(LeaseState(100, 40, 0, 1_000, 10, 0)) == 60
    assert give_back(LeaseState(30, 40, 0, 1_000, 10, 0)) == 0
