"""What ads earn, what they take of the pages, and whether people come again; and what other loads and prices would have done."""

from functools import cache
from typing import Any, Final

from litestar import Response, get
from litestar.datastructures import State as AppState

from lodestone.console.asking import HttpRequest, speech_of
from lodestone.console.charts import Table
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator.desk import OPERATOR, answer
from lodestone.console.operator.figures import Figures, reader_of
from lodestone.console.operator.frontier_charts import frontier_section
from lodestone.console.operator.revenue_charts import revenue_sections
from lodestone.console.operator.span import DAYS, Picked, picked_of
from lodestone.insight.ad_revenue import Earned
from lodestone.insight.reports import Reports
from lodestone.insight.window import Span
from lodestone.services import ad_cases, use_cases
from lodestone.services.access.permissions import ANYONE
from lodestone.services.ads.frontier import Frontier
from lodestone.services.community.community import Engine

PAGE: Final = "/operator/revenue"


@cache
def revenue_routes() -> tuple[Any, ...]:
    """Make the route."""

    @get(PAGE, opt=ANYONE, include_in_schema=False, exception_handlers=refusals_of(OPERATOR))
    async def page(request: HttpRequest, state: AppState) -> Response[Any]:
        who = entered(request, OPERATOR)
        speech = speech_of(request, who.engine)
        wanted, earned = await _read(request, state, who)
        tried = None
        if request.query_params.get("frontier") == "1":
            tried = await _frontier(who)
        context = {
            "sections": revenue_sections(earned, speech), "picked": wanted,
            "days": [(str(days), speech.words.say("{n} days", {"n": days})) for days in DAYS],
            "csv": lambda name: f"/operator/tables/{name}?{wanted.query(bom='1')}",
            "frontier": None if tried is None else frontier_section(tried, speech),
            "frontier_href": f"{PAGE}?{wanted.query(frontier='1')}#frontier",
        }  # fmt: skip
        return await answer(request, who, "revenue", "revenue.html", context)

    return (page,)


async def _read(request: HttpRequest, state: AppState, who: Entered) -> tuple[Picked, Earned]:
    wanted, reports = picked_of(request, who.engine), state["reports"](who.engine)
    figures = await reader_of(state).read(who.engine, reports, wanted.filter)
    long = use_cases.threads(who.engine).long
    return wanted, await long(_earned, who.engine, reports, figures)


def _earned(engine: Engine, reports: Reports, figures: Figures) -> Earned:
    """Read what the days earned and showed; walks the log, so it is called in a thread."""
    span: Span = reports.span(figures.first, figures.last)
    earnings = ad_cases.ad_reports(engine).earnings(span.first, span.last)
    return Earned(
        span=span, spend=earnings.by_day, settled_before=earnings.settled_before, loads=reports.ad_load(span),
        cohorts=figures.liu.liu.retained.active,
    )  # fmt: skip


async def _frontier(who: Entered) -> Frontier:
    return await use_cases.threads(who.engine).long(ad_cases.ad_frontier(who.engine).run)


async def revenue_table(request: HttpRequest, who: Entered) -> Table:
    """Return the days as a table, for a file."""
    _, earned = await _read(request, request.app.state, who)
    (section,) = revenue_sections(earned, speech_of(request, who.engine))
    return section.charts[0].table or Table((), ())


async def frontier_table(request: HttpRequest, who: Entered, number: int) -> Table:
    """Return one of the frontier's tables, 0 by load and 1 by price, for a file."""
    section = frontier_section(await _frontier(who), speech_of(request, who.engine))
    return (section.charts[number].table if section.charts else None) or Table((), ())
