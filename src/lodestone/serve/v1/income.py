"""The route of what people earn: how many, how evenly, and from being seen to being paid."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from lodestone.insight.income import IncomeReport
from lodestone.insight.reports import Reports
from lodestone.serve.v1.common import (
    REFUSALS,
    First,
    HttpRequest,
    Last,
    engine,
    principal,
    read_long,
)
from lodestone.services.access.permissions import needs

LivingMicros = Annotated[
    int | None,
    QueryParameter(
        name="living_micros", ge=1, le=2**53,
        description="What a person lives on for as many days, in micros: how many earned as much is told.",
    ),
]  # fmt: skip
Target = Annotated[
    float | None,
    QueryParameter(ge=0, le=1, description="What share of all income people's should be."),
]


@get("/v1/reports/income", opt=needs("read", "money"), responses=REFUSALS)
async def get_income(
    request: HttpRequest, first: First = None, last: Last = None,
    living_micros: LivingMicros = None, target: Target = None,
) -> IncomeReport:  # fmt: skip
    """Report who earned: how many, how evenly, by kind, audience and region, beside the community's own; never of fewer than five."""
    community = engine(request, "read")
    principal(request).need("money")
    reports: Reports = request.app.state["reports"](community)
    span = reports.span(first, last)
    return await read_long(request, reports.income, span, living_micros, target)


ROUTES = [get_income]
