"""Pictures sent to be read: by whom, of what size, and how many."""

import pytest

from lodestone.media.qr_reader import BYTES_MAX
from lodestone.services.commerce.scanning import FRAMES_MAX
from tests.pages.test_login import Browser
from tests.worlds.merchant_desk import Clerk, shop_of
from tests.worlds.qr_pictures import blank, packed, qr_picture
from tests.worlds.world import run

CODE = "7H2KM-9QX4B-00000-ABCDE-FGHJKM"
FRAME = packed(qr_picture(CODE))


async def send(browser, token, body=FRAME, kind="image/jpeg", **headers):
    """Send a picture as the desk's page does."""
    headers = {"Content-Type": kind, **headers} | ({"X-Form-Token": token} if token else {})
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    headers |= {"Cookie": cookie} if cookie else {}
    return await browser.world.http.post("/merchant/scan", content=body, headers=headers)


def test_a_picture_is_read_for_who_is_logged_in_and_for_nobody_else(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk = Clerk(world, "li")
            await clerk.arrive()
            await clerk.open()
            token = clerk.form["token"]
            read = await send(clerk, token)
            refused = [
                await send(Browser(world), token), await send(clerk, None), await send(clerk, "x"),
                await send(clerk, token, **{"Sec-Fetch-Site": "cross-site"}),
            ]  # fmt: skip
            return read, refused

    read, refused = run(scenario)
    assert (read.status_code, read.json()) == (200, {"text": CODE})
    assert read.headers["cache-control"] == "no-store"
    assert [answer.status_code for answer in refused] == [401, 403, 403, 403]


REFUSED = [
    (b"", "image/jpeg", 400, "picture_invalid"), (FRAME, "text/plain", 400, "picture_invalid"),
    (bytes(BYTES_MAX + 1), "image/jpeg", 413, "body_too_large"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "status", "code"), REFUSED, ids=["empty", "text", "long"])
def test_what_is_no_small_picture_is_answered_by_its_cause(tmp_path, body, kind, status, code):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk = Clerk(world, "li")
            await clerk.arrive()
            await clerk.open()
            return await send(clerk, clerk.form["token"], body, kind)

    answer = run(scenario)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_session_that_sends_more_than_a_minute_allows_waits_and_another_does_not(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk, mei = Clerk(world, "li"), Clerk(world, "mei")
            for visitor in (clerk, mei):
                await visitor.arrive()
                await visitor.open()
            nothing = packed(blank())
            token = clerk.form["token"]
            for _ in range(FRAMES_MAX):
                await send(clerk, token, nothing)
            return await send(clerk, token), await send(mei, mei.form["token"])

    over, other = run(scenario)
    assert (over.status_code, over.json()["error"]["code"]) == (429, "scan_limit")
    assert 0 < int(over.headers["retry-after"]) <= 60
    assert other.json() == {"text": CODE}
