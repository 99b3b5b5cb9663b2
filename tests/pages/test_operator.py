"""The operator's window in a real browser: its figures are the API's, it lives, everybody can read it."""

import io
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import expect

from lodestone.console.charts import number, whole
from tests.pages.conftest import PATIENCE_MS, focus
from tests.pages.served import lived, served

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
pytestmark = pytest.mark.browser
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with served(tmp_path_factory.mktemp("home")) as found:
        yield found


class Opened:
    """A page that notes what went wrong on it and whom it asked."""

    def __init__(self, browser, town, **context):
        self.town = town
        settings = {"locale": "en-GB", "viewport": DESK, "reduced_motion": "reduce", **context}
        self.context = browser.new_context(base_url=town.base, **settings)
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.wrong, self.asked = [], set()
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(request.url.split("/")[2]))

    def log_in(self, path="/operator", key=None):
        self.page.goto(path)
        self.page.get_by_role("textbox").fill(key or self.town.key)
        with (
            self.page.expect_navigation()
        ):  # what comes is loaded, styles and all, before anybody looks at it
            self.page.get_by_role("button").first.click()
        return self.page

    def quiet(self):
        """Say that nothing went wrong and nobody else was asked."""
        return self.wrong == [] and self.asked == {self.town.base.split("/")[2]}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()


@pytest.fixture
def opened(chromium, town):
    def at(**context):
        made = Opened(chromium, town, **context)
        kept.append(made)
        return made

    kept = []
    yield at
    for one in kept:
        one.context.close()


def rows(page, selector):
    """Read a table of the page, opened or not, as lists of cells."""
    script = "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    return page.eval_on_selector_all(f"{selector} tbody tr", script)


def test_a_wrong_key_is_refused_and_the_right_one_leads_to_where_one_wanted(opened):
    one = opened()

    one.log_in("/operator?days=28", key="lsk_wrong")
    expect(one.page.get_by_role("alert")).to_contain_text("does not open this page")
    one.page.get_by_label("Key", exact=True).fill(one.town.key)
    one.page.get_by_role("button", name="Log in").click()
    expect(one.page.get_by_label("Days", exact=True)).to_have_value("28")
    one.page.get_by_role("button", name="Log out").click()
    expect(one.page.get_by_label("Key", exact=True)).to_be_visible()
    one.page.goto("/operator")
    expect(one.page.get_by_label("Key", exact=True)).to_be_visible()
    assert one.quiet()


def test_efficiency_and_cohorts_are_those_of_the_api(opened, town):
    one = opened()
    page = one.log_in()

    told = town.ask("GET", "/v1/reports/liu")["liu"]
    shown = rows(page, "#efficiency-by-day")
    expected = [
        [whole(day["impressions"]), whole(day["people"]), f"¥{number(day['efficiency_micros'] / 1e6)}"]
        for day in reversed(told["days"]) if day["impressions"]
    ]  # fmt: skip
    assert [[row[2], row[3], row[5]] for row in shown] == expected
    assert len(expected) > 3
    for name, series in (
        ("active", "active"),
        ("followers", "followers"),
        ("customers", "customers"),
    ):
        cohorts = told["retained"][series][::-1]
        found = rows(page, f"#retained-{name}")
        assert [row[1] for row in found] == [whole(cohort["count"]) for cohort in cohorts]
        kept = [cohort["kept"]["day_1"] for cohort in cohorts]
        read = [None if row[2] == "not yet known" else row[2].split(" (")[0] for row in found]
        assert read == [None if n is None else whole(n) for n in kept]
    value = sum(day["value_micros"] for day in told["days"])
    per_thousand = value / sum(day["impressions"] for day in told["days"]) / 1000
    assert f"bring ¥{number(per_thousand)}" in page.inner_text("h1")


