"""Open an installation: settings, the home, every community put together from its parts."""

import asyncio
import re
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from lodestone.base.chance import Streams
from lodestone.base.clock import Clock, Instant
from lodestone.base.errors import ConflictError, UnavailableError
from lodestone.base.serving import begin_serving
from lodestone.bootstrap import background
from lodestone.bootstrap.acceptance import keep_mark, take_over, what_is_lost, write_down
from lodestone.bootstrap.couriers import Couriers
from lodestone.bootstrap.descriptors import low_disks
from lodestone.bootstrap.following import following
from lodestone.bootstrap.homes import adopt_folders, operator_key
from lodestone.bootstrap.owning import settle_restore, tell_logs, tell_tightened
from lodestone.bootstrap.providers import providers_of
from lodestone.commerce.reach import REACH_DEMO, Reach
from lodestone.console import Gate, pages
from lodestone.content.vectors import project
from lodestone.features.directory import Directory
from lodestone.features.postings import Postings
from lodestone.features.state import ATTENTION, State
from lodestone.media import MediaFolder
from lodestone.models.nearest import LiveIndex
from lodestone.models.popular import Popular
from lodestone.models.rates import Rates, RatesModel, default_model
from lodestone.serve import Limits, application
from lodestone.serve.http.guards import Guards
from lodestone.serve.http.log_limit import LogLimit
from lodestone.services import rebuild
from lodestone.services.access import Access
from lodestone.services.clocks import CommunityClock
from lodestone.services.decide import Decider
from lodestone.services.engine import Engine, Parts
from lodestone.services.engines import Engines
from lodestone.services.housekeeping import Housekeeper
from lodestone.services.logins import Logins
from lodestone.services.predictor import MODEL
from lodestone.services.settings import Settings, limits_of
from lodestone.services.sources import Sources
from lodestone.stores import snapshots
from lodestone.stores.files.pins import Pinned, PinnedFile
from lodestone.stores.files.survey import Loss
from lodestone.stores.home import Home
from lodestone.stores.log_sqlite import SqliteLog
from lodestone.stores.payments import PaymentProvider
from lodestone.stores.records import CommunityRecord, Records, key_digest
from lodestone.stores.records_sql import SqlRecords, open_records
from lodestone.stores.threads import DatabaseLimits
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
    couriers: Couriers


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
    tell_logs()
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
        couriers = Couriers(_reach(settings, demo), clock, Streams(seed))
        opener = _Opener(home, records, clock, kernels, couriers, providers_of(settings))
        opener.unadopted = adopt_folders(home, records)
        opener.lost = lost
        take_over(home, records, media, accept=accept_loss)
        engines = Engines(records, clock, home.community, opener.open, opener.close, opener.pin_log)
        await engines.start()
        key = operator_key(home, records, clock)
        keeping = asyncio.create_task(
            background.compact_nightly(records, home, clock, engines.failures)
        )
        try:
            async with following(Access(records, clock, demo=demo)) as access:
                asgi = application(
                    engines, access, media, wall=clock,
                    streams=Streams(seed), guards=_guards(settings, home),
                    pages=pages(demo=demo, gate=_gate(home, records, access)),
                )  # fmt: skip
                asgi.monotonic = time.perf_counter_ns
                yield App(asgi, engines, records, home, settings, key, couriers)
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


def _guards(settings: Settings, home: Home) -> Guards:
    """Return what bounds those who ask: requests by the minute, lines of the log, room on the disks."""
    folders = [home.path, Path(settings.media_url)]
    if settings.records_url.startswith(_IN_A_FILE):
        folders.append(Path(settings.records_url.removeprefix(_IN_A_FILE)).parent)
    return Guards(
        limits=_limits(settings, home), faults=LogLimit(time.monotonic),
        low_disks=lambda: low_disks(dict.fromkeys(folders), settings.disk_floor),
    )  # fmt: skip


def _reach(settings: Settings, demo: str | None) -> Reach:
    """Return how far webhooks are sent; a demo reaches this machine unless a setting says otherwise."""
    silent = settings.origins["webhook_reach"] == "default"
    return REACH_DEMO if demo is not None and silent else settings.webhook_reach


