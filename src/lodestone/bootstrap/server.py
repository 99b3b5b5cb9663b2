"""Serve an installation on a socket."""

import gc
from collections.abc import Awaitable, Callable
from typing import Any, Final

import uvicorn

from lodestone.base.errors import ConflictError
from lodestone.bootstrap.installation import App, open_app
from lodestone.services.settings import Settings

_COLLECT_AFTER: Final = 20_000
"""Allocations between collections of the youngest; a feed makes some hundreds."""


class _Server(uvicorn.Server):
    """A server that says where it answers once it does."""

    def __init__(self, config: uvicorn.Config, started: Callable[[int], Awaitable[None]]) -> None:
        super().__init__(config)
        self._announce = started

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            port: int = self.servers[0].sockets[0].getsockname()[1]
            await self._announce(port)


async def serve(
    settings: Settings,
    *,
    prepare: Callable[[App], Awaitable[None]] | None = None,
    ready: Callable[[App, int], None],
) -> None:
    """Serve until interrupted.

    Args:
        settings: What holds.
        prepare: Runs before the doors open, such as filling the demo.
        ready: Is told the application and the port once it answers.

    Raises:
        ConflictError: The home or the port is in use.
    """
    async with open_app(settings) as app:
        if prepare is not None:
            await prepare(app)

        async def announce(port: int) -> None:
            app.home.publish(settings.host, port)
            ready(app, port)

        await listen(app.asgi, settings, announce)


async def listen(asgi: Any, settings: Settings, announce: Callable[[int], Awaitable[None]]) -> None:
    """Answer requests on a socket until interrupted.

    Args:
        asgi: The application.
        settings: Where to listen.
        announce: Is told the port once it answers.

    Raises:
        ConflictError: The port is in use.
    """
    # What an installation holds from its start on lives as long as the process: let no collection walk it.
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER, 20, 100)
    config = uvicorn.Config(
        asgi, host=settings.host, port=settings.port, loop="uvloop", http="httptools",
        lifespan="off", access_log=False, log_level="warning", server_header=False,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    try:
        await _Server(config, announce).serve()
    except SystemExit as error:  # uvicorn's way to say that it could not bind
        message = f"{settings.host}:{settings.port} cannot be listened on; choose another port"
        raise ConflictError("port_in_use", message) from error
