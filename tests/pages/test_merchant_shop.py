"""The shop at the desk: its words and hours, whether it sells, and who serves there."""

import re

import pytest

from tests.worlds.merchant_desk import Clerk, note, shop_of
from tests.worlds.trade_world import order
from tests.worlds.world import run

WRONG = re.compile(r'id="([\w-]+)-wrong">([^<]+)<')
SHOP = {"name": "Mei's soups", "text": "", "status": "open"}
WEEK = {
    "monday-0-opens": "08:00", "monday-0-closes": "12:00", "monday-1-opens": "14:00",
    "monday-1-closes": "21:30", "friday-0-opens": "20:00", "friday-0-closes": "02:00",
    "sunday-0-opens": "00:00", "sunday-0-closes": "00:00",
}  # fmt: skip


async def manager(world):
    mei = Clerk(world, "mei")
    await mei.arrive()
    return mei, await mei.open("/merchant/shop")


def test_words_hours_and_whether_it_sells_are_changed_and_the_rest_stays(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            before = await world.ask("GET", "/v1/shops/soups")
            mei, first = await manager(world)
            saved = await mei.send("/merchant/shop", **{**SHOP, "text": "Hot.", **WEEK})
            after = await world.ask("GET", "/v1/shops/soups")
            paused = await mei.send("/merchant/shop", **{**SHOP, "always": "1", "status": "paused"})
            refused = await order(world, status=409)
            return before, first, saved, after, paused, refused, await world.ask("GET", "/v1/shops/soups")  # fmt: skip

    before, first, saved, after, paused, refused, last = run(scenario)
    assert 'name="always" value="1" checked' in first
    assert note(saved) == note(paused) == (True, "It is saved.")
    assert after["hours"] == [
        {"day": "monday", "opens": "08:00", "closes": "12:00"},
        {"day": "monday", "opens": "14:00", "closes": "21:30"},
        {"day": "friday", "opens": "20:00", "closes": "02:00"},
        {"day": "sunday", "opens": "00:00", "closes": "24:00"},
    ]  # fmt: skip
    assert after["text"] == "Hot."
    same = ("position", "radius_km", "hold_share", "categories", "owner_id", "review")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert refused["error"]["code"] == "shop_closed"
    assert (last["hours"], last["status"]) == ([], "paused")
    assert 'value="14:00"' in saved.text


REFUSED = [
    ("monday", {"monday-0-opens": "08:00"}, "Give both times"),
    ("tuesday", {"tuesday-0-opens": "08:00", "tuesday-0-closes": "08:00"}, "Give two different times"),
    ("sunday", {"sunday-0-opens": "8", "sunday-0-closes": "25:00"}, "Give two different times"),
    ("always", {}, "Give the hours of a day, or say that it is always open."),
    ("name", {"always": "1", "name": ""}, "Write something here."),
    ("status", {"always": "1", "status": "gone"}, "Choose one of these."),
]  # fmt: skip


@pytest.mark.parametrize(("field", "fields", "cure"), REFUSED)
def test_a_field_that_does_not_fit_is_named_with_its_cure(tmp_path, field, fields, cure):
    async def scenario():
        async with shop_of(tmp_path) as world:
            before = await world.ask("GET", "/v1/shops/soups")
            mei, _ = await manager(world)
            page = await mei.send("/merchant/shop", **{**SHOP, **fields})
            return page, before == await world.ask("GET", "/v1/shops/soups")

    page, same = run(scenario)
    wrong = dict(WRONG.findall(page.text))
    assert (page.status_code, list(wrong), same) == (409, [field], True)
    assert wrong[field].startswith(cure)


def test_a_manager_lets_people_serve_and_takes_them_off_and_a_clerk_does_not(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, page = await manager(world)
            li = Clerk(world, "li")
            await li.arrive()
            await li.open()
            came = await mei.send("/merchant/staff", person="eve", role="manager")
            unknown = await mei.send("/merchant/staff", person="nobody", role="clerk")
            odd = await mei.send("/merchant/staff", person="eve", role="king")
            denied = await li.send("/merchant/staff", person="li", role="manager")
            gone = await mei.send("/merchant/staff", person="li", role="none")
            out = await li.ask("GET", "/merchant")
            staff = (await world.ask("GET", "/v1/shops/soups/staff"))["data"]
            return page, came, unknown, odd, denied, gone, out, staff

    page, came, unknown, odd, denied, gone, out, staff = run(scenario)
    assert "the owner" in page
    assert note(came) == note(gone) == (True, "Who serves here is changed.")
    assert [answer.status_code for answer in (unknown, odd, denied, out)] == [409, 409, 403, 404]
    assert staff == [
        {"person_id": "eve", "role": "manager"}, {"person_id": "mei", "role": "manager"},
    ]  # fmt: skip
