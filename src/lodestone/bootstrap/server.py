"""Serve an installation on a socket."""

import asyncio
import errno
import logging
import math
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import uvicorn
import uvloop

from lodestone.base.errors import ConflictError
from lodestone.bootstrap.collector import Collector
from lodestone.bootstrap.descriptors import addresses_are_free, connections_most
from lodestone.bootstrap.homes import serving_at
from lodestone.bootstrap.installation import App, open_app
from lodestone.bootstrap.loop_watch import watched
from lodestone.bootstrap.protocol import guarded_by
from lodestone.console import FILLING
from lodestone.features.grow import grow_in_place
from lodestone.serve.http.asgi import Asgi
from lodestone.serve.http.connections import ConnectionLimits, Connections, Stage
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.opening import Opening
from lodestone.services.access.settings import Settings
from lodestone.services.support.tasks import asked, endless

_FILLING_SAID: Final = "the demo's town is still living its first weeks; ask again in a moment"
_STOP: Final = (signal.SIGINT, signal.SIGTERM)
_OUT: Final = (errno.EMFILE, errno.ENFILE)
_AT_ONCE: Final = 32
"""Connections taken in one turn of the event loop: each takes a descriptor before we may close another for it."""
_BACKLOG: Final = 1024
"""Connections that the system holds for us until their turn."""


