"""A market whose app has a webhook, on a server that may reach this machine."""

import asyncio

from lodestone.commerce.webhooks import EVENT_TYPES
from tests.worlds.hooks_world import receiving
from tests.worlds.trade_world import market
from tests.worlds.world import opened, run

REST = [one for one in EVENT_TYPES if one != "order.placed"]


async def hook(world, url, name="app", *, status=201, types=REST, **more):
    more["types"] = types
    return await world.put(f"/v1/webhooks/{name}", {"url": url, **more}, status=status)


async def carry(world, name="app"):
    """Send what is due, round after round, until nothing is."""
    courier = world.app.couriers.of("c")
    while await asyncio.to_thread(courier.round, name, world.engine.now()):
        pass


async def log(world, name="app"):
    told = await world.ask("GET", f"/v1/webhooks/{name}/deliveries", status=200)
    return told["data"]


def scene(told):
    def test(tmp_path):
        async def scenario():
            with receiving() as (receiver, url):
                async with opened(tmp_path, reach="loopback") as world:
                    await market(world)
                    await told(world, receiver, url)

        run(scenario())

    test.__name__ = told.__name__
    return test
