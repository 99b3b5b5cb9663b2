"""Clips in a real browser: they begin as their stills, move while somebody looks, and stand still for who wants that."""

import io

import numpy as np
import pytest
from PIL import Image

from lodestone.town.people.topics import TOPICS
from lodestone.town.scenes.pictures import clip, picture
from tests.pages.conftest import CURRENT, after, shown

pytestmark = pytest.mark.browser
SIZE = {"width": 240, "height": 320}
AT = "at => document.getAnimations().forEach((one) => { one.pause(); one.currentTime = at; })"


def pixels(data):
    image = Image.open(io.BytesIO(data)).convert("RGB").resize((SIZE["width"], SIZE["height"]))
    return np.asarray(image, np.int16)


def test_every_clip_begins_as_its_picture_and_moves_away_from_it(chromium):
    page = chromium.new_page(viewport=SIZE)
    page.set_content('<body style="margin:0"></body>')
    far, moved = {}, {}
    for topic in range(len(TOPICS)):
        still = pixels(picture(topic, topic % 6))
        drawn = clip(topic, topic % 6).decode().replace('width="480" height="640"', 'width="240"')
        page.evaluate("svg => (document.body.innerHTML = svg)", drawn)
        page.evaluate(AT, 0)
        first = pixels(page.screenshot())
        page.evaluate(AT, 1130)
        scene = TOPICS[topic].scene
        far[scene] = np.abs(first - still).mean()
        moved[scene] = (np.abs(pixels(page.screenshot()) - first).max(axis=2) > 24).mean()
    page.close()

    assert max(far.values()) < 6, far  # of 255: edges and grain, no part elsewhere
    assert min(moved.values()) > 0.001, moved


def to_a_clip(page):
    """Go on until a post with a clip is looked at."""
    for _ in range(20):
        if page.locator(f"{CURRENT}.kind-video").count():
            return page.locator(CURRENT)
        item = shown(page)
        page.keyboard.press("ArrowDown")
        after(page, item)
    raise AssertionError("no clip in twenty posts")


def test_a_clip_moves_while_it_is_looked_at_and_is_taken_away_afterwards(visit):
    page = visit()
    post = to_a_clip(page)
    item = post.get_attribute("data-item")
    clip_of = page.locator(f'[data-item="{item}"] img.clip')
    clip_of.wait_for()
    first = post.screenshot(animations="allow")
    page.wait_for_timeout(700)
    second = post.screenshot(animations="allow")
    page.keyboard.press("ArrowDown")
    after(page, item)

    assert (np.abs(pixels(second) - pixels(first)).max(axis=2) > 40).mean() > 0.05
    assert clip_of.get_attribute("src") is None
    assert not clip_of.is_visible()


def test_a_paused_clip_holds_its_moment_and_goes_on_when_told(visit):
    page = visit()
    post = to_a_clip(page)
    post.locator("img.clip").wait_for()
    page.wait_for_timeout(600)
    page.keyboard.press(" ")
    post.locator("canvas.clip").wait_for()
    drawn = "document.querySelector('canvas.clip:not([hidden])').toDataURL()"
    held = page.evaluate(drawn)
    blank = page.evaluate(
        f"(() => {{ const one = {drawn[:-12]}; const other = document.createElement('canvas'); other.width = one.width; other.height = one.height; return other.toDataURL(); }})()"
    )
    page.wait_for_timeout(700)

    assert not post.locator("img.clip").is_visible()
    assert page.evaluate(drawn) == held != blank
    page.keyboard.press(" ")
    post.locator("img.clip").wait_for()
    assert not post.locator("canvas.clip").is_visible()


def test_who_wants_no_motion_is_shown_the_still_and_no_clip_is_fetched(visit, serving):
    page = visit(reduced=True)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    post = to_a_clip(page)
    page.wait_for_timeout(300)

    assert not [url for url in asked if url.endswith(".svg") and "/media/" in url]
    assert post.locator("img.front").first.get_attribute("src").endswith(".webp")
    assert not post.locator(".clip:visible").count()


def test_a_clip_that_the_map_covers_does_not_move(visit):
    page = visit("/?tab=nearby")
    page.locator(".map .spot").first.wait_for()
    page.wait_for_timeout(300)
    moving = "document.querySelectorAll('.feed img.clip[src]').length"
    covered = page.evaluate(moving)
    page.get_by_role("button", name="Posts", exact=True).click()
    to_a_clip(page).locator("img.clip").wait_for()
    shown_then = page.evaluate(moving)
    page.get_by_role("button", name="Map", exact=True).click()

    assert (covered, shown_then, page.evaluate(moving)) == (0, 1, 0)
