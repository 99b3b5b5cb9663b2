"""Processor microseconds of a decision by stage, with no ad live and with 100, 1,000, 10,000 and 100,000, in one run.

    python bench/ads.py                 writes results/ads.json
    python bench/ads.py --quick         a small one, to see that it works

One community of posts and people around one town; a campaign has five ads. Half of the ads mean a circle of 5 to 20 km, three in ten
two tags, two in ten a channel, one in ten the hours from 8 to 20, and one in twenty nothing at all but who consents; one in three
is of a product that its shop sells within 20 km. The sizes take
turns decision by decision; figures are the median over decisions of the least of `--turns` turns, by the thread's own clock, so
that what else the machine does counts little.
Every campaign has money, and a page's ads are reserved as the engine does. `ads` is finding, chances, the cut, auction and prices,
`reserve` setting aside what the slots can cost and the facts of it, `receipt` writing and compressing, `answer` the slots with beacons.
"""

# ruff: noqa: E402  the path to the tests comes first
import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import numpy as np

from lodestone.base.money import Micros
from lodestone.events.outcomes import OUTCOMES
from lodestone.features.ads import IMPRESSION, Circle, LiveAd, LiveAds, SellingRange
from lodestone.features.ads.ad import ALL_HOURS
from lodestone.services.ads.paid_slots import Spending, paid_slots
from lodestone.services.feed.cursor import Chain
from lodestone.services.feed.messages import FeedRequest, Position
from lodestone.services.feed.stages import Stages
from lodestone.services.support.ids import decision_seed
from lodestone.traffic.codec import DecisionPacker, encode
from lodestone.traffic.pricer import PacingAccount
from tests.worlds.paid_slots import limited
from tests.worlds.world import opened

OUT = Path(__file__).parent / "results" / "ads.json"
SIZES = (0, 100, 1_000, 10_000, 100_000)
PER_CAMPAIGN = 5
TAGS = [f"tag{n}" for n in range(60)]
DAYTIME = (0x0FFF00,) * 7
CLICK = OUTCOMES.index("click")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=10_000)
    options.add_argument("--people", type=int, default=300)
    options.add_argument("--decisions", type=int, default=400, help="Of each size.")
    options.add_argument("--turns", type=int, default=5)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--out", type=Path, default=OUT)
    asked = options.parse_args()
    if asked.quick:
        asked.items, asked.people, asked.decisions = 300, 20, 5
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(measure(asked, Path(folder)))
    report = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "processor": platform.processor() or platform.machine(), "cores": os.cpu_count(),
            "python": platform.python_version(), "load": os.getloadavg()[1],
        },
        "command": "python bench/ads.py",
        "size": {"items": asked.items, "people": asked.people, "decisions": asked.decisions, "turns": asked.turns},
        "rows": rows,
    }  # fmt: skip
    asked.out.write_text(json.dumps(report, indent=1) + "\n")
    for line in rows:
        print(json.dumps(line))


