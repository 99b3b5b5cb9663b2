"""Put one community together from its parts, and take it apart."""

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import structlog

from lodestone.base.clock import Clock, Instant
from lodestone.base.errors import UnavailableError
from lodestone.base.loop_times import section
from lodestone.base.serving import begin_serving
from lodestone.bootstrap import background
from lodestone.bootstrap.acceptance import keep_mark, write_down
from lodestone.bootstrap.couriers import WebhookDispatcher
from lodestone.bootstrap.forked import ended, forked
from lodestone.bootstrap.learning import ChildMaker, learning_limits
from lodestone.bootstrap.providers import providers_of
from lodestone.features.directory import Directory
from lodestone.features.postings import Postings
from lodestone.features.state import ATTENTION, State
from lodestone.models.nearest import LiveIndex
from lodestone.models.popular import Popular
from lodestone.models.rates import Rates, RatesModel, default_model
from lodestone.services import ad_cases
from lodestone.services.access.settings import Settings
from lodestone.services.community import recovery
from lodestone.services.community.community import Engine
from lodestone.services.community.parts import Parts
from lodestone.services.feed.pipeline import Decider
from lodestone.services.feed.sources import Sources
from lodestone.services.learning.predictor import MODEL
from lodestone.services.pricing.maintenance import Maintenance
from lodestone.services.support.clocks import CommunityClock
from lodestone.stores.files import snapshots
from lodestone.stores.files.home import Home
from lodestone.stores.files.pins import Pinned, PinnedFile
from lodestone.stores.files.survey import Loss
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.stores.ports import Records
from lodestone.stores.records.types import CommunityRecord
from lodestone.traffic.kernels import COMPILED, Kernels

_TICK_SECONDS: Final = 5.0
_SNAPSHOT_FACTS: Final = 2_000_000
FORK_BYTES: Final = 16 * 2**20
"""A state this large is written by a fork, which costs 2 to 4 ms; copying takes 1 to 2 ms for each MiB."""
_PURGE_SECONDS: Final = 3600.0
_LOG: Final = structlog.get_logger("lodestone")


