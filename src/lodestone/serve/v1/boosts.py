"""Routes of boosts: bought, stopped, read, and foreseen before they are bought."""

from typing import Annotated

import msgspec
from litestar import Response, get, post, put
from litestar.params import JSONBody, QueryParameter

from lodestone.base.list_page import ListPage
from lodestone.creators.assignment import ActIn
from lodestone.creators.boost import BoostForecastOut, BoostIn, BoostOut
from lodestone.serve.v1.common import (
    REFUSALS,
    Cursor,
    HttpRequest,
    Limit,
    PathId,
    engine,
    named,
    off_loop,
    optional_name,
    or_made,
    principal,
)
from lodestone.services import ad_cases, creator_cases
from lodestone.services.access.permissions import UNAUDITED, needs
from lodestone.services.creators.boosts import Boosts
from lodestone.services.creators.profiles import SCOPE

PersonId = Annotated[str | None, QueryParameter(description="Only this person's.")]


class BoostPage(msgspec.Struct, frozen=True):
    """A page of boosts."""

    data: list[BoostOut]
    next_cursor: str | None


def boosts(request: HttpRequest) -> Boosts:
    """Return the boosts of the community that the key belongs to, for whoever asks."""
    community = engine(request, SCOPE)
    forecast = ad_cases.forecaster(community).run
    return creator_cases.boosts(community, principal(request), forecast)


@put("/v1/boosts/{boost_id:str}", opt=needs(SCOPE), status_code=200, responses=or_made(BoostOut))
async def put_boost(
    request: HttpRequest, boost_id: PathId, data: JSONBody[BoostIn]
) -> Response[BoostOut]:
    """Buy reach for a post of one's own: the first write pays for it and lets it run."""
    shown, new = await boosts(request).put(named(boost_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/boosts/{boost_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_boost(request: HttpRequest, boost_id: PathId) -> BoostOut:
    """Read a boost: what is promised, what it has come to, what went back."""
    return await off_loop(request, boosts(request).boost, named(boost_id))


@get("/v1/boosts", opt=needs(SCOPE), responses=REFUSALS)
async def list_boosts(
    request: HttpRequest, limit: Limit = 100, cursor: Cursor = None, person_id: PersonId = None
) -> BoostPage:
    """List boosts, of one person if given."""
    page, whose = ListPage(limit, cursor), optional_name(person_id, "person_id")
    work = boosts(request).boosts
    return BoostPage(*page.cut(await off_loop(request, work, page.fetch, page.after, whose)))


@post("/v1/boosts/{boost_id:str}/stop", opt=needs(SCOPE), status_code=200, responses=REFUSALS)
async def stop_boost(request: HttpRequest, boost_id: PathId, data: JSONBody[ActIn]) -> BoostOut:
    """Stop a boost, as who bought it: what is not charged goes back."""
    return await boosts(request).stop(named(boost_id), data)


@post("/v1/boosts:forecast", opt=needs(SCOPE, **UNAUDITED), status_code=200, responses=REFUSALS)
async def forecast_boost(request: HttpRequest, data: JSONBody[BoostIn]) -> BoostForecastOut:
    """Say what a boost would come to by the pages of the last day; nothing is written."""
    return await boosts(request).forecast(data)


ROUTES = [put_boost, get_boost, list_boosts, stop_boost, forecast_boost]
