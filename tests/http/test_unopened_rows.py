"""A row of the records that does not open keeps no community from serving: it is told, passed over, and back once mended."""

import sqlite3
from contextlib import asynccontextmanager, closing

import numpy as np
import pytest

from tests.worlds.failing_world import count, execute, failed, failing
from tests.worlds.world import opened, run

COLUMNS = ("item_ring", "author_total", "person_total", "surface_total")


def value(tmp_path, table, column, where):
    with closing(sqlite3.connect(tmp_path / "records.db")) as records:
        return records.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()[0]


def broken(tmp_path, table, column, where, damage=b"\x02torn"):
    """Damage one row; return how to mend it."""
    before = value(tmp_path, table, column, where)
    statement = f"UPDATE {table} SET {column} = ? WHERE {where}"
    execute(tmp_path, statement, damage)
    return lambda: execute(tmp_path, statement, before)


async def filled(tmp_path):
    """Fill a community: a0 to a2 write i0 to i8, p0 to p3 watch and share; return what its state counts."""
    async with opened(tmp_path) as world:
        await world.put("/v1/domains/pots", {"kind": "channel", "name": "Pots"})
        await world.people(4)
        await world.items(9, authors=3)
        await world.events(
            *(
                world.event("share", item_id=f"i{n % 9}", person=f"p{n % 4}", id=f"s{n}")
                for n in range(36)
            )
        )
        return counted(world)


def counted(world):
    state = world.engine.state
    return {name: getattr(state, name).copy() for name in COLUMNS}


def require_same(before, world):
    for name, held in before.items():
        assert np.array_equal(held, getattr(world.engine.state, name)), name


def forget_snapshots(tmp_path):
    for path in tmp_path.rglob("state-*"):
        path.unlink()


@asynccontextmanager
async def started(tmp_path, *, snapshots=True):
    if not snapshots:
        forget_snapshots(tmp_path)
    async with opened(tmp_path) as world:
        yield world


CASES = {
    "person": ("people", "row", "rowid = (SELECT MAX(rowid) FROM people)"),
    "person's doc": ("people", "doc", "rowid = (SELECT MAX(rowid) FROM people)"),
    "item": ("items", "layout", "id = 'i4'"),
    "last item": ("items", "layout", "id = 'i8'"),
    "domain": ("domains", "given", "id = 'pots'"),
}


@pytest.mark.parametrize("snapshots", [True, False], ids=["from a snapshot", "from the log"])
@pytest.mark.parametrize("case", CASES)
def test_a_row_that_does_not_open_is_told_and_passed_over(tmp_path, logged, case, snapshots):
    async def scenario():
        before = await filled(tmp_path)
        mend = broken(tmp_path, *CASES[case])
        async with started(tmp_path, snapshots=snapshots) as world:
            ((job, row),) = failed(logged)
            assert (job, row.split()[0]) == ("opening", case.split("'")[0].split()[-1])
            assert await failing(world) == [(job, row, 1)]
            assert await count(world, "opening") == 1
            told = await world.ask("POST", "/v1/verify", {}, status=200)
            (finding,) = [one for one in told["findings"] if one["kind"] == "records"]
            assert (finding["problem"], finding["number"]) == ("damaged", 1)
            assert row in finding["said"]
            assert len((await world.feed("stranger"))["slots"]) >= 5
            # It goes on: facts about the rest are counted, a new item finds its place.
            await world.items(1, authors=1, first=20)
            shared = [world.event("share", item_id=f"i{n}", person="p0") for n in (0, 1, 20)]
            assert (await world.events(*shared))["accepted"] == 3
            assert world.engine.log.end() == world.engine.state.offset
        mend()
        async with started(tmp_path) as world:
            assert await failing(world) == []
            assert (await world.ask("POST", "/v1/verify", {}, status=200))["findings"] == []
            totals = before["person_total"].sum() + 3
            assert world.engine.state.person_total.sum() == totals
            for n in range(9):
                assert world.engine.directory.items[f"i{n}"] == n
            assert {f"p{n}" for n in range(4)} <= world.engine.directory.people.keys()
            whole = counted(world)
        async with started(tmp_path, snapshots=False) as world:
            require_same(whole, world)

    run(scenario())


def test_facts_about_an_item_that_does_not_open_have_where_to_be_counted(tmp_path, logged):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(1)
            for first in range(0, 1100, 1000):
                await world.items(min(1000, 1100 - first), authors=3, first=first)
            await world.events(world.event("share", item_id="i1099"))
            before = counted(world)
        mend = broken(tmp_path, "items", "layout", "id = 'i1099'")
        async with started(tmp_path, snapshots=False) as world:
            assert world.engine.state.item_count == 1100
            assert world.engine.state.item_ring[1099].sum() == before["item_ring"][1099].sum() == 1
            assert len(await failing(world)) == 1
        mend()
        async with started(tmp_path, snapshots=False) as world:
            require_same(before, world)

    run(scenario())


@pytest.mark.parametrize("kind", [99, 0, -1])
def test_an_outbox_row_of_unknown_kind_keeps_no_community_from_serving(tmp_path, logged, kind):
    async def scenario():
        await filled(tmp_path)
        statement = "INSERT INTO outbox (tenant, id, kind, target) VALUES (1, 9001, ?, 3)"
        execute(tmp_path, statement, kind)
        async with started(tmp_path) as world:
            assert await failing(world) == [("change", "9001", 1)]
            assert failed(logged) == [("change", "9001")]
            assert world.engine.log.end() == world.engine.state.offset
            await world.put("/v1/people/new", {"name": "New"}, status=201)
            assert len((await world.feed("new"))["slots"]) > 0

    run(scenario())


def test_a_change_whose_row_does_not_open_waits_in_the_outbox_and_is_taken_once_mended(
    tmp_path, logged
):
    async def scenario():
        await filled(tmp_path)
        mend = broken(tmp_path, "items", "layout", "id = 'i4'")
        execute(tmp_path, "INSERT INTO outbox (tenant, id, kind, target) VALUES (1, 9001, 65, 4)")
        async with started(tmp_path) as world:
            assert sorted(await failing(world)) == [("change", "9001", 1), ("opening", "item 4", 1)]
            end = world.engine.log.end()
            mend()
            world.later(seconds=6)
            await world.engine.tick()
            assert [one[0] for one in await failing(world)] == ["opening"], "until the next start"
            assert world.engine.log.end() == world.engine.state.offset == end + 1
            assert world.engine.directory.items["i4"] == 4

    run(scenario())
