"""What people alike cost a decision: the same feeds of the same home in turn with and without item lists, processor time.

    python bench/alike.py movielens DATA/ml-100k --keep HOME && python bench/alike_cost.py HOME

The home is one that `bench/alike.py` kept. Every viewer is asked for in pairs, the order of a pair alternating, and the processor time
of the whole feed request inside the engine (receipt included, without HTTP) is compared; several rounds.
"""

import argparse
import asyncio
import json
import os
import platform
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from lodestone import bootstrap
from lodestone.models.popular import Popular
from lodestone.models.rates import Rates
from lodestone.services.access import OPERATOR, Principal
from lodestone.services.feed.messages import FeedRequest


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("home", type=Path)
    options.add_argument("--people", type=int, default=300)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "alike-cost.json"
    )
    told = options.parse_args()
    found = asyncio.run(measure(told))
    told.out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


async def measure(told: argparse.Namespace) -> dict:
    settings = bootstrap.settings_of(str(told.home), {"LODESTONE_LEARNING_GROWTH": "0"})
    async with bootstrap.open_app(settings) as app:
        engine = app.engines.of("alike")
        decider, model = engine.parts.decider, engine.housekeeper.model
        alike = decider.alike
        predictors = {True: Rates(model, alike=alike.model), False: Rates(model)}
        who = Principal(
            key_id="bench", community=None, scopes=frozenset({OPERATOR}), digest=b"bench"
        )
        names = [name for name in engine.directory.person_ids if name and name.startswith("u")]
        people = [names[n] for n in np.linspace(0, len(names) - 1, told.people).astype(int)]

        async def once(person: str, *, on: bool) -> float:
            decider.alike = alike if on else None
            decider.take(predictors[on], Popular(predictors[on]))
            request = FeedRequest(viewer=person, surface="discover", slots=10)
            begun = time.thread_time_ns()
            await engine.feed(request, who)
            return (time.thread_time_ns() - begun) / 1000

        for person in people[:50]:
            await once(person, on=True), await once(person, on=False)
        rounds, times = [], {True: [], False: []}
        for _ in range(told.rounds):
            ratios = []
            for index, person in enumerate(people):
                pair = {
                    on: await once(person, on=on)
                    for on in ((True, False) if index % 2 else (False, True))
                }
                for on, spent in pair.items():
                    times[on].append(spent)
                ratios.append(pair[True] / pair[False])
            rounds.append(round(float(np.median(ratios)), 4))
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "command": "python bench/alike_cost.py HOME", "pairs": told.people * told.rounds,
        "us_with": round(float(np.median(times[True])), 1), "us_without": round(float(np.median(times[False])), 1),
        "ratio_by_round": rounds, "ratio": round(float(np.median(rounds)), 4),
    }  # fmt: skip


if __name__ == "__main__":
    main()
