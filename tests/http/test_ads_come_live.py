"""From the record to the next decision: what is approved and active is shown, what is paused, rejected or gone is not."""

import pytest

from lodestone.events.outcomes import OUTCOMES
from lodestone.features.ads import IMPRESSION, Circle, Who
from lodestone.services.ads.live import NOBODY
from tests.http.test_trade_refusals import refused
from tests.worlds.ad_world import AD, CAMPAIGN, GROUP, advertised
from tests.worlds.advertised import live, paid, row
from tests.worlds.trade_world import SHOP, audited, yuan
from tests.worlds.world import TOWN, opened, run

CPC = {**GROUP, "strategy": "manual_cpc", "bid": yuan(50)}
BODIES = {"/v1/campaigns/lunch": CAMPAIGN, "/v1/ad-groups/corner": CPC, "/v1/ads/bowl": AD}


async def review(world, decision="approved"):
    body = {"decision": decision}
    await world.ask("POST", "/v1/ads/bowl/review", body, status=200)


async def run_it(world, **more):
    """Let the shop's ad run among posts, as its own routes would; its post was shown for nothing a moment ago."""
    await paying(world)
    await shown(world)
    await review(world)
    for path, body in BODIES.items():
        active = {**body, "state": "active", **more.get(path, {})}
        await world.put(path, active, status=200)
    await world.engine.tick()  # sets money aside


async def paying(world):
    """Let a shop that has paid in have an ad, among posts."""
    await advertised(world)
    await world.items(60, authors=20)
    paid_in = {"amount": yuan(500)}
    await world.ask("POST", "/v1/advertisers/mei-ads/deposits", paid_in, status=201)


async def shown(world):
    feed = await world.feed("p0", position=TOWN)
    return [slot["ad_id"] for slot in paid(feed)]


def form(world):
    ads = live(world).of_campaign("lunch")
    return ads[0] if ads else None


