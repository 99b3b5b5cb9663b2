"""Bought on the spot from a card in the feed, shown as a QR, redeemed at the merchant's desk: in a real browser."""

import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.pages.conftest import DESK, PHONE, Serving, _picture, after, focus, shown
from tests.worlds.trade_world import beside, yuan

pytestmark = pytest.mark.browser
PEOPLE = 24
HOURS = [{"day": day, "opens": "08:00", "closes": "21:00"} for day in ("monday", "tuesday", "wednesday", "thursday", "friday")]  # fmt: skip


async def stalls(world):
    """Open a shop 1.2 km away and one just inside a radius of 11 km; people live in the middle and have seen nothing."""
    await world.put("/v1/domains/old-town", {"kind": "place", "name": "老城", "centre": beside(0)})
    for name in ("mei", "li", "far"):
        await world.put(
            f"/v1/people/{name}", {"name": {"mei": "阿梅", "li": "小李", "far": "老远"}[name]}
        )
    for number in range(PEOPLE):
        home = {"name": f"居民{number}", "home": beside(0), "language": "zh"}
        await world.put(f"/v1/people/v{number}", home, status=201)
    picture = await world.ask(
        "PUT", "/v1/media/bowl", content=_picture(200), headers={"Content-Type": "image/webp"}
    )
    media = [{"url": picture["url"], "type": "image/webp", "width": 480, "height": 640}]
    shops = (("soups", "mei", "老城阿梅粉店", 1.2), ("teas", "far", "远山茶铺", 10.04))
    for name, owner, called, km in shops:
        SHOPS[name] = {
            "owner_id": owner, "name": called, "position": beside(km), "categories": ["米粉"],
            "hours": HOURS, "radius_km": max(10.0, km + 1),
        }  # fmt: skip
        await world.put(f"/v1/shops/{name}", SHOPS[name], status=201)
        await world.ask("POST", f"/v1/shops/{name}/review", {"decision": "approved"}, status=200)
    await world.put("/v1/shops/soups/staff/li", {"role": "clerk"}, status=204)
    sizes = [
        {"id": "small", "name": "小碗", "price": yuan(14), "stock": 30},
        {"id": "large", "name": "大碗", "price": yuan(18.5), "stock": 1},
    ]
    noodles = {
        "shop_id": "soups", "name": "羊肉粉一碗", "text": "现熬的汤。", "language": "zh", "media": media,
        "variants": sizes, "fulfilment": ["redeem", "pickup", "delivery"], "commission_share": 0.05,
    }  # fmt: skip
    await world.put("/v1/products/noodles", noodles, status=201)
    tea = {**noodles, "shop_id": "teas", "name": "明前茶", "variants": sizes[:1]}
    await world.put("/v1/products/tea", tea, status=201)
    for shop, person in (("soups", "mei"), ("soups", "li"), ("teas", "far")):
        made = await world.ask("POST", f"/v1/shops/{shop}/staff/{person}/keys", status=201)
        KEYS[person] = made["key"]


KEYS, SHOPS = {}, {}
FRESH = itertools.count()


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    found = Serving(tmp_path_factory.mktemp("home"), fill=stalls)
    found.start()
    assert found.ready.wait(120)
    yield found
    found.stop()


def card(page, item="noodles"):
    """Leaf through the feed to a product's card."""
    sought = page.locator(f".post[data-item='{item}']:not([inert]) .offer")
    for _ in range(6):
        if sought.count():
            return sought
        before = shown(page)
        page.keyboard.press("ArrowDown")
        after(page, before)
    raise AssertionError(f"{item} is not in the feed")


def buy(page, *, way="Redeem in the shop"):
    """Order what the open sheet shows."""
    sheet = page.get_by_role("dialog", name="Buy on the spot")
    sheet.get_by_role("radio", name=way).check()
    sheet.get_by_role("button", name=re.compile("^Buy for")).click()
    return page.get_by_role("dialog", name="Your order")


