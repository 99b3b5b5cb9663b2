"""Every table of the desk as a file, under one route."""

import asyncio
from functools import cache
from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.datastructures import State as AppState
from litestar.params import PathParameter

from lodestone.console.asking import HttpRequest, speech_of
from lodestone.console.logging_in import Entered, entered, refusals_of
from lodestone.console.operator import tables
from lodestone.console.operator.desk import OPERATOR
from lodestone.console.operator.figures import reader_of
from lodestone.console.operator.page_tables import PAGE_TABLES
from lodestone.console.operator.sections import sections_of
from lodestone.console.operator.span import picked_of
from lodestone.console.site import HEADERS
from lodestone.services.access.permissions import ANYONE
from lodestone.services.support.spreadsheet import attachment

ROUTE: Final = "/operator/tables/{name:str}"
TableName = Annotated[
    str, PathParameter(description="A table's name: the id of its chart or card.")
]


@cache
def table_routes() -> tuple[Any, ...]:
    """Make the route."""

    @get(ROUTE, opt=ANYONE, include_in_schema=False, exception_handlers=refusals_of(OPERATOR))
    async def table(request: HttpRequest, state: AppState, name: TableName) -> Response[bytes]:
        who = entered(request, OPERATOR)
        bom, make = request.query_params.get("bom") == "1", PAGE_TABLES.get(name)
        if make is not None:
            day = speech_of(request, who.engine).local(who.engine.now())
            body = tables.file_of(await make(request, who), bom=bom)
            return _file(who, f"{name}-{day:%Y-%m-%d}", body)
        wanted, speech = picked_of(request, who.engine), speech_of(request, who.engine)
        figures = await reader_of(state).read(
            who.engine, state["reports"](who.engine), wanted.filter
        )
        shown = await asyncio.to_thread(sections_of, figures, speech)
        body = tables.file_of(tables.find(shown, name), bom=bom)
        return _file(who, f"{name}-{figures.first}-{figures.last}", body)

    return (table,)


def _file(who: Entered, name: str, body: bytes) -> Response[bytes]:
    saved = attachment(f"{who.engine.community.id}-{name}.csv")
    headers = {**HEADERS, "content-disposition": saved}
    return Response(body, media_type="text/csv", headers=headers)
