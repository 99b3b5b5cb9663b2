"""The advertiser's desk: who gets in, whose campaigns they see, a shop's start in three fields, budgets and buttons."""

import csv
import io
import re

import pytest

from tests.http.test_statements_of_pages import reads, statements
from tests.worlds.ad_world import AD, CAMPAIGN, GROUP, advertised, running
from tests.worlds.advertiser_desk import Advertiser, campaigns_of_two_shops, scene
from tests.worlds.merchant_desk import Clerk, note, shop_of
from tests.worlds.trade_world import market, yuan
from tests.worlds.world import run

WRONG = re.compile(r'id="(\w+)-wrong">([^<]*)<')
FORMS = [
    "/advertiser/start",
    "/advertiser/start/forecast",
    "/advertiser/campaign/budget",
    "/advertiser/campaign/state",
]


@pytest.mark.parametrize(
    ("login", "inside"),
    [({"scopes": ["ads"]}, True), ({"scopes": ["read", "policy"]}, False), ({"person": "mei"}, True)],
    ids=["ads", "not-ads", "of-a-shop"],
)  # fmt: skip
def test_a_key_that_may_advertise_opens_the_desk_and_so_does_a_shops(tmp_path, login, inside):
    async def act(world, advertiser):
        return (await advertiser.ask("GET", "/advertiser")).status_code

    assert scene(tmp_path, market, act, **login) == (200 if inside else 303)


def test_the_desk_lists_how_each_campaign_stands_what_it_may_spend_and_has_spent(tmp_path):
    async def act(world, advertiser):
        return await advertiser.open()

    page = scene(tmp_path, running, act)
    assert "1 of 1 campaign may be shown; ¥0.00 spent so far" in page
    assert "Nothing stands in its way; it is shown while money is set aside for it." in page
    assert "For orders · 1 ad approved" in page
    assert re.findall(r'<dt>([^<]*)</dt><dd class="figures">([^<]*)<', page) == [
        ("Spent so far", "¥0.00"), ("Budget a day", "¥100.00"),
    ]  # fmt: skip


