"""What an operator does in a real browser: tries and publishes a policy, makes a key, reads a chart by the keyboard."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import focus
from tests.pages.served import served
from tests.pages.test_operator import DESK, PHONE, Opened, serious

pytestmark = pytest.mark.browser
PATHS = (
    "/operator", "/operator/policy", "/operator/policy/history", "/operator/policy/versions/1",
    "/operator/keys", "/operator/webhooks", "/operator/health", "/operator/audit-log",
)  # fmt: skip
WIDTHS = (360, 390, 768, 1024, 1366, 1920)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with served(tmp_path_factory.mktemp("home"), days=2) as serving:
        serving.operator = (serving.home / "operator.key").read_text().strip()
        yield serving


@pytest.fixture
def opened(chromium, town):
    made = []

    def at(**context):
        made.append(Opened(chromium, town, **context))
        made[-1].log_in(key=town.operator)
        return made[-1]

    yield at
    for visit in made:
        visit.context.close()


def test_an_operator_tries_a_gini_target_publishes_it_and_goes_back(opened, town):
    visit = opened()
    page = visit.page

    page.get_by_role("link", name="Policy", exact=True).click()
    page.locator("#promise-gini-target").fill("0.15")
    page.locator("#worth-like").fill("0.5")
    page.get_by_role("button", name="Try it on the last day").click()
    page.wait_for_url("**trial=**")
    expect(page.locator("#trial[data-ended] h2")).to_contain_text("of the last day")
    likes = page.locator("#trial tr", has=page.get_by_role("rowheader", name="A like")).locator("td")  # fmt: skip
    expect(likes.nth(2)).to_have_text("more")
    assert page.locator("#promise-gini-target").input_value() == "0.15"
    expect(page.get_by_text("An even spread: at most 0.15")).to_be_visible()
    assert town.ask("GET", "/v1/policy")["version"] == 1
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("#reason-wrong")).to_contain_text("Say in one line why")
    page.get_by_label("Why").fill("newcomers first")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("status")).to_contain_text("Version 2 is in force")
    gini = next(row for row in town.ask("GET", "/v1/policy")["policy"]["promises"] if row["id"] == "gini")  # fmt: skip
    assert gini["target"] == 0.15
    page.get_by_role("link", name="Go back to it").click()
    page.get_by_label("Why").fill("it cost too much")
    page.get_by_role("button", name="Put version 1 into force").click()
    expect(page.get_by_role("status")).to_contain_text("Version 3 is in force")
    assert town.ask("GET", "/v1/policy")["policy"]["worths"]["like"] == 10_000
    assert [text for text in visit.wrong if "status of 400" not in text] == []


def test_a_dry_run_is_left_and_found_again(opened):
    page = opened().page

    page.goto("/operator/policy")
    page.locator("#worth-share").fill("0.9")
    page.get_by_role("button", name="Try it on the last day").click()
    page.goto("/operator/health")
    page.goto("/operator/policy")
    assert page.locator("#worth-share").input_value() != "0.9"
    page.get_by_text("Earlier dry runs", exact=True).click()
    page.locator("details a[href*='trial=']").first.click()
    page.wait_for_selector("#trial[data-ended]")
    assert page.locator("#worth-share").input_value() == "0.9"


def test_a_key_is_made_shown_once_and_revoked(opened):
    visit = opened()
    page = visit.page

    page.goto("/operator/keys")
    assert page.locator("input[type=checkbox]:checked").count() == 0
    page.get_by_label("Name").fill("kiosk")
    page.locator("input[name='scope.feeds']").check()
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator(".secret")).to_contain_text("lsk_")
    page.goto("/operator/keys")
    assert page.locator(".secret").count() == 0
    page.get_by_role("link", name="Revoke kiosk").click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("status")).to_contain_text("worth nothing from now on")
    assert visit.quiet()


def test_a_charts_values_are_read_by_pointing_and_by_arrow_keys(opened):
    visit = opened()
    page = visit.page
    chart = page.locator("#efficiency-by-day")
    line, plot = chart.locator(".reading"), chart.locator(".plot[tabindex]")

    focus(plot)
    expect(line).to_contain_text("¥")
    last = line.inner_text()
    page.keyboard.press("ArrowLeft")
    assert line.inner_text() != last
    page.keyboard.press("Home")  # two days or three, by the hour at which the test runs
    first = line.inner_text()
    assert first != last
    page.keyboard.press("End")
    assert line.inner_text() == last
    box = plot.bounding_box()
    page.mouse.move(box["x"] + 3, box["y"] + 20)
    page.mouse.move(box["x"] + 5, box["y"] + 20)
    expect(line).to_have_text(first)
    assert page.locator("[style]").count() == 0
    assert visit.quiet()


def test_the_figures_are_of_the_days_that_were_picked(opened):
    page = opened().page

    page.get_by_label("Days", exact=True).select_option("")
    last = page.get_by_label("To", exact=True).input_value()
    before = str(date.fromisoformat(last) - timedelta(days=1))  # today may have only begun
    page.get_by_label("From", exact=True).fill(before)
    page.wait_for_url(f"**from={before}&to={last}**")
    days = page.eval_on_selector_all("#efficiency-by-day tbody th", "cells => cells.map(cell => cell.textContent)")  # fmt: skip
    assert 1 <= len(set(days)) <= 2
    page.get_by_label("Days", exact=True).select_option("28")
    page.wait_for_url("**days=28**")
    assert "from=" not in page.url


LOOKS = [
    {"color_scheme": "light", "viewport": DESK},
    {"color_scheme": "dark", "locale": "zh-CN", "viewport": PHONE},
]


@pytest.mark.parametrize("context", LOOKS, ids=["desk-light-en", "phone-dark-zh"])
def test_every_page_of_the_desk_is_for_everybody_at_every_width(opened, context):
    visit = opened(**context)
    page = visit.page

    for path in PATHS:
        page.goto(path)
        page.evaluate("document.querySelectorAll('main details').forEach(one => (one.open = true))")
        assert serious(page) == [], path
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width)
        page.set_viewport_size(context["viewport"])
    assert visit.quiet()


def test_on_a_phone_a_menu_leads_to_every_page(opened):
    page = opened(viewport=PHONE).page

    expect(page.locator(".parts")).to_be_hidden()
    menu = page.locator(".menu > summary")
    focus(menu)
    page.keyboard.press("Enter")
    links = page.locator(".menu-part")
    assert links.count() == page.locator(".parts .part").count() >= 6
    page.get_by_role("link", name="Health", exact=True).click()
    expect(page.locator(".menu > summary")).to_contain_text("Health")
