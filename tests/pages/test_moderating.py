"""The operator's pages of reports and posts in a real browser: by keyboard, on a phone, for everybody."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.pages.conftest import DESK, PHONE, Serving
from tests.worlds.reported import report

pytestmark = pytest.mark.browser
PAGES = ("/operator/reports", "/operator/reports?state=closed", "/operator/search?q=酸汤",
         "/operator/items/i1", "/operator/people/a1")  # fmt: skip


async def with_reports(world):
    """Let people report three posts of the town."""
    given = (
        ("v1", "i1", "spam"),
        ("v2", "i1", "fraud"),
        ("v3", "i2", None),
        ("v4", "i3", "privacy"),
    )
    await world.events(*[report(world, *fields) for fields in given])


@pytest.fixture(scope="module")
def town(tmp_path_factory, settled):
    town = Serving(tmp_path_factory.mktemp("home"), fill=with_reports, settled=settled)
    town.start()
    assert town.ready.wait(120)
    yield town
    town.stop()


@pytest.fixture
def entered(chromium, town):
    """Open pages of the operator, logged in; at the end none of them has complained or asked anybody else."""
    contexts, wrong, hosts = [], [], set()

    def opening(path, *, viewport=DESK, light="light", lang="en"):
        locale = {"en": "en-GB", "zh": "zh-CN"}[lang]
        context = chromium.new_context(
            base_url=town.base, viewport=viewport, color_scheme=light, locale=locale, reduced_motion="reduce",
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.goto(path)
        page.get_by_role("textbox").fill(town.key)
        page.get_by_role("button").first.click()
        page.wait_for_url(f"**{path.partition('?')[0]}*")
        return page

    yield opening
    for context in contexts:
        context.close()
    assert (wrong, hosts) == ([], {town.base.split("/")[2]})


@pytest.mark.parametrize(
    ("viewport", "light", "lang"),
    [(DESK, "light", "en"), (PHONE, "dark", "zh"), ({"width": 360, "height": 640}, "light", "zh")],
)
def test_every_page_fits_and_is_whole_for_those_who_listen(entered, viewport, light, lang):
    page = entered(PAGES[0], viewport=viewport, light=light, lang=lang)
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        violations = Axe().run(page).response["violations"]
        assert [
            violation["id"]
            for violation in violations
            if violation["impact"] in ("serious", "critical")
        ] == [], path


def test_a_queue_is_gone_through_by_keyboard_and_asks_before_it_does_anything(entered, town):
    page = entered("/operator/reports")
    expect(page.get_by_role("heading", level=1)).to_have_text("3 posts wait for a decision")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("w")
    expect(page.get_by_role("button", name="Show it with a warning")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Show it with a warning")).to_be_hidden()
    page.keyboard.press("k")
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Hidden. It is in no feed any more.")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 posts wait for a decision")
    expect(page.locator(".review").first).to_be_focused()

    assert town.ask("/v1/items/i1")["ruling"] == "hide"
    assert town.ask("/v1/items/i2")["ruling"] is None
    page.get_by_label("Which reports").select_option("decided")
    page.wait_for_url("**state=decided*")
    expect(page.locator(".review")).to_have_count(1)
