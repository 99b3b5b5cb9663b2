"""Passing on and thinking better of it: what the viewer does, and what the engine knows of it afterwards."""

import re

import pytest

from tests.pages.conftest import CURRENT, DESK, PHONE, after, sent, shown

pytestmark = pytest.mark.browser
SHARES = "(navigator.share = (what) => (window.shared = what, Promise.resolve()), 0)"
REFUSES = "(navigator.share = () => Promise.reject(new DOMException('no', 'AbortError')), 0)"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined })"


def told(serving, page, kind):
    return [(item, bool(receipt)) for item, receipt, _ in serving.facts(page.person, kind)]


def button(page, name):
    return page.locator(CURRENT).get_by_role("button", name=re.compile(name))


def toast(page, text):
    page.locator("#toast", has_text=text).wait_for()


def test_without_a_sheet_of_the_device_the_link_is_copied_and_opens_with_that_post_first(
    visit, serving
):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    item = shown(page)
    button(page, "^Share").click()
    toast(page, "Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    sent(page)

    assert link == f"{serving.base}/p/{item}"
    assert told(serving, page, "share") == [(item, True)]
    assert button(page, "^Share").get_attribute("aria-label") == "Share, 1 so far"

    other = visit(link.removeprefix(serving.base))
    assert shown(other) == item
    assert "Shared with you" in other.locator(CURRENT).inner_text()
    button(other, "Why this").click()
    other.get_by_text("Nothing was weighed to show it, so there is no receipt.").wait_for()
    other.keyboard.press("Escape")
    button(other, "^Like").click()
    other.wait_for_timeout(400)
    other.keyboard.press("ArrowDown")
    after(other, item)
    sent(other)

    assert told(serving, other, "like") == [(item, False)]
    # No decision showed it: there is no slot to speak of, and a page speaks of nothing else.
    assert (item, False) not in told(serving, other, "impression")
    assert other.locator(f'[data-item="{item}"]').count() == 1


def test_the_devices_own_sheet_is_used_and_told_of_once_it_is_done(visit, serving):
    page = visit()
    page.evaluate(SHARES)
    item = shown(page)
    page.keyboard.press("s")
    toast(page, "Shared")
    page.keyboard.press("s")
    sent(page)

    assert page.evaluate("shared.url") == f"{serving.base}/p/{item}"
    assert told(serving, page, "share") == [(item, True), (item, False)]


@pytest.mark.parametrize("how", ["refused", "closed"])
def test_who_thinks_better_of_it_has_passed_nothing_on(visit, serving, how):
    page = visit()
    page.evaluate(REFUSES if how == "refused" else NO_CLIPBOARD)
    before = button(page, "^Share").get_attribute("aria-label")
    page.keyboard.press("s")
    if how == "closed":
        page.get_by_role("dialog", name="Share").wait_for()
        page.keyboard.press("Escape")
    toast(page, "Not passed on")
    sent(page)

    assert told(serving, page, "share") == []
    assert button(page, "^Share").get_attribute("aria-label") == before


def test_without_a_clipboard_the_link_is_copied_by_hand(visit, serving):
    page = visit()
    page.evaluate(NO_CLIPBOARD)
    item = shown(page)
    page.keyboard.press("s")
    field = page.get_by_label("The link to this post")
    assert field.input_value() == f"{serving.base}/p/{item}"
    field.press("Control+c")
    toast(page, "Link copied")
    sent(page)

    assert told(serving, page, "share") == [(item, True)]


def test_a_link_to_a_post_that_is_gone_says_so_and_leads_on(visit):
    page = visit("/?post=never", expect=["404"], wait=False)
    page.get_by_role("heading", name="This post is not here any more").wait_for()
    page.get_by_role("button", name="Go to Discover").click()
    page.wait_for_selector(CURRENT)

    assert shown(page)


@pytest.mark.parametrize("choice", ["Not interested", "Hide it", "Report it"])
def test_a_post_sent_away_by_mistake_comes_back_with_one_key(visit, serving, choice):
    page = visit()
    item = shown(page)
    page.keyboard.press("m")
    page.get_by_role("button", name=choice).click()
    if choice == "Report it":
        page.get_by_role("button", name="Fraud").click()
    after(page, item)
    page.keyboard.press("z")
    page.wait_for_function(
        "item => document.querySelector('.post[data-item]:not([inert])')?.dataset.item === item",
        arg=item,
    )
    sent(page)

    kind = {"Not interested": "not_interested", "Hide it": "hide", "Report it": "report"}[choice]
    assert told(serving, page, kind) == []


def test_what_waits_for_a_second_thought_survives_a_reload(visit, serving):
    page = visit()
    item = shown(page)
    page.keyboard.press("m")
    page.get_by_role("button", name="Hide it").click()
    after(page, item)
    page.evaluate("addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true)")
    page.reload()
    page.wait_for_selector(CURRENT)
    sent(page)

    assert told(serving, page, "hide") == [(item, True)]


def test_a_report_says_why_in_the_word_that_was_chosen(visit, serving):
    page = visit(lang="zh")
    item = shown(page)
    page.keyboard.press("m")
    page.get_by_role("button", name="举报").click()
    page.get_by_role("button", name="诈骗").click()
    after(page, item)
    sent(page)

    facts = serving.ask(f"/v1/people/{page.person}/export")["facts"]
    reports = [(one["item_id"], one["reason"]) for one in facts if one["type"] == "report"]
    assert reports == [(item, "fraud")]


@pytest.mark.parametrize("viewport", [PHONE, DESK, {"width": 360, "height": 600}])
def test_every_button_stands_within_the_post_and_is_large_enough_to_touch(visit, viewport):
    page = visit(viewport=viewport, lang="zh")
    frame = page.locator(CURRENT).bounding_box()
    for one in page.locator(f"{CURRENT} .rail-button:visible").all():
        box = one.bounding_box()
        assert box["y"] >= frame["y"] + 60, one.inner_text()  # the top row stands there
        assert box["y"] + box["height"] <= frame["y"] + frame["height"]
        assert min(box["width"], box["height"]) >= 44
    named = page.locator(f"{CURRENT} .rail-button[aria-label]:visible").all()
    names = [one.get_attribute("aria-label").split("，")[0] for one in named]
    assert names == ["点赞", "评论", "分享"]
