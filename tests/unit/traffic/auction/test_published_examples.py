"""What others published of position auctions: their examples, and the formula that their implementations compute."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.traffic.auction import COMPILED, Ads, Organics, PageRules, PaymentRule, settle
from lodestone.traffic.auction.inputs import DUE_UNIT

UNIT = 1_000_000
"""Micros in a dollar."""
NOBODY = Organics(np.zeros(0, np.int64), np.zeros(0, np.int32))


def per_click(bids, clicks, rule, reserve=0):
    """Return who stands where and the expected dollars of each, by clicks of the slots as the example gives them."""
    count, most = len(bids), max(clicks)
    zeros, ones = np.zeros(count), np.ones(count)
    ads = Ads(
        np.array(bids) * UNIT, ones, ones, zeros, zeros, np.arange(count, dtype=np.int32),
        np.full(count, -1, np.int32), np.full(count, float(reserve * UNIT)),
    )  # fmt: skip
    attention = np.array(clicks, np.int64) * 1000 // most
    assert (attention * most == np.array(clicks) * 1000).all()
    rules = PageRules(attention, gap=0, first=0, ads_max=len(clicks))
    outcome = settle(COMPILED, NOBODY, ads, rules, rule)
    return outcome.ad.tolist(), [w.due * most / DUE_UNIT / UNIT for w in outcome.winners]


def test_the_example_of_edelman_ostrovsky_and_schwarz():
    """Three advertisers who value a click 10, 4 and 2; 200 and 100 clicks (American Economic Review 97(1), 2007, section II)."""
    bids, clicks = [10, 4, 2], [200, 100]

    assert per_click(bids, clicks, PaymentRule.GSP) == ([0, 1], [800, 200])
    assert per_click(bids, clicks, PaymentRule.VCG) == ([0, 1], [600, 200])
    assert per_click(bids, clicks, PaymentRule.CRITICAL) == ([0, 1], [600, 200])


def test_shading_pays_under_gsp_as_they_show_and_not_under_vcg():
    """Their second example, 199 clicks below 200: the first advertiser has 1,200 by the truth and 1,592 by bidding 3."""
    clicks = [200, 199]

    def first_has(bid, rule):
        ads, due = per_click([bid, 4, 2], clicks, rule)
        return 10 * clicks[ads.index(0)] - due[ads.index(0)]

    assert (first_has(10, PaymentRule.GSP), first_has(3, PaymentRule.GSP)) == (1200, 1592)
    assert (first_has(10, PaymentRule.VCG), first_has(3, PaymentRule.VCG)) == (1598, 1592)


@pytest.mark.parametrize(
    ("rule", "due"), [(PaymentRule.GSP, [25, 3, 0]), (PaymentRule.VCG, [12, 2, 0])]
)
def test_the_example_of_chiang(rule, due):
    """Three advertisers who value a click 10, 5 and 1; 5, 3 and 1 clicks (Networked Life, 2012, chapter 2)."""
    # The last pays nothing, or the least bid there is, a sixteenth of a micro.
    assert per_click([10, 5, 1], [5, 3, 1], rule) == ([0, 1, 2], pytest.approx(due, abs=1e-7))


def textbook(bids, clicks, reserve):
    """Charge by t(k) = (clicks(k) - clicks(k + 1)) x next bid + t(k + 1), as courses on position auctions have it programmed."""
    valid = sorted((bid for bid in bids if bid >= reserve), reverse=True)
    shown, total, totals = min(len(valid), len(clicks)), 0, []
    for k in reversed(range(shown)):
        after = clicks[k + 1] if k + 1 < shown else 0
        following = valid[k + 1] if k + 1 < len(valid) else reserve
        total += (clicks[k] - after) * max(following, reserve)
        totals.append(total)
    return totals[::-1]


@given(
    st.lists(st.integers(1, 100), min_size=1, max_size=6),
    st.lists(st.sampled_from([1, 2, 4, 5, 8, 10, 20, 40, 50, 100, 125, 250, 500]), min_size=1, max_size=4),
    st.integers(0, 50),
)  # fmt: skip
@settings(max_examples=150)
def test_payments_without_organic_posts_are_the_textbooks(bids, clicks, reserve):
    clicks = sorted([1000, *clicks], reverse=True)

    ads, due = per_click(bids, clicks, PaymentRule.VCG, reserve)

    assert due == pytest.approx(textbook(bids, clicks, reserve), abs=1e-9)
    assert [bids[x] for x in ads] == sorted((b for b in bids if b >= reserve), reverse=True)[: len(clicks)]  # fmt: skip
