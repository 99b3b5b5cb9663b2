"""The page of all routes in a real browser: found by a search, opened by an address, tried with a key."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pages.conftest import DESK, PHONE

pytestmark = pytest.mark.browser
OPEN = "details.route:not(.shape):not([hidden])"


@pytest.fixture
def docs(visit):
    return lambda after="", **more: visit(f"/docs{after}", person=None, wait=False, **more)


def names(page):
    return page.locator(OPEN).evaluate_all(
        "all => all.map((one) => one.querySelector('.path').textContent)"
    )


def test_lodestones_own_routes_come_first_and_those_of_gorse_last(docs):
    page = docs()
    groups = page.locator("section.group > h2").all_text_contents()

    assert groups[:4] == ["People and follows", "Posts", "Feeds and events", "Domains"]
    assert groups[-2:] == ["Gorse-compatible", "Shapes of answers"]
    assert names(page)[0] == "/v1/people"
    assert page.locator(OPEN).count() > 190


def test_a_search_filters_as_one_types_and_its_address_shows_the_same(docs):
    page = docs()
    page.keyboard.press("/")
    page.keyboard.type("PUT person")
    routes = names(page)
    assert routes
    assert len(routes) < 30
    assert "/v1/people/{person_id}" in routes
    assert "/v1/people" not in routes  # a GET has another method
    assert page.locator("#counted").text_content() == f"{len(routes)} routes"

    assert page.url.endswith("/docs?q=PUT+person")
    assert names(docs("?q=PUT+person")) == routes
    page.locator("#q").fill("no such words")
    assert (names(page), page.locator("#counted").text_content()) == (
        [],
        "No route has these words.",
    )
    page.locator("#q").fill("")
    assert page.url.endswith("/docs")
    assert len(names(page)) > 190


def test_an_address_opens_its_route_even_where_a_search_hides_it(docs):
    page = docs("?q=webhook#postFeed")
    route = page.locator("details.route:has(> #postFeed)")

    assert route.get_attribute("open") is not None
    assert route.locator("summary").is_visible()
    top = route.locator("summary").bounding_box()["y"]
    bar = page.locator(".search").bounding_box()
    assert bar["y"] + bar["height"] - 1 <= top < DESK["height"]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_route_is_tried_with_a_key_that_stays_in_the_tab(docs, serving, viewport):
    page = docs("#putPerson", viewport=viewport)
    name = f"tried/{viewport['width']}"
    form = page.locator("#putPerson .trial")
    form.get_by_label("Key or token").fill(serving.key)
    form.get_by_label("person_id").fill(name)
    form.get_by_label("Body").fill('{"name": "Tried"}')
    form.get_by_role("button", name="Send").click()
    form.locator(".status").wait_for()

    assert form.locator(".status").text_content() == "201 Created"
    assert f'"id": "{name}"' in form.locator("output").text_content()
    assert re.search(r" · \d+ ms", form.locator("output").text_content())
    assert serving.ask(f"/v1/people/{name.replace('/', '%2F')}")["name"] == "Tried"
    stores = page.evaluate(
        "[JSON.stringify(sessionStorage), JSON.stringify(localStorage), document.cookie]"
    )
    assert [serving.key in stored for stored in stores] == [True, False, False]
    page.goto(f"{serving.base}/docs#getPerson")
    other = page.locator("#getPerson .trial")
    assert other.get_by_label("Key or token").input_value() == serving.key


def test_a_refusal_is_shown_as_it_came(docs):
    page = docs("#getPerson", expect=["401"])
    form = page.locator("#getPerson .trial")
    form.get_by_role("button", name="Send").click()
    form.locator(".status").wait_for()

    assert form.locator(".status").text_content() == "401 Unauthorized"
    assert '"key_missing"' in form.locator("output").text_content()


def test_without_a_script_everything_can_be_read(chromium, serving):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{serving.base}/docs#postEvents")
    shown = page.locator("#postEvents").inner_text()  # the browser opens what the address names

    assert not page.locator(".search").is_visible()
    assert "events[].person_id" in shown
    assert 'curl -X POST "$BASE/v1/events"' in shown
    assert '"accepted": 2' in shown
    context.close()


def test_every_route_says_in_chinese_what_it_does(docs):
    page = docs(lang="zh")
    what = page.locator(".route .what").all_text_contents()

    assert page.locator("html").get_attribute("lang") == "zh"
    assert len(what) > 190
    assert [sentence for sentence in what if not re.search("[\u4e00-\u9fff]", sentence)] == []
    assert page.locator("section.group > h2").first.text_content() == "用户与关注"


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_serious_and_nothing_overflows(docs, viewport, light):
    page = docs("?q=order#postOrder", viewport=viewport, light=light)
    page.locator("#postOrder .trial").wait_for()
    violations = Axe().run(page).response["violations"]

    assert [
        (violation["id"], violation["nodes"][0]["html"][:160])
        for violation in violations
        if violation["impact"] in ("serious", "critical")
    ] == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]


def test_the_first_view_takes_few_requests_and_bytes(chromium, serving):
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(f"{serving.base}/docs", wait_until="networkidle")
    sizes = page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((one) => one.transferSize)"
    )
    context.close()

    assert len(sizes) <= 60
    assert sum(sizes) <= 250_000
