"""Open an installation: settings, the home, every community put together from its parts."""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog

from lodestone.base.chance import Streams
from lodestone.base.clock import Clock, Instant
from lodestone.base.errors import ConflictError
from lodestone.bootstrap import background
from lodestone.bootstrap.acceptance import take_over, what_is_lost
from lodestone.bootstrap.couriers import WebhookDispatcher
from lodestone.bootstrap.descriptors import disks, low_disks
from lodestone.bootstrap.following import following
from lodestone.bootstrap.homes import adopt_folders, operator_key
from lodestone.bootstrap.opening import Opener
from lodestone.bootstrap.owning import settle_restore, tell_logs, tell_tightened
from lodestone.bootstrap.reporting import reports_of
from lodestone.commerce.reach import REACH_DEMO, Reach
from lodestone.console import Console, Gate, Progress, pages, read_figures_ahead
from lodestone.content.vectors import project
from lodestone.media import MediaFolder
from lodestone.serve import Limits, application
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.log_limit import LogLimit
from lodestone.serve.http.lost import LostPage
from lodestone.serve.http.url_prefix import UrlPrefix
from lodestone.serve.http.web_origins import WebOrigins
from lodestone.services.access import Access
from lodestone.services.access.logins import Logins
from lodestone.services.access.settings import Settings, limits_of
from lodestone.services.commerce.scanning import Scanner
from lodestone.services.community.registry import Engines
from lodestone.services.support.tasks import endless
from lodestone.stores.database import SqlRecords, open_records
from lodestone.stores.files.home import Home
from lodestone.stores.ports import Records
from lodestone.stores.records.types import key_digest
from lodestone.stores.sql.threads import DatabaseLimits
from lodestone.traffic.kernels import COMPILED, Kernels

_IN_A_FILE: Final = "sqlite:///"
_HEXADECIMAL: Final = re.compile("(?:[0-9a-f]{2}){32,}")
_TICK_SECONDS: Final = 5.0
_SNAPSHOT_FACTS: Final = 2_000_000
_PURGE_SECONDS: Final = 3600.0
_LOG: Final = structlog.get_logger("lodestone")
Draw = Callable[[], int]


class WallClock:
    """The system's clock."""

    def now(self) -> Instant:
        """See `Clock.now`."""
        return Instant(time.time_ns() // 1000)


@dataclass(frozen=True, slots=True)
class App:
    """Everything of one open installation."""

    asgi: Any
    engines: Engines
    records: Records
    home: Home
    settings: Settings
    operator_key: str
    couriers: WebhookDispatcher
    progress: Progress
    """How far the demo is, for the page that says so."""
    read_ahead: Callable[[], Awaitable[None]]
    """Reads what the operator's window first shows of each community; takes a moment, beside the first requests."""


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    wall: Clock | None = None,
    draw: Draw | None = None,
    kernels: Kernels = COMPILED,
    seed: int = 1,
    demo: str | None = None,
    accept_loss: bool = False,
) -> AsyncIterator[App]:
    """Own the home, open every community, and close them whole at the end.

    Args:
        settings: What holds.
        wall: The clock of communities that run with the wall; the system's by default.
        draw: Gives random whole numbers in [0, 2**63); the system's secrets by default.
        kernels: Compiled or plain; both decide the same.
        seed: Of the streams that reports draw from.
        demo: The community whose residents anyone on this machine may be on a page; None outside a demo.
        accept_loss: Go on without what the home has lost, and write that down.

    Raises:
        ConflictError: Another process owns the home.
        LossError: The home lacks something that it had; says what, and what can be done.
    """
    if not __debug__:
        raise ConflictError("optimised", "run Python without -O: our asserts guard what we rely on")
    tell_logs(settings.log_level)
    home = Home(Path(settings.home))
    home.lock()
    tell_tightened(home)
    records = None
    try:
        media = MediaFolder(Path(settings.media_url))
        settle_restore(home, media)
        clock = wall or WallClock()
        lost = await asyncio.to_thread(
            what_is_lost, settings, home, clock.now(), accept=accept_loss
        )
        records = records_at(settings.records_url, draw, settings.records_limits)
        couriers = WebhookDispatcher(_reach(settings, demo), clock, Streams(seed))
        opener = Opener(home, records, clock, kernels, couriers, settings)
        opener.unadopted = adopt_folders(home, records)
        opener.lost = lost
        take_over(home, records, media, accept=accept_loss)
        progress = Progress(time.monotonic)
        engines = Engines(records, clock, home.community, opener.open, opener.close, opener.pin_log)
        await engines.start()
        key = operator_key(home, records, clock)
        keeping = endless(
            "keeping",
            partial(background.compact_nightly, records, home, clock, engines.failures),
            engines.failures,
        )
        try:
            async with following(Access(records, clock, demo=demo)) as access:
                site = pages(
                    demo=demo,
                    gate=_gate(home, records, access),
                    previews=settings.previews or None,
                    progress=progress,
                    root=settings.root_path,
                    tiles=settings.map_tiles,
                )
                asgi = application(
                    engines, access, media, wall=clock,
                    reports=partial(reports_of, Streams(seed)), guards=_guards(settings, home, site),
                    pages=site,
                )  # fmt: skip
                asgi.monotonic = time.perf_counter_ns
                ahead = partial(_read_ahead, site, engines, Streams(seed))
                yield App(asgi, engines, records, home, settings, key, couriers, progress, ahead)
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            await engines.stop()
            couriers.stop()
    finally:
        if records is not None:
            records.close()
        home.unlock()


