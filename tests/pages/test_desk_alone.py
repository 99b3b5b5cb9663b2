"""The desk without a connection, and when an order comes: in real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import DESK, PHONE, Serving
from tests.pages.test_trading import desk, serious, stalls
from tests.worlds.trade_world import beside, bought, line, voucher

pytestmark = pytest.mark.browser
CODES = {}
AT_SHOP = {"position": beside(1.2)}
OFFLINE = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK")


async def stalls_and_vouchers(world):
    await stalls(world)
    for buyer in ("v0", "v1"):
        await bought(world, line("noodles", "small"), buyer=buyer, fulfilment="redeem", **AT_SHOP)
        CODES[buyer] = (await voucher(world, buyer))["code"]


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    server = Serving(tmp_path_factory.mktemp("home"), fill=stalls_and_vouchers)
    server.start()
    assert server.ready.wait(120)
    yield server
    server.stop()


def used(serving, buyer):
    return serving.ask(f"/v1/vouchers?buyer={buyer}")["data"][0]["used"]


LOOKS = [("v0", PHONE, "light", "en"), ("v1", DESK, "dark", "zh")]
WAITS = {"en": "1 code is not redeemed yet", "zh": "有 1 个码还没有核销"}
DONE = {"en": "Redeemed: ", "zh": "已核销"}


@pytest.mark.parametrize(("buyer", "viewport", "light", "lang"), LOOKS, ids=["phone-en", "desk-zh"])
def test_a_code_kept_without_a_connection_is_redeemed_once_when_it_is_back(
    visit, serving, buyer, viewport, light, lang
):
    page = desk(visit, serving, "li", viewport=viewport, light=light, lang=lang, expect=OFFLINE)
    page.locator("#sound").wait_for()  # the scripts have come
    page.context.set_offline(True)
    for _ in range(2):
        page.locator("#code").fill(CODES[buyer])
        page.locator("#look button[type=submit]").click()
        expect(page.locator("#queue-title")).to_have_text(WAITS[lang])
    page.locator("#code").fill("ABCD 1234")
    page.locator("#look button[type=submit]").click()
    expect(page.locator("#queue-codes li")).to_have_count(1)
    assert used(serving, buyer) == 0
    assert serious(page) == []

    page.context.set_offline(False)
    expect(page.locator("#queue-codes .good")).to_contain_text(DONE[lang])
    page.evaluate("() => { dispatchEvent(new Event('online')); }")
    assert used(serving, buyer) == 1
    page.reload()
    expect(page.locator("#queue-codes .good")).to_have_count(1)
    page.locator("#queue-codes button").click()
    expect(page.locator("#queue")).to_be_hidden()
    assert page.evaluate("() => localStorage.getItem('lodestone.desk.li')") == "[]"


def test_a_new_order_counts_in_title_and_tab_and_sounds_for_who_wants_it(visit, serving):
    page = desk(visit, serving, "mei", viewport=DESK)
    title, sound = page.title(), page.locator("#sound")
    look = "() => { document.dispatchEvent(new Event('visibilitychange')); }"
    expect(sound).to_have_text("Sound off")
    order(serving, "v2")
    page.evaluate(look)
    expect(page.locator("#news")).to_have_text("1")
    assert page.title() == f"(1) {title}"
    assert sound.get_attribute("data-rang") is None

    sound.click()
    expect(sound).to_have_text("Sound on")
    expect(sound).to_have_attribute("data-rang", "1")
    order(serving, "v3")
    page.evaluate(look)
    expect(sound).to_have_attribute("data-rang", "2")
    expect(page.locator("#news-said")).to_have_text(
        "A new order has come: 2 orders wait to be handed over."
    )
    assert page.title() == f"(2) {title}"
    assert serious(page) == []


def order(serving, buyer):
    """Buy a bowl that is picked up, as the app's server would."""
    lines = [line("noodles", "small")]
    body = {"buyer": buyer, "lines": lines, "fulfilment": "pickup", **AT_SHOP}
    made = serving.post("/v1/orders", body)
    serving.post(f"/v1/orders/{made['id']}/pay", {"amount": made["total"]})
