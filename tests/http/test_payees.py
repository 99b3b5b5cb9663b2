"""Payouts by Stripe over the doors: who is paid where, what is refused, and what Stripe tells by itself."""

import pytest

from lodestone import bootstrap
from lodestone.base.errors import InvalidError
from lodestone.base.money import Micros
from lodestone.bootstrap.providers import providers_of
from lodestone.ledger import AccountKind, Code, Transfer
from lodestone.ledger.chart import provider, shop
from lodestone.ledger.transfers import transfer_id
from tests.worlds.stripe_stand_in import KEY, SECRET, SETTINGS, StripeStandIn, signed
from tests.worlds.trade_world import line, market, yuan
from tests.worlds.world import TOWN, opened, run

DAY = "2026-03-04"
HOOK = "/v1/payouts/hooks/stripe/c"
PAYEE = {"provider": "stripe", "account": "acct_a"}


async def earned(world):
    money = world.engine.money
    clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
    payable = money.account(AccountKind.MERCHANT_PAYABLE, shop("soups"))
    made = Transfer(transfer_id("t"), clearing.id, payable.id, Micros(18_000_000), Code.EARNED)
    await money.post([made], opening=[clearing, payable])


async def closed(world):
    await market(world)
    await earned(world)
    world.later(days=1)
    await world.ask("POST", "/v1/settle", {"day": DAY}, status=200)


async def heard(world, body, status, **more):
    content, headers = signed(body, **more)
    bare = {**headers, "Authorization": ""}
    answer = await world.http.post(HOOK, content=content, headers=bare)
    assert answer.status_code == status, answer.text
    return answer.json()


async def payouts(world):
    listed = await world.ask("GET", f"/v1/payouts?day={DAY}", status=200)
    return [(payout["state"], payout["paid"]["micros"], payout["returned"]["micros"], payout["reason"]) for payout in listed["data"]]  # fmt: skip


def test_a_shop_is_paid_by_stripe_and_what_stripe_takes_back_is_owed_again(tmp_path, capfd):
    async def scenario(stand_in):
        at = {**SETTINGS, "LODESTONE_STRIPE_API": stand_in.api}
        async with opened(tmp_path, environment=at) as world:
            await closed(world)
            made = await world.ask("PUT", "/v1/payees/shop:soups", PAYEE, status=201)
            assert made == {**PAYEE, "party": "shop:soups", "trouble": None, "explanation": None}
            await world.ask("PUT", "/v1/payees/shop:soups", PAYEE, status=200)
            asked = {"day": DAY, "provider": "stripe"}
            assert (await world.ask("POST", "/v1/payouts", asked, status=200))["data"] == []
            funds = {"to": "stripe", "amount": yuan(18)}
            await world.ask("POST", "/v1/provider-funds", funds, status=200)

            await world.ask("POST", "/v1/payouts", asked, status=200)

            assert await payouts(world) == [("paid", 18_000_000, 0, None)]
            assert stand_in.net("acct_a") == 1_800
            stand_in.take_back("tr_0", 1_800)
            for body in (*stand_in.events, *stand_in.events):
                assert await heard(world, body, 200) == {"received": True}
            assert await payouts(world) == [("reversed", 18_000_000, 18_000_000, None)]
            refused = await heard(world, stand_in.events[-1], 401, secret="whsec_another0")
            assert refused["error"]["code"] == "signature_wrong"
            audited = await world.ask("POST", "/v1/audit", status=200)
            assert audited["differences"] == []
            stand_in.happened("payout.failed", {"failure_code": "no_account"}, account="acct_a")
            await heard(world, stand_in.events[-1], 200)
            (payee,) = (await world.ask("GET", "/v1/payees?party=shop:soups", status=200))["data"]
            assert payee["trouble"] == "no_account"
            assert "no such bank account" in payee["explanation"]

    with StripeStandIn() as stand_in:
        run(scenario(stand_in))
    printed = capfd.readouterr()
    assert "stripe" not in (printed.out + printed.err).lower()


