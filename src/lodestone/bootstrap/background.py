"""What an installation does by the clock beside serving: compacting, purging, hearing of other processes."""

import asyncio
from typing import Final

from lodestone.base.clock import Clock, Instant
from lodestone.base.serving import begin_serving
from lodestone.services.engine import Engine
from lodestone.services.support.failures import Failures
from lodestone.services.webhooks import KEPT_MICROS
from lodestone.stores.home import Home
from lodestone.stores.records import Records

_HEAR_SECONDS: Final = 0.5
_COMPACT_MICROS: Final = 86_400 * 1_000_000
_LOOK_SECONDS: Final = 600.0


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


def purge(records: Records, engine: Engine) -> None:
    """Drop what is kept for a while only."""
    now = engine.now()
    records.purge_answers(engine.community, now=now)
    records.purge_deliveries(engine.community, before=Instant(now - KEPT_MICROS))


async def listen(engine: Engine) -> None:
    """Take to the log what another process has committed, within a second."""
    begin_serving()
    while True:
        await asyncio.sleep(_HEAR_SECONDS)
        await engine.failures.attempt("hearing", engine.trade.hear)
