"""Ads for segments of people and not for who has converted: what a viewer does decides the very next page."""

from dataclasses import replace

import pytest

from lodestone.base.clock import DAY_MICROS
from lodestone.features.ads.audiences import ANYBODY, Converted, Deed, Member, Segment
from tests.http.test_ads_by_targeting import settled
from tests.http.test_ads_come_live import CPC, form, run_it
from tests.worlds.advertised import advertise, live, paid
from tests.worlds.world import opened, run

WEEK = 7 * DAY_MICROS
OLD = "2025-12-01T00:00:00Z"  # so that it stands on no page by itself


async def follow(world):
    await world.put("/v1/people/p0/follows/boss", status=204)


async def buy(world):
    await world.events(world.event("order", item_id="sold"))


async def redeem(world):
    await world.events(world.event("redeem", item_id="sold"))


async def nothing(world):
    del world


async def opened_shop(world):
    """Let somebody sell a post, and somebody else's be advertised; return the seller's ordinal."""
    await settled(world)
    await world.put("/v1/people/boss", {}, status=201)
    sold = {"author_id": "boss", "kind": "video", "text": "sold", "created_at": OLD}
    await world.put("/v1/items/sold", sold, status=201)
    directory = world.engine.directory
    return directory.ordinal(directory.person_row("boss"))


def asks(boss):
    """Return each way to ask for people, of a live ad."""
    customers, followers = Member(Segment.CUSTOMERS, boss), Member(Segment.FOLLOWERS, boss)
    return {
        "customers": {"segments_in": (customers,)},
        "no customers": {"segments_out": (customers,)},
        "followers": {"segments_in": (followers,)},
        "no followers": {"segments_out": (followers,)},
        "either": {"segments_in": (customers, followers)},
        "followers, no customers": {"segments_in": (followers,), "segments_out": (customers,)},
        "who has not bought": {"converted": Converted(Deed.ORDER, boss, WEEK)},
        "who has not come": {"converted": Converted(Deed.VISIT, boss, WEEK)},
        "who does not follow": {"converted": Converted(Deed.FOLLOW, boss, WEEK)},
        "who did nothing": {"converted": Converted(Deed.ANY, boss, WEEK)},
    }


@pytest.mark.parametrize(
    ("means", "does", "before", "after"),
    [
        ("customers", buy, False, True),
        ("customers", follow, False, False),
        ("no customers", buy, True, False),
        ("followers", follow, False, True),
        ("no followers", follow, True, False),
        ("either", buy, False, True),
        ("either", follow, False, True),
        ("followers, no customers", buy, False, False),
        ("who has not bought", buy, True, False),
        ("who has not bought", follow, True, True),
        ("who has not bought", redeem, True, True),
        ("who has not come", redeem, True, False),
        ("who has not come", buy, True, False),
        ("who does not follow", follow, True, False),
        ("who does not follow", buy, True, True),
        ("who did nothing", follow, True, False),
        ("who did nothing", redeem, True, False),
        ("who did nothing", nothing, True, True),
    ],
)
def test_what_somebody_did_decides_their_very_next_page(tmp_path, means, does, before, after):
    async def scenario():
        async with opened(tmp_path) as world:
            boss = await opened_shop(world)
            advertise(world, "ad", "ware", contextual=False, **asks(boss)[means])
            pages = [await world.feed("p0")]
            await does(world)
            pages += [await world.feed("p0"), await world.feed("p1")]
            impersonal = await world.feed("p1", personalised=False)
            return [bool(paid(page)) for page in pages], bool(paid(impersonal))

    assert run(scenario) == ([before, after, before], False)


def test_who_converted_is_reached_again_when_the_days_are_over(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            boss = await opened_shop(world)
            advertise(world, "ad", "ware", **asks(boss)["who has not bought"])
            await buy(world)
            pages = []
            for days in (6, 1.01):
                world.later(days=days)
                await world.items(60, authors=20, first=int(100 * days))
                pages += [await world.feed("p0"), await world.feed("p1")]
            return [bool(paid(page)) for page in pages]

    assert run(scenario) == [False, True, True, True]


def test_newcomers_are_new_for_seven_days(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            ad = advertise(world, "ad", "ware")
            live(world).put(replace(ad, segments_in=(Member(Segment.NEWCOMERS, ANYBODY),)))
            pages = [await world.feed("p0")]
            world.later(days=7)
            await world.items(60, authors=20, first=100)
            await world.put("/v1/people/late", {}, status=201)
            pages += [await world.feed("p0"), await world.feed("late")]
            return [bool(paid(page)) for page in pages]

    assert run(scenario) == [True, False, True]


def test_a_live_ad_says_whom_its_segments_mean(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            targeting = {
                "segments_in": ["newcomers"], "lookalike_of": "customers",
                "segments_out": ["followers"], "exclude_converted_days": 3,
            }  # fmt: skip
            await run_it(world, **{"/v1/ad-groups/corner": {**CPC, "targeting": targeting}})
            ad = await world.ask("GET", "/v1/ads/bowl", status=200)
            directory = world.engine.directory
            return form(world), directory.ordinal(directory.person_row("mei")), ad["delivery"]

    ad, mei, delivery = run(scenario)
    assert ad.segments_in == (Member(Segment.NEWCOMERS, ANYBODY),)
    assert ad.segments_out == (Member(Segment.FOLLOWERS, mei), Member(Segment.CUSTOMERS, mei))
    assert ad.alike_to == mei
    assert ad.converted == Converted(Deed.ORDER, mei, 3 * DAY_MICROS)
    assert not ad.contextual
    assert delivery["code"] == "eligible"