def test_somebody_of_a_shop_sees_its_campaigns_and_no_others(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await campaigns_of_two_shops(world)
            eve = Advertiser(world)
            await eve.arrive(person="eve", shop="teas")
            page = await eve.open()
            asked = [
                await eve.ask("GET", "/advertiser?advertiser=mei-ads"),
                await eve.ask("GET", "/advertiser/campaign?campaign=lunch"),
                await eve.send("/advertiser/campaign/budget", campaign="lunch", daily="1"),
                await eve.switch("lunch", "campaign", "lunch", "active"),
                await eve.switch("tea-time", "campaign", "lunch", "paused"),
            ]
            stands = await world.ask("GET", "/v1/campaigns/lunch")
            return page, [answer.status_code for answer in asked[:4]], asked[4].status_code, stands

    page, closed, mixed, stands = run(scenario())
    assert "tea-time" in page
    assert "lunch" not in page
    assert closed == [404, 404, 404, 404]
    assert mixed == 200  # a campaign's own button looks at the campaign alone
    assert (stands["state"], stands["budget"]) == ("paused", {"daily": yuan(100)})


def test_a_clerk_may_not_advertise_for_the_shop(tmp_path):
    async def act(world, clerk):
        page = await clerk.open()
        answer = await clerk.send("/advertiser/start", shop="soups", product="soup", radius="3", daily="9", request="r")  # fmt: skip
        return page, answer.status_code, (await world.ask("GET", "/v1/campaigns"))["data"]

    page, status, campaigns = scene(tmp_path, advertised, act, person="li")
    assert "You manage no shop here." in page
    assert status == 200
    assert [campaign["id"] for campaign in campaigns] == ["lunch"]


def test_three_fields_make_advertiser_campaign_group_and_ad_once_however_often_they_are_sent(tmp_path):  # fmt: skip
    async def act(world, mei):
        made = await mei.start(request="r1")
        again = await mei.start(request="r1")
        lists = [
            (await world.ask("GET", path))["data"]
            for path in ("/v1/advertisers", "/v1/campaigns", "/v1/ad-groups", "/v1/ads")
        ]
        return note(made), again.status_code, lists

    came, again, ((advertiser,), (campaign,), (group,), (ad,)) = scene(tmp_path, market, act, person="mei")  # fmt: skip
    assert came == (True, "It is made, and a moderator looks at the ad. Start it now or later.")
    assert again == 200
    assert (advertiser["shop_id"], campaign["advertiser_id"]) == ("soups", advertiser["id"])
    assert (campaign["objective"], campaign["state"]) == ("orders", "paused")
    assert campaign["budget"] == {"daily": yuan(100)}
    assert group["strategy"] == "max_delivery"
    assert [place["radius_km"] for place in group["targeting"]["places"]] == [3.0]
    assert (ad["item_id"], ad["landing"], ad["review"]) == ("soup", {"product_id": "soup"}, "pending")  # fmt: skip


BAD = {
    "no product": ({"product": ""}, "product", "Choose one of these."),
    "another's product": ({"product": "none"}, "product", "This shop has no such product."),
    "no radius": ({"radius": "far"}, "radius", "Write kilometres, above zero and at most 500."),
    "no money": ({"daily": "0"}, "daily", "Write an amount above zero."),
    "part of a coin": ({"daily": "1.001"}, "daily", "Write no part of the smallest coin."),
}


@pytest.mark.parametrize("case", BAD)
def test_a_field_that_does_not_fit_says_why_beside_it_and_makes_nothing(tmp_path, case):
    fields, field, said = BAD[case]

    async def act(world, mei):
        page = await mei.start(**fields)
        lists = [(await world.ask("GET", path))["data"] for path in ("/v1/advertisers", "/v1/campaigns")]  # fmt: skip
        return page, lists

    page, lists = scene(tmp_path, market, act, person="mei")
    assert page.status_code == 409
    assert dict(WRONG.findall(page.text)) == {field: said}
    assert lists == [[], []]


def test_a_product_at_the_merchants_desk_leads_to_the_three_fields_with_it_chosen(tmp_path):
    async def act(world, mei):
        clerk = Clerk(world, "mei")
        await clerk.arrive()
        shown = await clerk.open("/merchant/product?shop=soups&product=meal")
        path = re.search(r'href="(/advertiser/start[^"]*)"', shown).group(1).replace("&amp;", "&")
        return await mei.open(path)

    page = scene(tmp_path, market, act, person="mei")
    assert re.findall(r'<option value="(\w+)" selected>', page) == ["meal"]


def test_a_closed_shop_advertises_nothing(tmp_path):
    async def fill(world):
        await market(world)
        shop = await world.ask("GET", "/v1/shops/soups")
        body = {"owner_id": "mei", "name": shop["name"], "position": shop["position"], "status": "closed"}  # fmt: skip
        await world.put("/v1/shops/soups", body, status=200)

    async def act(world, mei):
        return await mei.start()

    page = scene(tmp_path, fill, act, person="mei")
    said = "The shop is closed or waits for its review. Open it first."
    assert dict(WRONG.findall(page.text)) == {"product": said}


def test_start_runs_what_is_approved_below_and_says_what_waits(tmp_path):
    async def act(world, mei):
        await mei.start(request="r1")
        (ad,) = (await world.ask("GET", "/v1/ads"))["data"]
        (made,) = (await world.ask("GET", "/v1/campaigns"))["data"]
        waits = await mei.switch(made["id"], "campaign", made["id"], "active")
        await world.ask("POST", f"/v1/ads/{ad['id']}/review", {"decision": "approved"}, status=200)
        before = (await world.ask("GET", f"/v1/ads/{ad['id']}"))["state"]
        await mei.switch(made["id"], "campaign", made["id"], "active")
        after = await world.ask("GET", f"/v1/ads/{ad['id']}")
        return note(waits), before, after

    waits, before, after = scene(tmp_path, market, act, person="mei")
    said = "Started. What waits for a moderator is not shown; start that ad once it is approved."
    assert waits == (True, said)
    assert before == "paused"
    assert (after["state"], after["delivery"]["code"]) == ("active", "eligible")


def test_start_leaves_an_ad_paused_that_was_paused_beside_one_that_runs(tmp_path):
    async def fill(world):
        await running(world)
        await world.put("/v1/ads/cup", {"ad_group_id": "corner", "item_id": "soup", "landing": {"product_id": "soup"}}, status=201)  # fmt: skip
        await world.ask("POST", "/v1/ads/cup/review", {"decision": "approved"}, status=200)

    async def act(world, advertiser):
        await advertiser.open()
        for state in ("paused", "active"):
            await advertiser.switch("lunch", "campaign", "lunch", state)
        return [(await world.ask("GET", path))["state"] for path in ("/v1/campaigns/lunch", "/v1/ads/cup")]  # fmt: skip

    assert scene(tmp_path, fill, act) == ["active", "paused"]


def test_an_ad_is_paused_and_started_by_its_own_button_for_the_next_decision_too(tmp_path):
    async def act(world, advertiser):
        await advertiser.open()
        seen = []
        for state in ("paused", "active"):
            page = await advertiser.switch("lunch", "ad", "bowl", state)
            live = len(list(world.engine.parts.decider.ads.of_campaign("lunch")))
            seen.append((note(page), (await world.ask("GET", "/v1/ads/bowl"))["state"], live))
        return seen

    assert scene(tmp_path, running, act) == [
        ((True, "Paused. Nothing of it is shown from now on."), "paused", 0),
        ((True, "Started."), "active", 1),
    ]


def test_the_budget_is_changed_and_all_else_stays(tmp_path):
    async def act(world, advertiser):
        await advertiser.open()
        page = await advertiser.send("/advertiser/campaign/budget", campaign="lunch", daily="120.50", lifetime="900")  # fmt: skip
        return note(page), await world.ask("GET", "/v1/campaigns/lunch")

    came, campaign = scene(tmp_path, running, act)
    assert came == (True, "The budget is saved.")
    assert campaign["budget"] == {"daily": yuan(120.5), "lifetime": yuan(900)}
    assert (campaign["state"], campaign["name"]) == ("active", "Lunch")


@pytest.mark.parametrize(
    ("daily", "lifetime", "field", "said"),
    [("", "", "daily", "Write a budget a day, one in all, or both."),
     ("9", "8", "daily", "A day&#39;s budget cannot be above the budget in all."),
     ("much", "", "daily", "That is no amount. Write one such as 12.50.")],
)  # fmt: skip
def test_a_budget_that_does_not_fit_says_why_beside_its_field(tmp_path, daily, lifetime, field, said):  # fmt: skip
    async def act(world, advertiser):
        await advertiser.open()
        page = await advertiser.send("/advertiser/campaign/budget", campaign="lunch", daily=daily, lifetime=lifetime)  # fmt: skip
        return page, (await world.ask("GET", "/v1/campaigns/lunch"))["budget"]

    page, budget = scene(tmp_path, advertised, act)
    assert page.status_code == 409
    assert dict(WRONG.findall(page.text)) == {field: said}
    assert budget == {"daily": yuan(100)}


def test_a_campaigns_page_asks_the_records_as_often_for_many_ad_groups_as_for_one(tmp_path):
    async def act(world, advertiser):
        path, counts = "/advertiser/campaign?campaign=lunch", []
        for number in range(2):
            await advertiser.open(path)
            with statements(world) as counted:
                page = await advertiser.open(path)
            counts.append((page.count('class="ad-row"'), reads(counted)))
            for more in range(3 * (1 - number)):
                await world.put(f"/v1/ad-groups/more{more}", GROUP, status=201)
                await world.put(f"/v1/ads/more{more}", {**AD, "ad_group_id": f"more{more}"}, status=201)  # fmt: skip
        return counts

    (few_groups, few), (many_groups, many) = scene(tmp_path, advertised, act)
    assert (few_groups, many_groups) == (1, 4)
    assert many == few


def test_the_table_of_campaigns_is_a_file(tmp_path):
    async def act(world, advertiser):
        body = {**CAMPAIGN, "name": "=1+1", "budget": {"lifetime": yuan(5)}}
        await world.put("/v1/campaigns/sums", body, status=201)
        return await advertiser.ask("GET", "/advertiser/campaigns/file")

    answer = scene(tmp_path, running, act)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert 'filename="campaigns-mei-ads.csv"' in answer.headers["content-disposition"]
    assert [(row["id"], row["name"], row["delivery"]) for row in rows] == [
        ("lunch", "Lunch", "eligible"), ("sums", "'=1+1", "no_ads"),
    ]  # fmt: skip
    assert [(row["budget_daily"], row["budget_lifetime"], row["spent"]) for row in rows] == [
        ("100.00", "", "0.00"), ("", "5.00", "0.00"),
    ]  # fmt: skip


def test_the_balance_stands_with_each_deposit_that_made_it(tmp_path):
    async def act(world, mei):
        empty = await mei.open("/advertiser/money")
        for number, amount in enumerate((50, 25.5)):
            paid = await world.http.post(
                "/v1/advertisers/mei-ads/deposits", json={"amount": yuan(amount)},
                headers={"Idempotency-Key": f"bank-{number}"},
            )  # fmt: skip
            assert paid.status_code == 201, paid.text
        wrong = await mei.ask("GET", "/advertiser/money?from=2026-03-05&to=2026-03-01")
        return empty, await mei.open("/advertiser/money"), wrong

    empty, page, wrong = scene(tmp_path, advertised, act, person="mei")
    assert "The balance is empty: campaigns run on what is paid in" in empty
    assert "¥75.50 is left on the balance" in page
    assert re.findall(r'<td class="number(?: gain)?">([^<]*)</td>', page) == [
        "+¥25.50", "¥75.50", "+¥50.00", "¥50.00",
    ]  # fmt: skip
    assert (wrong.status_code, note(wrong)[0]) == (409, False)


@pytest.mark.parametrize("path", FORMS)
def test_a_form_from_elsewhere_changes_nothing(tmp_path, path):
    async def act(world, advertiser):
        answer = await advertiser.ask("POST", path, {"token": "x", "campaign": "lunch", "daily": "1"})  # fmt: skip
        return answer.status_code, (await world.ask("GET", "/v1/campaigns/lunch"))["budget"]

    assert scene(tmp_path, advertised, act) == (403, {"daily": yuan(100)})
