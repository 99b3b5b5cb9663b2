"""Advertising over HTTP: objects are made paused, reviewed, activated, and say why they are shown or not."""

from pathlib import Path

import pytest

from tests.http.test_permissions import key
from tests.worlds.ad_world import AD, CAMPAIGN, GROUP, PATHS, advertised, running
from tests.worlds.records_dump import dump
from tests.worlds.trade_world import SHOP, market, yuan
from tests.worlds.world import opened, run

APPROVED = {"decision": "approved", "reason": "fine"}


def scene(act):
    def test(tmp_path):
        async def scenario():
            async with opened(tmp_path) as world:
                await act(world)

        run(scenario())

    test.__name__ = act.__name__
    return test


async def code(world, path="/v1/ads/bowl"):
    return (await world.ask("GET", path, status=200))["delivery"]["code"]


async def review(world, body=APPROVED):
    return await world.ask("POST", "/v1/ads/bowl/review", body, status=200)


@scene
async def test_every_object_is_made_paused_and_read_back_as_it_was_sent(world):
    await advertised(world)
    shown = {path: await world.ask("GET", path, status=200) for path in PATHS}

    for path, body in PATHS.items():
        assert {name: shown[path][name] for name in body} == body
        assert shown[path]["created_at"] == "2026-03-04T12:00:00.000Z"
    advertiser, campaign, group, ad = shown.values()
    assert (advertiser["currency"], advertiser["owner_id"]) == ("CNY", None)
    assert [part["state"] for part in (campaign, group, ad)] == ["paused"] * 3
    assert campaign["spent"] == yuan(0)
    assert (group["strategy"], group["optimise_for"]) == ("max_delivery", "order")
    assert [part["review"] for part in (campaign, group, ad)] == ["pending"] * 3
    pending = {"pending": 1, "approved": 0, "rejected": 0}
    assert (campaign["reviews"], group["reviews"]) == (pending, pending)
    assert [part["delivery"]["code"] for part in (campaign, group, ad)] == ["review"] * 3


@scene
async def test_writing_the_same_again_changes_nothing(world):
    await advertised(world)
    before = dump(world)
    for path, body in PATHS.items():
        await world.put(path, body, status=200)

    assert dump(world) == before


@scene
async def test_an_ad_is_approved_by_a_moderator_and_then_activated(world):
    await running(world)

    assert await code(world) == "eligible"
    assert await code(world, "/v1/campaigns/lunch") == "eligible"
    await world.put("/v1/campaigns/lunch", CAMPAIGN, status=200)
    shown = await world.ask("GET", "/v1/ads/bowl", status=200)
    assert shown["delivery"] == {"code": "paused", "message": "Its campaign is paused."}
    await world.put("/v1/campaigns/lunch", {**CAMPAIGN, "state": "ended"}, status=200)
    assert await code(world) == "ended"


@pytest.mark.parametrize(
    "change",
    [
        {"headline": "Hotter soup"},
        {"call_to_action": "visit"},
        {"landing": {"shop_id": "soups"}},
        {"item_id": "meal"},
    ],
)
def test_what_viewers_see_of_an_ad_is_reviewed_again_when_it_changes(tmp_path, change):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            changed = await world.put("/v1/ads/bowl", {**AD, **change, "state": "active"})
            assert (changed["state"], changed["review"]) == ("active", "pending")
            assert (changed["review_reason"], changed["delivery"]["code"]) == ("", "review")
            paused = await world.put("/v1/ads/bowl", {**AD, **change}, status=200)
            assert (paused["state"], paused["review"]) == ("paused", "pending")

    run(scenario())


@scene
async def test_pausing_and_activating_need_no_new_review(world):
    await running(world)
    await world.put("/v1/ads/bowl", AD, status=200)
    shown = await world.put("/v1/ads/bowl", {**AD, "state": "active"}, status=200)

    assert (shown["review"], shown["review_reason"]) == ("approved", "fine")


@scene
async def test_a_rejected_ad_says_why_and_is_reviewed_again_once_it_is_changed(world):
    await running(world)
    shown = await review(world, {"decision": "rejected", "reason": "shouting"})
    assert (shown["review_reason"], shown["delivery"]["code"]) == ("shouting", "rejected")
    changed = await world.put("/v1/ads/bowl", {**AD, "headline": "Soup"}, status=200)

    assert (changed["review"], changed["review_reason"]) == ("pending", "")


@scene
async def test_an_ad_stops_being_eligible_with_its_post_and_its_shop_and_comes_back_with_them(
    world,
):
    await running(world)
    await world.put("/v1/shops/soups", {**SHOP, "status": "paused"}, status=200)
    assert await code(world) == "item_not_live"  # a shop that does not sell shows no products
    await world.put("/v1/shops/soups", SHOP, status=200)
    assert await code(world) == "eligible"
    await world.ask("DELETE", "/v1/items/soup", status=204)
    assert await code(world) == "item_not_live"


@scene
async def test_dates_and_schedule_say_when_an_ad_is_shown(world):
    await running(world)  # on a Wednesday at noon
    path = "/v1/campaigns/lunch"
    active = {**CAMPAIGN, "state": "active"}
    await world.put(path, {**active, "starts_at": "2026-03-05T00:00:00Z"}, status=200)
    assert await code(world) == "not_started"
    wednesday = {"day": "wednesday", "from": 0, "to": 24}
    here = await world.put(path, {**active, "hours": [wednesday]}, status=200)
    assert [sum(day) for day in here["schedule"]] == [0, 0, 24, 0, 0, 0, 0]
    assert await code(world) == "eligible"
    await world.put(path, {**active, "schedule": [[True] * 24] * 2 + [[False] * 24] * 5})
    assert await code(world) == "schedule"
    await world.put(path, {**active, "ends_at": "2026-03-04T13:00:00Z"}, status=200)
    world.later(hours=2)
    assert await code(world) == "over"


