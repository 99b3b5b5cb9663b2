"""What making item lists takes at three sizes of catalogue: seconds, processor time, peak memory, bytes on disk.

    python bench/refresh_sizes.py

Each size is a log of likes alone, written straight into a log file: people with two of sixty tastes each, items of one taste, both as
uneven as communities are (Zipf). What is measured is the child process that a community starts, with the settings that come by default. The floor of the same run reads the log through and does nothing with it.
"""

import argparse
import asyncio
import json
import os
import platform
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from lodestone import bootstrap
from lodestone.bootstrap.learning import ChildMaker, learning_limits
from lodestone.events.facts import empty_facts
from lodestone.events.outcomes import FactKind
from lodestone.stores.log.fact_reader import facts_before
from lodestone.stores.log.sqlite import SqliteLog

SIZES = {10_000: (20_000, 500_000), 100_000: (100_000, 2_500_000), 1_000_000: (500_000, 10_000_000)}
"""People and likes, by items."""
TASTES = 60
BATCH = 10_000
WITHIN = 0.8
"""Share of a person's likes that are of their own two tastes."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, nargs="*", default=list(SIZES))
    options.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "refresh-sizes.json"
    )
    asked = options.parse_args()
    sizes = [measure(items) for items in sorted(asked.items)]
    report = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "command": "python bench/refresh_sizes.py",
        "sizes": sizes,
    }
    asked.out.write_text(json.dumps(report, indent=1) + "\n")


def measure(items: int) -> dict:
    people, likes = SIZES[items]
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        asyncio.run(write_log(folder / "log.db", items, people, likes))
        begun = time.perf_counter()
        read = sum(facts.size for facts in facts_before(folder / "log.db", likes))
        floor = time.perf_counter() - begun
        assert read == likes
        made = asyncio.run(refresh(folder, items, likes))
        size = sum(path.stat().st_size for path in (folder / "lists").rglob("*") if path.is_file())
    row = {
        "items": items, "people": people, "likes": likes, "floor_read_seconds": round(floor, 2),
        **made, "disk_mb": round(size / 1e6, 1),
    }  # fmt: skip
    print(json.dumps(row), flush=True)
    return row


async def refresh(folder: Path, items: int, likes: int) -> dict:
    """Make lists as a community does; return what its child took. Sizes are made in ascending order: a peak is of all children so far."""
    settings = bootstrap.settings_of(str(folder), {})
    maker = ChildMaker(folder, learning_limits(settings), "UTC")
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    assert await maker.make(likes, 1, np.full((items, 2), np.nan, np.float32))
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    _, about = maker.open(1)
    return {
        "seconds": round(seconds, 1), "processor_seconds": round(cpu(after) - cpu(before), 1),
        "peak_mb": round(after.ru_maxrss / 1024), "method": about["method"],
    }  # fmt: skip


def cpu(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


async def write_log(path: Path, items: int, people: int, likes: int) -> None:
    chance = np.random.default_rng(11)
    log = SqliteLog.open(path, secret=b"bench")
    taste_of = np.argsort(chance.random(items)) % TASTES
    by_taste = [np.flatnonzero(taste_of == taste) for taste in range(TASTES)]
    own = chance.integers(0, TASTES, (people, 2))
    for first in range(0, likes, BATCH):
        facts = empty_facts(BATCH)
        who = uneven(chance, people, BATCH)
        taste = np.where(
            chance.random(BATCH) < WITHIN, own[who, chance.integers(0, 2, BATCH)], chance.integers(0, TASTES, BATCH)
        )  # fmt: skip
        place = uneven(chance, items // TASTES, BATCH)
        facts["item"] = [
            by_taste[t][p] for t, p in zip(taste.tolist(), place.tolist(), strict=True)
        ]
        facts["person"], facts["kind"] = who, FactKind.LIKE
        facts["key"] = chance.integers(0, 2**63, BATCH)
        facts["time"] = 1_700_000_000_000_000 + (first + np.arange(BATCH)) * 1_000_000
        facts["day"] = 19_700
        await log.append(facts)
    await log.close()


def uneven(chance: np.random.Generator, among: int, count: int) -> np.ndarray:
    """Draw places out of so many, the n-th about as often as 1 / n^0.7."""
    return np.minimum((among * chance.random(count) ** (1 / 0.3)).astype(np.int64), among - 1)


if __name__ == "__main__":
    main()
