"""What fails in the background stands in `/health/ready`, `/metrics` and `doctor`, whatever kind of row it is."""

import asyncio
import sqlite3
from contextlib import closing

import httpx

from lodestone.bootstrap.couriers import WEBHOOKS
from lodestone.cli import doctor
from tests.worlds.failing_world import count, execute, failed, failing
from tests.worlds.hooks_world import receiving
from tests.worlds.serving import serving
from tests.worlds.trade_world import bought, market
from tests.worlds.world import opened, run


async def rounds(world, name):
    """Do for one webhook what the courier's task does every second."""
    couriers = world.app.couriers
    assert name in await asyncio.to_thread(couriers.of("c").active)
    await couriers._serve(couriers.of("c"), world.engine, name)


def test_one_broken_webhook_keeps_no_other_from_being_told(tmp_path, logged):
    async def scenario():
        with receiving() as (receiver, url):
            async with opened(tmp_path, reach="loopback") as world:
                world.app.couriers._tasks["c"].cancel()  # the rounds below are the only ones
                await market(world)
                for name in ("one", "two"):
                    body = {"url": url, "types": ["order.paid"]}
                    await world.put(f"/v1/webhooks/{name}", body, status=201)
                with closing(sqlite3.connect(tmp_path / "records.db")) as records:
                    found = records.execute("SELECT types FROM webhooks WHERE id = 'one'")
                    (types,) = found.fetchone()
                broken = "UPDATE webhooks SET types = ? WHERE id = 'one'"
                execute(tmp_path, broken, b"torn")
                await bought(world)

                for name in ("one", "two"):
                    await rounds(world, name)

                assert receiver.told == [("order.paid", 200)]
                assert failed(logged) == [(WEBHOOKS, "one")]
                assert await failing(world) == [(WEBHOOKS, "one", 1)]
                assert await count(world, WEBHOOKS) == 1
                execute(tmp_path, broken, types)
                await rounds(world, "one")
                assert await failing(world) == []
                assert len(receiver.told) == 2

    run(scenario())


def test_doctor_metrics_and_readiness_say_the_same_of_what_fails(tmp_path):
    with serving(tmp_path) as server:
        engine = server.world.engine
        engine.failures.failed("payout", AssertionError("no"), "pay_7")
        engine.failures.failed("payout", AssertionError("no"), "pay_7")
        server.world.app.engines.failures.failed("compacting", OSError("full"))

        checks = asyncio.run(doctor._server(server.address))
        ready = httpx.get(f"{server.address}/health/ready").json()
        metrics = httpx.get(f"{server.address}/metrics").text.splitlines()

        by_name = {one["what"]: one for one in checks}
        assert by_name["server"]["ok"] is True
        assert by_name["background work"]["ok"] is False
        said = by_name["background work"]["said"]
        assert "payout pay_7 (AssertionError, 2 times since 2026-03-04T12:00:00" in said
        assert "compacting  (OSError, 1 times" in said
        rows = sorted(
            (one["job"], one["row"], one["kind"], one["times"]) for one in ready["failing"]
        )
        assert rows == [("compacting", "", "OSError", 1), ("payout", "pay_7", "AssertionError", 2)]
        assert 'lodestone_background_failures_total{job="payout"} 2.0' in metrics
        assert 'lodestone_background_failures_total{job="compacting"} 1.0' in metrics
        assert "lodestone_background_waiting 2.0" in metrics

        engine.failures.done("payout", "pay_7")
        server.world.app.engines.failures.done("compacting")
        mended = {one["what"]: one for one in asyncio.run(doctor._server(server.address))}
        assert (mended["background work"]["ok"], mended["background work"]["said"]) == (
            True, "nothing fails",
        )  # fmt: skip
