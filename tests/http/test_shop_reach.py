"""A product is offered where an order of it would be taken: its shop's radius binds feeds as it binds orders."""

from lodestone.features.layout import KINDS, PRODUCT
from tests.worlds.trade_world import MEAL, SHOP, SOUP, line, market, order
from tests.worlds.world import TOWN, opened, run

FAR = {"latitude": TOWN["latitude"] + 0.5, "longitude": TOWN["longitude"]}
"""55 km to the north; the shop sells within ten."""
NEAR = {"latitude": TOWN["latitude"] + 0.05, "longitude": TOWN["longitude"]}


async def offered(world, viewer, position=None, **more):
    """Return which products a feed offers, and whether they may be ordered; and what was left out for its distance."""
    asked = {"slots": 20, "explain": True, **more}
    feed = await world.feed(viewer, **asked, **({"position": position} if position else {}))
    told = {s["item_id"]: s["orderable"] for s in feed["slots"] if s["kind"] == "product"}
    return told, feed["explain"]["dropped"].get("out_of_reach", 0)


async def people(world):
    """Let somebody live near the shop, somebody far off, and somebody nowhere."""
    await world.put("/v1/people/p1", {"home": NEAR}, status=200)
    await world.put("/v1/people/p2", {"home": FAR}, status=200)
    await world.put("/v1/people/p4", {"home": FAR, "minor": True}, status=200)
    await world.items(3)


def test_what_may_not_be_ordered_from_where_the_viewer_is_is_not_offered(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await people(world)
            told = {
                "near": await offered(world, "p0", NEAR),
                "unknown": await offered(world, "p3"),
                "far": await offered(world, "p5", FAR),
                "lives far": await offered(world, "p2"),
                "lives near, is far": await offered(world, "p1", FAR),
                "a child": await offered(world, "p4"),
            }
            refused = await order(world, line(), position=FAR, status=409)
        async with opened(tmp_path, clock=world.clock) as world:
            return told, refused, await offered(world, "p6", FAR, surface="discover")

    told, refused, started = run(scenario)
    both = ({"soup": True, "meal": True}, 0)
    assert refused["error"]["code"] == "too_far"
    assert told["near"] == told["unknown"] == told["a child"] == both
    # Soup may also be delivered: to whom nobody knows where they live, perhaps near; to who lives far, not.
    assert told["far"] == started == ({"soup": True}, 1)
    assert told["lives far"] == ({}, 2)
    assert told["lives near, is far"] == ({"soup": True}, 1)


def test_a_shop_that_sells_further_is_offered_further_at_once(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await people(world)
            before = await offered(world, "p2")
            await world.put("/v1/shops/soups", {**SHOP, "radius_km": 80}, status=200)
            wide = await offered(world, "p2")
            world.later(minutes=11)
            await world.put("/v1/shops/soups", SHOP, status=200)
            await world.put("/v1/products/meal", {**MEAL, "fulfilment": ["delivery"]}, status=200)
            await world.put("/v1/products/soup", {**SOUP, "state": "withdrawn"}, status=200)
            return before, wide, await offered(world, "p1", FAR)

    before, wide, delivered = run(scenario)
    assert before == ({}, 2)
    assert wide == ({"soup": True, "meal": True}, 0)
    assert delivered == ({"meal": True}, 0)


def test_an_operator_may_have_what_is_out_of_reach_shown_greyed_and_receipts_replay_either_way(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await people(world)
            left = await world.feed("p2", slots=20)
            policy = (await world.ask("GET", "/v1/policy"))["policy"]
            grey = {"policy": {**policy, "out_of_reach": "grey"}}
            await world.put("/v1/policy", grey, status=200)
            bad = {"policy": {**policy, "out_of_reach": "hide"}}
            refused = await world.put("/v1/policy", bad, status=400)
            shown = await offered(world, "p2")
            near = await offered(world, "p0", NEAR)
            token = await world.ask("POST", "/v1/sessions", {"viewer": "p2"}, status=201)
            world.later(minutes=11)
            page = await world.ask(
                "POST", "/v1/page/feed", {"surface": "discover", "slots": 20}, status=200,
                headers={"Authorization": f"Bearer {token['token']}"},
            )  # fmt: skip
            replays = [
                await world.ask("POST", f"/v1/receipts/{one['receipt_id']}/replay", status=200)
                for one in (left, page)
            ]
            return policy, refused, shown, near, page, replays

    policy, refused, shown, near, page, replays = run(scenario)
    assert policy["out_of_reach"] == "leave_out"
    assert refused["error"]["details"][0]["field"] == "policy.out_of_reach"
    assert shown == ({"soup": False, "meal": False}, 0)
    assert near == ({"soup": True, "meal": True}, 0)
    greyed = {one["item_id"]: one["orderable"] for one in page["slots"] if one["offer"]}
    assert greyed == {"soup": False, "meal": False}
    assert [one["identical"] for one in replays] == [True, True]


def test_the_kind_of_a_product_is_the_one_that_items_carry():
    assert KINDS[PRODUCT] == "product"
