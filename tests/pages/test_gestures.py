"""One gesture, one post: wheels and flicks on pictures, clips and texts; what moves does not play; two taps like."""

import random

import pytest

from tests.pages.conftest import CURRENT, DESK, sent

pytestmark = pytest.mark.browser
STANDS = "() => { const feed = document.querySelector('.feed'); return !feed.matches('.moving, .dragging') && feed.scrollTop % feed.clientHeight === 0; }"
PLACE = "() => { const feed = document.querySelector('.feed'); return Math.round(feed.scrollTop / feed.clientHeight); }"
KIND = "() => document.querySelector('.post[data-item]:not([inert])').className.match(/kind-(\\w+)/)[1]"
NOTCHES = """pixels => { const feed = document.querySelector('.feed');
for (const deltaY of pixels) feed.dispatchEvent(new WheelEvent('wheel', {deltaY, bubbles: true, cancelable: true})); }"""
"""A turn of several notches, all within a moment however slow the machine is: each sent by itself could come late."""
GESTURES = 30


def rests(page):
    """Wait until the feed stands; return which post it shows."""
    page.wait_for_function(STANDS)
    return page.evaluate(PLACE)


def flick(page, pixels, steps, pause):
    """Move a finger by so many pixels, up where they are positive, as fast as steps and pause say."""
    session = page.context.new_cdp_session(page)
    x, y = 150, 420 + pixels / 2

    def touch(kind, *points):
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, steps + 1):
        touch("touchMove", {"x": x, "y": y - pixels * step / steps})
        if pause:
            page.wait_for_timeout(pause)
    touch("touchEnd")


@pytest.mark.parametrize("reduced", [False, True], ids=["smooth", "at once"])
def test_each_turn_of_the_wheel_moves_one_post(visit, reduced):
    page, kinds, places = visit(viewport=DESK, reduced=reduced), set(), []
    page.mouse.move(680, 400)
    chance = random.Random(3)
    for number in range(GESTURES):
        kinds.add(page.evaluate(KIND))
        turn = [chance.choice((53, 100, 120, 240)) for _ in range(chance.choice((1, 1, 3)))]
        if len(turn) == 1:
            page.mouse.wheel(0, turn[0])
        else:
            page.evaluate(NOTCHES, turn)
        page.wait_for_function(f"was => ({PLACE})() !== was", arg=number)
        places.append(rests(page))
        page.wait_for_timeout(160)  # a pause between two gestures

    assert places == list(range(1, GESTURES + 1))
    assert kinds >= {"video", "picture", "text"}


def test_each_flick_of_a_finger_moves_one_post_and_a_touch_none(visit):
    page, kinds, places = visit(), set(), []
    chance = random.Random(5)
    for number in range(GESTURES):
        page.wait_for_function(  # the next page of the feed has come
            "place => document.querySelectorAll('.feed .post[data-item]').length > place + 1",
            arg=number,
        )
        kinds.add(page.evaluate(KIND))
        flick(page, chance.choice((40, 90, 200, 420, 600)), chance.choice((2, 4, 9)), chance.choice((0, 16)))  # fmt: skip
        places.append(rests(page))
    assert places == list(range(1, GESTURES + 1))
    assert kinds >= {"video", "picture", "text"}

    flick(page, 15, 3, 16)
    assert rests(page) == GESTURES
    flick(page, -300, 4, 16)
    assert rests(page) == GESTURES - 1


def test_each_key_moves_one_post(visit):
    page, kinds, places = visit(viewport=DESK, reduced=True), set(), []
    for number in range(GESTURES):
        page.wait_for_function(
            "place => document.querySelectorAll('.feed .post[data-item]').length > place + 1",
            arg=number,
        )
        kinds.add(page.evaluate(KIND))
        page.keyboard.press("ArrowDown")
        page.wait_for_function(f"was => ({PLACE})() !== was", arg=number)
        places.append(rests(page))

    assert places == list(range(1, GESTURES + 1))
    assert kinds >= {"video", "picture", "text"}


def test_two_keys_within_one_frame_move_two_posts_and_a_deed_is_of_the_second(visit, serving):
    page = visit(viewport=DESK, reduced=True)
    page.evaluate(
        """() => { for (const key of ["ArrowDown", "ArrowDown", "l"])
        document.querySelector('.feed').dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true})); }"""
    )
    assert rests(page) == 2
    item = page.locator(".feed .post[data-item]").nth(2).get_attribute("data-item")
    page.locator(f"{CURRENT}[data-item={item}] .like[aria-pressed=true]").wait_for()
    sent(page)
    assert [liked for liked, _, _ in serving.facts(page.person, "like")] == [item]


def test_a_clip_stands_while_the_feed_moves_and_plays_when_it_has_come_to_rest(visit):
    page = visit(viewport=DESK)
    while page.evaluate(KIND) != "video":
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(400)
        rests(page)
    page.locator(f"{CURRENT} img.clip").wait_for()
    page.evaluate(
        """() => { window.seen = []; const feed = document.querySelector('.feed');
        feed.addEventListener('scroll', () => window.seen.push([...feed.querySelectorAll('img.clip')].filter((clip) => clip.offsetWidth).length)); }"""
    )
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => window.seen.length > 3")
    rests(page)
    page.keyboard.press("ArrowUp")
    rests(page)
    page.locator(f"{CURRENT} img.clip").wait_for()

    moved = page.evaluate("window.seen")
    assert set(moved[1:]) == {0}


def test_two_taps_like_and_two_more_do_not_take_it_back(visit, serving):
    page = visit()
    item = page.locator(CURRENT).get_attribute("data-item")
    for _ in range(2):
        page.touchscreen.tap(180, 300)
        page.touchscreen.tap(182, 303)
        page.locator(f"{CURRENT} .like[aria-pressed=true]").wait_for()
        page.wait_for_timeout(400)
    sent(page)

    assert page.locator(f"{CURRENT} .like").get_attribute("aria-pressed") == "true"
    assert [liked for liked, _, _ in serving.facts(page.person, "like")] == [item]
