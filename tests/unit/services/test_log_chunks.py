"""Finding the place in a log from which on something may have happened since an instant."""

import asyncio

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lodestone.base.clock import HOUR_MICROS, MINUTE_MICROS, Instant
from lodestone.events.facts import empty_facts
from lodestone.services.support.log_chunks import chunks, offset_since
from lodestone.stores.log.memory import MemoryLog
from lodestone.stores.log.port import Offset
from lodestone.traffic.pricer import LogRange, start

STEPS = st.lists(
    st.tuples(
        st.integers(1, 3 * HOUR_MICROS), st.lists(st.integers(-5 * MINUTE_MICROS, HOUR_MICROS))
    ),
    min_size=1,
    max_size=12,
)


async def told(steps):
    """Write a log: time goes on, facts are taken that happened so long before, and the prices step."""
    log, now = MemoryLog(secret=bytes(32)), 0
    for version, (span, ages) in enumerate(steps, 1):
        now += span
        facts = empty_facts(len(ages))
        facts["time"] = [now - age for age in ages]
        if ages:
            await log.append(facts)
        step = start(Instant(now))
        vector = msgspec.structs.replace(step.vector, version=version, time=now)
        step = msgspec.structs.replace(step, vector=vector, upto=LogRange(facts=int(log.end())))
        log.put_prices(version, Instant(now), msgspec.msgpack.encode(step))
    return log, now


@given(STEPS, st.integers(0, 12 * HOUR_MICROS))
def test_nothing_that_happened_since_lies_before_the_offset(steps, since):
    log, _ = asyncio.run(told(steps))
    offset = offset_since(log, Instant(since))
    everything = [time for facts in chunks(log, Offset(0)) for time in facts["time"].tolist()]
    assert max(everything[:offset], default=-1) < since
    assert offset <= len(everything)


def test_what_was_taken_long_before_is_not_read():
    log, now = asyncio.run(told([(HOUR_MICROS, [0] * 3)] * 10))
    assert offset_since(log, Instant(now)) == 27
    assert offset_since(log, Instant(0)) == 0
    assert offset_since(MemoryLog(secret=bytes(32)), Instant(now)) == 0
