"""The route of what ads earn a community, what they take of its pages, and what other loads and prices would have earned."""

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from lodestone.base.money import Micros
from lodestone.base.wire import Money
from lodestone.insight.ad_revenue import AdRevenueDay, Earned, ad_revenue_days
from lodestone.insight.reports import Reports
from lodestone.insight.window import Span, day_text
from lodestone.serve.v1.common import (
    REFUSALS,
    First,
    HttpRequest,
    Last,
    engine,
    principal,
    read_long,
)
from lodestone.services import ad_cases
from lodestone.services.access.permissions import needs
from lodestone.services.ads.frontier import Frontier
from lodestone.services.community.community import Engine

WithFrontier = Annotated[
    bool,
    QueryParameter(
        name="frontier",
        description="Fill and price the last day's pages again under other ad loads and prices.",
    ),
]


class AdRevenueReport(msgspec.Struct, frozen=True, kw_only=True):
    """What ads earned on some days, and what they took."""

    first: str
    last: str
    settled_before: str
    """The first day on which more may still be charged."""
    total: Money
    """Of all days."""
    shown: int
    """Slots that people were shown, of all days."""
    paid: int
    """Of those, ads."""
    days: list[AdRevenueDay]
    """The earliest first."""
    frontier: Frontier | None
    """What other loads and prices would have come to on the last day, whatever days are asked; null where it is not asked for."""


@get("/v1/reports/ad-revenue", opt=needs("read", "policy"), responses=REFUSALS)
async def get_ad_revenue(
    request: HttpRequest,
    first: First = None,
    last: Last = None,
    frontier: WithFrontier = False,  # noqa: FBT002  as it stands in the query
) -> AdRevenueReport:
    """Report what ads earned by day, which share of the shown slots they took, who came again, and what other loads and prices would have earned."""
    community = engine(request, "read")
    principal(request).need("policy")
    reports: Reports = request.app.state["reports"](community)
    span = reports.span(first, last)
    tried = None
    if frontier:
        tried = await read_long(request, ad_cases.ad_frontier(community).run)
    return await read_long(request, _report, community, reports, span, tried)


def _report(
    community: Engine, reports: Reports, span: Span, tried: Frontier | None
) -> AdRevenueReport:
    """Read what the days came to; walks the log, so it is called in a thread."""
    earnings = ad_cases.ad_reports(community).earnings(span.first, span.last)
    earned = Earned(
        span=span, spend=earnings.by_day, settled_before=earnings.settled_before, loads=reports.ad_load(span),
        cohorts=reports.liu(span, None).liu.retained.active,
    )  # fmt: skip
    currency, (paid, shown) = community.community.currency, earned.load()
    return AdRevenueReport(
        first=day_text(span.first),
        last=day_text(span.last),
        settled_before=earned.settled_before,
        total=Money(Micros(earned.total), currency),
        shown=shown,
        paid=paid,
        days=ad_revenue_days(earned, currency),
        frontier=tried,
    )


ROUTES = [get_ad_revenue]
