"""The story of an ad, whole, in real Chromium: a shop starts it in three fields, a neighbour sees it labelled and buys, the shop reads what it cost.

`LODESTONE_SCREENSHOTS_ADS=1` takes the pictures of docs/ads.md on the way.
"""

import asyncio
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.pages.conftest import CURRENT, DESK, PHONE, Serving, after, sent, shown
from tests.pages.tellings import CATALOGUE, STILL
from tests.pages.test_ad_desk_pages import enter
from tests.pages.test_trading import KEYS, stalls
from tests.worlds import trade_world as trade
from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN

pytestmark = pytest.mark.browser
TAKEN = os.environ.get("LODESTONE_SCREENSHOTS_ADS") is not None
IMAGES = Path(__file__).parents[2] / "docs" / "images" / "ads"
PICTURES = {
    "start-phone-en", "campaign-phone-en", "campaigns-desk-zh", "why-phone-en", "why-desk-zh", "revenue-desk-zh",
}  # fmt: skip
"""Those that docs/ads.md shows."""
POSTS, AUTHORS, NEIGHBOURS = 60, 20, 12
LINES = (
    "凌晨四点起锅熬羊骨，七点开门。", "赶场天，菜要赶在七点前挑好。", "田里放水了，再过半个月插秧。",
    "雾散了再上山，今天采一芽一叶。", "风雨桥换了三根柱子，傍晚又能坐人了。",
)  # fmt: skip
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
"""A browser without a window says that it has none, which makes it a program: nothing it looks at is charged for."""
SIZES = {"noodles", "tea"}
"""What is sold."""
WORLD = {}
"""The world that is served and its event loop, where the community's clock is wound."""


@dataclass(frozen=True)
class Telling:
    """Who tells it, on which screen, in which language."""

    viewport: dict
    lang: str
    light: str
    keeper: str
    product: str
    radius: str
    neighbour: str

    def say(self, text, **fields):
        return CATALOGUE.words(self.lang).say(text, fields)

    @property
    def screen(self):
        return {"viewport": self.viewport, "lang": self.lang, "light": self.light}


TELLINGS = [
    Telling(PHONE, "en", "light", "mei", "noodles", "3", "v1"),
    Telling(DESK, "zh", "light", "far", "tea", "20", "v2"),
]


async def living(world):
    """Open the stalls among posts that neighbours look at, some of whom buy what they see."""
    await stalls(world)
    bodies = [
        {"kind": "text", "author_id": f"a{number % AUTHORS}", "language": "zh", "tags": ["市集"], "text": LINES[number % len(LINES)]}
        for number in range(POSTS)
    ]  # fmt: skip
    for number in range(AUTHORS):
        await world.put(f"/v1/people/a{number}", {"name": f"街坊{number}"}, status=201)
    for number, body in enumerate(bodies):
        await world.put(f"/v1/items/i{number}", body, status=201)
    for number in range(NEIGHBOURS):
        await world.put(f"/v1/people/n{number}", {"home": TOWN}, status=201)
        feed = await world.feed(f"n{number}")
        for slot in feed["slots"]:
            await world.events(world.event("impression", slot, f"n{number}"))
            if slot["item_id"] in SIZES:
                await world.events(world.event("click", slot, f"n{number}"))
                here = {"fulfilment": "redeem", "position": TOWN, "buyer": f"n{number}"}
                from_slot = {"receipt_id": feed["receipt_id"], "slot": slot["slot"]}
                bowl = trade.line(slot["item_id"], "small")
                await trade.bought(world, bowl, **from_slot, **here)
    world.later(hours=1)
    KEYS["operator"] = world.app.operator_key
    WORLD.update(world=world, loop=asyncio.get_running_loop())


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    server = Serving(tmp_path_factory.mktemp("home"), fill=living)
    server.start()
    assert server.ready.wait(200)
    yield server
    server.stop()


def tick():
    """Let the community's clock do its round: it sets money aside for campaigns."""
    round_of = asyncio.run_coroutine_threadsafe(WORLD["world"].engine.tick(), WORLD["loop"])
    round_of.result(60)


def wind(**span):
    """Wind the community's clock."""

    async def later():
        WORLD["world"].later(**span)

    asyncio.run_coroutine_threadsafe(later(), WORLD["loop"]).result(10)


def show(page, name, viewport, lang, *, whole=False):
    """Take a picture for docs/ads.md, when pictures are asked for."""
    device = "phone" if viewport == PHONE else "desk"
    path = IMAGES / f"{name}-{device}-{lang}.png"
    if not TAKEN or path.stem not in PICTURES:
        return
    page.wait_for_function(STILL)
    IMAGES.mkdir(exist_ok=True)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    picture = picture.quantize(128) if device == "phone" else picture.quantize(64)
    picture.save(path, optimize=True)


