"""Routes of authorisations: which posts of creators advertisers may run as ads."""

import msgspec
from litestar import Response, delete, get, put
from litestar.params import JSONBody

from lodestone.ads.authorisation import AuthorisationIn, AuthorisationOut
from lodestone.base.list_page import ListPage
from lodestone.serve.v1.ads import AdvertiserId
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
from lodestone.serve.v1.creators import CreatorId
from lodestone.services import ad_cases
from lodestone.services.access.permissions import needs
from lodestone.services.ads.authorisations import SCOPE, Authorisations


class AuthorisationPage(msgspec.Struct, frozen=True):
    """A page of authorisations."""

    data: list[AuthorisationOut]
    next_cursor: str | None


def authorisations(request: HttpRequest) -> Authorisations:
    """Return the authorisations of the community that the key belongs to, for whoever asks."""
    return ad_cases.authorisations(engine(request, SCOPE), principal(request))


@put(
    "/v1/authorisations/{authorisation_id:str}",
    opt=needs(SCOPE),
    status_code=200,
    responses=or_made(AuthorisationOut),
)
async def put_authorisation(
    request: HttpRequest, authorisation_id: PathId, data: JSONBody[AuthorisationIn]
) -> Response[AuthorisationOut]:
    """Let an advertiser run a creator's post as an ad between two instants, for a share of what it pays."""
    shown, new = await authorisations(request).put(named(authorisation_id), data)
    return Response(shown, status_code=201 if new else 200)


@get("/v1/authorisations/{authorisation_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def get_authorisation(request: HttpRequest, authorisation_id: PathId) -> AuthorisationOut:
    """Read an authorisation, and whether it is in force."""
    return await off_loop(request, authorisations(request).get, named(authorisation_id))


@delete("/v1/authorisations/{authorisation_id:str}", opt=needs(SCOPE), responses=REFUSALS)
async def revoke_authorisation(request: HttpRequest, authorisation_id: PathId) -> None:
    """Revoke an authorisation: the next decision shows the post for that advertiser no longer."""
    await authorisations(request).revoke(named(authorisation_id))


@get("/v1/authorisations", opt=needs(SCOPE), responses=REFUSALS)
async def list_authorisations(
    request: HttpRequest,
    limit: Limit = 100,
    cursor: Cursor = None,
    creator_id: CreatorId = None,
    advertiser_id: AdvertiserId = None,
) -> AuthorisationPage:
    """List authorisations, of one creator or advertiser if given."""
    page, creator = ListPage(limit, cursor), optional_name(creator_id, "creator_id")
    advertiser = optional_name(advertiser_id, "advertiser_id")
    work = authorisations(request).all
    rows = await off_loop(request, work, page.fetch, page.after, creator, advertiser)
    return AuthorisationPage(*page.cut(rows))


ROUTES = [put_authorisation, get_authorisation, revoke_authorisation, list_authorisations]
