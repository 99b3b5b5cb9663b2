"""Buying on the spot over the public routes: what is reserved, paid, handed over, given back."""

from tests.trade_world import (
    act,
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
from tests.world import opened, run


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
            assert [one["move"] for one in done["history"]] == ["pay", "fulfil"]

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
            assert first["amount"] == {"micros": 30_000_001, "currency": "CNY"}
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
