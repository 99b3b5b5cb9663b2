"""One spelling for every path, and the route it names: decided once, before anything else is.

Words of routes stand as they are written: no percent escape, no empty or dot segment, no `/` at the end.
Ids may be escaped as clients do; what counts of them is what they decode to.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.routes import HTTPRoute

from lodestone.base.errors import UnknownError
from lodestone.base.wire import SLASH, printable
from lodestone.services.access.permissions import NAME, Permission

_BROKEN: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_COMMUNITY: Final = "community_id"
_KNOWN: Final = Permission()
_OPEN: Final = Permission(who="anyone")


@dataclass(frozen=True, slots=True)
class Route:
    """A method of a path's template, and who may call it."""

    method: str
    template: str
    """Such as `/v1/items/{item_id}`."""
    permission: Permission


@dataclass(frozen=True, slots=True)
class Match:
    """What a path names."""

    path: str
    """Canonical and decoded; a `/` inside an id is `SLASH`."""
    route: Route | None
    """None where no route has this path or takes this method."""
    open: bool
    """Whether no key is asked for."""
    known: bool = True
    """Whether the path is one of some route, if not by this method."""
    community: str | None = None
    """The community that the path names, if any."""
    unreadable: str | None = None
    """The parameter that is not printable text in UTF-8."""


@dataclass(slots=True)
class _Node:
    words: dict[str, "_Node"] = field(default_factory=dict)
    parameter: "tuple[str, _Node] | None" = None
    routes: dict[str, Route] = field(default_factory=dict)
    """By method."""
    tails: dict[str, Route] = field(default_factory=dict)
    """Those that are also spelled with a `/` at the end."""


class RouteTable:
    """Finds the route of a path, a word before a parameter, as the router behind the door does."""

    def __init__(self, routes: Iterable[tuple[tuple[str, ...], Route]]) -> None:
        """Take routes, each with its segments: `{name}` stands for a parameter."""
        self._root = _Node()
        rooms: dict[str, bool] = {}
        for segments, route in routes:
            node = self._root
            for segment in segments:
                node = _below(node, segment)
            node.routes[route.method] = route
            if route.permission.empty_tail:
                node.tails[route.method] = route
            room = segments[0] if segments else ""
            rooms[room] = rooms.get(room, True) and route.permission.open
        self._open_rooms = frozenset(room for room, is_open in rooms.items() if is_open)

    @classmethod
    def of(cls, app: Litestar) -> "RouteTable":
        """Read the routes of an application.

        Raises:
            TypeError: A route does not declare its permission.
        """
        return cls(_routes_of(app))

    def match(self, method: str, raw: bytes | None, path: str) -> Match:
        """Return what a path names.

        Args:
            method: Of the request.
            raw: The path as it was sent, without its query; None where a transport does not tell.
            path: The decoded path, read where `raw` is None.

        Raises:
            UnknownError: `route_unknown`: the path is not spelled as paths are.
        """
        asked = path.encode("utf-8", "surrogatepass") if raw is None else raw
        sent = asked.split(b"/")
        if sent.pop(0) or not sent:
            raise _misspelt()
        if sent == [b""]:
            return _found(self._root.routes, method, "/", open_room="" in self._open_rooms)
        tail = not sent[-1]
        words = _Words(self._root, literal=raw is None)
        for segment in sent[:-1] if tail else sent:
            words.take(segment)
        node = words.node
        if tail and (node is None or method not in node.tails):
            raise _misspelt()
        is_open = words.taken[0] in self._open_rooms
        at = "/" + "/".join(words.taken)
        if node is None:
            return Match(at, None, is_open, known=False)
        return _found(
            node.routes,
            method,
            at,
            open_room=is_open,
            community=words.named.get(_COMMUNITY),
            unreadable=words.unreadable,
        )


