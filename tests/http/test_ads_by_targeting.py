"""Targeting on real pages: what a viewer follows, likes, belongs to and where they are decides which ads come."""

import pytest

from lodestone.features.ads import Circle, Who
from tests.worlds.advertised import advertise, live, paid
from tests.worlds.world import TOWN, opened, run

FAR = {"latitude": 30.0, "longitude": 120.0}
HERE = Circle(TOWN["latitude"], TOWN["longitude"], 5.0, Who.PRESENT)
HOME = Circle(TOWN["latitude"], TOWN["longitude"], 5.0, Who.RESIDENT)


async def settled(world):
    await world.put("/v1/people/p0", {"home": TOWN}, status=201)
    await world.put("/v1/people/p1", {"home": FAR}, status=201)
    await world.items(40, authors=20)
    await world.put("/v1/domains/cups", {"kind": "channel"}, status=201)
    await world.put("/v1/domains/cups/members/p0", status=204)
    await world.put("/v1/people/p0/follows/a3", status=204)
    old = "2025-12-01T00:00:00Z"  # so that it stands on no page by itself
    ware = {"author_id": "firm", "kind": "video", "text": "for sale", "created_at": old}
    await world.put("/v1/items/ware", ware, status=201)
    rare = {"author_id": "p1", "kind": "video", "text": "jars", "tags": ["jars"], "created_at": old}
    await world.put("/v1/items/rare", rare, status=201)
    await world.events(world.event("like", person="p0", item_id="rare"))


def targeted(world, kind):
    names = world.engine.directory
    return {
        "nobody": {},
        "present": {"circles": (HERE,)},
        "resident": {"circles": (HOME,)},
        "channel": {"domains": (names.domain_code("cups"),)},
        "liked": {"tags": (names.tag_codes["jars"],)},
        "on the page": {"tags": (names.tag_codes["tea"],)},
        "followers": {"followers_of": (names.ordinal(names.person_row("a3")),)},
    }[kind]


@pytest.mark.parametrize(
    ("kind", "come"),
    [
        ("nobody", [True, True, True]),
        ("present", [True, True, False]),
        ("resident", [True, False, False]),
        ("channel", [True, False, False]),
        ("liked", [True, False, False]),
        ("on the page", [True, True, True]),
        ("followers", [True, False, False]),
    ],
)  # fmt: skip
def test_an_ad_reaches_whom_it_means(tmp_path, kind, come):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            advertise(world, "ad", "ware", **targeted(world, kind))
            pages = [
                await world.feed("p0"),
                await world.feed("p1", position=TOWN),
                await world.feed("p1", position=FAR),
            ]
            return [bool(paid(page)) for page in pages]

    assert run(scenario) == come


def test_a_pace_lowers_what_an_ad_offers_from_the_next_page_on(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await settled(world)
            ad = advertise(world, "ad", "ware")
            notes = []
            for pace in (None, 0.5, 0.0):
                if pace is not None:
                    live(world).paced(ad.campaign_id, pace)
                page = await world.feed("p0", explain=True)
                notes.append([(note["pace"], note["bid"]) for note in page["explain"]["ads"]])
            live(world).paced("unknown", 0.5)
            return notes

    first, second, third = run(scenario)
    assert (first, second) == ([(1.0, 50_000_000)], [(0.5, 50_000_000)])
    assert third in ([], [(0.0, 50_000_000)])
