"""The frontier of ad load and price: what a dry run says of the policy in force is what its receipts say, and load 0 earns nothing."""

import pytest

from lodestone.services import ad_cases
from tests.worlds.advertised import paid, row, town
from tests.worlds.world import opened, run


async def looked_at(world, **policy):
    """Let four people look at two pages each, of a town with six ads; return what their receipts say of ads."""
    await town(world, ads=6)
    if policy:
        now = (await world.ask("GET", "/v1/policy"))["policy"]
        await world.put("/v1/policy", {"policy": {**now, **policy}}, status=200)
    notes = []
    for viewer in ("p0", "p1", "p2", "p3") * 2:
        feed = await world.feed(viewer, explain=True)
        assert len(feed["explain"].get("ads", [])) == len(paid(feed))
        notes += feed["explain"].get("ads", [])
    return notes


def tried(tmp_path, **policy):
    async def scenario():
        async with opened(tmp_path) as world:
            notes = await looked_at(world, **policy)
            return notes, ad_cases.ad_frontier(world.engine).run(), row(world, "ware0")

    notes, frontier, item = run(scenario)
    assert item >= 0
    return notes, frontier


def test_in_force_it_says_what_the_receipts_say(tmp_path):
    notes, frontier = tried(tmp_path)
    (now,) = [trial for trial in frontier.by_load if trial.ad_load == frontier.ad_load]

    assert (frontier.pages, frontier.pages_of_day) == (8, 8)
    assert len(notes) > 4
    assert now.paid_slots == len(notes)
    assert now.revenue_micros == pytest.approx(sum(note["due"] for note in notes), rel=1e-6)
    assert now in frontier.by_price
    assert now.displaced_micros > 0


def test_no_ads_earn_nothing_and_displace_nothing(tmp_path):
    _, frontier = tried(tmp_path)
    none = frontier.by_load[0]

    assert (none.ad_load, none.revenue_micros, none.paid_slots, none.displaced_micros) == (0, 0, 0, 0)  # fmt: skip


def test_more_load_shows_more_ads_and_displaces_more(tmp_path):
    _, frontier = tried(tmp_path)
    loads = [trial.ad_load for trial in frontier.by_load]
    slots = [trial.paid_slots for trial in frontier.by_load]
    displaced = [trial.displaced_micros for trial in frontier.by_load]

    assert loads == sorted(loads)
    assert slots == sorted(slots)
    assert displaced == sorted(displaced)
    assert slots[-1] > slots[0]
    assert displaced[-1] > displaced[1] >= 0
    assert max(displaced) < frontier.organic_micros


def test_a_higher_price_of_a_viewers_time_shows_fewer_ads_and_displaces_less(tmp_path):
    _, frontier = tried(tmp_path)
    prices = [trial.ad_price_micros for trial in frontier.by_price]
    slots = [trial.paid_slots for trial in frontier.by_price]
    displaced = [trial.displaced_micros for trial in frontier.by_price]

    assert (prices[0], len(prices) > 2) == (0, True)
    assert slots == sorted(slots, reverse=True)
    assert displaced == sorted(displaced, reverse=True)


def test_where_ads_were_off_there_is_nothing_to_try(tmp_path):
    notes, frontier = tried(tmp_path, ad_load=0.0)

    assert notes == []
    assert (frontier.pages, frontier.pages_with_ads) == (8, 0)
    assert {trial.revenue_micros for trial in frontier.by_load} == {0.0}
    assert frontier.organic_micros > 0
