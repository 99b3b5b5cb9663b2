"""Forecasts over HTTP: more for more, nobody where nobody is, nothing is written, and what is refused."""

import pytest

from tests.worlds.records_dump import dump
from tests.worlds.trade_world import bought, market, yuan
from tests.worlds.world import TOWN, opened, run

NEAR = {"places": [{"position": TOWN, "radius_km": 5, "who": "any"}]}
FAR = {"latitude": TOWN["latitude"] + 2, "longitude": TOWN["longitude"]}
BUDGETS = [yuan(1), yuan(10), yuan(1000)]


async def looked(world, people=12, pages=40):
    """Let people at home in town look at pages."""
    await market(world)
    await world.people(people, home=TOWN)
    await world.items(60, authors=20)
    for number in range(pages):
        await world.feed(viewer=f"p{number % people}")


async def forecast(world, **given):
    return await world.ask("POST", "/v1/forecasts", {"daily_budgets": BUDGETS, **given}, status=200)


def test_a_larger_budget_reaches_no_fewer_and_costs_no_more_than_it_is(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await looked(world)
            return await forecast(world, targeting=NEAR, bid=yuan(1))

    answer = run(scenario)
    assert answer["reachable"]["expected"] >= 12
    assert 0 < answer["pages"] <= 40
    rows = answer["budgets"]
    assert [row["daily_budget"] for row in rows] == BUDGETS
    for name in ("reach", "impressions", "actions"):
        expected = [row[name]["expected"] for row in rows]
        assert expected == sorted(expected)
        for row in rows:
            assert row[name]["low"] <= row[name]["expected"] <= row[name]["high"]
    assert rows[-1]["limited_by"] == "audience"
    assert rows[-1]["impressions"]["expected"] > 0
    assert rows[-1]["reach"]["expected"] <= 12
    for row, budget in zip(rows, BUDGETS, strict=True):
        assert row["cost"]["expected"]["micros"] <= budget["micros"]


def test_the_same_day_is_forecast_alike_and_nothing_is_written(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await looked(world)
            before, facts = dump(world), int(world.engine.log.end())
            twice = [await forecast(world, targeting=NEAR) for _ in range(2)]
            return twice, dump(world) == before, int(world.engine.log.end()) == facts

    (first, second), same, silent = run(scenario)
    assert first == second
    assert (same, silent) == (True, True)


@pytest.mark.parametrize(
    "targeting",
    [
        {"places": [{"position": FAR, "radius_km": 5}]},
        {"languages": ["fr"]},
        {"tags": ["nobody-writes-this"]},
    ],
)
def test_where_nobody_is_nobody_is_reached(tmp_path, targeting):
    async def scenario():
        async with opened(tmp_path) as world:
            await looked(world)
            return await forecast(world, targeting=targeting)

    answer = run(scenario)
    assert answer["reachable"]["expected"] == 0
    assert answer["pages"] == 0
    assert [row["reach"]["expected"] for row in answer["budgets"]] == [0, 0, 0]


def test_children_are_left_out_and_a_day_without_pages_is_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.people(5, home=TOWN, minor=True)
            return await world.ask("POST", "/v1/forecasts", {}, status=200)

    answer = run(scenario)
    assert (answer["reachable"]["expected"], answer["pages"], answer["pages_of_day"]) == (0, 0, 0)
    assert len(answer["budgets"]) == 4


def test_segments_are_of_who_would_advertise(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await looked(world)
            await world.put(
                "/v1/advertisers/mei-ads", {"shop_id": "soups", "name": "Mei"}, status=201
            )
            await bought(world, buyer="p2")
            return [
                await forecast(world, targeting={field: ["customers"]}, advertiser_id="mei-ads")
                for field in ("segments_in", "segments_out")
            ]

    customers, others = run(scenario)
    assert customers["reachable"]["expected"] == 1
    assert others["reachable"]["expected"] > 5


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"bid": {"micros": 5, "currency": "EUR"}}, "currency_mismatch"),
        ({"daily_budgets": [yuan(0)]}, "amount_not_positive"),
        ({"targeting": {"places": [{"radius_km": 3}]}}, "radius_without_centre"),
        ({"targeting": {"places": [{}]}}, "place_empty"),
        ({"targeting": {"places": [{"domain_id": "nowhere"}]}}, "domain_unknown"),
        ({"targeting": {"followers_of": ["nobody"]}}, "creator_unknown"),
        ({"targeting": {"segments_in": ["astronauts"]}}, "segment_unknown"),
        ({"targeting": {"segments_in": ["customers"]}}, "advertiser_missing"),
        ({"targeting": {"exclude_converted_days": 3}}, "advertiser_missing"),
        ({"targeting": {"lookalike_of": "newcomers"}}, "segment_not_owned"),
        ({"advertiser_id": "nobody"}, "advertiser_unknown"),
    ],
)
def test_a_forecast_is_refused_as_an_ad_group_would_be(tmp_path, given, code):
    async def scenario():
        async with opened(tmp_path) as world:
            return await world.ask("POST", "/v1/forecasts", given)

    assert run(scenario)["error"]["code"] == code
