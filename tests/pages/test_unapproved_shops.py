"""A shop that nobody has approved, and what it would sell, is shown to no session; once approved, to all."""

from tests.pages.test_page_routes import page_of, peopled
from tests.worlds.trade_world import SOUP
from tests.worlds.world import TOWN, opened, run

SHOP = {"owner_id": "a0", "name": "酸汤店", "position": TOWN}


async def seen_of_it(world):
    """Return statuses and what a live room that sells it shows."""
    here = await page_of(world)
    answers = [
        await world.http.get(f"/v1/page/{path}", headers=here)
        for path in ("shops/soup", "products/bowl", "live/room")
    ]
    refused = [answer.json()["error"]["code"] for answer in answers if answer.status_code != 200]
    statuses = [answer.status_code for answer in answers]
    return statuses, refused, [good["id"] for good in answers[-1].json()["goods"]]


def test_a_session_is_shown_no_shop_before_it_is_approved_nor_after_it_is_rejected(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            await world.put("/v1/shops/soup", SHOP, status=201)
            await world.put("/v1/products/bowl", {**SOUP, "shop_id": "soup"}, status=201)
            room = {"owner_id": "a0", "title": "现熬", "state": "live", "products": ["bowl"]}
            await world.put("/v1/live/room", room)
            seen = [await seen_of_it(world)]
            for decision in ("approved", "rejected"):
                await world.ask(
                    "POST", "/v1/shops/soup/review", {"decision": decision, "note": "x"}
                )
                seen.append(await seen_of_it(world))
            return seen

    applied, approved, rejected = run(scenario)
    hidden = ([404, 404, 200], ["shop_unknown", "product_unknown"], [])
    assert applied == rejected == hidden
    assert approved == ([200, 200, 200], [], ["bowl"])