def test_what_fits_no_payee_or_provider_is_refused(tmp_path):
    cases = [
        ("PUT", "/v1/payees/shop:none", PAYEE, 404, "shop_unknown"),
        ("PUT", "/v1/payees/person:none", PAYEE, 404, "person_unknown"),
        ("PUT", "/v1/payees/platform", PAYEE, 400, "party_invalid"),
        ("PUT", "/v1/payees/shop:soups", {**PAYEE, "provider": "manual"}, 400, "provider_unknown"),
        ("POST", "/v1/provider-funds", {"to": "manual", "amount": yuan(1)}, 400, "provider_unknown"),
        ("POST", "/v1/provider-funds", {"to": "cash", "amount": yuan(1)}, 400, "provider_unknown"),
        ("POST", "/v1/provider-funds", {"to": "stripe", "amount": yuan(0)}, 400, "amount_not_positive"),
        ("POST", "/v1/provider-funds", {"to": "stripe", "amount": {**yuan(1), "micros": 5}}, 400, "amount_not_whole"),
        ("POST", "/v1/provider-funds", {"to": "stripe", "amount": {**yuan(1), "currency": "EUR"}}, 400, "currency_mismatch"),
        ("POST", "/v1/provider-funds", {"to": "stripe", "amount": yuan(1)}, 409, "funds_refused"),
        ("POST", "/v1/payouts/hooks/manual/c", {}, 404, "provider_unknown"),
        ("POST", "/v1/payouts/hooks/stripe/none", {}, 404, "community_unknown"),
    ]  # fmt: skip

    async def scenario():
        async with opened(tmp_path, environment=SETTINGS) as world:
            await market(world)
            for method, path, body, status, code in cases:
                refused = await world.ask(method, path, body, status=status)
                assert refused["error"]["code"] == code, path

    run(scenario())


def test_an_order_is_not_paid_by_who_only_pays_out(tmp_path):
    async def scenario():
        async with opened(tmp_path, environment=SETTINGS) as world:
            await market(world)
            made = await world.ask("POST", "/v1/orders", {"buyer": "p1", "lines": [line()], "position": TOWN})  # fmt: skip
            pay = {"amount": made["total"], "method": "stripe"}
            refused = await world.ask("POST", f"/v1/orders/{made['id']}/pay", pay, status=400)
            assert refused["error"]["code"] == "method_unknown"

    run(scenario())


@pytest.mark.parametrize(
    ("name", "value"),
    [("KEY", "pk_live_12345678"), ("WEBHOOK_SECRETS", "secret"), ("WEBHOOK_SECRETS", ""), ("API", "http://stripe.example"), ("API", "https://api.stripe.com/v1")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_and_no_secret_is_told(tmp_path, name, value):
    given = {**SETTINGS, f"LODESTONE_STRIPE_{name}": value}
    if not value:
        del given[f"LODESTONE_STRIPE_{name}"]
    with pytest.raises(InvalidError) as refused:
        bootstrap.settings_of(str(tmp_path), given)
    assert refused.value.code == "setting_invalid"
    assert KEY not in str(refused.value)
    assert SECRET not in str(refused.value)


def test_without_the_setting_there_is_no_such_provider(tmp_path):
    assert set(providers_of(bootstrap.settings_of(str(tmp_path), {}))) == {"manual"}
    settings = bootstrap.settings_of(str(tmp_path), SETTINGS)
    assert set(providers_of(settings)) == {"manual", "stripe"}
    assert KEY not in repr(settings)
    assert SECRET not in repr(settings)


def test_a_query_parameter_that_is_missing_is_named_with_its_cure(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            return await world.ask("DELETE", "/v1/payees/shop:a%2Fb", status=400)

    refused = run(scenario)["error"]
    assert refused["details"] == [
        {"field": "provider", "problem": "is missing; send it in the query"}
    ]
    assert refused["message"] == "provider: is missing; send it in the query"
