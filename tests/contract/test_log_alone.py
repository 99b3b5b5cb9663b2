"""One ask that the log cannot store fails alone: the thread lives, the others of its group are durable."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.errors import InternalError, UnavailableError
from lodestone.events.facts import empty_facts
from lodestone.stores.log.requests import AppendAsk, PricesAsk, RecordAsk
from lodestone.stores.log.sqlite import SqliteLog

SECRET = b"a community's secret"


@asynccontextmanager
async def opened(path):
    log = SqliteLog.open(path, secret=SECRET)
    try:
        yield log
    finally:
        await log.close()


@asynccontextmanager
async def waiting(path):
    """Keep the writer from committing, so that what is asked within is one group."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def facts_of(count, start):
    facts = empty_facts(count)
    facts["key"] = facts["time"] = start + np.arange(count)
    return facts


def future():
    return asyncio.get_running_loop().create_future()


def poisoned(kind):
    """Make an ask that no commit can store."""
    return {
        "bytes": lambda: AppendAsk(future(), "text", 3, 0, b""),
        "count": lambda: AppendAsk(future(), b"\x00" * 72, 2**70, 0, b""),
        "time": lambda: AppendAsk(future(), facts_of(1, 0).tobytes(), 1, 2**80, b""),
        "receipt": lambda: RecordAsk(future(), 2**70, b"who", b"what"),
        "taken": lambda: RecordAsk(future(), 0, b"who", b"what"),
        "what": lambda: RecordAsk(future(), 999_999, b"who", "what"),
        "sealed": lambda: AppendAsk(future(), facts_of(1, 0).tobytes(), 1, 0, "text"),
    }[kind]()


KINDS = ("bytes", "count", "time", "receipt", "taken", "what", "sealed")


async def ask_group(log, path, count, poisons):
    """Ask for so many batches and receipts in one group; return what each was answered."""
    first = log.receipt_next()
    asked, numbers = [], {}
    async with waiting(path):
        opening = log.append(facts_of(1, 0))  # taken up alone, and waits for the file
        for n in range(count):
            if n in poisons:
                ask = poisoned(poisons[n])
                log._writer.ask(
                    ask
                )  # what no caller of ours makes, the queue must stand all the same
                asked.append(ask.done)
            elif n % 2:
                asked.append(log.append(facts_of(3, 10 * n)))
            else:
                numbers[n] = first + n
                asked.append(log.record(first + n, b"who %d" % n, b"what %d" % n))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    await opening
    return answers, numbers


async def require_alone(log, path, count, poisons):
    before = log.end() + 1
    answers, numbers = await ask_group(log, path, count, poisons)
    assert {type(answers[n]) for n in poisons} <= {InternalError}
    batches = [n for n in range(count) if n % 2 and n not in poisons]
    assert [answers[n] for n in batches] == [before + 3 * at for at in range(len(batches))]
    assert [answers[n] for n in numbers] == [None] * len(numbers)
    assert log.end() == before + 3 * len(batches)
    for n, number in numbers.items():
        parts = log.receipt(number)
        assert (parts.who, parts.what) == (b"who %d" % n, b"what %d" % n)


def test_every_honest_ask_of_a_group_is_durable_and_the_log_stands_whole_after_a_restart(tmp_path):
    path = tmp_path / "log.db"
    poisons = dict(zip((0, 1, 8, 20, 33, 58, 59), KINDS, strict=True))

    async def scenario():
        async with opened(path) as log:
            await log.record(0, b"who", b"what")
            await require_alone(log, path, 60, poisons)
            end, root = log.end(), log.root()
        async with opened(path) as log:
            assert (log.end(), log.root()) == (end, root)
            assert log.verify() == []
            assert await log.append(facts_of(2, 0)) == end

    asyncio.run(asyncio.wait_for(scenario(), 60))


@settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.integers(0, 11), st.sampled_from(KINDS), max_size=5))
def test_wherever_the_poisoned_stand_offsets_go_on_without_a_gap(tmp_path_factory, poisons):
    path = tmp_path_factory.mktemp("log") / "log.db"

    async def scenario():
        async with opened(path) as log:
            await log.record(0, b"who", b"what")
            await require_alone(log, path, 12, poisons)
            assert log.verify() == []

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_a_price_vector_that_cannot_be_stored_holds_up_no_commit_after_it(tmp_path):
    path = tmp_path / "log.db"

    async def scenario():
        async with opened(path) as log:
            log._writer.keep(PricesAsk(1, Instant(0), object()))
            log.put_prices(2, Instant(0), b"sound")
            assert await log.append(facts_of(2, 0)) == 0
            assert await log.append(facts_of(2, 0)) == 2
        async with opened(path) as log:
            assert (log.prices(1), log.prices(2)) == (None, b"sound")

    asyncio.run(asyncio.wait_for(scenario(), 60))


def test_a_disk_that_does_not_take_it_is_everybodys_and_is_overcome(tmp_path):
    path = tmp_path / "log.db"

    async def scenario():
        async with opened(path) as log:
            log._writer._connection.execute("PRAGMA query_only = ON")
            asked = [log.append(facts_of(1, n)) for n in range(5)]
            answers = await asyncio.gather(*asked, return_exceptions=True)
            assert {type(one) for one in answers} == {UnavailableError}
            log._writer._connection.execute("PRAGMA query_only = OFF")
            assert await log.append(facts_of(1, 9)) == 0

    asyncio.run(asyncio.wait_for(scenario(), 60))


@pytest.mark.parametrize("kind", KINDS)
def test_an_ask_that_is_alone_in_its_commit_is_answered_and_the_thread_lives(tmp_path, kind):
    path = tmp_path / "log.db"

    async def scenario():
        async with opened(path) as log:
            await log.record(0, b"who", b"what")
            ask = poisoned(kind)
            log._writer.ask(ask)
            with pytest.raises(InternalError):
                await ask.done
            assert await log.append(facts_of(1, 0)) == 0

    asyncio.run(asyncio.wait_for(scenario(), 60))
