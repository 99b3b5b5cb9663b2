"""A scratch engine: a community taught by a part of its own log, asked for real decisions, and thrown away.

It lives in a copy of the records and an own log beside it. Nothing acts by the clock there: no webhook is sent, no
payment asked for, no order expires; the home that the copy was taken from is neither read nor written.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.base.chance import Streams
from lodestone.base.clock import Instant, ManualClock
from lodestone.bootstrap.copies import History
from lodestone.bootstrap.couriers import WebhookDispatcher
from lodestone.bootstrap.homes import settings_of
from lodestone.bootstrap.installation import records_at
from lodestone.bootstrap.opening import Opener
from lodestone.events.facts import Facts
from lodestone.insight.evaluation import World, learn, rows_of
from lodestone.services.access import Principal
from lodestone.services.community.community import Engine
from lodestone.services.feed.messages import FeedRequest
from lodestone.services.learning.predictor import MODEL
from lodestone.stores.files.home import Home
from lodestone.stores.files.manifest import log_name
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.stores.ports import Records
from lodestone.stores.records.types import CommunityRecord
from lodestone.traffic.kernels import COMPILED
from lodestone.traffic.pricer import PricerState

_CHUNK: Final = 50_000
_FOLDER: Final = "scratch"
_PROGRESS: Final = 20
Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a scratch engine answered."""

    lists: NDArray[np.int64]
    """Shape (people, k). Item rows in their slots' order, -1 where the feed ended."""
    predictor: str
    policy: int
    as_of: Instant


class _Still(Opener):
    """Opens communities on which nothing acts but the caller: no clock ticks, no snapshot or mark is written."""

    async def open_still(self, record: CommunityRecord) -> tuple[Engine, SqliteLog]:
        """Open a community; the caller closes the log."""
        log, folder = await self._records.threads.long(self._log, record)
        try:
            return await self._caught_up(record, log, folder), log
        except BaseException:
            await log.close()  # nobody else would
            raise


async def decide_on_scratch(
    aside: Path,
    community: str,
    history: History,
    hidden: Bools,
    people: Ints,
    k: int,
    progress: Told,
) -> Decided:
    """Teach a scratch engine with what is not hidden and ask it for each person's discover feed.

    Args:
        aside: A back-up, which nobody else writes; the scratch engine's files are made in it.
        community: Which of its communities.
        history: What was read of it.
        hidden: Shape (facts,). Facts that the scratch engine must not know.
        people: Person rows to ask for.
        k: Slots a person, 1 to 50.
        progress: Is told (of what, done, in all).
    """
    home = Home(aside / _FOLDER)
    with closing(records_at(f"sqlite:///{aside / 'records.db'}")) as records:
        record = records.community(community)
        _learn_again(records, community, history.world, hidden, progress)
        await _write_log(aside, home, record, history.world.facts[~hidden], progress)
        with _opener(home, records, history.newest) as opener:
            engine, log = await opener.open_still(record)
            try:
                # As after an import: likeness is part of what is judged.
                await engine.item_lists.refresh()
                return await _ask(
                    engine, [history.person_ids[row] for row in people.tolist()], k, progress
                )
            finally:
                await log.close()


@contextmanager
def _opener(home: Home, records: Records, now: Instant) -> Iterator[_Still]:
    """Give what puts communities together, at a clock that stands."""
    clock = ManualClock(now)
    couriers = WebhookDispatcher("public", clock, Streams(1))  # sends nothing: no courier is opened
    try:
        settings = settings_of(str(home.path), {})
        yield _Still(home, records, clock, COMPILED, couriers, settings)
    finally:
        couriers.stop()


def _learn_again(
    records: Records, community: str, world: World, hidden: Bools, progress: Told
) -> None:
    """Learn the predictor's weights from what is not hidden, where the live engine has learned any."""
    if records.meta(community, MODEL) is None:
        return
    left = World(world.fresh, world.facts[~hidden], world.person_row[~hidden])
    rows = rows_of(left.facts, left.person_row)
    if not rows.day.size:
        records.set_meta(community, MODEL, None)
        return
    model = learn(left, rows, int(rows.day.max()), progress)
    records.set_meta(community, MODEL, msgspec.msgpack.encode(model))


async def _write_log(
    aside: Path, home: Home, record: CommunityRecord, facts: Facts, progress: Told
) -> None:
    """Write a log of the facts that teach, with the prices that are in force."""
    path = home.community(record.id) / "log.db"
    log = SqliteLog.open(path, secret=record.secret, monotonic=time.perf_counter_ns)
    try:
        for first in range(0, facts.size, _CHUNK):
            progress("teaching", first, facts.size)
            await log.append(facts[first : first + _CHUNK])
        progress("teaching", facts.size, facts.size)
        live = SqliteLog.open(aside / log_name(record.id), secret=record.secret)
        try:
            version = live.prices_last()
            payload = None if version is None else live.prices(version)
        finally:
            await live.close()
        if version is not None and payload is not None:
            at = Instant(msgspec.msgpack.decode(payload, type=PricerState).vector.time)
            log.put_prices(version, at, payload)
            await log.flush()
    finally:
        await log.close()


async def _ask(engine: Engine, names: list[str], k: int, progress: Told) -> Decided:
    lists = np.full((len(names), k), -1, np.int64)
    who = Principal(engine.community.id, frozenset({"feeds"}), b"")
    for row, name in enumerate(names):
        if row % _PROGRESS == 0:
            progress("deciding", row, len(names))
        shown = await _page(engine, name, k, who)
        lists[row, : len(shown)] = shown
    progress("deciding", len(names), len(names))
    return Decided(
        lists, engine.parts.predictor.version, engine.housekeeper.policy.version, engine.now()
    )


async def _page(engine: Engine, name: str, k: int, who: Principal) -> list[int]:
    """Ask page after page until there are enough or no more, as an app does."""
    shown: list[int] = []
    cursor = None
    while len(shown) < k:
        request = FeedRequest(viewer=name, surface="discover", slots=k - len(shown), cursor=cursor)
        feed = await engine.feed(request, who)
        shown += [engine.directory.item_row(slot.item_id) for slot in feed.slots]
        cursor = feed.next_cursor
        if cursor is None or not feed.slots:
            break
    return shown
