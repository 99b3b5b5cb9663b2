"""What is told of an order's money is what moved, and an amount of nothing never stands for a count."""

import pytest

from tests.worlds.trade_world import (
    MEAL,
    act,
    audited,
    balances,
    bought,
    line,
    market,
    order,
    pay,
    redeem,
    stock,
    voucher,
    yuan,
)
from tests.worlds.world import opened, run


def scene(told):
    def test(tmp_path):
        async def scenario():
            async with opened(tmp_path) as world:
                await market(world)
                await told(world)
                await audited(world)

        run(scenario())

    test.__name__ = told.__name__
    return test


async def taste(world, *, price=0, count=3, **more):
    """Sell a taste for nothing, redeemed, beside a paid one."""
    variants = [
        {"id": "free", "price": yuan(price), "stock": 50},
        {"id": "paid", "price": yuan(30), "stock": 50},
    ]
    fields = {"name": "Taste", "variants": variants, "voucher": {"count": count, "valid_days": 30}}
    await world.put("/v1/products/taste", {**MEAL, **fields, **more}, status=201)


async def read(world, made):
    return await world.ask("GET", f"/v1/orders/{made['id']}", status=200)


async def codes(world, buyer="p0"):
    found = (await world.ask("GET", f"/v1/vouchers?buyer={buyer}", status=200))["data"]
    return {one["variant_id"]: one for one in found}


def told(made):
    return [(one["move"], one["amount"] and one["amount"]["micros"]) for one in made["history"]]


@scene
async def test_a_free_unit_that_is_refunded_leaves_the_others_to_be_redeemed(world):
    await taste(world)
    made = await bought(world, line("taste", "free"))
    part = await act(world, made, "refund", {"request_id": "a", "units": 1})
    assert (part["state"], await stock(world, "taste")) == ("paid", {"offered": 50, "held": 0, "sold": 1, "available": 49})  # fmt: skip
    assert (await voucher(world))["left"] == 2

    code = (await voucher(world))["code"]
    await redeem(world, code, "r1")
    await redeem(world, code, "r2")

    assert (await read(world, made))["state"] == "fulfilled"
    assert told(await read(world, made))[2:] == [
        ("refund_part", 0), ("redeem", 0), ("redeem", 0), ("fulfil", None),
    ]  # fmt: skip


@scene
async def test_free_units_that_are_all_refunded_one_by_one_end_the_order_once(world):
    await taste(world)
    made = await bought(world, line("taste", "free"))
    for name in "ab":
        part = await act(world, made, "refund", {"request_id": name, "units": 1})
        assert part["state"] == "paid"
    whole = await act(world, made, "refund", {"request_id": "c", "units": 1})

    assert (whole["state"], (await stock(world, "taste"))["sold"]) == ("refunded", 0)


@scene
async def test_a_paid_line_that_is_refunded_leaves_the_free_one_beside_it(world):
    await taste(world)
    made = await bought(world, line("taste", "paid"), line("taste", "free"))
    part = await act(world, made, "refund", {"request_id": "a", "units": 3})
    assert (part["state"], part["refunded"]) == ("paid", yuan(30))
    free = (await codes(world))["free"]
    assert free["left"] == 3

    await redeem(world, free["code"], "r1", count=2)
    await act(world, made, "refund", {"request_id": "b", "units": 1})

    assert (await read(world, made))["state"] == "fulfilled"
    assert balances(world)["REFUNDS", "provider:manual"] == 30_000_000


@scene
async def test_free_units_left_when_their_time_is_over_do_not_stop_the_clock(world):
    await taste(world)
    free = await bought(world, line("taste", "free"))
    await act(world, free, "refund", {"request_id": "a", "units": 2})
    mixed = await bought(world, line("taste", "paid"), line("taste", "free"), buyer="p1")
    await act(world, mixed, "refund", {"request_id": "a", "units": 3})
    world.later(days=31)
    await world.engine.tick()

    assert [(await read(world, one))["state"] for one in (free, mixed)] == ["refunded"] * 2
    assert (await stock(world, "taste"))["sold"] == 0


@scene
async def test_an_order_that_costs_nothing_is_cancelled_refunded_and_expires_as_a_whole(world):
    await taste(world, fulfilment=["redeem", "pickup"])
    cancelled, refunded, late = [
        await bought(world, line("taste", "free"), fulfilment="pickup", buyer=f"p{n}")
        for n in range(3)
    ]
    assert (await act(world, cancelled, "cancel"))["state"] == "cancelled"
    assert (await act(world, refunded, "refund", {"request_id": "a"}))["state"] == "refunded"
    world.later(days=8)
    await world.engine.tick()

    assert (await read(world, late))["state"] == "expired"
    assert (await stock(world, "taste"))["sold"] == 0
    assert balances(world) == {}


@scene
async def test_a_request_id_of_the_app_is_never_taken_for_one_of_ours(world):
    made = await bought(world, line("meal", "two"))
    await act(world, made, "refund", {"request_id": "expired 1", "units": 1})
    other = await bought(world, line("meal", "two"), buyer="p1")
    await act(world, other, "refund", {"request_id": "all", "units": 1})

    assert (await act(world, other, "cancel"))["state"] == "cancelled"
    world.later(days=31)
    await world.engine.tick()
    assert (await read(world, made))["state"] == "refunded"


@pytest.mark.parametrize("how", ["cancel", "expire"])
def test_what_a_cancelled_or_lapsed_order_gives_back_is_what_was_left_of_it(tmp_path, how):
    @scene
    async def told_once(world):
        made = await bought(world, line(quantity=5))
        await act(world, made, "refund", {"request_id": "a", "amount": yuan(27)})
        if how == "cancel":
            await act(world, made, "cancel")
        world.later(days=8)
        await world.engine.tick()

        assert told(await read(world, made))[1:] == [
            ("pay", 90_000_000), ("refund_part", 27_000_000), (how, 63_000_000),
        ]  # fmt: skip
        asked = (await world.ask("GET", f"/v1/payments?order_id={made['id']}", status=200))["data"]
        back = [one["amount"]["micros"] for one in asked if one["kind"] == "release"]
        assert back == [27_000_000, 63_000_000]

    told_once(tmp_path)


@scene
async def test_cancelled_vouchers_tell_what_was_left_of_them(world):
    made = await bought(world, line("meal", "two"))
    await act(world, made, "refund", {"request_id": "a", "units": 1})
    gone = await act(world, made, "cancel")

    assert told(gone)[1:] == [
        ("pay", 100_000_000), ("refund_part", 33_330_000), ("cancel", 66_670_000),
    ]  # fmt: skip


@scene
async def test_an_order_given_up_before_it_was_paid_tells_no_amount(world):
    made = await order(world)

    assert told(await act(world, made, "cancel"))[1:] == [("cancel", None)]
    late = await order(world)
    world.later(seconds=901)
    await world.engine.tick()
    assert told(await read(world, late))[1:] == [("expire", None)]
    await pay(world, made, status=409)
