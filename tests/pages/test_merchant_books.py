"""The merchant's orders, stock and statement: who may change them, and that they are the ledger's."""

import re

from tests.worlds.merchant_desk import MEAL, Clerk, note, shop_of
from tests.worlds.trade_world import (
    act,
    bought,
    line,
    order,
    stock,
    yuan,
)  # fmt: skip
from tests.worlds.world import run

LINK = re.compile(r'href="([^"]+)" download')


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
    shown = re.findall(
        r'<th scope="row">([^<]+)<small.*?<td class="number (gain|loss)">([^<]+)</td>', page
    )
    assert shown == [
        ("A refund", "loss", "−¥9.50"), ("The community&#39;s commission", "loss", "−¥1.80"),
        ("An order was handed over", "gain", "+¥36.00"),
    ]  # fmt: skip
    assert payable["closing"]["micros"] == 36_000_000 - 1_800_000 - 9_500_000
    assert "¥36.00 was sold in these days, ¥1.80 of it is the community&#39;s commission" in page
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
    marked, plain, payouts, bare, orders, table = (one.content for one in files)
    mine = next(one for one in paid if one["party"] == "shop:soups")
    amount = f"{mine['amount']['micros'] / 1e6:.2f}"
    assert marked == b"\xef\xbb\xbf" + plain == told.content
    assert payouts == b"\xef\xbb\xbf" + bare
    assert bare.decode().splitlines() == [
        "day,payout_id,amount,currency,state,reference",
        f"{mine['day']},{mine['id']},{amount},CNY,{mine['state']},",
    ]
    assert orders == b"\xef\xbb\xbf" + table
    assert {one.headers["content-type"].partition(";")[0] for one in files} == {"text/csv"}
    assert "statement-soups-" in files[0].headers["content-disposition"]
    assert {one.status_code for one in denied} == {403}
    assert 400 <= wrong.status_code < 500
