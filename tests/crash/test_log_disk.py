"""A disk that fails, fills or is slow; and what lies in the files."""

import asyncio
import resource
import sqlite3
from contextlib import closing, contextmanager

import numpy as np
import pytest

from lodestone.base.clock import Instant
from lodestone.base.errors import UnavailableError
from lodestone.events.facts import empty_facts
from lodestone.stores.files.pins import PinnedFile
from lodestone.stores.log.file import wal_path
from lodestone.stores.log.port import Offset
from lodestone.stores.log.sqlite import SqliteLog

SECRET = b"disk"
WHAT = bytes(range(256)) * 10


@contextmanager
def files_no_larger_than(size):
    """Let every write beyond `size` fail, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def held_up(path):
    """Keep the writer from committing, as a slow disk would."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def running(scenario, path):
    async def run():
        log = SqliteLog.open(path, secret=SECRET)
        try:
            return await scenario(log)
        finally:
            await log.close()

    return asyncio.run(run())


def test_a_full_disk_refuses_all_who_wait_stores_nothing_and_is_overcome(tmp_path):
    path = tmp_path / "log.db"
    facts = empty_facts(500)
    bytes_per_fact = facts.dtype.itemsize
    noise = np.frombuffer(np.random.default_rng(1).bytes(20_000 * bytes_per_fact), facts.dtype)

    async def scenario(log):
        kept, sequence = [], 0
        with files_no_larger_than(400_000):
            refused = []
            while not refused:
                asked = list(range(sequence, sequence + 10))
                sequence += 10
                receipts = [log.record(number, b"who", WHAT) for number in asked]
                outcomes = await asyncio.gather(
                    *receipts, log.append(facts), return_exceptions=True
                )
                refused = [one for one in outcomes if isinstance(one, UnavailableError)]
                kept += [
                    number for number, one in zip(asked, outcomes[:-1], strict=True) if one is None
                ]
            ends = log.end(), log.receipt_next()
            appended = log.append(noise)
            log.drop_who(0)
            log.put_prices(3, Instant(0), b"prices")
            with pytest.raises(UnavailableError):
                await appended
            outcomes = await asyncio.gather(
                *(log.append(noise) for _ in range(5)), return_exceptions=True
            )
            assert {type(one) for one in outcomes} == {UnavailableError}
            assert (log.receipt(0).who, log.prices(3)) == (b"", b"prices")
            assert (log.end(), log.receipt_next()) == ends
        end = log.end()
        assert await log.append(facts) == end
        await log.record(sequence, b"after", WHAT)
        return kept, sequence, {one.code for one in refused}

    kept, last, codes = running(scenario, path)

    async def check(log):
        stored = [one.sequence for one in log.receipts(0, last + 1)]
        assert len(kept) >= 10
        assert stored == [*kept, last]
        assert sum(batch.facts.size for batch in log.read(Offset(0))) == log.end()
        assert log.receipt(0).who == b""
        assert log.prices(3) == b"prices"
        assert log.verify(root=log.root()) == []

    running(check, path)
    assert codes == {"log_unavailable"}


def test_a_file_that_cannot_be_opened_is_unavailable(tmp_path):
    with pytest.raises(UnavailableError) as refused:
        SqliteLog.open(tmp_path / "absent" / "log.db", secret=SECRET)

    assert refused.value.code == "log_unavailable"


def test_too_much_waiting_is_refused_at_once_and_what_waits_is_kept(tmp_path):
    path = tmp_path / "log.db"
    large = bytes(1 << 20)

    async def scenario(log):
        with held_up(path):
            waiting = [log.record(number, b"", large) for number in range(64)]
            with pytest.raises(UnavailableError) as refused:
                log.record(64, b"", large)
        assert refused.value.code == "log_backlog"
        await asyncio.gather(*waiting)
        return log.receipt_next()

    assert running(scenario, path) == 64


