"""How many ads are left at each price of a viewer's time: the auctions of a life that was lived at none, settled again.

    python bench/town_ads_prices.py HOME        HOME: of a life with ads at price 0, as `bench/town_ads.py` keeps it
                                                -> results/town-ads-prices.json

Every page to whose auction ads came is filled again from its receipt with another price of an appearance, as the dry run of
`services/ads/frontier.py` does it: bids, paces, chances and posts stay as they were. Pages of those who are paid to click are
left out. So it says what the price alone does on these pages. Left out: that budgets which are spent more slowly are paced
less, and that people who see fewer ads look at other pages.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from run import machine

from lodestone import bootstrap
from lodestone.base.clock import ManualClock
from lodestone.services import use_cases
from lodestone.town import Shelf
from lodestone.town.advertising.state import unpacked
from lodestone.town.runs import START
from lodestone.traffic.codec import decode, decode_who

TOWN = "town"
PRICES = (0, 2_000, 5_000, 10_000, 15_000, 20_000, 30_000, 50_000, 100_000)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("home", type=Path)
    options.add_argument(
        "--out", type=Path, default=Path(__file__).parent / "results" / "town-ads-prices.json"
    )
    arguments = options.parse_args()  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        # A copy: an installation that is opened may write.
        home = Path(folder) / "home"
        shutil.copytree(arguments.home, home, ignore=shutil.ignore_patterns("life", "lock"))
        pages, rows = asyncio.run(settled(home, clickers(Shelf(arguments.home / "life"))))
    alone = rows[0]["ads"]
    for row in rows:
        row["of_price_0"] = row["ads"] / alone
        print(row)
    result = {
        "machine": machine(),
        "command": "python bench/town_ads_prices.py HOME",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "pages_with_an_auction": pages,
        "prices": rows,
    }
    arguments.out.write_text(json.dumps(result, indent=1) + "\n")


def clickers(shelf: Shelf) -> list[str]:
    """Return the ids of those under whose accounts a rival's ads are clicked."""
    truth, board = shelf.truth(), unpacked(shelf.ads())
    assert truth is not None
    hired = [given.maker for given in board.campaigns.values() if given.clicker]
    return [f"p{person}" for person in truth.makers.person[hired].tolist()]


async def settled(home: Path, without: list[str]) -> tuple[int, list[dict[str, Any]]]:
    """Settle every auction again at every price; return how many there were, and a row a price."""
    settings = bootstrap.settings_of(str(home), {})
    async with bootstrap.open_app(settings, wall=ManualClock(START)) as app:
        engine = app.engines.of(TOWN)
        ads, due, count = np.zeros(len(PRICES)), np.zeros(len(PRICES)), 0
        directory = engine.directory
        passed = {directory.ordinal(directory.people[name]) for name in without}
        for earned, winners in _auctions(engine, passed):
            count += 1
            ads += winners
            due += earned
    rows = [
        {"price": price, "ads": int(ads[place]), "due_yuan": round(float(due[place]) / 1e6, 4)}
        for place, price in enumerate(PRICES)
    ]
    return count, rows


def _auctions(engine: Any, passed: set[int]) -> Iterator[tuple[tuple[float, ...], tuple[int, ...]]]:
    """Yield for each auction what ads owe for their appearances, micros, and how many win, at each price."""
    frontier = use_cases.ad_frontier(engine)
    for parts in engine.log.receipts(0, engine.log.receipt_next()):
        decision = decode(parts.what, decode_who(parts.who)[0])
        page, _ = frontier.page(decision)
        if page is None or decision.person in passed:
            continue
        load = page.policy.ad_load
        due, ads, _ = zip(*(frontier.again(page, load, price) for price in PRICES), strict=True)
        yield due, ads


if __name__ == "__main__":
    main()
