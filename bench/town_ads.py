"""The same towns with and without ads, at several prices of a viewer's time.

    python bench/town_ads.py                         150 people, 31 days, seeds 1 to 3; results/town-ads-150-people.json
    python bench/town_ads.py --quick                 60 people, two days, one seed, to see that it works

Every life is lived in this process, one after another. Two lives of one seed are the same to the bit until the first ad is
shown: they share the town's chance and the engine's secrets. The operator makes item lists every night, and lets the
predictor learn from the log after the third day and every second Sunday. `--minutes` ends the command after so long; the same
command goes on from there: a life is kept every midnight, and what it heard since is in its journal.
"""

# ruff: noqa: E402  the path to the tests comes first
import argparse
import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import msgspec
import numpy as np
from run import machine

from lodestone import bootstrap
from lodestone.base.clock import ManualClock
from lodestone.cli.learning import learn_at_night
from lodestone.cli.reach import Reach, here
from lodestone.client import AsyncClient
from lodestone.town import NAME, Shelf, Wish, run
from lodestone.town.runs import FIGURES, START, ZONE
from lodestone.town.study.compare import MEASURES, interval
from tests.worlds.world import numbers

TOWN = "town"
OFF = "off"
LAST = slice(24, 31)
"""The last seven days of 31: people a day are counted over these, besides the thirtieth day alone."""
OF_A_LIFE = {measure.id: measure.read for measure in MEASURES}
READ: dict[str, Callable[[dict[str, Any]], Any]] = {
    "people_on_day_30": OF_A_LIFE["came_30"],
    "people_a_day_24_to_30": lambda f: (
        float(np.mean(f["came"][LAST])) if len(f["came"]) > 30 else None
    ),
    "visits_in_all": lambda f: float(sum(f["came"])),
    "joy_of_a_look": OF_A_LIFE["pleasure"],
    "joy_of_an_ad": lambda f: f.get("ads", {}).get("pleasure"),
    "small_creators_share": lambda f: f["small_share"],
    "small_creators_who_post": OF_A_LIFE["small_survive"],
    "gini": OF_A_LIFE["gini"],
    "value_yuan": OF_A_LIFE["value_total"],
    "revenue_yuan": lambda f: f.get("ads", {}).get("revenue_micros", 0) / 1e6,
    "ads_share_of_looks": lambda f: f.get("ads", {}).get("share", 0.0),
    "yuan_a_thousand_ads": lambda f: (
        f["ads"]["revenue_micros"] / 1e3 / f["ads"]["looks"] if f.get("ads", {}).get("looks") else None
    ),
}  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=150)
    options.add_argument("--days", type=int, default=31)
    options.add_argument("--seeds", default="1,2,3")
    options.add_argument(
        "--prices", default=f"{OFF},0,20000", help="micros, parted by commas; off: no ads"
    )
    options.add_argument("--minutes", type=float, default=float("inf"))
    options.add_argument(
        "--into", type=Path, default=Path("town-ads"), help="where the lives are kept"
    )
    options.add_argument("--quick", action="store_true")
    options.add_argument("--out", type=Path, default=None)  # fmt: skip
    arguments = options.parse_args()
    if arguments.quick:
        arguments.people, arguments.days, arguments.seeds = 60, 2, "3"
    prices = arguments.prices.split(",")
    # Seed by seed, so that whoever stops early has whole rows.
    lives = [
        (int(seed), price, arguments.into / f"{arguments.people}-{seed}-{price}")
        for seed in arguments.seeds.split(",")
        for price in prices
    ]
    until = time.monotonic() + 60 * arguments.minutes
    for seed, price, folder in lives:
        if not (folder / "life" / FIGURES).exists():
            begun = time.monotonic()
            lived = asyncio.run(live(folder, arguments.people, arguments.days, seed, price, until))
            print(f"{folder}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
            if not lived:
                break
    done = [
        (seed, price, msgspec.json.decode(path.read_bytes()))
        for seed, price, folder in lives
        if (path := folder / "life" / FIGURES).exists()
    ]
    out = (
        arguments.out
        or Path(__file__).parent / "results" / f"town-ads-{arguments.people}-people.json"
    )
    out.write_text(json.dumps(summed(done, prices, arguments), indent=1) + "\n")
    print(table(done, prices))
    sys.exit(0 if len(done) == len(lives) else 130)


@contextlib.asynccontextmanager
async def installed(home: Path) -> AsyncIterator[tuple[Reach, AsyncClient]]:
    """Open an installation whose secrets are counted, so that two of them agree."""
    fresh = not (home / "records.db").exists()
    draw = numbers() if fresh else None
    settings = bootstrap.settings_of(str(home), {})
    async with (
        bootstrap.open_app(settings, wall=ManualClock(START), draw=draw) as app,
        here(app, TOWN) as reach,
    ):
        client = AsyncClient(reach.http, app.operator_key, TOWN)
        if not (await client.ask("GET", "/v1/communities"))["data"]:
            body = {"name": NAME, "time_zone": ZONE, "currency": "CNY", "clock": "driven"}
            await client.put_community(TOWN, body)
        yield reach, client


async def live(folder: Path, people: int, days: int, seed: int, price: str, until: float) -> bool:
    """Live one life to its end; return False where the time was over before."""
    wish = Wish(seed, people, days, ads=price != OFF, ad_price=0 if price == OFF else int(price))
    folder.mkdir(parents=True, exist_ok=True)
    async with installed(folder) as (reach, client):

        async def after(day: int) -> None:
            if day == 2 or day % 14 == 13:
                await learn_at_night(reach, TOWN)
            await reach.ask("POST", "/v1/item-lists")

        figures = await run(
            client, Shelf(folder / "life"), wish, lambda *_: None,
            halted=lambda: time.monotonic() > until, after=after, kept_every=48,
        )  # fmt: skip
    return figures is not None


def summed(
    done: Sequence[tuple[int, str, dict[str, Any]]],
    prices: Sequence[str],
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    """Return everything that is stored: by price each measure over seeds, and against the same seed without ads."""
    lives = [
        {
            "seed": seed,
            "price": price,
            **{name: read(figures) for name, read in READ.items()},
            "came": figures["came"],
            "refused": figures["refused"],
            "trade": _books(figures.get("trade", {})),
            "ads": figures.get("ads"),
        }
        for seed, price, figures in done
    ]
    return {
        "machine": machine(),
        "command": f"python bench/town_ads.py --people {arguments.people} --days {arguments.days} "
        f"--seeds {arguments.seeds} --prices {arguments.prices}",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "measures": {
            name: {
                price: _measure(lives, name, price) for price in prices if _of(lives, name, price)
            }
            for name in READ
        },
        "lives": lives,
    }


def _books(trade: dict[str, Any]) -> dict[str, Any]:
    names = ("unlike", "trial_difference", "statements_off", "audit_differences", "verify_findings")
    return {name: trade[name] for name in names if name in trade}


def _of(lives: Sequence[dict[str, Any]], name: str, price: str) -> dict[int, float]:
    return {
        life["seed"]: life[name]
        for life in lives
        if life["price"] == price and life[name] is not None
    }


def _measure(lives: Sequence[dict[str, Any]], name: str, price: str) -> dict[str, Any]:
    values, without = _of(lives, name, price), _of(lives, name, OFF)
    measure: dict[str, Any] = {"by_seed": values, **asdict(interval(list(values.values())))}
    pairs = [(values[seed], without[seed]) for seed in values if without.get(seed)]
    if price != OFF and pairs:
        measure["against_off"] = asdict(interval([ads / alone - 1 for ads, alone in pairs]))
    return measure


def table(done: Sequence[tuple[int, str, dict[str, Any]]], prices: Sequence[str]) -> str:
    """Return a table for a document: a measure a row, its values by seed in a column for each price."""
    lines = [
        "| | " + " | ".join("without ads" if price == OFF else f"price {price}" for price in prices) + " |",
        "|---|" + "--:|" * len(prices),
    ]  # fmt: skip
    for name, read in READ.items():
        cells = []
        for price in prices:
            values = [read(figures) for _, which, figures in done if which == price]
            cells.append(", ".join("-" if value is None else f"{value:.4g}" for value in values))
        lines.append(f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
