"""What a campaign brought, at the desk in real Chromium: it fits a phone and a screen, and is read by division."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import DESK, PHONE, Serving, focus
from tests.pages.test_ad_desk_pages import advertising, enter
from tests.pages.test_trading import serious
from tests.worlds.ad_world import PATHS
from tests.worlds.advertised import advertise, paid
from tests.worlds.trade_world import line, pay
from tests.worlds.world import TOWN

pytestmark = pytest.mark.browser
WIDTHS = [360, 390, 844, 1024, 1366, 1920]
PATH = "/advertiser/campaign?campaign=lunch"


async def brought(world):
    """Run the ad for two days: people look, click and buy, in town and elsewhere."""
    await advertising(world)
    await world.items(60, authors=20)
    await world.ask("POST", "/v1/ads/bowl/review", {"decision": "approved"}, status=200)
    for path, body in list(PATHS.items())[1:3]:
        await world.put(path, {**body, "state": "active"}, status=200)
    ad = await world.ask("GET", "/v1/ads/bowl")
    body = {name: ad[name] for name in ("ad_group_id", "item_id", "headline", "call_to_action", "landing")}  # fmt: skip
    await world.put("/v1/ads/bowl", {**body, "state": "active"}, status=200)
    town = {
        "kind": "place",
        "name": "Rongjiang",
        "centre": TOWN,
        "radius_km": 5,
        "translations": {"zh": {"name": "榕江"}},
    }
    await world.put("/v1/domains/town", town, status=201)
    await world.engine.tick()
    advertise(
        world, "bowl", "noodles", campaign="lunch", bid=4_000_000, reserve=10_000.0, paid_for=False,
    )  # fmt: skip
    for number in range(12):
        viewer, where = f"v{number % 6}", {"position": TOWN} if number % 2 else {}
        pages = [
            await world.feed(viewer, **where) for _ in range(2)
        ]  # the first may show the post itself
        unpaid = (
            slot for slot in pages[0]["slots"] if slot["item_id"] == "noodles" and not slot["paid"]
        )
        await world.events(*(world.event("impression", slot, viewer) for slot in unpaid))
        for slot in (slot for page in pages for slot in paid(page)):
            await world.events(world.event("impression", slot, viewer))
            world.later(seconds=5)
            if number % 3:
                await world.events(world.event("click", slot, viewer))
        if number in (4, 5):
            body = {"buyer": viewer, "lines": [line("noodles", "small")], "position": TOWN}
            await pay(
                world,
                await world.ask("POST", "/v1/orders", {**body, "fulfilment": "pickup"}, status=201),
            )
        world.later(hours=4)
        await world.engine.tick()


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    server = Serving(tmp_path_factory.mktemp("home"), fill=brought)
    server.start()
    assert server.ready.wait(120)
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("viewport", "light", "lang"),
    [(PHONE, "light", "en"), (DESK, "dark", "zh")],
    ids=["phone", "desk"],
)
def test_what_it_brought_fits_and_has_no_serious_finding(visit, serving, viewport, light, lang):
    page = enter(visit, serving, "advertiser", "mei", viewport=viewport, light=light, lang=lang)
    trouble = []
    for by in ("day", "place", "creative"):
        page.goto(f"{serving.base}{PATH}&by={by}")
        expect(page.locator(".brought-table tbody tr").first).to_be_visible()
        trouble += [(by, finding) for finding in serious(page)]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            wide = page.evaluate("() => document.documentElement.scrollWidth")
            trouble += [(by, width, wide)] if wide > width else []
        page.set_viewport_size(viewport)

    assert trouble == []


def test_the_table_is_divided_by_keyboard_and_keeps_its_days(visit, serving):
    page = enter(visit, serving, "advertiser", "mei", viewport=DESK)
    page.goto(f"{serving.base}{PATH}&from=2026-01-01")
    focus(page.get_by_role("link", name="By place"))
    page.keyboard.press("Enter")
    expect(page.locator(".brought-table")).to_contain_text("Rongjiang")
    expect(page.get_by_role("link", name="By place")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("From", exact=True)).to_have_value("2026-01-01")
