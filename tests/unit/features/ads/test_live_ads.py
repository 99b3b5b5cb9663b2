"""Ads that are live: what was put in is there, what was dropped is not, and names stay."""

from dataclasses import replace

import pytest

from lodestone.base.money import Micros
from lodestone.features.ads import LiveAd, LiveAds


def ad(name, campaign="c", **more):
    return LiveAd(name, campaign, "a", item=1, bid=Micros(1_000), **more)


def test_an_ad_that_was_put_in_is_live_until_it_is_dropped():
    ads = LiveAds()
    first, second = ads.put(ad("x")), ads.put(ad("y", "d"))
    assert (ads.get(first), ads.get(second), ads.count) == (ad("x"), ad("y", "d"), 2)
    ads.drop("x")
    ads.drop("x")
    ads.drop("never seen")
    assert (ads.get(first), ads.count, ads.of_campaign("c")) == (None, 1, [])


def test_putting_an_ad_in_again_changes_it_and_nothing_else():
    ads = LiveAds()
    ordinal = ads.put(ad("x"))
    moved = replace(ad("x"), campaign_id="d", bid=Micros(5))
    assert (ads.put(moved), ads.count, ads.get(ordinal)) == (ordinal, 1, moved)
    assert (ads.of_campaign("c"), ads.of_campaign("d")) == ([], [moved])


def test_ordinals_and_names_outlive_what_they_name():
    ads = LiveAds()
    ordinal = ads.put(ad("x"))
    ads.drop("x")
    assert (ads.ordinal("x"), ads.name(ordinal), ads.put(ad("x"))) == (ordinal, "x", ordinal)
    campaign = ads.campaign_ordinal("c")
    assert ads.campaign_name(campaign) == "c"
    assert (ads.ordinal("z"), ads.campaign_ordinal("z")) == (-1, -1)


def test_a_campaign_may_spend_until_somebody_says_that_it_may_not():
    ads = LiveAds()
    ads.spendable("early", may=False)
    ads.put(ad("x", "early"))
    ads.put(ad("y", "late"))
    said = [ads.may_spend(ads.campaign_ordinal(name)) for name in ("early", "late")]
    assert said == [False, True]


@pytest.mark.parametrize("wrong", [{"chance_max": 0.0}, {"pace": 1.1}, {"reserve": -1.0}, {"hours": (1,)}])  # fmt: skip
def test_an_ad_that_no_auction_could_take_is_not_made(wrong):
    with pytest.raises(AssertionError):
        ad("x", **wrong)
