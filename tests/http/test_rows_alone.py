"""One event of a batch, or row of a bulk, that raises is refused alone: the rest is taken, once, log and state agree."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import httpx
import numpy as np
import pytest

from lodestone.events.outcomes import FactKind
from lodestone.features import apply_kernel
from lodestone.stores.log.sqlite import SqliteLog
from tests.worlds.failing_world import count, execute, failed, failing
from tests.worlds.world import opened, run


async def stage(world, people=4, items=6):
    await world.people(people)
    await world.items(items, authors=2)


def shares(world, number, person="p0", **fields):
    times = [(world.now - timedelta(seconds=number - n)).isoformat() for n in range(number)]
    return [
        world.event("share", item_id=f"i{n % 6}", id=f"{person}{n}", person=person, **{**fields, "time": time})
        for n, time in enumerate(times)
    ]  # fmt: skip


def counted(world):
    """Return what the state has counted of shares, by item."""
    state = world.engine.state
    ring, old = (
        state.item_ring[:, :, int(FactKind.SHARE)].sum(axis=1),
        state.item_old[:, int(FactKind.SHARE)],
    )
    return (ring + old)[:6].tolist()


def alone(logged):
    return [one["event"] for one in logged if one["event"] == "request failed alone"]


def columns(world):
    state = world.engine.state
    names = ("item_ring", "item_old", "author_total", "person_total", "positives", "surface_total")
    held = {name: getattr(state, name).copy() for name in names}
    held["positives"].sort(axis=1)  # a set: where one stands says nothing
    return held


def require_equal(before, after):
    for name, held in before.items():
        assert np.array_equal(held, after[name]), name


async def require_as_rebuilt(tmp_path, before):
    """Hold that a start from the log alone, without any snapshot, comes to the same counters."""
    for path in tmp_path.rglob("state-*"):
        path.unlink()
    async with opened(tmp_path) as world:
        require_equal(before, columns(world))


@pytest.mark.parametrize("size", [1, 7, 30])
@pytest.mark.parametrize("history", [False, True])
def test_an_event_whose_judging_raises_is_refused_alone(
    tmp_path, logged, monkeypatch, size, history
):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            events = shares(world, size)
            bad = size // 2
            # What is private of this event is encrypted after its id has been claimed.
            events[bad]["query"] = "tea"
            seal = world.engine.ingest._seal

            def torn(_row, _text):
                raise AssertionError("this must not be")

            world.engine.ingest._seal = torn
            before = world.engine.log.end()
            path = "/v1/events?history=true" if history else "/v1/events"

            told = await world.ask("POST", path, {"events": events}, status=200)

            assert (told["accepted"], told["duplicates"]) == (size - 1, 0)
            (refused,) = told["refused"]
            assert (refused["index"], refused["code"]) == (bad, "internal")
            assert refused["message"].startswith(f"events[{bad}]: ")
            assert len(alone(logged)) == 1
            assert world.engine.log.end() == world.engine.state.offset == before + size - 1
            assert sum(counted(world)) == size - 1

            world.engine.ingest._seal = seal
            again = await world.ask("POST", path, {"events": events}, status=200)
            assert (again["accepted"], again["duplicates"], again["refused"]) == (1, size - 1, [])
            assert sum(counted(world)) == size

    run(scenario())


def test_events_at_fault_in_several_chunks_are_each_refused_and_none_beside_them(tmp_path, logged):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world, people=2)
            events = [
                world.event("share", item_id=f"i{n % 6}", id=f"s{n}", person=f"p{n % 2}")
                for n in range(900)
            ]
            bad = [0, 1, 399, 400, 777, 899]
            for n in bad:
                events[n]["surface"] = f"own{n}"
            known = world.engine.directory.surface_known

            def torn(surface):
                if surface.startswith("own"):
                    raise RuntimeError(surface)
                return known(surface)

            world.engine.directory.surface_known = torn
            told = await world.events(*events)

            assert told["accepted"] == 900 - len(bad)
            assert [one["index"] for one in told["refused"]] == bad
            assert {one["code"] for one in told["refused"]} == {"internal"}
            assert len(alone(logged)) == len(bad)

    run(scenario())


def break_apply(state, key_of_item):
    """Have the state refuse every batch in which an item is named; return how to mend it."""
    sound = state.apply

    def torn(facts, person_row, target_row):
        if (facts["item"] == key_of_item).any():
            raise IndexError("no such row")
        sound(facts, person_row, target_row)

    state.apply = torn
    return lambda: setattr(state, "apply", sound)


def test_an_event_that_the_state_cannot_follow_is_refused_alone_and_applied_once_mended(
    tmp_path, logged
):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            row = world.engine.directory.items["i3"]
            mend = break_apply(world.engine.state, row)
            before = world.engine.log.end()

            told = await world.events(*shares(world, 6))

            assert told["accepted"] == 5
            assert [(one["index"], one["code"]) for one in told["refused"]] == [(3, "internal")]
            assert counted(world) == [1, 1, 1, 0, 1, 1]
            assert world.engine.log.end() == world.engine.state.offset == before + 6
            ((job, name),) = failed(logged)
            assert job == "fact"
            assert await failing(world) == [("fact", name, 1)]
            assert await count(world, "fact") == 1
            again = await world.events(*shares(world, 6))
            assert (again["accepted"], again["duplicates"]) == (0, 6), "the log has it already"

            mend()
            world.later(seconds=6)
            await world.engine.tick()

            assert counted(world) == [1] * 6
            assert await failing(world) == []
            assert world.engine.log.end() == world.engine.state.offset
            whole = columns(world)
        await require_as_rebuilt(tmp_path, whole)

    run(scenario())


def test_what_the_state_could_not_follow_is_in_it_after_a_restart(tmp_path, logged):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
        async with opened(tmp_path) as world:
            break_apply(world.engine.state, world.engine.directory.items["i3"])
            await world.events(*shares(world, 12))
            assert counted(world) == [2, 2, 2, 0, 2, 2]
        async with opened(tmp_path) as world:
            assert counted(world) == [2] * 6
            assert await failing(world) == []

    run(scenario())


def test_a_batch_that_is_applied_in_part_is_not_applied_again_and_right_after_a_restart(
    tmp_path, logged, monkeypatch
):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            await world.events(*shares(world, 6))

            def torn(*_):
                raise MemoryError

            monkeypatch.setattr(apply_kernel, "remember", torn)
            events = shares(world, 6, "p1")
            told = await world.events(*events)
            monkeypatch.undo()

            assert told["accepted"] == 6
            assert counted(world) == [2] * 6
            assert world.engine.log.end() == world.engine.state.offset
            assert [one[0] for one in await failing(world)] == ["state"]
        async with opened(tmp_path) as world:
            assert counted(world) == [2] * 6
            row = world.engine.directory.people["p1"]
            assert (world.engine.state.positives[row] >= 0).sum() == 6
            assert await failing(world) == []

    run(scenario())


def test_what_the_log_does_not_take_is_not_claimed(tmp_path, logged, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            events = shares(world, 6)
            row = world.engine.directory.items["i2"]
            append = SqliteLog.append

            def torn(log, facts, sealed=()):
                if (facts["item"] == row).any():
                    raise AssertionError("this must not be")
                return append(log, facts, sealed)

            monkeypatch.setattr(SqliteLog, "append", torn)
            told = await world.events(*events)
            monkeypatch.undo()
            again = await world.events(*events)

            assert (told["accepted"], [one["index"] for one in told["refused"]]) == (5, [2])
            assert (again["accepted"], again["duplicates"]) == (1, 5)
            assert counted(world) == [1] * 6

    run(scenario())


# Bulk


def broken_row(tmp_path, table, column, where):
    with closing(sqlite3.connect(tmp_path / "records.db")) as records:
        (before,) = records.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()
    execute(tmp_path, f"UPDATE {table} SET {column} = ? WHERE {where}", b"\x02torn")
    return lambda: execute(tmp_path, f"UPDATE {table} SET {column} = ? WHERE {where}", before)


def lines(*rows):
    return "\n".join(httpx.Request("POST", "/", json=row).content.decode() for row in rows)


def test_one_item_of_a_bulk_whose_stored_row_does_not_open_is_refused_alone(tmp_path, logged):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            mend = broken_row(tmp_path, "items", "doc", "id = 'i3'")

            def rows():
                return lines(
                    *(
                        {"id": f"i{n}", "author_id": f"a{n % 2}", "kind": "text", "text": "new", "tags": ["x"]}
                        for n in range(8)
                    )
                )  # fmt: skip

            told = await world.ask("POST", "/v1/items:bulk", content=rows(), status=200)

            assert told["accepted"] == 7
            assert [(one["line"], one["code"]) for one in told["refused"]] == [(4, "internal")]
            assert len(alone(logged)) == 1
            for n in (0, 2, 4, 7):
                found = await world.ask("GET", f"/v1/items/i{n}", status=200)
                assert found["kind"] == "text"
            assert world.engine.log.end() == world.engine.state.offset
            mend()
            again = await world.ask("POST", "/v1/items:bulk", content=rows(), status=200)
            assert (again["accepted"], again["refused"]) == (8, [])

    run(scenario())


def test_one_person_of_a_bulk_whose_write_raises_is_refused_alone(tmp_path, logged, monkeypatch):
    async def scenario():
        async with opened(tmp_path) as world:
            await stage(world)
            records = world.app.records
            put = records.put_people

            def torn(community, given, *, now):
                made = put(community, [one for one in given if one[0] != "n5"], now=now)
                if len(made.changes) < len(given):
                    raise AssertionError("this must not be")
                return made

            def before(community, given, *, now):
                if any(name == "n5" for name, _ in given):
                    raise AssertionError("this must not be")
                return put(community, given, now=now)

            rows = lines(*({"id": f"n{n}", "name": "N"} for n in range(9)), {"id": 7})
            for broken in (before, torn):
                monkeypatch.setattr(records, "put_people", broken, raising=False)
                told = await world.ask("POST", "/v1/people:bulk", content=rows, status=200)

                assert told["accepted"] == 8
                refused = [(one["line"], one["code"]) for one in told["refused"]]
                assert refused == [(6, "internal"), (10, "malformed")]
            assert len(alone(logged)) == 2
            for n in (0, 4, 6, 8):
                await world.ask("GET", f"/v1/people/n{n}", status=200)
            assert world.engine.log.end() == world.engine.state.offset

    run(scenario())
