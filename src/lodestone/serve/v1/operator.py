"""Routes of communities, keys, clocks and sessions, health, and what the store holds."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post, put
from litestar.datastructures import State as AppState
from litestar.params import JSONBody

from lodestone.base.errors import (
    InvalidError,
    Problem,
    UnavailableError,
    UnknownError,
)
from lodestone.base.wire import (
    EPOCH,
    TEXT,
    AppId,
    Time,
    TimeText,
    instant_of,
    refuse,
    time_text,
)
from lodestone.content import CommunityIn, CommunityOut
from lodestone.serve.http.bodies import MEDIA_ANSWER, MEDIA_BODY, MEDIA_TYPES
from lodestone.serve.http.media_answer import media_answer
from lodestone.serve.openapi.served import OpenApiDocument
from lodestone.serve.v1.common import (
    REFUSALS,
    HttpRequest,
    PathId,
    access,
    engine,
    engines,
    named,
    off_loop,
    or_made,
    principal,
    require_operator,
)
from lodestone.services import use_cases
from lodestone.services.access import OPERATOR
from lodestone.services.access.permissions import ANYONE, BY_OPERATOR, SAYS, UNAUDITED, needs
from lodestone.services.operations.backup import BackupOut
from lodestone.services.operations.import_marks import ImportMark
from lodestone.services.operations.verification import VerifyOut

_CLOCK_END = datetime(9990, 1, 1, tzinfo=UTC)


class Communities(msgspec.Struct, frozen=True):
    """Every community."""

    data: list[CommunityOut]


class ClockIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to move a driven clock, and whether to let it run with the wall from then on."""

    instant: Time | None = None
    release: bool = False

    def __post_init__(self) -> None:
        # What the clock makes due must still be a time that can be written.
        if self.instant is not None and not EPOCH <= self.instant < _CLOCK_END:
            raise refuse("instant", "must lie in the years 1970 to 9989")


class SessionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whom a page's token is."""

    viewer: AppId


class SessionOut(msgspec.Struct, frozen=True):
    """A token for one viewer's page, good for an hour."""

    token: str
    viewer: str
    expires_at: TimeText


class VerifyIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A root kept elsewhere, to notice that a log was cut off."""

    root: Annotated[str, msgspec.Meta(max_length=200, pattern=TEXT)] | None = None


class BackupIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A folder that does not exist yet."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=1024, pattern=TEXT)]
    media: bool = True
    """Copy pictures and clips too."""


class Health(msgspec.Struct, frozen=True):
    """Whether the process lives, or is ready."""

    status: str


class FailingOut(msgspec.Struct, frozen=True, kw_only=True):
    """Background work that has failed and is tried again."""

    job: str
    row: str
    """What of it failed; empty where the whole job did."""
    kind: str
    """The error's code or class."""
    times: int
    since: TimeText


class ReadyOut(msgspec.Struct, frozen=True, omit_defaults=True):
    """The process serves; `failing` says what it has not managed beside that, the oldest first, at most 20."""

    status: str
    failing: list[FailingOut] = []


class Stored(msgspec.Struct, frozen=True):
    """Where media can be fetched."""

    url: str
    bytes: int


_FAILING_MAX = 20
_MADE = or_made(CommunityOut)


@get("/v1/communities", opt=BY_OPERATOR, responses=REFUSALS)
async def list_communities(request: HttpRequest, state: AppState) -> Communities:
    """List communities (operator's key)."""
    require_operator(request)
    return Communities(await off_loop(request, engines(state).show_all))


