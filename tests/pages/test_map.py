"""The map as one moves it: wheel, pinch, double tap, keys; names, search, filters, another place to look from, an outage."""

import json

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import DESK, PHONE, Serving, focus
from tests.pages.mapping import FIRST, STILL, at, opened_map, scale, shops_around, zoomed
from tests.pages.test_viewer_access import violations
from tests.worlds.map_town import settle_town

pytestmark = pytest.mark.browser
SHOWN = ".nearby-list .choice"


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    town = Serving(tmp_path_factory.mktemp("town"), fill=settle_town)
    town.start()
    assert town.ready.wait(120)
    yield town
    town.stop()


def middle(page):
    box = page.locator(".map-ground").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def fingers(page, *steps):
    """Let fingers touch, move and leave: each step is the places of all of them."""
    session = page.context.new_cdp_session(page)
    for number, places in enumerate(steps):
        kind = "touchStart" if number == 0 else "touchMove"
        points = [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def closer_than(page, before):
    """Wait until the map is closer than it was: its scale says less, or as much with a longer bar."""
    page.wait_for_function(STILL)
    page.wait_for_function(
        "before => document.querySelector('.scale').innerText !== before[0] || document.querySelector('.scale-bar').getBoundingClientRect().width > before[1] + 1",
        arg=list(before),
    )
    words = ["10 km", "5 km", "2 km", "1 km", "500 m", "200 m", "100 m"]
    after = scale(page)
    return (words.index(after[0]), after[1]) > (words.index(before[0]), before[1])


def test_a_wheel_brings_the_map_closer(visit):
    page = opened_map(visit, viewport=DESK)
    before = scale(page)
    page.mouse.move(*middle(page))
    page.mouse.wheel(0, -240)

    assert closer_than(page, before)


def test_two_fingers_bring_the_map_closer(visit):
    page = opened_map(visit)
    x, y = middle(page)
    before = scale(page)
    fingers(page, *[[(x - far, y), (x + far, y)] for far in range(30, 130, 10)])

    assert closer_than(page, before)


def test_a_double_tap_brings_the_map_closer(visit):
    page = opened_map(visit)
    free = page.evaluate(
        """() => { const ground = document.querySelector('.map-ground').getBoundingClientRect();
        for (let y = ground.bottom - 80; y > ground.top + 130; y -= 10) for (let x = ground.left + 20; x < ground.right - 80; x += 10)
          if (!document.elementFromPoint(x, y).closest('.spot, .you, button')) return [x, y]; }"""
    )
    before = scale(page)
    page.touchscreen.tap(*free)
    page.touchscreen.tap(*free)

    assert closer_than(page, before)


def test_the_keyboard_moves_the_map_and_opens_what_it_stands_on(visit):
    page = opened_map(visit, viewport=DESK, reduced=True)
    you = page.locator(".you")
    focus(page.locator(".map-ground"))
    start = you.bounding_box()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.wait_for_function(STILL)
    moved = you.bounding_box()
    assert (moved["x"] - start["x"], moved["y"] - start["y"]) == (-96, -96)
    before = scale(page)
    page.keyboard.press("+")
    assert closer_than(page, before)
    page.keyboard.press("-")
    page.wait_for_function(
        "before => document.querySelector('.scale').innerText === before", arg=before[0]
    )
    page.keyboard.press("0")
    page.wait_for_function(STILL)
    assert you.bounding_box() == start
    page.keyboard.press("Tab")
    label = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert label.startswith(("Shop ", "Post ", "Live: ")) or "close together" in label


def test_names_stand_beside_marks_from_the_second_zoom_on(visit):
    page = opened_map(visit, viewport=DESK, reduced=True)
    named = page.locator(".mark-name:visible")
    first = named.count()
    zoomed(page, 1)
    second = named.count()
    over = page.evaluate(
        """() => [...document.querySelectorAll('.mark-name')].filter((name) => name.offsetWidth).some((name) => {
        const box = name.getBoundingClientRect();
        return [...document.querySelectorAll('.map .spot')].some((spot) => { if (spot.contains(name)) return false; const other = spot.getBoundingClientRect();
          return box.left < other.right && other.left < box.right && box.top + 2 < other.bottom && other.top < box.bottom - 2; }); })"""
    )

    assert first == 0
    assert second > 0
    assert not over


def test_the_search_finds_shops_goods_places_and_people_by_parts_of_their_names(visit, serving):
    page = opened_map(visit, viewport=DESK, lang="zh")
    search = page.locator("#nearby-search")
    search.fill("家 粉")
    expect(page.locator(SHOWN).first).to_contain_text("粉")
    texts = page.locator(SHOWN).all_inner_texts()
    assert all("家" in text and "粉" in text for text in texts), texts
    search.fill("羊肉粉一碗")
    row = page.locator(f'{SHOWN}[data-key^="product-"]').first
    row.click()
    expect(page.locator(".map-card")).to_contain_text("羊肉粉一碗")
    page.locator('[data-key="see-product"]').click()
    page.get_by_role("dialog").locator(".buy-name").wait_for()
    page.keyboard.press("Escape")
    everybody = serving.ask("/v1/people?limit=100")["data"]
    shown = next(p for p in everybody if p["consent"]["shown_at_home"] and not p["minor"])
    hidden = next(
        p for p in everybody if not p["consent"]["shown_at_home"] and p["name"] != shown["name"]
    )
    search.fill(shown["name"])
    expect(page.locator(f'{SHOWN}[data-key="person-{shown["id"]}"]')).to_be_visible()
    search.fill(hidden["name"])
    expect(page.locator(".nearby-status")).to_be_hidden()
    assert page.locator(f'{SHOWN}[data-key="person-{hidden["id"]}"]').count() == 0


def test_filters_leave_on_map_and_list_what_passes_them(visit):
    page = opened_map(visit, viewport=DESK, reduced=True)
    kinds = "() => [...new Set([...document.querySelectorAll('.map .spot')].flatMap((spot) => spot.dataset.keys.split(' ').map((key) => key.split('-')[0])))].sort()"
    assert page.evaluate(kinds) == ["person", "post", "room", "shop"]
    page.locator('[data-kind="shop"]').click()
    assert page.evaluate(kinds) == ["shop"]
    rows = page.locator(SHOWN).count()
    page.locator("[data-filter=open]").click()
    assert 0 < page.locator(SHOWN).count() <= rows
    assert all("Open now" in text for text in page.locator(SHOWN).all_inner_texts())
    page.get_by_label("How far").select_option("2")
    assert all(
        float(text.split()[-2]) <= 2 or text.endswith(" m")
        for text in page.locator(f"{SHOWN} .figures").all_inner_texts()
        if text.endswith("km")
    )
    page.locator('[data-kind="shop"]').click()
    page.get_by_label("Kind of shop").select_option(index=1)
    wanted = page.get_by_label("Kind of shop").input_value()
    assert all(wanted in text for text in page.locator(SHOWN).all_inner_texts())


def test_one_looks_from_another_place_and_back_from_ones_own(visit):
    page, asked = opened_map(visit, viewport=DESK, reduced=True), []
    page.on(
        "request", lambda r: asked.append((r.url, r.post_data)) if "/v1/page/" in r.url else None
    )
    nearest = page.locator(SHOWN).first.get_attribute("data-key")
    focus(page.locator(".map-ground"))
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    page.get_by_role("button", name="Look from here").click()
    page.get_by_text("You look from another place.").first.wait_for()
    page.wait_for_function(
        "key => document.querySelector('.nearby-list .choice')?.dataset.key !== key", arg=nearest
    )
    around = next(url for url, _ in asked if "around?" in url)
    feed = json.loads(next(body for url, body in asked if url.endswith("/feed")))
    assert f"latitude={feed['position']['latitude']}" in around
    assert feed["position"]["latitude"] > 26.4
    page.get_by_role("button", name="Back to my own place").click()
    page.wait_for_function(
        "key => document.querySelector('.nearby-list .choice')?.dataset.key === key", arg=nearest
    )
    expect(page.get_by_role("button", name="Back to my own place")).to_be_hidden()


def test_dragging_oneself_looks_from_there(visit):
    page = opened_map(visit, viewport=DESK, reduced=True)
    page.locator('[data-kind="room"]').click()  # fewer marks: none lies over oneself
    box = page.locator(".you").bounding_box()
    page.mouse.move(box["x"] + 22, box["y"] + 22)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 120, steps=6)
    page.mouse.up()

    page.get_by_role("button", name="Back to my own place").wait_for()