class _Server(uvicorn.Server):
    """A server that says where it answers once it does."""

    def __init__(
        self,
        config: uvicorn.Config,
        started: Callable[[int], Awaitable[None]],
        connections: Connections,
        prepared: Callable[[int], Coroutine[Any, Any, None]] | None,
    ) -> None:
        super().__init__(config)
        self._announce = started
        self._connections = connections
        self._prepared = prepared
        self._preparing: asyncio.Task[None] | None = None

    async def on_tick(self, counter: int) -> bool:
        """Close the connections that have kept us waiting for too long; uvicorn calls ten times a second."""
        self._connections.sweep(asyncio.get_running_loop().time())
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM, and let the caller close everything.

        uvicorn's own raises the signal again at the end, which kills the process before its communities are closed.
        """
        before = {number: signal.signal(number, self.handle_exit) for number in _STOP}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            for listener in self.servers[0].sockets:
                # The event loop listens with as many as it takes at once; a burst of honest clients is longer.
                with socket.socket(fileno=os.dup(listener.fileno())) as same:
                    same.listen(_BACKLOG)
            port: int = self.servers[0].sockets[0].getsockname()[1]
            await self._announce(port)
            if self._prepared is not None:
                self._preparing = asked(self._prepared(port))
                self._preparing.add_done_callback(self._end_if_failed)

    def _end_if_failed(self, preparing: "asyncio.Task[None]") -> None:
        if preparing.cancelled() or preparing.exception() is not None:
            self.should_exit = True

    async def end_preparing(self) -> None:
        """Stop what is prepared, or raise what it failed with; once the server has ended."""
        if self._preparing is None:
            return
        if not self._preparing.done():
            self._preparing.cancel()
        with suppress(asyncio.CancelledError):
            await self._preparing


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run what serves until it ends, on libuv's event loop, which costs a feed a twelfth less than asyncio's own.

    uvicorn's setting for the loop holds only where uvicorn makes the loop, and here it runs inside one that exists.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)


async def serve(
    settings: Settings,
    *,
    prepare: Callable[[App], Awaitable[None]] | None = None,
    ready: Callable[[App, int], None],
    demo: str | None = None,
    accept_loss: bool = False,
) -> None:
    """Serve until interrupted.

    Args:
        settings: What holds.
        prepare: Runs before the doors open, such as filling the demo.
        ready: Is told the application and the port once it answers.
        demo: See `open_app`.
        accept_loss: See `open_app`.

    Raises:
        ConflictError: The home or the port is in use.
        LossError: The home lacks something that it had.
    """
    _require_free(settings)
    grow_in_place(addresses_are_free())
    with watched():
        await _serve(settings, prepare, ready, demo, accept_loss=accept_loss)


async def _serve(
    settings: Settings,
    prepare: Callable[[App], Awaitable[None]] | None,
    ready: Callable[[App, int], None],
    demo: str | None,
    *,
    accept_loss: bool,
) -> None:
    async with open_app(settings, demo=demo, accept_loss=accept_loss) as app:
        opening = Opening(app.asgi, page=FILLING, code="demo_filling", message=_FILLING_SAID)
        opening.ready = prepare is None

        async def announce(port: int) -> None:
            app.home.publish(settings.host, port)

        async def prepared(port: int) -> None:
            if prepare is not None:
                await prepare(app)
            opening.ready = True
            ready(app, port)
            await app.read_ahead()

        await listen(opening, app.asgi.guards, settings, announce, prepared)


async def listen(
    asgi: Asgi,
    guards: Guards,
    settings: Settings,
    announce: Callable[[int], Awaitable[None]],
    prepared: Callable[[int], Coroutine[Any, Any, None]] | None = None,
) -> None:
    """Answer requests on a socket until interrupted.

    Args:
        asgi: The application.
        guards: What bounds its connections and log lines.
        settings: Where to listen.
        announce: Is told the port once it answers.
        prepared: What is done beside the first requests, told the port; should it fail, the server ends with its error.

    Raises:
        ConflictError: The port is in use.
    """
    connections = guards.connections
    connections.bound(_connection_limits(settings))
    config = uvicorn.Config(
        asgi,
        host=settings.host,
        port=settings.port,
        http=guarded_by(connections),
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        server_header=False,
        # Believed of whoever sends them they would let anybody choose the address they are counted under.
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=math.ceil(settings.idle_seconds),
        timeout_graceful_shutdown=5,
        backlog=_AT_ONCE,
    )
    collector = Collector(time.monotonic)
    server = _Server(config, announce, connections, prepared)

    def busy() -> bool:
        return connections.by_stage()[Stage.BUSY.value] > 0

    with _few_lines(guards), collector.instead():
        collecting = endless("collecting garbage", partial(collector.run, busy))
        try:
            await server.serve()
        except SystemExit as error:  # uvicorn's way to say that it could not bind
            raise _in_use(settings, "it was free a moment ago") from error
        finally:
            collecting.cancel()
            with suppress(asyncio.CancelledError):
                await collecting
    await server.end_preparing()


def _connection_limits(settings: Settings) -> ConnectionLimits:
    most = connections_most(settings.connections)
    return ConnectionLimits(
        most=most,
        by_address=settings.address_connections or max(most // 2, 1),
        idle=settings.idle_seconds,
        head=settings.head_seconds,
        body=settings.body_seconds,
        blocked=settings.idle_seconds,
    )


class _FewLines(logging.Filter):
    """Lets one line a minute of each kind through: what clients do wrong must not fill a disk."""

    def __init__(self, guards: Guards) -> None:
        super().__init__()
        self._guards = guards

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass a line, or count it."""
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, OSError) and error.errno in _OUT:
            self._guards.connections.descriptors_out += 1
        times = self._guards.faults.due(str(record.msg).partition("\n")[0])
        if times > 1:
            record.msg = f"{record.msg} ({times} times since the last such line)"
        return times > 0


@contextmanager
def _few_lines(guards: Guards) -> Iterator[None]:
    """Bound what the server and the event loop write: refused requests, descriptors that have run out."""
    few = _FewLines(guards)
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "asyncio")]
    for logger in loggers:
        logger.addFilter(few)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(few)


def _require_free(settings: Settings) -> None:
    """Look before anything is filled or opened whether the port can be had."""
    try:
        resolved = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = resolved[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        own = serving_at(Path(settings.home))
        if own is not None and own.port == settings.port:
            message = f"{settings.home} is served already, at {own.url} (process {own.process})"
            raise ConflictError("home_in_use", f"{message}; stop that one, or use it") from error
        raise _in_use(settings, error.strerror or str(error)) from error


def _in_use(settings: Settings, why: str) -> ConflictError:
    message = (
        f"{settings.host}:{settings.port} cannot be listened on ({why}); choose another port: "
        f"`LODESTONE_PORT={settings.port + 1 if settings.port else 0}`"
    )
    return ConflictError("port_in_use", message)
