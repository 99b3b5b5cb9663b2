"""Every page: few requests and bytes, nothing said on the console, nobody kept out, nothing wider than the window.

The table is complete by construction: a page that the application answers and that neither `PAGES` nor `NO_PAGES` names
fails `test_every_page_stands_in_the_table`.
"""

import pytest
from litestar.routes import HTTPRoute

from tests.pages.conftest import DESK, PHONE, Serving, settle
from tests.pages.test_operator import serious
from tests.worlds.ad_world import AD, PATHS
from tests.worlds.creator_world import brief
from tests.worlds.trade_world import bought, line, yuan
from tests.worlds.world import TOWN, opened, run

pytestmark = pytest.mark.browser
REQUESTS_MOST, BYTES_MOST = 60, 250_000
WINDOWS = (
    (360, 740), (390, 844), (768, 1024), (1024, 768), (1366, 768), (1920, 1080), (667, 375), (844, 390),
)  # fmt: skip
"""From a narrow phone to a wide screen, the last two on their side; CSS pixels."""
VIEWER = {
    "/": "/", "/following": "/following", "/nearby": "/nearby", "/trade": "/trade", "/channels": "/channels",
    "/channels/{domain_id}": "/channels/food", "/who": "/who", "/settings": "/settings", "/me": "/me",
    "/orders": "/orders", "/order/{order_id}": "/order/{order}", "/reviews": "/reviews", "/live/{room_id}": "/live/room",
    "/p/{item_id}": "/p/i1", "/p/{item_id}/comments": "/p/i1/comments", "/p/{item_id}/more": "/p/i1/more",
    "/p/{item_id}/share": "/p/i1/share", "/p/{item_id}/why": "/p/i1/why", "/person/{person_id}": "/person/a1",
    "/product/{product_id}": "/product/s0", "/shop/{shop_id}": "/shop/shop0",
}  # fmt: skip
MERCHANT = {
    "/merchant": "/merchant", "/merchant/customers": "/merchant/customers", "/merchant/orders": "/merchant/orders?show=all",
    "/merchant/product": "/merchant/product?product=s0", "/merchant/products": "/merchant/products",
    "/merchant/shop": "/merchant/shop", "/merchant/statement": "/merchant/statement", "/merchant/stock": "/merchant/stock",
}  # fmt: skip
ADVERTISER = {
    "/advertiser/brief": "/advertiser/brief?brief=open", "/advertiser/briefs": "/advertiser/briefs",
    "/advertiser/briefs/new": "/advertiser/briefs/new", "/advertiser/offer": "/advertiser/offer?offer=asked",
    "/advertiser/order": "/advertiser/order?order={assignment}", "/advertiser/orders": "/advertiser/orders",
    "/advertiser": "/advertiser", "/advertiser/campaign": "/advertiser/campaign?campaign=lunch",
    "/advertiser/money": "/advertiser/money", "/advertiser/start": "/advertiser/start?shop=shop0",
}  # fmt: skip
CREATOR = {
    "/creator": "/creator", "/creator/brief": "/creator/brief?brief=open", "/creator/briefs": "/creator/briefs",
    "/creator/offer": "/creator/offer?offer=asked", "/creator/order": "/creator/order?order={assignment}",
    "/creator/profile": "/creator/profile", "/creator/money": "/creator/money", "/creator/permits": "/creator/permits",
    "/creator/work": "/creator/work?post=i5", "/creator/works": "/creator/works",
}  # fmt: skip
OPERATOR = {
    "/operator": "/operator", "/operator/ads": "/operator/ads", "/operator/audit-log": "/operator/audit-log", "/operator/disputes": "/operator/disputes", "/operator/health": "/operator/health",
    "/operator/items/{item_id}": "/operator/items/i1", "/operator/keys": "/operator/keys",
    "/operator/keys/{key_id}/revoke": "/operator/keys/{key}/revoke", "/operator/people/{person_id}": "/operator/people/v1",
    "/operator/policy": "/operator/policy", "/operator/policy/history": "/operator/policy/history",
    "/operator/policy/trials/{trial_id}": "/operator/policy/trials/{trial}",
    "/operator/policy/versions/{version}": "/operator/policy/versions/1",
    "/operator/receipts/{receipt_id}": "/operator/receipts/{receipt}", "/operator/reports": "/operator/reports",
    "/operator/revenue": "/operator/revenue?frontier=1", "/operator/income": "/operator/income?living=1&target=80",
    "/operator/search": "/operator/search?q=a1", "/operator/webhooks": "/operator/webhooks",
    "/operator/webhooks/{webhook_id}": "/operator/webhooks/till",
}  # fmt: skip
OPEN = {
    "/docs": "/docs", "/operator/login": "/operator/login", "/merchant/login": "/merchant/login",
    "/advertiser/login": "/advertiser/login", "/creator/login": "/creator/login",
}  # fmt: skip
"""Nobody is logged in there, and no viewer is chosen."""
PAGES = VIEWER | MERCHANT | ADVERTISER | CREATOR | OPERATOR | OPEN
NO_PAGES = {
    "/demo/residents", "/filling", "/favicon.ico", "/manifest.webmanifest", "/static/{name}", "/merchant/news",
    "/preview/{name}", "/merchant/orders/file", "/merchant/payouts/file", "/merchant/statement/file", "/operator/tables/{name}",
    "/advertiser/campaigns/file", "/advertiser/campaign/file",
}  # fmt: skip
"""Files, answers that a page's script asks for, and the page that leads on as soon as the demo is filled."""
COUNT = """() => [performance.getEntriesByType('navigation')[0], ...performance.getEntriesByType('resource')]
.filter((entry) => !entry.name.startsWith('data:') && entry.transferSize).map((entry) => entry.transferSize)"""
KNOWN, KEYS = {}, {}


