"""The three fields of a shop: everything else of a campaign is worked out from them, and shown."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from lodestone.ads.ad import HEADLINE_MAX, AdIn, AdOut, Landing
from lodestone.ads.ad_group import RADIUS_KM_MAX, AdGroupIn, AdGroupOut, Targeting, TargetPlace
from lodestone.ads.advertiser import AdvertiserOut
from lodestone.ads.bids import offer
from lodestone.ads.campaign import Budget, CampaignIn, CampaignOut, Frequency
from lodestone.ads.forecast import ForecastIn, ForecastOut
from lodestone.base.wire import AppId, Money, Position

FREQUENCY: Final = Frequency(impressions=3, days=1)
"""How often one person sees a local campaign."""


class LocalAdIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a shop says: which product, how far around it, and how much a day."""

    product_id: AppId
    radius_km: Annotated[float, Meta(gt=0, le=RADIUS_KM_MAX)]
    daily_budget: Money


class LocalAdOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was worked out: all of it paused, and the ad waits for a moderator."""

    advertiser: AdvertiserOut
    campaign: CampaignOut
    ad_group: AdGroupOut
    ad: AdOut
    forecast: ForecastOut
    """What this budget would bring, its half and its double, on a day like the last one."""


def local_campaign(advertiser_id: str, product: str, daily: Money) -> CampaignIn:
    """Return a campaign for orders of a product; product: its name."""
    return CampaignIn(
        advertiser_id=advertiser_id,
        name=product,
        objective="orders",
        budget=Budget(daily=daily),
        frequency=FREQUENCY,
    )


def local_group(campaign_id: str, centre: Position, radius_km: float) -> AdGroupIn:
    """Return an ad group for whoever is, or lives, around a shop."""
    place = TargetPlace(position=centre, radius_km=radius_km)
    return AdGroupIn(
        campaign_id=campaign_id,
        targeting=Targeting(places=(place,)),
    )


def local_ad(group_id: str, product_id: str, product: str) -> AdIn:
    """Return an ad that shows a product and leads to it; product: its name."""
    return AdIn(
        ad_group_id=group_id,
        item_id=product_id,
        headline=product[:HEADLINE_MAX],
        call_to_action="order",
        landing=Landing(product_id=product_id),
    )


def local_forecast(campaign: CampaignIn, group: AdGroupIn, daily: Money) -> ForecastIn:
    """Return the question what a local campaign would bring at half its budget, all of it, and twice as much."""
    bid, action = offer(group, campaign.objective, campaign.budget)
    budgets = (max(1, daily.micros // 2), daily.micros, 2 * daily.micros)
    return ForecastIn(
        targeting=group.targeting,
        optimise_for=action,
        bid=Money(bid, daily.currency),
        daily_budgets=tuple(Money(micros, daily.currency) for micros in budgets),
    )
