"""The comments of a post in a real browser: read, written, answered, kept through an outage, and told to the log once."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import CURRENT, DESK, PHONE, sent, shown
from tests.pages.test_viewer_access import violations

pytestmark = pytest.mark.browser
SIZES = [(360, 640), (390, 844), (768, 1024), (1366, 768), (844, 390)]
POSTS = itertools.count()
_WAITING = "Object.keys(localStorage).filter((name) => name.startsWith('lodestone.calls.'))"


def write(serving, item, name, author="v58", text="说得好", **more):
    body = {"author_id": author, "text": text, **more}
    serving.put(f"/v1/items/{item}/comments/{name}", body)


def post(serving):
    """Post something that nobody has commented on; return it and its author."""
    number = next(POSTS)
    author = f"a{number % 12}"
    body = {"kind": "text", "author_id": author, "text": "今天开门吗", "language": "zh"}
    serving.put(f"/v1/items/said{number}", body)
    return f"said{number}", author


def opened(page):
    """Open the comments of the post that is looked at; return the sheet."""
    page.locator(f"{CURRENT} .comments-button").click()
    return sheet(page)


def sheet(page):
    box = page.get_by_role("dialog", name=re.compile("^(Comments|评论)$"))
    box.locator(".composer").wait_for()
    return box


def say(box, text, button="Send"):
    box.locator("textarea").fill(text)
    box.get_by_role("button", name=button, exact=True).click()


def row(box, text):
    return box.locator(".comment:not(.pending)", has_text=text).first


def comments_of(serving, page):
    return [(item, bool(receipt)) for item, receipt, _ in serving.facts(page.person, "comment")]


def test_what_is_written_stands_there_and_the_log_hears_of_it_once(visit, serving):
    page = visit()
    item = shown(page)
    button = page.locator(f"{CURRENT} .comments-button")
    before = int(re.search("[0-9]+", button.get_attribute("aria-label")).group())
    box = opened(page)
    assert page.url == f"{serving.base}/p/{item}/comments"
    say(box, "First word")
    row(box, "First word").wait_for()
    say(box, "Second word")
    row(box, "Second word").wait_for()
    assert box.locator(".spoken").inner_text() == "Your comment is there"
    page.go_back()
    expect(box).to_have_count(0)
    assert button.get_attribute("aria-label") == f"Comments, {before + 1} so far"
    assert shown(page) == item

    listed = serving.ask(f"/v1/items/{item}/comments?order=newest")["data"]
    mine = [thread["comment"] for thread in listed]
    texts = [comment["text"] for comment in mine if comment["author_id"] == page.person]
    assert texts == ["Second word", "First word"]
    assert comments_of(serving, page) == [(item, True)]


def test_a_draft_survives_a_reload_and_is_gone_once_it_is_sent(visit, serving):
    page = visit()
    box = opened(page)
    box.locator("textarea").fill("Half a thou")
    page.reload()
    box = sheet(page)
    assert box.locator("textarea").input_value() == "Half a thou"
    say(box, "Half a thought, finished")
    row(box, "finished").wait_for()
    page.reload()
    box = sheet(page)

    assert box.locator("textarea").input_value() == ""
    row(box, "finished").wait_for()


@pytest.mark.parametrize("how", ["unsent", "unanswered"])
def test_what_is_written_without_a_connection_is_sent_later_and_once(visit, serving, how):
    item, _ = post(serving)
    page = visit(f"/p/{item}", expect=["ERR_FAILED", "net::", "Failed to load"])
    box = opened(page)
    box.get_by_role("heading", name="No comments yet").wait_for()
    lost = {"on": True}

    def answer(route):
        if route.request.method != "PUT" or not lost["on"]:
            route.continue_()
            return
        if how == "unanswered":
            route.fetch()  # the engine takes it, the page never hears of it
        route.abort()

    page.route("**/v1/page/posts/*/comments/*", answer)
    say(box, "Kept for later")
    box.get_by_text("Waiting to be sent").wait_for()
    page.reload()
    box = sheet(page)
    assert len(page.evaluate(_WAITING)) == 1
    lost["on"] = False
    page.evaluate("dispatchEvent(new Event('online'))")
    row(box, "Kept for later").wait_for()
    expect(box.locator(".comment", has_text="Kept for later")).to_have_count(1)
    assert page.evaluate(_WAITING) == []

    listed = serving.ask(f"/v1/items/{item}/comments")["data"]
    assert [thread["comment"]["text"] for thread in listed] == ["Kept for later"]
    assert comments_of(serving, page) == [(item, False)]


def test_replies_stand_below_the_authors_are_marked_and_names_lead_to_people(visit, serving):
    item, author = post(serving)
    page = visit(f"/p/{item}")
    write(serving, item, "q", "v58", "几点开门？")
    write(serving, item, "a", author, "@居民58 八点", in_reply_to="q", mentions=["v58"])
    box = opened(page)
    answer = box.locator(".replies .comment", has_text="八点")
    assert answer.locator(".tag").inner_text() == "Author"
    answer.get_by_role("button", name=re.compile("^Reply to")).click()
    field = box.locator("textarea")
    assert "Replying to 作者" in box.locator(".composer-answering").inner_text()
    assert field.input_value() == f"@作者{author[1:]} "
    expect(field).to_be_focused()
    field.press_sequentially("谢谢")
    field.press("Control+Enter")
    box.locator(".replies .comment:not(.pending)", has_text="谢谢").wait_for()
    below = serving.ask(f"/v1/items/{item}/comments/q/replies")["data"]
    assert [(reply["author_id"], reply["mentions"]) for reply in below] == [(author, ["v58"]), (page.person, [author])]  # fmt: skip
    answer.get_by_role("link", name="@居民58").click()
    page.locator(".person-page[data-person=v58]").wait_for()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_back()
    sheet(page)


def test_likes_reports_and_deleting_ones_own_with_the_keyboard_alone(visit, serving):
    item, _ = post(serving)
    write(serving, item, "q", "v58", "买一送一")
    page = visit(f"/p/{item}", viewport=DESK)
    page.keyboard.press("c")
    box = sheet(page)
    theirs = row(box, "买一送一")
    theirs.get_by_role("button", name="Like, 0 so far").press("Enter")
    theirs.get_by_role("button", name="Like, 1 so far").wait_for()
    theirs.get_by_role("button", name="More about this comment").press("Enter")
    assert "Here because" in theirs.locator(".comment-more").inner_text()
    theirs.get_by_label("Why do you report it?").select_option("spam")
    theirs.get_by_role("button", name="Report", exact=True).press("Enter")
    expect(theirs.locator(".comment-more")).to_be_hidden()
    assert box.locator(".spoken").inner_text() == "Reported. Thank you"
    box.locator("textarea").fill("Mine")
    box.locator("textarea").press("Control+Enter")
    mine = row(box, "Mine")
    mine.get_by_role("button", name="More about this comment").press("Enter")
    mine.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(mine.get_by_role("button", name="Delete for good")).to_be_focused()
    page.keyboard.press("Enter")
    expect(mine).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('.comment')?.dataset.comment") == "q"
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    sent(page)

    assert serving.ask(f"/v1/items/{item}/comments/q")["likes"] == 1
    listed = serving.ask(f"/v1/items/{item}/comments")["data"]
    assert [thread["comment"]["id"] for thread in listed] == ["q"]


def test_more_comments_and_more_replies_come_when_they_are_asked_for(visit, serving):
    item, _ = post(serving)
    page = visit(f"/p/{item}")
    for number in range(23):
        write(serving, item, f"c{number}", f"v{30 + number}", f"第{number}条")
    for number in range(5):
        write(serving, item, f"r{number}", "v57", f"回{number}", in_reply_to="c0")
    box = opened(page)
    box.get_by_role("button", name="Newest first").click()
    expect(box.locator(".thread > .comments > .comment")).to_have_count(20)
    box.get_by_role("button", name="Show more", exact=True).click()
    expect(box.locator(".thread > .comments > .comment")).to_have_count(23)
    assert page.evaluate("document.activeElement.closest('.comment').dataset.comment") == "c2"
    assert box.locator(".spoken").inner_text() == "3 more comments"
    box.get_by_role("button", name="Show 3 more replies").click()
    expect(box.locator(".replies .comment")).to_have_count(5)
    assert page.evaluate("document.activeElement.closest('.comment').dataset.comment") == "r2"


def test_an_answer_in_an_order_that_is_no_longer_asked_for_is_not_shown(visit, serving):
    item, _ = post(serving)
    page = visit(f"/p/{item}")
    for number in range(23):
        write(serving, item, f"late{number}", f"v{30 + number}", f"第{number}条")
    first = []

    def wait(route):
        first.append(route)

    page.route("**/comments?order=worth**", wait, times=1)
    box = opened(page)
    box.get_by_role("button", name="Newest first").click()
    expect(box.locator(".thread > .comments > .comment")).to_have_count(20)
    with page.expect_response("**/comments?order=worth**"):
        first[0].continue_()
    box.get_by_role("button", name="Show more", exact=True).click()
    expect(box.locator(".thread > .comments > .comment")).to_have_count(23)
    shown = box.locator(".thread > .comments > .comment").evaluate_all(
        "rows => rows.map(row => row.querySelector('[data-comment]')?.dataset.comment ?? row.dataset.comment)"
    )
    assert shown == [f"late{number}" for number in range(22, -1, -1)]


def test_a_child_reads_what_is_written_and_is_told_why_there_is_no_field(visit, serving):
    write(serving, "i7", "c1", "v58", "孩子也能看")
    page = visit("/p/i7/comments", person="kid")
    box = page.get_by_role("dialog", name="Comments")
    row(box, "孩子也能看").wait_for()
    box.get_by_text("A child's account reads comments and writes none.").wait_for()

    assert box.locator("textarea").count() == 0
    assert box.get_by_role("button", name=re.compile("^Reply")).count() == 0


def test_a_comment_that_is_refused_gives_its_words_back(visit, serving):
    item, _ = post(serving)
    page = visit(f"/p/{item}", expect=["410"])
    write(serving, item, "q", "v58", "还在吗？")
    box = opened(page)
    row(box, "还在吗？").get_by_role("button", name=re.compile("^Reply to")).click()
    write(serving, item, "other", "v57", "别的话")
    serving.delete(f"/v1/items/{item}/comments/q")
    say(box, "在的")
    box.get_by_text("What you replied to has been deleted.").wait_for()

    assert box.locator("textarea").input_value() == "在的"


def test_it_speaks_chinese_as_well(visit, serving):
    item, _ = post(serving)
    write(serving, item, "q", "v58", "真香")
    page = visit(f"/p/{item}?lang=zh")
    assert (
        page.locator(f"{CURRENT} .comments-button").get_attribute("aria-label") == "评论，已有 0 条"
    )
    box = opened(page)
    quoted = row(box, "真香")
    quoted.get_by_role("button", name="更多操作").click()
    assert quoted.locator(".comment-more p").inner_text().startswith("排在这里，是因为")
    say(box, "我也觉得", "发送")
    row(box, "我也觉得").wait_for()


@pytest.mark.parametrize("light", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_serious_in_a_thread(visit, serving, light, viewport):
    item, _ = post(serving)
    page = visit(f"/p/{item}", light=light, viewport=viewport)
    write(serving, item, "q", "v58", "说得好 @居民57", mentions=["v57"])
    write(serving, item, "r", "v57", "是的", in_reply_to="q")
    box = opened(page)
    row(box, "说得好").get_by_role("button", name="More about this comment").first.click()

    assert violations(page, "thread") == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_of_a_thread_lies_outside_the_window(visit, serving, width, height):
    write(serving, "i8", "long", "v58", "很长的话" * 60)
    page = visit("/p/i8/comments", viewport={"width": width, "height": height})
    box = sheet(page)
    row(box, "很长的话").wait_for()
    wide = page.evaluate("[document.documentElement.scrollWidth, document.querySelector('.sheet-body').scrollWidth - document.querySelector('.sheet-body').clientWidth]")  # fmt: skip
    field = box.locator("textarea").bounding_box()

    assert wide[0] <= width
    assert wide[1] <= 0
    assert field["y"] + field["height"] <= height
    assert (
        min(field["height"], box.get_by_role("button", name="Send").bounding_box()["height"]) >= 44
    )
