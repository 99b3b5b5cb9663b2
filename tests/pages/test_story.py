"""The story whole, in real Chromium, on a phone and at a desk, in English and Chinese: a newcomer, a shop, an operator.

`LODESTONE_STORY=pictures` takes the pictures of docs/story.md on the way.
"""

import csv
import re
import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.pages.conftest import CURRENT, Serving, sent, shown
from tests.pages.tellings import TELLINGS
from tests.worlds.qr_pictures import camera_file, qr_picture
from tests.worlds.story_town import (
    AUTHOR,
    CLERK,
    COMMUNITY,
    EASY_MONEY,
    FIRST,
    KEYS,
    POST,
    PRODUCT,
    SHOP,
    WHY,
    settle_story,
)

pytestmark = pytest.mark.browser
NAMES = {"en": ("Long Xuemei", "Old Town Long's Noodle Shop", "A bowl of mutton noodles"),
         "zh": ("龙雪梅", "老城龙家粉店", "羊肉粉一碗")}  # fmt: skip
ANSWER = "留着呢，十点半前来都是热的。"


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    town = Serving(tmp_path_factory.mktemp("home"), fill=settle_story, given=COMMUNITY)
    town.start()
    assert town.ready.wait(120)
    yield town
    town.stop()


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """What the camera plays; written before it is switched on."""
    return tmp_path_factory.mktemp("camera") / "seen.y4m"


@pytest.fixture(scope="module")
def chromium(film):
    """Start a browser whose camera plays a film."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    flags = [
        "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


@pytest.fixture(params=TELLINGS, ids=[f"{story.device}-{story.lang}" for story in TELLINGS])
def telling(request):
    return request.param


def dialog(page, name):
    return page.get_by_role("dialog", name=name, exact=True)


def at_desk(visit, serving, telling, person):
    """Log in to the noodle shop's desk."""
    page = visit("/merchant", person=None, wait=False, **telling.screen)
    page.locator("#key").fill(KEYS[person])
    page.locator("button[type=submit]").click()
    page.locator("h1.answer").wait_for()
    return page


def test_a_newcomer_reads_follows_finds_buys_is_redeemed_and_comes_back_through_every_step(
    visit, serving, film, telling
):
    author, shop, bowl = NAMES[telling.lang]
    page = visit(f"/p/{POST}", person=f"new{telling.number}", **telling.screen)
    expect(page.locator(CURRENT)).to_contain_text(telling.of(FIRST))
    telling.show(page, "01-post")
    read(page, telling)
    follow(page, serving, telling, author)
    find(page, telling, shop)
    code = buy(page, serving, telling, bowl)
    scanned(visit, serving, film, telling, code, bowl)
    order = dialog(page, telling.say("Your order"))
    expect(order.locator(".sentence")).to_have_text(telling.say("Done. Nothing more to do."))
    telling.show(page, "10-done")
    come_back(page, serving, telling, author, shop)


def read(page, telling):
    """Open the thread of the post: a question, its author's own answer, two more."""
    page.locator(f"{CURRENT} .comments-button").click()
    thread = page.get_by_role("dialog", name=telling.say("Comments"))
    answer = thread.locator(".comment", has_text=ANSWER).last
    expect(answer).to_contain_text(telling.say("Author"))
    assert thread.locator(".comment").count() == 4
    telling.show(page, "02-thread")


def follow(page, serving, telling, author):
    """Go to the author by the name above the answer, and follow her."""
    page.locator(".comment", has_text=ANSWER).last.get_by_role("link", name=author).click()
    person = page.locator(f".person-page[data-person={AUTHOR}]")
    expect(person.locator(".person-name")).to_have_text(author)
    before = int(re.search(r"\d+", person.locator(".person-counts").inner_text()).group())
    person.get_by_role("button", name=telling.say("Follow"), exact=True).click()
    now = telling.count("{n} follower", "{n} followers", before + 1)
    expect(person.locator(".person-counts")).to_contain_text(now)
    counts = person.locator(".person-counts").bounding_box()
    toast = page.locator("#toast").bounding_box()
    assert (
        toast is None or toast["y"] > counts["y"] + counts["height"]
    )  # it covers not what it is about
    if telling.device == "desk":
        follower = telling.count("follows {n} person", "follows {n} people", 1)
        expect(page.locator("#aside-who")).to_contain_text(follower)
    telling.show(page, "03-author")
    sent(page)
    assert AUTHOR in serving.ask(f"/v1/people/{page.person}/follows")["data"]


