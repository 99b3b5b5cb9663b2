"""A shop that advertises, one request of each route of advertising."""

from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN

CAMPAIGN = {
    "advertiser_id": "mei-ads", "name": "Lunch", "objective": "orders", "budget": {"daily": yuan(100)},
    "hours": [{"day": "friday", "from": 11, "to": 14}], "frequency": {"impressions": 3, "days": 7},
}  # fmt: skip
GROUP = {
    "campaign_id": "lunch", "strategy": "cost_cap", "target": yuan(4),
    "targeting": {
        "places": [{"position": TOWN, "radius_km": 3, "who": "present"}], "segments_out": ["customers"],
    },
}  # fmt: skip
AD = {
    "ad_group_id": "corner", "item_id": "soup", "headline": "Sour soup at noon", "call_to_action": "order",
    "landing": {"product_id": "soup"},
}  # fmt: skip
LOCAL = {"product_id": "soup", "radius_km": 3, "daily_budget": yuan(30)}


async def advertised(does):
    """Advertise the soup of an open shop."""
    ask = does.ask
    shop = {"shop_id": "soups", "name": "Mei's soups"}
    await ask("putAdvertiser", shop, advertiser_id="mei-ads")
    await ask("getAdvertiser", advertiser_id="mei-ads")
    await ask("listAdvertisers")
    await ask("putCampaign", CAMPAIGN, campaign_id="lunch")
    await ask("getCampaign", campaign_id="lunch")
    await ask("listCampaigns", query={"advertiser_id": "mei-ads"})
    await ask("putAdGroup", GROUP, ad_group_id="corner")
    await ask("getAdGroup", ad_group_id="corner")
    await ask("listAdGroups", query={"campaign_id": "lunch"})
    await ask("putAd", AD, ad_id="bowl")
    await ask("listAds", query={"review": "pending"})
    await ask("reviewAd", {"decision": "approved", "reason": "fine"}, ad_id="bowl")
    await ask("getAd", ad_id="bowl")
    deposit = {"amount": yuan(500)}
    await ask("makeDeposit", deposit, advertiser_id="mei-ads")
    await ask("startLocalAd", LOCAL)
    place = {"position": TOWN, "radius_km": 3}
    await ask(
        "forecastAd", {"targeting": {"places": [place]}, "daily_budgets": [yuan(5), yuan(50)]}
    )
    await ask("diagnoseCampaign", campaign_id="lunch")
    days = {"from": "2026-03-03", "to": "2026-03-04"}
    await ask("getAdReport", query={"level": "ad", "by": "day,creative", **days})
    await ask("getIncome", query={"living_micros": 1_000_000, "target": 0.8, **days})
    await ask("getAdRevenue", query={"frontier": "true", **days})
    await ask("getAdReportFile", query={"level": "ad", "by": "day", **days})
