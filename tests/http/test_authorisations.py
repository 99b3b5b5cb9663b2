"""A creator lets an advertiser run a post: the ad is shown between the two instants, and stops in the next decision."""

import pytest

from tests.http.test_ads import code, review, scene
from tests.http.test_ads_come_live import form, shown
from tests.http.test_permissions import key
from tests.worlds.ad_world import CAMPAIGN, GROUP, advertised
from tests.worlds.creator_world import passed
from tests.worlds.records_dump import dump
from tests.worlds.trade_world import yuan
from tests.worlds.world import opened, run

LET = {
    "creator_id": "ann", "advertiser_id": "mei-ads", "item_id": "film", "from": "2026-03-04T00:00:00Z",
    "until": "2026-03-06T00:00:00Z", "share": 0.25,
}  # fmt: skip
AD = {
    "ad_group_id": "corner", "item_id": "film", "headline": "Ann cooks", "call_to_action": "order",
    "landing": {"product_id": "soup"},
}  # fmt: skip
CPC = {**GROUP, "strategy": "manual_cpc", "bid": yuan(50)}
PATH, ROUTE = "/v1/ads/bowl", "/v1/authorisations/let"


async def filmed(world):
    """Let a shop that has paid in advertise, and Ann have a film, among posts."""
    await advertised(world)
    await world.items(60, authors=20)
    body = {"amount": yuan(500)}
    await world.ask("POST", "/v1/advertisers/mei-ads/deposits", body, status=201)
    await world.put("/v1/people/ann", {"name": "Ann"}, status=201)
    film = {"kind": "video", "author_id": "ann", "text": "Ann cooks soup"}
    await world.put("/v1/items/film", film, status=201)


async def run_it(world, **let):
    """Let the shop run Ann's film as an ad, as its own routes would."""
    await filmed(world)
    await world.put(ROUTE, {**LET, **let}, status=201)
    await world.put(PATH, AD, status=200)
    await review(world)
    bodies = {"/v1/campaigns/lunch": CAMPAIGN, "/v1/ad-groups/corner": CPC, PATH: AD}
    for path, body in bodies.items():
        await world.put(path, {**body, "state": "active"}, status=200)
    await world.engine.tick()  # sets money aside


@scene
async def test_an_authorisation_is_read_back_and_written_once(world):
    await filmed(world)
    made = await world.put(ROUTE, LET, status=201)
    assert {name: made[name] for name in ("creator_id", "advertiser_id", "item_id", "share")} == {
        name: LET[name] for name in ("creator_id", "advertiser_id", "item_id", "share")
    }
    assert (made["from"], made["until"]) == ("2026-03-04T00:00:00.000Z", "2026-03-06T00:00:00.000Z")
    assert (made["state"], made["revoked_at"]) == ("in_force", None)
    before = dump(world)
    assert await world.put(ROUTE, LET, status=200) == made
    assert dump(world) == before
    for query in ("", "?creator_id=ann", "?advertiser_id=mei-ads"):
        listed = await world.ask("GET", f"/v1/authorisations{query}", status=200)
        assert listed == {"data": [made], "next_cursor": None}
    for query in ("?creator_id=mei", "?advertiser_id=none"):
        listed = await world.ask("GET", f"/v1/authorisations{query}", status=200)
        assert listed["data"] == []
    await world.ask("DELETE", ROUTE, status=204)
    before = dump(world)
    await world.ask("DELETE", ROUTE, status=204)
    assert dump(world) == before
    assert (await world.ask("GET", ROUTE, status=200))["state"] == "revoked"


@scene
async def test_it_takes_the_scope_of_creators(world):
    await filmed(world)
    ads = await key(world, "ads")
    await world.ask("PUT", ROUTE, LET, status=403, headers=ads)
    await world.ask("PUT", ROUTE, LET, status=201, headers=await key(world, "creators"))
    await world.ask("DELETE", ROUTE, status=403, headers=ads)


@scene
async def test_anothers_post_is_an_ad_only_under_an_authorisation(world):
    await filmed(world)
    await world.put(PATH, AD, status=409)
    await world.put(ROUTE, LET, status=201)
    ad = await world.put(PATH, AD, status=200)
    assert (ad["item_id"], ad["creator_id"]) == ("film", "ann")
    await world.ask("DELETE", ROUTE, status=204)
    await world.put(PATH, {**AD, "headline": "Another"}, status=409)
    assert await code(world) == "not_authorised"
    await world.put(PATH, {**AD, "state": "ended"}, status=200)


@pytest.mark.parametrize("how", ["revoked", "over", "withdrawn", "erased"])
def test_what_its_author_does_not_let_run_is_gone_from_the_next_decision(tmp_path, how):
    async def scenario():
        async with opened(tmp_path) as world:
            await run_it(world)
            assert await shown(world) == ["bowl"]
            assert await code(world) == "eligible"
            match how:
                case "revoked":
                    await world.ask("DELETE", ROUTE, status=204)
                case "over":
                    world.later(days=1, hours=12)
                case "withdrawn":
                    await world.ask("DELETE", "/v1/items/film", status=204)
                case "erased":
                    await world.ask("DELETE", "/v1/people/ann", status=204)
            assert await shown(world) == []
            assert await code(world) == (
                "not_authorised" if how in ("revoked", "over") else "item_not_live"
            )
            there = await world.ask("GET", ROUTE, status=200)
            state = {"revoked": "revoked", "erased": "revoked", "over": "over"}.get(how, "in_force")
            assert there["state"] == state
            assert there["creator_id"] == (None if how == "erased" else "ann")
        async with opened(tmp_path, community=False) as world:
            ad = form(world)
            assert ad is None or how in ("over", "withdrawn", "erased")
            assert await shown(world) == []

    run(scenario())


@scene
async def test_it_runs_from_the_first_instant_on_and_again_under_another(world):
    await run_it(world, **{"from": "2026-03-04T13:00:00Z"})
    assert await shown(world) == []
    assert (await code(world), (await world.ask("GET", ROUTE, status=200))["state"]) == (
        "not_authorised", "to_come",
    )  # fmt: skip
    await passed(world, minutes=59)
    assert await shown(world) == []  # the post was shown for nothing a moment ago
    await passed(world, minutes=1)
    assert await shown(world) == ["bowl"]
    await world.ask("DELETE", ROUTE, status=204)
    assert await shown(world) == []
    await world.put("/v1/authorisations/again", LET, status=201)
    assert await shown(world) == ["bowl"]


@scene
async def test_one_revoked_before_it_began_does_not_stand_before_another(world):
    await filmed(world)
    await world.put("/v1/authorisations/later", {**LET, "from": "2026-03-05T00:00:00Z"}, status=201)
    await world.ask("DELETE", "/v1/authorisations/later", status=204)
    await world.put(ROUTE, LET, status=201)
    await world.put(PATH, AD, status=200)
    await review(world)
    assert await code(world) == "paused"


@scene
async def test_it_is_exported_and_erased_with_either_party(world):
    await run_it(world)
    for person in ("ann", "mei"):
        export = await world.ask("GET", f"/v1/people/{person}/export", status=200)
        assert [let["id"] for let in export["advertising"]["authorisations"]] == ["let"]
    await world.ask("DELETE", "/v1/people/mei", status=204)
    assert (await world.ask("GET", ROUTE, status=200))["state"] == "revoked"
