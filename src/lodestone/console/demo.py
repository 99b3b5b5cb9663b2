"""The demo: on this machine alone, anyone may look through the eyes of any resident."""

from ipaddress import ip_address
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

import msgspec
from litestar import get, post
from litestar.connection import ASGIConnection
from litestar.datastructures import State as AppState
from litestar.handlers import BaseRouteHandler
from litestar.params import JSONBody, QueryParameter

from lodestone.base.errors import ForbiddenError, UnknownError
from lodestone.base.wire import AppId, TimeText, time_text
from lodestone.console.asking import REFUSALS, access, engines, off_loop, read_by
from lodestone.console.site import Asked, console
from lodestone.console.viewer.demo import Resident, residents
from lodestone.services.access.permissions import ANYONE
from lodestone.services.community.community import Engine
from lodestone.services.community.registry import Engines

_RESIDENTS: Final = 24
_OF_PROXIES: Final = (
    "x-",
    "forwarded",
    "via",
    "cdn-",
    "cf-",
    "fly-",
    "true-client-ip",
    "client-ip",
    "remote-addr",
    "fastly-",
    "tailscale-",
    "ngrok-",
    "akamai-",
    "incap-",
    "proxy-",
    "traceparent",
)
"""How the headers begin that proxies and tunnels add."""
_OWN: Final = frozenset({"x-api-key", "x-community", "x-part", "x-request-id", "x-requested-with"})
"""Those of that form which a browser or a client of ours sends."""
Connection = ASGIConnection[Any, Any, Any, Any]
Search = Annotated[
    str | None, QueryParameter(max_length=64, description="Part of a name, a trade or an id.")
]


class Residents(msgspec.Struct, frozen=True):
    """Some of those who live there; the first is a good one to begin with."""

    data: list[Resident]


class DemoSessionIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to be; without, the one that is listed first."""

    viewer: AppId | None = None


class DemoSession(msgspec.Struct, frozen=True):
    """A token for that resident's page, good for an hour."""

    token: str
    viewer: str
    expires_at: TimeText


def _demo(request: Connection, state: AppState) -> Engine:
    """Return the demo's engine, for a browser on this machine that shows a page of ours.

    Raises:
        UnknownError: No demo is served.
        ForbiddenError: The request comes from elsewhere, or on behalf of somebody else's page.
    """
    name = console(state).demo
    if name is None:
        raise UnknownError("demo_unknown", "no demo is served here; `lodestone serve --demo` does")
    if not local(request):
        raise ForbiddenError(
            "demo_local",
            "residents can be chosen on the machine that serves the demo, nowhere else",
        )
    communities: Engines = state["engines"]
    return communities.of(name)


def _shown_here(connection: Connection, _: BaseRouteHandler) -> None:
    """Pass whom a demo on this machine is shown to, before a body is looked at."""
    _demo(connection, connection.app.state)


def local(request: Connection) -> bool:
    """Say whether a request came straight from this machine and was meant for it.

    One that a proxy has sent on is not, nor one that names another host (an address bound anew to ours) or that
    another site's page sends. A proxy that adds no header speaks HTTP/1.0 where nobody has told it otherwise, or sends
    the browser's own Host, Origin or Referer on.
    """
    headers, client = request.headers, request.scope.get("client")
    proxied = any(name.startswith(_OF_PROXIES) and name not in _OWN for name in headers)
    if proxied or request.scope.get("http_version") == "1.0":
        return False
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    pages = [*headers.getall("origin", []), *headers.getall("referer", [])]
    hosts = [_host(f"//{host}") for host in headers.getall("host", [""])]
    named = [*hosts, *(_host(page) for page in pages)]
    return client is not None and _loopback(client[0]) and all(map(_loopback, named))


def _host(address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if "@" in parts.netloc else parts.hostname


def _loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return host is not None and ip_address(host).is_loopback
    except ValueError:
        return False


@get("/demo/residents", opt=ANYONE, guards=[_shown_here], responses=REFUSALS)
async def get_residents(request: Asked, state: AppState, q: Search = None) -> Residents:
    """List residents one may be (the demo, on this machine alone)."""
    engine = _demo(request, state)
    read_by(request)
    return Residents(await off_loop(request, residents, engine, q or "", limit=_RESIDENTS))


@post("/demo/session", opt=ANYONE, guards=[_shown_here], status_code=201, responses=REFUSALS)
async def post_demo_session(
    request: Asked, state: AppState, data: JSONBody[DemoSessionIn]
) -> DemoSession:
    """Become a resident for an hour (the demo, on this machine alone)."""
    engine = _demo(request, state)
    first = []
    if data.viewer is None:
        first = await off_loop(request, residents, engine, "", limit=1)
    viewer = first[0].id if first else data.viewer
    row = -1 if viewer is None else engine.directory.person_row(viewer)
    if viewer is None or row < 0:
        raise UnknownError("person_unknown", f"nobody is called {viewer!r} here")
    now, whom = engines(request).wall.now(), (viewer, engine.directory.ordinal(row))
    token, until = access(request).session(engine.community.id, whom, "", now)
    return DemoSession(token, viewer, time_text(until))


ROUTES = [get_residents, post_demo_session]
