"""Routes of live rooms, the streaming server's callbacks among them."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post, put
from litestar.connection import ASGIConnection
from litestar.datastructures import State as AppState
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, QueryParameter

from lodestone.base.errors import UnauthorisedError
from lodestone.base.signed import same
from lodestone.commerce.live import RoomIn, RoomOut, SalesOut, SrsAnswer, SrsCall
from lodestone.serve.v1.common import (
    REFUSALS,
    HttpRequest,
    PathId,
    engine,
    engines,
    named,
    off_loop,
    or_made,
)
from lodestone.services.access.permissions import CALLBACK, needs
from lodestone.services.live.rooms import Live

Token = Annotated[
    str, QueryParameter(max_length=128, description="As `GET /v1/live/hooks/srs` gives it.")
]


class SrsHook(msgspec.Struct, frozen=True):
    """Where the streaming server sends its callbacks."""

    path: str
    """After this server's own address; keep it secret."""


_MADE = or_made(RoomOut)


def live(request: HttpRequest, scope: str) -> Live:
    """Return the live rooms of the community that the key belongs to."""
    return engine(request, scope).live


@put("/v1/live/{room_id:str}", opt=needs("write"), status_code=200, responses=_MADE)
async def put_room(
    request: HttpRequest, room_id: PathId, data: JSONBody[RoomIn]
) -> Response[RoomOut]:
    """Open a live room, change it, pin products, or move it; the answer holds its stream's key."""
    told, new = await live(request, "write").put(named(room_id), data)
    return Response(told, status_code=201 if new else 200)


@get("/v1/live/{room_id:str}", opt=needs("read"), responses=REFUSALS)
async def get_room(request: HttpRequest, room_id: PathId) -> RoomOut:
    """Read a live room."""
    return await off_loop(request, live(request, "read").room, named(room_id))


@get("/v1/live/{room_id:str}/sales", opt=needs("read"), responses=REFUSALS)
async def get_room_sales(request: HttpRequest, room_id: PathId) -> SalesOut:
    """Report what a live room sold: orders, units and money by minute."""
    return await off_loop(request, live(request, "read").sales, named(room_id))


@get("/v1/live/hooks/srs", opt=needs("write"), responses=REFUSALS)
async def get_srs_hook(request: HttpRequest) -> SrsHook:
    """Read the address for SRS's `http_hooks`, with its token."""
    return SrsHook(f"/v1/live/hooks/srs?token={live(request, 'write').token}")


def _live_of(state: AppState, token: str) -> Live:
    """Return the live rooms that a callback's token opens. Raises UnauthorisedError."""
    rooms: Live | None = None
    for community in engines(state).all():
        # All are compared, in constant time: how long it takes says nothing.
        ours = community.live.token.encode()
        if same(ours, token.encode("utf-8", "replace")):
            rooms = community.live
    if rooms is None:
        raise UnauthorisedError("hook_token", "this address's token is none of ours; read it anew")
    return rooms


def _token_known(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Pass a callback whose token is ours, before its body is looked at."""
    _live_of(connection.app.state, connection.query_params.get("token", ""))


@post(
    "/v1/live/hooks/srs",
    opt=CALLBACK,
    guards=[_token_known],
    status_code=200,
    responses=REFUSALS,
)
async def post_srs_hook(request: HttpRequest, data: JSONBody[SrsCall], token: Token) -> SrsAnswer:
    """Take a callback of the streaming server SRS; its token is in the address, since SRS sends no header."""
    return await _live_of(request.app.state, token).hear(data)


ROUTES = (put_room, get_room, get_room_sales, get_srs_hook, post_srs_hook)
