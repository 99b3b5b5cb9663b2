"""What tests of advertising share: bodies that are taken, and a market in which somebody advertises."""

from tests.worlds.trade_world import market, yuan
from tests.worlds.world import TOWN

ADVERTISER = {"shop_id": "soups", "name": "Mei's soups"}
CAMPAIGN = {
    "advertiser_id": "mei-ads", "name": "Lunch", "objective": "orders", "budget": {"daily": yuan(100)},
}  # fmt: skip
GROUP = {
    "campaign_id": "lunch", "name": "Around the corner",
    "targeting": {"places": [{"position": TOWN, "radius_km": 3, "who": "present"}]},
}  # fmt: skip
AD = {
    "ad_group_id": "corner", "item_id": "soup", "headline": "Hot soup", "call_to_action": "order",
    "landing": {"product_id": "soup"},
}  # fmt: skip
PATHS = {
    "/v1/advertisers/mei-ads": ADVERTISER,
    "/v1/campaigns/lunch": CAMPAIGN,
    "/v1/ad-groups/corner": GROUP,
    "/v1/ads/bowl": AD,
}
"""In the order in which they can be made."""


async def advertised(world):
    """Open a market, and let a shop of it make one object of each kind."""
    await market(world)
    for path, body in PATHS.items():
        await world.put(path, body, status=201)


async def running(world):
    """The same, approved and active."""
    await advertised(world)
    verdict = {"decision": "approved", "reason": "fine"}
    await world.ask("POST", "/v1/ads/bowl/review", verdict, status=200)
    for path, body in list(PATHS.items())[1:]:
        await world.put(path, {**body, "state": "active"}, status=200)