def test_exposure_and_promises_are_those_of_the_api(opened, town):
    one = opened()
    page = one.log_in()

    exposure = town.ask("GET", "/v1/reports/exposure")
    promises = town.ask("GET", "/v1/promises")["data"]
    assert f"Gini {exposure['gini']:.2f}" in page.inner_text("#exposure-detail")
    assert f"{exposure['noise_floor']:.2f}" in page.inner_text("#exposure-detail")
    curve = [f"{number(100 * p['impressions'])}\u202f%" for p in exposure["lorenz"]]
    assert [row[1] for row in rows(page, "#lorenz")] == curve
    shown = rows(page, "#promise-table")
    assert len(shown) == len(promises) == 4
    costs = [f"¥{number(p['cost_micros'] / 1e6)}" for p in promises]
    prices = [f"¥{number(p['price_micros'] / 1000)}" for p in promises]
    assert [row[6] for row in shown] == costs
    assert [row[4] for row in shown] == prices


def test_the_domain_filter_stands_in_the_address_and_narrows_the_figures(opened, town):
    one = opened()
    page = one.log_in()

    page.get_by_label("Domain", exact=True).select_option("public")
    page.wait_for_url("**domain=public**")
    told = town.ask("GET", "/v1/reports/liu?domain=public")["liu"]["days"]
    shown = rows(page, "#efficiency-by-day")
    assert {row[1] for row in shown} == {"public"}
    assert sum(int(row[2].replace("\u202f", "")) for row in shown) == sum(
        d["impressions"] for d in told
    )
    assert "Of this domain" in page.inner_text("#retained-detail")
    came = town.ask("GET", "/v1/reports/liu?domain=public")["liu"]["retained"]["active"]
    assert [row[1] for row in rows(page, "#retained-active")] == [
        whole(cohort["count"]) for cohort in reversed(came)
    ]
    assert one.quiet()


def test_a_domain_chosen_before_the_script_has_come_is_taken_when_it_comes(opened, town):
    page = opened().log_in()
    scripts = []

    def wait(route):
        scripts.append(route)

    page.route("**/operator.js*", wait, times=1)
    page.reload(wait_until="commit")
    page.get_by_label("Domain", exact=True).select_option("public")
    assert "domain=" not in page.url
    for script in scripts:
        script.continue_()
    page.wait_for_url("**domain=public**")


