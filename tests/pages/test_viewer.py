"""The viewer's page in a real browser, before a real server: what a person does, and what the engine knows of it."""

import json
import re

import httpx
import pytest

from tests.pages.conftest import CURRENT, DESK, PHONE, after, focus, sent, shown

pytestmark = pytest.mark.browser
_DAYS = "() => Object.keys(localStorage).filter((n) => n.startsWith('lodestone.events.'))"


def test_a_newcomer_reads_what_it_is_looks_swipes_likes_follows_and_the_engine_knows(
    visit, serving
):
    page = visit(met=False)
    page.locator("#intro", has_text="can say why").wait_for()
    page.get_by_role("button", name="Start looking").click()
    first = shown(page)
    page.wait_for_timeout(400)

    page.mouse.move(195, 300)
    page.mouse.wheel(0, 700)
    second = after(page, first)
    page.locator(CURRENT).get_by_role("button", name=re.compile("^Like")).click()
    follow = page.locator(CURRENT).get_by_role("button", name=re.compile("^Follow"))
    author = page.locator(CURRENT).get_attribute("data-author")
    was = follow.get_attribute("aria-pressed")
    follow.click()
    page.wait_for_timeout(400)
    page.locator(CURRENT).get_by_role("button", name="Next").click()
    third = after(page, second)
    sent(page)

    seen = [item for item, receipt, _ in serving.facts(page.person, "impression") if receipt]
    assert {first, second} <= set(seen)
    assert len(seen) == len(set(seen))
    assert all(ms >= 300 for _, _, ms in serving.facts(page.person, "impression"))
    assert second in [item for item, _, _ in serving.facts(page.person, "like")]
    follows = serving.ask(f"/v1/people/{page.person}/follows")["data"]
    assert (author in follows) == (was == "false")
    assert third not in (first, second)


def test_a_like_taken_back_and_given_again_holds(visit, serving):
    page = visit()
    item = shown(page)
    like = page.locator(CURRENT).get_by_role("button", name=re.compile("^Like"))

    for _ in range(3):
        like.click()
        sent(page)

    assert like.get_attribute("aria-pressed") == "true"
    assert serving.ask(f"/v1/items/{item}")["counters"]["like"] >= 1
    page.reload()
    page.wait_for_selector(CURRENT)
    kinds = [kind for kind in ("like", "unlike") for _ in serving.facts(page.person, kind)]
    assert kinds == ["like", "like", "unlike"]


def test_watching_is_told_as_it_grows_and_a_pause_stops_it(visit, serving):
    page, begun = visit(), 0.0  # by the page's own clock, at the latest when the post came up
    for _ in range(12):
        if page.locator(".kind-video:not([inert])").count():
            break
        item = shown(page)
        begun = page.evaluate("performance.now()")
        page.keyboard.press("ArrowDown")
        after(page, item)
    item = shown(page)
    page.wait_for_timeout(1200)
    page.keyboard.press(" ")
    page.locator(".paused").wait_for()
    played = page.evaluate("performance.now()") - begun
    page.wait_for_timeout(1500)
    page.keyboard.press("ArrowDown")
    after(page, item)
    sent(page)

    watched = [ms for one, _, ms in serving.facts(page.person, "watch") if one == item]
    looked = [ms for one, _, ms in serving.facts(page.person, "impression") if one == item]
    assert 1000 <= max(watched) <= played
    assert looked[0] - max(watched) >= 1000


def test_what_is_hidden_reported_or_not_wanted_does_not_come_again(visit, serving):
    page = visit()
    gone = []
    for choice in ("Not interested", "Hide it", "Report it"):
        gone.append(shown(page))
        page.locator(CURRENT).get_by_role("button", name="More").click()
        page.get_by_role("button", name=choice).click()
        if choice == "Report it":
            page.locator("dialog .choice").first.click()  # the reason
        after(page, gone[-1])
    sent(page)

    told = [serving.facts(page.person, kind)[0][0] for kind in ("not_interested", "hide", "report")]
    assert told == gone
    page.reload()
    page.wait_for_selector(CURRENT)
    left = {one.get_attribute("data-item") for one in page.locator(".post[data-item]").all()}
    assert not left & set(gone)