async def measure(asked, folder):
    async with opened(folder) as world:
        await fill(world, asked)
        sizes = [size if not asked.quick else min(size, 1_000) for size in SIZES]
        fund(world, max(sizes) // PER_CAMPAIGN)
        every = [placed(world, some_ads(world, size)) for size in sizes]
        spent = [defaultdict(list) for _ in sizes]
        shown = [[] for _ in sizes]
        for which in range(asked.decisions + 20):
            least = [{} for _ in sizes]
            for _ in range(asked.turns):
                for number in range(len(sizes)):
                    placer = world.engine.parts.decider.placer
                    placer.live, placer.spending = every[number]
                    decision, stages = decide(world, which)
                    for name, micros in stages.items():
                        least[number][name] = min(micros, least[number].get(name, micros))
                    if which >= 20:
                        shown[number].append(
                            len(decision.paid.outcome.winners) if decision.paid else 0
                        )
            for number in range(len(sizes) if which >= 20 else 0):
                for name, micros in least[number].items():
                    spent[number][name].append(micros)
        assert all(np.mean(count) > 0 for size, count in zip(sizes, shown, strict=True) if size), (
            shown
        )
        return [
            {"ads": size, "campaigns": size // PER_CAMPAIGN, "shown": round(statistics.mean(count), 2),
             "microseconds": {name: round(statistics.median(all_)) for name, all_ in stages.items()}}
            for size, stages, count in zip(sizes, spent, shown, strict=True)
        ]  # fmt: skip


async def fill(world, asked):
    chance = np.random.default_rng(5)
    people = [
        {"id": f"p{n}", "home": around(chance), "language": "zh"} for n in range(asked.people)
    ]
    items = [
        {"id": f"i{n}", "author_id": f"a{n % 500}", "kind": "video", "language": "zh",
         "tags": chance.choice(TAGS, 2, replace=False).tolist(), "text": "x", "location": around(chance)}
        for n in range(asked.items)
    ]  # fmt: skip
    wares = [
        {"id": f"w{n}", "author_id": f"firm{n}", "kind": "video", "language": "zh", "tags": [TAGS[n % 60]], "text": "x"}
        for n in range(1_000)
    ]  # fmt: skip
    for path, rows in (("people", people), ("items", items), ("items", wares)):
        lines = "\n".join(map(json.dumps, rows))
        answer = await world.ask("POST", f"/v1/{path}:bulk", content=lines, status=200)
        assert not answer.get("failed"), answer
    world.engine.housekeeper.sweep_when_due(world.engine.now())


def fund(world, campaigns):
    """Let every campaign spend more than the measurement can."""
    billing, budgets = world.engine.billing, world.engine.state.budgets
    billing.numbers.take({n: f"c{n}" for n in range(campaigns)})
    for n in range(campaigns):
        budgets.follow(limited(10**15, campaign=n))


def placed(world, live):
    """Return live ads and who knows what their campaigns may spend."""
    engine = world.engine
    return live, Spending(engine.state, engine.billing.numbers, live, engine.money.today)


def around(chance):
    latitude, longitude = chance.normal((26.4, 108.1), 0.15)
    return {"latitude": round(float(latitude), 5), "longitude": round(float(longitude), 5)}


def some_ads(world, count):
    chance, live = np.random.default_rng([7, count]), LiveAds()
    codes, items = world.engine.directory.tag_codes, world.engine.directory
    tags = [codes[tag] for tag in TAGS if tag in codes]
    for n in range(count):
        where = around(chance)
        circle = Circle(where["latitude"], where["longitude"], float(chance.uniform(5, 20)))
        asks, everybody = chance.random(4), chance.random() < 0.05
        live.put(
            LiveAd(
                f"ad{n}", f"c{n // PER_CAMPAIGN}", f"firm{n // PER_CAMPAIGN}", items.item_row(f"w{n % 1_000}"),
                bid=Micros(int(chance.lognormal(12.5, 1))), bought=CLICK if asks[3] < 0.7 else IMPRESSION,
                circles=(circle,) if asks[0] < 0.5 and not everybody else (),
                tags=tuple(chance.choice(tags, 2).tolist()) if asks[1] < 0.3 and not everybody else (),
                domains=(int(chance.integers(40)),) if asks[2] < 0.2 and not everybody else (),
                hours=DAYTIME if chance.random() < 0.1 else ALL_HOURS,
                sold=(SellingRange(((*circle[:2], 20.0),), stands=True, delivers=True),) if n % 3 == 0 else (),
            )
        )  # fmt: skip
    return live


def decide(world, turn):
    """Decide once as the engine does, and return microseconds by stage."""
    engine, clock = world.engine, time.thread_time_ns
    people = len(engine.directory.people)
    viewer_id = f"p{turn * 7 % max(1, min(people, 300))}"
    request = FeedRequest(viewer=viewer_id, position=Position(latitude=26.4, longitude=108.1))
    now, keeper, stages = engine.now(), engine.housekeeper, Stages(clock)
    begun = clock()
    stages.start()
    viewer = engine.hydrator.viewer(request, keeper.policy, now, gated=keeper.sweep.gated)
    seed = decision_seed(engine.secret, turn)
    setting = replace(engine.setting(request, now, Chain(), []), sequence=turn, seed=seed)
    stages.done("hydrate", 0, 0)
    decision = engine.parts.decider.decide(viewer, setting, stages, PacingAccount())
    stages.done("close", 0, 0)
    PACKER.pack(encode(decision))
    stages.done("receipt", 0, 0)
    slots = reserve(engine, decision)
    stages.done("reserve", 0, 0)
    beyond = engine.parts.decider.beyond(viewer, decision.items)
    engine._answers.feed(decision, viewer_id, Chain(), None, beyond)  # noqa: SLF001
    stages.done("answer", 0, 0)
    whole = (clock() - begun) / 1000
    for slot in slots:
        engine.state.budgets.cancel(slot)
    return decision, {note.name: note.cpu_us for note in stages.notes} | {"whole": whole}


def reserve(engine, decision):
    """Set aside what a page's ads can cost, as `AdBilling.recorded` does before it waits for the disk."""
    if decision.paid is None:
        return []
    billing, kinds = engine.billing, engine.state.items["kind"]
    slots = paid_slots(decision, billing.numbers, engine.ingest.day(decision.time), kinds)
    reserved = billing.charges.reserve(slots)
    assert len(reserved) == len(slots)
    billing.pacing.served(slots)
    billing.charges.reservation(slots)
    return slots


PACKER = DecisionPacker()

if __name__ == "__main__":
    main()
