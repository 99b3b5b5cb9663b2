"""Starting a shop's ad and approving it by keyboard alone, and every page of the desk in both lights and languages: in real Chromium."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import DESK, PHONE, Serving, focus
from tests.pages.test_trading import KEYS, serious, stalls
from tests.worlds.ad_world import AD, PATHS
from tests.worlds.world import TOWN

pytestmark = pytest.mark.browser
WIDTHS = [360, 390, 844, 1024, 1366, 1920]
PAGES = [
    "/advertiser", "/advertiser/campaign?campaign=lunch", "/advertiser/start", "/advertiser/money",
]  # fmt: skip
NEIGHBOURS = 12
LOOKS = [(PHONE, "light", "en"), (DESK, "dark", "zh")]


async def advertising(world):
    """Open the shops, and let one of them advertise something that waits for a moderator."""
    await stalls(world)
    ad = {**AD, "item_id": "noodles", "landing": {"product_id": "noodles"}}
    for path, body in {**PATHS, "/v1/ads/bowl": ad}.items():
        await world.put(path, body, status=201)
    deposit = {"amount": {"micros": 50_000_000, "currency": "CNY"}}
    await world.ask("POST", "/v1/advertisers/mei-ads/deposits", deposit, status=201)
    for number in range(NEIGHBOURS):
        await world.put(f"/v1/people/n{number}", {"home": TOWN}, status=201)
    await world.items(40, authors=20)
    for number in range(NEIGHBOURS):
        await world.feed(f"n{number}")
    world.later(hours=1)
    KEYS["operator"] = world.app.operator_key


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    server = Serving(tmp_path_factory.mktemp("home"), fill=advertising)
    server.start()
    assert server.ready.wait(120)
    yield server
    server.stop()


def enter(visit, serving, role, key, **more):
    """Log in by keyboard: the field of the key has the focus already."""
    page = visit(f"/{role}", person=None, wait=False, **more)
    page.goto(f"{serving.base}/{role}/login")
    expect(page.locator("#key")).to_be_focused()
    page.keyboard.type(KEYS[key])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)
    return page


@pytest.mark.parametrize(("viewport", "light", "lang"), LOOKS, ids=["phone-light-en", "desk-dark-zh"])  # fmt: skip
def test_every_page_of_the_desk_fits_and_has_no_serious_finding(
    visit, serving, viewport, light, lang
):
    page = enter(visit, serving, "advertiser", "mei", viewport=viewport, light=light, lang=lang)
    queue = enter(visit, serving, "operator", "operator", viewport=viewport, light=light, lang=lang)
    trouble = []
    for shown, path in [*((page, path) for path in PAGES), (queue, "/operator/ads")]:
        shown.goto(f"{serving.base}{path}")
        trouble += [(path, finding) for finding in serious(shown)]
        for width in WIDTHS:
            shown.set_viewport_size({"width": width, "height": 768})
            wide = shown.evaluate("() => document.documentElement.scrollWidth")
            trouble += [(path, width, wide)] if wide > width else []
        shown.set_viewport_size(viewport)

    assert trouble == []


def test_a_field_that_does_not_fit_is_marked_for_whoever_does_not_see_it(visit, serving):
    page = enter(visit, serving, "advertiser", "mei", expect=["409"])
    page.goto(f"{serving.base}/advertiser/start")
    page.get_by_label("How far around the shop, in km").fill("far")
    page.get_by_label("What a day may cost at most").fill("20")
    page.get_by_role("button", name="Make the campaign").click()

    field = page.get_by_label("How far around the shop, in km")
    expect(field).to_have_accessible_description("Write kilometres, above zero and at most 500.")
    expect(field).to_have_value("far")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was saved.")
    assert serious(page) == []


def test_a_shop_starts_in_three_fields_a_moderator_approves_and_it_runs_by_keyboard(visit, serving):
    shop = enter(visit, serving, "advertiser", "mei", viewport=DESK)
    shop.goto(f"{serving.base}/advertiser/start")
    focus(shop.get_by_label("What to advertise"))
    shop.keyboard.press("Tab")
    shop.keyboard.type("3")
    shop.keyboard.press("Tab")
    shop.keyboard.type("20")
    shop.keyboard.press("Enter")
    expect(shop.get_by_role("status")).to_contain_text("a moderator looks at the ad")
    moderator = enter(visit, serving, "operator", "operator", viewport=DESK)
    moderator.goto(f"{serving.base}/operator/ads")
    for _ in range(2):
        moderator.keyboard.press("j")
        moderator.keyboard.press("a")
        moderator.keyboard.press("Enter")
        expect(moderator.get_by_role("status")).to_contain_text("Approved.")
    expect(moderator.get_by_role("heading", level=1)).to_have_text("No ad waits for a decision")
    shop.reload()
    focus(shop.locator('[name="part"][value="campaign"] ~ button'))
    shop.keyboard.press("Enter")

    expect(shop.get_by_role("status")).to_have_text("Started.")
    expect(shop.locator(".ad-row")).to_contain_text(
        "Nothing stands in its way; it is shown while money is set aside for it."
    )


def test_what_three_fields_would_bring_follows_them_by_itself_and_after_a_press_without_a_script(
    visit, serving, chromium
):
    shop = enter(visit, serving, "advertiser", "mei")
    shop.goto(f"{serving.base}/advertiser/start")
    place = {"position": TOWN, "radius_km": 5}
    answer = serving.post("/v1/forecasts", {"targeting": {"places": [place]}})
    people = round(answer["reachable"]["expected"])
    assert people >= NEIGHBOURS
    title = shop.locator("#forecast-title")
    expect(title).to_have_text("What it would bring")
    expect(shop.get_by_role("button", name="See what it would bring")).to_be_hidden()
    shop.get_by_label("What a day may cost at most").fill("20")
    expect(title).to_have_text(f"{people} people within 5 km")
    expect(shop.locator("#forecast tbody tr")).to_have_count(3)
    shop.get_by_label("How far around the shop, in km").fill("0.001")
    expect(title).to_have_text("0 people within 0.001 km")

    plain = chromium.new_context(java_script_enabled=False, storage_state=shop.context.storage_state()).new_page()  # fmt: skip
    plain.goto(f"{serving.base}/advertiser/start")
    plain.get_by_label("What a day may cost at most").fill("20")
    plain.get_by_role("button", name="See what it would bring").click()
    expect(plain.locator("#forecast-title")).to_have_text(f"{people} people within 5 km")
    expect(plain.get_by_label("What a day may cost at most")).to_have_value("20")
    plain.context.close()
