"""Stopping ads from the page: one of them, all of whoever advertises, those that go by deeds; from the very next decision on."""

import pytest

from tests.http.test_ads_come_live import run_it
from tests.pages.test_page_routes import page_of
from tests.worlds.trade_world import yuan
from tests.worlds.world import TOWN, opened, run


async def shown(world, viewer="p0"):
    """Return the paid slots of somebody's next page."""
    feed = await world.feed(viewer, position=TOWN)
    return [slot for slot in feed["slots"] if slot["paid"]]


def ids(slots):
    return [slot["item_id"] for slot in slots]


def scene(tmp_path, act):
    async def scenario():
        async with opened(tmp_path) as world:
            await run_it(world, **{"/v1/ad-groups/corner": {"bid": yuan(1)}})
            await shown(world, "p1")  # their post without being paid for, as for the first
            return await act(world, await page_of(world))

    return run(scenario)


async def hide(world, page):
    """Hide an ad by its slot, as the page does."""
    (slot,) = await shown(world)
    event = world.event("hide", slot)
    answer = await world.ask("POST", "/v1/events", {"events": [event]}, headers=page, status=200)
    assert answer["accepted"] == 1


async def mute(world, page):
    """Mute whose ads they are, as the page does."""
    muted = await world.ask("PUT", "/v1/page/people/mei/mutes", headers=page, status=200)
    assert muted["muted"]


async def hide_all(world, page):
    """Hide all ads of whose they are, as the page does."""
    stands = await world.ask("PUT", "/v1/page/people/mei/hidden-ads", headers=page, status=200)
    assert stands == {"muted": False, "blocked": False, "ads_hidden": True}


@pytest.mark.parametrize("stop", [hide, mute, hide_all])
def test_what_is_hidden_is_gone_from_the_very_next_decision_and_after_a_restart(tmp_path, stop):
    async def act(world, page):
        before = ids(await shown(world))
        await stop(world, page)
        return before, ids(await shown(world)), ids(await shown(world, "p1"))

    assert scene(tmp_path, act) == (["soup"], [], ["soup"])

    async def again():
        async with opened(tmp_path) as world:
            await world.engine.tick()
            return ids(await shown(world)), ids(await shown(world, "p1"))

    assert run(again) == ([], ["soup"])


def test_ads_of_somebody_come_again_once_they_are_muted_no_longer(tmp_path):
    async def act(world, page):
        await mute(world, page)
        none = ids(await shown(world))
        await world.ask("DELETE", "/v1/page/people/mei/mutes", headers=page, status=200)
        return none, ids(await shown(world))

    assert scene(tmp_path, act) == ([], ["soup"])


def test_whose_ads_are_hidden_comes_with_posts_as_before_and_with_ads_once_that_is_taken_back(
    tmp_path,
):
    async def act(world, page):
        path = "/v1/page/people/mei/hidden-ads"
        await hide_all(world, page)
        none = ids(await shown(world))
        sheet = await world.ask("GET", "/v1/page/people/mei", headers=page, status=200)
        stands = await world.ask("DELETE", path, headers=page, status=200)
        after = ids(await shown(world))
        await hide_all(world, page)
        world.later(minutes=11)  # what was served may be served again
        feed = await world.feed("p0", slots=50, position=TOWN)
        posts = {slot["item_id"] for slot in feed["slots"] if not slot["paid"]}
        return none, sheet["ads_hidden"], stands["ads_hidden"], after, posts

    *stood, posts = scene(tmp_path, act)
    assert stood == [[], True, False, ["soup"]]
    assert {"soup", "meal"} <= posts


def test_what_was_hidden_is_exported_and_erased_with_the_person(tmp_path):
    async def act(world, page):
        await hide(world, page)
        await mute(world, page)
        await world.ask("PUT", "/v1/page/people/mei/hidden-ads", headers=page, status=200)
        export = await world.ask("GET", "/v1/page/mine/export", headers=page, status=200)
        facts = {(fact["type"], fact["item_id"]) for fact in export["facts"]}
        await world.ask("DELETE", "/v1/people/p0", status=204)
        gone = await world.http.get("/v1/people/p0/export")
        row = world.engine.directory.person_row("p0")
        return facts, [t for t, _ in facts], export["hidden_ads"], gone.status_code, row

    facts, kinds, hidden, gone, row = scene(tmp_path, act)
    assert ("hide_ads" in kinds, hidden) == (True, ["mei"])
    assert ("hide", "soup") in facts
    assert "mute" in kinds
    assert (gone, row) == (404, -1)


def test_a_viewer_who_withdraws_consent_gets_no_ad_that_goes_by_deeds(tmp_path):
    async def act(world, page):
        targeting = {"targeting": {"tags": ["tea"]}}
        group = await world.ask("GET", "/v1/ad-groups/corner")
        body = {"campaign_id": "lunch", "name": group["name"], "state": "active",
                "strategy": "manual_cpc", "bid": group["bid"], **targeting}  # fmt: skip
        await world.put("/v1/ad-groups/corner", body, status=200)
        before = ids(await shown(world))
        mine = await world.ask("GET", "/v1/page/mine", headers=page)
        less = {**mine["consent"], "personalisation": False}
        await world.ask("PUT", "/v1/page/mine/consent", less, headers=page, status=200)
        return before, ids(await shown(world))

    assert scene(tmp_path, act) == (["soup"], [])


def test_why_says_who_pays_for_what_and_whom_it_is_for_and_that_of_a_receipt_of_ones_own_alone(tmp_path):  # fmt: skip
    async def act(world, page):
        (slot,) = await shown(world)
        receipt = (await world.ask("GET", "/v1/receipts"))["data"][0]["receipt_id"]
        path = f"/v1/page/why/{receipt}/{slot['slot']}"
        reasons = [await world.ask("GET", f"{path}?lang={lang}", headers=page, status=200) for lang in ("en", "zh")]  # fmt: skip
        other = await world.http.get(path, headers=await page_of(world, "p1"))
        return reasons, other.status_code

    (en, zh), other = scene(tmp_path, act)
    assert en["sentence"] == "This is an ad: Mei's soups pays for this place."
    assert en["ad"]["shop_id"] == "soups"
    assert (en["ad"]["author_id"], en["ad"]["personalised"]) == ("mei", True)
    assert en["ad"]["reasons"] == ["You were within 3 km of where it advertises."]
    assert zh["ad"]["reasons"] == ["当时你在投放地点 3 公里之内。"]
    paid = en["payment_micros"] / 1e6
    assert en["ad"]["paid_for"].endswith(" if you open it, and nothing if you do not.")
    assert float(en["ad"]["paid_for"].split()[0].lstrip("¥")) == pytest.approx(paid, rel=0.01)
    assert other == 404