def find(page, telling, shop):
    """Find the author's shop on the map by a part of its name, and see it."""
    page.locator(".tab[data-tab=nearby]").click()
    page.locator(".map .spot").first.wait_for()
    page.locator("#nearby-search").fill("Noodle" if telling.lang == "en" else "粉店")
    row = page.locator(f".nearby-list .choice[data-key='shop-{SHOP}']")
    expect(row).to_contain_text(shop)
    first = page.locator(".nearby-list .choice").first
    expect(first).to_have_attribute("data-key", f"shop-{SHOP}")  # before its posts, as far away
    telling.show(page, "04-search")
    row.click()
    card = page.locator(".map-card")
    card.get_by_text(shop, exact=True).wait_for()
    telling.show(page, "05-map")
    card.get_by_role("button", name=telling.say("See the shop")).click()
    dialog(page, telling.say("Shop")).get_by_role("heading", name=shop).wait_for()
    telling.show(page, "06-shop")


def buy(page, serving, telling, bowl):
    """Buy a bowl on the spot to be redeemed in the shop, pay, and return the voucher's code."""
    dialog(page, telling.say("Shop")).get_by_role("button", name=re.compile(bowl)).click()
    sheet = dialog(page, telling.say("Buy on the spot"))
    sheet.get_by_role("radio", name=telling.say("Redeem in the shop")).check()
    expect(sheet.locator(".buy-foot")).to_contain_text("¥14")
    telling.show(page, "07-buy")
    sheet.locator(".buy-foot .button").click()
    order = dialog(page, telling.say("Your order"))
    order.locator(".button.main").click()
    order.locator(".qr").wait_for()
    assert re.fullmatch(r"/order/ord_\w+", page.url.removeprefix(serving.base))
    telling.show(page, "08-voucher")
    return order.locator(".voucher-code").inner_text()


def scanned(visit, serving, film, telling, code, bowl):
    """Hold the voucher before the camera of the shop's desk, and redeem it."""
    camera_file(film, qr_picture(code, scale=7, turned=8))
    desk = at_desk(visit, serving, telling, CLERK)
    desk.evaluate("delete globalThis.BarcodeDetector")
    desk.get_by_role("button", name=telling.say("Scan with the camera")).click()
    desk.locator("#redeem").wait_for()
    assert desk.locator("#redeem input[name=code]").input_value() == code
    telling.show(desk, "09-scanned")
    desk.locator("#redeem button[type=submit]").click()
    expect(desk.locator(".note.good")).to_contain_text(bowl)


def come_back(page, serving, telling, author, shop):
    """Go Back through every step, to the post that was shared."""
    steps = [
        (f"/shop/{SHOP}", dialog(page, telling.say("Shop")).get_by_role("heading", name=shop)),
        ("/nearby", page.locator(".map .spot").first),
        (f"/person/{AUTHOR}", page.locator(".person-name", has_text=author)),
        (f"/p/{POST}/comments", page.locator(".comment", has_text=ANSWER).last),
        (f"/p/{POST}", page.locator(CURRENT)),
    ]
    for path, there in steps:
        page.go_back()
        expect(page).to_have_url(f"{serving.base}{path}")
        expect(there).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert shown(page) == POST