def test_new_feeds_appear_by_themselves_and_an_open_table_stays_open(opened, town):
    one = opened()
    page = one.log_in()
    summary = page.locator("#efficiency-by-day details")
    summary.locator("summary").click()
    before = rows(page, "#efficiency-by-day")

    feed = town.look("p1", "like")
    expect(page.locator(f"#{feed['receipt_id']}")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("1 more decision")
    assert rows(page, "#efficiency-by-day") != before
    assert summary.get_attribute("open") is not None
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Go on").wait_for()
    assert one.quiet()


def test_a_receipt_opens_in_plain_words_and_is_decided_again(opened, town):
    one = opened()
    feed = town.look("p2")
    page = one.log_in()

    page.locator(f"#{feed['receipt_id']} a").click()
    told = town.ask("GET", f"/v1/receipts/{feed['receipt_id']}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(f"Why these {len(told['slate'])} posts were shown")
    shown = page.eval_on_selector_all(
        ".slot .post-words > a", "links => links.map(link => link.pathname.split('/').pop())"
    )
    assert shown == [slot["item_id"] for slot in told["slate"]]
    assert f"{whole(told['candidates'])} posts could have been shown" in page.inner_text("main")
    assert "p2" not in page.inner_text("main").split()
    page.get_by_role("button", name="Decide it again").click()
    expect(page.get_by_role("status")).to_contain_text("the same posts in the same order")
    assert one.quiet()


def serious(page):
    """Name what axe finds that would keep somebody out."""
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


LOOKS = [
    ("desk-light-en", {"color_scheme": "light"}),
    ("desk-dark-zh", {"color_scheme": "dark", "locale": "zh-CN"}),
    ("phone-light-zh", {"color_scheme": "light", "locale": "zh-CN", "viewport": PHONE}),
    ("phone-dark-en", {"color_scheme": "dark", "viewport": PHONE}),
]


@pytest.mark.parametrize(("name", "context"), LOOKS, ids=[name for name, _ in LOOKS])
def test_nothing_keeps_anybody_out_in_either_light_language_or_width(opened, name, context):
    one = opened(**context)

    one.page.goto("/operator")
    assert serious(one.page) == []
    page = one.log_in()
    for details in page.locator("main details").all():
        details.locator("summary").click()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.locator("#receipts a").first.click()
    page.wait_for_selector(".slot")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert one.quiet()


def test_every_action_is_reached_by_the_keyboard_in_order(opened):
    one = opened()
    page = one.log_in()
    page.wait_for_selector(".live.on")

    reached = []
    for _ in range(22):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate(
                "(on => on.matches('.plot') ? '(values)' : on.id || on.innerText.trim())(document.activeElement)"
            )
        )
    assert reached[:20] == [
        "Skip to the content", "Tea Town", "中文", "Log out", "Overview", "Reports", "Ads", "Disputes", "Ad revenue", "Income", "Search",
        "Policy",
        "API keys", "Webhooks", "Health", "Who changed what", "days", "domain", "pause", "(values)",
    ]  # fmt: skip
    # Which charts have values to be read, and so a stop of their own, hangs on what the town has lived.
    assert reached[20] == "Table"
    assert reached[21] in ("Table", "(values)")
    focus(page.locator("#efficiency-by-day summary"))
    page.keyboard.press("Enter")
    expect(page.locator("#efficiency-by-day table")).to_be_visible()


def test_an_empty_community_says_what_will_appear_and_how(chromium, tmp_path):
    with served(tmp_path, days=0) as empty, Opened(chromium, empty) as one:
        page = one.log_in()
        assert page.locator("figure").count() == 0
        told = page.locator(".empty p").all_inner_texts()
        assert len(told) == 7
        assert all("appear" in text for text in told)
        assert page.locator(".empty a").count() == 7
        assert serious(page) == []
        assert one.quiet()


def test_a_login_ends_after_twelve_hours_and_the_page_says_so(chromium, tmp_path):
    with served(tmp_path, days=0) as empty, Opened(chromium, empty) as one:
        page = one.log_in()
        page.wait_for_selector(".live.on")
        empty.clock.move(hours=12)
        expect(page.get_by_role("alert")).to_contain_text("has ended")
        assert page.url.startswith(f"{empty.base}/operator/login?")


PICTURES = [
    ("operator-desk-light-en", {"color_scheme": "light"}, None),
    ("operator-desk-dark-zh", {"color_scheme": "dark", "locale": "zh-CN"}, None),
    (
        "operator-phone-dark-zh",
        {"color_scheme": "dark", "locale": "zh-CN", "viewport": PHONE},
        None,
    ),
    ("operator-promises-desk-light-zh", {"color_scheme": "light", "locale": "zh-CN"}, "#promises"),
    ("operator-phone-light-en", {"color_scheme": "light", "viewport": PHONE}, "#exposure"),
    ("operator-receipt-desk-light-en", {"color_scheme": "light"}, "a"),
]


LIVED = os.environ.get("LODESTONE_SCREENSHOTS_LIVED")


@pytest.mark.skipif(LIVED is None, reason="LODESTONE_SCREENSHOTS_LIVED names no home of a town")
@pytest.mark.parametrize(("name", "context", "at"), PICTURES, ids=[row[0] for row in PICTURES])
def test_the_documentations_pictures_are_drawn(chromium, home_of_a_town, name, context, at):
    with Opened(chromium, home_of_a_town, **context) as one:
        one.log_in().wait_for_selector(".live.on")
        page = one.page
        page.goto("/operator?days=28")
        page.wait_for_selector(".live.on")
        if at == "a":
            page.locator("#receipts a").nth(2).click()
            page.wait_for_selector(".slot")
        elif at:
            page.locator(at).evaluate("section => section.scrollIntoView()")
        data = page.screenshot()
        save(data, IMAGES / f"{name}.webp")
        assert (IMAGES / f"{name}.webp").stat().st_size < 120_000


@pytest.fixture(scope="module")
def home_of_a_town():
    with lived(LIVED) as found:
        yield found


def save(data, path):
    Image.open(io.BytesIO(data)).save(path, "WEBP", quality=82, method=6)
