"""What every log promises, whatever it is made of."""

import asyncio
from contextlib import asynccontextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lodestone.base.clock import Instant
from lodestone.base.errors import InvalidError, UnavailableError
from lodestone.events.facts import empty_facts
from lodestone.stores.log.memory import MemoryLog
from lodestone.stores.log.port import Finding, Offset, ReceiptParts
from lodestone.stores.log.sqlite import SqliteLog

SECRET = b"a community's secret"


@pytest.fixture(params=["memory", "sqlite"])
def opened(request, tmp_path_factory):
    """Give a way to open a fresh log, closed again at the end of the block."""

    @asynccontextmanager
    async def opening():
        if request.param == "memory":
            log = MemoryLog(secret=SECRET)
        else:
            log = SqliteLog.open(tmp_path_factory.mktemp("log") / "log.db", secret=SECRET)
        try:
            yield log
        finally:
            await log.close()

    return opening


def facts_of(count, *, start=0):
    facts = empty_facts(count)
    facts["key"] = facts["time"] = start + np.arange(count)
    return facts


async def record(log, numbers):
    await asyncio.gather(*(log.record(n, b"who %d" % n, b"what %d" % n) for n in numbers))


def test_an_offset_counts_the_facts_before(opened):
    async def scenario():
        async with opened() as log:
            first = log.append(facts_of(3))
            second = log.append(facts_of(4))

            assert (await first, await second, log.end()) == (0, 3, 7)

    asyncio.run(scenario())


@settings(
    deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(0, 40), max_size=8), st.data())
def test_reading_gives_back_every_fact_after_an_offset(opened, sizes, data):
    after = data.draw(st.integers(0, sum(sizes)))

    async def scenario():
        async with opened() as log:
            chance = np.random.default_rng(sum(sizes))
            written = []
            for size in sizes:
                facts = np.frombuffer(chance.bytes(size * 72), empty_facts(0).dtype)
                written.append(facts)
                await log.append(facts)

            batches = list(log.read(Offset(after)))

            joined = np.concatenate([empty_facts(0), *written])
            read = np.concatenate([empty_facts(0), *(batch.facts for batch in batches)])
            assert (
                batches == []
                or batches[0].first <= after < batches[0].first + batches[0].facts.size
            )
            assert read.tobytes() == joined[joined.size - read.size :].tobytes()
            assert read.size >= sum(sizes) - after

    asyncio.run(scenario())


def test_a_limit_ends_the_reading_after_the_batch_that_reaches_it(opened):
    async def scenario():
        async with opened() as log:
            for _ in range(30):
                await log.append(facts_of(5))

            firsts = [batch.first for batch in log.read(Offset(12), limit=6)]

            assert firsts == [10, 15]

    asyncio.run(scenario())


def test_what_is_sealed_comes_back_beside_its_fact(opened):
    async def scenario():
        async with opened() as log:
            await log.append(facts_of(3), [(0, b"position"), (2, b"\x00\xff")])
            await log.append(facts_of(1))

            assert [batch.sealed for batch in log.read(Offset(0))] == [
                ((0, b"position"), (2, b"\x00\xff")),
                (),
            ]

    asyncio.run(scenario())


def test_facts_are_as_they_were_when_appended(opened):
    async def scenario():
        async with opened() as log:
            facts = facts_of(2)
            done = log.append(facts)
            facts["time"] = 99
            await done

            assert next(log.read(Offset(0))).facts["time"].tolist() == [0, 1]

    asyncio.run(scenario())


def test_no_facts_are_no_batch(opened):
    async def scenario():
        async with opened() as log:
            await log.append(facts_of(2))

            assert await log.append(facts_of(0)) == 2
            assert [batch.facts.size for batch in log.read(Offset(0))] == [2]

    asyncio.run(scenario())


def test_a_receipt_comes_back_by_its_number(opened):
    async def scenario():
        async with opened() as log:
            large = b"decision " * 500
            await log.record(0, b"who", large)
            await log.record(1, b"", b"")

            assert log.receipt(0) == ReceiptParts(0, b"who", large)
            assert log.receipt(1) == ReceiptParts(1, b"", b"")
            assert log.receipt(2) is None
            assert log.receipt_next() == 2

    asyncio.run(scenario())


def test_receipts_come_in_order_from_first_to_before_last(opened):
    async def scenario():
        async with opened() as log:
            await record(log, range(600))

            assert [one.sequence for one in log.receipts(250, 520)] == list(range(250, 520))

    asyncio.run(scenario())


