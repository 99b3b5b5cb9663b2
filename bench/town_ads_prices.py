"""How many ads are left at each price of a viewer's time: the auctions of a life that was lived at none, settled again.

    python bench/town_ads_prices.py HOME        HOME: of a life with ads at price 0, as `bench/town_ads.py` keeps it
                                                -> results/town-ads-prices.json

Of every page to whose auction ads came, what the receipt holds is settled again with another price of an appearance:
bids, paces, chances and posts stay as they were. Pages of those who are paid to click are left out. So it says what the price alone does on these pages. Left out: that budgets
which are spent more slowly are paced less, and that people who see fewer ads look at other pages.
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
from msgspec import structs
from run import machine

from lodestone import bootstrap
from lodestone.base.clock import ManualClock
from lodestone.services import use_cases
from lodestone.town import Shelf
from lodestone.town.advertising.state import unpacked
from lodestone.town.runs import START
from lodestone.traffic.choose import rules_of
from lodestone.traffic.codec import decode, decode_who
from lodestone.traffic.kernels import COMPILED
from lodestone.traffic.net import pool_net
from lodestone.traffic.paid import PaidAds, auction, page_rules, slate_net
from lodestone.traffic.policy import worth_vector

TOWN = "town"
UNITS = 16_000_000
"""Of the auction, to a micro."""
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
        for auction in _auctions(engine, passed):
            count += 1
            for place, (winners, micros) in enumerate(auction):
                ads[place] += winners
                due[place] += micros
    rows = [
        {"price": price, "ads": int(ads[place]), "due_yuan": round(float(due[place]) / 1e6, 4)}
        for place, price in enumerate(PRICES)
    ]
    return count, rows


def _auctions(engine: Any, passed: set[int]) -> Iterator[list[tuple[int, float]]]:
    """Yield for each auction how many ads win at each price, and what they owe for their appearances, micros."""
    versions = use_cases.versions(engine)
    for parts in engine.log.receipts(0, engine.log.receipt_next()):
        decision = decode(parts.what, decode_who(parts.who)[0])
        if decision.paid is None or decision.person in passed:
            continue
        paid = decision.paid
        policy = versions.policy(decision.policy_version)
        vector = versions.prices(decision.price_version)
        worths = np.array(worth_vector(policy))
        net = slate_net(pool_net(COMPILED, decision.pool, worths, vector), decision.choice)
        attention = rules_of(policy, decision.slots, vector.slot_value).attention
        yield [
            _settled(paid.ads, worths, net, page_rules(
                structs.replace(policy, ad_price=price), attention, net.size, decision.pinned
            ))
            for price in PRICES
        ]  # fmt: skip


def _settled(ads: PaidAds, worths: Any, net: Any, rules: Any) -> tuple[int, float]:
    winners = auction(COMPILED, ads, worths, net, rules).winners
    return len(winners), sum(winner.due for winner in winners) / UNITS


if __name__ == "__main__":
    main()
