"""A visit makes somebody present at its position, as if it had been PUT: of the two the later holds."""

import shutil
from datetime import timedelta

from tests.world import TOWN, opened, run

AWAY = {"latitude": 30.0, "longitude": 120.0}


def where(world, person="p0"):
    row = world.engine.directory.people[person]
    held = world.engine.state.people[row]
    return round(float(held["present_latitude"]), 4), round(float(held["present_longitude"]), 4)


def visit(world, place, **fields):
    return world.event("visit", position=place, **fields)


async def local(world):
    """Return how a feed of the place around p0 is answered: refused while nobody knows where they are."""
    return (
        await world.http.post("/v1/feeds", json={"viewer": "p0", "surface": "place"})
    ).status_code


def test_a_visit_shows_the_place_around_it_and_outlives_a_rebuild_from_the_log(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.put("/v1/domains/town", {"kind": "place", "centre": TOWN}, status=201)
            await world.people(1)
            await world.items(6, position=TOWN)
            before = await local(world)
            await world.events(visit(world, TOWN))
            live, there = await local(world), where(world)
        for folder in tmp_path.glob("communities/*/snapshots*"):
            shutil.rmtree(folder)
        async with opened(tmp_path, clock=world.clock) as world:
            return before, live, there, await local(world), where(world)

    before, live, there, again, rebuilt = run(scenario)
    assert (before, live, again) == (400, 200, 200)
    assert there == rebuilt == (TOWN["latitude"], TOWN["longitude"])


def test_the_later_word_holds_in_whichever_order_words_come(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(3)
            hour = timedelta(hours=1)
            late, early = world.now.isoformat(), (world.now - hour).isoformat()
            told = {"present": AWAY, "present_at": (world.now - hour / 2).isoformat()}
            await world.events(visit(world, TOWN), {**visit(world, AWAY), "time": early})
            first = where(world)
            await world.put("/v1/people/p0", told, status=200)
            after_put = where(world)
            await world.put("/v1/people/p1", told, status=200)
            await world.events({**visit(world, TOWN, person="p1"), "time": early})
            earlier = where(world, "p1")
            await world.events({**visit(world, TOWN, person="p1"), "time": late})
            return first, after_put, earlier, where(world, "p1")

    first, after_put, earlier, later = run(scenario)
    town, away = tuple(TOWN.values()), tuple(AWAY.values())
    assert (first, after_put, earlier, later) == (town, town, away, town)


def test_who_does_not_consent_to_their_position_is_nowhere(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            silent = {"consent": {"position": False}}
            await world.put("/v1/people/p0", silent, status=201)
            await world.put("/v1/people/p1", {}, status=201)
            await world.events(visit(world, TOWN), visit(world, TOWN, person="p1"))
            never, present = where(world), where(world, "p1")
            await world.put("/v1/people/p1", silent, status=200)
            return never, present, where(world, "p1")

    never, present, withdrawn = run(scenario)
    assert str(never) == str(withdrawn) == "(nan, nan)"
    assert present == (TOWN["latitude"], TOWN["longitude"])
