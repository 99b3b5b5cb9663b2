"""The narrow routes behind people's pages: a session asks, and changes only what is its own viewer's."""

from typing import Annotated, Literal

import msgspec
from litestar import delete, get, put
from litestar.params import JSONBody, PathParameter, QueryParameter

from lodestone.base.wire import app_id
from lodestone.console.asking import (
    REFUSALS,
    HttpRequest,
    Latitude,
    Longitude,
    off_loop,
    position_of,
    session,
)
from lodestone.console.viewer.people_pages import MyPage, PeoplePages, PersonSheet
from lodestone.console.viewer.post_grid import Tiles
from lodestone.events.outcomes import FactKind
from lodestone.people import Consent
from lodestone.services import use_cases
from lodestone.services.access.permissions import BY_PAGE
from lodestone.services.catalogue.privacy import PersonExport

PersonId = Annotated[str, PathParameter(description="Somebody of this community.")]
ItemId = Annotated[str, PathParameter(description="A post.")]
Cursor = Annotated[
    str | None, QueryParameter(max_length=128, description="`next_cursor` of the page before.")
]
_EDGES = {
    ("mutes", True): FactKind.MUTE, ("mutes", False): FactKind.UNMUTE,
    ("hidden-ads", True): FactKind.HIDE_ADS, ("hidden-ads", False): FactKind.SHOW_ADS,
    ("blocks", True): FactKind.BLOCK, ("blocks", False): FactKind.UNBLOCK,
}  # fmt: skip


class Saved(msgspec.Struct, frozen=True):
    """Whether the viewer has saved a post."""

    saved: bool


class Relation(msgspec.Struct, frozen=True):
    """How the viewer stands to somebody, after it was changed."""

    muted: bool
    blocked: bool
    ads_hidden: bool


@get("/v1/page/people/{person_id:str}", opt=BY_PAGE, responses=REFUSALS)
async def get_person_sheet(
    request: HttpRequest,
    person_id: PersonId,
    latitude: Latitude = None,
    longitude: Longitude = None,
) -> PersonSheet:
    """Show somebody's page: who they are, their shops, what they posted (a page's session)."""
    engine, viewer = session(request)
    pages = PeoplePages(engine, viewer, position_of(latitude, longitude))
    return await off_loop(request, pages.person, app_id(person_id))


@get("/v1/page/people/{person_id:str}/posts", opt=BY_PAGE, responses=REFUSALS)
async def list_person_posts(
    request: HttpRequest, person_id: PersonId, cursor: Cursor = None
) -> Tiles:
    """List what somebody posted, the newest first (a page's session)."""
    engine, viewer = session(request)
    pages = PeoplePages(engine, viewer, None)
    return await off_loop(request, pages.posts, app_id(person_id), cursor)


async def _stand(
    request: HttpRequest,
    person_id: str,
    what: Literal["mutes", "blocks", "hidden-ads"],
    *,
    on: bool,
) -> Relation:
    engine, viewer = session(request)
    other = app_id(person_id)
    await use_cases.catalogue(engine).edge(_EDGES[(what, on)], viewer, other)
    state, row_of = engine.state, engine.directory.person_row
    row, them = row_of(viewer), row_of(other)
    return Relation(
        them in state.mutes(row), them in state.blocks(row), them in state.edges.hidden_ads(row)
    )


