"""HTTP on a connection, guarded: uvicorn's protocol, which trusts its clients, told to hold them to limits."""

import asyncio
from functools import partial
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lodestone.bootstrap.request_parser import RequestParser
from lodestone.serve.http.connections import Connections, Seat, Stage

HEAD_MAX: Final = 32 * 1024
"""Bytes of a request's head, and of what stands between two parts of a chunked body."""
HEADERS_MAX: Final = 128
_PIPELINED_MAX: Final = 16
_HEALTH: Final = b"/health/"
_ROOM: Final = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_UNREADABLE: Final = "Invalid HTTP request received."
_AT_ONCE: Final = frozenset({"full", "address", "refused"})


def guarded_by(connections: Connections) -> Any:
    """Return what makes the protocol of each connection, for uvicorn's `http`."""
    return partial(GuardedProtocol, connections=connections)


class _RefusedError(Exception):
    """A request is more than we take; raised inside the parser, which ends the connection with 400."""


class GuardedProtocol(HttpToolsProtocol):
    """One connection. Tells the connections what it waits for, and is closed by them."""

    def __init__(self, *args: Any, connections: Connections, **more: Any) -> None:
        super().__init__(*args, **more)
        self.parser = RequestParser(self)  # type: ignore[assignment]
        self._upgrade = False
        """The head just read is to be read again, without `Upgrade`."""
        self._refusal = b""
        """What a request that the parser was told to refuse is answered; empty for 400."""
        self._refused = False
        """The refusal of a request waits for the answers to those before it; nothing more is read."""
        self._connections = connections
        self._seat = Seat("", _nothing)
        self._head = False
        """A request has begun, and its head is not whole."""
        self._open = False
        """A request has begun, and is not whole."""
        self._unread = 0
        """Bytes since the last that meant something to us."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection, or close it."""
        super().connection_made(transport)
        self._seat = Seat(self.client[0] if self.client else "", self._drop)
        if not self._connections.admit(self._seat, self.loop.time()):
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._connections.leave(self._seat)
        self._seat.drop = _nothing  # or the two would keep each other
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, while what comes leads somewhere."""
        if self._refused or self.transport.is_closing():
            return
        self._unread += len(data)
        super().data_received(data)
        if self._unread > HEAD_MAX and not self.transport.is_closing():
            self._refusal = _LONG
            self.send_400_response("")
        self._settle()

    def on_message_begin(self) -> None:
        """Note a request's first byte."""
        super().on_message_begin()
        self._head = self._open = True
        self._connections.begin(self._seat, self.loop.time())

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header; what comes after a body is for nobody."""
        if not self._head:
            return
        if len(self.headers) >= HEADERS_MAX:
            raise _RefusedError
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start to answer, unless it is one request too many, or too long."""
        self._require_short_head()
        self._upgrade = self.parser.should_upgrade()
        if self._upgrade:
            if self.parser.get_method() == b"CONNECT":
                raise _RefusedError
            return
        if len(self.pipeline) >= _PIPELINED_MAX:
            raise _RefusedError
        if self._seat.spare and not self.url.startswith(_HEALTH):
            self._refusal = _ROOM
            raise _RefusedError
        self._name_host()
        self._head, self._unread = False, 0
        self.scope["state"]["vouch"] = self._vouch
        if self._seat.spare:
            super().on_headers_complete()
            self.cycle.keep_alive = False
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._unread = 0
        self._connections.progress(self._seat, len(body))
        if self.cycle is not None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Note a request's end."""
        if self._upgrade:
            return
        self._open, self._unread = False, 0
        if self.cycle is not None:
            super().on_message_complete()

    def plain_head(self) -> bytes:
        """Write the head again that asked for another protocol, without that."""
        if not self._upgrade:
            return b""
        first = b"%s %s HTTP/%s\r\n" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
        )
        lines = [b"%s: %s\r\n" % header for header in self.headers if header[0] != b"upgrade"]
        return first + b"".join(lines) + b"\r\n"

    def send_400_response(self, msg: str) -> None:
        """Answer a request that cannot be read, or is refused while it is read, after those that came before it."""
        self._refused = True
        before = self.cycle is not None and not self.cycle.response_complete
        if before and (self._head or not self._open):
            self._head = self._open = False
        elif self._refusal:
            self._end(self._refusal)
        else:
            super().send_400_response(msg)

    def on_response_complete(self) -> None:
        """Go on to the next request."""
        super().on_response_complete()
        if self._refused and not self.pipeline and not self.transport.is_closing():
            self.send_400_response(_UNREADABLE)
        self._settle()

    def pause_writing(self) -> None:
        """Note that the client does not take what is sent."""
        super().pause_writing()
        self._settle()

    def resume_writing(self) -> None:
        """Note that it does again."""
        super().resume_writing()
        self._settle()

    def _name_host(self) -> None:
        """Let the host be what an address in absolute form names, whatever the header says (RFC 9112, 3.2.2)."""
        if not self.url.startswith(b"/") and b"://" in self.url:
            authority = self.url.split(b"/", 3)[2]
            self.headers[:] = [header for header in self.headers if header[0] != b"host"]
            self.headers.append((b"host", authority))

    def _require_short_head(self) -> None:
        """Pass a head of a length that we take, in however few pieces it came."""
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_MAX:
            self._refusal = _LONG
            raise _RefusedError

    def _vouch(self) -> None:
        self._connections.vouch(self._seat)

    def _settle(self) -> None:
        self._connections.move(self._seat, self._stage(), self.loop.time())

    def _stage(self) -> Stage:
        answering = self.cycle is not None and not self.cycle.response_complete
        if self.transport.is_closing() or self.flow.write_paused:
            return Stage.BLOCKED
        if self.pipeline or (answering and (self._head or not self._open)):
            return Stage.BUSY
        if not self._open:
            return Stage.IDLE
        if self._head:
            return Stage.HEAD
        return Stage.BODY if answering else Stage.LINGER

    def _drop(self, reason: str) -> None:
        if reason in _AT_ONCE or self.transport.is_closing():
            self.transport.abort()
        elif reason == Stage.BODY.value and not self.cycle.response_started:
            self._end(_LATE)
        else:
            self.transport.close()

    def _end(self, answer: bytes) -> None:
        self.transport.write(answer)
        self.transport.close()


def _nothing(_: str) -> None:
    """Close nothing: the connection has ended."""
