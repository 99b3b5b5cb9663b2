"""The merchant's desk: each person at their own shops, and no form counts twice."""

import pytest

from tests.pages.test_login import LOCAL, Browser
from tests.worlds.merchant_desk import MEAL, Clerk, note, shop_of
from tests.worlds.trade_world import (
    bought,
    line,
    redeem,
    stock,
    voucher,
)  # fmt: skip
from tests.worlds.world import run


def test_a_voucher_is_redeemed_once_however_often_its_form_is_sent_and_is_refused_after(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await bought(world, MEAL)
            code = (await voucher(world))["code"]
            clerk = Clerk(world, "li")
            await clerk.arrive()
            await clerk.open()
            _, request = await clerk.look(code.lower().replace("-", " "))
            fields = {"code": code, "request": request, "count": "3"}
            done = await clerk.send("/merchant/redeem", **fields)
            again = await clerk.send("/merchant/redeem", **fields)
            other = await clerk.send("/merchant/redeem", **{**fields, "request": "another"})
            looked = await clerk.send("/merchant/look", code=code)
            listed = await world.ask("GET", "/v1/shops/soups/redemptions")
            return done, again, other, looked, listed, await voucher(world)

    done, again, other, looked, listed, left = run(scenario)
    assert note(done) == note(again) == (True, "Redeemed: Meal for two, 3 times. 0 left.")
    used = (False, "This voucher has been redeemed already. Nothing was redeemed again.")
    assert [note(other), other.status_code] == [used, 409]
    assert [note(looked), looked.status_code] == [used, 409]
    assert [(one["staff_id"], one["count"]) for one in listed["data"]] == [("li", 3)]
    assert (left["used"], left["left"]) == (3, 0)


def test_a_redemption_is_taken_back_within_the_hour_and_not_after(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await bought(world, MEAL)
            code = (await voucher(world))["code"]
            await redeem(world, code, "r1")
            clerk = Clerk(world, "li")
            await clerk.arrive()
            await clerk.open()
            back = await clerk.send("/merchant/reverse", redeemed="r1", request="b1")
            used = (await voucher(world))["used"]
            await redeem(world, code, "r2")
            world.later(minutes=61)
            late = await clerk.send("/merchant/reverse", redeemed="r2", request="b2")
            return back, used, late, (await voucher(world))["used"], await clerk.open()

    back, used, late, after, page = run(scenario)
    assert note(back) == (True, "Taken back: Meal for two. It is good 3 more times.")
    assert used == 0
    assert (late.status_code, after) == (409, 1)
    assert "for one hour" in note(late)[1]
    assert 'action="/merchant/reverse"' not in page


def test_somebody_sees_the_shops_they_serve_at_and_no_other(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            theirs = await bought(world, line("tea"))
            clerk = Clerk(world, "li")
            await clerk.arrive()
            own = await clerk.open()
            foreign = [
                await clerk.ask("GET", f"{path}?shop=teas")
                for path in ("/merchant", "/merchant/orders", "/merchant/stock", "/merchant/statement")
            ]  # fmt: skip
            handed = await clerk.send(f"/merchant/orders/{theirs['id']}/fulfil")
            through = await clerk.send(f"/merchant/orders/{theirs['id']}/fulfil", shop="teas")
            order_after = await world.ask("GET", f"/v1/orders/{theirs['id']}")
            await world.put("/v1/shops/teas/staff/li", {"role": "clerk"}, status=204)
            both = await clerk.open()
            await world.ask("DELETE", "/v1/shops/teas/staff/li", status=204)
            await world.ask("DELETE", "/v1/shops/soups/staff/li", status=204)
            gone = await clerk.ask("GET", "/merchant")
            return own, foreign, handed, through, order_after, both, gone

    own, foreign, handed, through, order_after, both, gone = run(scenario)
    assert "Mei&#39;s soups" in own
    assert "teas" not in own
    assert {one.status_code for one in foreign} == {404}
    assert (handed.status_code, note(handed)) == (409, (False, "This shop has no such order."))
    assert (through.status_code, order_after["state"]) == (404, "paid")
    assert "Eve&#39;s teas" in both
    assert gone.status_code == 404


def test_the_voucher_of_another_shop_of_theirs_opens_that_shop_and_a_strangers_is_refused(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await bought(world, MEAL)
            code = (await voucher(world))["code"]
            eve = Clerk(world, "eve", "teas")
            await eve.arrive()
            await eve.open()
            foreign = await eve.send("/merchant/look", code=code)
            unknown = await eve.send("/merchant/look", code="0000")
            await world.put("/v1/shops/soups/staff/eve", {"role": "clerk"}, status=204)
            looked = await eve.send("/merchant/look", code=code)
            return foreign, unknown, looked

    foreign, unknown, looked = run(scenario)
    assert note(foreign) == (False, "This voucher is another shop&#39;s. Nothing was redeemed.")
    assert note(unknown)[1].startswith("There is no such voucher.")
    assert 'name="shop" value="soups"' in looked.text
    assert "good 3 more times" in looked.text


def test_a_key_of_the_desk_opens_the_desk_alone_and_no_other_key_opens_it(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk = Clerk(world, "li")
            came = await clerk.arrive()
            key = {"Authorization": f"Bearer {clerk.key}"}
            routes = [
                (await world.http.get(path, headers=key)).status_code
                for path in ("/v1/orders", "/v1/shops", "/v1/statements/shop:soups", "/v1/people")
            ]
            window = (await Browser(world).log_in(clerk.key)).status_code
            others = [
                (await Clerk(world, "li").enter(text)).status_code
                for text in (world.key, world.app.operator_key, "lsk_none")
            ]
            stranger = await world.http.post("/v1/shops/soups/staff/eve/keys")
            keys = world.app.records.keys("c")
            mine = next(one for one in keys if one.name == "soups")
            world.app.records.revoke_key("c", mine.id, now=world.clock.now())
            after = await clerk.ask("GET", "/merchant")
            return came, routes, window, others, stranger, after

    came, routes, window, others, stranger, after = run(scenario)
    assert (came.status_code, came.headers["location"]) == (303, "/merchant")
    assert routes == [403] * 4
    assert [window, *others] == [200] * 4  # the form again, with what is wrong
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "staff_unknown")
    assert after.headers["location"].startswith("/merchant/login")


def test_an_erased_persons_desk_is_closed(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk = Clerk(world, "li")
            await clerk.arrive()
            await world.ask("DELETE", "/v1/people/li")
            return await clerk.ask("GET", "/merchant")

    answer = run(scenario)
    assert (answer.status_code, "why=ended" in answer.headers["location"]) == (303, True)


FORMS = [
    ("/merchant/look", {"code": "x"}), ("/merchant/redeem", {"code": "x", "request": "r"}),
    ("/merchant/reverse", {"redeemed": "r", "request": "b"}),
    ("/merchant/orders/ord_x/fulfil", {}), ("/merchant/stock", {"product": "soup", "change": "1"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "fields"), FORMS, ids=[row[0] for row in FORMS])
def test_a_form_without_its_token_or_from_elsewhere_is_refused(tmp_path, path, fields):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk = Clerk(world, "mei")
            await clerk.arrive()
            await clerk.open()
            bare = await clerk.ask("POST", path, {**fields, "shop": "soups"})
            site = {"Sec-Fetch-Site": "cross-site"}
            cross = await clerk.ask("POST", path, {**clerk.form, **fields}, **site)
            away = await Browser(world).ask("POST", path, {**clerk.form, **fields})
            return bare, cross, away, await stock(world)

    bare, cross, away, after = run(scenario)
    assert (bare.status_code, cross.status_code, away.status_code) == (403, 403, 303)
    assert after["offered"] == 10


def test_the_desk_speaks_chinese_and_may_use_the_camera_and_nothing_else(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk = Clerk(world, "li")
            await clerk.arrive()
            page = await clerk.ask("GET", "/merchant", **{"Accept-Language": "zh-CN"})
            bad = await clerk.ask("POST", "/merchant/look", {"shop": "soups", "code": "x"}, **{"Accept-Language": "zh-CN"})  # fmt: skip
            return page, bad

    page, bad = run(scenario)
    assert "核销券" in page.text
    assert "camera=(self)" in page.headers["permissions-policy"]
    assert "microphone=()" in page.headers["permissions-policy"]
    assert bad.status_code == 403
    assert LOCAL not in page.text
