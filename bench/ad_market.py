"""Four bidders in a market that reacts, each in the place of every advertiser in turn.

    python bench/ad_market.py               writes results/ad-market.json

The market is `tests/worlds/ad_market.py`. A first day is lived with the baseline alone, from which the others take what they know of
yesterday; on the second each kind of bidder plays a quarter of the advertisers, and four such days give every advertiser to
every kind, with the same impressions and the same chance. `of_bound` is expected score over the bound in hindsight on
conversions at the advertiser's budget, whatever they cost.
"""

# ruff: noqa: E402  the path to the tests comes first
import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np

from tests.worlds.ad_market import Constant, OnlineLp, Paced, Pid, hindsight, play, some_market

KINDS = ("constant", "pid", "online_lp", "paced")
OUT = Path(__file__).parent / "results" / "ad-market.json"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", type=int, default=2)
    options.add_argument("--impressions", type=int, default=100)
    options.add_argument("--out", type=Path, default=OUT)
    asked = options.parse_args()
    rows = [row for seed in range(asked.seeds) for row in lived(seed, asked.impressions)]
    report = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "command": "python bench/ad_market.py",
        "seeds": asked.seeds,
        "impressions_a_tick": asked.impressions,
        "bidders": {kind: figures([row for row in rows if row["kind"] == kind]) for kind in KINDS},
    }
    asked.out.write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report["bidders"], indent=1))


def lived(seed, impressions):
    yesterday, today = some_market(seed, impressions=impressions)
    count = today.budget.size
    before = play(yesterday, [Pid() for _ in range(count)], np.random.default_rng([seed, 1]))
    plan = np.array([costs.sum() for costs in before.least_cost])

    def online(i):
        return OnlineLp([v[:, i] for v in yesterday.values], before.least_cost)

    for turn in range(len(KINDS)):
        kinds = [KINDS[(i + turn) % len(KINDS)] for i in range(count)]
        made = {
            "constant": lambda _: Constant(), "pid": lambda _: Pid(),
            "online_lp": online,
            "paced": lambda i: Paced(plan, online(i).yesterday),
        }  # fmt: skip
        bidders = [made[kind](i) for i, kind in enumerate(kinds)]
        day = play(today, bidders, np.random.default_rng([seed, 2]))
        for i, kind in enumerate(kinds):
            yield {
                "kind": kind, "score": day.score[i], "conversions": day.conversions[i],
                "spent": day.spent[i], "budget": today.budget[i], "target": today.target[i],
                "bound": hindsight(today, day, i),
            }  # fmt: skip


def figures(rows) -> dict:
    total = {name: sum(float(row[name]) for row in rows) for name in rows[0] if name != "kind"}
    within = sum(bool(row["spent"] <= 1.05 * row["target"] * row["conversions"]) for row in rows)
    return {
        "score": round(total["score"], 1),
        "conversions": round(total["conversions"], 1),
        "of_budget_spent": round(total["spent"] / total["budget"], 4),
        "cost_of_a_conversion": round(total["spent"] / max(total["conversions"], 1), 2),
        "mean_target": round(total["target"] / len(rows), 2),
        "advertisers_within_5_percent_of_target": round(within / len(rows), 4),
        "of_bound": round(total["score"] / total["bound"], 4),
        "conversions_of_bound": round(total["conversions"] / total["bound"], 4),
        "overspent": sum(bool(row["spent"] > row["budget"]) for row in rows),
    }


if __name__ == "__main__":
    main()