@put("/v1/page/people/{person_id:str}/mutes", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def mute_person(request: HttpRequest, person_id: PersonId) -> Relation:
    """Let the viewer see no more of somebody's posts (a page's session)."""
    return await _stand(request, person_id, "mutes", on=True)


@delete("/v1/page/people/{person_id:str}/mutes", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def unmute_person(request: HttpRequest, person_id: PersonId) -> Relation:
    """Let the viewer see somebody's posts again (a page's session)."""
    return await _stand(request, person_id, "mutes", on=False)


@put("/v1/page/people/{person_id:str}/blocks", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def block_person(request: HttpRequest, person_id: PersonId) -> Relation:
    """Let the viewer block somebody (a page's session)."""
    return await _stand(request, person_id, "blocks", on=True)


@delete("/v1/page/people/{person_id:str}/blocks", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def unblock_person(request: HttpRequest, person_id: PersonId) -> Relation:
    """Let the viewer block somebody no longer (a page's session)."""
    return await _stand(request, person_id, "blocks", on=False)


@put("/v1/page/people/{person_id:str}/hidden-ads", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def hide_ads_of(request: HttpRequest, person_id: PersonId) -> Relation:
    """Show the viewer no ads of somebody, nor of their shops; their posts come as before (a page's session)."""
    return await _stand(request, person_id, "hidden-ads", on=True)


@delete(
    "/v1/page/people/{person_id:str}/hidden-ads", opt=BY_PAGE, status_code=200, responses=REFUSALS
)
async def show_ads_of(request: HttpRequest, person_id: PersonId) -> Relation:
    """Let ads of somebody come to the viewer again (a page's session)."""
    return await _stand(request, person_id, "hidden-ads", on=False)


@get("/v1/page/mine", opt=BY_PAGE, responses=REFUSALS)
async def get_my_page(request: HttpRequest) -> MyPage:
    """Show the viewer's own page: what they like, whom they follow, what they consent to (a page's session)."""
    engine, viewer = session(request)
    return await off_loop(request, PeoplePages(engine, viewer, None).mine)


@get("/v1/page/mine/likes", opt=BY_PAGE, responses=REFUSALS)
async def list_my_likes(request: HttpRequest, cursor: Cursor = None) -> Tiles:
    """List what the viewer likes, the latest like first (a page's session)."""
    engine, viewer = session(request)
    return await off_loop(request, PeoplePages(engine, viewer, None).likes, cursor)


@get("/v1/page/mine/saved", opt=BY_PAGE, responses=REFUSALS)
async def list_my_saved(request: HttpRequest, cursor: Cursor = None) -> Tiles:
    """List what the viewer saved, the latest first (a page's session)."""
    engine, viewer = session(request)
    return await off_loop(request, PeoplePages(engine, viewer, None).saved, cursor)


@get("/v1/page/mine/saved/{item_id:str}", opt=BY_PAGE, responses=REFUSALS)
async def get_saved(request: HttpRequest, item_id: ItemId) -> Saved:
    """Say whether the viewer has saved a post (a page's session)."""
    engine, viewer = session(request)
    return Saved(await off_loop(request, use_cases.saved(engine).saved, viewer, app_id(item_id)))


@put("/v1/page/mine/saved/{item_id:str}", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def save_post(request: HttpRequest, item_id: ItemId) -> Saved:
    """Let the viewer save a post to come back to (a page's session)."""
    engine, viewer = session(request)
    await use_cases.saved(engine).save(viewer, app_id(item_id))
    return Saved(saved=True)


@delete("/v1/page/mine/saved/{item_id:str}", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def unsave_post(request: HttpRequest, item_id: ItemId) -> Saved:
    """Let the viewer save a post no longer (a page's session)."""
    engine, viewer = session(request)
    await use_cases.saved(engine).unsave(viewer, app_id(item_id))
    return Saved(saved=False)


@put("/v1/page/mine/consent", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def put_my_consent(request: HttpRequest, data: JSONBody[Consent]) -> Consent:
    """Let the viewer say what of theirs may be used; the next decision goes by it (a page's session)."""
    engine, viewer = session(request)
    return await use_cases.catalogue(engine).consent(viewer, data)


@get("/v1/page/mine/export", opt=BY_PAGE, responses=REFUSALS)
async def export_mine(request: HttpRequest) -> PersonExport:
    """Export everything held about the viewer (a page's session)."""
    engine, viewer = session(request)
    return await use_cases.export(engine).export(viewer)


ROUTES = [
    get_person_sheet, list_person_posts, mute_person, unmute_person, block_person, unblock_person,
    hide_ads_of, show_ads_of,
    get_my_page, list_my_likes, list_my_saved, get_saved, save_post, unsave_post, put_my_consent, export_mine,
]  # fmt: skip