def paid(page):
    """Buy a bowl to be redeemed, pay for it, and return its sheet."""
    card(page).get_by_role("button", name="Buy").click()
    order = buy(page)
    order.get_by_role("button", name=re.compile("^Pay ")).click()
    order.locator(".qr").wait_for()
    return order


def come(visit, **more):
    """Open the feed as somebody who has seen nothing yet."""
    return visit(person=f"v{next(FRESH)}", **more)


def desk(visit, serving, person, *, script="", **more):
    """Log in to the desk."""
    page = visit("/merchant", person=None, wait=False, **more)
    if script:
        page.add_init_script(script)
    page.goto(f"{serving.base}/merchant")
    page.locator("#key").fill(KEYS[person])
    page.locator("button[type=submit]").click()
    page.locator("h1.answer").wait_for()
    return page


def serious(page):
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_a_card_is_bought_on_the_spot_shown_as_a_qr_and_redeemed_once_at_the_desk(visit, serving):
    page = come(visit)
    offer = card(page)
    assert "from ¥14" in offer.inner_text()
    offer.get_by_role("button", name="Buy").click()
    sheet = page.get_by_role("dialog", name="Buy on the spot")
    expect(sheet.locator(".shop-row")).to_contain_text("1.3 km away, sells within 10 km")
    sheet.get_by_role("button", name="One more").click()
    expect(sheet.locator(".buy-foot")).to_contain_text("¥28")
    sheet.get_by_role("button", name="One less").click()
    order = buy(page)
    expect(order.locator(".sentence")).to_contain_text("Held for you until")
    order.get_by_role("button", name=re.compile("^Pay ¥14")).click()
    order.locator(".qr").wait_for()
    code = order.locator(".voucher-code").inner_text()
    expect(order.locator(".sentence")).to_have_text("Paid. Show this code at 老城阿梅粉店.")

    merchant = desk(visit, serving, "li", expect=["409"])
    stale = merchant.context.new_page()
    for one in (merchant, stale):
        one.goto(f"{serving.base}/merchant")
        one.get_by_label("The voucher's code").fill(code.lower().replace("-", " "))
        one.get_by_role("button", name="Look at it").click()
        expect(one.get_by_text("good 1 more time")).to_be_visible()
    merchant.get_by_role("button", name="Redeem", exact=True).click()
    expect(merchant.locator(".note.good[role=status]")).to_have_text(
        "Redeemed: 羊肉粉一碗, 小碗, 1 time. 0 left."
    )
    stale.get_by_role("button", name="Redeem", exact=True).click()
    expect(stale.get_by_role("alert")).to_have_text(
        "This voucher has been redeemed already. Nothing was redeemed again."
    )

    order.get_by_text("Done. Nothing more to do.").wait_for()
    assert order.locator(".qr").count() == 0
    vouchers = serving.ask(f"/v1/vouchers?buyer={page.person}")["data"]
    assert [(one["used"], one["left"]) for one in vouchers] == [(1, 0)]
    told = serving.ask(f"/v1/orders?buyer={page.person}")["data"][0]
    assert told["receipt_id"].startswith("rcp_")
    assert told["slot"] >= 1
    assert [
        one["staff_id"]
        for one in serving.ask("/v1/shops/soups/redemptions?from=2026-03-04")["data"]
    ].count("li") == 1


def test_a_shop_just_outside_its_radius_is_refused_with_the_distance_in_the_message(visit, serving):
    page = come(visit, expect=["409"])
    tea = card(page, "tea")
    # Nobody is shown what is out of reach; the shop sells less far once the card is there.
    serving.put("/v1/shops/teas", {**SHOPS["teas"], "radius_km": 10.0})
    tea.get_by_role("button", name="Buy").click()
    sheet = page.get_by_role("dialog", name="Buy on the spot")
    expect(sheet.locator(".shop-row")).to_contain_text("10.1 km away, sells within 10 km")
    sheet.get_by_role("button", name=re.compile("^Buy for")).click()

    expect(sheet.get_by_role("alert")).to_have_text(
        "Too far: the shop is 10.1 km away and sells within 10 km. Nothing was ordered."
    )
    assert serving.ask(f"/v1/orders?buyer={page.person}")["data"] == []


