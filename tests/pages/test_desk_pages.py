"""Every page of the desk fits from 360 to 1,920 wide and has no serious finding, and its forms are filled in by a person: in real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import DESK, PHONE, Serving
from tests.pages.test_trading import desk, serious, stalls
from tests.worlds.qr_pictures import packed, qr_picture
from tests.worlds.trade_world import act, beside, bought, line, voucher

pytestmark = pytest.mark.browser
PATHS = [
    "/merchant", "/merchant/orders?show=all", "/merchant/products", "/merchant/product?product=noodles",
    "/merchant/stock", "/merchant/statement", "/merchant/customers", "/merchant/shop",
]  # fmt: skip
WIDTHS = [360, 390, 844, 1024, 1366, 1920]
AT_SHOP = {"position": beside(1.2)}


async def stalls_with_trade(world):
    """Open the shops; some people buy, one of them twice, and some of it is handed over or redeemed."""
    await stalls(world)
    for buyer in ("v0", "v0", "v1", "v2"):
        made = await bought(world, line("noodles", "small"), buyer=buyer, fulfilment="pickup", **AT_SHOP)  # fmt: skip
        await act(world, made, "fulfil")
    await bought(world, line("noodles", "small"), buyer="v3", fulfilment="pickup", **AT_SHOP)
    await bought(world, line("noodles", "large"), buyer="v4", fulfilment="redeem", **AT_SHOP)
    body = {"code": (await voucher(world, "v4"))["code"], "request_id": "r", "shop_id": "soups", "staff_id": "li"}  # fmt: skip
    await world.ask("POST", "/v1/vouchers/redeem", body, status=200)


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    server = Serving(tmp_path_factory.mktemp("home"), fill=stalls_with_trade)
    server.start()
    assert server.ready.wait(120)
    yield server
    server.stop()


LOOKS = [(PHONE, "light", "en"), (DESK, "dark", "zh")]


@pytest.mark.parametrize(("viewport", "light", "lang"), LOOKS, ids=["phone-light-en", "desk-dark-zh"])  # fmt: skip
def test_every_page_of_the_desk_fits_and_has_no_serious_finding(
    visit, serving, viewport, light, lang
):
    page = desk(visit, serving, "mei", viewport=viewport, light=light, lang=lang)
    trouble = []
    for path in PATHS:
        page.goto(f"{serving.base}{path}")
        trouble += [(path, finding) for finding in serious(page)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            wide = page.evaluate("() => document.documentElement.scrollWidth")
            trouble += [(path, width, wide)] if wide > width else []
        page.set_viewport_size(viewport)

    assert trouble == []


def test_a_manager_changes_price_and_hours_and_adds_a_picture_by_keyboard_and_file(
    visit, serving, tmp_path
):
    page = desk(visit, serving, "mei", viewport=DESK, expect=["409"])
    page.goto(f"{serving.base}/merchant/product?product=noodles")
    price = page.locator("#price-0")
    price.fill("12,5")
    price.press("Enter")
    expect(page.locator("#price-0-wrong")).to_have_text(
        "That is no amount. Write one such as 12.50."
    )
    assert page.locator("#price-0").get_attribute("aria-describedby") == "price-0-wrong"
    page.locator("#price-0").fill("15")
    page.locator("#price-0").press("Enter")
    expect(page.locator(".note.good")).to_contain_text("It is saved. 1 open order keeps ¥14.00.")

    (tmp_path / "bowl.png").write_bytes(packed(qr_picture("x", size=(2000, 1500)), "PNG"))
    before = page.locator(".pictures img").count()
    page.locator("#picture-add").wait_for()  # the script is there, and takes what is chosen
    page.locator("#picture-file").set_input_files(tmp_path / "bowl.png")
    expect(page.locator(".note.good")).to_have_text("The picture is added.")
    assert page.locator(".pictures img").count() == before + 1
    added = serving.ask("/v1/products/noodles")["media"][-1]
    assert (added["type"], added["width"], added["height"]) == ("image/webp", 1440, 1080)

    page.goto(f"{serving.base}/merchant/shop")
    page.locator("input[name=saturday-0-opens]").fill("09:00")
    page.locator("input[name=saturday-0-closes]").fill("12:30")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".note.good")).to_have_text("It is saved.")
    assert {"day": "saturday", "opens": "09:00", "closes": "12:30"} in serving.ask("/v1/shops/soups")["hours"]  # fmt: skip


def test_a_shop_chosen_before_the_script_has_come_is_shown_when_it_comes(visit, serving):
    serving.put("/v1/shops/teas/staff/mei", {"role": "clerk"})
    page = desk(visit, serving, "mei", viewport=DESK)
    scripts = []

    def wait(route):
        scripts.append(route)

    page.route("**/merchant.js*", wait, times=1)
    page.goto(f"{serving.base}/merchant/orders?shop=soups", wait_until="commit")
    page.get_by_label("Shop", exact=True).select_option("teas")
    assert "shop=soups" in page.url
    for script in scripts:
        script.continue_()
    page.wait_for_url("**shop=teas**")
    page.go_back()
    expect(page.get_by_label("Shop", exact=True)).to_have_value("soups")
