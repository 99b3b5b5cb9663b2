"""The inner application: every route but the two hot ones, and the document that names them all."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

import msgspec
import structlog
from litestar import Litestar, Request, Response, Router
from litestar.exceptions import HTTPException, SerializationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins import InitPlugin

from lodestone.base.clock import Clock
from lodestone.base.errors import LodestoneError, Problem, UnknownError
from lodestone.base.wire import DAY, problem_of
from lodestone.insight.reports import Reports
from lodestone.media import MediaFolder, RasterPictures
from lodestone.serve.gorse.routes import ROUTES as GORSE_ROUTES
from lodestone.serve.http.asgi import Asgi, Door
from lodestone.serve.http.communities import Traders
from lodestone.serve.http.errors import error_body, error_headers, status_of
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.metrics import Metrics
from lodestone.serve.http.paths import RouteTable, through_the_door
from lodestone.serve.openapi import document_of
from lodestone.serve.openapi.served import OpenApiDocument
from lodestone.serve.v1 import (
    ad_reports,
    ad_revenue,
    ads,
    audit,
    authorisations,
    boosts,
    catalogue,
    comments,
    creators,
    feed,
    income,
    keys,
    ledger,
    live,
    moderation,
    operator,
    orders,
    payees,
    payments,
    reviews,
    shops,
    webhooks,
)
from lodestone.services.access import Access
from lodestone.services.access.permissions import ANYONE
from lodestone.services.community.community import Engine
from lodestone.services.community.orders_only import OrdersOnlyRegistry
from lodestone.services.community.registry import Engines
from lodestone.services.operations.metrics import load_of

_LOG = structlog.get_logger("lodestone.serve")
_OUTSIDE = {"data": "body", "first": "from", "last": "to"}
_MISSING: Final = re.compile(r"Missing required (?P<place>\w+) parameter '(?P<name>[^']+)'")
"""What Litestar says where a parameter that must be there is not; it goes on with the path as it is written inside."""
_CODES = {400: "malformed", 404: "route_unknown", 405: "method_not_allowed", 413: "body_too_large"}

ReportsOf = Callable[[Engine], Reports]


def application(
    engines: Engines,
    access: Access,
    media: MediaFolder,
    *,
    wall: Clock,
    reports: ReportsOf,
    guards: Guards | None = None,
    pages: InitPlugin | None = None,
) -> Door:
    """Assemble the ASGI application.

    Args:
        engines: The communities.
        access: The keys.
        media: Pictures and clips.
        wall: The system's clock.
        reports: Makes the reports of a community.
        guards: What strangers are held to; no key has a limit without.
        pages: Adds the routes that people open in a browser.
    """
    guards = guards or Guards()
    meters = Metrics(lambda: load_of(engines.all(), engines.totals, engines.failures), guards)
    routes = [
        *catalogue.ROUTES, *feed.ROUTES, *operator.ROUTES,
        *keys.ROUTES,
        *ledger.ROUTES, *shops.ROUTES, *orders.ROUTES, *GORSE_ROUTES,
        *live.ROUTES, *webhooks.ROUTES, *payments.ROUTES, *payees.ROUTES, *audit.ROUTES,
        *moderation.ROUTES, *comments.ROUTES, *reviews.ROUTES,
        *ads.ROUTES,
        *ad_reports.ROUTES,
        *ad_revenue.ROUTES, *income.ROUTES,
        *creators.ROUTES,
        *authorisations.ROUTES,
        *boosts.ROUTES,
    ]  # fmt: skip
    inner = _inner(routes, pages)
    inner.state.update(
        {
            "engines": engines,
            "access": access,
            "media": media,
            "rasters": RasterPictures(media),
            "meters": meters,
            "reports": reports,
            "guards": guards,
            "openapi": OpenApiDocument(lambda: document_of(inner)),
        }
    )
    door = Door(
        engines, access, cast("Asgi", inner), RouteTable.of(inner), wall=wall, guards=guards,
        meters=meters,
    )  # fmt: skip

    def engine_of(
        community: str | None,
    ) -> Engine:  # asked late: a document alone is made of no engines
        return engines.of(community)

    door.engine_of = engine_of
    return door


def orders_application(
    desks: OrdersOnlyRegistry, access: Access, *, wall: Clock, guards: Guards | None = None
) -> Door:
    """Assemble the ASGI application of a second process: orders and redemptions alone."""
    guards = guards or Guards()
    inner = _inner([*orders.ROUTES, operator.live], None)
    traders: Traders = desks
    inner.state.update({"engines": traders, "access": access, "guards": guards})
    return Door(
        desks, access, cast("Asgi", inner), RouteTable.of(inner), wall=wall,
        guards=guards, meters=Metrics(lambda: load_of([]), guards),
    )  # fmt: skip


def _refuse_document(request: Request[Any, Any, Any]) -> None:
    """Stand before the framework's own addresses of the document: it writes it anew for everybody who asks."""
    message = f"there is no route {request.scope['path']}; the document is at /openapi.json"
    raise UnknownError("route_unknown", message)