def test_a_number_rises(opened):
    async def scenario():
        async with opened() as log:
            await log.record(4, b"", b"")

            with pytest.raises(AssertionError):
                log.record(4, b"", b"")

    asyncio.run(scenario())


def test_a_number_never_recorded_is_not_missing(opened):
    async def scenario():
        async with opened() as log:
            await record(log, [0, 1, 5, 6, 3000])

            assert log.verify(root=log.root()) == []

    asyncio.run(scenario())


def test_dropping_who_leaves_the_rest_and_the_chain_whole(opened):
    async def scenario():
        async with opened() as log:
            await record(log, range(4))
            before = log.root()

            log.drop_who(2)
            log.drop_who(2)
            log.drop_who(77)

            assert log.receipt(2) == ReceiptParts(2, b"", b"what 2")
            await log.flush()
            assert log.receipt(2) == ReceiptParts(2, b"", b"what 2")
            assert log.receipt(1) == ReceiptParts(1, b"who 1", b"what 1")
            assert log.verify(root=before) == []
            assert log.root() == before

    asyncio.run(scenario())


def test_who_was_dropped_is_gone_though_the_drop_became_durable_while_it_was_read(opened):
    async def scenario():
        async with opened() as log:
            await record(log, range(4))
            rows_of = getattr(log, "_receipt_rows", None)

            def rows_then_commit(first, last):
                rows = list(rows_of(first, last))
                while 2 in log._writer.dropped:
                    pass  # the writer's thread stores the drop, after the row was read
                yield from rows

            if rows_of is not None:
                log._receipt_rows = rows_then_commit
            log.drop_who(2)

            assert log.receipt(2) == ReceiptParts(2, b"", b"what 2")

    asyncio.run(scenario())


def test_prices_are_found_by_version_as_soon_as_they_are_put(opened):
    async def scenario():
        async with opened() as log:
            log.put_prices(7, Instant(1), b"old")
            log.put_prices(7, Instant(2), b"seven")

            assert (log.prices(7), log.prices(8)) == (b"seven", None)
            await log.flush()
            assert (log.prices(7), log.prices(8)) == (b"seven", None)

    asyncio.run(scenario())


@pytest.mark.parametrize("at", [0, 1, 1023, 1024, 1025, 2049])
def test_a_root_kept_elsewhere_is_found_again_in_the_log_as_it_grows(opened, at):
    async def scenario():
        async with opened() as log:
            await record(log, range(at))
            kept = log.root()
            await record(log, range(at, 2100))
            await log.append(facts_of(2))

            assert log.verify(root=kept) == []
            assert log.verify(root=log.root()) == []
            assert log.verify() == []

    asyncio.run(scenario())


def test_a_log_shorter_than_a_root_kept_elsewhere_has_been_cut(opened):
    async def scenario():
        async with opened() as longer, opened() as log:
            await record(longer, range(5))
            await longer.append(facts_of(9))
            await record(log, range(3))
            await log.append(facts_of(4))

            assert log.verify(root=longer.root()) == [
                Finding(3, "cut"),
                Finding(4, "cut"),
                Finding(4, "cut", "facts"),
            ]

    asyncio.run(scenario())


def test_another_history_of_the_same_length_is_rewritten(opened):
    async def scenario():
        async with opened() as other, opened() as log:
            for one in (other, log):
                await record(one, range(5))
            await other.append(facts_of(3, start=1))
            await log.append(facts_of(3))

            assert log.verify(root=other.root()) == [
                Finding(4, "rewritten"),
                Finding(2, "rewritten", "facts"),
            ]

    asyncio.run(scenario())


@pytest.mark.parametrize("root", ["", "0", "x" * 160, "0" * 159, "é" * 160])
def test_what_is_no_root_is_refused(opened, root):
    async def scenario():
        async with opened() as log:
            with pytest.raises(InvalidError) as refused:
                log.verify(root=root)
            assert (refused.value.code, refused.value.details[0].field) == (
                "root_malformed",
                "root",
            )

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "call",
    [
        lambda log: log.append(facts_of(1)),
        lambda log: log.record(0, b"", b""),
        lambda log: log.drop_who(0),
        lambda log: log.put_prices(1, Instant(0), b""),
        lambda log: log.flush(),
    ],
    ids=["append", "record", "drop_who", "put_prices", "flush"],
)
def test_a_closed_log_takes_nothing(opened, call):
    async def scenario():
        async with opened() as log:
            await log.flush()
        with pytest.raises(UnavailableError) as refused:
            call(log)
        assert refused.value.code == "log_closed"

    asyncio.run(scenario())
