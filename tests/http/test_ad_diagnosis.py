"""Why a campaign delivers as it does, over the public route, in real figures."""

import pytest

from tests.http.test_ad_reports import ad_slot, shown
from tests.http.test_billed_feeds import clicked, pay_in
from tests.worlds.ad_world import PATHS, running
from tests.worlds.advertised import advertise
from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN, opened, run

CAMPAIGN, GROUP = PATHS["/v1/campaigns/lunch"], PATHS["/v1/ad-groups/corner"]


async def diagnosed(world):
    return await world.ask("GET", "/v1/campaigns/lunch/diagnosis", status=200)


def codes(answer):
    assert answer["code"] == answer["findings"][0]["code"]
    return [finding["code"] for finding in answer["findings"]]


def said(answer, code):
    return next(finding for finding in answer["findings"] if finding["code"] == code)


@pytest.mark.parametrize(
    ("campaign", "code", "advice"),
    [
        ({"state": "paused"}, "paused", "Activate it."),
        ({"state": "ended"}, "ended", "Make another campaign."),
        ({"starts_at": "2026-04-01T00:00:00Z"}, "not_started", "Nothing: it begins then."),
    ],
)
def test_where_the_record_says_why_the_diagnosis_says_no_more(tmp_path, campaign, code, advice):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            await world.put("/v1/campaigns/lunch", {**CAMPAIGN, "state": "active", **campaign})
            return await diagnosed(world)

    answer = run(scenario)
    assert codes(answer) == [code]
    assert answer["findings"][0]["advice"] == advice
    assert answer["figures"] is None


def test_a_campaign_without_money_is_told_to_pay_in(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await running(world)
            await world.people(6, home=TOWN)
            without = await diagnosed(world)
            await pay_in(world, 500_000_000)
            return without, await diagnosed(world)

    without, paid = run(scenario)
    assert codes(without)[0] == "balance_empty"
    assert without["figures"]["available"] == yuan(0)
    assert (
        without["findings"][0]["message"]
        == "0.00 CNY is left to pay with, less than one bid of 10.00 CNY."
    )
    assert "balance_empty" not in codes(paid)
    assert paid["figures"]["available"] == yuan(500)


def test_the_audience_is_counted_and_what_is_learned(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            before = await diagnosed(world)
            await clicked(world, await ad_slot(world, "p0", position=TOWN))
            return before, await diagnosed(world)

    before, after = run(scenario)
    assert said(before, "learning")["message"].startswith("0 of 50 of what it buys (click)")
    assert said(after, "learning")["message"].startswith("1 of 50 of what it buys (click)")
    assert (
        after["figures"]["reachable"] == 22
    )  # p0 to p9, ten authors, Mei and Li: the ad put in by hand is for everybody
    assert said(after, "audience_small")["message"] == "22 people are within reach."
    assert after["figures"]["auctions_won"] == after["figures"]["auctions"] == 1


def test_a_bid_too_low_is_told_the_price_that_would_win(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            for number in range(8):
                await world.feed(f"p{number}")
            answers, good = [], (await diagnosed(world))["figures"]
            for bid in (1, good["winning_bid"]["micros"]):
                advertise(
                    world, "bowl", "soup", campaign="lunch", bid=bid, reserve=10_000.0, paid_for=False,
                )  # fmt: skip
                answers.append(await diagnosed(world))
            return good, *answers

    good, low, enough = run(scenario)
    assert good["pages"] == good["pages_won"] > 0
    assert low["figures"]["pages_won"] == 0
    assert said(low, "limited_by_bid")["advice"] == "Bid more."
    assert low["figures"]["winning_bid"] == good["winning_bid"]
    assert enough["figures"]["pages_won"] * 2 >= enough["figures"]["pages"]
    assert "limited_by_bid" not in codes(enough)


def test_a_day_that_is_spent_says_how_much_of_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            await clicked(world, await ad_slot(world, "p0"))
            figures = (await diagnosed(world))["figures"]
            daily = {"micros": figures["used"]["micros"], "currency": "CNY"}
            body = {**CAMPAIGN, "state": "active", "budget": {"daily": daily}}
            await world.put("/v1/campaigns/lunch", body, status=200)
            advertise(
                world, "bowl", "soup", campaign="lunch", bid=4_000_000, reserve=10_000.0, paid_for=False,
            )  # fmt: skip
            return figures, await diagnosed(world)

    before, after = run(scenario)
    assert 0 < before["used"]["micros"] < before["budget"]["micros"]
    assert codes(after)[0] == "budget_spent"
    assert after["figures"]["used"] == after["figures"]["budget"] == before["used"]


def test_people_who_have_seen_it_as_often_as_they_may_are_counted(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await shown(world)
            often = {"impressions": 1, "days": 7}
            body = {**CAMPAIGN, "state": "active", "frequency": often}
            await world.put("/v1/campaigns/lunch", body, status=200)
            advertise(
                world, "bowl", "soup", campaign="lunch", bid=4_000_000, reserve=10_000.0, paid_for=False,
                frequency=(1, 7),
            )  # fmt: skip
            for number in range(9):
                await ad_slot(world, f"p{number}")
            nine = await diagnosed(world)
            for viewer in ("p9", "li"):
                await ad_slot(world, viewer)
            return nine, await diagnosed(world)

    nine, eleven = run(scenario)
    assert (nine["figures"]["capped"], eleven["figures"]["capped"]) == (9, 11)
    assert nine["figures"]["reachable"] == 22
    assert "frequency_capped" not in codes(nine)
    assert codes(eleven)[0] == "frequency_capped"