async def _read_ahead(site: Console, engines: Engines, streams: Streams) -> None:
    for engine in engines.all():
        ahead = partial(read_figures_ahead, site, engine, reports_of(streams, engine))
        await engine.failures.attempt("figures", ahead)


def records_at(
    url: str, draw: Draw | None = None, limits: DatabaseLimits | None = None
) -> SqlRecords:
    """Open the records of an address; ordinals come from the system's secrets unless handed in."""
    chosen = draw or (lambda: secrets.randbelow(2**63))
    return open_records(url, draw=chosen, project=project, limits=limits)


def _limits(settings: Settings, home: Home) -> Limits:
    """Return the limits of keys; the demo's has none."""
    per_minute, by_key = limits_of(settings.rate_limits)

    def free(digest: bytes) -> bool:
        key = home.key("demo")
        return key is not None and key_digest(key) == digest

    return Limits(per_minute, by_key, free, settings.open_limit, settings.refused_limit)


def _guards(settings: Settings, home: Home, site: Console) -> Guards:
    """Return what bounds those who ask: requests by the minute, lines of the log, room on the disks."""
    folders = [home.path, Path(settings.media_url)]
    if settings.records_url.startswith(_IN_A_FILE):
        folders.append(Path(settings.records_url.removeprefix(_IN_A_FILE)).parent)
    return Guards(
        limits=_limits(settings, home), faults=LogLimit(time.monotonic),
        origins=WebOrigins(settings.web_origins), lost=lambda scope: LostPage(*site.lost(scope)),
        prefix=UrlPrefix(settings.root_path),
        low_disks=lambda: low_disks(dict.fromkeys(folders), settings.disk_floor),
        disks=lambda: disks(dict.fromkeys(folders), settings.disk_floor),
    )  # fmt: skip


def _reach(settings: Settings, demo: str | None) -> Reach:
    """Return how far webhooks are sent; a demo reaches this machine unless a setting says otherwise."""
    silent = settings.origins["webhook_reach"] == "default"
    return REACH_DEMO if demo is not None and silent else settings.webhook_reach


def _gate(home: Home, records: Records, access: Access) -> Gate:
    """Return what pages are entered by; the secret that signs logins is made at the first start."""
    secret = home.key("logins")
    if secret is None or not _HEXADECIMAL.fullmatch(secret):
        secret = secrets.token_hex(32)
        home.keep_key("logins", secret)
    operator = [home.path / "demo.key", home.path / "operator.key"]
    merchant = [home.path / "merchant.key"]
    files = {
        "operator": operator, "merchant": merchant, "creator": merchant,
        "advertiser": [*merchant, *operator],
    }  # fmt: skip

    async def end(nonce: str, now: Instant) -> None:
        await records.threads.commit(records.end_login, nonce, now=now)

    logins = Logins(access, bytes.fromhex(secret), secrets.token_bytes, end)
    return Gate(logins, files, time.monotonic, Scanner())
