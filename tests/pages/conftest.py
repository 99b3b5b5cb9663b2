"""A small town on a real socket, and a real browser that notes everything it asks and everything it complains of."""

import asyncio
import io
import itertools
import json
import shutil
import threading

import httpx
import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from tests.worlds.trade_world import SOUP
from tests.worlds.world import TOWN, numbers, opened

PATIENCE_MS = 60_000
"""How long a page may take over anything: a machine that does much else is no fault of the page."""
expect.set_options(timeout=PATIENCE_MS)
PHONE = {"width": 390, "height": 844}
_COPIED = 1 << 20
"""From here on a copied home draws its numbers: those before are in it."""
VIEWERS = 200
"""Each page is opened by somebody who has seen nothing yet."""
DESK = {"width": 1360, "height": 860}


def _picture(red):
    out = io.BytesIO()
    Image.new("RGB", (480, 640), (red, 90, 120)).save(out, "WEBP")
    return out.getvalue()


CLIP = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="640" viewBox="0 0 480 640"><style>@keyframes go{to{'
    "transform:translate(0,300px)}}rect{animation:go 3s linear infinite}</style><rect width='480' height='320' fill='#24a'/></svg>"
)


async def settle(world):
    """Bring in two places, two channels, a trade, seven people and their posts."""
    for name, body in (
        ("old-town", {"kind": "place", "name": "老城", "centre": TOWN}),
        ("food", {"kind": "channel", "name": "吃在城里"}),
        ("craft", {"kind": "channel", "name": "手上功夫"}),
        ("cook", {"kind": "profession", "name": "厨师"}),
    ):
        await world.put(f"/v1/domains/{name}", body, status=201)
    await world.put(
        "/v1/people/kid",
        {"name": "小满", "home": TOWN, "minor": True, "language": "zh"},
        status=201,
    )
    looks = {"home": TOWN, "profession": "cook", "interests": {"tea": 1}, "language": "zh"}
    lines = [json.dumps({"id": f"v{n}", "name": f"居民{n}", **looks}) for n in range(VIEWERS)]
    await world.ask("POST", "/v1/people:bulk", content="\n".join(lines).encode(), status=200)
    for number in range(12):
        await world.put(f"/v1/people/a{number}", {"name": f"作者{number}"}, status=201)
    addresses = []
    for number in range(3):
        kind = {"Content-Type": "image/webp"}
        made = await world.ask(
            "PUT", f"/v1/media/m{number}", content=_picture(60 * number), headers=kind
        )
        addresses.append({"url": made["url"], "type": "image/webp", "width": 480, "height": 640})
    kind = {"Content-Type": "image/svg+xml"}
    made = await world.ask("PUT", "/v1/media/clip", content=CLIP.encode(), headers=kind)
    clip = {"url": made["url"], "type": "image/svg+xml", "width": 480, "height": 640}
    for number in range(60):
        near = {
            "latitude": 26.38 + 0.004 * (number % 9 - 4),
            "longitude": 108.08 + 0.005 * (number % 7 - 3),
        }
        kind = ("video", "picture", "text")[number % 3]
        body = {
            "kind": kind, "author_id": f"a{number % 12}", "language": "zh", "tags": ["tea", "市集"],
            "text": f"第{number}条：今早刚熬的酸汤，河里现捞的鲤鱼，小火慢慢咕嘟，香味飘了半条街。" * (1 + number % 2),
        }  # fmt: skip
        body |= {"position": near} if number % 4 else {}
        body |= {"channels": ["food"]} if number % 5 == 0 else {}
        body |= {"professions": ["cook"]} if number % 6 == 0 else {}
        body |= {"duration_seconds": 20.0} if kind == "video" else {}
        shown = [addresses[number % 3], clip] if kind == "video" else [addresses[number % 3]]
        body |= {"media": shown} if kind != "text" else {}
        await world.put(f"/v1/items/i{number}", body, status=201)
    for number in range(3):
        there = {"latitude": 26.385 + 0.01 * number, "longitude": 108.09}
        shop = {"owner_id": f"a{number}", "name": f"老城{number}家粉店", "position": there}
        await world.put(f"/v1/shops/shop{number}", {**shop, "categories": ["米粉"]}, status=201)
        await world.ask("POST", f"/v1/shops/shop{number}/review", {"decision": "approved"})
        bowl = {"shop_id": f"shop{number}", "name": "羊肉粉一碗", "language": "zh"}
        await world.put(f"/v1/products/s{number}", {**SOUP, **bowl}, status=201)
    for number in range(VIEWERS):
        await world.put(f"/v1/domains/food/members/v{number}", status=204)
    at = world.now.isoformat()
    await world.events(*[
        {"id": f"f{n}-{m}", "type": "follow", "time": at, "person_id": f"v{n}", "author_id": f"a{m}"}
        for n in range(VIEWERS) for m in (1, 2)
    ])  # fmt: skip


class Serving(threading.Thread):
    """An installation on a socket of its own, in a thread of its own."""

    def __init__(self, home, *, demo="c", fill=settle, settled=None, given=None, environment=None):
        """Serve a home that `fill` fills, or a copy of one that is filled already; `given` is what its community says of itself."""
        super().__init__(daemon=True)
        self.home, self.demo, self.fill, self.given = home, demo, fill, given
        self.draw, self.environment = None, environment or {}
        if settled is not None:
            shutil.copytree(settled, home, dirs_exist_ok=True)
            self.draw = numbers(first=_COPIED)
        self.ready = threading.Event()
        self.fresh = itertools.count()
        """Numbers of people who have opened no page of this town yet."""
        self.port = self.server = self.key = None

    def run(self):
        asyncio.run(self._serve())

    async def _serve(self):
        async with opened(
            self.home,
            demo=self.demo,
            draw=self.draw,
            given=self.given,
            environment=self.environment,
        ) as world:
            await self.fill(world)
            self.key = world.key
            config = uvicorn.Config(
                world.app.asgi, port=self.port or 0, lifespan="off", log_level="critical"
            )
            self.server = uvicorn.Server(config)
            serving = asyncio.create_task(self.server.serve())
            while not self.server.started:
                await asyncio.sleep(0)
            self.port = self.server.servers[0].sockets[0].getsockname()[1]
            self.ready.set()
            await serving

    @property
    def base(self):
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path):
        """Ask a route as the app's server would."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return httpx.get(f"{self.base}{path}", headers=headers, timeout=30).json()

    def put(self, path, body):
        """Write something as the app's server would."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.put(f"{self.base}{path}", headers=headers, json=body, timeout=30)
        assert answer.is_success, answer.text

    def delete(self, path):
        """Delete something as the app's server would."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.delete(f"{self.base}{path}", headers=headers, timeout=30)
        assert answer.is_success, answer.text

    def post(self, path, body):
        """Do something as the app's server would; return the answer."""
        headers = {"Authorization": f"Bearer {self.key}"}
        answer = httpx.post(f"{self.base}{path}", headers=headers, json=body, timeout=30)
        assert answer.is_success, answer.text
        return answer.json()

    def facts(self, person, kind):
        """Return what the engine holds of one kind that a person did, as (item, receipt, milliseconds)."""
        told = self.ask(f"/v1/people/{person}/export")["facts"]
        return [
            (f["item_id"], f["receipt_id"], round(f["seconds"] * 1000))
            for f in told
            if f["type"] == kind
        ]

    def stop(self):
        self.server.should_exit = True
        self.join(30)


