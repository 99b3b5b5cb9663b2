"""A voucher read off a camera and off a picture, by a browser that reads no codes itself: in real Chromium with a camera that plays a film."""

import itertools
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.pages.conftest import DESK, PHONE, Serving, focus
from tests.pages.test_trading import KEYS, serious, stalls
from tests.worlds.qr_pictures import blank, camera_file, packed, qr_picture
from tests.worlds.trade_world import beside, bought, line, voucher

pytestmark = pytest.mark.browser
CODES = {}
NOODLES = line("noodles", "small")


async def stalls_and_vouchers(world):
    """Open the shops, and let three people buy a bowl that is redeemed."""
    await stalls(world)
    for buyer in ("v0", "v1", "v2"):
        at_shop = {"fulfilment": "redeem", "position": beside(1.2)}
        await bought(world, NOODLES, buyer=buyer, **at_shop)
        CODES[buyer] = (await voucher(world, buyer))["code"]


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    server = Serving(tmp_path_factory.mktemp("home"), fill=stalls_and_vouchers)
    server.start()
    assert server.ready.wait(120)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """What the camera plays; written before it is switched on."""
    return tmp_path_factory.mktemp("camera") / "seen.y4m"


@pytest.fixture(scope="module")
def chromium(film):
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = [
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def at_desk(visit, serving, **more):
    """Log in to the desk in a browser that has no reader of its own."""
    page = visit("/merchant", person=None, wait=False, **more)
    page.locator("#key").fill(KEYS["li"])
    page.locator("button[type=submit]").click()
    page.locator("h1.answer").wait_for()
    page.evaluate("delete globalThis.BarcodeDetector")
    return page


LOOKS = [(PHONE, "light", "en"), (DESK, "dark", "zh")]
SCAN = {"en": "Scan with the camera", "zh": "用摄像头扫码"}
STOP = {"en": "Stop the camera", "zh": "关掉摄像头"}
BUYERS = itertools.cycle(["v0", "v1"])


@pytest.mark.parametrize(("viewport", "light", "lang"), LOOKS, ids=["phone-en", "desk-zh"])
def test_a_voucher_held_before_the_camera_is_read_and_redeemed(
    visit, serving, film, viewport, light, lang
):
    code = CODES[next(BUYERS)]
    camera_file(film, qr_picture(code, scale=7, turned=8))
    page = at_desk(visit, serving, viewport=viewport, light=light, lang=lang)
    page.get_by_role("button", name=SCAN[lang]).click()
    page.locator("#redeem").wait_for()

    assert page.locator("#redeem input[name=code]").input_value() == code
    page.locator("#redeem button[type=submit]").click()
    expect(page.locator(".note.good")).to_be_visible()
    assert serious(page) == []


def test_a_camera_that_sees_no_code_goes_on_and_is_switched_off_by_hand(visit, serving, film):
    camera_file(film, blank())
    page = at_desk(visit, serving)
    looked = []
    page.on(
        "response",
        lambda answer: looked.append(answer) if answer.url.endswith("/merchant/scan") else None,
    )
    focus(page.get_by_role("button", name=SCAN["en"]))
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#camera').videoWidth > 0")
    for _ in range(2):
        with page.expect_response("**/merchant/scan") as answered:
            pass
        assert answered.value.json() == {"text": None}
    assert page.evaluate("document.activeElement.id") == "scan-stop"
    assert serious(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=STOP["en"])).to_be_hidden()
    assert page.evaluate("document.activeElement.id") == "scan"
    assert all(answer.request.header_value("content-type") == "image/jpeg" for answer in looked)
    assert page.locator("#code").input_value() == ""


def test_a_picture_from_a_file_is_read_and_one_without_a_code_says_so(visit, serving, tmp_path):
    page = at_desk(visit, serving)
    large = qr_picture(CODES["v2"], scale=24, size=(3000, 2250)).effect_spread(6)
    for name, body in (
        ("none.png", packed(blank(), "PNG")),
        ("photo.jpg", packed(large, quality=92)), ("notes.txt", b"hello"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(body)
    page.locator("#scan-picture").wait_for()  # the script is there, and takes what is chosen
    chosen = page.locator("#scan-file")
    chosen.set_input_files(tmp_path / "notes.txt")
    expect(page.locator("#scan-said")).to_have_text("This file is no picture that can be read.")
    chosen.set_input_files(tmp_path / "none.png")
    expect(page.locator("#scan-said")).to_contain_text("No code was found in this picture.")
    chosen.set_input_files(tmp_path / "photo.jpg")
    page.locator("#redeem").wait_for()

    assert page.locator("#redeem input[name=code]").input_value() == CODES["v2"]


def test_only_the_page_that_redeems_may_use_the_camera(visit, serving):
    page = at_desk(visit, serving)
    policies = {}
    for path in ("/merchant", "/merchant/orders", "/", "/merchant/login"):
        answer = page.request.get(f"{serving.base}{path}")
        policies[path] = "camera=(self)" in answer.headers["permissions-policy"]

    assert policies == {
        "/merchant": True, "/merchant/orders": False, "/": False, "/merchant/login": False,
    }  # fmt: skip