def test_why_this_tells_in_words_what_the_receipt_holds(visit, serving):
    page = visit()
    page.locator(CURRENT).get_by_role("button", name="Why this?").click()
    sheet = page.get_by_role("dialog", name="Why this?")
    sheet.locator(".sentence").wait_for()

    assert re.search(r"\.$", sheet.locator(".sentence").inner_text())
    assert sheet.locator(".piece").count() >= 3
    assert "Nobody paid for this place." in sheet.inner_text()
    assert "The best that was not shown" in sheet.inner_text()
    sheet.get_by_text("All figures").click()
    rcp = sheet.locator("code").inner_text()
    receipt = serving.ask(f"/v1/receipts/{rcp}")
    shown_value = sheet.get_by_role("heading", name=re.compile("thousand showings")).inner_text()
    # Micros an impression are thousandths of the currency a thousand impressions.
    assert f"{receipt['slate'][0]['value'] / 1000:.3g}" in shown_value
    assert "the same to the bit" in sheet.inner_text()
    page.keyboard.press("Escape")
    assert sheet.count() == 0
    assert page.evaluate("document.activeElement.innerText") == "Why this?"


def test_looking_through_somebody_elses_eyes_brings_their_feed_and_their_events(visit, serving):
    page = visit()
    page.get_by_role("button", name=re.compile("My page")).click()
    page.get_by_role("button", name="Look as somebody else").locator("visible=true").click()
    page.get_by_label("Name or trade").fill("作者5")
    page.get_by_role("button", name=re.compile("作者5")).click()
    page.locator("#toast", has_text="You look as 作者5 now").wait_for()
    page.wait_for_selector(CURRENT)
    item = shown(page)
    page.wait_for_timeout(400)
    page.keyboard.press("ArrowDown")
    after(page, item)
    sent(page)

    assert item in [one for one, _, _ in serving.facts("a5", "impression")]
    page.reload()
    page.wait_for_selector(CURRENT)
    assert page.locator("#who-name").inner_text() == "作者5"


def test_the_map_shows_posts_as_dots_and_shops_as_squares_and_leads_to_the_post(visit):
    page = visit("/?tab=nearby", reduced=True)
    page.locator(".map .spot").first.wait_for()
    assert page.locator(".scale").inner_text() == "5 km"
    assert page.locator(".ring-word").inner_text() == "10 km"
    while not page.get_by_role("button", name="Closer").is_disabled():
        page.get_by_role("button", name="Closer").click()

    assert page.locator(".map .spot.of-shop").count() == 3
    page.locator(".map .spot.of-shop").first.press("Enter")
    assert "家粉店" in page.locator(".map-card").inner_text()
    page.keyboard.press("Escape")
    page.locator(".map .spot.of-post").first.press("Enter")
    page.get_by_role("button", name="See it").click()
    page.wait_for_function("() => !document.getElementById('feed').inert")
    assert page.locator(CURRENT).count() == 1


def test_a_post_that_the_map_covers_is_not_looked_at(visit, serving):
    page = visit("/?tab=nearby")
    page.locator(".map .spot").first.wait_for()
    page.wait_for_timeout(800)
    page.evaluate("dispatchEvent(new Event('pagehide'))")

    assert serving.facts(page.person, "impression") == []


@pytest.mark.parametrize("how", ["unsent", "unanswered"])
def test_impressions_survive_a_reload_and_count_once(visit, serving, how):
    page = visit(expect=["ERR_FAILED", "net::", "Failed to load"])
    holding = {"on": True}

    def answer(route):
        if holding["on"]:
            if how == "unanswered":
                route.fetch()  # the engine takes them, the page never hears of it
            route.abort()
        else:
            route.continue_()

    page.route("**/v1/events", answer)
    seen = []
    for _ in range(4):
        seen.append(shown(page))
        page.wait_for_timeout(500)
        page.keyboard.press("ArrowDown")
        after(page, seen[-1])
    page.get_by_text("Not connected; what you do is kept").wait_for()
    assert len(page.evaluate(_DAYS)) >= 4
    page.reload()
    page.wait_for_selector(CURRENT)
    holding["on"] = False
    page.evaluate("dispatchEvent(new Event('online'))")
    sent(page)

    told = [item for item, receipt, _ in serving.facts(page.person, "impression") if receipt]
    assert [told.count(item) for item in seen] == [1, 1, 1, 1]


