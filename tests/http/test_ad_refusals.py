"""Every bad input of advertising has its own refusal, and a refusal changes nothing."""

import pytest

from lodestone.ads.refusals import CONFLICTS, UNKNOWN, AdRefusal
from tests.http.test_trade_refusals import refused
from tests.worlds.ad_world import AD, ADVERTISER, CAMPAIGN, GROUP, running
from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN, opened, run

EUR = {"micros": 1_000_000, "currency": "EUR"}
CAMPAIGNS, GROUPS, ADS = "/v1/campaigns/lunch", "/v1/ad-groups/corner", "/v1/ads/bowl"
NEW = "/v1/ads/new"
SPAN = {"day": "monday", "from": 9, "to": 17}


def campaign(**more):
    return CAMPAIGNS, {**CAMPAIGN, "state": "active", **more}


def group(**more):
    return GROUPS, {**GROUP, "state": "active", **more}


def targeting(**more):
    return group(targeting=more)


def place(**more):
    return targeting(places=[more])


def ad(**more):
    return ADS, {**AD, "state": "active", **more}


LET = {
    "creator_id": "p1", "advertiser_id": "mei-ads", "item_id": "song", "from": "2026-03-04T00:00:00Z",
    "until": "2026-03-08T00:00:00Z", "share": 0.3,
}  # fmt: skip


def let(**change):
    return "/v1/authorisations/new", {**LET, **change}


