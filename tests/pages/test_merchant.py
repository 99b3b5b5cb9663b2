"""The merchant's desk: each person at their own shops, everything they do is theirs, and no form counts twice."""

import re
from contextlib import asynccontextmanager

import pytest

from tests.pages.test_login import LOCAL, TOKEN, Browser
from tests.worlds.trade_world import (
    SOUP,
    TOWN,
    act,
    bought,
    line,
    market,
    order,
    redeem,
    stock,
    voucher,
    yuan,
)  # fmt: skip
from tests.worlds.world import opened, run

REQUEST = re.compile(r'name="request" value="([^"]+)"')
NOTE = re.compile(r'<div class="note (good|bad)" role="(?:status|alert)"><p>([^<]*)</p>')
LINK = re.compile(r'href="([^"]+)" download')
MEAL = line("meal", "two")


class Clerk(Browser):
    """Somebody with a key of the desk."""

    def __init__(self, world, person, shop="soups"):
        super().__init__(world)
        self.person, self.shop, self.key = person, shop, None

    async def arrive(self):
        path = f"/v1/shops/{self.shop}/staff/{self.person}/keys"
        self.key = (await self.world.ask("POST", path, status=201))["key"]
        return await self.enter(self.key)

    async def enter(self, key):
        token = TOKEN.search((await self.ask("GET", "/merchant/login")).text).group(1)
        return await self.ask("POST", "/merchant/login", {"key": key, "token": token})

    async def open(self, path="/merchant"):
        """Open a page and keep what its forms carry."""
        page = await self.ask("GET", path)
        assert page.status_code == 200, (path, page.status_code, page.text[-400:])
        self.form = {"token": TOKEN.search(page.text).group(1), "shop": self.shop}
        return page.text

    async def send(self, path, **fields):
        """Send a form and follow where it leads."""
        answer = await self.ask("POST", path, {**self.form, **fields})
        if answer.status_code == 303:
            answer = await self.ask("GET", answer.headers["location"])
        return answer

    async def look(self, code):
        page = await self.send("/merchant/look", code=code)
        return page, REQUEST.search(page.text).group(1)


def note(page):
    """Return what a page says came of a form: whether it is good, and the words."""
    found = NOTE.search(page.text)
    return None if found is None else (found.group(1) == "good", found.group(2))


@asynccontextmanager
async def shop_of(home):
    async with opened(home) as world:
        await market(world)
        await world.put("/v1/people/eve", {}, status=201)
        await world.put("/v1/shops/teas", {"owner_id": "eve", "name": "Eve's teas", "position": TOWN}, status=201)  # fmt: skip
        await world.ask("POST", "/v1/shops/teas/review", {"decision": "approved"}, status=200)
        await world.put("/v1/products/tea", {**SOUP, "shop_id": "teas"}, status=201)
        yield world


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


