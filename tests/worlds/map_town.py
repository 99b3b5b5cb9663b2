"""A town of the demo's size on the map: its forty shops with what they sell, its places, people at home, posts, something live."""

import json

from lodestone.client import AsyncClient
from lodestone.town.commerce.merchants import open_shops
from lodestone.town.make import make_town
from tests.worlds.world import TOWN, instant

SEED = 7
PEOPLE = 240
POSTS = 90
VIEWERS = 60


async def settle_town(world):
    """Bring the town in, and viewers in its middle who have seen nothing."""
    town = make_town(SEED, instant(world.now), people=PEOPLE, posts=POSTS)
    for name, body in town.domains:
        await world.put(f"/v1/domains/{name}", body, status=201)
    looks = {"home": TOWN, "language": "zh"}
    viewers = [{"id": f"v{n}", "name": f"居民{n}", **looks} for n in range(VIEWERS)]
    people = [*(person.body for person in town.people), *viewers]
    await _bulk(world, "/v1/people:bulk", people)
    written = [post.body for post in town.posts if post.body["kind"] != "product"]
    copied = ("id", "author_id", "text", "tags", "channels", "position", "language")
    posts = [
        {"kind": "text", **{field: body[field] for field in copied if field in body}}
        for body in written
    ]
    for number, body in enumerate(posts):
        body["kind"] = "live" if number % 30 == 3 and "position" in body else "text"
    await _bulk(world, "/v1/items:bulk", posts)
    client = AsyncClient(world.http, world.key, "c")
    await open_shops(client, town, {})
    return town


async def _bulk(world, path, bodies):
    lines = "\n".join(json.dumps(body) for body in bodies)
    answer = await world.ask("POST", path, content=lines.encode(), status=200)
    assert answer["refused"] == []
