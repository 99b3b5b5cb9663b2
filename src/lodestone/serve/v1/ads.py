"""Routes of advertisers: campaigns, ad groups and ads, and their review by a moderator."""

from typing import Annotated

import msgspec
from litestar import Response, get, post, put
from litestar.params import JSONBody, QueryParameter

from lodestone.ads.ad import AdIn, AdOut, AdReviewIn
from lodestone.ads.ad_group import AdGroupIn, AdGroupOut
from lodestone.ads.advertiser import AdvertiserIn, AdvertiserOut, DepositIn, DepositOut
from lodestone.ads.campaign import CampaignIn, CampaignOut, ReviewState
from lodestone.ads.diagnosis import DiagnosisOut
from lodestone.ads.forecast import ForecastIn, ForecastOut
from lodestone.ads.local import LocalAdIn, LocalAdOut
from lodestone.base.list_page import ListPage
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    Limit,
    PathId,
    engine,
    idempotency_key,
    named,
    off_loop,
    optional_name,
    or_made,
    principal,
    read_long,
)
from lodestone.services import ad_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.ads.advertising import REVIEW_SCOPE, SCOPE, Advertising

OwnerId = Annotated[str | None, QueryParameter(description="Only this person's, their shops' too.")]
ShopId = Annotated[str | None, QueryParameter(description="Only this shop's.")]
AdvertiserId = Annotated[str | None, QueryParameter(description="Only this advertiser's.")]
CampaignId = Annotated[str | None, QueryParameter(description="Only this campaign's.")]
AdGroupId = Annotated[str | None, QueryParameter(description="Only this ad group's.")]
Review = Annotated[
    ReviewState | None, QueryParameter(description="Only those at this point of their review.")
]


class AdvertiserPage(msgspec.Struct, frozen=True):
    """A page of advertisers."""

    data: list[AdvertiserOut]
    next_cursor: str | None


class CampaignPage(msgspec.Struct, frozen=True):
    """A page of campaigns."""

    data: list[CampaignOut]
    next_cursor: str | None


class AdGroupPage(msgspec.Struct, frozen=True):
    """A page of ad groups."""

    data: list[AdGroupOut]
    next_cursor: str | None


class AdPage(msgspec.Struct, frozen=True):
    """A page of ads."""

    data: list[AdOut]
    next_cursor: str | None


def advertising(request: HttpRequest, scope: str) -> Advertising:
    """Return the use cases of advertising of the community that the key belongs to, for whoever asks."""
    return ad_cases.advertising(engine(request, scope), principal(request))


