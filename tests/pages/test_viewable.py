"""A paid post is said to have been seen after a second of half of it, of a video two; of no other post is it said."""

import json

import pytest

from lodestone.features.ads import IMPRESSION
from tests.pages.conftest import Serving, sent, settle
from tests.worlds.advertised import advertise

pytestmark = pytest.mark.browser
WAITS = "() => Object.keys(localStorage).some((name) => name.endsWith('.viewable'))"


async def with_ads(world):
    """Bring in the town, and two firms that pay for impressions of a picture and of a video, once before each viewer."""
    await settle(world)
    wares = [
        {"id": kind, "author_id": f"firm of {kind}", "kind": kind, "text": "茶", "tags": ["tea"]}
        for kind in ("picture", "video")
    ]
    wares[1]["duration_seconds"] = 20.0
    lines = "\n".join(map(json.dumps, wares))
    await world.ask("POST", "/v1/items:bulk", content=lines.encode(), status=200)
    for ware in wares:
        advertise(
            world, ware["id"], ware["id"], bought=IMPRESSION, bid=50_000_000, frequency=(1, 1)
        )


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    thread = Serving(tmp_path_factory.mktemp("ads"), fill=with_ads)
    thread.start()
    assert thread.ready.wait(300)
    yield thread
    thread.stop()


def test_paid_posts_are_said_to_be_seen_once_and_others_never(visit, serving):
    page = visit()
    for _ in range(30):
        if page.locator(".post[data-item]:not([inert]) .ad").count():
            page.wait_for_function(WAITS)
            sent(page)
        page.keyboard.press("ArrowDown")
        page.wait_for_timeout(500)
        viewed = serving.facts(page.person, "viewable")
        if len({item for item, _, _ in viewed}) == 2:
            break

    assert {item for item, _, _ in viewed} == {"picture", "video"}
    assert len({(item, receipt) for item, receipt, _ in viewed}) == len(viewed)
    assert all(receipt for _, receipt, _ in viewed)
    assert min(milliseconds for item, _, milliseconds in viewed if item == "picture") >= 1_000
    assert min(milliseconds for item, _, milliseconds in viewed if item == "video") >= 2_000
