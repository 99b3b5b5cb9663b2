"""What ads brought and cost: the report over the public route, from feeds, events and orders."""

import csv
import io

import pytest

from lodestone.services.ads.reporting.file import COLUMNS
from tests.http.test_billed_feeds import balances, clicked, pay_in
from tests.worlds.ad_world import GROUP, running
from tests.worlds.advertised import paid
from tests.worlds.trade_world import bought, line, redeem, voucher, yuan
from tests.worlds.world import TOWN, opened, run

NONE = {"click": 0, "long_view": 0, "follow": 0, "shop_visit": 0, "order": 0, "redeem": 0, "conversion": 0}  # fmt: skip


async def shown(world):
    """Run Mei's ad with money set aside for it; return nothing that was shown yet."""
    await running(world)
    await world.people(6, home=TOWN)
    await world.items(20)
    town = {"kind": "place", "name": "The town", "centre": TOWN, "radius_km": 5}
    await world.put("/v1/domains/town", town, status=201)
    await pay_in(world, 500_000_000)
    by_click = {"strategy": "manual_cpc", "optimise_for": "click", "bid": yuan(4), "targeting": {}}
    await world.put("/v1/ad-groups/corner", {**GROUP, **by_click, "state": "active"}, status=200)
    await world.feed("p9")
    await world.engine.tick()


async def ad_slot(world, viewer, **more):
    """Return the ad of the first page of somebody's that has one: none has that shows a post of its author."""
    for _ in range(3):
        if slots := paid(await world.feed(viewer, **more)):
            return slots[0]
    raise AssertionError(viewer)


async def report(world, **asked):
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return await world.ask("GET", f"/v1/reports/ads?{query}", status=200)