def _inner(routes: Sequence[Any], pages: InitPlugin | None) -> Litestar:
    return Litestar(
        route_handlers=routes,
        exception_handlers={
            LodestoneError: _refuse, HTTPException: _refuse_http, RecursionError: _refuse_deep,
            UnicodeDecodeError: _refuse_text,
            Exception: _refuse_unexpected,
        },
        openapi_config=OpenAPIConfig(
            title="Lodestone", version="1", use_handler_docstrings=True,
            render_plugins=[JsonRenderPlugin()],
            openapi_router=Router(
                "/docs/document", route_handlers=[], opt=ANYONE, include_in_schema=False,
                before_request=_refuse_document,
            ),
        ),
        guards=[through_the_door], request_max_body_size=None,
        logging_config=None,
        plugins=[] if pages is None else [pages],
    )  # fmt: skip


def _reply(status: int, body: bytes, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(body, status_code=status, media_type="application/json", headers=headers or {})


def _refuse(_: Request[Any, Any, Any], error: LodestoneError) -> Response[bytes]:
    headers = {name.decode(): value.decode() for name, value in error_headers(error)}
    return _reply(status_of(error), error_body(error.code, error.message, error.details), headers)


def _refuse_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    broken = _broken_json(request, error)
    if broken is not None:
        message = f"The body is not JSON in UTF-8: {broken}"
        return _reply(400, error_body("json_malformed", message, (Problem("body", broken),)))
    problems: tuple[Problem, ...] = ()
    message = error.detail
    if isinstance(error.__cause__, msgspec.ValidationError):
        problems = (_of_body(problem_of(error.__cause__)),)
    elif isinstance(error.extra, list):
        problems = tuple(
            _of_body(Problem(str(one.get("key") or "body"), str(one.get("message"))))
            for one in error.extra
        )
    elif missing := _MISSING.match(error.detail):
        problems = (Problem(missing["name"], f"is missing; send it in the {missing['place']}"),)
    if problems:
        message = f"{problems[0].field}: {problems[0].problem}"
    code = _CODES.get(error.status_code, "refused")
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    return _reply(error.status_code, error_body(code, message, problems), headers)


def _broken_json(request: Request[Any, Any, Any], error: HTTPException) -> str | None:
    """Return what makes a body no JSON at all, None where it is JSON that does not fit."""
    if isinstance(error.__cause__, SerializationException):
        return error.detail
    missing = isinstance(error.extra, list) and any(one.get("key") == "data" for one in error.extra)
    # The door tells every request's length.
    if missing and request.headers.get("content-length") == "0":
        return "it is empty"
    return None


def _refuse_deep(_: Request[Any, Any, Any], _error: RecursionError) -> Response[bytes]:
    problem = Problem("body", "is nested too deep")
    return _reply(400, error_body("json_malformed", f"body {problem.problem}", (problem,)))


def _refuse_text(_: Request[Any, Any, Any], error: UnicodeDecodeError) -> Response[bytes]:
    problem = Problem("body", f"is not UTF-8: {error.reason}")
    return _reply(400, error_body("json_malformed", f"body {problem.problem}", (problem,)))


def _of_body(problem: Problem) -> Problem:
    """Name a field as the sender knows it: inside, the whole body is called `data`."""
    field = problem.field.removeprefix("data.")
    text = "must be a date such as 2026-03-01" if repr(DAY) in problem.problem else problem.problem
    return Problem(_OUTSIDE.get(field, field), text)


def _refuse_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    kind, route = type(error).__name__, request.scope.get("path_template")
    if times := request.app.state["guards"].faults.due(f"{kind} {route}"):
        path = request.scope["path"]
        _LOG.error("request failed", path=path, kind=kind, times=times, exc_info=error)
    return _reply(500, error_body("internal", "something went wrong here; it has been logged"))
