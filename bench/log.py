"""The log beside its floors, measured in one run.

    python bench/log.py --rows 5000000 --batch 1000

Prints one JSON line per measure: least, median and most of the repeats.
"""

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from load import spread

from lodestone.events.facts import Facts, empty_facts
from lodestone.stores.log.file import WAL_GROWN_BYTES, wal_path
from lodestone.stores.log.packing import Packer
from lodestone.stores.log.sqlite import SqliteLog

RECEIPT_BYTES = 3_000
RAW_BYTES = 7_600
IN_FLIGHT = 8


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=5_000_000)
    options.add_argument("--batch", type=int, default=1_000)
    options.add_argument("--receipts", type=int, default=4_000)
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--rate", type=float, default=400.0)
    options.add_argument("--seconds", type=float, default=20.0)
    told = options.parse_args()
    say(measure="machine", cores=os.cpu_count(), kernel=platform.release())
    events(told)
    receipts(told)
    sync_latencies(told.rate, told.seconds)
    asyncio.run(open_loop(told.rate, told.seconds, batches=0))
    asyncio.run(open_loop(told.rate, told.seconds, batches=50))


def events(told: argparse.Namespace) -> None:
    facts = sample_facts(told.batch)
    count = told.rows // told.batch
    blob = Packer().pack_facts(facts.tobytes(), told.batch)
    runs: dict[str, list[float]] = {"log": [], "log_cpu_us": [], "sqlite": [], "write": []}
    for _ in range(told.repeats):
        with home() as path:
            seconds, cpu = asyncio.run(append_all(path, facts, count))
        runs["log"].append(told.rows / seconds)
        runs["log_cpu_us"].append(cpu / told.rows * 1e6)
        runs["sqlite"].append(told.rows / sqlite_floor(blob, count, IN_FLIGHT))
        runs["write"].append(told.rows / write_floor(blob, count, IN_FLIGHT))
    # The floors put as many batches into a sync as the log can have waiting.
    common = {"batch": told.batch, "bytes_per_event": round(len(blob) / told.batch, 1)}
    say(measure="events_per_second", **common, **spread(runs["log"]))
    say(measure="events_cpu_us", **common, **spread(runs["log_cpu_us"]))
    say(measure="floor_sqlite_events_per_second", **common, **spread(runs["sqlite"]))
    say(measure="floor_write_sync_events_per_second", **common, **spread(runs["write"]))


def receipts(told: argparse.Namespace) -> None:
    chance = np.random.default_rng(5)
    packed = chance.bytes(RECEIPT_BYTES)
    # Half noise, half a constant: shrinks about as a decision's byte planes do.
    raw = b"".join(chance.bytes(19) + bytes(19) for _ in range(RAW_BYTES // 38))
    for kind, what in (("packed", packed), ("raw", raw)):
        for concurrency in (1, 4, 16, 64):
            rates, cpus = [], []
            for _ in range(told.repeats):
                with home() as path:
                    run = record_all(path, what, told.receipts, concurrency)
                    seconds, cpu = asyncio.run(run)
                rates.append(told.receipts / seconds)
                cpus.append(cpu / told.receipts * 1e6)
            common = {"what": kind, "bytes": len(what), "concurrency": concurrency}
            say(measure="receipts_per_second", **common, **spread(rates))
            say(measure="receipt_cpu_us", **common, **spread(cpus))
    floors = {"sqlite": sqlite_floor, "write_sync": write_floor}
    for name, floor in floors.items():
        cpus = []
        for _ in range(told.repeats):
            begun = time.process_time()
            floor(packed, 1_000, 1)
            cpus.append((time.process_time() - begun) / 1_000 * 1e6)
        say(measure=f"floor_{name}_cpu_us", bytes=len(packed), **spread(cpus))


async def open_loop(rate: float, seconds: float, *, batches: int) -> None:
    """Record at Poisson arrivals, with so many batches of 1,000 facts a second beside."""
    facts = sample_facts(1_000)
    what = np.random.default_rng(5).bytes(RECEIPT_BYTES)
    latencies: list[float] = []
    wal_bytes = 0
    with home() as path:
        log = SqliteLog.open(path, secret=b"bench")
        due = np.cumsum(np.random.default_rng(1).exponential(1 / rate, int(rate * seconds)))
        start = time.perf_counter()
        cpu, by_thread = time.process_time(), thread_seconds()
        waiting: set[asyncio.Future[object]] = set()

        def note(at: float) -> Callable[[object], None]:
            return lambda _: latencies.append(time.perf_counter() - start - at)

        appended = 0
        for sequence, at in enumerate(due):
            delay = start + at - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            done = log.record(sequence, b"w" * 60, what)
            done.add_done_callback(note(at))
            if appended < at * batches:
                appended += 1
                waiting.add(asyncio.ensure_future(log.append(facts)))
            if sequence % 100 == 0:
                wal_bytes = max(wal_bytes, wal_path(path).stat().st_size)
        await log.flush()
        await asyncio.gather(*waiting)
        cpu = time.process_time() - cpu
        by_thread = {name: told - by_thread[name] for name, told in thread_seconds().items()}
        await log.close()
    say(
        measure="commit_latency_ms",
        rate=rate,
        seconds=seconds,
        batches_per_second=batches,
        **quantiles(latencies),
        cpu_us_per_receipt=round(cpu / due.size * 1e6, 1),
        of_which={name: round(told / due.size * 1e6, 1) for name, told in by_thread.items()},
        wal_mib_max=round(wal_bytes / 2**20, 1),
    )


def thread_seconds() -> dict[str, float]:
    """Return the processor time of each of our threads by the first word of its name."""
    seconds = {}
    for thread in threading.enumerate():
        told = Path(f"/proc/self/task/{thread.native_id}/schedstat").read_text(encoding="ascii")
        seconds[thread.name.split(maxsplit=1)[0]] = int(told.split()[0]) / 1e9
    return seconds


async def append_all(path: Path, facts: Facts, count: int) -> tuple[float, float]:
    log = SqliteLog.open(path, secret=b"bench")
    taken = await timed(lambda _: log.append(facts), count, IN_FLIGHT)
    assert log.end() == count * facts.size
    await log.close()
    return taken


async def record_all(path: Path, what: bytes, count: int, concurrency: int) -> tuple[float, float]:
    log = SqliteLog.open(path, secret=b"bench")
    taken = await timed(lambda i: log.record(i, b"w" * 60, what), count, concurrency)
    assert log.receipt_next() == count
    await log.close()
    return taken


async def timed(
    ask: Callable[[int], Awaitable[object]], count: int, concurrency: int
) -> tuple[float, float]:
    """Keep `concurrency` asks in flight; return seconds of wall and of processor."""
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await ask(number)

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _ in range(concurrency)))
    return time.perf_counter() - wall, time.process_time() - cpu


