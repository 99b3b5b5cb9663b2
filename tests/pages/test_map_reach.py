"""Everything on the map can be opened: by touch without luck, by the list, by the keyboard; over all shops of a town of the demo's size."""

import pytest

from tests.pages.conftest import DESK, PHONE, Serving, focus
from tests.pages.mapping import FIRST, OVERLAPS, STILL, at, opened_map, shops_around, zoomed
from tests.worlds.map_town import settle_town

pytestmark = pytest.mark.browser
TAPS_MOST = 9


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    town = Serving(tmp_path_factory.mktemp("town"), fill=settle_town)
    town.start()
    assert town.ready.wait(120)
    yield town
    town.stop()


def tapped_open(page, key):
    """Tap what holds a shop, again and again as somebody would who looks for it; return how many taps it took."""
    for taps in range(1, TAPS_MOST + 1):
        spot = at(page, key)
        assert spot["inside"], (key, taps, spot)
        assert spot["hit"], (key, taps, spot)
        assert min(spot["size"]) >= 44
        page.touchscreen.tap(spot["x"], spot["y"])
        if spot["alone"]:
            return taps
        row = page.locator(f'.map .nearby[data-drawer="list"] .choice[data-key="{key}"]')
        if row.is_visible():
            row.tap()
            return taps + 1
    raise AssertionError((key, "not opened"))


def test_every_shop_is_opened_by_touch_within_a_few_taps(visit):
    page = opened_map(visit, reduced=True)
    shops = shops_around(page)
    assert len(shops) >= 30
    taken = {}
    for key, name in shops.items():
        taken[key] = tapped_open(page, key)
        card = page.locator(".map-card")
        card.get_by_text(name, exact=True).wait_for()
        assert at(page, key, reach=12)["hit"]  # its card does not cover it
        card.get_by_role("button", name="See the shop").tap()
        page.get_by_role("dialog", name="Shop").get_by_role("heading", name=name).wait_for()
        page.keyboard.press("Escape")
        card.get_by_role("button", name="Close").tap()
        page.get_by_role("button", name="Back to where you are").tap()

    assert max(taken.values()) <= TAPS_MOST


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_at_no_zoom_do_two_targets_overlap(visit, viewport):
    page, counts = opened_map(visit, reduced=True, viewport=viewport), []
    counts.append(page.evaluate(OVERLAPS))
    while zoomed(page, 1):
        counts.append(page.evaluate(OVERLAPS))

    assert [overlapping for _, overlapping in counts] == [0] * len(counts)
    assert len(counts) >= 5
    assert counts[-1][0] > 3 * counts[0][0]  # what clustered at first stands apart at last


HALF_HIDDEN = """() => {
  const boxes = (what) => [...document.querySelectorAll(what)].map((element) => element.getBoundingClientRect());
  const covers = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const words = boxes('.map .place-name:not([hidden]) span');
  const marks = [...boxes('.map .spot'), ...boxes('.map .mark-name:not([hidden])')];
  return [words.length, words.filter((word) => marks.some((mark) => covers(word, mark))).length];
}"""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_at_no_zoom_does_a_mark_cover_half_of_a_places_name(visit, lang):
    page, counts = opened_map(visit, reduced=True, viewport=DESK), []
    page.goto(f"{page.url}?lang={lang}")
    page.locator(".map .spot").first.wait_for()
    page.wait_for_function("() => document.querySelectorAll('.map .choice').length > 20")
    closer = page.locator(".map-controls button").first
    while True:
        counts.append(page.evaluate(HALF_HIDDEN))
        if closer.is_disabled():
            break
        closer.click()
        page.wait_for_function(STILL)

    assert [covered for _, covered in counts] == [0] * len(counts)
    assert max(shown for shown, _ in counts) > 0


def test_every_shop_is_opened_from_the_list(visit):
    page = opened_map(visit, reduced=True, viewport=DESK)
    page.locator('[data-kind="shop"]').click()
    more = page.get_by_role("button", name="Show more")
    while more.is_visible():
        more.click()
    for key, name in shops_around(page).items():
        page.locator(f'.nearby-list [data-key="{key}"]').click()
        page.locator(".map-card").get_by_text(name, exact=True).wait_for()
        spot = at(page, key)
        assert (spot["inside"], spot["hit"]) == (True, True), (key, spot)


def test_every_shop_is_opened_by_the_keyboard_alone(visit):
    page = opened_map(visit, reduced=True, viewport=DESK)
    shops = shops_around(page)
    opened = set()
    focus(page.locator(".map-ground"))
    while zoomed(page, 1):
        pass
    focus(page.locator(".map-ground"))
    for _ in range(page.locator(FIRST).count()):
        page.keyboard.press("Tab")
        key = page.evaluate(
            "document.activeElement.matches('.cluster') || document.activeElement.dataset.key"
        )
        if key not in shops:
            continue
        page.keyboard.press("Enter")
        page.locator(".map-card").get_by_text(shops[key], exact=True).wait_for()
        opened.add(key)
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.dataset.key") == key

    together = [key for key in shops if key not in opened]
    for key in together:  # those that lie on one spot with others: their cluster lists them
        page.locator(f'.map [data-keys~="{key}"]').press("Enter")
        row = page.locator(f'.nearby-list [data-key="{key}"]')
        row.press("Enter")
        page.locator(".map-card").get_by_text(shops[key], exact=True).wait_for()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Show everything again").press("Enter")
