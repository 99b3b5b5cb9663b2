"""A small flash sale over real sockets: nobody is sold what is not there, nothing stays unsold, answers are honest."""

import asyncio

import pytest
import uvicorn

from bench.flash_sale import Told, run_sale
from lodestone import bootstrap
from lodestone.base.errors import ConflictError
from lodestone.bootstrap.installation import WallClock
from tests.worlds.postgres import cluster
from tests.worlds.world import opened, run

SMALL = Told(attempts=300, clients=24, units=40, buyers=200, reserve_seconds=10)


async def served(asgi):
    """Serve an application on a socket of this loop; give the server and its task."""
    config = uvicorn.Config(asgi, port=0, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0)
    return server, task, server.servers[0].sockets[0].getsockname()[1]


def adds_up(told):
    assert told["looks_that_did_not_add_up"] == []
    assert told["looks"] > 0
    whole = {"offered": 40, "available": 0, "held": 0, "sold": 40}
    assert (told["stock_at_the_end"], told["variant_at_the_end"]) == (whole, whole)
    assert told["audit_differences"] == 0
    honest = {"reserved", "waiting", "sold_out", "limit_reached", "paid", "admitted from the line"}
    assert set(told["answers"]) <= {*honest, "pay: reservation_expired"}
    asked = sum(
        told["answers"].get(one, 0) for one in ("reserved", "waiting", "sold_out", "limit_reached")
    )
    assert asked == 300


def test_a_crowd_at_one_process_buys_all_there_is_and_no_more(tmp_path):
    async def scenario():
        async with opened(tmp_path, clock=WallClock()) as world:
            server, task, port = await served(world.app.asgi)
            told = await run_sale([port], dict(world.http.headers), SMALL)
            server.should_exit = True
            await task
            adds_up(told)

    run(scenario())


def test_two_processes_for_orders_sell_the_same_stock_once_and_the_first_hears_of_it(
    tmp_path, monkeypatch
):
    async def scenario(url):
        monkeypatch.setattr(
            bootstrap, "settings_of",
            lambda home, _, real=bootstrap.settings_of: real(home, {"LODESTONE_RECORDS_URL": url}),
        )  # fmt: skip
        async with opened(tmp_path, clock=WallClock()) as world:
            settings = bootstrap.settings_of(str(tmp_path), {})
            async with bootstrap.open_orders(settings) as other:
                first, second = [await served(one) for one in (world.app.asgi, other)]
                told = await run_sale([first[2], second[2]], dict(world.http.headers), SMALL)
                for server, task, _ in (first, second):
                    server.should_exit = True
                    await task
            adds_up(told)
            await world.engine.trade.hear()
            item = await world.ask("GET", "/v1/items/sauce", status=200)
            orders = await world.ask("GET", "/v1/orders?limit=1000", status=200)
            paid = [one for one in orders["data"] if one["state"] == "paid"]
            assert item["counters"]["order"] == len(paid)
            assert world.app.records.pending_changes("c") == []

    with cluster() as url:
        run(scenario(url))


def test_a_second_process_needs_records_that_two_may_write(tmp_path):
    async def scenario():
        settings = bootstrap.settings_of(str(tmp_path), {})
        with pytest.raises(ConflictError, match="PostgreSQL"):
            async with bootstrap.open_orders(settings):
                pass

    run(scenario())