class Opener:
    """Puts the parts of one community together and takes them apart."""

    def __init__(
        self,
        home: Home,
        records: Records,
        wall: Clock,
        kernels: Kernels,
        couriers: WebhookDispatcher,
        settings: Settings,
    ) -> None:
        self._home = home
        self._records = records
        self._wall = wall
        self._kernels = kernels
        self._couriers = couriers
        self._providers, self._learning = providers_of(settings), learning_limits(settings)
        self.unadopted: Mapping[str, str] = {}
        """Why a folder could not be brought under its present name, by community."""
        self.lost: dict[str, Loss] = {}
        """Losses that were accepted and are still to be written down, by community."""
        self._logs: dict[str, SqliteLog] = {}
        self._saved: dict[str, int] = {}
        self._ticks: dict[str, list[asyncio.Task[None]]] = {}
        self._snapshots: dict[str, threading.Lock] = defaultdict(threading.Lock)

    async def open(self, record: CommunityRecord) -> Engine:
        """Open a community and let the clock act on it."""
        if record.id in self.unadopted:
            raise UnavailableError("folder_unavailable", self.unadopted[record.id])
        threads = self._records.threads
        log, folder = await threads.long(self._log, record)
        try:
            loss = self.lost.pop(record.id, None)
            if loss is not None:
                await write_down(record, self._records, log, loss, self._wall.now())
            await threads.long(keep_mark, record, self._records, log, folder, loss)
            engine = await self._caught_up(record, log, folder)
        except BaseException:
            await log.close()  # nobody else would
            raise
        self._logs[record.id] = log
        tick = partial(self._tick, engine, folder)
        self._ticks[record.id] = background.start(engine, self._records, log, tick)
        self._couriers.open(engine)
        return engine

    async def _caught_up(self, record: CommunityRecord, log: SqliteLog, folder: Path) -> Engine:
        threads = self._records.threads
        engine, written, recovered = await threads.long(self._built, record, log, folder)
        await recovery.relay(engine, written)
        await threads.long(self._settled, engine, recovered)
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
    ) -> tuple[Engine, set[int], recovery.RecoveredState]:
        """Put an engine together and let it catch up with its log; in a thread, for nobody knows it yet."""
        recovered = recovery.load(folder, log.end(), ATTENTION)
        self._saved[record.id] = recovered.state.offset
        engine = Engine(self._parts(record, log, recovered.state, folder))
        if recovered.columns is not None:
            engine.ingest.fill(recovered.columns)
            engine.item_lists.fill(recovered.columns)
            engine.billing.pacing.fill(recovered.columns)
        return engine, recovery.catch_up(engine), recovered

    def _settled(self, engine: Engine, recovered: recovery.RecoveredState) -> None:
        """Take up where prices, derived tables and feeds stood; in a thread, as before."""
        recovery.resume_prices(engine)
        engine.item_lists.resume()
        whole = (
            recovered.columns is not None
            and engine.state.offset == self._saved[engine.community.id]
        )
        if not (whole and recovered.columns and engine.housekeeper.fill(recovered.columns)):
            engine.housekeeper.tidy(engine.now())
        self._records.purge_answers(engine.community.id, now=engine.now())
        recovery.recall_served(engine)
        ad_cases.ad_publisher(engine).load()
        recovery.rehearsed(engine)

    def _parts(self, record: CommunityRecord, log: SqliteLog, state: State, folder: Path) -> Parts:
        driven = None
        if record.given.clock == "driven":
            # Nobody has said yet when its story begins: before everything.
            driven = record.instant if record.instant is not None else Instant(0)
        clock = CommunityClock(self._wall, driven)
        directory, postings, index = Directory(), Postings(), LiveIndex()
        stored = self._records.meta(record.id, MODEL)
        model = (
            default_model() if stored is None else msgspec.msgpack.decode(stored, type=RatesModel)
        )
        compiled = self._kernels is COMPILED
        rates = Rates(model, compiled=compiled)
        policy = self._records.policy(record.id).policy
        popular = Popular(rates)
        return Parts(
            record=record,
            records=self._records,
            log=log,
            clock=clock,
            state=state,
            directory=directory,
            postings=postings,
            index=index,
            predictor=rates,
            fallback=popular,
            kernels=self._kernels,
            housekeeper=Maintenance(state, directory, postings, model, policy, clock.now()),
            decider=Decider(
                state, Sources(state, postings, index, self._kernels), rates, popular, self._kernels
            ),
            cpu=time.thread_time_ns,
            drop_snapshots=lambda: self._drop(record.id, folder),
            providers=self._providers,
            reach=self._couriers.reach,
            maker=ChildMaker(folder, self._learning, record.given.time_zone),
        )

    def _drop(self, community: str, folder: Path) -> None:
        with self._snapshots[community]:
            snapshots.drop_all(folder)

    async def close(self, engine: Engine) -> None:
        """Close a community whole."""
        await self._couriers.close(engine)
        for task in self._ticks.pop(engine.community.id):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        async with engine.writing:
            with self._snapshots[engine.community.id]:
                if engine.whole:
                    recovery.save(engine, self._home.community(engine.community.id))
            log = self._logs.pop(engine.community.id)
            await background.mark_last(engine.community.id, self._records, log)
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
        """Write a snapshot beside the serving thread, which copies a small state and forks for a large one.

        The lock is taken before the copy and given back when the file is there: an erasure, which drops every
        snapshot, waits for one that was begun before it.
        """
        lock = self._snapshots[engine.community.id]
        if not lock.acquire(blocking=False):
            return
        try:
            with section("snapshot"):
                offset, write = self._begun(engine, folder)
        except BaseException:
            lock.release()
            raise

        def finish() -> None:
            try:
                write()
            finally:
                lock.release()

        await asyncio.shield(asyncio.to_thread(finish))  # or a write not begun would keep the lock
        self._saved[engine.community.id] = offset

    def _begun(self, engine: Engine, folder: Path) -> tuple[int, Callable[[], object]]:
        """Take the state as it stands; return its offset, and what is left to be done in a thread."""
        if recovery.bytes_of(engine) >= FORK_BYTES:
            try:
                process = forked(lambda: recovery.save(engine, folder))
                return engine.state.offset, partial(ended, process)
            except OSError as error:  # no room for a second process: the copy takes longer
                _LOG.warning("a snapshot is copied by the serving thread", code=error.strerror)
        offset, columns = recovery.copied(engine)
        return offset, partial(snapshots.save, folder, offset, columns)

    async def _tick(self, engine: Engine, folder: Path) -> None:
        """Do what time alone makes due, again and again, until the community is closed; nothing ends it before."""
        begin_serving()

        async def save() -> None:
            grown = engine.state.offset - self._saved[engine.community.id]
            if engine.whole and grown >= _SNAPSHOT_FACTS:
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
