"""Bootstrap: the one place that knows clocks, chance, files and addresses, and chooses every concrete thing."""

import asyncio
import os
import secrets
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import structlog
import uvicorn
from numpy.typing import NDArray

from lodestone.base.chance import Streams
from lodestone.base.clock import Clock, Instant
from lodestone.base.errors import ConflictError, UnavailableError, UnknownError
from lodestone.content.vectors import interest, project
from lodestone.events.facts import Facts, empty_facts
from lodestone.events.outcomes import Kind
from lodestone.features.directory import Directory
from lodestone.features.postings import Postings
from lodestone.features.state import ATTENTION, State
from lodestone.insight.evaluation import World
from lodestone.media import MediaFolder
from lodestone.models.nearest import LiveIndex
from lodestone.models.popular import Popular
from lodestone.models.rates import Rates, RatesModel, default_model
from lodestone.serve import application
from lodestone.services import rebuild
from lodestone.services.access import OPERATOR, Access
from lodestone.services.clocks import CommunityClock
from lodestone.services.decide import Decider
from lodestone.services.engine import MODEL, Engine, Parts
from lodestone.services.engines import Engines
from lodestone.services.housekeeping import Housekeeper
from lodestone.services.keeping import file_of
from lodestone.services.settings import Settings, load_settings
from lodestone.services.sources import Sources
from lodestone.stores import snapshots
from lodestone.stores.home import Home
from lodestone.stores.log_sqlite import SqliteLog
from lodestone.stores.ports import Offset
from lodestone.stores.records import CommunityRecord, Records, TermKind
from lodestone.stores.records_sql import SqlRecords, open_records
from lodestone.traffic.kernels import COMPILED, Kernels
from lodestone.traffic.pricer import PricerState

_TICK_SECONDS: Final = 5.0
_SNAPSHOT_FACTS: Final = 2_000_000
_PURGE_SECONDS: Final = 3600.0
_LOG: Final = structlog.get_logger("lodestone")
Draw = Callable[[], int]
Told = Callable[[str], None]


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


def settings_of(home: str | None, environment: Mapping[str, str]) -> Settings:
    """Read the settings: environment over `lodestone.toml` over defaults.

    Raises:
        InvalidError: Names the setting and the cure.
    """
    chosen = home or environment.get("LODESTONE_HOME") or str(_data_folder(environment))
    path = Path(chosen).expanduser().resolve()
    file = path / "lodestone.toml"
    text = file.read_text("utf-8") if file.is_file() else ""
    return load_settings(str(path), environment, text)


def _data_folder(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "lodestone"


def path_of(settings: Settings) -> Path:
    """Return the home directory."""
    return Path(settings.home)


def listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Return the settings with another address to listen at, where one is given."""
    return replace(
        settings,
        host=settings.host if host is None else host,
        port=settings.port if port is None else port,
    )


def tell_logs() -> None:
    """Let what goes wrong be written to standard error, one JSON object a line, values of variables never."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    wall: Clock | None = None,
    draw: Draw | None = None,
    kernels: Kernels = COMPILED,
    seed: int = 1,
) -> AsyncIterator[App]:
    """Own the home, open every community, and close them whole at the end.

    Args:
        settings: What holds.
        wall: The clock of communities that run with the wall; the system's by default.
        draw: Gives random whole numbers in [0, 2**63); the system's secrets by default.
        kernels: Compiled or plain; both decide the same.
        seed: Of the streams that reports draw from.

    Raises:
        ConflictError: Another process owns the home.
    """
    if not __debug__:
        raise ConflictError("optimised", "run Python without -O: our asserts guard what we rely on")
    tell_logs()
    home = Home(Path(settings.home))
    home.lock()
    records = None
    try:
        records = _records(settings.records_url, draw)
        clock = wall or WallClock()
        opener = _Opener(home, records, clock, kernels)
        engines = Engines(records, clock, opener.open, opener.close)
        await engines.start()
        key = _operator_key(home, records, clock)
        asgi = application(
            engines, Access(records), MediaFolder(Path(settings.media_url)), wall=clock,
            streams=Streams(seed),
        )  # fmt: skip
        try:
            yield App(asgi, engines, records, home, settings, key)
        finally:
            await engines.stop()
    finally:
        if records is not None:
            records.close()
        home.unlock()


def _records(url: str, draw: Draw | None = None) -> SqlRecords:
    return open_records(url, draw=draw or (lambda: secrets.randbelow(2**63)), project=project)


def _operator_key(home: Home, records: Records, clock: Clock) -> str:
    """Return the operator's key of this home, made at the first start."""
    kept = home.key("operator")
    if kept is None:
        made = records.create_key(None, name="operator", scopes=[OPERATOR], now=clock.now())
        home.keep_key("operator", made.text)
        kept = made.text
    return kept


