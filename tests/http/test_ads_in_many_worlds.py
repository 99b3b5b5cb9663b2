"""Random ads before random viewers: every page keeps its laws, and every receipt replays."""

from itertools import pairwise

import numpy as np
import pytest

from lodestone.features.ads import IMPRESSION, Circle, Who
from tests.worlds.advertised import CLICK, advertise, live, paid
from tests.worlds.world import TOWN, opened, run


async def people_and_posts(world, chance):
    for n in range(8):
        home = {key: value + float(chance.normal(0, 0.05)) for key, value in TOWN.items()}
        fields = {"home": home, "language": "en", "minor": n == 7}
        await world.put(f"/v1/people/p{n}", fields, status=201)
    await world.items(80, authors=30, location=TOWN, language="en")
    await world.items(12, first=200, authors=1_000)


async def some_page(world, chance):
    """Ask for a page of a random kind; now and then of the next one of a chain."""
    viewer, slots = f"p{chance.integers(8)}", int(chance.integers(1, 20))
    asked = {"slots": slots, "explain": bool(chance.random() < 0.5)}
    asked["personalised"] = bool(chance.random() < 0.8)
    if viewer != "p7" and chance.random() < 0.3:
        asked["surface"], asked["position"] = "place", TOWN
    feed = await world.feed(viewer, **asked)
    if feed["next_cursor"] and chance.random() < 0.3:
        feed = await world.feed(viewer, **asked, cursor=feed["next_cursor"])
    return viewer, slots, feed


def some_ad(world, chance, n):
    circle = Circle(TOWN["latitude"], TOWN["longitude"], float(chance.uniform(1, 20)), Who(int(chance.integers(3))))  # fmt: skip
    advertise(
        world, f"ad{n}", f"i{200 + n % 12}", campaign=f"c{n % 9}", bid=int(chance.lognormal(9, 3)),
        bought=int(chance.choice([CLICK, IMPRESSION])), contextual=bool(chance.random() < 0.5),
        circles=(circle,) if chance.random() < 0.4 else (), reserve=float(chance.choice([0, 50])),
        frequency=(3, 1) if chance.random() < 0.3 else None, pace=float(chance.choice([1.0, 0.4])),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_every_page_keeps_its_laws_and_every_receipt_replays(tmp_path, seed):
    async def scenario():
        chance, pages = np.random.default_rng(seed), []
        async with opened(tmp_path) as world:
            await people_and_posts(world, chance)
            now = (await world.ask("GET", "/v1/policy"))["policy"]
            turned = {"ad_gap": 2, "ad_first": 3, "ad_price": 100, "exploration_share": 0.2}
            promises = [promise for promise in now["promises"] if promise["kind"] != "exploration"]
            await world.put(
                "/v1/policy", {"policy": {**now, **turned, "promises": promises}}, status=200
            )
            for n in range(24):
                some_ad(world, chance, n)
            for turn in range(40):
                viewer, slots, feed = await some_page(world, chance)
                pages.append((viewer, slots, feed))
                if turn % 5 == 0:
                    live(world).drop(f"ad{chance.integers(24)}")
                    some_ad(world, chance, int(chance.integers(24)))
                await world.events(
                    *(world.event("impression", slot, viewer) for slot in feed["slots"][:4])
                )
            replays = []
            for _, _, feed in pages:
                path = f"/v1/receipts/{feed['receipt_id']}"
                again = await world.ask("POST", f"{path}/replay", status=200)
                replays.append((await world.ask("GET", path, status=200), again["differences"]))
            return pages, replays

    pages, replays = run(scenario)
    assert any(paid(feed) for _, _, feed in pages)
    for (viewer, slots, feed), (receipt, differences) in zip(pages, replays, strict=True):
        assert differences == []
        ads = paid(feed)
        at = [slot["slot"] for slot in ads]
        assert len(feed["slots"]) <= slots
        assert [slot["slot"] for slot in feed["slots"]] == list(range(1, len(feed["slots"]) + 1))
        assert all(slot >= 3 for slot in at)
        assert all(b - a > 2 for a, b in pairwise(at))
        assert len(at) <= 0.2 * len(feed["slots"])
        notes = receipt["ads"]
        assert [note["ad_id"] for note in notes] == [slot["ad_id"] for slot in ads]
        assert len({note["campaign_id"] for note in notes}) == len(notes)
        assert all(0 <= note["payment"] <= note["bid"] for note in notes)
        authors = [slot["author_id"] for slot in feed["slots"] if not slot["paid"]]
        assert not {slot["author_id"] for slot in ads} & set(authors)
        assert receipt["explored_slot"] not in at
        if viewer == "p7":
            assert not ads
