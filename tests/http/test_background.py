"""One broken row of what time brings about fails alone: the others are done, it is told once, shown, and done once mended."""

import sqlite3
from contextlib import closing

from tests.worlds.failing_world import execute, failed, failing, require_alone, stage, states
from tests.worlds.trade_world import bought, line, order
from tests.worlds.world import opened, run


def test_one_broken_order_keeps_no_other_from_running_out(tmp_path, logged):
    async def scenario():
        async with stage(tmp_path) as world:
            for n in range(5):
                await order(world, buyer=f"p{n}")
            execute(tmp_path, "UPDATE order_takes SET units = 7 WHERE number = 1")
            world.later(minutes=20)

            await world.engine.tick()

            assert await states(world) == ["reserved", *["expired"] * 4]
            await require_alone(
                world, logged, "expiry", "order 1",
                lambda: execute(tmp_path, "UPDATE order_takes SET units = 1 WHERE number = 1"),
            )  # fmt: skip
            assert await states(world) == ["expired"] * 5

    run(scenario())


def test_one_broken_voucher_keeps_no_other_from_running_out(tmp_path, logged):
    async def scenario():
        async with stage(tmp_path) as world:
            for n in range(3):
                await bought(world, line("meal", "two"), buyer=f"p{n}")
            execute(tmp_path, "UPDATE vouchers SET shop = 'none', bought = 77 WHERE number = 2")
            world.later(days=32)

            await world.engine.tick()

            assert await states(world) == ["refunded", "paid", "refunded"]
            mend = "UPDATE vouchers SET shop = 'soups', bought = 2 WHERE number = 2"
            await require_alone(
                world, logged, "expiry", "voucher 2", lambda: execute(tmp_path, mend)
            )
            assert await states(world) == ["refunded"] * 3

    run(scenario())


def test_a_failed_row_that_was_settled_otherwise_is_forgotten(tmp_path, logged):
    async def scenario():
        async with stage(tmp_path) as world:
            await order(world)
            execute(tmp_path, "UPDATE order_takes SET units = 7 WHERE number = 1")
            world.later(minutes=20)
            await world.engine.tick()
            assert await failing(world) == [("expiry", "order 1", 1)]

            execute(tmp_path, "UPDATE orders SET due = NULL WHERE number = 1")
            await world.engine.tick()

            assert await failing(world) == []

    run(scenario())


def test_one_broken_label_keeps_no_other_from_running_out(tmp_path, logged):
    async def scenario():
        async with stage(tmp_path) as world:
            until = (world.now.replace(hour=13)).isoformat()
            labels = [{"label": "drop", "rule": "rumour", "expires_at": until}]
            await world.items(3, authors=1, labels=labels)
            with closing(sqlite3.connect(tmp_path / "records.db")) as records:
                row, layout = records.execute(
                    "SELECT row, layout FROM items WHERE id = 'i1'"
                ).fetchone()
            execute(tmp_path, "UPDATE items SET layout = ? WHERE id = 'i1'", b"\x02torn")
            world.later(hours=2)

            await world.engine.tick()

            held = world.engine.state.items["label"]
            rows = [world.engine.directory.items[f"i{n}"] for n in range(3)]
            assert [held[one] > 0 for one in rows] == [False, True, False]
            await require_alone(
                world, logged, "label", str(row),
                lambda: execute(tmp_path, "UPDATE items SET layout = ? WHERE id = 'i1'", layout),
            )  # fmt: skip
            assert held[rows[1]] == 0

    run(scenario())


def test_one_broken_room_keeps_no_other_from_ending(tmp_path, logged):
    async def scenario():
        async with stage(tmp_path) as world:
            for n in range(3):
                given = {
                    "owner_id": "mei",
                    "title": f"room {n}",
                    "state": "live",
                    "silence_seconds": 60,
                }
                await world.put(f"/v1/live/r{n}", given, status=201)
            with closing(sqlite3.connect(tmp_path / "records.db")) as records:
                (doc,) = records.execute("SELECT doc FROM live_rooms WHERE id = 'r1'").fetchone()
            execute(tmp_path, "UPDATE live_rooms SET doc = ? WHERE id = 'r1'", b"\x02torn")
            world.later(minutes=20)

            await world.engine.tick()

            for n in (0, 2):
                assert (await world.ask("GET", f"/v1/live/r{n}"))["state"] == "ended"
            mend = "UPDATE live_rooms SET doc = ? WHERE id = 'r1'"
            await require_alone(world, logged, "rooms", "r1", lambda: execute(tmp_path, mend, doc))
            assert (await world.ask("GET", "/v1/live/r1"))["state"] == "ended"

    run(scenario())


def test_a_job_that_fails_whole_keeps_no_other_job_from_its_turn(tmp_path, logged, monkeypatch):
    async def scenario():
        async with stage(tmp_path) as world:
            await order(world)
            world.later(minutes=20)

            async def torn():
                raise AssertionError("this must not be")

            monkeypatch.setattr(world.engine.live, "tick", torn)
            await world.engine.tick()

            assert await states(world) == ["expired"]
            assert await failing(world) == [("live", "", 1)]
            monkeypatch.undo()
            world.later(seconds=6)
            await world.engine.tick()
            assert await failing(world) == []
            assert ("live", "") in failed(logged)

    run(scenario())


def test_a_change_that_cannot_be_taken_to_the_log_holds_up_no_other_and_no_start(tmp_path, logged):
    async def scenario():
        async with stage(tmp_path) as world:
            await bought(world, buyer="p1")
            deed = (
                "INSERT INTO deeds (tenant, id, kind, name, time, ordinal, item, receipt, slot,"
                ' about, since, share, "whole")'
                " VALUES (1, 9001, 9, 'odd', 0, 1, 999999, -1, 0, '', 0, 0, 0)"
            )
            execute(tmp_path, deed)
            outbox = "INSERT INTO outbox (tenant, id, kind, target) VALUES (1, 9001, 9, 9001)"
            execute(tmp_path, outbox)
        async with opened(tmp_path) as world:
            assert await failing(world) == [("change", "9001", 1)]
            await bought(world, buyer="p2")
            assert failed(logged) == [("change", "9001")]

    run(scenario())
