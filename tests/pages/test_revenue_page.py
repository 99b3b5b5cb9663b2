"""The operator's page of ad revenue: what the ledger says, ad load by surface, who came again, and the frontier of a dry run."""

import csv
import io
import re

import pytest

from tests.http.test_ad_reports import ad_slot, shown
from tests.http.test_billed_feeds import balances
from tests.worlds.acts import Operator
from tests.worlds.world import TOWN, opened, run

ANSWER = re.compile(r'<h1 id="revenue-answer">([^<]*)</h1>')
FRONTIER = re.compile(r'<h2 id="frontier-answer">([^<]*)</h2>')


async def earned(world):
    """Let ads be shown and clicked on two days, and be charged for; return what the ledger has as revenue."""
    await shown(world)
    for viewer in ("p0", "p1"):
        slot = await ad_slot(world, viewer, position=TOWN)
        await world.events(world.event("impression", slot, viewer))
        world.later(seconds=5)
        await world.events(world.event("click", slot, viewer))
        feed = await world.feed(viewer)
        seen = [slot for slot in feed["slots"] if not slot["paid"]][:3]
        await world.events(*[world.event("impression", slot, viewer) for slot in seen])
        world.later(days=1)
    await world.engine.tick()
    return (await balances(world))[2]


def scene(tmp_path, act, fill=earned):
    async def scenario():
        async with opened(tmp_path) as world:
            revenue = await fill(world)
            return revenue, await act(await Operator(world).arrive())

    return run(scenario)


async def page(operator, path="/operator/revenue?lang=en"):
    return (await operator.browser.ask("GET", path)).text


def test_the_page_says_what_the_ledger_has_and_what_share_of_the_slots_ads_took(tmp_path):
    revenue, text = scene(tmp_path, page)

    amount, share = re.search(r"Ads brought ¥([\d.]+) and took ([\d.]+) % of the slots", ANSWER.search(text).group(1).replace("\u202f", " ")).groups()  # fmt: skip
    assert float(amount) * 1e6 == pytest.approx(revenue, abs=5_000)
    assert revenue > 0
    assert float(share) == pytest.approx(100 * 2 / 8)  # two ads and six posts
    assert "What would other ad loads and prices have earned?" in FRONTIER.search(text).group(1)


def test_the_days_are_a_file_whose_rows_add_up_to_the_ledger(tmp_path):
    async def act(operator):
        return await page(operator, "/operator/tables/ad-revenue?lang=en")

    revenue, text = scene(tmp_path, act)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 7
    assert sum(float(row["Revenue (¥)"]) for row in rows) * 1e6 == pytest.approx(revenue, abs=10_000)  # fmt: skip
    assert [row["Ads"] for row in rows][:3] == ["0", "1", "1"]
    assert sum(int(row["Slots shown"]) for row in rows) == 8


def test_the_frontier_begins_at_nothing_and_has_what_is_in_force(tmp_path):
    async def act(operator):
        shown = await page(operator, "/operator/revenue?lang=en&frontier=1")
        return shown, await page(operator, "/operator/tables/frontier-load?lang=en")

    _, (text, file) = scene(tmp_path, act, fill=looked_today)
    assert "At the load of 20\u202f% the last day would have earned ¥" in FRONTIER.search(text).group(1)  # fmt: skip
    assert 'id="frontier-price"' in text
    rows = list(csv.reader(io.StringIO(file)))[1:]
    assert rows[0][0].replace("\u202f", "").startswith("0")
    assert [float(cell) for cell in rows[0][1:3]] == [0.0, 0.0]
    assert float(rows[-1][1]) > 0


async def looked_today(world):
    await earned(world)
    for viewer in ("p0", "p1", "p2"):
        await ad_slot(world, viewer, position=TOWN)
    return 0


def test_before_anybody_looks_it_says_what_will_stand_there(tmp_path):
    async def nothing(_):
        return 0

    async def act(operator):
        return await page(operator, "/operator/revenue?lang=en&frontier=1")

    _, text = scene(tmp_path, act, fill=nothing)
    assert ANSWER.search(text).group(1) == "Nobody has been shown anything in these days."
    assert "there is nothing to try" in FRONTIER.search(text).group(1)