def test_the_loop_is_woken_once_for_all_who_shared_a_commit(tmp_path):
    path = tmp_path / "log.db"

    async def scenario(log):
        loop, woken = asyncio.get_running_loop(), []
        wake = loop.call_soon_threadsafe

        def counting(*arguments):
            woken.append(arguments)
            return wake(*arguments)

        loop.call_soon_threadsafe = counting
        with held_up(path):
            waiting = [log.record(number, b"who", WHAT) for number in range(500)]
        await asyncio.gather(*waiting)
        loop.call_soon_threadsafe = wake
        return len(woken)

    assert running(scenario, path) <= 3


def test_a_caller_who_gave_up_does_not_hinder_the_others(tmp_path):
    async def scenario(log):
        first, second = log.record(0, b"", b""), log.record(1, b"", b"")
        first.cancel()
        await second
        return log.receipt_next()

    assert running(scenario, tmp_path / "log.db") == 2


def test_what_was_dropped_is_in_no_file_after_truncation(tmp_path):
    path = tmp_path / "log.db"
    chance = np.random.default_rng(4)
    who = [chance.bytes(int(size)) for size in chance.integers(24, 300, 3_000)]
    who[7] = chance.bytes(40_000)
    dropped = {7, *chance.permutation(3_000)[:2_000].tolist()}

    async def scenario(log):
        for start in range(0, 3_000, 100):
            numbers = range(start, start + 100)
            size = [int(size) for size in chance.integers(0, 3_000, 100)]
            await asyncio.gather(
                *(log.record(n, who[n], chance.bytes(size[n - start])) for n in numbers)
            )
            for number in chance.permutation(start + 100).tolist():
                if number in dropped and chance.random() < 0.3:
                    log.drop_who(number)
        for number in chance.permutation(3_000).tolist():
            if number in dropped:
                log.drop_who(number)
        await log.flush()
        found_in_wal = any(who[number] in wal_path(path).read_bytes() for number in dropped)
        await log.truncate_wal()
        assert {one.sequence for one in log.receipts(0, 3_000) if not one.who} == dropped
        return found_in_wal, log.verify(root=log.root())

    def found(folder):
        body = b"".join(file.read_bytes() for file in folder.iterdir())
        return {number for number, part in enumerate(who) if part[:24] in body}

    found_in_wal, findings = running(scenario, path)

    assert found_in_wal
    assert findings == []
    kept = found(tmp_path)
    assert kept & dropped == set()
    assert kept >= set(range(3_000)) - dropped


def test_the_wal_starts_over_under_a_writer_that_never_rests(tmp_path):
    path = tmp_path / "log.db"
    sizes = []

    async def scenario(log):
        numbers = iter(range(12_000))

        async def work():
            for number in numbers:
                await log.record(number, b"who", b"\x28\xb5\x2f\xfd" + bytes(4_000))
                sizes.append(wal_path(path).stat().st_size)

        await asyncio.gather(*(work() for _ in range(16)))

    running(scenario, path)

    assert path.stat().st_size > 48_000_000
    assert max(sizes) < 24_000_000


def test_a_copy_made_while_the_log_runs_holds_all_that_was_durable_then(tmp_path):
    async def scenario(log):
        await asyncio.gather(*(log.record(n, b"who", WHAT) for n in range(200)))
        root = log.root()
        more = [log.record(n, b"who", WHAT) for n in range(200, 400)]
        with closing(PinnedFile(tmp_path / "log.db")) as pinned:
            await asyncio.to_thread(pinned.copy_to, tmp_path / "copy.db")
        await asyncio.gather(*more)
        return root

    root = running(scenario, tmp_path / "log.db")

    async def check(copy):
        assert copy.receipt_next() >= 200
        return copy.verify(root=root)

    assert running(check, tmp_path / "copy.db") == []
    assert not list(tmp_path.glob("*.partial"))


def test_a_log_opened_again_goes_on_where_it_ended(tmp_path):
    path = tmp_path / "log.db"

    async def one_more(log):
        await log.record(log.receipt_next(), b"who", WHAT)
        await log.append(empty_facts(7))
        return log.root()

    roots = [running(one_more, path) for _ in range(3)]

    async def check(log):
        return log.end(), log.receipt_next(), [log.verify(root=root) for root in roots]

    assert running(check, path) == (21, 3, [[], [], []])
