"""What campaigns can pay and how their chances are put right reaches the live ads, whatever is known first."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.money import Micros
from lodestone.events.outcomes import FactKind
from lodestone.features.ads import LiveAd, LiveAds
from lodestone.features.ads.budgets import Exhausted
from lodestone.features.ads.matching import AdQuery
from lodestone.features.state import ATTENTION, State
from lodestone.services.ads.paid_slots import CampaignNumbers, Spending
from tests.worlds.paid_slots import DAY, NOW, charged, heard, limited, paid, reserved, shop_items

AD = LiveAd("soup", "lunch", "mei", 0, Micros(50), bought=int(FactKind.CLICK))

ANYBODY = AdQuery(
    here=None, home=None, domains=frozenset(), tags=frozenset(), language=0, follows=frozenset(),
    weekday=2, hour=12, now=NOW, personalised=True,
)  # fmt: skip


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


spent = st.tuples(st.just("spend"), st.integers(1, 60))
moves = st.lists(spent | st.tuples(st.just("limit"), st.integers(0, 300)), max_size=20)


@given(moves, st.lists(st.integers(1, 90), min_size=1, max_size=3))
@settings(max_examples=80, deadline=None)
def test_what_is_known_page_by_page_is_what_a_fresh_start_would_know(acts, bids):
    state, numbers, live = State(ATTENTION), CampaignNumbers(), LiveAds()
    numbers.take({0: "lunch"})
    ads = [replace(AD, ad_id=f"ad{n}", bid=Micros(bid)) for n, bid in enumerate(bids)]
    for ad in ads:
        live.put(ad)
    spending = Spending(state, numbers, live, lambda: DAY)
    state.budgets.follow(limited(200))
    for turn, (what, micros) in enumerate(acts):
        if what == "limit":
            state.budgets.follow(limited(micros))
        else:
            with suppress(Exhausted):
                state.budgets.reserve(paid(turn, highest=micros))
        spending.refresh()
        anew = LiveAds()
        for ad in ads:
            anew.put(ad)
        fresh = Spending(state, numbers, anew, lambda: DAY)
        state.budgets.changes.add(0)
        fresh.refresh()
        asked = [Micros(most) for most in range(0, 301, 7)]
        assert [spending.may_spend("lunch", most) for most in asked] == [
            fresh.may_spend("lunch", most) for most in asked
        ]
        assert live.gather(ANYBODY, 8).tolist() == anew.gather(ANYBODY, 8).tolist()
