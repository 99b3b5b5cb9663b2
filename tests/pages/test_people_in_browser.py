"""People's pages in a real browser: how one gets there, what one does there, and that nobody is kept out."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import CURRENT, DESK, PHONE, sent, shown
from tests.pages.test_viewer_access import violations

pytestmark = pytest.mark.browser
SIZES = [(360, 640), (390, 844), (768, 1024), (1024, 768), (1366, 768), (844, 390)]


def person(page, name):
    person_page = page.locator(f".person-page[data-person={name}]")
    person_page.locator(".person-name").wait_for()
    return person_page


def test_a_name_in_the_feed_leads_to_its_person_whose_posts_open_and_back_comes_back(
    visit, serving
):
    page = visit()
    item, author = shown(page), page.locator(CURRENT).get_attribute("data-author")
    page.locator(f"{CURRENT} .author-link").click()
    person(page, author).locator(".tile").nth(2).click()
    page.wait_for_selector(CURRENT)
    opened = shown(page)
    assert page.locator(CURRENT).get_attribute("data-author") == author
    assert "Shared with you" not in page.locator(CURRENT).inner_text()
    page.go_back()
    tile = person(page, author).locator(f"[data-post='{opened}']")
    expect(tile).to_be_visible()
    page.get_by_role("button", name="Back").locator("visible=true").click()
    page.wait_for_selector(CURRENT)
    assert shown(page) == item
    sent(page)

    assert item in [posted for posted, receipt, _ in serving.facts(page.person, "profile_visit") if receipt]  # fmt: skip


def test_a_key_a_reason_and_a_shop_lead_to_people_too(visit, serving):
    page = visit(viewport=DESK)
    author = page.locator(CURRENT).get_attribute("data-author")
    page.keyboard.press("p")
    person(page, author)
    page.keyboard.press("Escape")
    page.wait_for_selector(CURRENT)
    page.keyboard.press("w")
    page.locator("dialog a[href^='/person/']").first.click()
    page.locator(".person-page .person-name").wait_for()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.goto(f"{serving.base}/shop/shop1")
    page.get_by_role("dialog", name="Shop").get_by_role("link", name="作者1").click()
    person(page, "a1")


def test_one_follows_mutes_and_blocks_on_somebodys_page(visit, serving):
    page = visit("/person/a5", wait=False)
    them = person(page, "a5")
    them.get_by_role("button", name="Follow", exact=True).click()
    expect(them.locator(".person-counts strong")).to_have_text(re.compile(r"^\d+ followers?$"))
    them.get_by_role("button", name="Mute", exact=True).click()
    them.get_by_text("Their posts do not come to you").wait_for()
    them.get_by_role("button", name="Block", exact=True).click()
    them.get_by_text("You have blocked 作者5").wait_for()
    assert them.locator(".tile").count() == 0
    sent(page)
    edges = [serving.ask(f"/v1/people/{page.person}/{what}")["data"] for what in ("mutes", "blocks")]  # fmt: skip
    assert edges == [["a5"], ["a5"]]
    assert "a5" in serving.ask(f"/v1/people/{page.person}/follows")["data"]

    them.get_by_role("button", name="Unblock").click()
    them.locator(".tile").first.wait_for()
    assert serving.ask(f"/v1/people/{page.person}/blocks")["data"] == []


def test_whom_one_has_blocked_is_gone_from_the_feed_one_comes_back_to(visit):
    page = visit()
    author = page.locator(CURRENT).get_attribute("data-author")
    page.keyboard.press("p")
    person(page, author).get_by_role("button", name="Block", exact=True).click()
    page.get_by_text("You have blocked").first.wait_for()
    page.go_back()
    page.wait_for_selector(CURRENT)

    assert page.locator(f".post[data-author='{author}']").count() == 0
    assert shown(page)


def test_my_page_shows_what_i_liked_and_lets_me_say_no(visit, serving):
    page = visit()
    item = shown(page)
    page.keyboard.press("l")
    sent(page)
    page.get_by_role("button", name=re.compile("My page")).click()
    mine = page.locator(".person-page")
    mine.locator(f"[data-post='{item}']").wait_for()
    assert mine.get_by_role("link", name="作者1").count() == 1
    mine.get_by_role("switch", name="What I did may shape my feed").uncheck()
    page.locator("#toast", has_text="Saved").wait_for()
    mine.get_by_role("switch", name="Where I live and am may shape my feed").uncheck()
    expect(page.locator("#who-facts")).to_have_text("厨师")
    consent = serving.ask(f"/v1/people/{page.person}")["consent"]
    assert consent == {"personalisation": False, "position": False, "shown_at_home": False}
    page.go_back()
    page.get_by_text("Not personalised").wait_for()
    page.locator(".tab[data-tab=nearby]").click()
    page.get_by_role("heading", name="Where you are is not known").wait_for()


def test_a_post_is_saved_under_more_and_taken_out_of_my_page_again(visit, serving):
    page = visit()
    item = shown(page)
    page.keyboard.press("m")
    page.get_by_role("button", name=re.compile("^Save it")).click()
    page.locator("#toast", has_text="Saved").wait_for()
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{serving.base}/")
    page.get_by_role("button", name=re.compile("My page")).click()
    page.locator(f".person-page [data-post='{item}']").click()
    expect(page).to_have_url(f"{serving.base}/p/{item}")
    opened = page.locator(f".post[data-item='{item}']:not([inert]):visible")
    opened.locator(".rail-button", has_text="More").click()
    page.get_by_role("button", name=re.compile("^Saved: take it out")).click()
    page.locator("#toast", has_text="Saved no longer").wait_for()
    page.keyboard.press("Escape")
    expect(page).to_have_url(f"{serving.base}/p/{item}")
    page.goto(f"{serving.base}/me")
    page.get_by_text("What you save under “More” will stand here.").wait_for()


def test_everything_kept_of_me_comes_as_a_file(visit):
    page = visit("/me", wait=False)
    with page.expect_download() as download:
        page.get_by_role("button", name="Get everything as a file").click()

    export = json.loads(Path(download.value.path()).read_text())
    assert export["person"]["id"] == page.person
    assert download.value.suggested_filename == "lodestone-my-data.json"


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_nothing_serious_on_peoples_pages(visit, light, viewport):
    page, findings = (
        visit("/person/a0", light=light, viewport=viewport, wait=False, expect=["404"]),
        [],
    )
    person(page, "a0")
    findings += violations(page, "person")
    for path, ready in (("/me", ".use"), ("/person/never", ".empty"), ("/nothing/here", ".card")):
        page.goto(page.url.split("/person")[0].split("/me")[0].rstrip("/") + path)
        page.locator(ready).first.wait_for()
        findings += violations(page, path)

    assert findings == []


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_peoples_pages_fit_every_window(visit, serving, size):
    viewport = {"width": size[0], "height": size[1]}
    page = visit("/person/a0", viewport=viewport, wait=False)
    person(page, "a0")
    for path in ("/person/a0", "/me"):
        if path == "/me":
            page.goto(f"{serving.base}/me")
            page.locator(".use").first.wait_for()
        wide = page.evaluate(
            "() => [document.documentElement, ...document.querySelectorAll('.person-page, .person-page *')]"
            ".filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'hidden' && !one.closest('.spoken'))"
            ".map((one) => one.outerHTML.slice(0, 80))"
        )
        assert wide == [], path
        last = page.locator(".person-page :is(.button, .tile):visible").last
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport()