def test_orders_are_handed_over_and_money_goes_back_by_who_may(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            first, second = await bought(world), await bought(world, buyer="p1")
            third = await bought(world, buyer="p2")
            clerk, mei = Clerk(world, "li"), Clerk(world, "mei")
            await clerk.arrive()
            await mei.arrive()
            seen, all_of_it = (
                await clerk.open("/merchant/orders"),
                await mei.open("/merchant/orders"),
            )
            handed = await clerk.send(f"/merchant/orders/{first['id']}/fulfil")
            denied = await clerk.send(f"/merchant/orders/{second['id']}/cancel")
            paths = {
                name: f"/merchant/orders/{one['id']}/refund"
                for name, one in (("first", first), ("third", third))
            }
            odd = [
                await mei.send(paths["first"], request="r0", amount=text)
                for text in ("12,5", "-1", "nan", "1e9999", "99")
            ]
            part = await mei.send(paths["first"], request="r1", amount="¥ 8.50".replace(" ", ""))
            twice = await mei.send(paths["first"], request="r1", amount="8.50")
            rest = await mei.send(paths["third"], request="r2", amount="")
            cancelled = await mei.send(f"/merchant/orders/{second['id']}/cancel")
            states = [
                (await world.ask("GET", f"/v1/orders/{one['id']}"))
                for one in (first, second, third)
            ]
            return seen, all_of_it, handed, denied, odd, part, twice, rest, cancelled, states  # fmt: skip

    seen, all_of_it, handed, denied, odd, part, twice, rest, cancelled, states = run(scenario)
    assert seen.count("/fulfil") == 3
    assert "/refund" not in seen
    assert all_of_it.count("/refund") == all_of_it.count("/cancel") == 3
    assert "stands at “Done” now." in note(handed)[1]
    assert denied.status_code == 403
    assert [one.status_code for one in odd] == [409] * 5
    assert "That is no amount" in note(odd[0])[1]
    assert note(odd[4])[1] == "That is more than is left of what was paid. Nothing was refunded."
    assert "Refunded in part" in note(part)[1]
    assert note(twice) == note(part)
    assert "“Refunded”" in note(rest)[1]
    assert "“Cancelled”" in note(cancelled)[1]
    assert [(one["state"], one["refunded"]) for one in states] == [
        ("refunded_in_part", yuan(8.5)), ("cancelled", yuan(0)), ("refunded", yuan(18)),
    ]  # fmt: skip


def test_stock_is_added_to_and_taken_from_as_it_stands_when_it_is_written(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await world.put("/v1/stock/duck", {"shop_id": "soups", "stock": 4}, status=201)
            forms = [
                {"id": "shared", "price": yuan(40), "stock_item": "duck"},
                {"id": "table", "price": yuan(9), "dates": {"2026-03-05": 2}},
            ]
            duck = {"shop_id": "soups", "name": "Duck", "fulfilment": ["redeem"], "variants": forms}
            await world.put("/v1/products/duck", duck, status=201)
            mei, clerk = Clerk(world, "mei"), Clerk(world, "li")
            await mei.arrive()
            await clerk.arrive()
            page = await mei.open("/merchant/stock")
            await clerk.open()
            await order(world, line(quantity=4))
            soup = {"product": "soup", "variant": "bowl"}
            more = await mei.send("/merchant/stock", **soup, change="+5")
            less = await mei.send("/merchant/stock", **soup, change="-11")
            beyond = await mei.send("/merchant/stock", **soup, change="-1")
            odd = [
                await mei.send("/merchant/stock", **soup, change=text)
                for text in ("", "1.5", "a", "9" * 12, "²")
            ]
            await mei.send(
                "/merchant/stock", product="duck", variant="shared", item="duck", change="3"
            )
            await mei.send(
                "/merchant/stock", product="duck", variant="table", date="2026-03-05", change="-1"
            )
            wrong = [
                await mei.send("/merchant/stock", **fields, change="1")
                for fields in (
                    {"product": "tea", "variant": "bowl"}, {"product": "soup", "variant": "pot"},
                    {"product": "duck", "variant": "table", "date": "2026-03-06"},
                    {"product": "duck", "variant": "table", "date": "soon"}, {"item": "none"},
                )
            ]  # fmt: skip
            denied = await clerk.send("/merchant/stock", **soup, change="1")
            duck = (await world.ask("GET", "/v1/products/duck"))["variants"]
            shared = (await world.ask("GET", "/v1/stock/duck"))["stock"]["offered"]
            teas = (await stock(world, "tea"))["offered"]
            return page, more, less, beyond, odd, wrong, denied, duck, shared, teas, await stock(world)  # fmt: skip

    page, more, less, beyond, odd, wrong, denied, duck, shared, teas, soup = run(scenario)
    assert page.count('name="change"') == 4
    assert note(more) == note(less) == (True, "The stock is changed.")
    assert soup == {"offered": 4, "available": 0, "held": 4, "sold": 0}
    assert note(beyond)[1].startswith("Fewer are left than you take away")
    assert {one.status_code for one in [beyond, *odd, *wrong]} == {409}
    assert denied.status_code == 403
    assert (shared, duck[1]["dates"]["2026-03-05"]["offered"], teas) == (7, 1, 10)


def test_the_statement_is_the_ledgers_line_by_line(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, clerk = Clerk(world, "mei"), Clerk(world, "li")
            await mei.arrive()
            await clerk.arrive()
            empty = await mei.open("/merchant/statement")
            made = await bought(world, line(quantity=2))
            await act(world, made, "fulfil")
            await act(world, made, "refund", {"request_id": "r", "amount": yuan(10)})
            await bought(world, MEAL)
            page = await mei.open("/merchant/statement")
            wrong = await mei.ask("GET", "/merchant/statement?from=2026-03-09&to=2026-03-04")
            denied = await clerk.ask("GET", "/merchant/statement")
            told = await world.ask("GET", "/v1/statements/shop:soups")
            return empty, page, wrong, denied, told

    empty, page, wrong, denied, told = run(scenario)
    assert "What the shop earns will appear here" in empty
    payable = next(one for one in told["accounts"] if one["kind"] == "merchant_payable")
    changes = [one["change"]["micros"] for one in reversed(payable["lines"])]
    shown = re.findall(r'<td class="number (gain|loss)">([^<]+)</td>', page)
    assert [f"{'+' if one > 0 else '−'}¥{abs(one) / 1e6:.2f}" for one in changes] == [
        text for _, text in shown
    ]
    assert [one > 0 for one in changes] == [kind == "gain" for kind, _ in shown]
    assert f"¥{payable['closing']['micros'] / 1e6:.2f} is owed to the shop" in page
    assert "¥100.00" in page  # of the voucher that nobody has redeemed yet
    assert (wrong.status_code, denied.status_code) == (409, 403)


def test_a_manager_takes_statement_and_payouts_along_and_a_clerk_does_not(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, clerk = Clerk(world, "mei"), Clerk(world, "li")
            await mei.arrive()
            await clerk.arrive()
            assert "Download these days" not in await mei.open("/merchant/statement")
            made = await bought(world, line(quantity=2))
            await act(world, made, "fulfil")
            day = world.now.date().isoformat()
            world.later(days=1)
            await world.engine.tick()
            await world.ask("POST", "/v1/settle", {"day": day})
            await world.ask("POST", "/v1/payouts", {"day": day}, status=200)
            await mei.enter(mei.key)
            await clerk.enter(clerk.key)
            span = f"from={day}&to={world.now.date().isoformat()}"
            page = await mei.open(f"/merchant/statement?{span}")
            links = [text.replace("&amp;", "&") for text in LINK.findall(page)]
            files = [await mei.ask("GET", link) for link in links]
            denied = [await clerk.ask("GET", link) for link in links]
            wrong = await mei.ask("GET", "/merchant/statement/file?from=2026-03-09&to=2026-03-04")
            told = await world.http.get(f"/v1/statements/shop:soups/file?{span}&bom=true")
            paid = (await world.ask("GET", "/v1/payouts"))["data"]
            return files, denied, wrong, told, paid

    files, denied, wrong, told, paid = run(scenario)
    marked, plain, payouts, bare = (one.content for one in files)
    mine = next(one for one in paid if one["party"] == "shop:soups")
    amount = f"{mine['amount']['micros'] / 1e6:.2f}"
    assert marked == b"\xef\xbb\xbf" + plain == told.content
    assert payouts == b"\xef\xbb\xbf" + bare
    assert bare.decode().splitlines() == [
        "day,payout_id,amount,currency,state,reference",
        f"{mine['day']},{mine['id']},{amount},CNY,{mine['state']},",
    ]
    assert {one.headers["content-type"].partition(";")[0] for one in files} == {"text/csv"}
    assert "statement-soups-" in files[0].headers["content-disposition"]
    assert {one.status_code for one in denied} == {403}
    assert 400 <= wrong.status_code < 500


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
