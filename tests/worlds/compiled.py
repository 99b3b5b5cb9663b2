"""Compile every kernel that serving uses, once, into the cache beside its source.

`make test` runs this while mypy occupies the other processor; without it both processes of pytest would compile the
same kernels at the same time, which takes each of them minutes.
"""

import asyncio
import tempfile
from pathlib import Path

import numpy as np

from lodestone.traffic.auction import (
    COMPILED,
    Ads,
    Organics,
    PageRules,
    PaymentRule,
    explained,
    settle,
)
from tests.worlds.auctions import best_page, some_auction
from tests.worlds.world import TOWN, opened


async def day(home):
    """Ask for every kind of decision and bring in every kind of event."""
    async with opened(home, given={"clock": "driven"}) as world:
        await world.people(4, home=TOWN, interests={"tea": 1})
        await world.put("/v1/domains/food", {"kind": "channel"}, status=201)
        await world.items(40, position=TOWN, channels=["food"])
        await world.put("/v1/people/p0/follows/a1", status=204)
        for viewer in ("p0", "p1", None):
            for surface in ("discover", "place", "channel", "following", "tab"):
                body = {"viewer": viewer, "surface": surface, "position": TOWN, "explain": True}
                if surface == "channel":
                    body["domain_id"] = "food"
                await world.ask("POST", "/v1/feeds", body)
        slots = (await world.feed("p0"))["slots"]
        kinds = ("impression", "click", "like", "share", "hide")
        plain = [world.event(kind, slot) for slot in slots for kind in kinds]
        await world.events(*plain)
        bare = [world.event(kind, item_id="i3", surface="tab") for kind in (*kinds, "unlike")]
        await world.events(*bare)
        world.later(hours=1)
        await world.engine.tick()
        await world.feed("p0", slots=50)
        await world.ask("POST", "/v1/item-lists")
    async with opened(home) as world:
        await world.feed("p1")


def pages_with_ads():
    """Fill and price a page by either rule."""
    auction = some_auction(np.random.default_rng(1))
    best_page(auction)
    nothing, ones = np.zeros(2), np.ones(2)
    whose = np.arange(2, dtype=np.int32)
    ads = Ads(np.array([900, 500]), ones, ones, nothing, nothing, whose, whose, nothing)
    organics, rules = Organics(np.array([9, 8]), whose), PageRules(np.array([1000, 900]), first=0)
    for rule in (PaymentRule.VCG, PaymentRule.CRITICAL):
        explained(COMPILED, organics, ads, rules, settle(COMPILED, organics, ads, rules, rule))


if __name__ == "__main__":
    pages_with_ads()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(day(Path(folder)))
