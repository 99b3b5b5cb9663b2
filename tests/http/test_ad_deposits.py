"""What advertisers pay in stands in the ledger once, and three fields make a shop's campaign."""

import pytest

from lodestone.ads.refusals import CONFLICTS, AdRefusal
from tests.http.test_ads import scene
from tests.http.test_permissions import key as make_key
from tests.worlds.ad_world import advertised
from tests.worlds.records_dump import dump
from tests.worlds.trade_world import audited, balances, market, yuan
from tests.worlds.world import opened, run

DEPOSITS, LOCAL = "/v1/advertisers/mei-ads/deposits", "/v1/ads:local"
BODY = {"product_id": "soup", "radius_km": 2.5, "daily_budget": yuan(30)}


def key(name):
    return {"Idempotency-Key": name}


async def pay(world, amount, name, *, status=201, **more):
    body = {"amount": yuan(amount), **more}
    return await world.ask("POST", DEPOSITS, body, status=status, headers=key(name))


async def balance(world):
    return (await world.ask("GET", "/v1/advertisers/mei-ads", status=200))["balance"]


@scene
async def test_a_deposit_moves_money_once_and_the_book_balances(world):
    await advertised(world)
    assert await balance(world) == yuan(0)
    first = await pay(world, 100, "a")
    again = await pay(world, 100, "a")
    await pay(world, 20.5, "b", provider="manual")

    assert first == again
    assert first["id"].startswith("trf_")
    assert await balance(world) == yuan(120.5)
    assert balances(world) == {
        ("PROVIDER_CLEARING", "provider:manual"): -120_500_000,
        ("ADVERTISER_BALANCE", "advertiser:mei-ads"): 120_500_000,
    }
    listed = await world.ask("GET", "/v1/advertisers?shop_id=soups", status=200)
    assert [advertiser["balance"] for advertiser in listed["data"]] == [yuan(120.5)]
    transfer = await world.ask("GET", f"/v1/transfers/{first['id']}", status=200)
    assert (transfer["code"], transfer["amount"]) == ("ad_deposit", yuan(100))
    await audited(world)
    world.later(days=1)
    await world.ask("POST", "/v1/settle", {"day": "2026-03-04"}, status=200)
    await audited(world)


@scene
async def test_a_deposit_is_the_same_for_good_and_whichever_key_sends_it(world):
    await advertised(world)
    first = await pay(world, 100, "a")
    world.later(days=30)
    other = await make_key(world, "ads")
    body = {"amount": yuan(100)}
    again = await world.ask("POST", DEPOSITS, body, status=201, headers={**key("a"), **other})

    assert again == first
    assert await balance(world) == yuan(100)


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("deposit_replayed", {"amount": yuan(99)}),
        ("currency_mismatch", {"amount": {"micros": 1_000_000, "currency": "EUR"}}),
        ("amount_not_positive", {"amount": yuan(0)}),
        ("amount_not_positive", {"amount": yuan(-5)}),
        ("amount_not_positive", {"amount": {"micros": 10**15 + 10_000, "currency": "CNY"}}),
        ("provider_unknown", {"amount": yuan(5), "provider": "trial"}),
        ("amount_not_whole", {"amount": {"micros": 1_000_001, "currency": "CNY"}}),
        ("malformed", {"amount": 5}),
    ],
)
def test_a_deposit_that_does_not_fit_is_refused_by_name_and_moves_nothing(tmp_path, code, body):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            await pay(world, 100, "a")
            before = dump(world)
            refusal = AdRefusal.__members__.get(code.upper())
            status = 409 if refusal in CONFLICTS else 400
            answer = await world.ask("POST", DEPOSITS, body, status=status, headers=key("a"))
            assert answer["error"]["code"] == code
            assert dump(world) == before

    run(scenario())