@pytest.fixture(scope="module")
def chromium():
    """Start a browser for one module: while it runs, this thread has an event loop that other tests would trip over."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def settled(tmp_path_factory):
    """Return a home with the small town in it; settling it takes as long as a dozen pages."""

    async def once():
        async with opened(home, demo="c") as world:
            await settle(world)

    home = tmp_path_factory.mktemp("settled")
    asyncio.run(once())
    return home


async def nothing_more(_world):
    """Leave a copied home as it is."""


@pytest.fixture(scope="module")
def serving(tmp_path_factory, settled):
    served = Serving(tmp_path_factory.mktemp("home"), fill=nothing_more, settled=settled)
    served.start()
    assert served.ready.wait(120)
    yield served
    served.stop()


@pytest.fixture
def visit(chromium, serving):
    """Open pages; at the end none of them has asked anybody else or complained of anything."""
    contexts, hosts, complaints = [], set(), []
    expected = []

    def opening(
        path="/", *, person="fresh", viewport=PHONE, light="light", lang="en", met=True,
        reduced=False, base=None, expect=(), wait=True, scale=1, agent=None,
    ):  # fmt: skip
        expected.extend(expect)
        if person == "fresh":
            person = f"v{next(serving.fresh)}"
        context = chromium.new_context(
            viewport=viewport, color_scheme=light, locale={"en": "en-GB", "zh": "zh-CN"}[lang],
            reduced_motion="reduce" if reduced else "no-preference", has_touch=viewport == PHONE,
            device_scale_factor=scale, user_agent=agent,
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.person = person
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
        page.on(
            "console",
            lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if person:
            page.add_init_script(
                f"localStorage.getItem('lodestone.person') ?? localStorage.setItem('lodestone.person', '{person}')"
            )
        if met:
            page.add_init_script("localStorage.setItem('lodestone.met', 'yes')")
        page.goto(f"{base or serving.base}{path}")
        if wait:
            page.wait_for_selector(".post[data-item]:not([inert])", state="attached")
        return page

    yield opening
    for context in contexts:
        context.close()
    assert hosts <= {f"127.0.0.1:{serving.port}"}
    assert [one for one in complaints if not any(part in one for part in expected)] == []


def focus(locator):
    """Focus an element as soon as it can be: one that a late script makes reachable takes no focus before, and says nothing."""
    locator.page.wait_for_function(
        "element => { element.focus(); return document.activeElement === element; }",
        arg=locator.element_handle(),
    )


CURRENT = ".post[data-item]:not([inert])"


def shown(page):
    """Return the item that is looked at."""
    return page.locator(CURRENT).get_attribute("data-item")


def after(page, item):
    """Wait until another post than this is looked at; return it."""
    page.wait_for_function(
        "item => document.querySelector('.post[data-item]:not([inert])')?.dataset.item !== item",
        arg=item,
    )
    page.wait_for_function(
        "() => { const feed = document.querySelector('.feed'); return feed.scrollTop % feed.clientHeight === 0; }"
    )
    return shown(page)


def sent(page):
    """Look away, and wait until the engine has answered for everything."""
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    page.wait_for_function(
        "() => !Object.keys(localStorage).some((name) => name.startsWith('lodestone.events.'))"
    )
