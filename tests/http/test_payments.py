"""Payments over the public routes: a provider that answers late, refunds that are owed until they were paid."""

import pytest

from lodestone.bootstrap import settings_of
from lodestone.bootstrap.providers import providers_of
from lodestone.stores.external.payment_providers import TRIAL, Behaviour, TrialProvider
from tests.worlds.records_dump import dump
from tests.worlds.trade_world import act, audited, balances, bought, line, market, order, yuan
from tests.worlds.world import opened, run


def scene(told):
    def test(tmp_path):
        async def scenario():
            async with opened(tmp_path) as world:
                await market(world)
                world.trial = TrialProvider()
                world.engine.trade.providers[TRIAL] = world.trial
                await told(world)

        run(scenario())

    test.__name__ = told.__name__
    return test


async def charge(world, made, status, **more):
    body = {"amount": made["total"], "method": TRIAL, **more}
    return await world.ask("POST", f"/v1/orders/{made['id']}/pay", body, status=status)


async def payments(world, **wanted):
    asked = "&".join(f"{name}={value}" for name, value in wanted.items())
    return (await world.ask("GET", f"/v1/payments?{asked}", status=200))["data"]


async def result(world, payment, body, status=200):
    return await world.ask("POST", f"/v1/payments/{payment['id']}/result", body, status=status)


@scene
async def test_a_provider_takes_the_money_at_once(world):
    made = await order(world)
    paid = await charge(world, made, 200)

    assert paid["state"] == "paid"
    (one,) = await payments(world, order_id=made["id"])
    assert (one["kind"], one["state"], one["moved"]) == ("charge", "paid", yuan(18))
    assert one["reference"] == f"trial-{one['id']}"
    assert await world.ask("GET", f"/v1/payments/{one['id']}", status=200) == one


@scene
async def test_an_order_waits_for_a_late_payment_and_is_paid_by_the_word_that_comes(world):
    world.trial.usual = Behaviour.LATE
    made = await order(world)
    waits = await charge(world, made, 202)
    assert waits["state"] == "reserved"

    (one,) = await payments(world, state="unknown")
    for _ in range(2):
        told = await result(world, one, {"state": "paid", "reference": "w-7"})

    assert (told["state"], told["reference"]) == ("paid", "w-7")
    whole = await world.ask("GET", f"/v1/orders/{made['id']}", status=200)
    assert [whole["state"], [one["move"] for one in whole["history"]][-1]] == ["paid", "pay"]
    await audited(world)


@scene
async def test_what_a_provider_declines_is_told_and_may_be_tried_again(world):
    world.trial.usual = Behaviour.DECLINED
    made = await order(world)
    told = await charge(world, made, 409, request_id="a")
    assert told["error"]["code"] == "payment_declined"

    world.trial.usual = Behaviour.DONE
    before = dump(world)
    assert (await charge(world, made, 409, request_id="a"))["error"]["code"] == "payment_declined"
    assert dump(world) == before
    assert (await charge(world, made, 200, request_id="b"))["state"] == "paid"


@scene
async def test_a_refund_is_owed_until_somebody_says_that_it_was_paid(world):
    made = await bought(world, line(quantity=3))
    await act(world, made, "fulfil")
    await act(world, made, "refund", {"request_id": "a", "amount": yuan(10)})
    asked = await world.ask("POST", "/v1/payments/send", {}, status=200)
    (one,) = asked["data"]
    assert (one["kind"], one["state"], one["amount"]) == ("refund", "sent", yuan(10))
    assert balances(world)["REFUNDS", "provider:manual"] == 10_000_000

    part = await result(world, one, {"state": "paid", "paid_micros": 4_000_000, "reference": "x"})
    assert (part["state"], part["moved"]) == ("paid", yuan(4))
    (rest,) = await payments(world, kind="refund", state="ordered")
    assert rest["amount"] == yuan(6)
    await result(world, rest, {"state": "declined"})
    assert balances(world)["REFUNDS", "provider:manual"] == 6_000_000
    await audited(world)
    await result(world, rest, {"state": "paid"})

    assert balances(world) == {
        ("PROVIDER_CLEARING", "provider:manual"): -44_000_000,
        ("MERCHANT_PAYABLE", "shop:soups"): 41_800_000,
        ("COMMISSION_REVENUE", "platform"): 2_200_000,
    }
    await audited(world)


@scene
async def test_a_word_about_no_payment_of_ours_is_refused_and_changes_nothing(world):
    await bought(world)
    before = dump(world)

    for name in ("pmt_" + "0" * 32, "nonsense"):
        told = await result(world, {"id": name}, {"state": "paid"}, 404)
        assert told["error"]["code"] == "payment_unknown"
    told = await world.ask("POST", "/v1/payments/send", {"provider": "moon"}, status=400)
    assert told["error"]["code"] == "method_unknown"
    (one,) = await payments(world)
    told = await result(world, one, {"state": "lost"}, 400)
    assert told["error"]["code"] == "malformed"

    assert dump(world) == before


@scene
async def test_a_list_of_payments_goes_on_where_it_ended(world):
    for _ in range(3):
        await bought(world)

    seen, cursor = [], ""
    while cursor is not None:
        told = await world.ask(
            "GET",
            f"/v1/payments?limit=2&cursor={cursor}" if cursor else "/v1/payments?limit=2",
            status=200,
        )
        seen += [one["id"] for one in told["data"]]
        cursor = told["next_cursor"]

    assert len(set(seen)) == len(seen) == 3


@pytest.mark.parametrize("how", ["", "declined"])
def test_the_trial_provider_is_there_only_where_a_setting_asks_for_it(tmp_path, how):
    found = providers_of(settings_of(str(tmp_path), {"LODESTONE_TRIAL_PAYMENTS": how}))

    assert sorted(found) == (["manual", TRIAL] if how else ["manual"])
    assert not how or found[TRIAL].usual is Behaviour(how)
