"""The story of a creator's order, whole, in real Chromium at a phone's width: brief, offer, draft, changes, post, settlement, from both sides.

`LODESTONE_SCREENSHOTS_CREATORS=1` takes the pictures of docs/creators.md on the way.
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

from tests.pages.conftest import PHONE, Serving
from tests.pages.tellings import CATALOGUE, STILL
from tests.pages.test_ad_desk_pages import enter
from tests.pages.test_trading import KEYS, serious, stalls
from tests.worlds.creator_world import passed
from tests.worlds.trade_world import yuan

pytestmark = pytest.mark.browser
TAKEN = os.environ.get("LODESTONE_SCREENSHOTS_CREATORS") is not None
IMAGES = Path(__file__).parents[2] / "docs" / "images" / "creators"
PICTURES = {"offer-en", "draft-en", "review-zh", "settled-en", "money-en", "brief-zh"}
"""Those that docs/creators.md shows."""
SECONDS = (9.0, 12.0, 30.0, 1.0)
"""For how long four neighbours watch: the last of them too short to count."""
WORLD = {}
"""The world that is served and its event loop, where the community's clock is wound."""


@dataclass(frozen=True)
class Telling:
    """Who tells it, in which language and light."""

    lang: str
    light: str
    keeper: str
    creator: str
    words: dict

    def say(self, text, **fields):
        return CATALOGUE.words(self.lang).say(text, fields)

    @property
    def screen(self):
        return {"viewport": PHONE, "lang": self.lang, "light": self.light}


TELLINGS = [
    Telling("en", "light", "mei", "ann", {
        "brief": "Half a minute of our noodles at noon.\nThe pot, the steam, and what a bowl costs.",
        "ask": "We liked your film of the market. Would you?", "draft": "Noon at the pot: steam first, then the bowl.",
        "changes": "Please say what it costs, too.", "again": "The same, and at the end: fourteen yuan.", "film": "Noon at the pot",
    }),
    Telling("zh", "dark", "far", "bo", {
        "brief": "拍半分钟的明前茶。\n要有采茶、炒茶，最后说价钱。", "ask": "很喜欢你拍的茶山，愿意吗？",
        "draft": "清晨上山，一芽一叶，回来下锅。", "changes": "请把价钱也说上。", "again": "同上，结尾说：十四块一两。",
        "film": "一芽一叶",
    }),
]  # fmt: skip


async def hiring(world):
    """Open the stalls, let both shops advertise with money paid in, and let two creators take orders."""
    await stalls(world)
    for shop, name in (("soups", "阿梅粉店"), ("teas", "远山茶铺")):
        await world.put(f"/v1/advertisers/{shop}-ads", {"shop_id": shop, "name": name}, status=201)
        body = {"amount": yuan(500)}
        await world.ask("POST", f"/v1/advertisers/{shop}-ads/deposits", body, status=201)
    for person, name in (("ann", "安安"), ("bo", "阿波")):
        await world.put(f"/v1/people/{person}", {"name": name}, status=201)
        await world.put(f"/v1/creators/{person}", {"prices": {"cpm": yuan(100)}}, status=201)
        made = await world.ask("POST", f"/v1/creators/{person}/keys", status=201)
        KEYS[person] = made["key"]
    WORLD.update(world=world, loop=asyncio.get_running_loop())


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    server = Serving(tmp_path_factory.mktemp("home"), fill=hiring)
    server.start()
    assert server.ready.wait(120)
    yield server
    server.stop()


def there(work):
    """Do something where the world lives."""
    return asyncio.run_coroutine_threadsafe(work, WORLD["loop"]).result(120)


async def _watched(film, creator, neighbours):
    """Let neighbours watch a film that their feeds show, and its own creator too."""
    world = WORLD["world"]
    world.later(minutes=5)
    for person, seconds in zip(neighbours, SECONDS, strict=True):
        feed = await world.feed(person)
        slot = next(slot for slot in feed["slots"] if slot["item_id"] == film)
        await world.events(
            world.event("impression", slot, person, visible_seconds=seconds),
            world.event("watch", slot, person, watch_seconds=seconds),
        )
    await world.events(world.event("watch", None, creator, item_id=film, watch_seconds=20.0))


def show(page, name, telling):
    """Take a picture for docs/creators.md, when pictures are asked for."""
    path = IMAGES / f"{name}-{telling.lang}.png"
    if not TAKEN or path.stem not in PICTURES:
        return
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.wait_for_function(STILL)
    IMAGES.mkdir(exist_ok=True)
    picture = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    picture.quantize(128).save(path, optimize=True)


def send(page, telling, button):
    """Press a button that sends a form, and read what came of it."""
    page.get_by_role("button", name=telling.say(button), exact=True).click()
    status = page.get_by_role("status")
    expect(status).to_be_visible()
    assert serious(page) == []
    return status.inner_text()


def unfold(page, telling, name):
    page.locator("summary", has_text=telling.say(name)).click()


def come_back(page, telling, who, address):
    """Open a page again after days: the login has ended, the form leads on to where one wanted to go."""
    page.goto(address)
    page.locator("#key").fill(KEYS[who])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)


