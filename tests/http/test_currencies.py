"""Yen have no sen and dinars have a thousand fils: amounts are whole coins at every door, and shown everywhere alike."""

import msgspec
import pytest

from lodestone.base.money import minor_unit
from lodestone.base.wire import Money
from tests.worlds.trade_world import (
    MEAL,
    SHOP,
    SOUP,
    act,
    audited,
    balances,
    line,
    order,
    pay,
    redeem,
    voucher,
)
from tests.worlds.world import opened, run

COINS = {"JPY": 1_000_000, "KWD": 1_000, "CNY": 10_000}


def of(currency, amount):
    return {"micros": round(amount * 1_000_000), "currency": currency}


def selling(currency):
    def wrap(told):
        def test(tmp_path):
            async def scenario():
                async with opened(tmp_path, given={"currency": currency}) as world:
                    await market(world, currency)
                    await told(world)
                    await audited(world)

            run(scenario())

        test.__name__ = told.__name__
        return test

    return wrap


async def market(world, currency):
    """Open a shop whose soup costs 990 and whose meal of three parts costs 1000 of a currency."""
    await world.people(2)
    for name in ("mei", "li"):
        await world.put(f"/v1/people/{name}", {"name": name}, status=201)
    await world.put("/v1/shops/soups", SHOP, status=201)
    await world.ask("POST", "/v1/shops/soups/review", {"decision": "approved"}, status=200)
    await world.put("/v1/shops/soups/staff/li", {"role": "clerk"}, status=204)
    bowl = {"id": "bowl", "price": of(currency, 990), "stock": 10}
    await world.put("/v1/products/soup", {**SOUP, "variants": [bowl]}, status=201)
    two = {"id": "two", "price": of(currency, 1000), "stock": 10}
    await world.put("/v1/products/meal", {**MEAL, "variants": [two], "commission_share": 0.075}, status=201)  # fmt: skip


@selling("JPY")
async def test_990_yen_at_five_percent_come_to_941_in_the_order_the_ledger_and_the_payout(world):
    made = await pay(world, await order(world))
    assert made["commission"] == of("JPY", 49)
    await act(world, made, "fulfil")
    assert balances(world)["MERCHANT_PAYABLE", "shop:soups"] == 941_000_000
    world.later(days=1)
    await world.ask("POST", "/v1/settle", {"day": "2026-03-04"}, status=200)

    (payout,) = (await world.ask("POST", "/v1/payouts", {"day": "2026-03-04"}, status=200))["data"]

    assert payout["amount"] == of("JPY", 941)
    file = (await world.http.get("/v1/payouts/2026-03-04/file")).text
    assert ",shop:soups,941,JPY,sent," in file


@selling("JPY")
async def test_a_third_of_1000_yen_is_redeemed_and_refunded_in_whole_yen(world):
    made = await pay(world, await order(world, line("meal", "two")))
    code = (await voucher(world))["code"]
    first = await redeem(world, code, "r1")
    part = await act(world, made, "refund", {"request_id": "a", "units": 1})
    last = await redeem(world, code, "r2")

    assert [one["amount"] for one in (first, last)] == [of("JPY", 309), of("JPY", 308)]
    assert part["refunded"] == of("JPY", 333)
    assert all(one % minor_unit("JPY") == 0 for one in balances(world).values())


@selling("JPY")
async def test_half_a_yen_is_refused_wherever_it_comes_in_and_the_field_is_named(world):
    half = of("JPY", 0.5)
    bowl = {"id": "bowl", "price": of("JPY", 990.5), "stock": 10}
    body = {**SOUP, "variants": [{**bowl, "id": "x", "price": of("JPY", 1)}, bowl]}
    refused = await world.put("/v1/products/soup", body, status=400)
    assert (refused["error"]["code"], refused["error"]["details"][0]["field"]) == (
        "amount_not_whole", "variants[1].price",
    )  # fmt: skip
    sale = {
        "product_id": "soup", "variant_id": "bowl", "opens_at": "2026-03-04T00:00:00Z",
        "closes_at": "2026-03-05T00:00:00Z", "stock": 5, "price": half,
    }  # fmt: skip
    refused = await world.put("/v1/sales/flash", sale, status=400)
    assert refused["error"]["details"][0]["field"] == "price"
    made = await pay(world, await order(world))
    refused = await act(world, made, "refund", {"request_id": "a", "amount": half}, status=400)
    assert refused["error"]["details"][0]["field"] == "amount"
    await act(world, made, "cancel")
    owed = (await world.ask("GET", f"/v1/payments?order_id={made['id']}", status=200))["data"][-1]
    for path in (f"/v1/payments/{owed['id']}/result",):
        refused = await world.ask(
            "POST", path, {"state": "paid", "paid_micros": 500_000}, status=400
        )
        assert refused["error"]["details"][0]["field"] == "paid_micros"


@pytest.mark.parametrize("currency", list(COINS))
def test_a_refund_in_part_takes_whole_coins_from_the_shop_and_the_house(tmp_path, currency):
    @selling(currency)
    async def once(world):
        coin = COINS[currency]
        made = await pay(world, await order(world))
        await act(world, made, "fulfil")
        for number, coins in enumerate((1, 7, 13)):
            amount = {"micros": coins * coin, "currency": currency}
            await act(world, made, "refund", {"request_id": f"r{number}", "amount": amount})
        for (kind, _), balance in balances(world).items():
            assert balance % coin == 0, kind
        await act(world, made, "refund", {"request_id": "rest"})

        assert ("COMMISSION_REVENUE", "platform") not in balances(world)

    once(tmp_path)


@selling("JPY")
async def test_a_price_of_before_with_half_a_yen_is_still_paid_back_and_paid_out_whole(world):
    """Written past the door, as an earlier version would have taken it."""
    records = world.app.records
    record, _ = records.product("c", "soup")
    (bowl,) = record.given.variants
    odd = msgspec.structs.replace(bowl, price=Money(990_500_000, "JPY"))
    given = msgspec.structs.replace(record.given, variants=(odd,))
    records.put_product("c", "soup", given, currency="JPY", now=world.clock.now())
    kept = await pay(world, await order(world))
    gone = await pay(world, await order(world, buyer="p1"))
    await act(world, kept, "fulfil")
    await act(world, gone, "refund", {"request_id": "a", "amount": of("JPY", 990)})
    await act(world, gone, "refund", {"request_id": "b"})
    world.later(days=1)
    await world.ask("POST", "/v1/settle", {"day": "2026-03-04"}, status=200)

    (payout,) = (await world.ask("POST", "/v1/payouts", {"day": "2026-03-04"}, status=200))["data"]

    # 940.975 are earned: 940 are paid, and the rest waits in the payable for more.
    assert payout["amount"] == of("JPY", 940)
    assert balances(world)["MERCHANT_PAYABLE", "shop:soups"] == 975_000