@put(
    "/v1/advertisers/{advertiser_id:str}",
    opt=needs(SCOPE),
    status_code=200,
    responses=or_made(AdvertiserOut),
)
async def put_advertiser(
    request: HttpRequest, advertiser_id: PathId, data: JSONBody[AdvertiserIn]
) -> Response[AdvertiserOut]:
    """Make an advertiser of a person or a shop, or rename it."""
    shown, new = await advertising(request, SCOPE).put_advertiser(named(advertiser_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/advertisers/{advertiser_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_advertiser(request: HttpRequest, advertiser_id: PathId) -> AdvertiserOut:
    """Read an advertiser."""
    return await off_loop(request, advertising(request, SCOPE).advertiser, named(advertiser_id))


@get("/v1/advertisers", opt=needs(SCOPE), responses=REFUSALS)
async def list_advertisers(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Cursor = None,
    owner_id: OwnerId = None,
    shop_id: ShopId = None,
) -> AdvertiserPage:
    """List advertisers, of one person or shop if given."""
    page = ListPage(limit, cursor)
    owner, shop = optional_name(owner_id, "owner_id"), optional_name(shop_id, "shop_id")
    work = advertising(request, SCOPE).advertisers
    rows = await off_loop(request, work, page.fetch, page.after, owner, shop)
    return AdvertiserPage(*page.cut(rows))


@put(
    "/v1/campaigns/{campaign_id:str}",
    opt=needs(SCOPE),
    status_code=200,
    responses=or_made(CampaignOut),
)
async def put_campaign(
    request: HttpRequest, campaign_id: PathId, data: JSONBody[CampaignIn]
) -> Response[CampaignOut]:
    """Make a campaign, which is paused then, or change, activate, pause or end it."""
    shown, new = await advertising(request, SCOPE).put_campaign(named(campaign_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/campaigns/{campaign_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_campaign(request: HttpRequest, campaign_id: PathId) -> CampaignOut:
    """Read a campaign, and why it is shown or not."""
    return await off_loop(request, advertising(request, SCOPE).campaign, named(campaign_id))


@get(
    "/v1/campaigns/{campaign_id:str}/diagnosis",
    opt=needs(SCOPE),
    operation_id="diagnoseCampaign",
    responses=REFUSALS,
)
async def diagnose_campaign(request: HttpRequest, campaign_id: PathId) -> DiagnosisOut:
    """Say why a campaign delivers as it does, in figures, and what to do."""
    community, name = engine(request, SCOPE), named(campaign_id)
    campaign = await off_loop(request, advertising(request, SCOPE).campaign, name)
    now = community.billing.campaign_now(name)
    return await read_long(request, ad_cases.ad_diagnosis(community).run, campaign, now)


@get("/v1/campaigns", opt=needs(SCOPE), responses=REFUSALS)
async def list_campaigns(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Cursor = None,
    advertiser_id: AdvertiserId = None,
) -> CampaignPage:
    """List campaigns, of one advertiser if given."""
    page, above = ListPage(limit, cursor), optional_name(advertiser_id, "advertiser_id")
    work = advertising(request, SCOPE).campaigns
    return CampaignPage(*page.cut(await off_loop(request, work, page.fetch, page.after, above)))


@put(
    "/v1/ad-groups/{ad_group_id:str}",
    opt=needs(SCOPE),
    status_code=200,
    responses=or_made(AdGroupOut),
)
async def put_ad_group(
    request: HttpRequest, ad_group_id: PathId, data: JSONBody[AdGroupIn]
) -> Response[AdGroupOut]:
    """Make an ad group, which is paused then, or change, activate, pause or end it."""
    shown, new = await advertising(request, SCOPE).put_ad_group(named(ad_group_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/ad-groups/{ad_group_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_ad_group(request: HttpRequest, ad_group_id: PathId) -> AdGroupOut:
    """Read an ad group, and why it is shown or not."""
    return await off_loop(request, advertising(request, SCOPE).ad_group, named(ad_group_id))


@get("/v1/ad-groups", opt=needs(SCOPE), responses=REFUSALS)
async def list_ad_groups(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None, campaign_id: CampaignId = None
) -> AdGroupPage:
    """List ad groups, of one campaign if given."""
    page, above = ListPage(limit, cursor), optional_name(campaign_id, "campaign_id")
    work = advertising(request, SCOPE).ad_groups
    return AdGroupPage(*page.cut(await off_loop(request, work, page.fetch, page.after, above)))


@put("/v1/ads/{ad_id:str}", opt=needs(SCOPE), status_code=200, responses=or_made(AdOut))
async def put_ad(request: HttpRequest, ad_id: PathId, data: JSONBody[AdIn]) -> Response[AdOut]:
    """Make an ad, which is paused then, or change, activate, pause or end it."""
    shown, new = await advertising(request, SCOPE).put_ad(named(ad_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/ads/{ad_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_ad(request: HttpRequest, ad_id: PathId) -> AdOut:
    """Read an ad, its review, and why it is shown or not."""
    return await off_loop(request, advertising(request, SCOPE).ad, named(ad_id))


@get("/v1/ads", opt=needs(SCOPE), responses=REFUSALS)
async def list_ads(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Cursor = None,
    ad_group_id: AdGroupId = None,
    review: Review = None,
) -> AdPage:
    """List ads, of one ad group or at one point of their review if given."""
    page, above = ListPage(limit, cursor), optional_name(ad_group_id, "ad_group_id")
    work = advertising(request, SCOPE).ads
    rows = await off_loop(request, work, page.fetch, page.after, above, review)
    return AdPage(*page.cut(rows))


@post("/v1/ads/{ad_id:str}/review", opt=needs(REVIEW_SCOPE), status_code=200, responses=REFUSALS)
async def review_ad(request: HttpRequest, ad_id: PathId, data: JSONBody[AdReviewIn]) -> AdOut:
    """Approve or reject an ad, as a moderator."""
    return await advertising(request, REVIEW_SCOPE).review(named(ad_id), data)


@post(
    "/v1/advertisers/{advertiser_id:str}/deposits",
    opt=needs(SCOPE, own_answers=True),
    status_code=201,
    responses=REFUSALS,
)
async def make_deposit(
    request: HttpRequest, advertiser_id: PathId, data: JSONBody[DepositIn]
) -> DepositOut:
    """Book money that an advertiser has paid in; again under the same Idempotency-Key moves nothing."""
    deposits = ad_cases.deposits(engine(request, SCOPE), principal(request))
    return await deposits.pay_in(named(advertiser_id), data, idempotency_key(request))


@post("/v1/ads:local", opt=needs(SCOPE), status_code=201, responses=REFUSALS)
async def start_local_ad(request: HttpRequest, data: JSONBody[LocalAdIn]) -> LocalAdOut:
    """Make a local campaign of a shop's product from three fields; all of it is paused and shown."""
    local = ad_cases.local_ads(engine(request, SCOPE), principal(request))
    return await local.start(data, idempotency_key(request))


@post(
    "/v1/forecasts",
    opt=needs(SCOPE, **UNAUDITED),
    operation_id="forecastAd",
    status_code=200,
    responses=REFUSALS,
)
async def forecast(request: HttpRequest, data: JSONBody[ForecastIn]) -> ForecastOut:
    """Say whom an ad could reach and what several budgets would bring, by the pages of the last day."""
    return await read_long(request, ad_cases.forecaster(engine(request, SCOPE)).run, data)


ROUTES = [
    put_advertiser, get_advertiser, list_advertisers, put_campaign, get_campaign, diagnose_campaign, list_campaigns, put_ad_group,
    get_ad_group, list_ad_groups, put_ad, get_ad, list_ads, review_ad, make_deposit, start_local_ad, forecast,
]  # fmt: skip
