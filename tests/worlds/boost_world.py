"""What tests of boosts share: somebody with a post, people whose pages have room, and what they do with a slot."""

from tests.worlds.trade_world import balances, yuan
from tests.worlds.world import TOWN

BOOST = {
    "person_id": "ann", "item_id": "film", "buys": "impressions", "amount": yuan(1), "hours": 6,
}  # fmt: skip
"""A boost of an impression at 0.02 yuan: fifty are promised."""


async def boosting(world, *, viewers=4, posts=60):
    """Set up viewers, posts of others, and a post of Ann's."""
    await world.people(viewers, home=TOWN)
    await world.items(posts, authors=20)
    await world.put("/v1/people/ann", {"name": "Ann"}, status=201)
    film = {"kind": "video", "author_id": "ann", "text": "soup", "tags": ["tea"]}
    await world.put("/v1/items/film", film, status=201)


async def buy(world, name="b1", *, status=201, **fields):
    return await world.put(f"/v1/boosts/{name}", {**BOOST, **fields}, status=status)


async def read(world, name="b1"):
    return await world.ask("GET", f"/v1/boosts/{name}", status=200)


async def stop(world, name="b1", person="ann", *, status=200):
    return await world.ask("POST", f"/v1/boosts/{name}/stop", {"person_id": person}, status=status)


async def passed(world, **span):
    """Let time go by, and the clock do what it makes due."""
    world.later(**span)
    await world.engine.tick()


async def over(world, hours=3):
    """Let open slots age out, charges be posted, leases go back, and what was not charged."""
    for _ in range(hours):
        await passed(world, hours=1)
    await passed(world, minutes=2)


def boosted(feed):
    """Return the slots of a page that are a boost's."""
    return [slot for slot in feed["slots"] if slot["label"] == "boost"]


async def seen(world, slot, person):
    """Let a slot be seen long enough to be charged."""
    await world.events(world.event("impression", slot, person))
    world.later(seconds=3)
    viewable = world.event("viewable", slot, person, visible_seconds=2.5)
    await world.events(viewable)


def lies(world):
    """Return what lies where, by kind of account."""
    sums = {}
    for (kind, _), balance in balances(world).items():
        sums[kind] = sums.get(kind, 0) + balance
    return {kind: balance for kind, balance in sums.items() if balance}