class _Opener:
    """Puts the parts of one community together and takes them apart."""

    def __init__(self, home: Home, records: Records, wall: Clock, kernels: Kernels) -> None:
        self._home = home
        self._records = records
        self._wall = wall
        self._kernels = kernels
        self._saved: dict[str, int] = {}
        self._ticks: dict[str, asyncio.Task[None]] = {}

    async def open(self, record: CommunityRecord) -> Engine:
        folder = self._home.community(record.id)
        log = SqliteLog.open(folder / "log.db", secret=record.secret)
        found = rebuild.load(folder, log.end(), ATTENTION)
        self._saved[record.id] = found.state.offset
        engine = Engine(self._parts(record, log, found.state, folder))
        if found.columns is not None:
            engine.ingest.fill(found.columns)
        await rebuild.relay(engine, rebuild.catch_up(engine))
        _restore_prices(engine)
        engine.housekeeper.tidy(engine.now())
        rebuild.recall_served(engine)
        self._ticks[record.id] = asyncio.create_task(self._tick(engine, folder))
        return engine

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
            cpu=time.thread_time_ns, drop_snapshots=lambda: snapshots.drop_all(folder),
        )  # fmt: skip

    async def close(self, engine: Engine) -> None:
        task = self._ticks.pop(engine.community)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        async with engine.writing:
            rebuild.save(engine, self._home.community(engine.community))
            await engine.log.close()

    async def _tick(self, engine: Engine, folder: Path) -> None:
        """Do what time alone makes due, again and again, until the community is closed."""
        purged = 0.0
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            try:
                if engine.parts.clock.driven is None:
                    await engine.tick()
                if engine.state.offset - self._saved[engine.community] >= _SNAPSHOT_FACTS:
                    rebuild.save(engine, folder)
                    self._saved[engine.community] = engine.state.offset
                purged += _TICK_SECONDS
                if purged >= _PURGE_SECONDS:
                    purged = 0.0
                    self._records.purge_answers(engine.community, now=engine.now())
            except UnavailableError as error:
                _LOG.warning("housekeeping waits", community=engine.community, code=error.code)


def _restore_prices(engine: Engine) -> None:
    """Take the pricer up where the log's newest vector left it."""
    version = engine.log.prices_last()
    payload = None if version is None else engine.log.prices(version)
    pricer = None if payload is None else msgspec.msgpack.decode(payload, type=PricerState)
    engine.resume_prices(pricer)


async def restore(settings: Settings, folder: Path, *, replace: bool) -> int:
    """Bring a back-up into a home and erase again whom the home knows as erased.

    Args:
        settings: Of the home; its records must be SQLite.
        folder: What `backup` wrote.
        replace: Let what the home holds now go.

    Returns:
        How many people were erased again.

    Raises:
        ConflictError: The home holds something, or its records live in PostgreSQL.
        UnknownError: There is no back-up.
    """
    if not (folder / "records.db").is_file():
        raise UnknownError("backup_unknown", f"{folder} holds no back-up")
    target = Path(settings.home) / "records.db"
    if settings.records_url != f"sqlite:///{target}":
        message = (
            "these records do not live in the home; restore them with their database's own tools"
        )
        raise ConflictError("restore_unsupported", message)
    home = Home(Path(settings.home))
    home.lock()
    try:
        erased = _clear(home, target, replace=replace)
        shutil.copyfile(folder / "records.db", target)
        with closing(_records(settings.records_url)) as records:
            count = 0
            for record in records.communities():
                log = folder / f"{file_of(record.id)}.log.db"
                if log.is_file():
                    shutil.copyfile(log, home.community(record.id) / "log.db")
                changes = records.replay_erasures(
                    record.id, erased.get(record.id, []), now=WallClock().now()
                )
                count += sum(change.kind == Kind.ERASED for change in changes)
        return count
    finally:
        home.unlock()


def _clear(home: Home, target: Path, *, replace: bool) -> dict[str, list[int]]:
    """Empty a home of records and logs; return who had been erased there."""
    if not target.exists():
        return {}
    if not replace:
        message = f"{home.path} already holds an installation; --replace lets it go"
        raise ConflictError("home_not_empty", message)
    with closing(_records(f"sqlite:///{target}")) as records:
        erased = {one.id: records.erased(one.id) for one in records.communities()}
        for one in records.communities():
            shutil.rmtree(home.community(one.id))
    for path in target.parent.glob("records.db*"):
        path.unlink()
    return erased


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

        config = uvicorn.Config(
            app.asgi, host=settings.host, port=settings.port, loop="uvloop", http="httptools",
            lifespan="off", access_log=False, log_level="warning", server_header=False,
            timeout_graceful_shutdown=5,
        )  # fmt: skip
        try:
            await _Server(config, announce).serve()
        except SystemExit as error:  # uvicorn's way to say that it could not bind
            message = f"{settings.host}:{settings.port} cannot be listened on; choose another port"
            raise ConflictError("port_in_use", message) from error


def day_of(text: str) -> int:
    """Return a date's day since the epoch. Raises ValueError."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def world_of(aside: Path, community: str) -> World:
    """Read what an evaluation needs from a back-up, which nobody else writes.

    Raises:
        UnknownError: There is no such community in it.
    """
    with closing(_records(f"sqlite:///{aside / 'records.db'}")) as records:
        secret = records.community(community).secret
        people = [row for _, row, _ in records.person_rows(community)]
        items = [row for _, row in records.item_rows(community)]
        terms = records.terms(community, TermKind.TAG)
    rows = {person.ordinal: row for row, person in enumerate(people)}

    def fresh() -> State:
        state = State(ATTENTION)
        for row, person in enumerate(people):
            told = [(terms[code], weight) for code, weight in person.interests]
            state.put_person(row, person, interest(told).tolist())
        for item in items:
            state.put_item(item, rows.get(item.owner, -1), item.tags[0] if item.tags else -1)
        return state

    facts, who = _facts_of(aside / f"{file_of(community)}.log.db", secret, rows)
    return World(fresh, facts, who)


def _facts_of(
    path: Path, secret: bytes, rows: Mapping[int, int]
) -> tuple[Facts, NDArray[np.int64]]:
    async def read() -> list[Facts]:
        log = SqliteLog.open(path, secret=secret)
        try:
            return [batch.facts for batch in log.read(Offset(0), limit=2**40)]
        finally:
            await log.close()

    parts = asyncio.run(read())
    facts = np.concatenate(parts) if parts else empty_facts(0)
    who = np.array([rows.get(ordinal, -1) for ordinal in facts["person"].tolist()], np.int64)
    return facts, who


def environment() -> Mapping[str, str]:
    """Return the process's environment."""
    return os.environ
