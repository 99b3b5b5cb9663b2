"""A week in which ads were shown, clicked on and charged for, while newcomers came and came again."""

from tests.http.test_ad_reports import shown
from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN

DAYS, A_DAY, RIVALS = 6, 5, 4
OLD = "2025-12-01T00:00:00Z"
"""So old that it stands on no page by itself."""


async def week(world):
    """Let a few newcomers a day look at two pages, click on some ads, and some of them come again the next day."""
    await shown(world)
    await world.items(80, authors=30, first=100)
    for number in range(RIVALS):
        await rival(world, number)
    for day in range(DAYS + 1):
        newcomers = [f"n{day}-{number}" for number in range(A_DAY)]
        for name in newcomers:
            await world.put(f"/v1/people/{name}", {"home": TOWN}, status=201)
        again = [f"n{day - 1}-{number}" for number in range(A_DAY) if day and (day + number) % 3]
        for number, name in enumerate((*newcomers, *again)):
            await look(world, name, clicks=(day + number) % 3 > 0)
        if day < DAYS:
            world.later(hours=12)
            await world.engine.tick()
            world.later(hours=12)
    await world.engine.tick()


async def rival(world, number):
    """Let somebody pay for clicks on a post of theirs, as its own routes would."""
    name, bid = f"firm{number}", yuan(0.2 * (number + 1))
    await world.put(f"/v1/people/{name}", {"name": name}, status=201)
    ware = {"kind": "text", "author_id": name, "text": "Tea for sale", "created_at": OLD}
    await world.put(f"/v1/items/ware{number}", ware, status=201)
    bodies = {
        f"/v1/advertisers/{name}": {"owner_id": name, "name": name},
        f"/v1/campaigns/tea{number}": {"advertiser_id": name, "objective": "clicks", "budget": {"daily": yuan(50)}},
        f"/v1/ad-groups/tea{number}": {"campaign_id": f"tea{number}", "strategy": "manual_cpc", "bid": bid},
        f"/v1/ads/tea{number}": {"ad_group_id": f"tea{number}", "item_id": f"ware{number}", "call_to_action": "visit", "landing": {"url": "https://tea.example/"}},
    }  # fmt: skip
    for path, body in bodies.items():
        await world.put(path, body, status=201)
    verdict = {"decision": "approved"}
    await world.ask("POST", f"/v1/ads/tea{number}/review", verdict, status=200)
    for path, body in [*bodies.items()][1:]:
        await world.put(path, {**body, "state": "active"}, status=200)
    deposit = {"amount": yuan(500)}
    await world.ask("POST", f"/v1/advertisers/{name}/deposits", deposit, status=201)
    await world.engine.tick()


async def look(world, viewer, *, clicks):
    """Look at two pages, whole, and click on the first ad or not."""
    for _ in range(2):
        feed = await world.feed(viewer, position=TOWN)
        seen = feed["slots"]
        await world.events(*[world.event("impression", slot, viewer) for slot in seen])
        for slot in seen[:4]:
            if not slot["paid"]:
                deeds = [world.event(kind, slot, viewer) for kind in ("long_view", "like")]
                await world.events(*deeds)
        ads = [slot for slot in seen if slot["paid"]]
        if ads and clicks:
            world.later(seconds=60)
            await world.events(world.event("click", ads[0], viewer))