def test_an_outage_is_said_and_tried_again_while_the_map_stays(visit):
    page = opened_map(visit, viewport=DESK, reduced=True, expect=["ERR_FAILED", "Failed to load"])
    marks = page.locator(FIRST).count()
    page.route("**/v1/page/around*", lambda route: route.abort())
    focus(page.locator(".map-ground"))
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Look from here").click()
    alert = page.locator(".nearby-note")
    expect(alert).to_contain_text("The engine does not answer.")
    assert page.locator(FIRST).count() > marks / 2
    page.unroute("**/v1/page/around*")
    expect(alert).to_be_hidden()  # without anybody's doing

    page.route("**/v1/page/around*", lambda route: route.abort())
    page.get_by_role("button", name="Back to my own place").click()
    page.unroute("**/v1/page/around*")
    alert.get_by_role("button", name="Try again").click()
    expect(alert).to_be_hidden()


def test_a_search_that_fails_says_so_and_shows_what_the_map_holds(visit):
    page = opened_map(visit, viewport=DESK, expect=["ERR_FAILED", "Failed to load"])
    name = next(iter(shops_around(page).values()))
    page.route("**/v1/page/places*", lambda route: route.abort())
    page.locator("#nearby-search").fill(name)
    status = page.locator(".nearby-status")
    expect(status).to_contain_text("The search did not come")
    expect(page.locator(SHOWN).first).to_contain_text(name)
    page.unroute("**/v1/page/places*")
    status.get_by_role("button", name="Try again").click()
    expect(status).to_be_hidden()


