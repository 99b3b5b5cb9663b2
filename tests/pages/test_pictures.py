"""The pictures of the documentation, taken of the demo when LODESTONE_SCREENSHOTS names a home to serve it from."""

import asyncio
import io
import os
import re
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from PIL import Image

from lodestone import bootstrap
from lodestone.cli.towns import DEMO, fill_demo
from tests.pages.conftest import CURRENT, DESK, PHONE
from tests.pages.served import MovedClock

HOME = os.environ.get("LODESTONE_SCREENSHOTS")
IMAGES = Path(__file__).parents[2] / "docs" / "images"
PICTURES = [
    "discover-phone-light-zh", "discover-phone-dark-en", "discover-desk-light-en",
    "discover-desk-dark-zh", "nearby-phone-light-zh", "nearby-phone-dark-en",
    "nearby-desk-light-zh", "nearby-desk-dark-en", "why-phone-light-en", "why-phone-dark-zh",
    "why-desk-light-zh", "people-phone-light-en",
]  # fmt: skip
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(HOME is None, reason="LODESTONE_SCREENSHOTS names no home"),
]


MORNING = 3
"""The hour (UTC) at which pictures are taken: eleven in the town, when shops are open and posts are of the day."""


def by_day():
    """Return the system's clock, moved on to the next morning in the town."""
    clock, now = MovedClock(), datetime.now(UTC)
    morning = now.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    clock.move(seconds=((morning - now) % timedelta(days=1)).total_seconds())
    return clock


WALL = by_day()


class Demo(threading.Thread):
    """The demo as `make run` serves it, by day."""

    def __init__(self, home):
        super().__init__(daemon=True)
        self.home, self.ready = home, threading.Event()

    def run(self):
        asyncio.run(self._serve())

    async def _serve(self):
        async with bootstrap.open_app(
            bootstrap.settings_of(self.home, {}), wall=WALL, demo=DEMO
        ) as app:
            await fill_demo(app, WALL)
            self.server = uvicorn.Server(
                uvicorn.Config(app.asgi, port=0, lifespan="off", log_level="critical")
            )
            serving = asyncio.create_task(self.server.serve())
            while not self.server.started:
                await asyncio.sleep(0)
            self.base = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
            self.ready.set()
            await serving


@pytest.fixture(scope="module")
def demo():
    serving = Demo(HOME)
    serving.start()
    assert serving.ready.wait(600)
    yield serving
    serving.server.should_exit = True
    serving.join(30)


def compose(page, what, ahead=0):
    """Bring the page into the state that the picture shows, so many posts ahead."""
    page.wait_for_selector(CURRENT, state="attached")
    for _ in range(ahead):
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(700)
    if what != "nearby":
        for _ in range(8):  # words alone make a poor picture
            if page.locator(".post:not(.kind-text):not([inert]) .front").count():
                break
            page.keyboard.press("ArrowDown")
            page.wait_for_timeout(600)
    if what == "nearby":
        page.locator(".map .spot").nth(4).wait_for()
        page.get_by_role("button", name=re.compile("^(Closer|放大)$")).click()
        page.locator(".map .spot.of-shop").first.press("Enter")
    if what == "why":
        why = re.compile("Why this|为什么是它")
        page.locator(CURRENT).get_by_role("button", name=why).click()
        page.locator(".sentence").first.wait_for()
    if what == "people":
        page.locator(".who").click()
        page.locator(".person").first.wait_for()
    page.wait_for_function("() => [...document.images].every((one) => one.complete)")
    page.wait_for_timeout(900)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_documentation_is_taken(chromium, demo, name):
    what, device, light, lang = name.split("-")
    context = chromium.new_context(
        viewport=PHONE if device == "phone" else DESK, color_scheme=light, reduced_motion="reduce",
        device_scale_factor=1.5 if device == "phone" else 1.25, locale={"zh": "zh-CN", "en": "en-GB"}[lang],
    )  # fmt: skip
    page = context.new_page()
    page.add_init_script("localStorage.setItem('lodestone.met', 'yes')")
    page.goto(demo.base + ("/?tab=nearby" if what == "nearby" else "/"))
    compose(page, what, 2 * PICTURES.index(name) if what == "discover" else 0)
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(IMAGES / f"{name}.webp", "WEBP", quality=82, method=6)
    context.close()

    assert (IMAGES / f"{name}.webp").stat().st_size < 200_000
