"""The outer door: request ids, limits, compression, keys; the two hot routes, then everything else.

Plain ASGI. `POST /v1/feeds` and `POST /v1/events` are answered here; the rest goes on to the Litestar
application with its principal in the scope's state.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec
import structlog

from lodestone.base.audit import acting
from lodestone.base.clock import SECOND_MICROS, Clock, Instant
from lodestone.base.errors import (
    BusyError,
    InvalidError,
    LodestoneError,
    Problem,
    UnauthorisedError,
    UnknownError,
)
from lodestone.base.loop_times import name_step
from lodestone.base.serving import begin_serving, end_serving
from lodestone.base.wire import decode, decode_by
from lodestone.events.columns import decode_columns
from lodestone.events.wire import Verdicts, decode_events
from lodestone.serve.http.actors import actor_of
from lodestone.serve.http.answer import Answer, Send
from lodestone.serve.http.communities import Communities
from lodestone.serve.http.errors import error_body, error_headers, status_of
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.idempotency import Idempotency
from lodestone.serve.http.limits import Told
from lodestone.serve.http.metrics import Metrics
from lodestone.serve.http.paths import Match, RouteTable, large, unrouted
from lodestone.serve.http.query import check_query, is_history
from lodestone.serve.http.request_body import Bodies, DisconnectedError, Lease, TooLargeError
from lodestone.serve.http.request_ids import HEADER, id_of
from lodestone.serve.http.sending import sending
from lodestone.services.access import Access, Principal
from lodestone.services.community.community import Engine
from lodestone.services.feed.messages import FeedRequest

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
EngineOf = Callable[[str | None], Engine]
Hot = Callable[[Principal, bytes, dict[bytes, bytes], bytes], Awaitable[bytes]]

HOT: Final = ("/v1/feeds", "/v1/events")
"""The routes that are answered here, where the application behind the door has them in its document."""
_LONG_MICROS: Final = SECOND_MICROS
"""How long a body may take to come before its sender is looked at again."""
_JSON: Final = (b"content-type", b"application/json")
_FEEDS: Final = msgspec.json.Encoder()
_LOG: Final = structlog.get_logger("lodestone.serve")


@dataclass(slots=True)
class _Exchange:
    """One request on its way in, and its answer on its way out."""

    scope: Scope
    receive: Receive
    send: Send
    headers: dict[bytes, bytes]
    """Of the request, names in lower case."""
    own: Headers
    """What the door adds to the answer's headers."""

    @property
    def address(self) -> str:
        """Return the client's address, empty where it has none."""
        return (self.scope.get("client") or ("",))[0]