@pytest.mark.parametrize("telling", TELLINGS, ids=["en", "zh"])
def test_a_shop_orders_a_film_a_creator_makes_it_and_both_read_the_same_settlement(
    visit, serving, telling
):
    words = telling.words
    shop = enter(visit, serving, "advertiser", telling.keeper, **telling.screen)
    creator = enter(visit, serving, "creator", telling.creator, **telling.screen)
    briefed(shop, serving, telling)
    shop.locator("#creator").fill(telling.creator)
    shop.locator("#text").fill(words["ask"])
    assert send(shop, telling, "Make the offer") == telling.say("The offer is made. The creator answers it.")  # fmt: skip

    creator.reload()
    creator.locator(".order-row a").first.click()
    expect(creator.locator(".now")).to_contain_text(telling.say("Without an answer the offer ends and nothing is owed."))  # fmt: skip
    show(creator, "offer", telling)
    assert send(creator, telling, "Accept") == telling.say("Accepted. The money is set aside for you.")  # fmt: skip
    order = re.search(r"order=(\w+)", creator.url).group(1)
    creator.locator("#draft").fill(words["draft"])
    send(creator, telling, "Hand the draft in")

    address = f"{serving.base}/advertiser/order?order={order}"
    shop.goto(address)
    expect(shop.locator(".written", has_text=words["draft"]).first).to_be_visible()
    unfold(shop, telling, "Ask for changes")
    shop.locator("#changes").fill(words["changes"])
    send(shop, telling, "Send it to the creator")
    creator.reload()
    expect(creator.locator(".steps")).to_contain_text(words["changes"])
    # What the page said of the draft before holds no more.
    expect(creator.get_by_role("status")).to_have_count(0)
    creator.locator("#draft").fill(words["again"])
    show(creator, "draft", telling)
    send(creator, telling, "Hand the draft in")
    shop.goto(address)
    show(shop, "review", telling)
    assert send(shop, telling, "Approve the draft") == telling.say("The draft is approved. The creator may publish.")  # fmt: skip

    film = f"film-{telling.creator}"
    post = {"kind": "video", "author_id": telling.creator, "text": words["film"]}
    serving.put(f"/v1/items/{film}", post)
    creator.reload()
    creator.locator("#item").select_option(film)
    send(creator, telling, "Name the post")
    first = 8 * TELLINGS.index(telling)
    there(_watched(film, telling.creator, [f"v{first + n}" for n in range(len(SECONDS))]))
    there(passed(WORLD["world"], days=9))
    there(passed(WORLD["world"], days=8))

    settled = serving.ask(f"/v1/assignments/{order}")
    assert settled["stage"] == "settled"
    assert (settled["counted"]["shown"], settled["counted"]["settled"]) == (5, 3)
    assert settled["money"]["measured"] == yuan(1.5)
    come_back(creator, telling, telling.creator, f"{serving.base}/creator/order?order={order}")
    come_back(shop, telling, telling.keeper, address)
    for page, side in ((creator, "settled"), (shop, "paid")):
        read_settlement(page, telling)
        show(page, side, telling)
    read_statements(creator, shop, serving, telling)


def read_statements(creator, shop, serving, telling):
    """Read what was earned and what came back, line by line, and go from a line to its order."""
    creator.goto(f"{serving.base}/creator/money")
    expect(creator.locator("h1")).to_have_text(telling.say("{amount} is earned and not paid out yet", amount="¥1.50"))  # fmt: skip
    show(creator, "money", telling)
    creator.get_by_role("link", name=telling.say("Earned"), exact=True).click()
    expect(creator.locator(".order-head").first).to_contain_text(telling.say("settled"))
    shop.goto(f"{serving.base}/advertiser/money")
    expect(shop.locator(".statement")).to_contain_text(telling.say("Given back by a creator's order"))  # fmt: skip


def briefed(shop, serving, telling):
    """Write a brief that pays by plays, and come to its page."""
    shop.goto(f"{serving.base}/advertiser/briefs/new")
    shop.locator("#text").fill(telling.words["brief"])
    shop.locator("#kind").select_option("cpm")
    for field, amount in (("price", "500"), ("floor", "1"), ("cap", "20")):
        shop.locator(f"#{field}").fill(amount)
    show(shop, "brief", telling)
    assert serious(shop) == []
    send(shop, telling, "Make the brief")


def read_settlement(page, telling):
    """Read both numbers, why they differ, and where the money went."""
    counted = page.locator(".counted")
    for row, figures in (
        ("Plays as shown", ["5", "5"]), ("came of no feed of ours", ["−1", "−1"]), ("too short", ["−1", "−1"]),
        ("Plays as settled", ["3", "3"]), ("Comes to", ["¥1.50", "¥1.50"]),
    ):  # fmt: skip
        line = counted.get_by_role("row", name=telling.say(row))
        assert line.locator("td").all_inner_texts() == figures
    money = page.locator("section", has=page.locator("#where-title"))
    expect(money).to_contain_text("¥20.00")
    expect(money).to_contain_text("¥18.50")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert serious(page) == []