def test_on_a_phone_the_card_covers_neither_its_mark_nor_the_buttons(visit):
    page = opened_map(visit, reduced=True)
    key = next(iter(shops_around(page)))
    page.get_by_role("button", name="Open the list").tap()
    page.locator('[data-kind="shop"]').tap()
    page.locator(f'{SHOWN}[data-key="{key}"]').tap()
    card = page.locator(".map-card").bounding_box()
    ground = page.locator(".map-ground").bounding_box()
    spot = at(page, key)

    assert card["y"] >= ground["y"] + ground["height"] - 1
    assert (spot["inside"], spot["hit"]) == (True, True)
    for name in ("Closer", "Farther", "Back to where you are"):
        button = page.get_by_role("button", name=name, exact=True).element_handle()
        page.wait_for_function(  # the map becomes lower once the card has its height
            "button => button.getBoundingClientRect().bottom <= document.querySelector('.map-card').getBoundingClientRect().top",
            arg=button,
        )


def test_leaflet_comes_with_the_map_and_not_before(visit):
    page = visit()
    names = "() => performance.getEntriesByType('resource').map((one) => one.name.split('/').at(-1).split('?')[0])"
    before = page.evaluate(names)
    page.locator(".tab[data-tab=nearby]").click()
    page.locator(FIRST).first.wait_for()
    after = page.evaluate(names)

    assert [name for name in before if name in ("leaflet.js", "leaflet.css", "map.js")] == []
    assert {"leaflet.js", "leaflet.css", "map.js"} <= set(after)
    assert [name for name in after if name.endswith(".png")] == []


def test_nobody_without_consent_and_no_child_is_on_the_map(visit, serving):
    page = opened_map(visit)
    token = page.evaluate("sessionStorage.getItem('lodestone.token')")
    headers = {"Authorization": f"Bearer {token}"}
    around = page.request.get(f"{serving.base}/v1/page/around", headers=headers).json()
    people = {}
    for name in [person["id"] for person in around["people"]]:
        people[name] = serving.ask(f"/v1/people/{name}")

    assert len(people) > 10
    assert all(p["consent"]["shown_at_home"] and not p["minor"] for p in people.values())
    assert all(
        round(person["position"][axis], 3) == person["position"][axis]
        for person in around["people"] for axis in ("latitude", "longitude")
    )  # fmt: skip


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_nothing_serious_on_the_map_its_list_and_its_card(visit, light, viewport):
    page, findings = opened_map(visit, light=light, viewport=viewport, reduced=True), []
    findings += violations(page, "map")
    zoomed(page, 1)
    zoomed(page, 1)
    findings += violations(page, "closer")
    page.locator(".map .spot.of-shop").first.press("Enter")
    findings += violations(page, "card")
    page.keyboard.press("Escape")
    if viewport == PHONE:
        page.get_by_role("button", name="Open the list").tap()
    page.get_by_text("What the signs mean").click()
    findings += violations(page, "list")

    assert findings == []
