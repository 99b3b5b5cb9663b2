"""A market with a draft live room, and a streaming server that knows of it."""

from tests.worlds.trade_world import market
from tests.worlds.world import opened, run

ROOM = {"owner_id": "p8", "title": "Fish sauce, straight from the county", "tags": ["soup"]}


def callback(action, client="9308h583", stream="room", **more):
    """Write a callback as SRS documents it."""
    return {
        "server_id": "vid-0xk989d", "service_id": "382k567", "action": action, "client_id": client,
        "ip": "192.168.1.10", "vhost": "__defaultVhost__", "app": "live",
        "tcUrl": "rtmp://127.0.0.1:1935/live?vhost=__defaultVhost__", "stream": stream, "param": "",
        "stream_url": f"video.test.com/live/{stream}", "stream_id": "vid-124q9y3", **more,
    }  # fmt: skip


class Srs:
    """A streaming server: it knows the hook's address, and sends no header of ours."""

    def __init__(self, world, path, key):
        self.world, self.path, self.key = world, path, key

    async def says(self, action, client="9308h583", *, key=None, **more):
        if action == "on_publish" and "param" not in more:
            more["param"] = f"?key={self.key if key is None else key}"
        body = callback(action, client, **more)
        bare = {"Authorization": "", "X-API-Key": ""}
        return (await self.world.ask("POST", self.path, body, status=200, headers=bare))["code"]


async def studio(world, **fields):
    """Open the market and a draft room, and let a streaming server know of it."""
    await market(world)
    made = await world.put("/v1/live/room", {**ROOM, **fields}, status=201)
    hook = await world.ask("GET", "/v1/live/hooks/srs", status=200)
    return Srs(world, hook["path"], made["stream_key"])


async def room(world):
    return await world.ask("GET", "/v1/live/room", status=200)


async def state(world):
    told = await room(world)
    return told["state"], told["publishing"], told["viewers"]


async def candidates(world):
    feed = await world.feed("p1")
    return {slot["item_id"]: slot for slot in feed["slots"]}


def scene(told):
    def test(tmp_path):
        async def scenario():
            async with opened(tmp_path) as world:
                await told(world)

        run(scenario())

    test.__name__ = told.__name__
    return test
