"""Beside the three fields of a shop stands what they would bring: the route's own figures, and nothing is made."""

import re

import pytest

from tests.pages.test_advertiser import WRONG
from tests.worlds.advertiser_desk import THREE, Advertiser
from tests.worlds.trade_world import SOUP, beside, market, yuan
from tests.worlds.world import TOWN, opened, run

NEAR, FAR = 6, 4
TITLE = re.compile(r'<h2 id="forecast-title">([^<]*)</h2>')
CELL = re.compile(r'<(?:th scope="row"|td) class="number">([^<]*)(?:<span class="between">([^<]*)</span>)?')  # fmt: skip


async def looked_at(world):
    """Open a market around which six people live and four do not, who looked at pages an hour ago."""
    await market(world)
    for number in range(NEAR + FAR):
        home = TOWN if number < NEAR else beside(20)
        await world.put(f"/v1/people/p{number}", {"home": home}, status=200)
    await world.items(40, authors=20)
    for number in range(NEAR + FAR):
        await world.feed(f"p{number}")
    world.later(hours=1)


def scene(tmp_path, act, fill=looked_at):
    async def scenario():
        async with opened(tmp_path) as world:
            await fill(world)
            mei = Advertiser(world)
            await mei.arrive(person="mei")
            await mei.open("/advertiser/start?shop=soups")
            return await act(world, mei)

    return run(scenario)


async def forecast(mei, **changed):
    return await mei.send("/advertiser/start/forecast", **{**THREE, "request": "r", **changed})


def test_the_forecast_says_the_people_within_reach_and_the_routes_own_figures(tmp_path):
    async def act(world, mei):
        page = await forecast(mei)
        place = {"position": TOWN, "radius_km": 3}
        body = {"targeting": {"places": [place]}, "optimise_for": "order", "bid": yuan(10), "daily_budgets": [yuan(50), yuan(100), yuan(200)]}  # fmt: skip
        return page, await world.ask("POST", "/v1/forecasts", body, status=200)

    page, answer = scene(tmp_path, act)
    assert page.status_code == 200
    assert TITLE.findall(page.text) == [f"{NEAR} people within 3 km"]
    assert answer["reachable"]["expected"] == NEAR
    assert answer["pages"] == NEAR
    cells = CELL.findall(page.text)
    budgets = [figure for figure, _ in cells[::4]]
    assert budgets == ["¥50.00", "¥100.00", "¥200.00"]
    reach = [float(figure) for figure, _ in cells[1::4]]
    assert reach == pytest.approx([row["reach"]["expected"] for row in answer["budgets"]], abs=0.06)
    cost = [float(figure.lstrip("¥")) for figure, _ in cells[3::4]]
    expected = [row["cost"]["expected"]["micros"] / 1e6 for row in answer["budgets"]]
    assert cost == pytest.approx(expected, rel=0.01)
    assert reach[0] > 0
    assert f"Worked out from {NEAR} pages of the last day" in page.text


def test_a_wider_circle_reaches_more(tmp_path):
    async def act(_, mei):
        return [TITLE.findall((await forecast(mei, radius=radius)).text) for radius in ("3", "30")]

    assert scene(tmp_path, act) == [["6 people within 3 km"], ["10 people within 30 km"]]


def test_a_forecast_makes_nothing_and_the_form_stands_as_it_was(tmp_path):
    async def act(world, mei):
        page = await forecast(mei, radius="30", daily="12.50")
        lists = [(await world.ask("GET", path))["data"] for path in ("/v1/advertisers", "/v1/campaigns")]  # fmt: skip
        return page.text, lists

    page, lists = scene(tmp_path, act)
    assert lists == [[], []]
    assert re.findall(r'name="(?:radius|daily|request)" value="([^"]*)"', page) == ["r", "30", "12.50"]  # fmt: skip


def test_a_field_that_does_not_fit_says_why_and_no_figure_is_made_up(tmp_path):
    async def act(_, mei):
        return await forecast(mei, radius="far")

    page = scene(tmp_path, act)
    assert dict(WRONG.findall(page.text)) == {
        "radius": "Write kilometres, above zero and at most 500."
    }
    assert "Nothing was saved" not in page.text
    assert TITLE.findall(page.text) == ["What it would bring"]


def test_without_a_page_of_the_last_day_it_says_that_nothing_can_be_said(tmp_path):
    async def act(_, mei):
        return (await forecast(mei)).text

    page = scene(tmp_path, act, fill=market)
    assert TITLE.findall(page) == ["0 people within 3 km"]
    assert "nothing can be said of what it would bring" in page
    assert CELL.findall(page) == []


def test_a_shop_without_a_place_says_so_beside_the_fields(tmp_path):
    async def fill(world):
        await market(world)
        await world.put("/v1/shops/post", {"owner_id": "mei", "name": "By post"}, status=201)
        await world.ask("POST", "/v1/shops/post/review", {"decision": "approved"}, status=200)
        parcel = {**SOUP, "shop_id": "post", "fulfilment": ["delivery"]}
        await world.put("/v1/products/parcel", parcel, status=201)

    async def act(_, mei):
        return (await forecast(mei, shop="post", product="parcel")).text

    said = "The shop has no place on the map, so there is nothing to be near to."
    assert said in scene(tmp_path, act, fill=fill)
