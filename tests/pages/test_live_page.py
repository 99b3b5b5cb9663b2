"""A live room's address opens the room: on now, over, or yet to begin, with its host and what it sells."""

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import CURRENT
from tests.pages.test_page_routes import page_of, peopled
from tests.worlds.trade_world import SOUP
from tests.worlds.world import opened, run

ROOM = {"owner_id": "a0", "title": "晚上煮粉", "language": "zh", "products": ["s0", "s9"],
        "translations": {"en": {"name": "Noodles tonight"}}}  # fmt: skip


@pytest.mark.parametrize("state", ["draft", "live", "ended"])
def test_a_room_is_shown_with_its_state_host_and_what_it_sells(tmp_path, state):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            draft = {**SOUP, "shop_id": "noodles", "state": "draft"}
            await world.put("/v1/products/s9", draft, status=201)
            await world.put("/v1/live/tea", ROOM, status=201)
            for step in ("live", "ended")[: ("draft", "live", "ended").index(state)]:
                await world.put("/v1/live/tea", {**ROOM, "state": step}, status=200)
            page = await page_of(world)
            return await world.ask("GET", "/v1/page/live/tea?lang=en", headers=page, status=200)

    room = run(scenario)
    assert (room["state"], room["title"]) == (state, "Noodles tonight")
    assert (room["host_id"], room["host_name"]) == ("a0", "李丽")
    assert [good["id"] for good in room["goods"]] == ["s0"]
    assert (room["started_at"] is None, room["ended_at"] is None) == (state == "draft", state != "ended")  # fmt: skip


def test_a_live_post_without_a_room_has_a_page_and_other_posts_have_none(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            post = {"kind": "live", "author_id": "a0", "text": "赶集\n早市"}
            await world.put("/v1/items/fair", post, status=201)
            await world.put("/v1/items/over", {**post, "state": "withdrawn"}, status=201)
            bad = [{"label": "drop", "rule": "spam"}]
            await world.put("/v1/items/bad", {**post, "labels": bad}, status=201)
            page = await page_of(world)
            shown = [
                await world.ask("GET", f"/v1/page/live/{name}", headers=page, status=200)
                for name in ("fair", "over")
            ]
            lost = [
                await world.ask("GET", f"/v1/page/live/{name}", headers=page, status=404)
                for name in ("bad", "i0", "never")
            ]
            return shown, lost

    shown, lost = run(scenario)
    assert [(room["title"], room["state"]) for room in shown] == [
        ("赶集", "live"),
        ("赶集", "ended"),
    ]
    assert {answer["error"]["code"] for answer in lost} == {"room_unknown"}


@pytest.mark.browser
def test_the_address_opens_the_room_and_watch_leads_to_its_post(visit, serving):
    room = {"owner_id": "a1", "title": "Noodles tonight", "products": ["s1"]}
    serving.put("/v1/live/tonight", room)
    page = visit("/live/tonight", wait=False)
    shown = page.locator(".live-page[data-room=tonight]")
    expect(shown.locator(".tag")).to_have_text("Will begin")
    serving.put("/v1/live/tonight", {**room, "state": "live"})
    shown.get_by_role("button", name="See whether it has begun").click()
    expect(shown.locator(".tag")).to_have_text("On now")
    expect(shown.get_by_role("link", name="作者1")).to_have_attribute("href", "/person/a1")
    shown.get_by_role("button", name="羊肉粉一碗").click()
    page.get_by_role("dialog", name="Buy on the spot").wait_for()
    page.go_back()
    shown.get_by_role("button", name="Watch").click()
    expect(page).to_have_url(f"{serving.base}/p/tonight")
    page.locator(f"{CURRENT}[data-item=tonight]").wait_for()
    serving.put("/v1/live/tonight", {**room, "state": "ended"})
    page.goto(f"{serving.base}/live/tonight")
    expect(page.locator(".live-page .tag")).to_have_text("Over")
    expect(page.get_by_role("button", name="Watch")).to_have_count(0)
