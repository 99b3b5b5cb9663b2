"""A second process that takes orders and redemptions only, beside the one that owns the home."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

from lodestone.base.clock import Clock
from lodestone.base.errors import ConflictError, UnavailableError
from lodestone.bootstrap.following import following
from lodestone.bootstrap.installation import Draw, WallClock, records_at
from lodestone.bootstrap.loop_watch import watched
from lodestone.bootstrap.owning import tell_logs
from lodestone.bootstrap.providers import providers_of
from lodestone.bootstrap.server import listen
from lodestone.serve.app import orders_application
from lodestone.serve.http.asgi import Door
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.limits import Limits
from lodestone.serve.http.log_limit import LogLimit
from lodestone.services.access import Access
from lodestone.services.access.settings import Settings
from lodestone.services.community.orders_only import OrdersOnlyRegistry

_LOG: Final = structlog.get_logger("lodestone")


class OrdersApplication:
    """The ASGI application of the second process, which looks about its communities before it answers."""

    def __init__(self, desks: OrdersOnlyRegistry, door: Door) -> None:
        self.door = door
        self._desks = desks

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if not scope.get("path", "").startswith("/health/"):
            await self._look()
        await self.door(scope, receive, send)

    async def _look(self) -> None:
        try:
            await self._desks.look()
        except UnavailableError as error:
            # What was read before stands; whatever asks the records says so itself.
            _LOG.warning("communities are not read", code=error.code)


@asynccontextmanager
async def open_orders(
    settings: Settings, *, wall: Clock | None = None, draw: Draw | None = None
) -> AsyncIterator[OrdersApplication]:
    """Open the records and yield the application that takes orders and redemptions.

    Args:
        settings: What holds; the records must live in PostgreSQL.
        wall: The clock of communities that run with the wall; the system's by default.
        draw: Gives random whole numbers in [0, 2**63); the system's secrets by default.

    Raises:
        ConflictError: `orders_alone`: the records live in a file, which one process writes.
    """
    if not settings.records_url.startswith("postgresql"):
        message = "a second process needs records in PostgreSQL; set LODESTONE_RECORDS_URL"
        raise ConflictError("orders_alone", message)
    tell_logs(settings.log_level)
    records = records_at(settings.records_url, draw, settings.records_limits)
    try:
        clock = wall or WallClock()
        limits = Limits(
            open_per_minute=settings.open_limit, refused_per_minute=settings.refused_limit
        )
        desks = OrdersOnlyRegistry(records, clock, providers_of(settings))
        async with following(Access(records, clock)) as access:
            door = orders_application(
                desks, access, wall=clock, guards=Guards(limits, faults=LogLimit(time.monotonic))
            )
            yield OrdersApplication(desks, door)
    finally:
        records.close()


async def serve_orders(settings: Settings, *, ready: Callable[[int], None]) -> None:
    """Serve orders and redemptions until interrupted.

    Args:
        settings: What holds.
        ready: Is told the port once it answers.

    Raises:
        ConflictError: The records live in a file, or the port is in use.
    """
    with watched():
        await _serve_orders(settings, ready)


async def _serve_orders(settings: Settings, ready: Callable[[int], None]) -> None:
    async with open_orders(settings) as asgi:

        async def announce(port: int) -> None:
            ready(port)

        await listen(asgi, asgi.door.guards, settings, announce)