def test_a_click_and_an_order_stand_beside_what_they_cost_and_the_ledger_agrees(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            first = await ad_slot(world, "p0", position=TOWN)
            await clicked(world, first)
            second = await ad_slot(world, "p1")
            await world.events(world.event("impression", second, "p1"))
            world.later(minutes=5)
            await bought(world, buyer="p0")
            await bought(world, buyer="p1")
            await bought(world, buyer="p2")
            world.later(hours=2)
            await world.engine.tick()
            posted = (await balances(world))[2]
            return (
                await report(world, level="campaign"),
                await report(world, level="ad", by="place,domain,creative"),
                posted,
            )

    whole, split, posted = run(scenario)
    (row,) = whole["rows"]
    assert (row["id"], row["name"]) == ("lunch", "Lunch")
    assert row["impressions"] == {"gross": 2, "invalid": 0, "net": 2}
    assert (row["reach"], row["frequency"], row["charges"]) == (2, 1.0, 1)
    assert row["outcomes"] == {**NONE, "click": 1, "order": 2}
    assert row["order_value"] == yuan(36)
    assert row["spend"]["micros"] == posted > 0
    assert row["cost_per"]["click"]["micros"] == posted
    assert row["cost_per"]["order"]["micros"] in (posted // 2, -(-posted // 2))
    assert row["cost_per"]["viewable"] is None
    assert whole["total"] == {name: row[name] for name in whole["total"]}
    assert whole["attribution"]["model"] == "last_touch_7d_click_1d_view"
    assert [(row["id"], row["place"], row["domain"], row["creative"]) for row in split["rows"]] == [
        ("bowl", None, "public", "soup"),
        ("bowl", "town", "public", "soup"),
    ]
    assert [row["outcomes"]["click"] for row in split["rows"]] == [0, 1]
    assert [row["outcomes"]["order"] for row in split["rows"]] == [1, 1]
    assert sum(row["spend"]["micros"] for row in split["rows"]) == posted


def test_an_order_counts_for_a_week_after_a_click_and_a_day_after_a_view_and_one_that_is_refunded_not_at_all(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            clicking, looking = await ad_slot(world, "p0"), await ad_slot(world, "p1")
            await clicked(world, clicking)
            await world.events(world.event("impression", looking, "p1"))
            world.later(days=1, seconds=-1)
            counts = []

            async def count():
                figures = (await report(world, **{"from": "2026-03-01"}))["total"]
                counts.append((figures["outcomes"]["order"], figures["order_value"]["micros"]))

            await bought(world, buyer="p1")
            await count()
            world.later(seconds=2)
            await bought(world, buyer="p1")
            await count()
            world.later(days=5, hours=23)
            made = await bought(world, buyer="p0")
            await count()
            whole = {"request_id": "back", "reason": "cold"}
            await world.ask("POST", f"/v1/orders/{made['id']}/refund", whole, status=200)
            await count()
            world.later(hours=1, seconds=10)
            await bought(world, buyer="p0")
            await count()
            return counts

    soup = 18_000_000
    assert run(scenario) == [(1, soup), (1, soup), (2, 2 * soup), (1, soup), (1, soup)]


def test_the_same_post_unpaid_stands_beside_and_its_orders_are_no_ads(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            await ad_slot(world, "p3")
            feed = await world.feed("p4", slots=50)
            (post,) = (
                slot for slot in feed["slots"] if slot["item_id"] == "soup" and not slot["paid"]
            )
            await world.events(world.event("impression", post, "p4"))
            world.later(seconds=9)
            await world.events(world.event("click", post, "p4"))
            await bought(world, buyer="p4")
            return await report(world, by="day")

    answer = run(scenario)
    (row,) = answer["rows"]
    assert row["outcomes"] == NONE
    assert row["spend"]["micros"] == row["order_value"]["micros"] == 0
    assert row["organic"] == {
        "impressions": 1, "outcomes": {**NONE, "click": 1, "order": 1}, "order_value": yuan(18),
    }  # fmt: skip
    assert answer["total"]["organic"] == row["organic"]


def test_a_report_is_a_file_too_with_a_line_for_each_row(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            await clicked(world, await ad_slot(world, "p0"))
            answer = await world.http.get("/v1/reports/ads/file?level=ad&by=day,creative")
            return answer, await report(world, level="ad", by="day,creative")

    answer, same = run(scenario)
    (line,) = csv.DictReader(io.StringIO(answer.text))
    (row,) = same["rows"]
    assert tuple(line) == COLUMNS
    assert "ads-ad-2026-02-26-2026-03-04.csv" in answer.headers["content-disposition"]
    assert (line["id"], line["name"], line["day"], line["creative"]) == (
        "bowl", "Hot soup", "2026-03-04", "soup",
    )  # fmt: skip
    assert float(line["spend"]) * 1_000_000 == pytest.approx(row["spend"]["micros"])
    assert (line["click"], line["net_impressions"], line["cost_per_order"]) == ("1", "1", "")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("by=age", 400, "malformed"),
        ("level=shop", 400, "malformed"),
        ("from=2026-03-05&to=2026-03-04", 400, "span_invalid"),
        ("campaign_id=nobody", 404, "campaign_unknown"),
        ("advertiser_id=nobody", 404, "advertiser_unknown"),
    ],
)
def test_a_report_that_cannot_be_is_refused(tmp_path, query, status, code):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            return await world.ask("GET", f"/v1/reports/ads?{query}", status=status)

    assert run(scenario)["error"]["code"] == code


def test_nothing_was_served_nothing_is_reported(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            return await report(world, level="ad_group", by="day,place,domain,creative")

    answer = run(scenario)
    assert answer["rows"] == []
    assert answer["by"] == ["day", "place", "domain", "creative"]
    assert answer["total"]["impressions"] == {"gross": 0, "invalid": 0, "net": 0}


def test_what_is_bought_of_the_same_seller_and_redeemed_counts_too(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            await clicked(world, await ad_slot(world, "p0"))
            await bought(world, line("meal", "two"), buyer="p0")
            await redeem(world, (await voucher(world, "p0"))["code"])
            return (await report(world, by="creative"))["rows"]

    (row,) = run(scenario)
    assert row["creative"] == "soup"
    assert (row["outcomes"]["order"], row["outcomes"]["redeem"]) == (1, 1)
    assert row["order_value"] == yuan(100)


def test_who_is_erased_leaves_what_they_cost_and_takes_along_where_they_were(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            await clicked(world, await ad_slot(world, "p0", position=TOWN))
            before = await report(world, by="place")
            await world.ask("DELETE", "/v1/people/p0", status=204)
            return before, await report(world, by="place")

    before, after = run(scenario)
    assert [row["place"] for row in before["rows"]] == ["town"]
    assert [row["place"] for row in after["rows"]] == [None]
    for name in ("spend", "charges", "impressions", "outcomes"):
        assert after["total"][name] == before["total"][name]
