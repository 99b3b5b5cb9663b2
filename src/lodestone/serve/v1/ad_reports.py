"""Routes of what ads brought and cost."""

from typing import Annotated, Final

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import QueryParameter

from lodestone.ads.report import PARTS, AdReport, Level
from lodestone.serve.v1.ads import AdvertiserId, CampaignId
from lodestone.serve.v1.common import (
    REFUSALS,
    First,
    HttpRequest,
    Last,
    engine,
    optional_name,
    read_long,
)
from lodestone.services import ad_cases
from lodestone.services.access.permissions import needs
from lodestone.services.ads.advertising import SCOPE
from lodestone.services.ads.reporting.file import report_file
from lodestone.services.ads.reporting.report import Question
from lodestone.services.support.spreadsheet import attachment

_ONE: Final = f"({'|'.join(PARTS)})"
LevelOf = Annotated[Level, QueryParameter(name="level", description="What each row is of.")]
By = Annotated[
    str | None,
    QueryParameter(
        pattern=f"^{_ONE}(,{_ONE}){{0,3}}$",
        max_length=64,
        description="By what rows are divided: `day`, `place`, `domain`, `creative`, several with commas.",
    ),
]
Bom = Annotated[
    bool, QueryParameter(description="Begin with a byte-order mark, as Excel wants UTF-8 to.")
]
_CSV = {
    **REFUSALS,
    200: ResponseSpec(str, media_type="text/csv", generate_examples=False, description="CSV"),
}


@get("/v1/reports/ads", opt=needs(SCOPE), operation_id="getAdReport", responses=REFUSALS)
async def get_ad_report(
    request: HttpRequest,
    level: LevelOf = "campaign",
    by: By = None,
    first: First = None,
    last: Last = None,
    advertiser_id: AdvertiserId = None,
    campaign_id: CampaignId = None,
) -> AdReport:
    """Report what ads brought and cost: impressions gross and net, reach, outcomes, spend, and the same posts unpaid."""
    return await _report(request, level, by, (first, last), (advertiser_id, campaign_id))


@get("/v1/reports/ads/file", opt=needs(SCOPE), operation_id="getAdReportFile", responses=_CSV)
async def get_ad_report_file(  # noqa: PLR0913, PLR0917  as its query has them
    request: HttpRequest,
    level: LevelOf = "campaign",
    by: By = None,
    first: First = None,
    last: Last = None,
    advertiser_id: AdvertiserId = None,
    campaign_id: CampaignId = None,
    bom: Bom = False,  # noqa: FBT002  as it stands in the query
) -> Response[bytes]:
    """Fetch the same report as CSV, a line for each row."""
    report = await _report(request, level, by, (first, last), (advertiser_id, campaign_id))
    name = f"ads-{report.level}-{report.first}-{report.last}.csv"
    headers = {"content-disposition": attachment(name)}
    return Response(report_file(report, bom=bom), media_type="text/csv", headers=headers)


async def _report(
    request: HttpRequest,
    level: Level,
    by: str | None,
    days: tuple[str | None, str | None],
    about: tuple[str | None, str | None],
) -> AdReport:
    community = engine(request, SCOPE)
    span = request.app.state["reports"](community).span(*days)
    named = set((by or "").split(","))
    parts = tuple(part for part in PARTS if part in named)
    advertiser, campaign = (
        optional_name(name, field)
        for name, field in zip(about, ("advertiser_id", "campaign_id"), strict=True)
    )
    asked = Question(level, parts, span.first, span.last, advertiser, campaign)
    return await read_long(request, ad_cases.ad_reports(community).run, asked)


ROUTES = [get_ad_report, get_ad_report_file]
