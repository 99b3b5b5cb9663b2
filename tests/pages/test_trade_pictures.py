"""The pictures of docs/merchants.md, taken of the demo when LODESTONE_SCREENSHOTS names a home to serve it from."""

import io
import re
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.pages.conftest import DESK, PHONE
from tests.pages.test_pictures import HOME, IMAGES, Demo

CARD = ".post.kind-product:not([inert]) .offer"
PICTURES = [
    "offer-phone-light-zh", "shop-phone-light-zh", "voucher-phone-light-en", "voucher-phone-dark-zh",
    "order-phone-dark-en", "merchant-desk-light-en", "merchant-orders-phone-light-zh",
    "merchant-stock-desk-dark-zh", "merchant-statement-phone-dark-en",
]  # fmt: skip
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(HOME is None, reason="LODESTONE_SCREENSHOTS names no home"),
]


@pytest.fixture(scope="module")
def demo():
    serving = Demo(HOME)
    serving.start()
    assert serving.ready.wait(900)
    trade(serving)
    yield serving
    serving.server.should_exit = True
    serving.join(30)


def trade(demo):
    """Let some neighbours buy at one shop, and the shop redeem and hand over, so that its desk has a day to show."""
    key = {"Authorization": f"Bearer {(Path(HOME) / 'demo.key').read_text().strip()}"}
    with httpx.Client(base_url=demo.base, headers=key, timeout=60) as http:
        shop, goods = max(shelves(http), key=lambda found: found[0]["open_now"] + suits(found[1]))
        demo.shop, there = shop["id"], shop["position"]
        for number in range(12):
            good = goods[number % len(goods)]
            way = good["fulfilment"][number // len(goods) % len(good["fulfilment"])]
            line = {
                "product_id": good["id"],
                "variant_id": good["variants"][0]["id"],
                "quantity": 1 + number % 2,
            }
            body = {
                "buyer": f"p{100 + number}",
                "lines": [line],
                "fulfilment": way,
                "position": there,
            }
            if way == "delivery":
                body["address"] = {"text": f"河东路{number}号", "name": "杨秀英", "position": there}
            made = http.post("/v1/orders", json=body)
            if made.status_code == 201:  # a shop that is closed just now shows what else it has
                serve(http, demo.shop, made.json(), number)


def shelves(http):
    """Return shops of the middle of the town with what they sell."""
    for shop in http.get("/v1/shops?limit=1000").json()["data"]:
        if shop["review"] == "approved" and shop["name"].startswith(("老城", "西门", "河东")):
            yield shop, http.get(f"/v1/products?shop_id={shop['id']}").json()["data"]


def suits(goods):
    """Say whether a shop sells several things in every way."""
    return len(goods) >= 2 and all(len(good["fulfilment"]) > 1 for good in goods)


def serve(http, shop, order, number):
    """Let an order be paid, and some be redeemed or handed over."""
    keeper = http.get(f"/v1/shops/{shop}").json()["owner_id"]
    path = f"/v1/orders/{order['id']}"
    http.post(f"{path}/pay", json={"amount": order["total"]}).raise_for_status()
    if order["fulfilment"] == "redeem" and number % 3:
        code = http.get(f"/v1/vouchers?buyer={order['buyer']}").json()["data"][0]["code"]
        desk = {"shop_id": shop, "staff_id": keeper, "request_id": order["id"], "code": code}
        http.post("/v1/vouchers/redeem", json=desk).raise_for_status()
    elif order["fulfilment"] != "redeem" and number % 2:
        http.post(f"{path}/fulfil").raise_for_status()


def leaf(page):
    """Leaf to a product's card."""
    one = "() => document.querySelectorAll('.post[data-item]:not([inert])').length === 1"
    page.wait_for_function(one)
    for _ in range(60):
        if page.locator(CARD).count() and near(page):
            break
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(500)
    page.wait_for_timeout(700)


def near(page):
    """Say whether the post in front lies within its shop's radius."""
    told = page.locator(".post.kind-product:not([inert]) .facts").inner_text()
    km = re.search(r"([\d.]+) (?:km|公里)", told)
    return km is None or float(km.group(1)) < 9.5


def compose(page, what):
    """Bring the viewer's page into the state that the picture shows."""
    leaf(page)
    if what == "offer":
        return
    page.locator(f"{CARD} .button").click()
    page.locator(".buy-name").wait_for()
    if what == "shop":
        page.locator(".shop-row").click()
        page.locator(".shop-page .pairs").wait_for()
        return
    page.locator("[value=redeem]").check()
    page.locator(".buy-foot .button").click()
    page.locator(".order .sentence").wait_for()
    if what == "voucher":
        page.locator(".order .button.main").click()
        page.locator(".order .qr").wait_for()


def at_desk(page, demo, part):
    """Log in to the desk and open one of its parts."""
    page.goto(f"{demo.base}/merchant?shop={demo.shop}")
    page.locator("#key").fill((Path(HOME) / "merchant.key").read_text().strip())
    page.locator("button[type=submit]").click()
    page.locator("h1.answer").wait_for()
    if part:
        page.goto(f"{demo.base}/merchant/{part}?shop={demo.shop}")
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_trade_is_taken(chromium, demo, name):
    *what, device, light, lang = name.split("-")
    context = chromium.new_context(
        viewport=PHONE if device == "phone" else DESK, color_scheme=light, reduced_motion="reduce",
        device_scale_factor=1.5 if device == "phone" else 1.25, locale={"zh": "zh-CN", "en": "en-GB"}[lang],
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script("localStorage.setItem('lodestone.met', 'yes')")
    if what[0] == "merchant":
        at_desk(page, demo, what[1] if len(what) > 1 else "")
    else:
        people = httpx.get(f"{demo.base}/demo/residents").json()["data"]
        one = people[PICTURES.index(name)]["id"]  # each has seen nothing of this yet
        page.add_init_script(f"localStorage.setItem('lodestone.person', '{one}')")
        page.goto(demo.base)
        compose(page, what[0])
    page.wait_for_function("() => [...document.images].every((one) => one.complete)")
    page.wait_for_timeout(900)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(IMAGES / f"{name}.webp", "WEBP", quality=82, method=6)
    context.close()

    assert (IMAGES / f"{name}.webp").stat().st_size < 200_000
