"""All communities of an installation, each opened once and closed whole."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import structlog

from lodestone.base.audit import acting
from lodestone.base.clock import Clock, Instant
from lodestone.base.errors import ConflictError, LodestoneError, UnavailableError, UnknownError
from lodestone.base.wire import app_id
from lodestone.content import CommunityIn, CommunityOut, community_out
from lodestone.services.community.community import Engine
from lodestone.services.community.creators_clock import count_orders
from lodestone.services.community.totals import Totals
from lodestone.services.support import DatabaseThreads
from lodestone.services.support.failures import Failure, Failures
from lodestone.services.support.idempotency import StoredAnswers
from lodestone.stores.files.pins import Pinned
from lodestone.stores.ports import Records
from lodestone.stores.records.types import CommunityRecord
from lodestone.traffic.presets import preset

Prepare = Callable[[str], object]
Open = Callable[[CommunityRecord], Awaitable[Engine]]
Close = Callable[[Engine], Awaitable[None]]
PinLog = Callable[[CommunityRecord], Pinned | None]
_LOG: Final = structlog.get_logger("lodestone")


class Engines:
    """Finds the engine of a community."""

    def __init__(
        self, records: Records, wall: Clock, preparing: Prepare, opening: Open, closing: Close,
        pin_log: PinLog,
    ) -> None:  # fmt: skip
        """Take what communities live in and by.

        Args:
            records: Of every community.
            wall: The clock of communities that run with the wall.
            preparing: Makes room on the disk for a community before anything names it.
            opening: Puts an engine together.
            closing: Closes it whole.
            pin_log: Holds a log still to be copied, its community open or not; None where there is none yet.
        """
        self.records = records
        self.answers = StoredAnswers(records)
        self.wall = wall
        self.pin_log = pin_log
        self._changing = asyncio.Lock()
        """One community is made, opened or closed at a time."""
        self._prepare = preparing
        self._open = opening
        self._close = closing
        self._engines: dict[str, Engine] = {}
        self._unopened: dict[str, str] = {}
        self.failures = Failures(wall.now)
        """Of what the installation does by the clock; each engine has its own beside it."""
        self.totals = Totals()

    @property
    def threads(self) -> DatabaseThreads:
        """Return the threads in which the records are asked."""
        return self.records.threads

    async def start(self) -> None:
        """Open every active community; one that cannot be opened is reported and keeps no other from serving."""
        async with self._changing:
            for record in await self.records.threads.write(self.records.communities):
                if record.given.state == "active":
                    try:
                        await self._follow_state(record)
                    except Exception as error:  # noqa: BLE001  whatever ails one is no trouble of the others
                        reason = error.message if isinstance(error, LodestoneError) else repr(error)
                        self._unopened[record.id] = reason
                        _LOG.exception("community not opened", community=record.id)

    async def stop(self) -> None:
        """Close every community; what was acknowledged is already durable."""
        for engine in self._engines.values():
            await self._close(engine)
        self._engines.clear()

    def of(self, community: str | None) -> Engine:
        """Return a community's engine. Raises UnknownError."""
        engine = self._engines.get(community or "")
        if engine is None and community is None:
            raise UnknownError(
                "community_unnamed", "say which community you mean: the header X-Community names it"
            )
        if engine is None and community in self._unopened:
            message = f"community {community!r} could not be opened: {self._unopened[community]}"
            raise UnavailableError("community_unopened", message)
        if engine is None:
            raise UnknownError("community_unknown", f"there is no active community {community!r}")
        return engine

    def now(self, community: str) -> Instant:
        """Return what a community's clock shows; the wall's where it is not open."""
        engine = self._engines.get(community)
        return self.wall.now() if engine is None else engine.now()

    def not_ready(self) -> list[str]:
        """Return the communities that should be open and are not. Asks the records.

        Raises:
            UnavailableError: The records do not answer.
        """
        active = [
            community.id
            for community in self.records.communities()
            if community.given.state == "active"
        ]
        return [name for name in active if name not in self._engines]

    async def closed(self) -> list[str]:
        """Do as `not_ready`, for two seconds at most, whatever else the records are busy with."""
        return await self.records.threads.health(self.not_ready)

    def unopened(self) -> dict[str, str]:
        """Return why communities that should be open are not, by id, of those that were tried."""
        return dict(self._unopened)

    def background_failures(self) -> list[tuple[str, Failure]]:
        """Return what background work has failed at and not made good, with the community ("" is the installation)."""
        own = [("", failure) for failure in self.failures.standing()]
        theirs = [
            (name, failure)
            for name in sorted(self._engines)
            for failure in self._engines[name].failures.standing()
        ]
        return own + theirs

    def all(self) -> list[Engine]:
        """Return every open engine."""
        return list(self._engines.values())

    def only(self) -> str | None:
        """Return the one community there is, None when there are none or several."""
        return next(iter(self._engines)) if len(self._engines) == 1 else None

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Let no record change reach any log, and no community open or close, for a moment."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._changing)
            for engine in self.all():
                await stack.enter_async_context(engine.writing)
            yield

    async def put(self, community: str, given: CommunityIn) -> tuple[CommunityOut, bool]:
        """Make a community, or change its name and state; return it and whether it is new.

        Its folder is made before its record: a record that no folder can be made for would never open.

        Raises:
            InvalidError: `id_invalid`.
            UnavailableError: `folder_unavailable`: the disk does not take it; nothing was made.
        """
        records, now = self.records, self.wall.now()

        def write() -> tuple[CommunityRecord, bool]:
            if community in {record.id for record in records.communities()}:
                return records.update_community(community, given), False
            self._prepare(app_id(community, field="community"))
            return records.create_community(community, given, now=now), True

        async with self._changing:
            record, new = await records.threads.commit(write)
            await self._follow_state(record)
        return await records.threads.read(self.show, community), new

    async def _follow_state(self, record: CommunityRecord) -> None:
        """Open a community that has become active and close one that has been disabled."""
        with acting(None):  # what follows from an act is none itself
            await self._open_or_close(record)

    async def _open_or_close(self, record: CommunityRecord) -> None:
        engine = self._engines.get(record.id)
        if record.given.state == "active" and engine is None:
            await self.records.threads.write(self._give_policy, record)
            opened = await self._open(record)
            self._engines[record.id] = opened
            self.totals.opened(opened)
            self._unopened.pop(record.id, None)
        elif record.given.state != "active" and engine is not None:
            self.totals.closing(engine)
            await self._close(self._engines.pop(record.id))
        if record.given.state != "active":
            self._unopened.pop(record.id, None)

    def _give_policy(self, record: CommunityRecord) -> None:
        """Give a community its first policy, at once or where a crash came between."""
        if not self.records.policies(record.id):
            # A driven clock may yet be set to any time: its first policy holds from the beginning of time.
            since = record.created if record.given.clock == "wall" else Instant(0)
            self.records.put_policy(record.id, preset("balanced"), now=since)

    async def disable(self, community: str) -> CommunityOut:
        """Close a community's doors; its data stays. Raises UnknownError."""
        threads = self.records.threads
        async with self._changing:
            await self._follow_state(
                await threads.commit(self.records.disable_community, community)
            )
        return await threads.read(self.show, community)

    def show(self, community: str) -> CommunityOut:
        """Return a community and what its clock says. Raises UnknownError."""
        record = self.records.community(community)
        engine = self._engines.get(community)
        now = engine.now() if engine is not None else record.instant or self.wall.now()
        return community_out(community, record.given, created=record.created, now=now)

    def show_all(self) -> list[CommunityOut]:
        """Return every community."""
        return [self.show(record.id) for record in self.records.communities()]

    async def advance(self, community: str, to: Instant | None, *, release: bool) -> CommunityOut:
        """Advance a driven clock, and let it run with the wall if asked.

        Raises:
            ConflictError: It is not driven, would go back, or is too far from the wall to be released.
        """
        engine, records = self.of(community), self.records
        clock, wall = engine.parts.clock, self.wall.now()
        if to is None and not release:
            raise ConflictError("clock_nothing", "send an instant, or release")
        if to is not None:
            clock.advance(to)
            await records.threads.commit(records.set_clock, community, to)
        if release:
            clock.release()
            await records.threads.commit(records.release_clock, community, wall=wall)
        with acting(None):
            await engine.tick()
            await count_orders(engine)
        return await records.threads.read(self.show, community)