async def advertise(world):
    """Let a shop advertise one of its things."""
    bodies = {**PATHS, "/v1/advertisers/mei-ads": {"shop_id": "shop0", "name": "阿梅"}}
    bodies["/v1/ads/bowl"] = {**AD, "item_id": "s0", "landing": {"product_id": "s0"}}
    for path, body in bodies.items():
        await world.put(path, body, status=201)


async def order_posts(world):
    """Let a shop that advertises order a post, offer another, and ask for a third of whoever bids."""
    await world.ask("POST", "/v1/advertisers/mei-ads/deposits", {"amount": yuan(1_000)}, status=201)
    await world.put("/v1/creators/a5", {"topics": ["米粉"]}, status=201)
    for name in ("made", "asked", "open", "disputed"):
        await world.put(f"/v1/briefs/{name}", brief(world), status=201)
    for name in ("made", "asked", "disputed"):
        asked = {"brief_id": name, "creator_id": "a5", "person_id": "a0"}
        await world.put(f"/v1/offers/{name}", asked, status=201)
    taken = await world.ask("POST", "/v1/offers/made/accept", {"person_id": "a5"}, status=200)
    KNOWN["assignment"] = taken["assignment_id"]
    taken = await world.ask("POST", "/v1/offers/disputed/accept", {"person_id": "a5"}, status=200)
    for what in ("draft", "dispute"):
        words = {"person_id": "a5", "text": "A pot of soup."}
        await world.ask(
            "POST", f"/v1/assignments/{taken['assignment_id']}/{what}", words, status=200
        )
    KEYS["creator"] = (await world.ask("POST", "/v1/creators/a5/keys", status=201))["key"]


async def lived_in(world):
    """Let there be one of everything that a page is about."""
    await settle(world)
    await world.put("/v1/live/room", {"owner_id": "a0", "title": "现捞的鱼", "state": "live"})
    made = await bought(world, line("s0", "bowl"), buyer="v0", fulfilment="pickup")
    feed = await world.feed("v0", position=TOWN)
    await world.events(*[world.event("impression", slot, "v0") for slot in feed["slots"]])
    await world.put("/v1/items/i1/comments/c1", {"author_id": "v1", "text": "好香"}, status=201)
    await world.events(world.event("report", person="v1", item_id="i7", reason="spam"))
    await world.put("/v1/webhooks/till", {"url": "https://example.com/till", "types": ["order.paid"], "state": "paused"}, status=201)  # fmt: skip
    await advertise(world)
    await order_posts(world)
    KNOWN.update(order=made["id"], receipt=feed["receipt_id"])
    keys = (await world.ask("GET", "/v1/communities/c/keys", headers={"Authorization": f"Bearer {world.app.operator_key}"}))["data"]  # fmt: skip
    KNOWN["key"] = keys[0]["id"]
    KEYS["merchant"] = (await world.ask("POST", "/v1/shops/shop0/staff/a0/keys", status=201))["key"]
    KEYS["advertiser"] = KEYS["merchant"]
    KEYS["operator"] = world.app.operator_key


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    town = Serving(tmp_path_factory.mktemp("home"), fill=lived_in)
    town.start()
    assert town.ready.wait(120)
    yield town
    town.stop()


