"""What a machine can say of who is kept out: axe-core on every tab and sheet, in light and dark, on a phone and a desk."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.pages.conftest import CURRENT, DESK, PHONE

pytestmark = pytest.mark.browser
SHEETS = {
    "why": ("w", ".sentence"),
    "more": ("m", ".choice"),
    "settings": ("[data-open=settings]", "#theme"),
}


def violations(page, where):
    """Return what axe calls serious or critical, each with the elements at fault."""
    page.wait_for_function(
        "() => document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getComputedTiming().iterations === Infinity)"
    )
    found = Axe().run(page).response["violations"]
    return [
        (where, one["id"], [node["html"][:160] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_tab(visit, light, viewport):
    page, found = visit(light=light, viewport=viewport), []
    for tab in ("discover", "nearby", "channels", "trade", "following"):
        page.locator(f".tab[data-tab={tab}]").click()
        page.locator(".map .spot" if tab == "nearby" else CURRENT).first.wait_for(state="attached")
        found += violations(page, tab)

    assert found == []


@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_sheet(visit, light):
    page, found = visit(light=light, met=False), []
    found += violations(page, "the first words")
    page.get_by_role("button", name="Start looking").click()
    for name, (opener, inside) in SHEETS.items():
        if len(opener) == 1:
            page.keyboard.press(opener)
        else:
            page.locator(opener).locator("visible=true").first.click()
        page.locator(f"dialog {inside}").first.wait_for()
        if name == "why":
            page.get_by_text("All figures").first.click()
        found += violations(page, name)
        page.keyboard.press("Escape")

    assert found == []


@pytest.mark.parametrize("light", ["light", "dark"])
def test_axe_finds_nothing_serious_where_there_is_nothing_or_trouble(visit, light):
    page = visit(
        "/?tab=following",
        light=light,
        person="kid",
        wait=False,
        expect=["ERR_FAILED", "Failed to load"],
    )
    page.get_by_role("heading", name="Nothing from those you follow").wait_for()
    found = violations(page, "nothing")
    page.route("**/v1/page/feed", lambda route: route.abort())
    page.locator(".tab[data-tab=discover]").click()
    page.get_by_role("alert").wait_for()
    found += violations(page, "trouble")

    assert found == []
