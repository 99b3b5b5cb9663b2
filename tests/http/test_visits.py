"""A visit makes somebody present at its position, as if it had been PUT: of the two the later holds."""

import shutil
from datetime import timedelta

from lodestone.features.snapshot import columns
from tests.worlds.trade_world import SHOP, line, market
from tests.worlds.world import TOWN, opened, run

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


def test_a_visit_is_where_the_person_is_read_to_be_unless_they_said_otherwise_since(tmp_path):
    async def read(world):
        one = await world.ask("GET", "/v1/people/p0", status=200)
        (listed,) = (await world.ask("GET", "/v1/people?limit=1", status=200))["data"]
        assert listed == one
        return one["present"], one["present_at"]

    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            nowhere = await read(world)
            await world.events(visit(world, TOWN))
            visited = await read(world)
            world.later(minutes=5)
            told = {"present": AWAY, "present_at": world.now.isoformat()}
            await world.put("/v1/people/p0", told, status=200)
            said = await read(world)
            await world.events(visit(world, TOWN))
            tied = await read(world)
            world.later(minutes=5)
            await world.events(visit(world, TOWN))
        async with opened(tmp_path, clock=world.clock) as world:
            again = await read(world)
            await world.put("/v1/people/p0", {"consent": {"position": False}}, status=200)
            return nowhere, visited, said, tied, again, await read(world)

    nowhere, visited, said, tied, again, silent = run(scenario)
    assert nowhere == silent == (None, None)
    assert visited == (TOWN, "2026-03-04T12:00:00.000Z")
    assert said == tied == (AWAY, "2026-03-04T12:05:00.000Z")
    assert again == (TOWN, "2026-03-04T12:10:00.000Z")


def test_an_order_that_names_no_position_is_judged_by_where_a_visit_says_that_the_buyer_is(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            asked = {"buyer": "p0", "lines": [line()], "fulfilment": "pickup"}
            await world.put("/v1/people/p0", {}, status=200)
            told = [await world.ask("POST", "/v1/orders", asked)]
            for place in (AWAY, SHOP["position"]):
                world.later(minutes=5)
                await world.events(visit(world, place))
                told.append(await world.ask("POST", "/v1/orders", asked))
            world.later(hours=7)
            return [*told, await world.ask("POST", "/v1/orders", asked)]

    unknown, away, there, gone = run(scenario)
    assert [one["error"]["code"] for one in (unknown, away, gone)] == [
        "position_missing", "too_far", "position_missing",
    ]  # fmt: skip
    assert there["state"] == "reserved"


def test_a_search_moves_nothing_that_a_decision_reads(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            await world.items(8)
            slot = (await world.feed(slots=2))["slots"][0]
            await world.events(world.event("impression", slot), world.event("like", slot))
            before = columns(world.engine.state)
            before = {name: column.tobytes() for name, column in before.items()}
            verdict = await world.events(world.event("search", query="tea"))
            after = columns(world.engine.state)
            return verdict, before, {name: column.tobytes() for name, column in after.items()}

    verdict, before, after = run(scenario)
    assert verdict["accepted"] == 1
    assert {name for name in after if before[name] != after[name]} == {"marks"}  # the log's offset
