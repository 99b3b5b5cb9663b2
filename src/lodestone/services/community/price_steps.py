"""A step of the dual prices: maintenance that is due, posts that graduate, the new vector, and the facts of both."""

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from lodestone.base.clock import Instant
from lodestone.base.loop_times import section
from lodestone.events.outcomes import FactKind
from lodestone.services.ingest.system_facts import climbed_facts, fact_key, one_fact
from lodestone.traffic.pricer import LogRange

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine


async def price_step(engine: "Engine", now: Instant, served: int) -> None:
    """Move the prices; the step is a fact, and the vector is stored under its version.

    Args:
        engine: The community.
        now: Its clock.
        served: The number of the next decision.

    Raises:
        UnavailableError: The log did not take the facts; the prices have moved.
    """
    keeper = engine.housekeeper
    with section("maintenance"):
        keeper.sweep_when_due(now)
    with section("price step"):
        risen = keeper.rise()
        budgets = engine.billing.pacing.step(engine.billing.campaigns.by_number(), now)
        upto = LogRange(receipts=served, facts=engine.state.offset)
        pricer = keeper.price_step(now, upto, budgets)
        vector = pricer.vector
        engine.take_prices()
        engine.log.put_prices(vector.version, now, msgspec.msgpack.encode(pricer))
        day = engine.ingest.day(now)
        fact = one_fact(
            FactKind.PRICES, fact_key("prices", vector.version), now, day, target=vector.version
        )
        facts = np.concatenate([climbed_facts(risen, now, day), fact])
    await engine.append_fact(facts)