@put("/v1/communities/{community_id:str}", opt=BY_OPERATOR, status_code=200, responses=_MADE)
async def put_community(
    request: HttpRequest, state: AppState, community_id: PathId, data: JSONBody[CommunityIn]
) -> Response[CommunityOut]:
    """Make a community, or change its name and state (operator's key)."""
    require_operator(request)
    told, new = await engines(state).put(named(community_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/communities/{community_id:str}", opt=needs(), responses=REFUSALS)
async def get_community(
    request: HttpRequest, state: AppState, community_id: PathId
) -> CommunityOut:
    """Read a community: any, with the operator's key; its own, with a community's."""
    who, community = principal(request), named(community_id)
    if OPERATOR not in who.scopes and who.community != community:
        raise UnknownError("community_unknown", f"there is no community {community!r} here")
    return await off_loop(request, engines(state).show, community)


@post(
    "/v1/communities/{community_id:str}/disable",
    opt=BY_OPERATOR,
    status_code=200,
    responses=REFUSALS,
)
async def disable_community(
    request: HttpRequest, state: AppState, community_id: PathId
) -> CommunityOut:
    """Close a community's doors; its data stays (operator's key)."""
    require_operator(request)
    return await engines(state).disable(named(community_id))


@put("/v1/clock", opt=needs("clock", **SAYS), status_code=200, responses=REFUSALS)
async def put_clock(request: HttpRequest, state: AppState, data: JSONBody[ClockIn]) -> CommunityOut:
    """Advance a driven clock, never back; release it to the wall once."""
    community = engine(request, "clock").community.id
    to = None if data.instant is None else instant_of(data.instant)
    return await engines(state).advance(community, to, release=data.release)


@post(
    "/v1/sessions",
    opt=needs("sessions", secret=True, **UNAUDITED),
    status_code=201,
    responses=REFUSALS,
)
async def create_session(
    request: HttpRequest, state: AppState, data: JSONBody[SessionIn]
) -> SessionOut:
    """Mint a token of one hour for one viewer's page."""
    held = engine(request, "sessions")
    row = held.directory.person_row(data.viewer)
    if row < 0:
        raise UnknownError(
            "person_unknown", f"nobody is called {data.viewer!r} here; PUT them first"
        )
    token, until = access(state).session(
        held.community.id, (data.viewer, held.directory.ordinal(row)), principal(request).key_id,
        engines(state).wall.now(),
    )  # fmt: skip
    return SessionOut(token, data.viewer, time_text(until))


@put(
    "/v1/media/{key:str}",
    opt=needs("media", **UNAUDITED) | MEDIA_BODY,
    status_code=201,
    responses=REFUSALS,
)
async def put_media(request: HttpRequest, state: AppState, key: PathId) -> Stored:
    """Store a picture, clip or sound under a key; again with the same bytes changes nothing."""
    held = engine(request, "media")
    kind = request.headers.get("content-type", "").split(";")[0].strip()
    if kind not in MEDIA_TYPES:
        problem = Problem("Content-Type", f"must be one of {', '.join(MEDIA_TYPES)}")
        raise InvalidError("media_type", f"Content-Type {problem.problem}", (problem,))
    body = await request.body()
    name = await use_cases.media(held, state["media"]).store(named(key, "key"), kind, body)
    return Stored(f"/media/{name}", len(body))


@get("/media/{key:str}", opt=ANYONE | MEDIA_ANSWER, responses=REFUSALS)
async def get_media(request: HttpRequest, state: AppState, key: PathId) -> Response[Any]:
    """Fetch what the store holds, or a range of its bytes; it never changes."""
    file = await asyncio.to_thread(state["media"].find, named(key, "key"))
    return await media_answer(request, file)


@post("/v1/verify", opt=needs("read", **UNAUDITED), status_code=200, responses=REFUSALS)
async def post_verify(request: HttpRequest, state: AppState, data: JSONBody[VerifyIn]) -> VerifyOut:
    """Walk the receipts and facts from the first; name what was tampered with, lost, moved or cut off."""
    return await use_cases.verify(engine(request, "read"), data.root, state["media"])


@post("/v1/backup", opt=BY_OPERATOR, status_code=201, responses=REFUSALS)
async def post_backup(request: HttpRequest, state: AppState, data: JSONBody[BackupIn]) -> BackupOut:
    """Copy records, logs and media, whole, into a fresh folder on the server's own disk (operator's key)."""
    require_operator(request)
    media = state["media"] if data.media else None
    return await use_cases.back_up(engines(state), data.path, media)


@get("/v1/imports/{source:str}", opt=needs("import"), responses=REFUSALS)
async def get_import(request: HttpRequest, source: PathId) -> ImportMark:
    """Read how far an import has come, by file."""
    return await use_cases.imports(engine(request, "import")).mark(named(source, "source"))


@put(
    "/v1/imports/{source:str}",
    opt=needs("import", **UNAUDITED),
    status_code=200,
    responses=REFUSALS,
)
async def put_import(
    request: HttpRequest, source: PathId, data: JSONBody[ImportMark]
) -> ImportMark:
    """Keep how far an import has come, so that it goes on from there."""
    await use_cases.imports(engine(request, "import")).keep(named(source, "source"), data)
    return data


@get("/health/live", opt=ANYONE, operation_id="getHealthLive")
async def live() -> Health:
    """Say that the process lives."""
    return Health("live")


@get("/health/ready", opt=ANYONE, operation_id="getHealthReady", responses=REFUSALS)
async def ready(state: AppState) -> ReadyOut:
    """Say that every active community is open, that records and logs answer, and that disks have room.

    Background work that fails does not make it unready: serving goes on, and `failing` names it.
    """
    found = engines(state)
    closed = await found.closed()
    if closed:
        raise UnavailableError("not_ready", f"not open yet: {', '.join(closed)}")
    full = await asyncio.to_thread(state["guards"].low_disks)
    if full:
        raise UnavailableError("disk_full", "; ".join(full))
    for one in found.all():
        one.log.end()
    failing = [
        FailingOut(
            job=one.job, row=one.row, kind=one.kind, times=one.times, since=time_text(one.since)
        )
        for _, one in found.background_failures()[:_FAILING_MAX]
    ]
    return ReadyOut("ready", failing)


@get("/metrics", opt=ANYONE, include_in_schema=False)
async def metrics(state: AppState) -> Response[bytes]:
    """Answer Prometheus."""
    return Response(state["meters"].text(), media_type="text/plain; version=0.0.4; charset=utf-8")


@get("/openapi.json", opt=ANYONE, include_in_schema=False)
async def document(request: HttpRequest, state: AppState) -> Response[bytes]:
    """Answer with every route as a machine reads it."""
    served: OpenApiDocument = state["openapi"]
    return await served.answer(request)


ROUTES = [
    list_communities, put_community, get_community, disable_community, put_clock, create_session, put_media, get_media, post_verify, post_backup, get_import,
    put_import, live, ready, metrics, document,
]  # fmt: skip
