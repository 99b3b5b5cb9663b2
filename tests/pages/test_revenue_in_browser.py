"""The operator's page of ad revenue in real Chromium: read by keyboard, without a serious finding, no wider than the window."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import DESK, PHONE, Serving, focus
from tests.pages.test_ad_desk_pages import WIDTHS, enter
from tests.pages.test_ad_story import show
from tests.pages.test_trading import KEYS, serious
from tests.worlds.earning import week

pytestmark = pytest.mark.browser
PATH = "/operator/revenue?frontier=1"


async def earning(world):
    await week(world)
    KEYS["operator"] = world.app.operator_key


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    server = Serving(tmp_path_factory.mktemp("home"), fill=earning)
    server.start()
    assert server.ready.wait(200)
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("viewport", "light", "lang"),
    [(PHONE, "light", "en"), (PHONE, "dark", "zh"), (DESK, "light", "zh"), (DESK, "dark", "en")],
)
def test_the_page_fits_and_has_no_serious_finding(visit, serving, viewport, light, lang):
    page = enter(visit, serving, "operator", "operator", viewport=viewport, light=light, lang=lang)
    page.goto(f"{serving.base}{PATH}")
    assert serious(page) == []
    if light == "light":
        show(page, "revenue", viewport, lang, whole=viewport == DESK)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_the_frontier_is_asked_for_and_read_by_keyboard(visit, serving):
    page = enter(visit, serving, "operator", "operator", viewport=DESK)
    page.get_by_role("link", name="Ad revenue").first.click()
    expect(page.locator("#revenue-answer")).to_contain_text("Ads brought ¥")
    focus(page.get_by_role("link", name="Work it out"))
    page.keyboard.press("Enter")
    expect(page.locator("#frontier-answer")).to_contain_text("At the load of 20")
    plot = page.locator("#frontier-load .plot")
    focus(plot)
    page.keyboard.press("ArrowRight")
    expect(page.locator("#frontier-load .reading")).to_contain_text("%: ¥")
