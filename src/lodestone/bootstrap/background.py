"""What an installation does by the clock beside serving: compacting, purging, hearing of other processes."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final

import structlog

from lodestone.base.clock import DAY_MICROS, Clock, Instant
from lodestone.base.errors import LodestoneError
from lodestone.base.serving import begin_serving
from lodestone.bootstrap.acceptance import pulse
from lodestone.services.community.community import Engine
from lodestone.services.community.creators_clock import count_orders
from lodestone.services.creators.clock import COUNTS
from lodestone.services.learning.item_lists import JOB
from lodestone.services.support.failures import Failures
from lodestone.services.support.tasks import endless
from lodestone.services.webhooks.deliveries import KEPT_MICROS
from lodestone.stores.files.home import Home
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.stores.ports import Records

_LEARN_SECONDS: Final = 10.0
_COUNT_SECONDS: Final = 5.0
_HEAR_SECONDS: Final = 0.5
_COMPACT_MICROS: Final = DAY_MICROS
_LOOK_SECONDS: Final = 600.0
_MARK_SECONDS: Final = 5.0
_MARK_ANYWAY_SECONDS: Final = 60.0
_LOG: Final = structlog.get_logger("lodestone")


def start(
    engine: Engine, records: Records, log: SqliteLog, tick: Callable[[], Coroutine[Any, Any, None]]
) -> "list[asyncio.Task[None]]":
    """Start what one open community does by the clock, each part in a task of its own, until they are cancelled."""
    failures = engine.failures
    tasks = [
        endless("clock", tick, failures),
        endless("keeping the mark", partial(mark_regularly, engine, records, log), failures),
        endless("learning", partial(learn_when_due, engine), failures),
        endless(COUNTS, partial(count_when_due, engine), failures),
    ]
    if records.shared:
        tasks.append(endless("listening", partial(listen, engine), failures))
    return tasks


async def compact_nightly(records: Records, home: Home, clock: Clock, failures: Failures) -> None:
    """Rewrite the records once a day, however often the process starts, so that nothing deleted is left in their files."""
    begin_serving()

    async def compact() -> None:
        last = home.noted("compacted")
        if last is None or clock.now() - last >= _COMPACT_MICROS:
            if last is not None:
                await records.threads.long(records.compact)
            home.note("compacted", clock.now())

    while True:
        await failures.attempt("compacting", compact)
        await asyncio.sleep(_LOOK_SECONDS)


async def mark_regularly(engine: Engine, records: Records, log: SqliteLog) -> None:
    """Mark in the records how far the log has come: soon after it moved, and now and then in any case."""
    begin_serving()

    async def mark() -> None:
        await records.threads.long(pulse, engine.community.id, records, log)

    last, since = log.tip, 0.0
    while True:
        await asyncio.sleep(_MARK_SECONDS)
        since += _MARK_SECONDS
        if log.tip != last or since >= _MARK_ANYWAY_SECONDS:
            last, since = log.tip, 0.0
            await engine.failures.attempt("marking", mark)


async def mark_last(community: str, records: Records, log: SqliteLog) -> None:
    """Mark the records as a community is closed; where they do not answer the mark before stands."""
    try:
        await records.threads.long(pulse, community, records, log)
    except LodestoneError as error:
        _LOG.warning("the mark of the log waits", community=community, code=error.code)
    except OSError as error:
        _LOG.warning("the mark of the log waits", community=community, code=error.strerror)


def purge(records: Records, engine: Engine) -> None:
    """Drop what is kept for a while only."""
    now = engine.now()
    records.purge_answers(engine.community.id, now=now)
    records.purge_deliveries(engine.community.id, before=Instant(now - KEPT_MICROS))


async def listen(engine: Engine) -> None:
    """Take to the log what another process has committed, within a second."""
    begin_serving()
    while True:
        await asyncio.sleep(_HEAR_SECONDS)
        await engine.failures.attempt("hearing", engine.trade.hear)


async def learn_when_due(engine: Engine) -> None:
    """Make item lists when a community that runs with the wall has grown, beside everything else it does."""
    begin_serving()
    while True:
        await asyncio.sleep(_LEARN_SECONDS)
        if engine.parts.clock.driven is None and engine.item_lists.due():
            await engine.failures.attempt(JOB, engine.item_lists.refresh)


async def count_when_due(engine: Engine) -> None:
    """Count what creators' orders came to in a community that runs with the wall, beside everything else it does."""
    begin_serving()
    while True:
        await asyncio.sleep(_COUNT_SECONDS)
        if engine.parts.clock.driven is None:
            await count_orders(engine)
