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


def test_ordinals_outlive_what_they_name():
    ads = LiveAds()
    ordinal = ads.put(ad("x"))
    campaign = ads.campaign_ordinal("c")
    ads.drop("x")
    assert (ads.ordinal("x"), ads.put(ad("x")), ads.campaign_ordinal("c")) == (
        ordinal, ordinal, campaign,
    )  # fmt: skip
    assert (ads.ordinal("z"), ads.campaign_ordinal("z")) == (-1, -1)


def test_the_least_and_the_highest_bid_of_a_campaign_follow_its_ads():
    ads = LiveAds()
    seen = [ads.bids("c")]
    for bid in (5, 9, 2):
        ads.put(replace(ad(f"x{bid}"), bid=Micros(bid)))
        seen.append(ads.bids("c"))
    ads.drop("x2")
    seen.append(ads.bids("c"))
    ads.put(replace(ad("x9"), bid=Micros(1)))
    seen.append(ads.bids("c"))
    assert seen == [None, (5, 5), (5, 9), (2, 9), (5, 9), (1, 5)]
    assert (ads.changes.take(), ads.changes.take()) == ({"c"}, set())


def test_the_frequency_limits_of_a_campaign_follow_its_ads():
    ads = LiveAds()
    seen = [ads.frequency("c")]
    ads.put(ad("x", frequency=(3, 1)))
    seen.append(ads.frequency("c"))
    ads.put(ad("y"))
    ads.put(ad("z", frequency=(1, 7)))
    seen.append(ads.frequency("c"))
    ads.drop("x")
    seen.append(ads.frequency("c"))
    assert seen == [set(), {(3, 1)}, {(3, 1), (1, 7)}, {(1, 7)}]


@pytest.mark.parametrize("wrong", [{"chance_max": 0.0}, {"pace": 1.1}, {"reserve": -1.0}, {"hours": (1,)}])  # fmt: skip
def test_an_ad_that_no_auction_could_take_is_not_made(wrong):
    with pytest.raises(AssertionError):
        ad("x", **wrong)