def test_with_the_keyboard_alone_one_does_all_of_it(visit, serving):
    page = visit(viewport=DESK)
    item = shown(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("l")
    page.locator(f"{CURRENT} .like[aria-pressed=true]").wait_for()
    page.keyboard.press("w")
    page.locator("dialog .sentence").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    page.get_by_role("dialog", name="This post").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    second = after(page, item)
    page.keyboard.press("k")
    assert after(page, second) == item
    tab = page.locator(".tab[data-tab=channels]")
    focus(tab)
    page.keyboard.press("Enter")
    page.locator(".chip").first.wait_for()
    assert page.locator(".tab[data-tab=channels]").get_attribute("aria-current") == "page"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    sent(page)

    assert outline == "solid"
    assert item in [one for one, _, _ in serving.facts(page.person, "like")]


def test_it_speaks_both_languages_and_remembers_which(visit):
    page = visit("/?lang=zh")
    assert page.locator("html").get_attribute("lang") == "zh"
    assert page.locator(".tab").all_inner_texts() == ["发现", "附近", "频道", "同行", "关注"]
    page.keyboard.press("w")
    page.get_by_role("dialog", name="为什么是它").locator(".sentence").wait_for()
    text = page.locator("dialog").inner_text()
    assert "没有人为这个位置付钱。" in text
    assert re.search(r"。$", page.locator(".sentence").inner_text())
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: "/why" not in url)  # closing is a step back
    page.goto(page.url.split("?")[0])
    page.wait_for_selector(CURRENT)
    assert page.locator("html").get_attribute("lang") == "zh"


def test_channels_are_joined_and_left_and_the_trade_has_its_own_feed(visit, serving):
    page = visit("/?tab=channels")
    page.locator(".chip", has_text="手上功夫").click()
    page.get_by_text("Nothing new in this channel").wait_for()
    page.get_by_role("button", name=re.compile("^Join: 手上功夫")).click()
    page.locator("#toast", has_text="You have joined 手上功夫").wait_for()
    assert serving.ask("/v1/domains/craft/members")["data"] == [page.person]
    page.get_by_role("button", name=re.compile("^Joined: 手上功夫")).click()
    page.locator("#toast", has_text="You have left 手上功夫").wait_for()
    assert serving.ask("/v1/domains/craft/members")["data"] == []
    page.locator(".tab[data-tab=trade]").click()
    page.wait_for_selector(CURRENT)
    assert page.locator(".strip-name").first.inner_text() == "厨师"


EMPTY = [
    ("kid", "nearby", "Not for children's accounts"),
    ("kid", "trade", "Your trade is not known"),
    ("kid", "following", "Nothing from those you follow"),
    ("a10", "nearby", "Where you are is not known"),
]


@pytest.mark.parametrize(("person", "tab", "text"), EMPTY)
def test_a_feed_with_nothing_says_so_and_what_fills_it(visit, person, tab, text):
    page = visit(f"/?tab={tab}", person=person, wait=False)
    page.get_by_role("heading", name=text).wait_for()


def test_an_engine_that_does_not_answer_is_told_in_words_and_asked_again(visit):
    page = visit(person="a11", expect=["ERR_FAILED", "Failed to load"])
    page.route("**/v1/page/feed", lambda route: route.abort())
    page.locator(".tab[data-tab=following]").click()
    trouble = page.get_by_role("alert")
    trouble.get_by_role("heading", name="The feed did not come").wait_for()
    assert "Nothing is lost" in trouble.inner_text()
    page.unroute("**/v1/page/feed")
    trouble.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="Nothing from those you follow").wait_for()


def test_who_wants_no_motion_sees_none(visit):
    page = visit(reduced=True)
    moving = page.evaluate(
        "document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 1).length"
    )

    assert moving == 0


def test_the_light_is_the_readers_choice_and_kept(visit):
    page = visit(light="light")
    ground = "getComputedStyle(document.body.querySelector('dialog') ?? document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(251, 250, 247)"
    page.get_by_role("button", name="Settings and help").click()
    page.get_by_label("Light").select_option("dark")
    page.keyboard.press("Escape")
    page.wait_for_url(lambda url: not url.endswith("/settings"))  # closing is a step back
    page.reload()
    page.wait_for_selector(CURRENT)
    assert (
        page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        == "rgb(18, 21, 27)"
    )


def test_an_apps_session_opens_the_page_and_leaves_no_trace_in_the_address(visit, serving):
    key = {"Authorization": f"Bearer {serving.key}"}
    made = httpx.post(f"{serving.base}/v1/sessions", json={"viewer": "v59"}, headers=key).json()
    page = visit(f"/#token={made['token']}", person=None)

    assert page.url == f"{serving.base}/"
    assert page.locator("#who-name").inner_text() == "居民59"
    store = json.loads(page.evaluate("JSON.stringify({...localStorage})"))
    assert made["token"] not in json.dumps(store)
    assert "lsk_" not in page.content()


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_is_wider_than_the_window(visit, viewport):
    for tab in ("discover", "nearby", "channels", "trade", "following"):
        page = visit(f"/?tab={tab}", viewport=viewport)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