def test_the_shop_edits_a_price_and_takes_its_statement_along(visit, serving, telling):
    desk = at_desk(visit, serving, telling, AUTHOR)
    desk.goto(f"{serving.base}/merchant/product?product={PRODUCT}")
    before = float(desk.locator("#price-0").input_value())
    desk.locator("#price-0").fill(f"{before + 1:.2f}")
    telling.show(desk, "11-price")
    desk.locator("#price-0").press("Enter")
    expect(desk.locator(".note.good")).to_contain_text(telling.say("It is saved."))
    variant = serving.ask(f"/v1/products/{PRODUCT}")["variants"][0]
    assert variant["price"]["micros"] == (before + 1) * 1_000_000

    desk.goto(f"{serving.base}/merchant/statement?shop={SHOP}")
    expect(desk.locator("h1.answer")).to_contain_text("¥")
    expect(desk.locator(".part[aria-current]")).to_be_in_viewport(ratio=1)
    telling.show(desk, "12-statement")
    with desk.expect_download() as saved:
        name = telling.say("{what} as CSV", what=telling.say("Statement"))
        desk.get_by_role("link", name=name).click()
    rows = list(csv.reader(saved.value.path().read_text().splitlines()))
    assert len(rows) > 5
    assert rows[0][0]


def at_operator(visit, serving, telling, path):
    """Log in to the operator's window."""
    page = visit(path, person=None, wait=False, **telling.screen)
    page.get_by_role("textbox").fill(serving.key)
    page.get_by_role("button").first.click()
    page.wait_for_url(f"**{path}")
    return page


def reported(serving, telling):
    """Let somebody post what three neighbours report; return its id."""
    post = f"easy{telling.number}"
    serving.put(f"/v1/items/{post}", {"kind": "text", "author_id": "n7", **EASY_MONEY.as_text()})
    now = serving.ask("/v1/communities/c")["now"]
    reasons = (("n1", "fraud"), ("n2", "spam"), ("n3", "fraud"))
    events = [
        {"id": f"{post}-{who}", "type": "report", "time": now, "person_id": who, "item_id": post, "reason": why}
        for who, why in reasons
    ]  # fmt: skip
    serving.post("/v1/events", {"events": events})
    return post


def test_the_operator_warns_of_a_reported_post_and_publishes_a_gini_target_after_a_dry_run(
    visit, serving, telling
):
    post = reported(serving, telling)
    page = at_operator(visit, serving, telling, "/operator/reports")
    review = page.locator(f".review:has([href='/operator/items/{post}'])")
    expect(review).to_contain_text(EASY_MONEY.zh)  # a moderator reads the author's own words
    expect(review).to_contain_text(telling.count("{n} person reported it", "{n} people reported it", 3))  # fmt: skip
    review.locator("[data-act=warn] summary").click()
    telling.show(page, "13-report")
    review.locator("[data-act=warn] button").click()
    page.wait_for_url("**done=warn*")
    assert serving.ask(f"/v1/items/{post}")["ruling"] == "warn"

    if serving.ask("/v1/policy")["version"] > 1:  # as it was before the telling before this one
        serving.post("/v1/policy/rollback", {"version": 1})
    page.goto(f"{serving.base}/operator/policy")
    page.locator("#promise-gini-target").fill("0.45")
    page.locator("#worth-like").fill("0.5")
    page.get_by_role("button", name=telling.say("Try it on the last day")).click()
    page.wait_for_url("**trial=**")
    page.locator("#trial[data-ended]").wait_for(timeout=60_000)
    version = serving.ask("/v1/policy")["version"]
    telling.show(page, "14-dry-run")
    page.locator("#reason").fill(telling.of(WHY))
    page.get_by_role("button", name=telling.say("Publish"), exact=True).click()
    page.wait_for_url("**published=*")
    expect(page.get_by_role("status")).to_contain_text(str(version + 1))
    telling.show(page, "15-published")
    policy = serving.ask("/v1/policy")
    gini = next(promise for promise in policy["policy"]["promises"] if promise["id"] == "gini")
    assert (policy["version"], gini["target"]) == (version + 1, 0.45)
