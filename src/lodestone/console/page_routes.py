"""The narrow routes behind the viewer's page: a session asks, and only for its own viewer."""

from typing import Annotated

import msgspec
from litestar import delete, get, post, put
from litestar.datastructures import State as AppState
from litestar.params import JSONBody, PathParameter, QueryParameter

from lodestone.base.wire import app_id
from lodestone.console.asking import (
    REFUSALS,
    Latitude,
    Longitude,
    caller,
    off_loop,
    position_of,
    session,
)
from lodestone.console.because import Subject, title_of
from lodestone.console.site import Asked, console
from lodestone.console.viewer.ad_reasons import ad_of
from lodestone.console.viewer.around import QUERY_MAX, Around, PlacesFound, Surroundings
from lodestone.console.viewer.feed_page import Me, PageFeed, PageFeedIn, Showing, Shown
from lodestone.console.why import RunnerUpTold, WhyOut, why
from lodestone.console.why_ad import AdTold
from lodestone.services import use_cases
from lodestone.services.access.permissions import BY_PAGE

ReceiptId = Annotated[str, PathParameter(description="A decision made for the session's viewer.")]
SlotNumber = Annotated[int, PathParameter(description="From 1.")]
ItemId = Annotated[str, PathParameter(description="A post that somebody passed on.")]
DomainId = Annotated[str, PathParameter(description="A channel, a place or a profession.")]
Lang = Annotated[
    str | None, QueryParameter(max_length=16, description="`en` or `zh`; else as pages choose.")
]

PlaceQuery = Annotated[
    str,
    QueryParameter(
        name="query",
        min_length=1,
        max_length=QUERY_MAX,
        description="Words; a name must hold each of them.",
    ),
]


class Membership(msgspec.Struct, frozen=True):
    """Whether the viewer has joined."""

    joined: bool


@get("/v1/page/me", opt=BY_PAGE, responses=REFUSALS)
async def get_me(request: Asked) -> Me:
    """Say who is looking and what their tabs hold (a page's session)."""
    engine, viewer = session(request)
    return await off_loop(request, Showing(engine, viewer).me)


@post("/v1/page/feed", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def post_page_feed(request: Asked, data: JSONBody[PageFeedIn]) -> PageFeed:
    """Ask for a page of the viewer's feed, each slot with all that is drawn of it (a page's session)."""
    engine, viewer = session(request)
    return await Showing(engine, viewer).feed(data, caller(request))


@get("/v1/page/posts/{item_id:str}", opt=BY_PAGE, responses=REFUSALS)
async def get_page_post(request: Asked, item_id: ItemId) -> Shown:
    """Fetch one post that somebody passed on, with all that is drawn of it (a page's session)."""
    engine, viewer = session(request)
    return await Showing(engine, viewer).post(app_id(item_id))


@get("/v1/page/why/{receipt_id:str}/{slot:int}", opt=BY_PAGE, responses=REFUSALS)
async def get_why(
    request: Asked,
    state: AppState,
    receipt_id: ReceiptId,
    slot: SlotNumber,
    latitude: Latitude = None,
    longitude: Longitude = None,
    lang: Lang = None,
) -> WhyOut:
    """Say in plain words why a slot of the viewer's own decision holds what it holds (a page's session)."""
    engine, viewer = session(request)
    at = position_of(latitude, longitude)
    showing = Showing(engine, viewer)

    pages = console(state)
    words = pages.words(request) if lang is None else pages.catalogue.words(lang)

    def read() -> tuple[Subject, RunnerUpTold | None, AdTold | None]:
        told = use_cases.explainer(engine).reasons(viewer, receipt_id, slot)
        deeds = {deed.item_id for term in told.terms for deed in term.deeds}
        named = deeds if told.runner_up is None else {*deeds, told.runner_up.item_id}
        abouts = showing.told_all(named)
        second = None
        if told.runner_up is not None:
            about = abouts[told.runner_up.item_id]
            second = RunnerUpTold(
                item_id=told.runner_up.item_id, text=about.text, author=about.author,
                author_id=about.author_id, net_micros=told.runner_up.net_micros,
            )  # fmt: skip
        titles = {name: title_of(words, abouts[name]) for name in deeds}
        known = {name: title for name, title in titles.items() if title is not None}
        shown = showing.told(told.item_id, told.domain_id, at)
        subject = Subject(told=told, shown=shown, titles=known)
        return subject, second, None if told.ad is None else ad_of(engine, words, subject, viewer)

    subject, second, ad = await off_loop(request, read)
    return why(words, subject, second, currency=engine.community.currency, ad=ad)


@get("/v1/page/around", opt=BY_PAGE, responses=REFUSALS)
async def get_around(
    request: Asked, latitude: Latitude = None, longitude: Longitude = None
) -> Around:
    """Say what stands around the viewer: the ring, shops, places, live rooms, people at home (a page's session)."""
    engine, viewer = session(request)
    return await Surroundings(engine, viewer).around(position_of(latitude, longitude))


@get("/v1/page/places", opt=BY_PAGE, responses=REFUSALS)
async def find_places(
    request: Asked, words: PlaceQuery, latitude: Latitude = None, longitude: Longitude = None
) -> PlacesFound:
    """Find places, shops, products and people at home by parts of their names, the nearest first (a page's session)."""
    engine, viewer = session(request)
    return await Surroundings(engine, viewer).find(words, position_of(latitude, longitude))


@put("/v1/page/domains/{domain_id:str}", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def join_domain(request: Asked, domain_id: DomainId) -> Membership:
    """Let the viewer join a channel, a place or a profession (a page's session)."""
    engine, viewer = session(request)
    await use_cases.catalogue(engine).membership(app_id(domain_id), viewer, joined=True)
    return Membership(joined=True)


@delete("/v1/page/domains/{domain_id:str}", opt=BY_PAGE, status_code=200, responses=REFUSALS)
async def leave_domain(request: Asked, domain_id: DomainId) -> Membership:
    """Let the viewer leave it again (a page's session)."""
    engine, viewer = session(request)
    await use_cases.catalogue(engine).membership(app_id(domain_id), viewer, joined=False)
    return Membership(joined=False)


ROUTES = [
    get_me, post_page_feed, get_page_post, get_why, get_around, find_places, join_domain,
    leave_domain,
]  # fmt: skip