CASES = [
    ("owner_fixed", ("/v1/advertisers/mei-ads", {"owner_id": "mei", "name": "Mei"})),
    ("advertiser_fixed", campaign(advertiser_id="other")),
    ("objective_fixed", campaign(objective="clicks")),
    ("campaign_fixed", group(campaign_id="second")),
    ("ad_group_fixed", ad(ad_group_id="second")),
    ("already_ended", ("/v1/campaigns/over", {**CAMPAIGN})),
    ("already_ended", ("/v1/ads/over", {**AD, "ad_group_id": "corner"})),
    ("made_paused", ("/v1/campaigns/new", {**CAMPAIGN, "state": "active"})),
    ("made_paused", ("/v1/ad-groups/new", {**GROUP, "state": "ended"})),
    ("made_paused", (NEW, {**AD, "state": "active"})),
    ("parent_ended", ("/v1/ad-groups/new", {**GROUP, "campaign_id": "over"})),
    ("parent_ended", (NEW, {**AD, "ad_group_id": "over"})),
    ("currency_mismatch", campaign(budget={"daily": EUR})),
    ("currency_mismatch", group(strategy="manual_cpc", bid=EUR)),
    ("currency_mismatch", ("/v1/advertisers/mei-ads", {**ADVERTISER, "currency": "EUR"})),
    ("amount_not_positive", campaign(budget={"daily": yuan(0)})),
    ("amount_not_positive", campaign(budget={"lifetime": yuan(-1)})),
    ("budget_missing", campaign(budget={})),
    ("daily_over_lifetime", campaign(budget={"daily": yuan(2), "lifetime": yuan(1)})),
    ("ends_before_start", campaign(starts_at="2026-04-02T00:00:00Z", ends_at="2026-04-01T00:00:00Z")),
    ("ends_in_the_past", campaign(ends_at="2026-03-04T11:00:00Z")),
    ("schedule_twice", campaign(schedule=[[True] * 24] * 7, hours=[SPAN])),
    ("schedule_malformed", campaign(schedule=[[True] * 24] * 6)),
    ("schedule_malformed", campaign(schedule=[[True] * 23] * 7)),
    ("schedule_malformed", campaign(hours=[{**SPAN, "to": 9}])),
    ("schedule_overlaps", campaign(hours=[SPAN, {**SPAN, "from": 16, "to": 18}])),
    ("schedule_empty", campaign(schedule=[[False] * 24] * 7)),
    ("strategy_mismatch", ("/v1/ad-groups/reach", {"campaign_id": "reach", "strategy": "cost_cap", "target": yuan(1)})),
    ("action_mismatch", group(optimise_for="follow")),
    ("action_mismatch", group(strategy="target_roas", target=2.0, optimise_for="click")),
    ("bid_missing", group(strategy="bid_cap")),
    ("bid_missing", group(strategy="target_roas")),
    ("bid_not_taken", group(bid=yuan(1))),
    ("bid_not_taken", group(strategy="cost_cap", bid=yuan(1), target=yuan(1))),
    ("bid_not_taken", group(target=2.0)),
    ("target_mismatch", group(strategy="cost_cap", target=2.0)),
    ("target_mismatch", group(strategy="target_roas", target=yuan(2))),
    ("bid_under_reserve", group(strategy="manual_cpc", bid={"micros": 9_999, "currency": "CNY"})),
    ("bid_under_reserve", group(strategy="manual_cpm", bid=yuan(0.09))),
    ("bid_over_budget", group(strategy="manual_cpm", bid=yuan(101))),
    ("radius_without_centre", place(radius_km=3)),
    ("radius_without_centre", place(domain_id="square", radius_km=3)),
    ("place_empty", place(who="present")),
    ("place_twice", place(domain_id="square", position=TOWN)),
    ("domain_unknown", place(domain_id="nowhere")),
    ("domain_not_a_place", place(domain_id="tea")),
    ("segment_unknown", targeting(segments_in=["rich"])),
    ("segment_not_owned", targeting(lookalike_of="newcomers")),
    ("segment_unknown", targeting(lookalike_of="rich")),
    ("segment_of_shops", ("/v1/ad-groups/reach", {"campaign_id": "reach", "targeting": {"segments_out": ["customers"]}})),
    ("creator_unknown", targeting(followers_of=["nobody"])),
    ("audience_empty", targeting(segments_in=["newcomers"], segments_out=["newcomers", "followers"])),
    ("item_unknown", ad(item_id="none")),
    ("item_foreign", ad(item_id="tune")),
    ("item_not_live", ad(item_id="gone")),
    ("landing_twice", ad(landing={"product_id": "soup", "shop_id": "soups"})),
    ("landing_twice", ad(landing={})),
    ("landing_not_https", ("/v1/ads/song", {"ad_group_id": "reach", "item_id": "song", "landing": {"url": "http://x.example/"}})),
    ("landing_not_https", ("/v1/ads/song", {"ad_group_id": "reach", "item_id": "song", "landing": {"url": "https://x@y.example/"}})),
    ("landing_unknown", ad(landing={"product_id": "none"})),
    ("landing_unknown", ("/v1/ads/song", {"ad_group_id": "reach", "item_id": "song", "landing": {"room_id": "none"}})),
    ("landing_foreign", ad(landing={"shop_id": "others"})),
    ("landing_mismatch", ad(landing={"url": "https://soups.example/"})),
    ("landing_mismatch", ad(landing=None)),
    ("shop_closed", ad(landing={"shop_id": "closed"})),
    ("review_pending", ("/v1/ads/fresh", {**AD, "state": "active"})),
    ("review_pending", ("/v1/ads/paused", {**AD, "headline": "Another", "state": "active"})),
    ("review_rejected", ("/v1/ads/rejected", {**AD, "state": "active"})),
    ("advertiser_unknown", ("/v1/campaigns/new", {**CAMPAIGN, "advertiser_id": "none"})),
    ("campaign_unknown", ("/v1/ad-groups/new", {**GROUP, "campaign_id": "none"})),
    ("ad_group_unknown", (NEW, {**AD, "ad_group_id": "none"})),
    ("person_unknown", ("/v1/advertisers/new", {"owner_id": "none", "name": "N"})),
    ("shop_unknown", ("/v1/advertisers/new", {"shop_id": "none", "name": "N"})),
    ("malformed", ("/v1/advertisers/new", {"name": "N"})),
    ("malformed", ("/v1/advertisers/new", {"owner_id": "mei", "shop_id": "soups", "name": "N"})),
    ("malformed", targeting(tags=["tea", "tea"])),
    ("malformed", ad(headline="x" * 121)),
    ("authorisation_fixed", ("/v1/authorisations/runs", {**LET, "share": 0.4})),
    ("authorisation_fixed", ("/v1/authorisations/runs", {**LET, "until": "2026-03-09T00:00:00Z"})),
    ("authorisation_revoked", ("/v1/authorisations/gone", {**LET, "item_id": "tune"})),
    ("authorisation_exists", let()),
    ("item_unknown", let(item_id="none")),
    ("item_not_theirs", let(item_id="soup")),
    ("item_not_live", let(item_id="hum")),
    ("authorisation_needless", let(creator_id="mei", item_id="soup")),
    ("until_before_from", let(item_id="tune", **{"from": "2026-03-08T00:00:00Z"})),
    ("until_in_the_past", let(item_id="tune", **{"from": "2026-03-01T00:00:00Z", "until": "2026-03-04T11:59:59Z"})),
    ("advertiser_unknown", let(advertiser_id="none")),
    ("person_unknown", let(creator_id="nobody")),
    ("malformed", let(share=1.5)),
    ("malformed", let(**{"from": "0001-01-01T00:00:00+14:00"})),
]  # fmt: skip
ELSEWHERE = {
    "budget_below_spent", "provider_unknown", "amount_not_whole", "deposit_replayed", "deposit_refused",
    "shop_without_position", "advertiser_missing", "boosted",
}  # fmt: skip
"""Refusals that other tests show: of what is spent, of deposits, of three fields, of forecasts, of boosts."""


