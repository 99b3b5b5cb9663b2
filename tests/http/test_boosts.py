"""Boosts over HTTP: bought, shown as what they are, charged, and what was not charged gone back once."""

from dataclasses import replace

import pytest

from lodestone.base.money import Micros
from lodestone.creators.boost_refusals import BoostRefusal
from lodestone.ledger.chart import AccountKind, Code, person, provider
from lodestone.ledger.transfers import Transfer, transfer_id
from lodestone.services import ad_cases
from lodestone.services.feed.cursor import Chain
from lodestone.services.feed.messages import FeedRequest
from lodestone.services.feed.stages import Stages
from lodestone.services.support.ids import decision_seed
from lodestone.traffic.codec import encode, pack
from lodestone.traffic.pricer import PacingAccount
from tests.http.test_ads import scene
from tests.worlds.boost_world import (
    BOOST,
    boosted,
    boosting,
    buy,
    lies,
    over,
    passed,
    read,
    seen,
    stop,
)
from tests.worlds.records_dump import dump
from tests.worlds.trade_world import audited, yuan
from tests.worlds.world import TOWN, opened, run


@scene
async def test_a_boost_is_shown_as_boosted_charged_at_most_its_price_and_the_rest_goes_back(world):
    await boosting(world)
    bought = await buy(world)
    assert (bought["promised"], bought["price"], bought["state"]) == (50, yuan(0.02), "running")
    assert lies(world) == {"PROVIDER_CLEARING": -1_000_000, "ADVERTISER_BALANCE": 1_000_000}
    await passed(world, minutes=1)
    for viewer in ("p0", "p1", "p2"):
        feed = await world.feed(viewer)
        (slot,) = boosted(feed)
        assert (slot["item_id"], slot["paid"]) == ("film", True)
        await seen(world, slot, viewer)
    shown = await read(world)
    assert shown["delivered"] == 3
    spent = shown["spent"]["micros"]
    assert 0 < spent <= 3 * 20_000
    await over(world, 9)
    ended = await read(world)
    assert (ended["state"], ended["ended_by"]) == ("ended", "hours")
    assert ended["refunded"] == yuan(1) | {"micros": 1_000_000 - spent}
    assert (ended["delivered"], ended["spent"]["micros"]) == (3, spent)
    rest = (1_000_000 - spent) % 10_000
    assert lies(world) == {
        "PROVIDER_CLEARING": -spent - rest, "AD_REVENUE": spent, "CREATOR_PAYABLE": rest,
    }  # fmt: skip
    await audited(world)
    assert await buy(world, status=200) == ended


REFUSED = [
    ("currency_mismatch", {"amount": {"micros": 1_000_000, "currency": "JPY"}}, "amount"),
    ("amount_not_positive", {"amount": yuan(0)}, "amount"),
    ("amount_not_whole", {"amount": {"micros": 1_000_001, "currency": "CNY"}}, "amount"),
    ("not_sold", {"buys": "follows"}, "buys"),
    ("amount_too_small", {"amount": yuan(0.01)}, "amount"),
    ("item_unknown", {"item_id": "none"}, "item_id"),
    ("item_foreign", {"item_id": "i0"}, "item_id"),
    ("item_not_live", {"item_id": "draft"}, "item_id"),
    ("shop_missing", {"buys": "shop_visits"}, "buys"),
    ("balance_short", {"pay_from": "earnings"}, "amount"),
]
"""Each refusal of a new boost, what is sent otherwise, and the field at fault."""


@scene
async def test_every_refusal_names_its_field_and_changes_nothing(world):
    await boosting(world)
    draft = {"kind": "video", "author_id": "ann", "state": "draft"}
    await world.put("/v1/items/draft", draft, status=201)
    policy = (await world.ask("GET", "/v1/policy", status=200))["policy"]
    prices = {"impressions": 20_000, "shop_visits": 500_000}
    await world.ask("PUT", "/v1/policy", {"policy": policy | {"boost_prices": prices}}, status=200)
    await buy(world, "bought")
    before = dump(world)
    refusals = {}
    for code, fields, field in REFUSED:
        answer = await world.ask("PUT", "/v1/boosts/b1", {**BOOST, **fields})
        refusals[code] = (answer["error"]["code"], answer["error"]["details"][0]["field"])
        assert refusals[code] == (code, field)
    answer = await world.ask("PUT", "/v1/boosts/bought", BOOST | {"hours": 7}, status=409)
    refusals[answer["error"]["code"]] = ""
    answer = await stop(world, "bought", "p0", status=409)
    refusals[answer["error"]["code"]] = ""
    assert dump(world) == before
    assert set(refusals) == {refusal.name.lower() for refusal in BoostRefusal}
    small = await world.ask("PUT", "/v1/boosts/b1", {**BOOST, "amount": yuan(0.01)}, status=409)
    assert "at least 20000 micros" in small["error"]["message"]


