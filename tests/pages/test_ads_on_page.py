"""An ad on the viewer's page says that it is one and why it is there, and can be stopped, by hand and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import CURRENT, DESK, PHONE, Serving, after, focus, sent, shown
from tests.pages.test_operator import serious
from tests.worlds.advertised import pay_for
from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN

pytestmark = pytest.mark.browser
WARE = "ware"
OLD = "2025-12-01T00:00:00Z"
"""So old that it stands on no page by itself."""


async def advertised(world):
    """Run an ad of somebody who has nothing else, for whoever is nearby or has joined a channel."""
    await world.put("/v1/people/firm", {"name": "茶行老周"}, status=201)
    ware = {"kind": "text", "author_id": "firm", "text": "Tea for sale", "language": "en", "created_at": OLD}  # fmt: skip
    await world.put(f"/v1/items/{WARE}", ware, status=201)
    targeting = {"places": [{"position": TOWN, "radius_km": 30}], "channels": ["food"]}
    bodies = {
        "/v1/advertisers/zhou": {"owner_id": "firm", "name": "周记茶行"},
        "/v1/campaigns/tea": {"advertiser_id": "zhou", "objective": "clicks", "budget": {"daily": yuan(9_000)}},
        "/v1/ad-groups/near": {"campaign_id": "tea", "strategy": "manual_cpc", "bid": yuan(20), "targeting": targeting},
        "/v1/ads/leaf": {"ad_group_id": "near", "item_id": WARE, "call_to_action": "visit", "landing": {"url": "https://tea.example/"}},
    }  # fmt: skip
    for path, body in bodies.items():
        await world.put(path, body, status=201)
    await world.ask("POST", "/v1/ads/leaf/review", {"decision": "approved"}, status=200)
    for path, body in list(bodies.items())[1:]:
        await world.put(path, {**body, "state": "active"}, status=200)
    pay_for(world, "tea")


@pytest.fixture(scope="module")
def serving(tmp_path_factory, settled):
    serving = Serving(tmp_path_factory.mktemp("home"), fill=advertised, settled=settled)
    serving.start()
    assert serving.ready.wait(300)
    yield serving
    serving.stop()


def to_the_ad(page):
    """Go on until the ad is looked at; return what every post before it said of being one."""
    labels = {}
    for _ in range(10):
        item = shown(page)
        labels[item] = page.locator(CURRENT).locator(".ad").all_text_contents()
        if item == WARE:
            return labels
        page.keyboard.press("ArrowDown")
        after(page, item)
    raise AssertionError(labels)


def opened(page, name="Why this ad?"):
    """Open why the ad is there."""
    to_the_ad(page)
    page.locator(CURRENT).get_by_role("button", name=name).click()
    sheet = page.get_by_role("dialog", name=name)
    sheet.locator(".sentence").wait_for()
    return sheet


def test_an_ad_is_labelled_and_says_who_paid_for_what_and_why_you(visit):
    page = visit()
    labels = to_the_ad(page)

    assert [item for item, marks in labels.items() if "Ad" in marks] == [WARE]
    sheet = opened(page)
    expect(sheet.locator(".sentence")).to_have_text("This is an ad: 周记茶行 pays for this place.")
    expect(sheet).to_contain_text("if you open it, and nothing if you do not.")
    expect(sheet).to_contain_text("You are, or live, within 30 km of where it advertises.")
    expect(sheet).to_contain_text("You have joined the channel 吃在城里, or looked at it.")
    expect(sheet.get_by_role("listitem").get_by_role("button")).to_have_text(
        [r.strip() for r in (
            "Hide this adIt will not come again.",
            "Hide all ads of 周记茶行Their posts come as before. You can take it back on the page of 茶行老周.",
            "Turn personalised ads offAds and posts then go by place, language, the page and the hour, not by what you did. You can turn it on again on your page.",
            "Report this adTell those who look after this community that it breaks the rules.",
        )]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("viewport", "light", "lang", "name"),
    [(PHONE, "light", "en", "Why this ad?"), (PHONE, "dark", "zh", "为什么是这条广告"), (DESK, "light", "zh", "为什么是这条广告"), (DESK, "dark", "en", "Why this ad?")],
)  # fmt: skip
def test_the_sheet_has_no_serious_finding_and_fits(visit, viewport, light, lang, name):
    page = visit(viewport=viewport, light=light, lang=lang)
    sheet = opened(page, name)
    body = sheet.locator(".sheet-body")

    assert serious(page) == []
    assert body.evaluate("part => part.scrollWidth - part.clientWidth") <= 0


def test_a_hidden_ad_may_be_taken_back_for_a_moment_and_then_stays_away(visit, serving):
    page = visit()
    opened(page).get_by_role("button", name="Hide this ad").click()
    expect(page.locator(f"[data-item={WARE}]")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator(f"[data-item={WARE}]")).to_have_count(1)
    page.locator(CURRENT).get_by_role("button", name="Why this ad?").click()
    page.get_by_role("dialog").get_by_role("button", name="Hide this ad").click()
    sent(page)

    assert [item for item, *_ in serving.facts(page.person, "hide")] == [WARE]
    body = {"viewer": page.person, "position": TOWN}
    assert [slot for slot in serving.post("/v1/feeds", body)["slots"] if slot["paid"]] == []


def test_all_ads_of_somebody_are_hidden_by_keyboard_and_taken_back_on_their_page(visit, serving):
    page = visit()
    opened(page)
    button = page.get_by_role("dialog").get_by_role("button", name="Hide all ads of 周记茶行")
    focus(button)
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-item={WARE}]")).to_have_count(0)
    expect(page.locator(CURRENT)).to_have_count(1)
    assert serving.ask(f"/v1/people/{page.person}/hidden-ads")["data"] == ["firm"]
    assert serving.ask(f"/v1/people/{page.person}/mutes")["data"] == []
    page.goto(f"{serving.base}/person/firm")
    page.get_by_role("button", name="Ads hidden").click()
    expect(page.get_by_role("button", name="Ads hidden")).to_have_count(0)

    assert serving.ask(f"/v1/people/{page.person}/hidden-ads")["data"] == []


def test_personalised_ads_are_turned_off_and_on_again(visit, serving):
    page = visit()
    opened(page).get_by_role("button", name="Turn personalised ads off").click()
    expect(page.locator("#toast")).to_contain_text("Personalised ads are off")
    page.locator(CURRENT).wait_for()
    assert serving.ask(f"/v1/people/{page.person}")["consent"]["personalisation"] is False
    page.locator("#toast").get_by_role("button", name="Take it back").click()
    page.wait_for_function("() => document.getElementById('free').hidden")
    assert serving.ask(f"/v1/people/{page.person}")["consent"]["personalisation"] is True


def test_an_ad_is_reported_with_a_reason(visit, serving):
    page = visit()
    opened(page).get_by_role("button", name="Report this ad").click()
    page.get_by_role("dialog").get_by_role("button", name="Fraud").click()
    sent(page)

    assert [item for item, *_ in serving.facts(page.person, "report")] == [WARE]
