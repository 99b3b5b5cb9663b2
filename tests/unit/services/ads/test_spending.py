"""What campaigns can pay and how their chances are put right reaches the live ads, whatever is known first."""

import pytest

from lodestone.base.money import Micros
from lodestone.events.outcomes import FactKind
from lodestone.features.ads import LiveAd, LiveAds
from lodestone.features.state import ATTENTION, State
from lodestone.services.ads.paid_slots import CampaignNumbers, Spending
from tests.worlds.paid_slots import DAY, charged, heard, limited, paid, reserved, shop_items

AD = LiveAd("soup", "lunch", "mei", 0, Micros(50), bought=int(FactKind.CLICK))


def clicked(state, times):
    """Let slots of campaign 0 be seen and clicked, each predicted a quarter as likely."""
    budgets = state.budgets
    budgets.follow(limited(10**6))
    for receipt in range(times):
        slot = paid(receipt)
        budgets.follow(reserved(slot))
        budgets.heard.hear(heard(slot, FactKind.IMPRESSION), shop_items())
        budgets.follow(charged(slot, 1))


@pytest.mark.parametrize("named_first", [True, False])
@pytest.mark.parametrize("live_first", [True, False])
def test_a_shift_reaches_ads_whichever_of_number_ad_and_page_comes_first(named_first, live_first):
    state, numbers, live = State(ATTENTION), CampaignNumbers(), LiveAds()
    spending = Spending(state, numbers, live, lambda: DAY)
    clicked(state, 40)
    steps = [lambda: numbers.take({0: "lunch"}), lambda: live.put(AD)]
    for step in steps if named_first else steps[::-1]:
        if live_first:
            spending.refresh()  # a page is decided in between
        step()
    spending.refresh()

    expected = state.budgets.calibration.shift(0, int(FactKind.CLICK))
    assert live.shifts[live.ordinal("soup")] == expected > 0.5
    assert spending.may_spend("lunch", Micros(50))
    assert not spending.may_spend("lunch", Micros(10**6))
    assert not spending.may_spend("dinner", Micros(1))
