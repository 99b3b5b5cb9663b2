"""Processor microseconds of a page with ads and what they pay, compiled beside plain, in one run.

    python bench/auction.py                 writes results/auction.json
    python bench/auction.py --quick         a small one, to see that it works

Slots 10 and 30; 0, 8 and 40 ads, each of its own payer, or four of each payer with prices that differ (`shared`), where the
search has to choose between a payer's ads. `page` is the best page alone, `vcg` with payments, `settled` the same from
micros to whole micros, `explained` with the steps of each ad's attention besides; `critical` the greedy page and its critical values. Compiled figures are the median over auctions of the least of several turns, so that what else the machine does counts
little; plain ones are single turns of fewer auctions.
"""

# ruff: noqa: E402  the path to the tests comes first
import argparse
import json
import os
import platform
import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np

from lodestone.traffic.auction import (
    COMPILED,
    PLAIN,
    Ads,
    Organics,
    PageRules,
    PaymentRule,
    exact,
    explained,
    settle,
)
from lodestone.traffic.auction.problem import problem_of
from lodestone.traffic.slots import attention_of

OUT = Path(__file__).parent / "results" / "auction.json"
PAIRS = [(slots, ads, shared) for slots in (10, 30) for ads in (0, 8, 40) for shared in (False, True) if ads or not shared]  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--auctions", type=int, default=200)
    options.add_argument("--plain", type=int, default=8)
    options.add_argument("--turns", type=int, default=15)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--out", type=Path, default=OUT)
    asked = options.parse_args()
    if asked.quick:
        asked.auctions, asked.plain, asked.turns = 5, 1, 2
    rows = [row(*pair, asked) for pair in PAIRS]
    report = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
            "python": platform.python_version(), "load": os.getloadavg()[1],
        },
        "command": "python bench/auction.py",
        "auctions": asked.auctions,
        "rows": rows,
    }  # fmt: skip
    asked.out.write_text(json.dumps(report, indent=1) + "\n")
    for line in rows:
        print(json.dumps(line))


def row(slots: int, ads: int, shared: bool, asked: argparse.Namespace) -> dict:
    chance = np.random.default_rng([slots, ads, shared])
    drawn = [request(chance, slots, ads, shared) for _ in range(asked.auctions)]
    shown = [settle(COMPILED, *d, PaymentRule.VCG) for d in drawn]
    return {
        "slots": slots,
        "ads": ads,
        "payers_share": shared,
        "ads_shown": round(statistics.mean(len(o.winners) for o in shown), 2),
        "tables_for_a_page": {
            "median": statistics.median(o.nodes for o in shown), "most": max(o.nodes for o in shown),
        },
        "fell_back": sum(o.rule is not PaymentRule.VCG for o in shown),
        "compiled": measured(COMPILED, drawn, asked.turns, ("page", "vcg", "settled", "explained", "critical")),
        "plain": None if shared and ads > 8 else measured(PLAIN, drawn[: asked.plain], 1, ("page", "vcg")),
    }  # fmt: skip


def request(chance, slots, ads, shared):
    organics = Organics(
        -np.sort(-chance.integers(0, 120_000, slots)),
        chance.integers(0, 20, slots).astype(np.int32),
    )
    spread = chance.uniform(0, 3_000, ads) if shared else np.zeros(ads)
    payer = np.arange(ads) // 4 if shared else np.arange(ads)
    offered = Ads(
        chance.lognormal(13.0, 0.8, ads).astype(np.int64), chance.uniform(0.005, 0.03, ads),
        chance.uniform(0.6, 1.0, ads), chance.uniform(-2_000, 1_000, ads), spread,
        payer.astype(np.int32), np.full(ads, -1, np.int32), chance.uniform(0, 500, ads),
    )  # fmt: skip
    return organics, offered, PageRules(attention_of(slots, 0.06), 0.05, load_price=500.0)


def measured(kernels, drawn, turns, names) -> dict:
    figures = {name: [] for name in names}
    for organics, ads, rules in drawn:
        problem = problem_of(kernels, organics, ads, rules)
        limits = problem.weight, rules.gap, rules.first, rules.one_per_author, exact.NODES_MAX
        slate, summary = np.empty(rules.attention.size, np.int64), np.empty(4, np.int64)
        room = np.empty((problem.weight.shape[0], exact.FIGURES), np.int64)
        bid, user, *rest, _ = problem.ads
        values = (bid + user, *rest)
        calls = {
            "page": lambda v=values, p=problem, r=limits, s=slate, f=summary: kernels.exact.best(p.organic, v, r, s, f),
            "vcg": lambda p=problem, r=limits, s=slate, f=summary, o=room: kernels.exact.charge(p.organic, p.ads, r, s, o, f),
            "settled": lambda o=organics, a=ads, r=rules: settle(kernels, o, a, r, PaymentRule.VCG),
            "explained": lambda o=organics, a=ads, r=rules: explained(kernels, o, a, r, settle(kernels, o, a, r, PaymentRule.VCG)),
            "critical": lambda o=organics, a=ads, r=rules: settle(kernels, o, a, r, PaymentRule.CRITICAL),
        }  # fmt: skip
        for name in names:
            figures[name].append(min(spent(calls[name]) for _ in range(turns)))
    return {name: round(statistics.median(values), 1) for name, values in figures.items()}


def spent(call) -> float:
    begun = time.process_time_ns()
    call()
    return (time.process_time_ns() - begun) / 1000


if __name__ == "__main__":
    main()