def test_an_ad_is_shown_once_it_is_approved_and_active_and_money_is_set_aside(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await paying(world)
            for path, body in list(BODIES.items())[:2]:
                await world.put(path, {**body, "state": "active"}, status=200)
            before = await shown(world)
            await review(world)
            approved = await shown(world)
            await world.put("/v1/ads/bowl", {**AD, "state": "active"}, status=200)
            await world.engine.tick()
            return before, approved, await shown(world)

    assert run(scenario) == ([], [], ["bowl"])


def test_an_ad_that_waited_for_money_is_shown_as_soon_as_it_is_paid_in(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await advertised(world)
            await world.items(60, authors=20)
            await shown(world)  # its post, for nothing
            await review(world)
            for path, body in BODIES.items():
                await world.put(path, {**body, "state": "active"}, status=200)
            await world.engine.tick()  # finds nothing to set aside
            paid_in = {"amount": yuan(500)}
            await world.ask("POST", "/v1/advertisers/mei-ads/deposits", paid_in, status=201)
            await world.engine.tick()
            return await shown(world)

    assert run(scenario) == ["bowl"]


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("state", ["paused", "ended"])
def test_whatever_is_paused_or_ended_is_gone_from_the_very_next_decision(tmp_path, path, state):
    async def scenario():
        async with opened(tmp_path) as world:
            await run_it(world)
            assert await shown(world) == ["bowl"]
            await world.put(path, {**BODIES[path], "state": state}, status=200)
            assert await shown(world) == []
            if state == "paused":
                await world.put(path, {**BODIES[path], "state": "active"}, status=200)
                assert form(world) is not None

    run(scenario())


@pytest.mark.parametrize("how", ["rejected", "changed", "withdrawn", "closed", "erased"])
def test_what_may_not_be_shown_any_more_is_gone_from_the_very_next_decision(tmp_path, how):
    async def scenario():
        async with opened(tmp_path) as world:
            await run_it(world)
            assert await shown(world) == ["bowl"]
            match how:
                case "rejected":
                    await review(world, "rejected")
                case "changed":
                    other = {**AD, "headline": "Other", "state": "active"}
                    await world.put("/v1/ads/bowl", other, status=200)
                case "withdrawn":
                    await world.ask("DELETE", "/v1/items/soup", status=204)
                case "closed":
                    await world.put("/v1/shops/soups", {**SHOP, "status": "closed"}, status=200)
                case "erased":
                    await world.ask("DELETE", "/v1/people/mei", status=204)
            assert await shown(world) == []

    run(scenario())


def test_what_runs_is_there_again_after_a_restart(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await run_it(world)
            before = form(world)
        async with opened(tmp_path, community=False) as world:
            assert form(world) == before
            live(world).drop("bowl")
            world.key = None
            return before.ad_id

    assert run(scenario) == "bowl"


def test_a_live_ad_is_what_its_records_say(tmp_path):
    week = [[False] * 24] * 7
    week[2] = [hour in (11, 12) for hour in range(24)]
    campaign = {
        "starts_at": "2026-03-04T00:00:00Z", "ends_at": "2026-03-05T00:00:00Z", "schedule": week,
        "frequency": {"impressions": 3, "days": 7},
    }  # fmt: skip
    targeting = {
        "places": [{"domain_id": "square", "who": "resident"}, {"position": TOWN}],
        "channels": ["tea"], "professions": ["potter"], "tags": ["tea", "new"], "languages": ["zh-CN"],
        "followers_of": ["p1"],
    }  # fmt: skip

    async def scenario():
        async with opened(tmp_path) as world:
            square = {"kind": "place", "centre": TOWN, "radius_km": 2}
            await world.put("/v1/domains/square", square, status=201)
            for name, kind in (("tea", "channel"), ("potter", "profession")):
                await world.put(f"/v1/domains/{name}", {"kind": kind}, status=201)
            await run_it(world, **{
                "/v1/campaigns/lunch": campaign, "/v1/ad-groups/corner": {"targeting": targeting},
            })  # fmt: skip
            ad = form(world)
            names = world.engine.directory
            here = TOWN["latitude"], TOWN["longitude"]
            assert ad.circles == (Circle(*here, 2.0, Who.RESIDENT), Circle(*here, 10.0, Who.ANY))
            assert ad.domains == (names.domain_code("tea"), names.domain_code("potter"))
            assert len(set(ad.tags)) == 2
            assert NOBODY not in (*ad.tags, *ad.languages, *ad.domains)
            assert ad.followers_of == (names.ordinal(names.person_row("p1")),)
            assert (ad.item, ad.bid, ad.bought) == (
                row(world, "soup"), 50_000_000, OUTCOMES.index("click"),
            )  # fmt: skip
            assert (ad.frequency, ad.contextual, ad.reserve) == ((3, 7), False, 100.0)
            assert ad.hours == (0, 0, 1 << 11 | 1 << 12, 0, 0, 0, 0)
            assert (ad.ends - ad.starts) == 24 * 3600 * 10**6
            await world.ask("DELETE", "/v1/domains/square", status=204)
            await world.put("/v1/campaigns/lunch", {**CAMPAIGN, "state": "active"}, status=200)
            assert form(world).circles == (Circle(*here, 10.0, Who.ANY),)
            only = {**CPC, "targeting": {"places": [{"domain_id": "square"}]}}
            await world.put("/v1/ad-groups/corner", only, status=404)

    run(scenario())


@pytest.mark.parametrize(
    ("group", "bid", "bought"),
    [
        ({"strategy": "max_delivery", "bid": None}, 10_000_000, "order"),
        ({"strategy": "max_delivery", "bid": None, "optimise_for": "click"}, 2_000_000, "click"),
        ({"strategy": "bid_cap", "bid": yuan(7)}, 7_000_000, "order"),
        ({"strategy": "cost_cap", "bid": None, "target": yuan(6)}, 6_000_000, "order"),
        ({"strategy": "manual_cpm", "bid": yuan(20)}, 20_000, None),
        ({"strategy": "target_roas", "bid": None, "target": 3.0}, 6_000_000, "order"),
    ],
)
def test_each_strategy_offers_what_it_names_or_a_part_of_its_budget(tmp_path, group, bid, bought):
    async def scenario():
        async with opened(tmp_path) as world:
            await run_it(world, **{"/v1/ad-groups/corner": group})
            ad = form(world)
            place = IMPRESSION if bought is None else OUTCOMES.index(bought)
            assert (ad.bid, ad.bought) == (bid, place)
            assert ad.advertiser_id == "mei-ads"

    run(scenario())


def test_what_a_click_cost_is_read_back_as_spent_and_no_budget_goes_below_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await run_it(world)
            feed = await world.feed("p0", position=TOWN, explain=True)
            (slot,), (note,) = paid(feed), feed["explain"]["ads"]
            await world.events(world.event("impression", slot, visible_seconds=2))
            world.later(seconds=5)
            await world.events(world.event("click", slot))
            await world.engine.tick()
            campaign = await world.ask("GET", "/v1/campaigns/lunch", status=200)
            assert campaign["spent"]["micros"] == note["payment"] > 0
            exported = await world.ask("GET", "/v1/people/mei/export", status=200)
            assert exported["advertising"]["campaigns"][0]["spent"] == campaign["spent"]
            less = {**CAMPAIGN, "budget": {"lifetime": yuan(note["payment"] / 1e6 - 1e-6)}}
            await refused(world, "budget_below_spent", "PUT", "/v1/campaigns/lunch", less)
            await audited(world)

    run(scenario())