class _Words:
    """Walks down the table, segment by segment."""

    def __init__(self, root: _Node, *, literal: bool) -> None:
        self.node: _Node | None = root
        self.taken: list[str] = []
        self.named: dict[str, str] = {}
        self.unreadable: str | None = None
        self._literal = literal

    def take(self, segment: bytes) -> None:
        """Go on by one segment. Raises UnknownError where it is no spelling of ours."""
        text = _text(segment, literal=self._literal)
        if not segment or text in (".", ".."):
            raise _misspelt()
        node = self.node
        if node is not None and text is not None and text in node.words:
            if segment != text.encode():
                raise _misspelt()
            self.node = node.words[text]
        elif node is None or node.parameter is None:
            if text is None or segment != text.encode():
                raise _misspelt()
            self.node = None
        else:
            name, self.node = node.parameter
            if text is None or SLASH in text or not printable(text):
                self.unreadable = self.unreadable or name
            self.named[name] = text or ""
        self.taken.append((text or "").replace("/", SLASH))


def _found(
    routes: Mapping[str, Route],
    method: str,
    path: str,
    *,
    open_room: bool,
    community: str | None = None,
    unreadable: str | None = None,
) -> Match:
    route = routes.get(method)
    is_open = open_room if route is None else route.permission.open
    return Match(path, route, is_open, bool(routes), community, unreadable)


def _text(segment: bytes, *, literal: bool) -> str | None:
    """Decode one segment; None where it is not UTF-8 or an escape is broken.

    >>> _text(b"a%2Fb", literal=False), _text(b"%ff", literal=False), _text(b"100%", literal=False)
    ('a/b', None, None)
    """
    if not literal and _BROKEN.search(segment):
        return None
    try:
        return (segment if literal else unquote_to_bytes(segment)).decode()
    except UnicodeDecodeError:
        return None


def _below(node: _Node, segment: str) -> _Node:
    if not segment.startswith("{"):
        return node.words.setdefault(segment, _Node())
    if node.parameter is None:
        node.parameter = segment[1:-1], _Node()
    return node.parameter[1]


def _routes_of(app: Litestar) -> Iterable[tuple[tuple[str, ...], Route]]:
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            continue
        segments = tuple(word for word in route.path_format.split("/") if word)
        declared: list[Permission] = []
        for method, (handler, _) in route.route_handler_map.items():
            if method != "OPTIONS":
                declared.append(permission_of(handler))
                yield segments, Route(method, route.path_format, declared[-1])
        # Which methods there are is told to whoever may call one of them.
        permission = _OPEN if all(one.open for one in declared) else _KNOWN
        yield segments, Route("OPTIONS", route.path_format, permission)


def large(scope: Mapping[str, Any]) -> bool:
    """Say whether the body of an open route may hold a picture; see `Permission.large_body`."""
    route: Route | None = scope.get("state", {}).get("route")
    return route is not None and route.permission.large_body


def permission_of(handler: BaseRouteHandler) -> Permission:
    """Return what a route declares. Raises TypeError when it declares nothing."""
    permission = handler.opt.get(NAME)
    if not isinstance(permission, Permission):
        raise TypeError(f"the route {handler} does not say who may call it: opt=needs(...)")
    return permission


def through_the_door(
    connection: "ASGIConnection[Any, Any, Any, Any]", handler: BaseRouteHandler
) -> None:
    """Pass what the door has let through for this very route; everything else is not found.

    Runs before a handler's arguments are read, and gives the ids of its path back the `/` that they hold.
    Raises UnknownError.
    """
    scope = connection.scope
    route = scope["state"].get("route")
    if not isinstance(route, Route) or route.template != scope["path_template"]:
        raise unrouted()
    method = scope.get("method")
    if route.method != method or not (
        method == "OPTIONS" or permission_of(handler) == route.permission
    ):
        raise unrouted()
    scope["path_params"] = {
        name: value.replace(SLASH, "/") if isinstance(value, str) else value
        for name, value in scope["path_params"].items()
    }


def unrouted() -> UnknownError:
    """Return the refusal of a path that no route has; to be raised."""
    return UnknownError("route_unknown", "there is no such route; /docs names them all")


def _misspelt() -> UnknownError:
    return UnknownError(
        "route_unknown",
        "there is no such route; a path has one spelling: no empty or dot segment, no / at its end, words not escaped",
    )
