"""Which ads are found: those that fit by definition, compiled as plain, however they came, changed and went."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.geo import distance_km
from lodestone.base.money import Micros
from lodestone.features.ads import Circle, LiveAd, LiveAds, SellingRange, Who
from lodestone.features.ads.audiences import Converted, Deed, Member, Segment
from lodestone.features.ads.cells import cells_of, cover
from lodestone.features.ads.matching import CAMPAIGN_MAX, AdQuery, best, fits
from lodestone.features.ads.postings import LONG, Posting

few = st.lists(st.integers(0, 4), max_size=3, unique=True)
latitudes, longitudes = st.floats(-89, 89), st.floats(-180, 180)
members = st.lists(
    st.builds(Member, st.sampled_from(Segment), st.integers(0, 2)), max_size=2, unique=True
)
deeds = st.tuples(st.sampled_from(Deed), st.integers(0, 2))
near = st.tuples(st.floats(25.9, 26.9), st.floats(107.5, 108.6))
circles = st.builds(
    lambda point, radius, who: Circle(*point, radius, who),
    near, st.sampled_from([0.5, 10.0, 40.0, 900.0, 19_000.0]), st.sampled_from(Who),
)  # fmt: skip
ranges = st.builds(
    SellingRange,
    st.lists(st.tuples(near, st.sampled_from([1.0, 10.0, 40.0])).map(lambda at: (*at[0], at[1])), max_size=2).map(tuple),
    st.booleans(), st.booleans(),
)  # fmt: skip
ads = st.builds(
    lambda name, campaign, **more: LiveAd(f"ad{name}", f"c{campaign}", "firm", 1, **more),
    st.integers(0, 30), st.integers(0, 9),
    bid=st.sampled_from([Micros(n) for n in (0, 1, 2, 500, 900)]),
    chance_max=st.sampled_from([1.0, 0.5]), circles=st.lists(circles, max_size=2).map(tuple),
    domains=few.map(tuple), tags=few.map(tuple), languages=few.map(tuple),
    followers_of=few.map(tuple), starts=st.sampled_from([Instant(0), Instant(50)]),
    ends=st.sampled_from([Instant(60), Instant(1_000)]),
    hours=st.sampled_from([(0xFFFFFF,) * 7, (1 << 9,) * 7, (0,) * 7]), contextual=st.booleans(),
    segments_in=members.map(tuple), segments_out=members.map(tuple),
    alike_to=st.none() | st.integers(0, 2),
    sold=st.lists(ranges, max_size=2).map(tuple),
    converted=st.none() | deeds.map(lambda deed: Converted(*deed, within=30)),
)  # fmt: skip
queries = st.builds(
    AdQuery,
    here=st.none() | near, home=st.none() | near, domains=few.map(frozenset),
    tags=few.map(frozenset), language=st.integers(-1, 3), follows=few.map(frozenset),
    weekday=st.integers(0, 6), hour=st.sampled_from([9, 10]), now=st.integers(0, 1_100).map(Instant),
    personalised=st.booleans(), members=members.map(frozenset),
    alike=st.sets(st.integers(0, 2), max_size=2).map(frozenset),
    conversions=st.dictionaries(deeds, st.integers(0, 1_100).map(Instant), max_size=3), tired=st.sets(st.integers(0, 9), max_size=2).map(frozenset),
)  # fmt: skip
steps = st.lists(
    st.one_of(
        st.tuples(st.just("put"), ads),
        st.tuples(st.just("drop"), st.integers(0, 30)),
        st.tuples(st.just("spend"), st.integers(0, 9), st.booleans()),
        st.tuples(st.just("ask"), queries, st.integers(1, 12)),
    ),
    min_size=1,
    max_size=60,
)


def by_definition(live, running, broke, asked, count):
    able = (
        (live.ordinal(name), live.campaign_ordinal(ad.campaign_id), ad)
        for name, ad in running.items()
        if ad.campaign_id not in broke
    )
    return best(able, asked, count)


@given(steps)
@settings(max_examples=150, deadline=None)
def test_what_is_found_is_what_fits_compiled_and_plain(acts):
    both, running, broke = [LiveAds(), LiveAds(compiled=False)], {}, set()
    for what, *more in acts:
        for live in both:
            if what == "put":
                live.put(more[0])
            elif what == "drop":
                live.drop(f"ad{more[0]}")
            elif what == "spend":
                live.spendable(f"c{more[0]}", may=more[1])
        if what == "put":
            running[more[0].ad_id] = more[0]
        elif what == "drop":
            running.pop(f"ad{more[0]}", None)
        elif what == "spend":
            (broke.discard if more[1] else broke.add)(f"c{more[0]}")
        else:
            expected = by_definition(both[0], running, broke, *more)
            assert [live.gather(*more).tolist() for live in both] == [expected, expected]


NOBODY = AdQuery(
    here=(26.4, 108.1), home=None, domains=frozenset({1}), tags=frozenset({2}), language=0,
    follows=frozenset(), weekday=2, hour=12, now=Instant(5), personalised=True,
)  # fmt: skip


def some_ads(count, seed=0):
    chance = np.random.default_rng(seed)
    return [
        LiveAd(
            f"ad{n}", f"c{chance.integers(count // 4 + 1)}", "firm", 1, Micros(int(chance.integers(1_000))),
            circles=(Circle(26 + chance.random(), 107.5 + chance.random(), 15.0),) if chance.random() < 0.5 else (),
            tags=tuple(chance.choice(4, 2, replace=False).tolist()) if chance.random() < 0.5 else (),
            domains=(int(chance.integers(3)),) if chance.random() < 0.3 else (),
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 63, 64, 65, 3_000])
def test_many_ads_are_found_as_few_are_and_long_lists_as_short_ones(count):
    live, everything = LiveAds(), some_ads(count)
    for ad in everything:
        live.put(ad)
    ads = {ad.ad_id: ad for ad in everything}
    for turn in range(4):
        for most in (1, 64):
            assert live.gather(NOBODY, most).tolist() == by_definition(
                live, ads, set(), NOBODY, most
            )
        for ad in everything[turn::5]:
            live.drop(ad.ad_id)
            ads.pop(ad.ad_id, None)
    for ad in everything[:40]:
        ads[ad.ad_id] = replace(ad, bid=Micros(5_000), tags=(2,), domains=(), circles=())
        live.put(ads[ad.ad_id])
        assert live.gather(NOBODY, 64).tolist() == by_definition(live, ads, set(), NOBODY, 64)


def test_of_a_campaign_no_more_than_its_best_come():
    live = LiveAds()
    for n in range(9):
        live.put(LiveAd(f"ad{n}", "c", "firm", 1, Micros(n)))
    live.put(LiveAd("other", "d", "firm", 1, Micros(0)))

    gathered = live.gather(NOBODY, 64)

    assert [live.get(ordinal).ad_id for ordinal in gathered] == ["ad8", "ad7", "other"]
    assert len(gathered) == CAMPAIGN_MAX + 1


@given(latitudes, longitudes, st.floats(0.1, 2_000), st.floats(0, 6.3), st.floats(0, 1))
@settings(max_examples=300, deadline=None)
def test_who_is_in_a_circle_is_in_one_of_its_cells(latitude, longitude, radius, way, part):
    covered = cover(latitude, longitude, radius)
    if covered is None:
        return
    north = latitude + np.degrees(radius / 6371) * part * np.cos(way)
    east = longitude + np.degrees(radius / 6371) * part * np.sin(way) / np.cos(np.radians(latitude))
    east = (east + 180) % 360 - 180
    if distance_km(latitude, longitude, north, east) <= radius:
        assert set(cells_of(north, east)) & set(covered)


def test_a_list_that_grew_long_has_its_bitmap_and_loses_it_when_it_is_short_again():
    posting, size = Posting(words=32), LONG + 40
    for n in range(size):
        posting.add(n)
    long = posting.bits is not None
    for n in range(size - 10):
        posting.remove(n)

    assert long
    assert posting.bits is None
    assert sorted(posting.held().tolist()) == list(range(size - 10, size))


@pytest.mark.parametrize(
    ("who", "at"), [(Who.PRESENT, "here"), (Who.RESIDENT, "home"), (Who.ANY, "here"), (Who.ANY, "home")]
)  # fmt: skip
def test_a_circle_means_whom_it_says(who, at):
    ad = LiveAd("ad", "c", "firm", 1, Micros(1), circles=(Circle(26.4, 108.1, 5.0, who),))
    inside = NOBODY._replace(here=None, home=None)._replace(**{at: (26.41, 108.1)})
    other = {"here": "home", "home": "here"}[at]
    outside = NOBODY._replace(here=None, home=None)._replace(**{other: (26.41, 108.1)})

    assert (fits(ad, inside), fits(ad, outside)) == (True, who == Who.ANY)