def _gate(home: Home, records: Records, access: Access) -> Gate:
    """Return what pages are entered by; the secret that signs logins is made at the first start."""
    kept = home.key("logins")
    if kept is None or not _HEXADECIMAL.fullmatch(kept):
        kept = secrets.token_hex(32)
        home.keep_key("logins", kept)
    operator = [home.path / "demo.key", home.path / "operator.key"]
    files = {"operator": operator, "merchant": [home.path / "merchant.key"]}

    async def end(nonce: str, now: Instant) -> None:
        await records.threads.commit(records.end_login, nonce, now=now)

    logins = Logins(access, bytes.fromhex(kept), secrets.token_bytes, end)
    return Gate(logins, files, time.monotonic)


class _Opener:
    """Puts the parts of one community together and takes them apart."""

    def __init__(
        self, home: Home, records: Records, wall: Clock, kernels: Kernels, couriers: Couriers,
        providers: Mapping[str, PaymentProvider],
    ) -> None:  # fmt: skip
        self._home = home
        self._records = records
        self._wall = wall
        self._kernels = kernels
        self._couriers = couriers
        self._providers = providers
        self.unadopted: Mapping[str, str] = {}
        """Why a folder could not be brought under its present name, by community."""
        self.lost: dict[str, Loss] = {}
        """Losses that were accepted and are still to be written down, by community."""
        self._logs: dict[str, SqliteLog] = {}
        self._saved: dict[str, int] = {}
        self._ticks: dict[str, list[asyncio.Task[None]]] = {}
        self._snapshots: dict[str, threading.Lock] = defaultdict(threading.Lock)

    async def open(self, record: CommunityRecord) -> Engine:
        if record.id in self.unadopted:
            raise UnavailableError("folder_unavailable", self.unadopted[record.id])
        threads = self._records.threads
        log, folder = await threads.long(self._log, record)
        try:
            loss = self.lost.pop(record.id, None)
            if loss is not None:
                await write_down(record, self._records, log, loss, self._wall.now())
            await threads.long(keep_mark, record, self._records, log, folder, loss)
            engine, written, found = await threads.long(self._built, record, log, folder)
            await rebuild.relay(engine, written)
            await threads.long(self._settled, engine, found)
        except BaseException:
            await log.close()  # nobody else would
            raise
        self._logs[record.id] = log
        self._ticks[record.id] = [
            asyncio.create_task(self._tick(engine, folder)),
            asyncio.create_task(background.mark_regularly(engine, self._records, log)),
        ]
        self._couriers.open(engine)
        if self._records.shared:
            self._ticks[record.id].append(asyncio.create_task(background.listen(engine)))
        return engine

    def _log(self, record: CommunityRecord) -> tuple[SqliteLog, Path]:
        """Open a community's log, and return the folder it lies in; in a thread."""
        folder = self._home.community(record.id)
        log = SqliteLog.open(
            folder / "log.db", secret=record.secret, monotonic=time.perf_counter_ns
        )
        return log, folder

    def _built(
        self, record: CommunityRecord, log: SqliteLog, folder: Path
    ) -> tuple[Engine, set[int], rebuild.Found]:
        """Put an engine together and let it catch up with its log; in a thread, for nobody knows it yet."""
        found = rebuild.load(folder, log.end(), ATTENTION)
        self._saved[record.id] = found.state.offset
        engine = Engine(self._parts(record, log, found.state, folder))
        if found.columns is not None:
            engine.ingest.fill(found.columns)
        return engine, rebuild.catch_up(engine), found

    def _settled(self, engine: Engine, found: rebuild.Found) -> None:
        """Take up where prices, derived tables and feeds stood; in a thread, as before."""
        rebuild.resume_prices(engine)
        whole = found.columns is not None and engine.state.offset == self._saved[engine.community]
        if not (whole and found.columns and engine.housekeeper.fill(found.columns)):
            engine.housekeeper.tidy(engine.now())
        self._records.purge_answers(engine.community, now=engine.now())
        rebuild.recall_served(engine)

    def _parts(self, record: CommunityRecord, log: SqliteLog, state: State, folder: Path) -> Parts:
        driven = None
        if record.given.clock == "driven":
            # Nobody has said yet when its story begins: before everything.
            driven = record.instant if record.instant is not None else Instant(0)
        clock = CommunityClock(self._wall, driven)
        directory, postings, index = Directory(), Postings(), LiveIndex()
        kept = self._records.meta(record.id, MODEL)
        model = default_model() if kept is None else msgspec.msgpack.decode(kept, type=RatesModel)
        compiled = self._kernels is COMPILED
        rates = Rates(model, compiled=compiled)
        policy = self._records.policy(record.id).policy
        popular = Popular(rates)
        return Parts(
            record=record, records=self._records, log=log, clock=clock, state=state,
            directory=directory, postings=postings, index=index, predictor=rates, fallback=popular,
            kernels=self._kernels,
            housekeeper=Housekeeper(state, directory, postings, model, policy, clock.now()),
            decider=Decider(
                state, Sources(state, postings, index, self._kernels), rates, popular, self._kernels
            ),
            cpu=time.thread_time_ns, drop_snapshots=lambda: self._drop(record.id, folder),
            providers=self._providers, reach=self._couriers.reach,
        )  # fmt: skip

    def _drop(self, community: str, folder: Path) -> None:
        with self._snapshots[community]:
            snapshots.drop_all(folder)

    async def close(self, engine: Engine) -> None:
        await self._couriers.close(engine)
        for task in self._ticks.pop(engine.community):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        async with engine.writing:
            with self._snapshots[engine.community]:
                rebuild.save(engine, self._home.community(engine.community))
            log = self._logs.pop(engine.community)
            await background.mark_last(engine.community, self._records, log)
            await log.close()

    def pin_log(self, record: CommunityRecord) -> Pinned | None:
        """Hold a community's log still to be copied, None where it has never been opened.

        Raises:
            UnavailableError: `folder_unavailable`, `log_missing`: there must be one, and it is not there.
        """
        if record.id in self.unadopted:
            raise UnavailableError("folder_unavailable", self.unadopted[record.id])
        path = self._home.folder(record.id) / "log.db"
        if path.exists():
            return PinnedFile(path)
        if self._records.policies(record.id):  # given right before the first opening
            message = f"the log of {record.id!r} is missing ({path}): without it a back-up would be half of one"
            raise UnavailableError("log_missing", message)
        return None

    async def _save(self, engine: Engine, folder: Path) -> None:
        """Write a snapshot beside the serving thread, which only copies.

        The lock is taken before the copy and given back when the file is there: an erasure, which drops every
        snapshot, waits for one that was begun before it.
        """
        lock = self._snapshots[engine.community]
        if not lock.acquire(blocking=False):
            return
        try:
            offset, held = rebuild.copied(engine)
        except BaseException:
            lock.release()
            raise

        def write() -> None:
            try:
                snapshots.save(folder, offset, held)
            finally:
                lock.release()

        await asyncio.shield(asyncio.to_thread(write))  # or a write not begun would keep the lock
        self._saved[engine.community] = offset

    async def _tick(self, engine: Engine, folder: Path) -> None:
        """Do what time alone makes due, again and again, until the community is closed; nothing ends it before."""
        begin_serving()

        async def save() -> None:
            if engine.state.offset - self._saved[engine.community] >= _SNAPSHOT_FACTS:
                await self._save(engine, folder)

        async def drop() -> None:
            await self._records.threads.write(background.purge, self._records, engine)

        purged = 0.0
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            if engine.parts.clock.driven is None:
                with suppress(UnavailableError):  # each job has noted its own
                    await engine.tick()
            await engine.failures.attempt("snapshot", save)
            purged += _TICK_SECONDS
            if purged >= _PURGE_SECONDS:
                purged = 0.0
                await engine.failures.attempt("purge", drop)