@pytest.fixture(scope="module")
def inside(chromium, serving):
    """Log in once at each desk; return the browser's state by desk."""
    states = {}
    for desk in ("merchant", "advertiser", "creator", "operator"):
        context = chromium.new_context(locale="en-GB")
        page = context.new_page()
        page.goto(f"{serving.base}/{desk}/login")
        page.get_by_role("textbox").fill(KEYS[desk])
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(lambda url: "login" not in url)
        if desk == "operator":
            page.goto(f"{serving.base}/operator/policy")
            page.get_by_role("button", name="Try it on the last day").click()
            page.wait_for_url("**trial=**")
            KNOWN["trial"] = page.url.split("trial=")[1].split("&")[0].split("#")[0]
        states[desk] = context.storage_state()
        context.close()
    return states


def page_routes(world):
    """Return the path of every route that answers a person's browser, not a program."""
    routes = [route for route in world.app.asgi._inner.routes if isinstance(route, HTTPRoute)]
    return {
        route.path_format
        for route in routes
        for method, (handler, _) in route.route_handler_map.items()
        if method == "GET"
        and handler.fn.__module__.startswith("lodestone.console")
        and not route.path.startswith("/v1/")
    }


def test_every_page_stands_in_the_table(tmp_path):
    async def scenario():
        async with opened(tmp_path, demo="c") as world:
            return page_routes(world)

    assert run(scenario) == PAGES.keys() | NO_PAGES


def come_to(chromium, inside, route, *, viewport=PHONE, locale="en-GB"):
    """Return a page of a fresh profile, as whoever the route is for."""
    desk = next((desk for desk in inside if route in {"merchant": MERCHANT, "advertiser": ADVERTISER, "creator": CREATOR, "operator": OPERATOR}[desk]), None)  # fmt: skip
    context = chromium.new_context(
        viewport=viewport, locale=locale, reduced_motion="reduce", storage_state=inside.get(desk)
    )
    page = context.new_page()
    if route in VIEWER:
        page.add_init_script("localStorage.setItem('lodestone.person', 'v0'); localStorage.setItem('lodestone.met', 'yes')")  # fmt: skip
    return context, page


@pytest.mark.parametrize("route", PAGES)
def test_a_page_is_light_quiet_open_to_all_and_as_wide_as_its_window(
    chromium, serving, inside, route
):
    context, page = come_to(chromium, inside, route)
    said = []
    page.on("console", lambda message: said.append((message.type, message.text)))
    page.on("pageerror", lambda error: said.append(("error", str(error))))
    answer = page.goto(serving.base + PAGES[route].format(**KNOWN), wait_until="networkidle")
    sizes = page.evaluate(COUNT)
    too_wide = []
    for width, height in WINDOWS:
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            too_wide.append((width, height))
    page.set_viewport_size(PHONE)
    keeps_out = serious(page)
    context.close()

    assert answer.status == 200
    assert 0 < len(sizes) <= REQUESTS_MOST
    assert sum(sizes) <= BYTES_MOST
    assert said == []
    assert too_wide == []
    assert keeps_out == []


@pytest.mark.soak
@pytest.mark.parametrize(
    ("viewport", "locale"), [(DESK, "en-GB"), (DESK, "zh-CN"), (PHONE, "zh-CN")]
)
@pytest.mark.parametrize("route", PAGES)
def test_a_page_keeps_nobody_out_at_a_desk_and_in_chinese(
    chromium, serving, inside, route, viewport, locale
):
    context, page = come_to(chromium, inside, route, viewport=viewport, locale=locale)
    address = serving.base + PAGES[route].format(**KNOWN)
    # The login was made in English; an address that names a language wins over its cookie.
    join = "&" if "?" in address else "?"
    answer = page.goto(f"{address}{join}lang={locale[:2]}", wait_until="networkidle")
    keeps_out = serious(page)
    language = page.evaluate("document.documentElement.lang")
    context.close()

    assert (answer.status, language) == (200, locale[:2])
    assert keeps_out == []