class Door:
    """The ASGI application that a server runs."""

    def __init__(
        self,
        communities: Communities,
        access: Access,
        inner: Asgi,
        routes: RouteTable,
        *,
        wall: Clock,
        guards: Guards,
        meters: Metrics,
    ) -> None:
        self._communities, self.access = communities, access
        self.engine_of: EngineOf | None = None
        """Gives the community that decides a feed or takes events; None where a process does neither."""
        self._inner, self._routes, self._wall = inner, routes, wall
        self.guards = guards
        self._limits = guards.limits
        self._meters = meters
        self.monotonic: Callable[[], int] = int
        """Nanoseconds that never run back, by which requests are timed; always 0 unless one is handed in."""
        self._idempotency = Idempotency(communities)
        self._bodies = Bodies()
        handlers = {"/v1/feeds": self._feeds, "/v1/events": self._events}
        matches = {path: routes.match("POST", None, path) for path in HOT}
        self._hot = {
            path.encode(): (handlers[path], match)
            for path, match in matches.items()
            if match.route is not None
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        token = begin_serving()
        began, method, scope = self.monotonic(), scope["method"], self.guards.prefix.inside(scope)
        answer = Answer(self.guards.prefix.outside(send), head=method == "HEAD")
        if answer.head:
            # Answered as GET is, by every route alike; the server goes by its own scope and sends no body.
            scope = {**scope, "method": "GET", "state": {**scope.get("state", {}), "head": True}}
        try:
            with self._bodies.lease() as lease:
                await self._answer(scope, receive, answer, lease)
        finally:
            end_serving(token)
            # What no route answered has no template, and whatever was asked for is nobody's label.
            route, took = scope.get("path_template") or "none", self.monotonic() - began
            self._meters.request(route, method, answer.status, took)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, lease: Lease) -> None:
        headers = dict(scope["headers"])
        own: Headers = [(HEADER, id_of(headers))]
        send = sending(send, scope, headers, self.guards)
        asked = _Exchange(scope, receive, send, headers, own)
        try:
            if preflight := self.guards.origins.preflight(scope["method"], headers):
                await self._allow(asked, preflight)
                return
            hot, match = self._match(asked)
            principal = await self._principal(asked, match)
            _permit(principal, match)
            check_query(scope["query_string"])
            if hot is not None and principal is not None:
                if is_history(scope["query_string"]):
                    principal.need("import")
                body = await self._body(lease, asked, principal)
                await self._answer_hot(hot, principal, match, asked, body)
                return
            scope.setdefault("state", {}).update(principal=principal, route=match.route)
            body = await self._body(lease, asked, principal)
            await self._once(match, asked, body)
        except DisconnectedError:
            return
        except TooLargeError as error:
            await _send(send, 413, error_body(error.code, error.message, error.details), own)
        except LodestoneError as error:
            status = status_of(error)
            times = self.guards.faults.due(error.code) if status == 500 else 0
            if times:
                request_id = own[0][1].decode()
                _LOG.error("request failed", code=error.code, times=times, request_id=request_id)
            reply = error_body(error.code, error.message, error.details)
            await _send(send, status, reply, [*own, *error_headers(error)])
        except Exception as error:  # noqa: BLE001  the door answers for whatever went wrong behind it
            path, kind = scope["path"], type(error).__name__
            if times := self.guards.faults.due(kind):
                _LOG.error("request failed", path=path, kind=kind, times=times, exc_info=error)
            reply = error_body("internal", "something went wrong here; it has been logged")
            await _send(send, 500, reply, own)

    async def _allow(self, asked: _Exchange, preflight: Headers) -> None:
        """Tell a browser that a page may send its request, before any key is shown."""
        counted = self._limits.take_open(asked.address, asked.scope["path"], self._wall.now())
        _within(counted, "over this address's limit", asked.own)
        headers = [*preflight, *asked.own]
        await asked.send({"type": "http.response.start", "status": 204, "headers": headers})
        await asked.send({"type": "http.response.body", "body": b""})

    async def _body(self, lease: Lease, asked: _Exchange, principal: Principal | None) -> bytes:
        """Read a request's body.

        A body may take minutes to come, and a key or token ends meanwhile: it is good for what it does when it does it.

        Raises:
            UnauthorisedError: The key or token has ended since it was shown.
        """
        stamp, began = self.access.table.stamp, self._wall.now()
        body = await lease.read(asked.receive, asked.headers, principal, large=large(asked.scope))
        if principal is not None:
            now = self._wall.now()
            if stamp != self.access.table.stamp or now - began >= _LONG_MICROS:
                await self._known(asked.headers, now)
        return body

    def _match(self, asked: _Exchange) -> tuple[Hot | None, Match]:
        """Return what the path names, and set the scope to its one spelling.

        Raises:
            UnknownError: It is spelled otherwise; counted with what needs no key.
        """
        scope = asked.scope
        method, raw = scope["method"], scope.get("raw_path")
        hot = self._hot.get(raw or scope["path"].encode("utf-8", "replace"))
        if hot is not None and method == "POST":
            scope["path_template"] = scope["path"]
            name_step(method, scope["path"])
            return hot
        try:
            match = self._routes.match(method, raw, scope["path"])
        except UnknownError:
            told = self._limits.take_open(asked.address, "", self._wall.now())
            _within(told, "over this address's limit", asked.own)
            raise
        scope["path"], scope["root_path"] = match.path, ""
        if match.route is not None:
            scope["path_template"] = match.route.template
            name_step(method, match.route.template)
        return None, match

    async def _principal(self, asked: _Exchange, match: Match) -> Principal | None:
        """Return who asks, None where nobody must say; adds the rate limit's headers."""
        now, address, own = self._wall.now(), asked.address, asked.own
        callback = match.route is not None and match.route.permission.who == "callback"
        if match.open or callback:
            counted = self._limits.take_open(address, asked.scope["path"], now)
            _within(counted, "over this address's limit", own)
            return None
        try:
            principal = await self._known(asked.headers, now)
        except UnauthorisedError:
            told = self._limits.take_refused(address, now)
            _within(told, "this address has shown too many keys that are not known", own)
            raise
        _vouch(asked.scope)
        _within(self._limits.take(principal, now), "over this key's limit", own)
        return principal

    async def _known(self, headers: dict[bytes, bytes], now: Instant) -> Principal:
        """Return whom a key or token stands for; nothing is awaited for what this process knows."""
        text = _key(headers).decode("utf-8", "replace")
        if not text:
            raise UnauthorisedError("key_missing", "send your key as `Authorization: Bearer KEY`")
        community = headers.get(b"x-community")
        named = community.decode("utf-8", "replace") if community else None
        principal = self.access.known(text, named, now)
        return principal or await self.access.principal(text, named, now)

    async def _answer_hot(
        self, hot: Hot, principal: Principal, match: Match, asked: _Exchange, body: bytes
    ) -> None:
        """Answer a hot route, once under its idempotency key if it has one."""
        headers, send, own = asked.headers, asked.send, asked.own
        query = asked.scope["query_string"]
        token = headers.get(b"idempotency-key")
        claim = self._idempotency.claim(principal, match, query, token, b"")
        if claim is None:
            await _send(send, 200, await hot(principal, body, headers, query), own)
            return
        async with self._idempotency.running(claim):
            before = await self._idempotency.recall(claim, body)
            if before is None:
                answered = await hot(principal, body, headers, query)
                await self._idempotency.remember(claim, body, 200, answered)
            else:
                answered = before.body
            await _send(send, 200, answered, own)

    async def _once(self, match: Match, asked: _Exchange, body: bytes) -> None:
        """Pass a request on, or answer as before when its idempotency key has been here."""
        scope, send, headers, own = asked.scope, asked.send, asked.headers, asked.own
        token, principal = headers.get(b"idempotency-key"), scope["state"]["principal"]
        claim = None
        if scope["method"] == "POST" and principal is not None:
            query = scope["query_string"]
            claim = self._idempotency.claim(principal, match, query, token, _key(headers))
        if claim is None:
            await self._pass_on(asked, send, body)
            return
        async with self._idempotency.running(claim):
            before = await self._idempotency.recall(claim, body)
            if before is not None:
                await _send(send, before.status, before.body, own)
                return
            parts: list[MutableMapping[str, Any]] = []

            async def keep(message: MutableMapping[str, Any]) -> None:
                parts.append(message)

            await self._pass_on(asked, keep, body)
            if parts:
                # Remembered before it is sent: whoever has seen an answer is given the same again.
                answered = b"".join(part.get("body", b"") for part in parts[1:])
                await self._idempotency.remember(claim, body, parts[0]["status"], answered)
            for message in parts:
                await send(message)

    async def _pass_on(self, asked: _Exchange, send: Send, body: bytes) -> None:
        """Hand a request to the inner application, its body unpacked."""
        scope = asked.scope
        plain = [
            (name, value)
            for name, value in scope["headers"]
            if name not in (b"content-encoding", b"content-length")
        ]
        scope["headers"] = [*plain, (b"content-length", str(len(body)).encode())]
        sent = False

        async def replay() -> MutableMapping[str, Any]:
            nonlocal sent
            if sent:
                return await asked.receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def with_own(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *asked.own]
            await send(message)

        with acting(actor_of(scope, self._communities.now)):
            await self._inner(scope, replay, with_own)

    async def _feeds(
        self, principal: Principal, body: bytes, _headers: dict[bytes, bytes], _query: bytes
    ) -> bytes:
        request = decode(body, FeedRequest, code="feed_invalid")
        feed = await self._engine(principal).feed(request, principal)
        self._meters.feed(feed)
        return _FEEDS.encode(feed)

    async def _events(
        self, principal: Principal, body: bytes, headers: dict[bytes, bytes], query: bytes
    ) -> bytes:
        history = is_history(query)
        read = decode_events if history else decode_columns  # no import takes the fast path
        if b"ndjson" in headers.get(b"content-type", b""):
            events = read(body, ndjson=True)
        else:
            events = decode_by(partial(read, ndjson=False), body, code="events_invalid")
        verdicts: Verdicts = await self._engine(principal).accept(
            events, principal, history=history, agent=headers.get(b"user-agent", b"")
        )
        self._meters.events(verdicts)
        return _FEEDS.encode(verdicts)

    def _engine(self, principal: Principal) -> Engine:
        assert self.engine_of is not None  # who has the hot routes hands in who answers them
        return self.engine_of(principal.community or self._communities.only())