async def crowded(world):
    """Let there be something of everything that a bad input can name."""
    await running(world)
    await world.put("/v1/domains/square", {"kind": "place", "centre": TOWN}, status=201)
    await world.put("/v1/domains/tea", {"kind": "channel"}, status=201)
    await world.put("/v1/items/song", {"kind": "text", "author_id": "p1", "text": "la"}, status=201)
    for name, state in (("tune", "live"), ("hum", "draft")):
        tune = {"kind": "text", "author_id": "p1", "text": "la", "state": state}
        await world.put(f"/v1/items/{name}", tune, status=201)
    gone = {"kind": "text", "author_id": "mei", "text": "no", "state": "draft"}
    await world.put("/v1/items/gone", gone, status=201)
    for name, owner in (("closed", "mei"), ("others", "p2")):
        await world.put(f"/v1/shops/{name}", {"owner_id": owner, "name": name}, status=201)
    await world.put("/v1/advertisers/other", {"owner_id": "p1", "name": "P"}, status=201)
    reach = {**CAMPAIGN, "advertiser_id": "other", "objective": "reach"}
    await world.put("/v1/campaigns/reach", reach, status=201)
    await world.put("/v1/ad-groups/reach", {"campaign_id": "reach"}, status=201)
    for name in ("over", "second"):
        await world.put(f"/v1/campaigns/{name}", CAMPAIGN, status=201)
        await world.put(f"/v1/ad-groups/{name}", {**GROUP, "campaign_id": name}, status=201)
    for name in ("over", "fresh", "paused", "rejected"):
        await world.put(f"/v1/ads/{name}", AD, status=201)
    verdicts = (("paused", "approved"), ("rejected", "rejected"))
    for name, decision in verdicts:
        body = {"decision": decision}
        await world.ask("POST", f"/v1/ads/{name}/review", body, status=200)
    ended = {"state": "ended"}
    await world.put("/v1/ads/over", {**AD, **ended}, status=200)
    await world.put("/v1/ad-groups/over", {**GROUP, "campaign_id": "over", **ended}, status=200)
    await world.put("/v1/campaigns/over", {**CAMPAIGN, **ended}, status=200)
    await world.put("/v1/authorisations/runs", LET, status=201)
    await world.put("/v1/authorisations/gone", {**LET, "item_id": "tune"}, status=201)
    await world.ask("DELETE", "/v1/authorisations/gone", status=204)


def status_of(code):
    refusal = AdRefusal.__members__.get(code.upper())
    if refusal is None:
        return 400 if code == "malformed" else 404
    return 404 if refusal in UNKNOWN else 409 if refusal in CONFLICTS else 400


def test_every_bad_input_is_refused_by_its_own_name_and_changes_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await crowded(world)
            await world.engine.tick()  # every campaign has its number now, which no refusal gives
            for code, (path, body) in CASES:
                await refused(world, code, "PUT", path, body, status_of(code))
            verdict = {"decision": "approved"}
            await refused(world, "already_ended", "POST", "/v1/ads/over/review", verdict)
            await refused(world, "ad_unknown", "POST", "/v1/ads/none/review", verdict, 404)
            for method in ("GET", "DELETE"):
                path = "/v1/authorisations/none"
                await refused(world, "authorisation_unknown", method, path, None, 404)

    run(scenario())


def test_every_refusal_is_shown_by_a_case():
    shown = {code for code, _ in CASES}

    assert {refusal.name.lower() for refusal in AdRefusal} - shown == ELSEWHERE


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_what_has_lost_its_post_may_still_be_paused_and_ended(tmp_path, state):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            await world.ask("DELETE", "/v1/items/soup", status=204)
            answer = await world.put("/v1/ads/bowl", {**AD, "state": state}, status=200)
            assert answer["state"] == state
            code = "item_not_live" if state == "paused" else "already_ended"
            body = {**AD, "state": "active"}
            await refused(world, code, "PUT", "/v1/ads/bowl", body)

    run(scenario())
