"""What a campaign's page says it brought, what each of it cost, what limits it, and the same as a file."""

import re

from tests.http.test_ad_reports import ad_slot, shown
from tests.http.test_billed_feeds import clicked
from tests.worlds.ad_world import running
from tests.worlds.advertiser_desk import Advertiser, campaigns_of_two_shops, scene
from tests.worlds.merchant_desk import note, shop_of
from tests.worlds.trade_world import bought
from tests.worlds.world import TOWN, run


async def brought(world):
    """Let Mei's ad be clicked by somebody in town, seen by somebody else, and both buy."""
    await shown(world)
    first = await ad_slot(world, "p0", position=TOWN)
    await clicked(world, first)
    second = await ad_slot(world, "p1")
    await world.events(world.event("impression", second, "p1"))
    world.later(minutes=5)
    await bought(world, buyer="p0")
    await bought(world, buyer="p1")
    feed = await world.feed("p4", slots=50)
    (post,) = (slot for slot in feed["slots"] if slot["item_id"] == "soup" and not slot["paid"])
    await world.events(world.event("impression", post, "p4"))
    await bought(world, buyer="p4")


ROW = re.compile(r'<tr><th scope="row">([^<]*)</th>(.*?)</tr>')
CELL = re.compile(r'<td class="number">([^<]*)((?:<small>[^<]*</small>)*)</td>')


def table(page):
    """Return each row's name and its cells, each with what stands below it."""
    return [
        (name, *((cell, *re.findall("<small>([^<]*)<", below)) for cell, below in CELL.findall(cells)))
        for name, cells in ROW.findall(page)
    ]  # fmt: skip


def test_a_campaigns_page_says_what_it_brought_what_each_cost_and_the_same_unpaid(tmp_path):
    async def act(world, advertiser):
        path = "/advertiser/campaign?campaign=lunch"
        pages = [await advertiser.open(f"{path}&by={by}") for by in ("day", "place", "creative")]
        report = await world.ask("GET", "/v1/reports/ads", status=200)
        return pages, report["total"]["spend"]["micros"], report["total"]["cost_per"]

    (days, places, posts), spent, each = scene(tmp_path, brought, act)
    figures = dict(re.findall(r'<dt>([^<]*)</dt><dd class="figures">([^<]*)</dd><dd', days))
    money = f"¥{spent / 1_000_000:.6f}".rstrip("0")
    assert figures == {
        "Spent": money,
        "Seen": "2",
        "Clicks": "1",
        "Orders": "2",
        "Sold through it": "¥36.00",
    }
    ((day, *cells),) = table(days)
    assert day == "Mar 4"
    click, order = (f"¥{each[name]['micros'] / 1_000_000:.3g} each" for name in ("click", "order"))
    assert cells == [
        ("2", "1 unpaid"),
        ("1", click, "0 unpaid"),
        ("2", order, "1 unpaid"),
        (money,),
    ]
    assert sorted(row[0] for row in table(places)) == ["Somewhere else, or not said", "The town"]
    assert [[cell[0] for cell in row[1:4]] for row in table(places) if row[0] == "The town"] == [
        ["1", "1", "1"]
    ]
    assert [row[0] for row in table(posts)] == ["Sour soup"]
    assert "An order or a visit counts for the ad that its buyer touched last" in days


def test_a_campaigns_page_says_what_limits_it_in_figures(tmp_path):
    async def act(world, advertiser):
        english = await advertiser.open("/advertiser/campaign?campaign=lunch")
        return english, await advertiser.open("/advertiser/campaign?campaign=lunch&lang=zh")

    pages = scene(tmp_path, brought, act)
    lists = [re.search(r'<ul class="findings".*?</ul>', page).group(0) for page in pages]
    english, chinese = (
        [re.sub(r"<[^>]+>", "", line) for line in re.findall(r"<li>(.*?)</li>", markup)]
        for markup in lists
    )
    assert english == [
        "Few people: 22 people are within reach. Widen the radius, or ask less of people.",
        "It is learning: 1 click in seven days, of the 50 it takes to know what works. Change little until then.",
    ]
    assert chinese == [
        "人数太少：可触达 22 人。扩大半径，或放宽人群条件。",
        "正在学习：七天内有 1 次点击，要知道什么有效需要 50 个。在此之前尽量少改动。",
    ]


def test_a_campaign_that_was_not_shown_says_so_and_days_out_of_order_too(tmp_path):
    async def act(world, advertiser):
        path = "/advertiser/campaign?campaign=lunch"
        wrong = await advertiser.ask("GET", f"{path}&from=2026-03-05&to=2026-03-01")
        return await advertiser.open(path), wrong

    page, wrong = scene(tmp_path, running, act)
    assert "It was not shown in these days." in page
    assert (wrong.status_code, note(wrong)[0]) == (409, False)


def test_what_a_campaign_brought_is_a_file_for_whoever_it_is_and_nobody_else(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await campaigns_of_two_shops(world)
            eve = Advertiser(world)
            await eve.arrive(person="eve", shop="teas")
            return [
                await eve.ask("GET", f"/advertiser/campaign/file?campaign={name}&by=place&bom=1")
                for name in ("tea-time", "lunch")
            ]

    own, other = run(scenario())
    assert (own.status_code, other.status_code) == (200, 404)
    assert own.content.startswith("\ufeffid,name,day,place,".encode())
    assert 'filename="tea-time-2026-' in own.headers["content-disposition"]
