"""The paced bidder on the published iPinYou log, beside its peers and bounds, at several budgets.

    python bench/ipinyou.py DATA/ipinyou

Every advertiser of the folder is replayed at every share; `--advertisers` and `--shares` name others. `--perturb` also draws the
auctions anew: episodes cut from a shuffle of the log, and the two halves of the log by themselves. Nothing is tuned here.
"""

import argparse
import json
import os
import platform
import time
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import msgspec
import numpy as np

from lodestone.insight.bids.log import Episode, advertisers_of, episodes_of, training_of
from lodestone.insight.bids.replay import replay

SHARES = ["1/32", "1/16", "1/8", "1/4", "1/2"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("data", type=Path)
    options.add_argument("--advertisers", nargs="*", default=None)
    options.add_argument("--shares", nargs="*", default=SHARES)
    options.add_argument("--perturb", action="store_true")
    options.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "ipinyou.json")  # fmt: skip
    asked = options.parse_args()
    rows: list[dict] = []
    result: dict = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "command": f"python bench/ipinyou.py {asked.data.name}" + (" --perturb" if asked.perturb else "") + (f" --shares {' '.join(asked.shares)}" if asked.shares != SHARES else ""), "rows": rows,
    }  # fmt: skip
    for advertiser in asked.advertisers or advertisers_of(asked.data):
        known, day = training_of(asked.data, advertiser), list(episodes_of(asked.data, advertiser))
        for variant, episodes in (perturbed(day) if asked.perturb else {"log": day}).items():
            for share in asked.shares:
                begun = time.process_time()
                answer = replay(known, episodes, float(Fraction(share)), advertiser=advertiser)
                seconds = round(time.process_time() - begun, 1)
                row = {"variant": variant, "share": share, "processor_seconds": seconds}
                rows.append({**row, **msgspec.to_builtins(answer)})
                shown = {name: f"{score.clicks} ({score.expected_clicks:.1f})" for name, score in (answer.bidders | answer.peers).items()}  # fmt: skip
                print(advertiser, variant, share, shown, seconds, flush=True)
                asked.out.write_text(json.dumps(result, indent=1) + "\n")


def perturbed(day: list[Episode]) -> dict[str, list[Episode]]:
    """Return the same auctions in other orders and parts."""
    whole = [
        np.concatenate(columns) for columns in zip(*(episode[1:] for episode in day), strict=True)
    ]
    order = np.random.default_rng(1).permutation(whole[0].size)
    bounds = np.cumsum([0] + [episode.click.size for episode in day])
    shuffled = [
        Episode(episode.number, *(column[order[first:last]] for column in whole))
        for episode, first, last in zip(day, bounds, bounds[1:], strict=False)
    ]
    middle = len(day) // 2
    return {"shuffled": shuffled, "first half": day[:middle], "second half": day[middle:]}


if __name__ == "__main__":
    main()
