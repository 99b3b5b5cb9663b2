"""An ad reaches whom an order would be taken from: the rule of posts, said anew for one ad."""

from math import nan

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.geo import distance_km
from lodestone.base.money import Micros
from lodestone.features.ads import LiveAd, LiveAds, SellingRange
from lodestone.features.ads.matching import AdQuery
from lodestone.features.layout import ITEM
from lodestone.features.selling_range import reaches
from lodestone.features.shop_reach import Reach, ShopReach

points = st.tuples(st.floats(26.0, 27.0), st.floats(107.5, 108.5))
circle = st.tuples(points, st.sampled_from([1.0, 8.0, 30.0])).map(lambda at: (*at[0], at[1]))
KIND = [("shop", True), ("shop", False), ("areas", True)]


@given(st.sampled_from(KIND), st.lists(circle, min_size=1, max_size=3), points, st.none() | points)
@settings(max_examples=400, deadline=None)
def test_an_ad_reaches_whom_the_post_of_the_same_product_reaches(kind, circles, here, home):
    what, delivers = kind
    circles = tuple(circles[:1]) if what == "shop" else tuple(circles)
    for at, east, radius in circles:  # a radius is kept in four bytes
        for point in (here, home):
            assume(point is None or abs(distance_km(at, east, *point) - radius) > 1e-3)
    items, posts = np.zeros(1, ITEM), ShopReach()
    items["latitude"], items["longitude"] = circles[0][:2] if what == "shop" else (nan, nan)
    radius = circles[0][2] if what == "shop" else 10.0
    posts.put(0, Reach(radius, delivers, circles if what == "areas" else ()))
    sold = SellingRange(circles, stands=what == "shop", delivers=delivers)

    beyond = posts.beyond(np.zeros(1, np.int32), items, here, home or (nan, nan))[0]

    assert reaches(sold, here, home) == (not beyond)


def asking(here):
    return AdQuery(
        here=here, home=None, domains=frozenset(), tags=frozenset(), language=0,
        follows=frozenset(), weekday=2, hour=12, now=Instant(5), personalised=True,
    )  # fmt: skip


def selling(n, at, bid):
    sold = () if at is None else (SellingRange(((*at, 5.0),), stands=True, delivers=False),)
    return LiveAd(f"ad{n}", f"c{n}", "firm", 1, Micros(bid), sold=sold)


@given(st.lists(st.tuples(st.none() | points, st.integers(1, 99)), max_size=60), points)
@settings(max_examples=60, deadline=None)
def test_what_is_gathered_is_the_best_of_what_is_sold_here(ads, here):
    live, made = LiveAds(), [selling(n, *fields) for n, fields in enumerate(ads)]
    for ad in made:
        live.put(ad)
    within = [ad for ad in made if ad.reaches(here, None)]
    expected = sorted(within, key=lambda ad: (-ad.bid, live.ordinal(ad.ad_id)))[:8]

    gathered = [live.get(ordinal).ad_id for ordinal in live.gather(asking(here), 8)]

    assert gathered == [ad.ad_id for ad in expected]
    for ad in made:
        live.drop(ad.ad_id)
    assert live.gather(asking(here), 8).size == 0


def test_nobody_is_turned_away_of_whom_nobody_knows_where_they_are():
    live = LiveAds()
    live.put(selling(0, (10.0, 10.0), 5))
    assert [live.gather(asking(here), 8).size for here in (None, (26.0, 108.0))] == [1, 0]
