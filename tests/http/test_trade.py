"""Buying on the spot over the public routes: what is reserved, paid, handed over, given back."""

import json

from tests.worlds.records_dump import dump
from tests.worlds.trade_world import (
    SHOP,
    SOUP,
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


def test_an_order_is_reserved_paid_and_handed_over(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)

            made = await order(world, line(quantity=2))
            assert (made["state"], made["total"], made["commission"]) == (
                "reserved",
                yuan(36),
                yuan(1.8),
            )
            assert await stock(world) == {"offered": 10, "available": 8, "held": 2, "sold": 0}
            paid = await pay(world, made)
            assert (paid["state"], paid["moves"]) == ("paid", ["fulfil", "cancel", "refund"])
            assert balances(world) == {}
            done = await act(world, made, "fulfil")

            assert done["state"] == "fulfilled"
            assert await stock(world) == {"offered": 10, "available": 8, "held": 0, "sold": 2}
            assert balances(world) == {
                ("PROVIDER_CLEARING", "provider:manual"): -36_000_000,
                ("MERCHANT_PAYABLE", "shop:soups"): 34_200_000,
                ("COMMISSION_REVENUE", "platform"): 1_800_000,
            }
            assert [one["move"] for one in done["history"]] == ["place", "pay", "fulfil"]

    run(scenario())


def test_a_voucher_is_redeemed_as_often_as_it_may_be(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            made = await bought(world, line("meal", "two"))
            held = await voucher(world)
            assert (held["count"], held["left"], held["state"]) == (3, 3, "open")
            assert balances(world)[("VOUCHER_LIABILITY", "shop:soups")] == 100_000_000

            first = await redeem(world, held["code"].lower())
            again = await redeem(world, held["code"])
            assert first == again
            assert first["amount"] == {"micros": 30_010_000, "currency": "CNY"}
            await redeem(world, held["code"], "r2", count=2)
            refused = await redeem(world, held["code"], "r3", status=409)

            assert refused["error"]["code"] == "voucher_used_up"
            whole = await world.ask("GET", f"/v1/orders/{made['id']}", status=200)
            assert whole["state"] == "fulfilled"
            assert balances(world) == {
                ("PROVIDER_CLEARING", "provider:manual"): -100_000_000,
                ("MERCHANT_PAYABLE", "shop:soups"): 90_000_000,
                ("COMMISSION_REVENUE", "platform"): 10_000_000,
            }

    run(scenario())


def test_refunds_give_back_the_merchants_part_and_the_commission_in_proportion(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            made = await bought(world, line(quantity=3))
            await act(world, made, "fulfil")
            for name, amount in (("a", 10.01), ("b", 17)):
                told = await act(
                    world, made, "refund", {"request_id": name, "amount": yuan(amount)}
                )
                again = {"request_id": name, "amount": yuan(amount)}
                assert await act(world, made, "refund", again) == told
            assert told["state"] == "refunded_in_part"
            assert balances(world) == {
                ("PROVIDER_CLEARING", "provider:manual"): -54_000_000,
                ("REFUNDS", "provider:manual"): 27_010_000,
                ("MERCHANT_PAYABLE", "shop:soups"): 25_640_000,
                ("COMMISSION_REVENUE", "platform"): 1_350_000,
            }
            await audited(world)

            done = await act(world, made, "refund", {"request_id": "c"})

            assert (done["state"], done["refunded"]) == ("refunded", yuan(54))
            assert balances(world) == {
                ("PROVIDER_CLEARING", "provider:manual"): -54_000_000,
                ("REFUNDS", "provider:manual"): 54_000_000,
            }
            await audited(world)

    run(scenario())


def test_what_is_cancelled_before_it_was_handed_over_is_free_again(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            reserved = await order(world, line(quantity=2))
            paid = await bought(world, line(quantity=3), buyer="p1")
            voucher_order = await bought(world, line("meal", "two"), buyer="p2")
            for made in (reserved, paid, voucher_order):
                assert (await act(world, made, "cancel"))["state"] == "cancelled"
                assert (await act(world, made, "cancel"))["state"] == "cancelled"

            assert await stock(world) == {"offered": 10, "available": 10, "held": 0, "sold": 0}
            assert balances(world) == {
                ("PROVIDER_CLEARING", "provider:manual"): -100_000_000,
                ("REFUNDS", "provider:manual"): 100_000_000,
            }
            held = await voucher(world, "p2")
            assert (held["state"], held["left"]) == ("refunded", 0)
            await audited(world)

    run(scenario())


def test_a_partial_refund_before_the_goods_are_handed_over_is_never_taken(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            made = await bought(world)
            told = await act(world, made, "refund", {"request_id": "a", "amount": yuan(8)})
            assert (told["state"], told["refunded"]) == ("paid", yuan(8))

            await act(world, made, "fulfil")

            assert balances(world) == {
                ("PROVIDER_CLEARING", "provider:manual"): -10_000_000,
                ("MERCHANT_PAYABLE", "shop:soups"): 9_500_000,
                ("COMMISSION_REVENUE", "platform"): 500_000,
            }
            await audited(world)

    run(scenario())


def test_a_shop_that_has_been_paid_out_owes_what_it_gives_back(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            made = await bought(world)
            await act(world, made, "fulfil")
            world.later(days=1)
            await world.ask("POST", "/v1/settle", {"day": "2026-03-04"}, status=200)
            await world.ask("POST", "/v1/payouts", {"day": "2026-03-04"}, status=200)
            before = balances(world)
            assert ("MERCHANT_PAYABLE", "shop:soups") not in before

            await act(world, made, "refund", {"request_id": "a"})

            assert balances(world)[("MERCHANT_RECEIVABLE", "shop:soups")] == -17_100_000
            await audited(world)

    run(scenario())


def test_time_gives_back_reservations_holds_and_unused_vouchers(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            reserved = await order(world, line(quantity=2))
            held = await bought(world, line(quantity=3), buyer="p1")
            made = await bought(world, line("meal", "two"), buyer="p2")
            await redeem(world, (await voucher(world, "p2"))["code"])
            world.later(minutes=15)
            await world.engine.tick()
            assert (await world.ask("GET", f"/v1/orders/{reserved['id']}"))["state"] == "expired"
            assert (await stock(world))["held"] == 0

            world.later(days=31)
            await world.engine.tick()

            assert (await world.ask("GET", f"/v1/orders/{held['id']}"))["state"] == "expired"
            assert await stock(world) == {"offered": 10, "available": 10, "held": 0, "sold": 0}
            whole = await world.ask("GET", f"/v1/orders/{made['id']}")
            assert (whole["state"], whole["refunded"]["micros"]) == ("fulfilled", 66_660_000)
            assert (await voucher(world, "p2"))["state"] == "refunded"
            await audited(world)

    run(scenario())


def test_tables_and_rooms_are_sold_by_their_date(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            room = {"id": "double", "price": yuan(300), "dates": {"2026-03-04": 1, "2026-03-05": 2}}
            hotel = {
                "shop_id": "soups",
                "name": "Room",
                "fulfilment": ["redeem"],
                "variants": [room],
            }
            await world.put("/v1/products/room", hotel, status=201)
            nights = [line("room", "double", date=day) for day in ("2026-03-04", "2026-03-05")]

            made = await bought(world, *nights)
            refused = await order(world, *nights, buyer="p1", status=409)
            await order(world, nights[1], buyer="p1")

            assert refused["error"]["code"] == "sold_out"
            assert made["total"] == yuan(600)
            held = await world.ask("GET", "/v1/vouchers?buyer=p0", status=200)
            assert [(one["date"], one["expires_at"]) for one in held["data"]] == [
                ("2026-03-05", "2026-03-05T16:00:00.000Z"),
                ("2026-03-04", "2026-03-04T16:00:00.000Z"),
            ]
            dates = (await world.ask("GET", "/v1/products/room"))["variants"][0]["dates"]
            assert [dates[day]["available"] for day in sorted(dates)] == [0, 0]
            past = await order(world, line("room", "double", date="2026-03-03"), status=409)
            assert past["error"]["code"] == "date_unknown"

    run(scenario())


def test_variants_that_share_a_stock_item_sell_it_together(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.put("/v1/stock/duck", {"shop_id": "soups", "stock": 3}, status=201)
            duck = [
                {"id": one, "price": yuan(price), "stock_item": "duck"}
                for one, price in (("roast", 80), ("smoked", 90))
            ]
            product = {"shop_id": "soups", "name": "Duck", "fulfilment": ["pickup"]}
            await world.put("/v1/products/duck", {**product, "variants": duck}, status=201)

            await bought(world, line("duck", "roast"), line("duck", "smoked"))
            refused = await order(
                world, line("duck", "roast"), line("duck", "smoked"), buyer="p1", status=409
            )

            assert refused["error"]["code"] == "sold_out"
            held = (await world.ask("GET", "/v1/stock/duck"))["stock"]
            assert held == {"offered": 3, "available": 1, "held": 0, "sold": 2}
            await audited(world)

    run(scenario())


def test_the_desk_sees_what_was_redeemed_by_day_and_by_whom(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await bought(world, line("meal", "two"))
            code = (await voucher(world))["code"]
            await redeem(world, code, "r1")
            world.later(days=1)
            await redeem(world, code, "r2", staff_id="mei")

            async def seen(query):
                told = await world.ask("GET", f"/v1/shops/soups/redemptions{query}", status=200)
                return [(one["request_id"], one["staff_id"]) for one in told["data"]]

            assert await seen("") == [("r2", "mei")]
            assert await seen("?from=2026-03-04&to=2026-03-05") == [("r2", "mei"), ("r1", "li")]
            assert await seen("?from=2026-03-04&to=2026-03-05&staff_id=li") == [("r1", "li")]
            assert await seen("?from=2026-03-04") == [("r1", "li")]
            shop = await world.ask("GET", "/v1/vouchers?shop_id=soups", status=200)
            assert [one["code"] for one in shop["data"]] == [None]
            look = {"code": code, "shop_id": "soups", "staff_id": "li"}
            told = await world.ask("POST", "/v1/vouchers/prepare", look, status=200)
            assert (told["left"], told["code"]) == (1, code)

    run(scenario())


def test_a_product_whose_item_is_withdrawn_is_not_sold_until_it_is_published_again(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            paid = await bought(world)
            await world.ask("DELETE", "/v1/items/soup", status=204)
            told = await order(world, status=409)
            assert told["error"]["code"] == "product_not_live"
            # A later write of the shop shows its products anew, and this one stays away.
            await world.put("/v1/shops/soups", SHOP, status=200)
            for path in ("/v1/items/soup", "/v1/products/soup"):
                assert (await world.ask("GET", path, status=200))["state"] == "withdrawn"
            assert (await order(world, status=409))["error"]["code"] == "product_not_live"
            assert (await act(world, paid, "fulfil"))["state"] == "fulfilled"

            await world.put("/v1/products/soup", SOUP, status=200)

            assert (await world.ask("GET", "/v1/items/soup", status=200))["state"] == "live"
            await order(world)

    run(scenario())


def test_an_item_that_is_a_products_or_a_rooms_is_written_through_those_alone(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.put("/v1/live/room", {"owner_id": "mei", "title": "Soup"}, status=201)
            item = {"kind": "product", "author_id": "mei", "text": "free soup", "state": "live"}
            before = dump(world)
            for name, code in (("soup", "item_of_product"), ("room", "item_of_room")):
                told = await world.put(f"/v1/items/{name}", item, status=409)
                assert told["error"]["code"] == code
            assert dump(world) == before
            lines = "\n".join(
                json.dumps({"id": name, **item}) for name in ("post", "soup", "other")
            )
            told = await world.ask("POST", "/v1/items:bulk", content=lines, status=200)
            assert told["accepted"] == 2
            assert [(one["line"], one["code"]) for one in told["refused"]] == [
                (2, "item_of_product")
            ]

    run(scenario())
