"""The clock of creators' orders in one community, wired."""

from typing import TYPE_CHECKING

from lodestone.services.creators.clock import OrderClock
from lodestone.services.creators.counting import LogCounter

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine


def order_clock(engine: "Engine") -> OrderClock:
    """Return what moves creators' orders on; it keeps nothing between rounds."""
    counter = LogCounter(engine.log, engine.state, engine.directory, engine.community.days)
    return OrderClock(
        engine.community, engine, engine.parts.records, engine.writes, engine.failures, counter
    )
