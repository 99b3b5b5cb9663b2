"""The feed of what lies around: the whole circle is scored, by what a community's own log says of places."""

import json
from datetime import timedelta

import numpy as np
import pytest

from lodestone.models.nearby_model import DEFAULTS, TERMS
from tests.worlds.world import TOWN, opened, run

KM = 1 / 111.195


def away(north, east=0.0):
    east /= np.cos(np.radians(TOWN["latitude"]))
    return {"latitude": TOWN["latitude"] + north * KM, "longitude": TOWN["longitude"] + east * KM}


async def without_chance(world):
    policy = (await world.ask("GET", "/v1/policy"))["policy"]
    promises = [one for one in policy["promises"] if one["kind"] != "exploration"]
    calm = {**policy, "promises": promises, "exploration_share": 0.0}
    await world.put("/v1/policy", {"policy": calm}, status=200)


async def placed(world, places, *, first=0, **fields):
    """Bring posts that differ in nothing but where they lie and whose they are."""
    lines = [
        {"id": f"i{n}", "kind": "picture", "author_id": f"a{n}", "position": place, **fields}
        for n, place in enumerate(places, first)
    ]
    for begins in range(0, len(lines), 500):
        content = "\n".join(json.dumps(line) for line in lines[begins : begins + 500])
        await world.ask("POST", "/v1/items:bulk", content=content, status=200)


async def around(world, viewer="p0", *, position=TOWN, slots=10, **fields):
    feed = await world.feed(viewer, surface="place", position=position, slots=slots, **fields)
    return feed, [int(slot["item_id"][1:]) for slot in feed["slots"]]


def like(world, person, item, *, minutes):
    at = (world.now - timedelta(days=3) + timedelta(minutes=minutes)).isoformat()
    return world.event("like", person=f"p{person}", item_id=f"i{item}", time=at)


def test_where_nothing_is_known_the_nearest_of_ten_places_come_first(tmp_path):
    km = [7, 1, 9, 3, 5, 2, 8, 4, 6, 0.5]

    async def scenario():
        async with opened(tmp_path) as world:
            await without_chance(world)
            await world.people(1)
            await placed(world, [away(one) for one in km])
            _, shown = await around(world)
            world.later(minutes=11)
            _, impersonal = await around(world, personalised=False)
            return shown, impersonal

    shown, impersonal = run(scenario())
    assert shown == np.argsort(km).tolist()
    assert impersonal == shown


def test_the_oldest_and_nearest_of_more_than_a_room_full_comes_first(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await without_chance(world)
            await world.people(1)
            old = (world.now - timedelta(days=9)).isoformat()
            await placed(world, [away(0.3)], created_at=old)
            ring = [away(3 * np.sin(turn), 3 * np.cos(turn)) for turn in np.linspace(0, 6, 1500)]
            await placed(world, ring, first=1)
            feed, shown = await around(world)
            receipt = await world.ask("GET", f"/v1/receipts/{feed['receipt_id']}", status=200)
            return shown, receipt

    shown, receipt = run(scenario())
    assert shown[0] == 0
    assert 512 < receipt["candidates"] <= 1024
    assert {one["source"] for one in receipt["slate"]} == {"neighbours"}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A street of 60 places whose people go on to the next door; two tastes, even and odd doors."""
    home, told = tmp_path_factory.mktemp("street") / "home", {}

    async def first():
        async with opened(home) as world:
            await without_chance(world)
            await world.people(42)
            await placed(world, [away(0.3 * n - 9) for n in range(60)])
            chance = np.random.default_rng(2)
            likes = []
            for person in range(40):
                at = int(chance.integers(0, 30)) * 2 + person % 2
                for n in range(12):
                    likes.append(like(world, person, at, minutes=120 * n + person))
                    at = min(59, max(0, at + 2 * int(chance.choice([-1, 1]))))
            await world.events(*likes)
            told["before"] = await world.ask("GET", "/v1/item-lists")
            told["lists"] = await world.ask("POST", "/v1/item-lists", status=200)
            await world.events(like(world, 40, 30, minutes=4_000))
            told["feed"], told["shown"] = await around(world, "p40", position=away(0), explain=True)
            path = f"/v1/receipts/{told['feed']['receipt_id']}"
            told["receipt"] = await world.ask("GET", path, status=200)
            told["replay"] = await world.ask("POST", f"{path}/replay")
            told["why"] = await world.ask("GET", f"{path}/why/1", status=200)

    async def again():
        async with opened(home) as world:
            world.later(minutes=11)
            _, told["restarted"] = await around(world, "p40", position=away(0))
            told["folder"] = world.app.engines.of("c").parts.maker._root / "lists-000001"
        manifest = told["folder"] / "manifest.json"
        text = json.loads(manifest.read_text())
        for name in ("onward", "onward_share", "lift"):
            del text["columns"][name]
        del text["about"]["nearby"]
        manifest.write_text(json.dumps(text))
        async with opened(home) as world:
            world.later(minutes=22)
            _, told["older"] = await around(world, "p40", position=away(0))
            told["older_lists"] = await world.ask("GET", "/v1/item-lists")

    run(first())
    run(again())
    return told


def test_before_lists_are_made_the_weights_are_the_defaults(story):
    assert story["before"]["nearby_weights"] == dict(zip(TERMS, DEFAULTS, strict=True))
    assert story["before"]["nearby_choices"] == 0


def test_the_weights_are_learned_with_the_lists_and_lie_in_their_version(story):
    lists = story["lists"]

    assert lists["nearby_choices"] > 20
    assert lists["nearby_likeness"] > 0
    assert lists["nearby_weights"]["distance"] > DEFAULTS[0]
    assert story["receipt"]["predictor_version"].endswith(f"+alike-{lists['version']}")
    assert story["replay"] == {"identical": True, "differences": []}


def test_likeness_and_distance_work_together(story):
    """Who liked door 30 sees doors of their taste on both sides before the doors between."""
    assert set(story["shown"][:2]) == {28, 32}
    assert 30 not in story["shown"]


def test_a_restart_decides_by_the_same_version(story):
    assert story["restarted"] == story["shown"]


def test_a_version_made_before_places_were_learned_is_used_with_the_default_weights(story):
    assert story["older_lists"]["version"] == 1
    assert story["older_lists"]["nearby_weights"] == dict(zip(TERMS, DEFAULTS, strict=True))
    assert len(story["older"]) == 10


def test_why_names_the_terms_and_they_sum_to_what_was_decided(story):
    note = story["feed"]["explain"]["slots"][0]
    terms = {term["term"] for term in note["terms"]}

    assert {"alike", "distance", "circle"} <= terms
    assert story["why"]["terms"]
