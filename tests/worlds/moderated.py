"""Two channels of the same posts, with moderators and what they say."""

WHY = {"reason": "sells tea pots, talks of no tea"}
TOWN = {"kind": "place", "centre": {"latitude": 26.38, "longitude": 108.08}}


async def tea(world, count=6):
    """Make two channels of the same posts, a moderator of each, and one whose office has ended."""
    await world.people(4)
    for name in ("tea", "cups"):
        await world.put(f"/v1/domains/{name}", {"kind": "channel"}, status=201)
    await world.items(count, channels=["tea", "cups"])
    await world.put("/v1/domains/tea/moderators/p1", status=204)
    await world.put("/v1/domains/cups/moderators/p2", status=204)
    await world.put("/v1/domains/tea/moderators/p3", status=204)
    await world.ask("DELETE", "/v1/domains/tea/moderators/p3", status=204)


async def session(world, viewer):
    made = await world.ask("POST", "/v1/sessions", {"viewer": viewer}, status=201)
    return {"headers": {"Authorization": f"Bearer {made['token']}"}}


async def shown(world, viewer="p0", **fields):
    asked = {"surface": "channel", "domain_id": "tea", "slots": 20, "explain": True, **fields}
    return await world.feed(viewer, **asked)


def ids(feed):
    return {slot["item_id"] for slot in feed["slots"]}


async def acts(world):
    """Return the newest record of each route of moderation, and how many there are."""
    log = await world.ask("GET", "/v1/audit-log?limit=1000", status=200)
    return [one for one in log["data"] if "/domains/{domain_id}/" in one["route"]]