@scene
async def test_a_deposit_needs_an_advertiser_and_without_a_key_each_is_its_own(world):
    await advertised(world)
    body = {"amount": yuan(1)}
    await world.ask("POST", DEPOSITS, body, status=201)
    await world.ask("POST", DEPOSITS, body, status=201)
    assert await balance(world) == yuan(2)
    nobody = DEPOSITS.replace("mei-ads", "none")
    await world.ask("POST", nobody, body, status=404, headers=key("a"))
    await world.ask("DELETE", "/v1/people/mei", status=204)
    await world.ask("POST", DEPOSITS, body, status=410, headers=key("a"))
    assert balances(world)[("ADVERTISER_BALANCE", "advertiser:mei-ads")] == 2_000_000


@scene
async def test_three_fields_make_a_campaign_and_show_what_was_worked_out(world):
    await market(world)
    made = await world.ask("POST", LOCAL, BODY, status=201, headers=key("x"))
    advertiser, campaign, group, ad = (
        made[name] for name in ("advertiser", "campaign", "ad_group", "ad")
    )

    assert (advertiser["shop_id"], advertiser["name"]) == ("soups", "Mei's soups")
    assert (campaign["objective"], campaign["budget"]) == ("orders", {"daily": yuan(30)})
    assert campaign["advertiser_id"] == advertiser["id"]
    (place,) = group["targeting"]["places"]
    assert (place["radius_km"], group["strategy"]) == (2.5, "max_delivery")
    assert (ad["item_id"], ad["landing"]) == ("soup", {"product_id": "soup"})
    assert (ad["headline"], ad["review"]) == ("Sour soup", "pending")
    assert [part["state"] for part in (campaign, group, ad)] == ["paused"] * 3
    assert await world.ask("GET", f"/v1/ads/{ad['id']}", status=200) == ad


@scene
async def test_the_same_three_fields_under_one_key_make_one_campaign(world):
    await market(world)
    first = await world.ask("POST", LOCAL, BODY, status=201, headers=key("x"))
    again = await world.ask("POST", LOCAL, BODY, status=201, headers=key("x"))
    other = await world.ask("POST", LOCAL, BODY, status=201, headers=key("y"))
    campaigns = await world.ask("GET", "/v1/campaigns", status=200)

    assert first == again
    assert other["advertiser"] == first["advertiser"]
    assert {campaign["id"] for campaign in campaigns["data"]} == {
        first["campaign"]["id"], other["campaign"]["id"],
    }  # fmt: skip
    unkeyed = [await world.ask("POST", LOCAL, BODY, status=201) for _ in range(2)]
    assert len({made["campaign"]["id"] for made in [first, other, *unkeyed]}) == 4
    more = {**BODY, "radius_km": 3}
    answer = await world.ask("POST", LOCAL, more, status=409, headers=key("x"))
    assert answer["error"]["code"] == "idempotency_conflict"


@scene
async def test_a_shop_that_advertises_already_pays_as_it_did(world):
    await advertised(world)
    made = await world.ask("POST", LOCAL, BODY, status=201, headers=key("x"))

    assert made["advertiser"]["id"] == "mei-ads"


@pytest.mark.parametrize(
    ("code", "status", "change"),
    [
        ("product_unknown", 404, {"product_id": "none"}),
        ("malformed", 400, {"radius_km": 0}),
        ("currency_mismatch", 400, {"daily_budget": {"micros": 1, "currency": "EUR"}}),
        ("amount_not_positive", 400, {"daily_budget": yuan(0)}),
        ("shop_without_position", 409, {"product_id": "tea"}),
        ("item_not_live", 409, {"product_id": "meal"}),
    ],
)
def test_three_fields_that_do_not_fit_make_nothing(tmp_path, code, status, change):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.put("/v1/shops/brand", {"owner_id": "mei", "name": "B"}, status=201)
            tea = {
                "shop_id": "brand", "name": "Tea", "fulfilment": ["delivery"],
                "variants": [{"id": "x", "price": yuan(1), "stock": 1}],
            }  # fmt: skip
            await world.put("/v1/products/tea", tea, status=201)
            await world.ask("DELETE", "/v1/items/meal", status=204)
            before = dump(world)
            answer = await world.ask("POST", LOCAL, {**BODY, **change}, status=status)
            assert answer["error"]["code"] == code
            assert dump(world) == before

    run(scenario())