def sqlite_floor(blob: bytes, count: int, group: int) -> float:
    """Return seconds to insert blobs, a sync for each group, into a WAL grown beforehand."""
    with home() as path:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA page_size=8192")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE blobs (id INTEGER PRIMARY KEY, body BLOB)")
        with wal_path(path).open("ab") as wal:
            wal.write(bytes(WAL_GROWN_BYTES))
        begun = time.perf_counter()
        for start in range(0, count, group):
            rows = [(number, blob) for number in range(start, min(start + group, count))]
            connection.execute("BEGIN")
            connection.executemany("INSERT INTO blobs VALUES (?, ?)", rows)
            connection.execute("COMMIT")
        taken = time.perf_counter() - begun
        connection.close()
    return taken


def write_floor(blob: bytes, count: int, group: int) -> float:
    """Return seconds to append blobs to a file, a sync for each group."""
    with home() as path, path.open("wb", buffering=0) as file:
        begun = time.perf_counter()
        for _ in range(0, count, group):
            file.write(blob * group)
            os.fdatasync(file.fileno())
        return time.perf_counter() - begun


def sync_latencies(rate: float, seconds: float) -> None:
    """Write and sync in place at a steady rate: the disk's own stalls, with no log at all."""
    taken = []
    with home() as path, path.open("w+b", buffering=0) as file:
        file.write(bytes(WAL_GROWN_BYTES))
        os.fsync(file.fileno())
        for number in range(int(rate * seconds)):
            begun = time.perf_counter()
            os.pwrite(file.fileno(), bytes(16_384), number % 500 * 16_384)
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - begun)
            time.sleep(max(0.0, 1 / rate - taken[-1]))
    say(measure="floor_sync_latency_ms", rate=rate, seconds=seconds, **quantiles(taken))


def quantiles(seconds: list[float]) -> dict[str, float]:
    values = np.sort(np.array(seconds)) * 1e3
    return {
        "p50": round(float(np.quantile(values, 0.5)), 3),
        "p99": round(float(np.quantile(values, 0.99)), 3),
        "max": round(float(values[-1]), 3),
    }


def sample_facts(count: int) -> Facts:
    chance = np.random.default_rng(1)
    facts = empty_facts(count)
    people = chance.integers(0, 2**62, 20_000)
    facts["key"] = chance.integers(0, 2**63, count)
    facts["time"] = 1_700_000_000_000_000 + np.sort(chance.integers(0, 10_000_000, count))
    facts["person"] = people[chance.integers(0, people.size, count)]
    facts["receipt"] = 500_000 - chance.integers(0, 5_000, count)
    facts["promises"] = chance.integers(0, 256, count)
    facts["item"] = chance.integers(0, 100_000, count)
    facts["value"] = chance.integers(0, 30_000, count)
    facts["served"] = 1_700_000_000 - chance.integers(0, 600, count)
    facts["day"] = 19_700
    facts["domain"] = chance.integers(0, 12, count)
    facts["kind"] = chance.integers(0, 6, count)
    facts["slot"] = chance.integers(1, 11, count)
    return facts


@contextmanager
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        yield Path(folder) / "log.db"


def say(**line: object) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
