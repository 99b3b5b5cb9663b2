"""Everything that opens has an address: Back, Forward, a reload and a link that was passed on, in a real browser."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.pages.conftest import CURRENT, shown
from tests.pages.test_trading import buy

pytestmark = pytest.mark.browser
SHEETS = {
    "/orders": "My orders",
    "/reviews": "Decisions about your posts",
    "/settings": "Settings and help",
    "/who": "Look as",
    "/shop/shop0": "Shop",
    "/product/s0": "Buy on the spot",
    "/p/i0/why": "Why this?",
    "/p/i0/more": "This post",
    "/p/i0/share": "Share",
}


def address(page, serving):
    return page.url.removeprefix(serving.base)


def stands_at(page, serving, path):
    expect(page).to_have_url(f"{serving.base}{path}")


def dialog(page, name):
    return page.get_by_role("dialog", name=name, exact=True)


def test_back_goes_through_tab_post_author_shop_product_and_order_step_by_step(visit, serving):
    page = visit("/nearby", wait=False)
    page.locator(".tab[data-tab=discover]").click()
    page.wait_for_selector(CURRENT)
    page.locator(".tab[data-tab=following]").click()
    page.wait_for_selector(CURRENT)
    page.goto(f"{serving.base}/p/s0")
    page.locator(f"{CURRENT} .author-link").click()
    person = page.locator(".person-page[data-person=a0]")
    person.locator(".shop-row").click()
    dialog(page, "Shop").get_by_role("button", name=re.compile("羊肉粉一碗")).click()
    order = buy(page, way="Pick it up")
    order.locator(".tag").wait_for()
    assert re.fullmatch(r"/order/ord_\w+", address(page, serving))
    bought = page.url

    page.go_back()  # the order stands in the product's place
    dialog(page, "Shop").locator(".buy-name").wait_for()
    stands_at(page, serving, "/shop/shop0")
    assert page.get_by_role("dialog").count() == 1
    page.go_back()
    expect(dialog(page, "Shop")).to_have_count(0)
    stands_at(page, serving, "/person/a0")
    expect(person).to_be_visible()
    page.go_back()
    stands_at(page, serving, "/p/s0")
    assert shown(page) == "s0"
    page.go_back()
    stands_at(page, serving, "/following")
    page.go_back()
    stands_at(page, serving, "/")
    page.go_back()
    stands_at(page, serving, "/nearby")
    for _ in range(6):
        page.go_forward()
    stands_at(page, serving, bought.removeprefix(serving.base))
    dialog(page, "Your order").locator(".tag").wait_for()


@pytest.mark.parametrize("path", SHEETS)
def test_a_sheets_link_opens_it_back_closes_it_and_forward_opens_it_again(visit, serving, path):
    page = visit(path, wait=False)
    box = dialog(page, SHEETS[path])
    box.wait_for()
    page.go_back()
    expect(box).to_have_count(0)
    stands_at(page, serving, "/p/i0" if path.startswith("/p/") else "/")
    page.wait_for_selector(CURRENT)
    page.go_forward()
    box.wait_for()
    stands_at(page, serving, path)
    page.reload()
    box.wait_for()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    stands_at(page, serving, "/p/i0" if path.startswith("/p/") else "/")


def test_closing_a_sheet_by_any_way_is_the_same_step_back(visit, serving):
    page = visit()
    length = page.evaluate("history.length")
    for close in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.get_by_role("button", name="Close").click(),
        lambda: page.mouse.click(195, 20),
        page.go_back,
    ):
        page.locator(CURRENT).get_by_role("button", name="More").click()
        box = dialog(page, "This post")
        box.wait_for()
        assert address(page, serving) == f"/p/{shown(page)}/more"
        close()
        expect(box).to_have_count(0)
        stands_at(page, serving, "/")

    assert page.evaluate("history.length") == length + 1


def test_a_receipts_sheet_is_the_same_after_a_reload_and_nobody_elses(visit, serving):
    page = visit()
    page.keyboard.press("w")
    page.locator("dialog .sentence").wait_for()
    sentence = page.locator("dialog .sentence").inner_text()
    path = address(page, serving)
    assert re.fullmatch(r"/p/\w+/why\?receipt=rcp_\w+&slot=1", path)
    page.reload()
    expect(page.locator("dialog .sentence")).to_have_text(sentence)

    other = visit(path, wait=False, expect=["404"])
    other.get_by_text("Nothing was weighed to show it, so there is no receipt.").wait_for()


@pytest.mark.parametrize(
    "path", ["/nearby", "/channels", "/channels/craft", "/trade", "/following"]
)
def test_a_tabs_link_opens_the_tab_and_so_does_a_reload(visit, serving, path):
    page = visit(path, wait=False)
    tab = page.locator(f".tab[data-tab={path.split('/')[1]}]")
    expect(tab).to_have_attribute("aria-current", "page")
    page.reload()
    expect(tab).to_have_attribute("aria-current", "page")
    stands_at(page, serving, path)


@pytest.mark.parametrize(
    ("old", "new"),
    [("/?post=i3", "/p/i3"), ("/?tab=following", "/following"), ("/?lang=en", "/"), ("/p/i3?lang=en", "/p/i3")],
)  # fmt: skip
def test_the_addresses_of_earlier_versions_lead_to_those_of_today(visit, serving, old, new):
    page = visit(old)
    stands_at(page, serving, new)


def test_an_apps_session_opens_the_very_thing_its_link_names(visit, serving):
    key = {"Authorization": f"Bearer {serving.key}"}
    made = httpx.post(f"{serving.base}/v1/sessions", json={"viewer": "v58"}, headers=key).json()
    page = visit(f"/person/a1#token={made['token']}", person=None, wait=False)
    page.locator(".person-page[data-person=a1] .person-name").wait_for()

    stands_at(page, serving, "/person/a1")
    assert page.locator("#who-name").text_content() == "居民58"


GONE = [
    ("/p/never", "This post is not here any more"),
    ("/live/never", "This live room is not here any more"),
    ("/person/never", "This person is not here any more"),
    ("/shop/never", "This shop is not here any more"),
    ("/product/never", "This is not sold any more"),
    ("/order/ord_00000000000000000000000000000000", "There is no such order of yours"),
]


@pytest.mark.parametrize(("path", "text"), GONE)
def test_what_is_not_there_any_more_is_said_where_it_would_stand(visit, path, text):
    page = visit(path, wait=False, expect=["404"])
    page.get_by_role("heading", name=text).wait_for()


def test_an_unknown_address_is_a_page_with_a_way_on(visit, serving):
    page = visit("/no/such/thing", wait=False, expect=["404"])
    page.get_by_role("heading", name="There is nothing at this address").wait_for()
    page.get_by_role("link", name="Go to Discover").click()
    page.wait_for_selector(CURRENT)


def test_the_skip_link_is_no_step_that_opens_anything(visit, serving):
    page = visit()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("o")
    dialog(page, "My orders").wait_for()
    page.go_back()
    expect(dialog(page, "My orders")).to_have_count(0)
    page.go_back()

    assert address(page, serving) == "/"
    assert shown(page)