@pytest.mark.parametrize("telling", TELLINGS, ids=["phone-en", "desk-zh"])
def test_a_shop_starts_a_neighbour_buys_and_the_shop_reads_what_it_cost(visit, serving, telling):
    shop = enter(visit, serving, "advertiser", telling.keeper, **telling.screen)
    campaign = started(shop, serving, telling)
    tick()
    page = visit(person=telling.neighbour, agent=PERSON, **telling.screen)
    seen = leafed_to_the_ad(page, telling)
    labelled = {item for item, marks in seen.items() if telling.say("Ad") in marks}
    assert telling.product in labelled <= SIZES
    read_why(page, serving, telling)
    wind(minutes=5)  # the community's clock stands while the neighbour reads
    bought(page, telling)
    sent(page)
    tick()

    report = serving.ask(f"/v1/reports/ads?campaign_id={campaign}")["total"]
    assert (report["impressions"]["net"], report["outcomes"]["order"]) == (1, 1)
    assert report["spend"]["micros"] > 0
    spent = serving.ask(f"/v1/campaigns/{campaign}")["spent"]
    assert spent == report["spend"]
    shop.reload()
    cost = shop.locator(".sums dd").first
    expect(cost).to_contain_text("¥")
    assert float(cost.inner_text().lstrip("¥")) == spent["micros"] / 1e6
    show(shop, "campaign", telling.viewport, telling.lang)
    shop.goto(f"{serving.base}/advertiser")
    expect(shop.locator(".campaign")).to_have_count(1)
    assert cost_of(shop) == spent["micros"] / 1e6
    show(shop, "campaigns", telling.viewport, telling.lang)


def cost_of(shop):
    return float(shop.locator(".campaign .sums dd").first.inner_text().lstrip("¥"))


def started(shop, serving, telling):
    """Start a campaign in three fields, let it be paid for and approved, and switch it on; return its id."""
    shop.goto(f"{serving.base}/advertiser/start?product={telling.product}")
    shop.locator("#radius").fill(telling.radius)
    shop.locator("#daily").fill("50")
    expect(shop.locator("#forecast tbody tr")).to_have_count(3)
    show(shop, "start", telling.viewport, telling.lang, whole=telling.viewport == PHONE)
    shop.get_by_role("button", name=telling.say("Make the campaign")).click()
    expect(shop.get_by_role("status")).to_contain_text(telling.say("It is made, and a moderator looks at the ad. Start it now or later."))  # fmt: skip
    campaign, advertiser = (re.search(rf"{name}=(\w+)", shop.url).group(1) for name in ("campaign", "advertiser"))  # fmt: skip
    serving.post(f"/v1/advertisers/{advertiser}/deposits", {"amount": yuan(500)})
    (ad,) = [row for row in serving.ask("/v1/ads")["data"] if row["item_id"] == telling.product]
    serving.post(f"/v1/ads/{ad['id']}/review", {"decision": "approved"})
    shop.locator('[name="part"][value="campaign"] ~ button').click()
    expect(shop.get_by_role("status")).to_have_text(telling.say("Started."))
    return campaign


def leafed_to_the_ad(page, telling):
    """Leaf through the feed to the ad; return what marks each post before it has."""
    marks = {}
    for _ in range(40):
        item = shown(page)
        marks[item] = page.locator(CURRENT).locator(".ad").all_text_contents()
        if item == telling.product and telling.say("Ad") in marks[item]:
            return marks
        page.keyboard.press("ArrowDown")
        after(page, item)
    raise AssertionError(marks)


def read_why(page, serving, telling):
    """Read who pays and why one sees it."""
    name = telling.say("Why this ad?")
    page.locator(CURRENT).get_by_role("button", name=name).click()
    sheet = page.get_by_role("dialog", name=name)
    expect(sheet.locator(".sentence")).to_contain_text({"noodles": "老城阿梅粉店", "tea": "远山茶铺"}[telling.product])  # fmt: skip
    expect(sheet).to_contain_text(telling.say("You are, or live, within {km} km of where it advertises.", km=telling.radius))  # fmt: skip
    show(page, "why", telling.viewport, telling.lang)
    sheet.get_by_role("button", name=telling.say("Close"), exact=True).click()
    expect(sheet).to_be_hidden()


def bought(page, telling):
    """Buy what is advertised, to be redeemed in the shop, and pay."""
    page.locator(CURRENT).get_by_role("button", name=telling.say("Buy"), exact=True).click()
    sheet = page.get_by_role("dialog", name=telling.say("Buy on the spot"))
    sheet.get_by_role("radio", name=telling.say("Redeem in the shop")).check()
    sheet.locator(".buy-foot .button").click()
    order = page.get_by_role("dialog", name=telling.say("Your order"))
    order.locator(".button.main").click()
    order.locator(".qr").wait_for()
    page.keyboard.press("Escape")
