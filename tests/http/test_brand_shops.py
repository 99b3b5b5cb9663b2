"""Shops without a position: they deliver to where they say, and nothing about them has a distance."""

from tests.worlds.trade_world import SHOP, SOUP, beside, line, market, order
from tests.worlds.world import TOWN, opened, run

BRAND = {name: value for name, value in SHOP.items() if name != "position"} | {
    "name": "Mei's brand"
}
TEA = {**SOUP, "shop_id": "brand", "name": "Pressed tea", "fulfilment": ["delivery"]}
NORTH = {"name": "the north", "centre": beside(100), "radius_km": 20}


def at(km):
    return {"text": "Mill Lane 3", "position": beside(km), "name": "Ann"}


async def brand(world, **more):
    await market(world)
    made = await world.put("/v1/shops/brand", {**BRAND, **more}, status=201)
    await world.ask("POST", "/v1/shops/brand/review", {"decision": "approved"}, status=200)
    await world.put("/v1/products/brick", TEA, status=201)
    return made


def code_of(answer):
    return answer["error"]["code"]


def test_one_that_names_no_areas_delivers_anywhere_and_stands_nowhere(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            made = await brand(world)
            far = await order(world, line("brick"), address=at(3_000), position=None)
            nowhere = await order(world, line("brick"), position=None, status=409)
            item = await world.ask("GET", "/v1/items/brick")
            return made, far, nowhere, item

    made, far, nowhere, item = run(scenario)
    assert (made["position"], made["areas"]) == (None, [])
    assert (far["state"], far["fulfilment"]) == ("reserved", "delivery")
    assert code_of(nowhere) == "address_missing"
    assert item["position"] is None


def test_one_that_names_areas_delivers_to_any_of_them_and_says_how_far_beyond_an_address_lies(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            areas = [NORTH, {"centre": TOWN, "radius_km": 10}]
            made = await brand(world, areas=areas)
            inside = [
                await order(world, line("brick"), address=at(km), buyer=f"p{n}")
                for n, km in enumerate((0, 9.9, 81, 119))
            ]
            outside = await order(world, line("brick"), address=at(60), status=409)
            return made, inside, outside

    made, inside, outside = run(scenario)
    assert [area["name"] for area in made["areas"]] == ["the north", ""]
    assert {sale["state"] for sale in inside} == {"reserved"}
    assert code_of(outside) == "too_far"
    assert "20.1 km beyond the places it delivers to" in outside["error"]["message"]


def test_what_needs_a_place_is_refused_where_there_is_none(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await brand(world)
            products = [
                await world.put("/v1/products/x", {**TEA, "fulfilment": ways}, status=400)
                for ways in (["pickup"], ["redeem"], ["delivery", "pickup"])
            ]
            moved = await world.put("/v1/shops/soups", {**BRAND, "name": "Mei's soups"}, status=409)
            both = await world.put("/v1/shops/soups", {**SHOP, "areas": [NORTH]}, status=400)
            shop = await world.ask("GET", "/v1/shops/soups")
            await world.put("/v1/products/soup", {**SOUP, "fulfilment": ["delivery"]})
            await world.put("/v1/products/meal", {**SOUP, "fulfilment": ["delivery"]})
            gone = await world.put("/v1/shops/soups", {**BRAND, "name": "Mei's soups"}, status=200)
            return products, moved, both, shop, gone

    products, moved, both, shop, gone = run(scenario)
    assert {code_of(answer) for answer in products} == {"delivery_only"}
    assert products[0]["error"]["details"][0]["field"] == "fulfilment"
    assert code_of(moved) == "place_needed"
    assert both["error"]["details"][0]["field"] == "areas"
    assert shop["position"] == TOWN
    assert gone["position"] is None


def test_it_is_shown_by_what_content_brings_and_to_nobody_outside_its_areas(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await brand(world, areas=[NORTH])
            await world.put("/v1/people/near", {"home": beside(100)}, status=201)
            await world.put("/v1/people/away", {"home": TOWN}, status=201)
            await world.put("/v1/people/unknown", {}, status=201)
            return {
                viewer: {slot["item_id"] for slot in (await world.feed(viewer))["slots"]}
                for viewer in ("near", "away", "unknown")
            }

    shown = run(scenario)
    assert "brick" in shown["near"]
    assert "brick" in shown["unknown"]
    assert "brick" not in shown["away"]


def test_its_page_names_the_same_owners_other_shops_and_where_it_delivers(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await brand(world, areas=[NORTH])
            token = (await world.ask("POST", "/v1/sessions", {"viewer": "p0"}))["token"]
            here = {"Authorization": f"Bearer {token}"}
            return [
                await world.ask("GET", f"/v1/page/shops/{name}?latitude=26.38&longitude=108.08", headers=here)
                for name in ("brand", "soups")
            ]  # fmt: skip

    page, other = run(scenario)
    shop = page["shop"]
    assert (shop["position"], shop["distance_km"], shop["within"], shop["areas"]) == (None, None, None, ["the north"])  # fmt: skip
    assert [shop["id"] for shop in page["others"]] == ["soups"]
    assert [shop["id"] for shop in other["others"]] == ["brand"]
