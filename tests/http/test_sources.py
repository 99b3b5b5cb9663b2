"""Every source brings what it names, within what it promises, and the feed thins when one is down."""

from dataclasses import replace

import numpy as np
import pytest

from lodestone.base.errors import UnavailableError
from lodestone.events.outcomes import Source
from lodestone.services.feed.pipeline import Decider
from lodestone.services.feed.sources import FOLLOWS, Sources
from lodestone.traffic.filters import Marks
from tests.worlds.world import TOWN, opened, run

FAR = {"latitude": 40.0, "longitude": 116.0}
KM = 1 / 111.195


def sources_of(receipt):
    return {candidate["source"] for candidate in receipt["pool"]}


async def receipt_of(world, viewer="p0", **fields):
    feed = await world.feed(viewer, **fields)
    return feed, await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}", status=200)


async def a_bit_of_everything(world):
    """Posts that only one source each would bring first."""
    await world.people(3, home=TOWN)
    await world.put("/v1/domains/food", {"kind": "channel"}, status=201)
    await world.put("/v1/domains/cook", {"kind": "profession"}, status=201)
    await world.items(4, authors=4)
    await world.items(4, authors=4, first=10, position=TOWN)
    await world.items(4, authors=4, first=20, channels=["food"])
    await world.items(4, authors=4, first=30, professions=["cook"])
    await world.items(4, authors=4, first=40, kind="live", duration_seconds=None)
    await world.put("/v1/items/i50", {"kind": "text", "author_id": "z", "text": "tea"}, status=201)
    await world.put(
        "/v1/people/p0",
        {"home": TOWN, "profession": "cook", "interests": {"tea": 1}},
        status=200,
    )
    await world.put("/v1/domains/food/members/p0")
    await world.put("/v1/people/p0/follows/z")


def test_every_source_feeds_candidates(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await a_bit_of_everything(world)
            # Trending: shown and liked, and no longer among the newest.
            first, _ = await receipt_of(world, "p1", slots=20)
            await world.events(*(world.event("impression", one, "p1") for one in first["slots"]))
            world.later(minutes=5)
            await world.items(420, authors=60, first=100, kind="video")
            world.engine.housekeeper.tidy(world.engine.now())
            _, receipt = await receipt_of(world, slots=10)
            rows, source = world.engine.parts.decider._sources.gather(
                world.engine.hydrator.viewer(
                    Asked(), world.engine.housekeeper.policy, world.engine.now(), gated=False
                ),
                world.engine.state.interest[world.engine.directory.person_row("p0")],
                Marks(np.zeros(10_000, np.int64), np.zeros(0, np.int64), 1),
                [],
            )
            assert receipt["candidates"] == rows.size
            return set(source.tolist())

    assert run(scenario()) == set(Source) - {Source.EXPLORATION, Source.ALIKE, Source.AD}


class Asked:
    viewer, session, surface, domain_id, position, personalised = "p0", None, "discover", None, None, True  # fmt: skip


@pytest.mark.parametrize("radius", [0.5, 10, 25, 60])
def test_a_place_of_any_radius_shows_all_that_lies_within_and_nothing_beyond(tmp_path, radius):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            body = {"kind": "place", "centre": TOWN, "radius_km": radius}
            await world.put("/v1/domains/town", body, status=201)
            turns = np.linspace(0, 2 * np.pi, 12, endpoint=False)
            for n, turn in enumerate(turns.tolist()):
                for share, first in ((0.99, 0), (1.01, 100)):
                    away = radius * share * KM
                    position = {
                        "latitude": TOWN["latitude"] + away * np.sin(turn),
                        "longitude": TOWN["longitude"]
                        + away * np.cos(turn) / np.cos(np.radians(TOWN["latitude"])),
                    }
                    await world.items(1, authors=1000, first=first + n, position=position)

            feed = await world.feed(surface="place", domain_id="town", slots=50)
            return {slot["item_id"] for slot in feed["slots"]}

    assert run(scenario()) == {f"i{n}" for n in range(12)}


def test_who_follows_very_many_sees_every_one_of_them_in_time(tmp_path):
    async def scenario():
        authors = FOLLOWS + 40
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(authors, authors=authors)
            for n in range(authors):
                await world.put(f"/v1/people/p0/follows/a{n}")
            shown = set()
            for _ in range(3):
                feed = await world.feed(surface="following", slots=50)
                await world.events(*(world.event("impression", one) for one in feed["slots"]))
                shown |= {slot["author_id"] for slot in feed["slots"]}
            return shown, authors

    shown, authors = run(scenario())
    assert len(shown) == authors


class Silent:
    """Lists that do not answer, one source at a time."""

    def __init__(self, real, down):
        self._real, self._down = real, down
        self.rows, self.count = real.rows, real.count

    def _or_down(self, name, *asked):
        if self._down in (name, (name, *asked)):
            raise UnavailableError("list_down", "the list does not answer")
        return getattr(self._real, name)(*asked)

    def around(self, *where):
        return self._or_down("around", *where)

    def domain(self, code):
        return self._or_down("domain", code)

    def listed(self, index):
        return self._or_down("listed", index)

    def __getattr__(self, name):
        return getattr(self._real, name)


@pytest.mark.parametrize(
    ("down", "named"),
    [
        ("around", ["neighbours"]),
        ("domain", ["channel", "profession"]),
        (("listed", 0), ["new"]),
        (("listed", 1), ["trending"]),
        (("listed", 2), ["live"]),
    ],
)
def test_a_source_that_is_down_is_named_and_the_rest_goes_on_the_same_each_time(
    tmp_path, down, named
):
    async def once(home):
        async with opened(home) as world:
            await a_bit_of_everything(world)
            parts = world.engine.parts
            lists = Silent(parts.postings, down)
            sources = Sources(parts.state, lists, parts.index, parts.kernels)
            decider = Decider(parts.state, sources, parts.predictor, parts.fallback, parts.kernels)
            world.engine.parts = replace(parts, decider=decider)
            feed, receipt = await receipt_of(world, slots=5)
            replay = await world.ask("POST", f"/v1/receipts/{feed['receipt_id']}/replay")
            assert replay["identical"]
            assert sorted(feed["degraded"]) == sorted(receipt["degraded"]) == named
            return [slot["item_id"] for slot in feed["slots"]], sources_of(receipt)

    async def both():
        return await once(tmp_path / "a"), await once(tmp_path / "b")

    first, second = run(both)
    assert first == second
    assert len(first[0]) == 5
    assert not first[1] & (set(named) - {"new"})