@scene
async def test_lists_are_cut_into_pages_and_by_what_stands_above(world):
    await advertised(world)
    await world.put("/v1/advertisers/p", {"owner_id": "p1", "name": "P"}, status=201)
    for number in range(3):
        await world.put(f"/v1/ads/ad{number}", AD, status=201)
    await review(world)

    async def ids(path):
        return [row["id"] for row in (await world.ask("GET", path, status=200))["data"]]

    assert await ids("/v1/advertisers") == ["mei-ads", "p"]
    assert await ids("/v1/advertisers?owner_id=mei") == ["mei-ads"]
    assert await ids("/v1/advertisers?shop_id=soups") == ["mei-ads"]
    assert await ids("/v1/advertisers?owner_id=nobody") == []
    assert await ids("/v1/campaigns?advertiser_id=mei-ads") == ["lunch"]
    assert await ids("/v1/campaigns?advertiser_id=p") == []
    assert await ids("/v1/ad-groups?campaign_id=lunch") == ["corner"]
    assert await ids("/v1/ads?review=approved&ad_group_id=corner") == ["bowl"]
    first = await world.ask("GET", "/v1/ads?limit=3", status=200)
    assert [ad["id"] for ad in first["data"]] == ["ad0", "ad1", "ad2"]
    assert await ids(f"/v1/ads?limit=3&cursor={first['next_cursor']}") == ["bowl"]


@scene
async def test_a_key_that_writes_ads_does_not_approve_them_and_a_moderators_does_not_write_them(
    world,
):
    await advertised(world)
    ads, moderator = await key(world, "ads"), await key(world, "review")
    path = "/v1/ads/bowl"
    await world.ask("POST", f"{path}/review", APPROVED, status=403, headers=ads)
    shown = await world.ask("POST", f"{path}/review", APPROVED, status=200, headers=moderator)
    assert shown["review"] == "approved"
    await world.put(path, AD, status=403, headers=moderator)
    await world.put(path, AD, status=200, headers=ads)


@scene
async def test_another_community_has_none_of_it(world):
    await advertised(world)
    operator = {"Authorization": f"Bearer {world.app.operator_key}"}
    zone = {"time_zone": "Asia/Shanghai"}
    await world.put("/v1/communities/other", zone, headers=operator, status=201)
    there = {**operator, "X-Community": "other"}
    for path in PATHS:
        await world.ask("GET", path, status=404, headers=there)
    assert (await world.ask("GET", "/v1/ads", status=200, headers=there))["data"] == []
    await world.put("/v1/ads/bowl", AD, status=404, headers=there)


@scene
async def test_an_erased_advertiser_is_gone_with_everything_and_its_ids_stay_taken(world):
    await running(world)
    group = {**GROUP, "targeting": {"followers_of": ["p1"]}}
    await world.put("/v1/people/ann", {"name": "Ann"}, status=201)
    for path, body in (
        ("/v1/advertisers/ann-ads", {"owner_id": "ann", "name": "Ann"}),
        ("/v1/campaigns/ann-c", {**CAMPAIGN, "advertiser_id": "ann-ads"}),
        ("/v1/ad-groups/ann-g", {**group, "campaign_id": "ann-c"}),
    ):
        await world.put(path, body, status=201)
    exported = await world.ask("GET", "/v1/people/mei/export", status=200)
    assert [advertiser["id"] for advertiser in exported["advertising"]["advertisers"]] == [
        "mei-ads"
    ]
    assert [ad["id"] for ad in exported["advertising"]["ads"]] == ["bowl"]
    await world.ask("DELETE", "/v1/people/p1", status=204)
    shown = await world.ask("GET", "/v1/ad-groups/ann-g", status=200)
    assert (shown["targeting"], shown["delivery"]["code"]) == ({}, "audience_gone")
    await world.ask("DELETE", "/v1/people/mei", status=204)

    for path, body in PATHS.items():
        gone = await world.ask("GET", path, status=410)
        assert gone["error"]["code"] == "advertiser_erased"
        await world.put(path, body, status=410)
    listed = await world.ask("GET", "/v1/advertisers", status=200)
    assert [advertiser["id"] for advertiser in listed["data"]] == ["ann-ads"]
    assert (await world.ask("GET", "/v1/ads", status=200))["data"] == []
    assert b"Hot soup" not in b"".join(
        path.read_bytes() for path in Path(world.app.settings.home).rglob("*") if path.is_file()
    )


@scene
async def test_a_persons_ad_shows_their_own_post(world):
    await market(world)
    await world.put("/v1/items/song", {"kind": "text", "author_id": "p1", "text": "la"}, status=201)
    await world.put("/v1/advertisers/p", {"owner_id": "p1", "name": "P"}, status=201)
    campaign = {**CAMPAIGN, "advertiser_id": "p", "objective": "followers"}
    await world.put("/v1/campaigns/c", campaign, status=201)
    await world.put("/v1/ad-groups/g", {"campaign_id": "c"}, status=201)
    ad = await world.put("/v1/ads/a", {"ad_group_id": "g", "item_id": "song"}, status=201)

    assert (ad["landing"], ad["delivery"]["code"]) == (None, "review")
