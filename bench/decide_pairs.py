"""Processor time of a decision, two checkouts in turn on the same cores at the same time.

    python bench/decide_pairs.py BEFORE NOW --rounds 150

Each checkout decides in a process of its own over 5,000 posts around one place; a round is 100 decisions, and which
of the two goes first changes with every round.
"""

# ruff: noqa: SLF001, PLC0415  a decision alone is no public call; a child imports its own checkout
import argparse
import asyncio
import gc
import inspect
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DECISIONS = 100


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("before", type=Path)
    options.add_argument("now", type=Path)
    options.add_argument("--rounds", type=int, default=150)
    asked = options.parse_args()
    processes = [child(path.resolve()) for path in (asked.before, asked.now)]
    spent = ([], [])
    for number in range(asked.rounds):
        for which in (0, 1) if number % 2 else (1, 0):
            spent[which].append(ask(processes[which], 1_000 + 200 * number))
    for process in processes:
        process.stdin.close()
    ratios = [now / before for before, now in zip(*spent, strict=True)]
    print(json.dumps({
        "machine": {"processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
                    "python": platform.python_version(), "load": os.getloadavg()[1]},
        "command": f"python bench/decide_pairs.py BEFORE NOW --rounds {asked.rounds}",
        "microseconds": {name: figures(one) for name, one in zip(("before", "now"), spent, strict=True)},
        "ratio": figures(ratios),
    }, indent=1))  # fmt: skip


def figures(values):
    low, middle, high = statistics.quantiles(values)
    return {"least": round(min(values), 3), "quartiles": [round(v, 3) for v in (low, middle, high)]}


def child(path):
    environment = {**os.environ, "PYTHONPATH": f"{path / 'src'}:{path}"}
    process = subprocess.Popen(
        [sys.executable, "-c", f"import runpy; runpy.run_path({__file__!r})['decide']()"],
        cwd=path, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    process.stdout.readline()
    return process


def ask(process, sequence):
    process.stdin.write(f"{sequence}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def post(number, chance, town):
    """Make a post near the middle of a town."""
    near = {name: degrees + chance.gauss(0, 0.05) for name, degrees in town.items()}
    return {
        "id": f"i{number}", "kind": "video", "author_id": f"a{number % 400}", "position": near,
        "tags": [f"t{chance.randrange(30)}"],
    }  # fmt: skip


def decide():
    """Fill a community, then decide a round for every line read and write its microseconds."""
    asyncio.run(_decide())


async def _decide():
    # Of the checkout that this process was started in.
    from lodestone.services.feed.cursor import Chain
    from lodestone.services.feed.messages import FeedRequest
    from lodestone.services.feed.stages import Stages
    from tests.worlds.world import TOWN, opened

    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as home:
        async with opened(Path(home)) as world:
            await world.people(40, home=TOWN, interests={"t1": 1.0, "t2": 0.5})
            lines = "\n".join(json.dumps(post(n, chance, TOWN)) for n in range(5_000))
            await world.ask("POST", "/v1/items:bulk", content=lines, status=200)
            for n in range(200):
                await world.put(f"/v1/people/p{n % 40}/follows/a{n * 13 % 400}")
            engine, keeper = world.engine, world.engine.housekeeper
            lately = "lately" in inspect.signature(engine._setting).parameters

            def once(number):
                request, now = FeedRequest(viewer=f"p{number % 40}"), engine.now()
                hydrator = getattr(engine, "hydrator", None) or engine._hydrator  # older checkouts
                viewer = hydrator.viewer(request, keeper.policy, now, gated=False)
                rest = (now, Chain(), []) if lately else (viewer, now, Chain())
                setting = engine._setting(request, *rest)
                engine._sequence += 1
                engine.parts.decider.decide(viewer, setting, Stages(None), keeper.account)

            for number in range(300):
                once(number)
            print("ready", flush=True)
            for line in sys.stdin:
                engine._sequence = int(line)
                gc.collect()
                gc.disable()
                begun = time.process_time_ns()
                for number in range(DECISIONS):
                    once(number)
                spent = time.process_time_ns() - begun
                gc.enable()
                print(spent / DECISIONS / 1000, flush=True)


if __name__ == "__main__":
    main()
