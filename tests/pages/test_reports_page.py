"""The operator's pages of reports, people and posts, without a browser: what they say, refuse and write down."""

import re

from tests.pages.test_login import TOKEN, Browser
from tests.worlds.reported import report, reported, waiting
from tests.worlds.trade_world import bought, market
from tests.worlds.world import TOWN, opened, run

REPORTS = "/operator/reports"
HOME = {"latitude": 26.3812, "longitude": 108.0834}


async def entered(world, key=None):
    browser = Browser(world)
    await browser.log_in(key)
    return browser


async def decide(world, browser, review, decision, **fields):
    token = TOKEN.search((await browser.ask("GET", REPORTS)).text).group(1)
    form = {"token": token, "decision": decision, "back": "state=waiting", **fields}
    return await browser.ask("POST", f"{REPORTS}/{review['id']}", form)


def test_the_queue_shows_each_post_with_how_many_reported_it_and_why_and_decides_it(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p0", "i1", "spam"), ("p1", "i1", "fraud"), ("p2", "i2", None))
            stranger = (await Browser(world).ask("GET", REPORTS)).status_code
            browser = await entered(world)
            page = (await browser.ask("GET", f"{REPORTS}?lang=en")).text
            first, second = await waiting(world)
            done = await decide(world, browser, first, "hide", note="an advertisement")
            after = (await browser.ask("GET", done.headers["location"])).text
            twice = await decide(world, browser, first, "warn")
            decided = (await browser.ask("GET", f"{REPORTS}?state=decided")).text
            changed = await decide(world, browser, first, "dismiss", change="yes")
            foreign = await browser.ask("POST", f"{REPORTS}/{second['id']}", {"decision": "hide"})
            bad = await decide(world, browser, second, "burn")
            item = await world.ask("GET", "/v1/items/i1", status=200)
            acts = await world.ask("GET", "/v1/audit-log?kind=item", status=200)
            codes = [done, twice, changed, foreign, bad]
            return stranger, page, done, after, twice, decided, codes, item, acts["data"]

    stranger, page, done, after, twice, decided, codes, item, acts = run(scenario)
    assert stranger == 303
    assert "2 posts wait for a decision" in page
    assert page.index("2 people reported it") < page.index("1 person reported it")
    assert ("advertising or spam" in page, "no reason given" in page, "a cup of tea" in page) == (
        True, True, True,
    )  # fmt: skip
    assert done.headers["location"] == f"{REPORTS}?state=waiting&done=hide"
    assert "Hidden. It is in no feed any more. Here is the next one." in after
    assert "1 post waits for a decision" in after
    assert "Somebody else has decided this one meanwhile." in twice.text
    assert ("an advertisement" in decided, "Decide otherwise" in decided) == (True, True)
    assert [answer.status_code for answer in codes] == [303, 409, 303, 403, 400]
    assert item["ruling"] is None
    assert [(act["route"], act["after"]["decision"]) for act in acts] == [
        ("POST /operator/reports/{review_id}", "dismiss"),
        ("POST /operator/reports/{review_id}", "hide"),
    ]
    assert all(act["actor"]["key_id"] for act in acts)


def test_a_key_that_may_not_review_reads_and_decides_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p0", "i1", "spam"))
            (review,) = await waiting(world)
            operator = {"Authorization": f"Bearer {world.app.operator_key}", "X-Community": "c"}
            given = {"name": "k", "scopes": ["read", "policy"]}
            made = await world.ask("POST", "/v1/communities/c/keys", given, headers=operator)
            browser = await entered(world, made["key"])
            queue = await browser.ask("GET", REPORTS)
            token = TOKEN.search((await browser.ask("GET", "/operator")).text).group(1)
            form = {"token": token, "decision": "hide"}
            sent = await browser.ask("POST", f"{REPORTS}/{review['id']}", form)
            item = await browser.ask("GET", "/operator/items/i1?lang=en")
            return queue.status_code, sent.status_code, item.text, await waiting(world)

    queue, sent, item, reviews = run(scenario)
    assert (queue, sent) == (403, 403)
    assert "may not read reports" in item
    assert reviews[0]["state"] == "open"


def test_a_search_finds_people_posts_shops_orders_and_receipts_of_its_community_alone(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            order = await bought(world)
            await world.people(2, name="Robert Tea")
            await world.items(2, text="a pot of tea")
            receipt = (await world.feed("p0"))["receipt_id"]
            browser = await entered(world)

            async def find(query):
                return (await browser.ask("GET", f"/operator/search?lang=en&q={query}")).text

            asked = ("robert", "pot", "soups", order["id"], receipt, "nowhere", "")
            return [await find(query) for query in asked], order["id"], receipt

    (people, posts, shops, order, receipt, nothing, empty), order_id, receipt_id = run(scenario)
    assert people.count('href="/operator/people/p') == 2
    assert 'href="/operator/items/i0"' in posts
    assert '<code class="soft">soups</code>' in shops
    assert order_id in order
    assert f"/operator/receipts/{receipt_id}" in receipt
    assert "Nothing was found" in nothing
    assert "Search people, posts, shops, orders and receipts" in empty


def test_opening_a_persons_page_is_recorded_and_tells_no_position_finer_than_ten_kilometres(
    tmp_path,
):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p0", "i1", "spam"))
            await world.put("/v1/people/a1", {"name": "Ann", "home": HOME}, status=200)
            browser = await entered(world)
            coarse = (await browser.ask("GET", "/operator/people/a1?lang=en")).text
            town = {"kind": "place", "name": "Old Town", "centre": TOWN}
            await world.put("/v1/domains/town", town, status=201)
            named = (await browser.ask("GET", "/operator/people/a1?lang=en")).text
            unknown = (await browser.ask("GET", "/operator/people/nobody")).status_code
            log = await world.ask("GET", "/v1/audit-log?kind=person", status=200)
            return coarse, named, unknown, log["data"]

    coarse, named, unknown, acts = run(scenario)
    assert "about 26.4° north, 108.1° east" in coarse
    assert "Old Town" in named
    assert re.findall(r"26\.38|108\.08", coarse + named) == []
    assert "1 person reported it" in coarse
    assert unknown == 404
    assert [(act["route"], act["object"]["person_id"], act["after"]) for act in acts] == [
        ("GET /operator/people/{person_id}", "a1", {"opened": True})
    ] * 2
    assert all(act["actor"]["key_id"] for act in acts)


def test_a_posts_page_tells_its_trace_its_counters_and_what_was_decided(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world, ("p0", "i1", "spam"))
            feed = await world.feed("p3", slots=4)
            slot = next(slot for slot in feed["slots"] if slot["item_id"] == "i1")
            await world.events(world.event("impression", slot, person="p3", visible_seconds=2.0))
            browser = await entered(world)
            (review,) = await waiting(world)
            await decide(world, browser, review, "warn", note="take care")
            page = (await browser.ask("GET", "/operator/items/i1?lang=en")).text
            receipt = (await browser.ask("GET", f"/operator/receipts/{feed['receipt_id']}")).text
            missing = (await browser.ask("GET", "/operator/items/nothing")).status_code
            return page, receipt, missing

    page, receipt, missing = run(scenario)
    assert "Served in 1 of the 1 decisions it was a candidate in (100" in page
    assert "seen once" in page
    assert "shown with a warning" in page
    assert "take care" in page
    assert receipt.count('class="post-line"') == 4
    assert 'href="/operator/items/i1"' in receipt
    assert missing == 404


def test_a_report_that_was_made_meanwhile_stands_in_the_queue_at_once(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await reported(world)
            browser = await entered(world)
            empty = (await browser.ask("GET", f"{REPORTS}?lang=en")).text
            await world.events(report(world, "p0", "i1", "minors"))
            return empty, (await browser.ask("GET", f"{REPORTS}?lang=zh")).text

    empty, chinese = run(scenario)
    assert "Nothing waits for a decision" in empty
    assert "Nobody is told who did." in empty
    assert ("1 条内容待处理" in chinese, "伤害未成年人" in chinese) == (True, True)
