"""One buyer's unpaid orders keep at most a share of what is on offer from everybody else."""

import asyncio

import pytest

from tests.worlds.trade_world import act, line, market, order, pay, stock, yuan
from tests.worlds.world import opened, run

ROOMS = {
    "shop_id": "soups", "name": "Room", "fulfilment": ["redeem", "pickup"],
    "variants": [
        {"id": "a", "price": yuan(10), "stock_item": "rooms"},
        {"id": "b", "price": yuan(12), "stock_item": "rooms"},
    ],
}  # fmt: skip
SALE = {
    "product_id": "soup", "variant_id": "bowl", "opens_at": "2026-03-04T00:00:00Z",
    "closes_at": "2026-03-05T00:00:00Z", "stock": 20,
}  # fmt: skip


def scene(told):
    def test(tmp_path):
        async def scenario():
            async with opened(tmp_path) as world:
                await market(world, hold_share=0.1)
                await told(world)

        run(scenario())

    test.__name__ = told.__name__
    return test


async def refused(world, *lines, **more):
    answer = await order(world, *lines, status=409, **more)
    assert answer["error"]["code"] == "hold_limit_reached", answer
    assert answer["error"]["details"][0]["field"] == "lines"
    return answer["error"]["message"]


async def soups(world, units):
    soup = await world.ask("GET", "/v1/products/soup", status=200)
    variant = {"id": "bowl", "price": yuan(18), "stock": units}
    body = {
        "shop_id": "soups",
        "name": soup["name"],
        "variants": [variant],
        "fulfilment": ["pickup"],
    }
    await world.put("/v1/products/soup", body, status=200)


@scene
async def test_many_small_orders_of_one_buyer_hold_a_tenth_and_leave_the_rest_to_others(world):
    await soups(world, 40)
    for _ in range(4):
        await order(world)
    before = await stock(world)
    assert "4 at once, 4 unpaid already" in await refused(world)
    await refused(world, line(quantity=36), buyer="p1")

    assert await stock(world) == before == {"offered": 40, "held": 4, "sold": 0, "available": 36}
    assert (await order(world, line(quantity=4), buyer="p1"))["state"] == "reserved"


@scene
async def test_a_buyer_may_always_hold_one_unit_however_few_there_are(world):
    first = await order(world)
    await refused(world)
    await pay(world, first)
    second = await order(world)
    await refused(world, line(quantity=1))

    await act(world, second, "cancel")
    assert (await order(world))["state"] == "reserved"


@scene
async def test_paying_cancelling_and_time_free_what_was_held_and_moving_between_them_gains_nothing(
    world,
):
    await soups(world, 30)
    paid, cancelled, late = [await order(world) for _ in range(3)]
    await refused(world)
    await pay(world, paid)
    await act(world, cancelled, "cancel")
    await order(world)
    await refused(world)
    world.later(seconds=901)
    await world.engine.tick()

    assert (await world.ask("GET", f"/v1/orders/{late['id']}", status=200))["state"] == "expired"
    await order(world, line(quantity=2))
    await refused(world)


@scene
async def test_variants_that_share_a_stock_item_share_its_bound(world):
    await world.put("/v1/stock/rooms", {"shop_id": "soups", "stock": 20}, status=201)
    await world.put("/v1/products/room", ROOMS, status=201)
    await order(world, line("room", "a"))
    await refused(world, line("room", "b", quantity=2))
    await refused(world, line("room", "a"), line("room", "b"))
    await order(world, line("room", "b"), fulfilment="pickup")

    await refused(world, line("room", "a"))


@scene
async def test_what_is_sold_is_on_offer_no_longer(world):
    await soups(world, 20)
    for number in range(9):
        await pay(world, await order(world, buyer=f"p{1 + number}"))
    await order(world)

    assert "1 at once, 1 unpaid already" in await refused(world)


@scene
async def test_waiting_in_the_line_of_a_sale_counts_as_holding(world):
    await soups(world, 100)
    await world.put("/v1/sales/flash", SALE, status=201)
    for number in range(1, 10):
        await order(world, line(quantity=2), buyer=f"p{number}", sale_id="flash")
    await pay(world, await order(world, line(quantity=2), sale_id="flash"))
    waiting = await order(world, sale_id="flash", status=202)

    assert (waiting["state"], waiting["place"]) == ("waiting", 0)
    await refused(world, sale_id="flash")


@scene
async def test_what_a_sale_allows_one_person_may_be_held_in_it_and_no_more(world):
    await world.put("/v1/sales/flash", {**SALE, "stock": 10, "limit_per_person": 2}, status=201)
    await order(world, line(quantity=2), sale_id="flash")
    answer = await order(world, sale_id="flash", status=409)
    assert answer["error"]["code"] == "limit_reached"

    await refused(world)


@scene
async def test_orders_of_one_moment_are_counted_together(world):
    await soups(world, 50)
    body = {"buyer": "p0", "lines": [line()], "position": {"latitude": 26.38, "longitude": 108.08}}
    answers = await asyncio.gather(*(world.http.post("/v1/orders", json=body) for _ in range(20)))

    assert sorted(one.status_code for one in answers) == [201] * 5 + [409] * 15
    assert (await stock(world))["held"] == 5


@pytest.mark.parametrize(("share", "units"), [(0, 1), (0.25, 5), (1, 20)])
def test_a_shop_says_what_share_one_buyer_may_hold(tmp_path, share, units):
    @scene
    async def once(world):
        shop = await world.ask("GET", "/v1/shops/soups", status=200)
        assert shop["hold_share"] == 0.1
        changed = {
            "owner_id": "mei", "name": "Mei", "position": shop["position"], "hold_share": share,
        }  # fmt: skip
        assert (await world.put("/v1/shops/soups", changed, status=200))["hold_share"] == share
        await soups(world, 20)
        await order(world, line(quantity=units))
        if units < 20:
            await refused(world)

    once(tmp_path)


@scene
async def test_of_reasons_that_hold_at_once_being_sold_out_is_told_first(world):
    answer = await order(world, line(quantity=11), status=409)
    assert answer["error"]["code"] == "sold_out"
    await world.put("/v1/shops/soups", {"owner_id": "mei", "name": "M", "position": {"latitude": 26.38, "longitude": 108.08}, "hold_share": 1.5}, status=400)  # fmt: skip
