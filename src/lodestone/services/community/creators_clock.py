"""The clocks of creators' orders and of boosts in one community, wired."""

from typing import TYPE_CHECKING

from lodestone.services.ads.reporting.order_values import OrderValues
from lodestone.services.creators.boost_clock import BoostClock
from lodestone.services.creators.clock import COUNTS, OrderClock
from lodestone.services.creators.conversions import SOLD, Conversions
from lodestone.services.creators.counting import LogCounter
from lodestone.stores.creators.types import Assignment

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine


def order_clock(engine: "Engine") -> OrderClock:
    """Return what moves creators' orders on; it keeps nothing between rounds."""
    community, records = engine.community, engine.parts.records
    values = OrderValues(community.id, community.secret, records, engine.directory)

    def selling() -> list[Assignment]:
        with records.creator_finds(community.id) as finds:
            return finds.published(SOLD)

    conversions = Conversions(engine.log, engine.state, values, selling)
    counter = LogCounter(engine.log, engine.state, community.days, conversions)
    return OrderClock(community, engine, records, engine.writes, engine.failures, counter)


def boost_clock(engine: "Engine") -> BoostClock:
    """Return what moves boosts on; it keeps when it last looked."""
    return BoostClock(
        engine.community, engine, engine.parts.records, engine.writes, engine.failures,
        engine.billing.publisher.campaign,
    )  # fmt: skip


async def count_orders(engine: "Engine") -> None:
    """Move on the orders that are counted by the log: beside what the clock does otherwise, because it takes long.

    What fails is noted and tried again later.
    """
    await engine.failures.attempt(COUNTS, order_clock(engine).count)
