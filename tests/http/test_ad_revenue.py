"""The operator's ad revenue as JSON: what the page says, figure for figure, to whoever may turn the policy."""

import csv
import io

import pytest

from tests.pages.test_revenue_page import earned, looked_today
from tests.worlds.acts import Operator
from tests.worlds.world import opened, run

PATH = "/v1/reports/ad-revenue"


def test_the_days_say_what_the_ledger_and_the_page_s_file_say(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            revenue = await earned(world)
            report = await world.ask("GET", PATH, status=200)
            operator = await Operator(world).arrive()
            file = (await operator.browser.ask("GET", "/operator/tables/ad-revenue?lang=en")).text
            return revenue, report, list(csv.DictReader(io.StringIO(file)))

    revenue, report, rows = run(scenario)
    days = report["days"]
    assert (report["total"]["micros"], report["frontier"]) == (revenue, None)
    assert revenue > 0
    assert sum(day["revenue"]["micros"] for day in days) == revenue
    assert (report["paid"], report["shown"]) == (2, 8)
    assert [day["paid"] for day in days] == [int(row["Ads"]) for row in reversed(rows)]
    assert [day["shown"] for day in days] == [int(row["Slots shown"]) for row in reversed(rows)]
    for day, row in zip(days, reversed(rows), strict=True):
        assert day["revenue"]["micros"] / 1e6 == pytest.approx(float(row["Revenue (¥)"]), abs=0.005)
        assert sum(load["shown"] for load in day["surfaces"]) == day["shown"]
    assert [day["day"] for day in days] == sorted(day["day"] for day in days)
    assert (days[0]["day"], days[-1]["day"]) == (report["first"], report["last"])
    assert [day["settled"] for day in days] == [day["day"] < report["settled_before"] for day in days]  # fmt: skip
    came = [day for day in days if day["newcomers"] is not None]
    assert came
    assert all(0 <= day["returned"] <= day["newcomers"] for day in came)
    assert days[-1]["newcomers"] is None  # the next day has not ended


def test_the_frontier_stands_beside_them_where_it_is_asked_for(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await looked_today(world)
            return await world.ask("GET", f"{PATH}?frontier=true", status=200)

    frontier = run(scenario)["frontier"]
    loads = [point["ad_load"] for point in frontier["by_load"]]
    assert loads == sorted(loads)
    assert (loads[0], frontier["by_load"][0]["revenue_micros"]) == (0.0, 0.0)
    assert max(point["revenue_micros"] for point in frontier["by_load"]) > 0
    assert frontier["pages_with_ads"] > 0


@pytest.mark.parametrize(("scopes", "status"), [(["read"], 403), (["policy"], 403), (["read", "policy"], 200)])  # fmt: skip
def test_it_is_for_whoever_may_read_and_turn_the_policy(tmp_path, scopes, status):
    async def scenario():
        async with opened(tmp_path) as world:
            operator = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
            body = {"name": "some", "scopes": scopes}
            made = await world.ask("POST", "/v1/communities/c/keys", body, headers=operator)
            bearer = {"Authorization": f"Bearer {made['key']}"}
            await world.ask("GET", PATH, headers=bearer, status=status)
            await world.ask("GET", f"{PATH}?from=2026-03-09&to=2026-03-01", status=400)

    run(scenario())
