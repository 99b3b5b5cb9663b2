"""Replay the receipts of a log in this process, compiled and plain, to the bit; say how large they are.

    python bench/receipts.py COPY COMMUNITY --count 10000

COPY is what `lodestone backup` wrote, so that the decisions were made in another process.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np

from lodestone.content.vectors import project
from lodestone.stores.database import open_records
from lodestone.stores.files.manifest import log_name
from lodestone.stores.log.sqlite import SqliteLog
from lodestone.traffic.codec import decode
from lodestone.traffic.kernels import COMPILED, PLAIN
from lodestone.traffic.pricer import PricerState
from lodestone.traffic.prices import no_prices
from lodestone.traffic.replay import replay


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("copy", type=Path)
    options.add_argument("community")
    options.add_argument("--count", type=int, default=10_000)
    print(json.dumps(asyncio.run(measure(options.parse_args())), indent=1))


async def measure(told: argparse.Namespace) -> dict:
    records = open_records(f"sqlite:///{told.copy / 'records.db'}", draw=lambda: 0, project=project)
    secret = records.community(told.community).secret
    policies = {one.policy.version: one.policy for one in records.policies(told.community)}
    records.close()
    log = SqliteLog.open(told.copy / log_name(told.community), secret=secret)
    try:
        last = log.receipt_next()
        stored = list(log.receipts(max(0, last - told.count), last))
        decisions = [decode(parts.what, -1) for parts in stored]
        prices = {version: price(log, version) for version in {d.price_version for d in decisions}}
    finally:
        await log.close()
    found: dict = {"receipts": len(stored)}
    for name, kernels in (("compiled", COMPILED), ("plain", PLAIN)):
        begun = time.perf_counter()
        differences: Counter[str] = Counter()
        for decision in decisions:
            told_again = replay(
                kernels, decision, policies[decision.policy_version], prices[decision.price_version]
            )
            differences.update(told_again.differences if not told_again.identical else ())
        seconds = time.perf_counter() - begun
        found[name] = {
            "identical": len(stored) - sum(differences.values()), "differences": dict(differences),
            "us_each": round(seconds / max(1, len(stored)) * 1e6, 1),
        }  # fmt: skip
    sizes = np.array([len(parts.what) + len(parts.who) for parts in stored])
    found["bytes"] = {
        "mean": round(float(sizes.mean())), "p50": int(np.median(sizes)), "p99": int(np.quantile(sizes, 0.99)),
        "max": int(sizes.max()), "candidates_mean": round(float(np.mean([d.candidate.size for d in decisions]))),
        "exact_share": round(float(np.mean([d.choice.exact for d in decisions])), 4),
    }  # fmt: skip
    return found


def price(log: SqliteLog, version: int):
    payload = log.prices(version)
    return (
        no_prices(0)
        if payload is None
        else msgspec.msgpack.decode(payload, type=PricerState).vector
    )


if __name__ == "__main__":
    main()