@scene
async def test_nobody_changes_what_a_boost_runs_as_or_takes_its_money(world):
    await boosting(world)
    name = (await buy(world))["campaign_id"]
    campaign = {"advertiser_id": name, "objective": "reach", "budget": {"daily": yuan(1)}}
    brief = {
        "advertiser_id": name, "text": "x", "settlement": {"kind": "fixed", "price": yuan(1)},
        "deadline": "2026-03-20T12:00:00Z",
    }  # fmt: skip
    for path, body in (
        (f"/v1/advertisers/{name}", {"owner_id": "ann", "name": "x"}),
        (f"/v1/campaigns/{name}", campaign),
        ("/v1/campaigns/other", campaign),
        (f"/v1/ad-groups/{name}", {"campaign_id": "lunch"}),
        ("/v1/ad-groups/other", {"campaign_id": name}),
        (f"/v1/ads/{name}", {"ad_group_id": "corner", "item_id": "film"}),
        ("/v1/ads/other", {"ad_group_id": name, "item_id": "film"}),
        ("/v1/briefs/other", brief),
    ):
        answer = await world.put(path, body, status=409)
        assert answer["error"]["code"] == "boosted"
    deposit = f"/v1/advertisers/{name}/deposits"
    answer = await world.ask("POST", deposit, {"amount": yuan(1)}, status=409)
    assert answer["error"]["code"] == "boosted"


def decided(world, person, sequence):
    """Take a decision without keeping it; return it."""
    engine, request = world.engine, FeedRequest(viewer=person, slots=6)
    now, keeper = engine.now(), engine.housekeeper
    viewer = engine.hydrator.viewer(request, keeper.policy, now, gated=keeper.sweep.gated)
    setting = replace(
        engine.setting(request, now, Chain(), []),
        sequence=sequence, seed=decision_seed(engine.secret, sequence),
    )  # fmt: skip
    return engine.parts.decider.decide(viewer, setting, Stages(None), PacingAccount())


def organic_bytes(decision):
    """Return a decision as stored, but for its paid part and how far the log had come."""
    return pack(encode(replace(decision, paid=None, state_offset=0)))


@scene
async def test_organic_decisions_are_the_same_bit_for_bit_with_and_without_the_boost(world):
    """The same posts, Ann's among them, before the same viewers at the same moment and prices."""
    await boosting(world, posts=30)
    asked = [(f"p{n % 4}", n) for n in range(24)]
    before = [decided(world, *each) for each in asked]
    film = world.engine.directory.item_row("film")
    await buy(world)
    await world.engine.billing.lease()
    after = [decided(world, *each) for each in asked]

    shown = [decision.paid is not None for decision in after]
    stands = [film in decision.pool.item[decision.choice.pool_index] for decision in after]
    assert not any(decision.paid for decision in before)
    assert any(shown)
    assert any(stands)
    assert not any(both and paid for both, paid in zip(stands, shown, strict=True))
    assert [*map(organic_bytes, after)] == [*map(organic_bytes, before)]


@scene
async def test_what_a_boost_brings_teaches_nothing_of_the_post_and_counts_for_no_promise(world):
    await boosting(world)
    await buy(world)
    await passed(world, minutes=1)
    state, row = world.engine.state, world.engine.directory.item_row("film")

    def organic():
        return (
            state.item_ring[row].tolist(), state.item_old[row].tolist(), state.author_exposure.tolist(),
            state.promise_delivered.tolist(), state.impressions_day.tolist(),
        )  # fmt: skip

    before = organic()
    (slot,) = boosted(await world.feed("p0"))
    await seen(world, slot, "p0")
    assert organic() == before
    assert (await read(world))["delivered"] == 1


@scene
async def test_a_boost_is_shown_to_no_child_not_to_its_buyer_and_three_times_a_day_to_anybody(
    world,
):
    await boosting(world)
    await world.put("/v1/people/child", {"minor": True}, status=201)
    await buy(world, amount=yuan(10))
    await passed(world, minutes=1)
    shown = []
    for viewer in ("child", "ann", *["p0"] * 5):
        shown.append(len(boosted(await world.feed(viewer))))
        world.later(minutes=11)
    assert shown == [0, 0, 1, 1, 1, 0, 0]


@scene
async def test_a_boosted_page_says_so_and_replays_and_its_explanation_says_who_pays(world):
    await boosting(world)
    name = (await buy(world))["campaign_id"]
    await passed(world, minutes=1)
    feed = await world.feed("p0", explain=True)
    (note,) = feed["explain"]["ads"]
    assert (note["campaign_id"], note["bought"], note["bid"]) == (name, "impression", 20_000)
    assert 0 < note["payment"] <= 20_000
    again = await world.ask("POST", f"/v1/receipts/{feed['receipt_id']}/replay", status=200)
    assert again["differences"] == []
    advertiser = await world.ask("GET", f"/v1/advertisers/{name}", status=200)
    assert advertiser["name"] == "Ann"


