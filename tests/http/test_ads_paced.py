"""Bids are paced in what is served: a price step moves them, receipts hold and replay them, a restart goes on."""

import pytest
from msgspec.structs import replace

from lodestone.services import use_cases
from lodestone.traffic.replay import replay
from tests.worlds.ad_world import CAMPAIGN, running
from tests.worlds.advertised import paid
from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN, opened, run

NEXT_TOWN = {"latitude": TOWN["latitude"] + 0.3, "longitude": TOWN["longitude"]}
"""Where the shop's posts are not shown as a neighbour's: an ad never stands on a page with its author's posts."""


async def begun(world):
    """Let a shop's ad run on a small budget beside sixty posts, which all six people have seen the newest of."""
    await running(world)
    place = {"position": NEXT_TOWN, "radius_km": 3, "who": "present"}
    group = {
        "campaign_id": "lunch", "state": "active", "strategy": "manual_cpc", "bid": yuan(1),
        "targeting": {"places": [place]},
    }  # fmt: skip
    await world.put("/v1/ad-groups/corner", group, status=200)
    daily = {"micros": 1_200_000, "currency": "CNY"}
    campaign = {**CAMPAIGN, "state": "active", "budget": {"daily": daily}}
    await world.put("/v1/campaigns/lunch", campaign, status=200)
    await world.people(6)
    await world.items(60, authors=20)
    for number in range(6):
        await world.feed(viewer=f"p{number}", position=NEXT_TOWN)
    money = {"amount": yuan(500), "provider": "manual"}
    await world.ask("POST", "/v1/advertisers/mei-ads/deposits", money, status=201)
    await world.engine.tick()


async def looked(world, pages):
    """Look so often, a price step after each, and return the pace of every ad shown and whether its page replays."""
    paces = []
    for number in range(pages):
        feed = await world.feed(viewer=f"p{number % 6}", position=NEXT_TOWN, explain=True)
        if paid(feed):
            (note,) = (note for note in feed["explain"]["ads"] if note["slot"])
            path = f"/v1/receipts/{feed['receipt_id']}/replay"
            differences = (await world.ask("POST", path, status=200))["differences"]
            paces.append((note["pace"], differences))
        world.later(seconds=61)
        await world.engine.tick()
    return paces


def test_a_campaign_ahead_of_its_plan_bids_less_and_its_receipts_replay(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await begun(world)
            paces = await looked(world, 12)
            return paces, world.engine.billing.pacing.pace_of(0)

    paces, now = run(scenario)
    assert paces[0] == (1.0, [])
    assert [differences for _, differences in paces] == [[]] * len(paces)
    assert len(paces) > 3
    assert 0.0 < now < 1.0


def test_paces_stand_in_the_price_vector_that_receipts_name_and_a_replay_proves_them(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await begun(world)
            await looked(world, 8)
            feed = await world.feed(viewer="p3", position=NEXT_TOWN, explain=True)
            engine = world.engine
            versions = use_cases.versions(engine)
            decision = use_cases.receipts(engine).decision(feed["receipt_id"])
            prices, policy = (
                versions.prices(decision.price_version), versions.policy(decision.policy_version),
            )  # fmt: skip
            await looked(world, 1)  # that vector is not in force any more
            others = replace(prices, budgets=tuple(price / 2 for price in prices.budgets))
            kernels, numbers = engine.parts.kernels, versions.campaigns(decision)
            replays = [
                replay(kernels, decision, policy, vector, numbers).differences
                for vector in (versions.prices(prices.version), others)
            ]
            return decision.paid.ads.pace.tolist(), prices.budgets, engine.prices.version > prices.version, replays  # fmt: skip

    (pace,), budgets, moved, (same, other) = run(scenario)
    assert (1.0 - budgets[0], moved, same) == (pace, True, ())
    assert pace < 1.0
    assert other == (f"pace of bowl: {pace} was recorded, {1.0 - budgets[0] / 2} follows",)


@pytest.mark.parametrize("snapshot", [True, False])
def test_a_restart_goes_on_at_the_paces_of_the_vector_in_force(tmp_path, snapshot):
    async def first():
        async with opened(tmp_path) as world:
            await begun(world)
            await looked(world, 8)
            return world.engine.billing.pacing.pace_of(0)

    async def second():
        async with opened(tmp_path) as world:
            await (
                world.engine.billing.lease()
            )  # what the clock does first; prices have not moved yet
            feed = await world.feed(viewer="p3", position=NEXT_TOWN, explain=True)
            return [note["pace"] for note in feed["explain"]["ads"]]

    pace = run(first)
    if not snapshot:  # as after a crash
        for file in tmp_path.rglob("*.snapshot"):
            file.unlink()
    assert pace < 1.0
    assert run(second) == [pace]


def test_a_start_that_moves_prices_before_campaigns_are_read_keeps_their_paces(
    tmp_path,
):
    async def first():
        async with opened(tmp_path) as world:
            await begun(world)
            await looked(world, 8)
            return world.engine.billing.pacing.pace_of(0), world.clock

    async def second():
        async with opened(tmp_path, clock=clock) as world:
            await world.engine.price_step(world.engine.now())
            await world.engine.billing.lease()
            feeds = [
                await world.feed(viewer=f"p{n}", position=NEXT_TOWN, explain=True) for n in range(6)
            ]
            feed = next(feed for feed in feeds if paid(feed))
            engine = world.engine
            versions = use_cases.versions(engine)
            decision = use_cases.receipts(engine).decision(feed["receipt_id"])
            prices = versions.prices(decision.price_version)
            policy = versions.policy(decision.policy_version)
            differences = replay(
                engine.parts.kernels, decision, policy, prices, versions.campaigns(decision)
            ).differences
            return decision.paid.ads.pace.tolist(), prices.budgets[0], differences

    pace, clock = run(first)
    (entered,), price, differences = run(second)
    assert pace < 1.0
    assert (entered, 1.0 - price, differences) == (pace, pace, ())