def test_what_somebody_else_took_meanwhile_is_told_and_nothing_is_ordered(visit, serving):
    first, second = come(visit), come(visit, expect=["409"])
    for page in (first, second):
        card(page).get_by_role("button", name="Buy").click()
        page.get_by_role("radio", name=re.compile("大碗")).check()
        expect(page.locator(".buy .big")).to_have_text("¥18.50")
    order = buy(first)
    order.locator(".sentence").wait_for()
    second.get_by_role("button", name=re.compile("^Buy for")).click()
    expect(second.get_by_role("alert")).to_contain_text("Somebody was faster")
    order.get_by_role("button", name="Cancel the order").click()
    expect(order.locator(".sentence")).to_have_text("Cancelled. Nothing is owed.")

    stock = serving.ask("/v1/products/noodles")["variants"][1]["stock"]
    assert (stock["available"], stock["held"]) == (1, 0)
    assert serving.ask(f"/v1/orders?buyer={second.person}")["data"] == []


def test_the_shops_page_is_followed_and_leads_to_the_map_and_to_what_it_sells(visit, serving):
    page = come(visit)
    card(page).get_by_role("button", name="Buy").click()
    page.locator(".shop-row").click()
    shop = page.get_by_role("dialog", name="Shop")
    expect(shop.get_by_role("heading", name="老城阿梅粉店")).to_be_visible()
    assert "Mon–Fri" in shop.locator(".pairs").inner_text()
    assert "08:00–21:00" in shop.locator(".pairs").inner_text()
    shop.get_by_role("button", name="Follow the shop").click()
    expect(shop.get_by_role("button", name="Followed")).to_have_attribute("aria-pressed", "true")
    shop.get_by_role("button", name="On the map").click()
    expect(page.locator(".map-card")).to_contain_text("老城阿梅粉店")
    page.get_by_role("button", name="See the shop").click()
    page.get_by_role("dialog", name="Shop").locator(".choices .choice").first.click()
    page.get_by_role("dialog", name="Buy on the spot").wait_for()

    assert serving.ask(f"/v1/people/{page.person}/follows")["data"] == ["mei"]
    assert page.locator(".map .spot.of-shop.picked").count() == 1


def test_with_the_keyboard_alone_one_buys_and_finds_the_order_again(visit, serving):
    page = come(visit, viewport=DESK, lang="zh")
    card(page)
    focus(page.locator(".feed"))
    page.keyboard.press("b")
    sheet = page.get_by_role("dialog", name="即点即买")
    sheet.locator(".buy-name").wait_for()
    focus(sheet.get_by_role("button", name=re.compile("^购买")))
    page.keyboard.press("Enter")
    order = page.get_by_role("dialog", name="你的订单")
    focus(order.get_by_role("button", name=re.compile("^支付")))
    page.keyboard.press("Enter")
    order.locator(".qr").wait_for()
    assert order.locator(".sentence").inner_text() == "已付款。到老城阿梅粉店出示这个码。"
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    mine = page.get_by_role("dialog", name="我的订单")
    focus(mine.locator(".choice").first)
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    order.locator(".qr").wait_for()

    assert outline == "solid"
    merchant = desk(visit, serving, "mei", viewport=DESK, lang="zh")
    focus(merchant.locator("#code"))
    reached = []
    for _ in range(3):
        merchant.keyboard.press("Shift+Tab")
        reached.append(merchant.evaluate("document.activeElement.innerText.trim()"))
    assert reached == ["店铺", "顾客", "账单"]