def _key(headers: dict[bytes, bytes]) -> bytes:
    """Return the key as sent, empty without one."""
    text = headers.get(b"x-api-key", b"")
    bearer = headers.get(b"authorization", b"")
    if not text and bearer[:7].lower() == b"bearer ":
        text = bearer[7:]
    return text


def _vouch(scope: Scope) -> None:
    """Let the server know that a good key came on this connection; it is the last to be closed for others."""
    vouch = scope.get("state", {}).get("vouch")
    if vouch is not None:
        vouch()


def _within(told: Told, over: str, own: Headers) -> None:
    """Add a limit's headers to an answer. Raises BusyError."""
    headers, wait = told
    own.extend(headers)
    if wait:
        raise BusyError("rate_limited", f"{over}; come back later", retry_seconds=wait)


def _permit(principal: Principal | None, match: Match) -> None:
    """Pass who may call a route, and a path that can be read.

    Raises:
        ForbiddenError: The route asks for more than who asks has.
        UnknownError: There is no such route.
        InvalidError: A parameter of the path is no printable text.
    """
    if principal is not None and match.route is not None:
        match.route.permission.check(principal)
    if not match.known:
        raise unrouted()
    if match.unreadable is not None:
        problem = Problem(match.unreadable, "must be 1 to 128 printable characters, in UTF-8")
        raise InvalidError("id_invalid", f"{problem.field} {problem.problem}", (problem,))


async def _send(send: Send, status: int, body: bytes, own: Headers) -> None:
    headers = [_JSON, *own, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
