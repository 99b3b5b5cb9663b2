"""A market whose rows are broken by hand, and what is told of that: for tests of failing alone."""

import sqlite3
from contextlib import asynccontextmanager, closing

from tests.worlds.trade_world import market
from tests.worlds.world import opened


@asynccontextmanager
async def stage(home):
    async with opened(home) as world:
        await market(world)
        yield world


def execute(home, statement, *values):
    with closing(sqlite3.connect(home / "records.db")) as records, records:
        assert records.execute(statement, values).rowcount == 1, statement


def failed(logged):
    return [(one["job"], one["row"]) for one in logged if one["event"] == "background work failed"]


async def failing(world):
    told = await world.ask("GET", "/health/ready", status=200)
    assert told["status"] == "ready"
    return [(one["job"], one["row"], one["times"]) for one in told.get("failing", ())]


async def count(world, job):
    text = (await world.http.get("/metrics")).text
    name = f'lodestone_background_failures_total{{job="{job}"}} '
    return next((float(one[len(name) :]) for one in text.splitlines() if one.startswith(name)), 0)


async def states(world):
    found = (await world.ask("GET", "/v1/orders?limit=99", status=200))["data"]
    return [one["state"] for one in reversed(found)]


async def require_alone(world, logged, job, row, mend):
    """Hold that one row failed once, waits, is tried again, and is done and forgotten once it is mended."""
    assert failed(logged) == [(job, row)]
    assert await failing(world) == [(job, row, 1)]
    assert await count(world, job) == 1

    await world.engine.tick()
    assert await count(world, job) == 1, "it waits before it is tried again"
    world.later(seconds=6)
    await world.engine.tick()
    assert (await count(world, job), failed(logged)) == (2, [(job, row)])
    assert await failing(world) == [(job, row, 2)]

    mend()
    world.later(seconds=20)
    await world.engine.tick()
    assert await failing(world) == []
    assert await count(world, job) == 2