def test_a_browser_that_reads_codes_itself_sends_no_picture_away(visit, serving):
    page = come(visit)
    code = paid(page).locator(".voucher-code").inner_text()
    able = desk(visit, serving, "li", script=f"""
        window.BarcodeDetector = class {{
          static getSupportedFormats() {{ return Promise.resolve(["qr_code"]); }}
          detect() {{ return Promise.resolve([{{ rawValue: "{code}" }}]); }}
        }};
        navigator.mediaDevices.getUserMedia = () => Promise.resolve(document.createElement("canvas").captureStream());
        HTMLMediaElement.prototype.play = () => Promise.resolve();
    """)  # fmt: skip
    sent = []
    able.on("request", lambda request: sent.append(request.url))
    able.get_by_role("button", name="Scan with the camera").click()
    expect(able.get_by_text("good 1 more time")).to_be_visible()
    assert not [url for url in sent if url.endswith("/merchant/scan")]


def test_a_voucher_shows_eight_letters_that_change_and_redeem_it(visit, serving):
    page = come(visit)
    order = paid(page)
    letters = order.locator(".short-code code")
    letters.wait_for()
    code = letters.inner_text()
    assert re.fullmatch("[0-9A-HJKMNP-TV-Z]{4}\u2009[0-9A-HJKMNP-TV-Z]{4}", code)
    merchant = desk(visit, serving, "li")
    merchant.locator("#code").fill(code.lower().replace("0", "o").replace("\u2009", " "))
    merchant.get_by_role("button", name="Look at it").click()
    expect(merchant.get_by_text("good 1 more time")).to_be_visible()
    merchant.get_by_role("button", name="Redeem").click()
    expect(merchant.locator(".note.good")).to_be_visible()
    expect(order.locator(".sentence")).to_have_text("Done. Nothing more to do.")
    assert order.locator(".short-code").count() == 0


@pytest.mark.parametrize(("viewport", "lang", "link"), [(PHONE, "en", "Statement for Excel"), (DESK, "zh", "账单（Excel 版）")], ids=["phone", "desk"])  # fmt: skip
def test_a_merchant_takes_the_statement_along_for_a_spreadsheet(
    visit, serving, viewport, lang, link
):
    paid(come(visit))
    merchant = desk(visit, serving, "mei", viewport=viewport, lang=lang)
    merchant.goto(f"{serving.base}/merchant/statement")
    with merchant.expect_download() as loading:
        merchant.get_by_role("link", name=link).click()
    taken = loading.value.path().read_bytes()

    assert loading.value.suggested_filename.startswith("statement-soups-20")
    assert taken.startswith(b"\xef\xbb\xbfaccount,time,day,code,")
    assert b"voucher_liability" in taken
    assert merchant.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


LOOKS = [
    ("phone-light-zh", PHONE, "light", "zh"), ("phone-dark-en", PHONE, "dark", "en"),
    ("desk-light-en", DESK, "light", "en"), ("desk-dark-zh", DESK, "dark", "zh"),
]  # fmt: skip


@pytest.mark.parametrize(("viewport", "light", "lang"), [row[1:] for row in LOOKS], ids=[row[0] for row in LOOKS])  # fmt: skip
def test_nothing_keeps_anybody_out_in_either_light_language_or_width(
    visit, serving, viewport, light, lang
):
    page = come(visit, viewport=viewport, light=light, lang=lang, reduced=True)
    card(page).locator(".button").click()
    page.locator(".buy-name").wait_for()
    assert serious(page) == []
    page.locator(".buy-foot .button").click()
    page.locator(".order .button.main").click()
    page.locator(".order .qr").wait_for()
    assert serious(page) == []
    page.locator(".order .shop-row").click()
    page.locator(".shop-page .pairs").wait_for()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    merchant = desk(visit, serving, "mei", viewport=viewport, light=light, lang=lang)
    for path in ("", "/orders?show=all", "/stock", "/statement"):
        merchant.goto(f"{serving.base}/merchant{path}")
        merchant.locator("h1.answer").wait_for()
        for details in merchant.locator("details").all():
            details.locator("summary").click()
        assert serious(merchant) == []
        assert merchant.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