@pytest.mark.parametrize("end", ["stopped", "withdrawn", "erased"])
def test_whatever_ends_a_boost_ends_it_in_the_next_decision_and_gives_back_once(tmp_path, end):
    async def scenario():
        async with opened(tmp_path) as world:
            await boosting(world)
            await buy(world)
            await passed(world, minutes=1)
            assert boosted(await world.feed("p0"))
            if end == "stopped":
                assert (await stop(world))["state"] == "ending"
                assert (await stop(world))["ended_by"] == "stopped"
            elif end == "withdrawn":
                await world.ask("DELETE", "/v1/items/film", status=204)
            else:
                await world.ask("DELETE", "/v1/people/ann", status=204)
            assert boosted(await world.feed("p1")) == []
            await over(world, 4)
            ended = await read(world)
            await audited(world)
            return ended, lies(world)

    ended, money = run(scenario)
    assert (ended["state"], ended["ended_by"], ended["delivered"]) == ("ended", end, 0)
    assert ended["refunded"] == yuan(1)
    assert money == {}


def test_a_boost_goes_on_over_a_restart_and_its_units_are_counted_there(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await boosting(world)
            await buy(world)
            await passed(world, minutes=1)
            (slot,) = boosted(await world.feed("p0"))
            await seen(world, slot, "p0")
            before = await read(world)
        async with opened(tmp_path) as world:
            after = await read(world)
            await passed(world, minutes=1)
            return before, after, len(boosted(await world.feed("p1")))

    before, after, shown = run(scenario)
    assert before == after
    assert (after["delivered"], shown) == (1, 1)


@scene
async def test_what_was_earned_pays_for_a_boost_and_has_what_was_not_charged_back(world):
    await boosting(world)
    money, ordinal = world.engine.money, world.engine.directory.ordinal
    row = world.engine.directory.people["ann"]
    earned = money.account(AccountKind.CREATOR_PAYABLE, person(ordinal(row)))
    clearing = money.account(AccountKind.PROVIDER_CLEARING, provider("manual"))
    gift = Transfer(
        transfer_id("gift"), clearing.id, earned.id, Micros(1_500_000), Code.CREATOR_EARNED
    )
    await money.post([gift], opening=[clearing, earned])
    await buy(world, pay_from="earnings")
    assert lies(world)["CREATOR_PAYABLE"] == 500_000
    await stop(world)
    await over(world)
    assert lies(world) == {"PROVIDER_CLEARING": -1_500_000, "CREATOR_PAYABLE": 1_500_000}
    assert (await read(world))["refunded"] == yuan(1)


@scene
async def test_follows_and_visits_are_promised_and_foreseen_at_their_own_price(world):
    await boosting(world)
    shop = {"owner_id": "ann", "name": "Soup", "position": TOWN, "radius_km": 5}
    await world.put("/v1/shops/ann-soup", shop, status=201)
    verdict = {"decision": "approved"}
    await world.ask("POST", "/v1/shops/ann-soup/review", verdict, status=200)
    for _ in range(6):
        await world.feed("p1")
    follows = await buy(world, "f", buys="follows", amount=yuan(1.2))
    visits = await buy(world, "v", buys="shop_visits", amount=yuan(2))
    assert (follows["promised"], follows["price"]) == (2, yuan(0.5))
    assert (visits["promised"], visits["price"]) == (2, yuan(1))
    asked = BOOST | {"buys": "follows", "amount": yuan(1.2)}
    before = dump(world)
    foreseen = await world.ask("POST", "/v1/boosts:forecast", asked, status=200)
    assert dump(world) == before
    assert foreseen["promised"] == 2
    likely = foreseen["likely"]
    assert 0 <= likely["low"] <= likely["expected"] <= likely["high"]
    listed = await world.ask("GET", "/v1/boosts?person_id=ann&limit=1", status=200)
    assert [boost["id"] for boost in listed["data"]] == ["f"]
    assert listed["next_cursor"]
    export = await world.ask("GET", "/v1/people/ann/export", status=200)
    assert [boost["id"] for boost in export["creating"]["boosts"]] == ["f", "v"]


@scene
async def test_boosts_crowd_no_advertiser_out_of_the_desk(world):
    await boosting(world)
    await buy(world)
    names = ["bst_" + "0" * 31, "bst_" + "f" * 31 + "g", "zed"]
    for name in names:
        await world.put(f"/v1/advertisers/{name}", {"owner_id": "ann", "name": "Ann"}, status=201)
    desk = ad_cases.ad_desk(world.engine)
    for limit in (1, 2, 3, 4):
        assert [record.id for record in desk.advertisers(limit)] == names[:limit]
    assert [record.id for record in desk.advertisers_of("ann", [])] == names
