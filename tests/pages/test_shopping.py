"""The routes behind buying on the viewer's page: what is shown, whose orders, and who may say that something is paid."""

import pytest

from lodestone.console.qr import QUIET, draw
from tests.pages.test_page_routes import HERE, page_of
from tests.worlds.trade_world import SOUP, TOWN, beside, bought, market, order, voucher, yuan
from tests.worlds.world import opened, run


async def asked(world, path, page, **more):
    return await world.ask("GET", f"/v1/page/{path}", headers=page, **more)


def test_a_products_sheet_tells_its_forms_what_is_left_and_how_far_its_shop_is(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.put("/v1/people/p0", {"home": beside(1.02)})
            await world.put("/v1/people/p0/follows/mei")
            await world.put("/v1/stock/duck", {"shop_id": "soups", "stock": 4}, status=201)
            sizes = [
                {"id": "half", "name": "half", "price": yuan(40), "stock_item": "duck"},
                {"id": "whole", "name": "whole", "price": yuan(70), "stock_item": "duck"},
                {"id": "table", "name": "table", "price": yuan(9), "dates": {"2026-03-03": 5, "2026-03-05": 2}},
            ]  # fmt: skip
            duck = {"shop_id": "soups", "name": "Duck", "fulfilment": ["redeem"], "variants": sizes}
            await world.put("/v1/products/duck", duck, status=201)
            page = await page_of(world)

            told = await asked(world, "products/duck", page, status=200)
            far = await asked(world, "products/duck?latitude=26.47&longitude=108.08", page)
            none = await world.http.get("/v1/page/products/none", headers=page)

        assert [(one["id"], one["left"]) for one in told["variants"]] == [
            ("half", 4), ("whole", 4), ("table", 2),
        ]  # fmt: skip
        assert told["variants"][2]["dates"] == [{"date": "2026-03-05", "left": 2}]
        shop = told["shop"]
        assert (shop["name"], shop["distance_km"], shop["within"]) == ("Mei's soups", 1.1, True)
        assert (shop["open_now"], shop["selling"], shop["followed"]) == (True, True, True)
        assert (far["shop"]["distance_km"], far["shop"]["within"]) == (10.1, False)
        assert (none.status_code, none.json()["error"]["code"]) == (404, "product_unknown")

    run(scenario())


def test_a_product_in_the_feed_says_what_it_costs_and_any_other_post_says_nothing(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await world.items(4)
            sizes = [*SOUP["variants"], {"id": "pot", "price": yuan(50), "stock": 3}]
            await world.put("/v1/products/soup", {**SOUP, "variants": sizes})
            await world.put("/v1/items/loose", {"kind": "product", "author_id": "a0"}, status=201)
            body = {"slots": 20, "position": TOWN}
            feed = await world.ask("POST", "/v1/page/feed", body, headers=await page_of(world))
        offers = {slot["item_id"]: slot["offer"] for slot in feed["slots"]}

        assert offers["soup"] == {
            "price": yuan(18), "several": True, "left": 13, "shop_id": "soups",
            "shop_name": "Mei's soups", "ways": ["pickup", "delivery"],
        }  # fmt: skip
        assert offers["loose"] is None
        assert {offers[name] for name in ("i0", "i1", "i2", "i3")} == {None}

    run(scenario())


def test_a_shops_page_shows_what_is_live_a_shelf_at_a_time(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            hours = [{"day": "monday", "opens": "09:00", "closes": "18:00"}]
            await market(world, hours=hours)
            await world.put("/v1/products/meal", {**SOUP, "state": "withdrawn"})
            for number in range(24):
                await world.put(f"/v1/products/x{number:02}", SOUP, status=201)
            page = await page_of(world)

            first = await asked(world, "shops/soups", page, status=200)
            rest = await asked(world, f"shops/soups?after={first['next_after']}", page)

        names = [good["id"] for good in first["goods"] + rest["goods"]]
        assert names == ["soup", *(f"x{number:02}" for number in range(24))]
        assert rest["next_after"] is None
        assert first["hours"] == hours
        assert first["shop"]["open_now"] is False

    run(scenario())


def test_a_viewer_sees_their_own_orders_and_vouchers_and_nobody_elses(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            meal = {"product_id": "meal", "variant_id": "two"}
            mine = await bought(world, meal)
            soup = await order(world)
            theirs = await bought(world, meal, buyer="p1")
            page = await page_of(world)

            listed = await asked(world, "orders", page, status=200)
            sheet = await asked(world, f"orders/{mine['id']}", page, status=200)
            code = (await voucher(world))["code"]
            foreign = [
                await world.http.get(f"/v1/page/orders/{name}", headers=page)
                for name in (theirs["id"], "ord_none")
            ]

        assert [one["order"]["id"] for one in listed["data"]] == [soup["id"], mine["id"]]
        assert listed["data"][0]["shop_name"] == "Mei's soups"
        assert (sheet["order"]["state"], sheet["payable_here"]) == ("paid", False)
        assert [one["voucher"]["code"] for one in sheet["vouchers"]] == [code]
        assert sheet["vouchers"][0]["qr"] == {"size": draw(code).size, "path": draw(code).path}
        assert [one.status_code for one in foreign] == [404, 404]
        assert {one.json()["error"]["code"] for one in foreign} == {"order_unknown"}

    run(scenario())


REFUSED = [
    ("another host", None, {"Host": "town.example"}, 403),
    ("another site's page", None, {**HERE, "Sec-Fetch-Site": "cross-site"}, 403),
    ("a foreign origin", None, {**HERE, "Origin": "https://evil.example"}, 403),
    ("forwarded", None, {**HERE, "X-Forwarded-For": "10.0.0.9"}, 403),
    ("somebody else's order", "p1", HERE, 404),
]


@pytest.mark.parametrize(("who", "headers", "status"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])  # fmt: skip
def test_only_a_demos_page_on_its_own_machine_pays_and_only_its_viewers_order(
    tmp_path, who, headers, status
):
    async def scenario():
        async with opened(tmp_path, demo="c") as world:
            await market(world)
            made = await order(world)
            page = await page_of(world, who or "p0")
            path = f"/v1/page/orders/{made['id']}/pay"
            refused = await world.http.post(path, headers={**page, **headers})
            after = await world.ask("GET", f"/v1/orders/{made['id']}")
            own = await page_of(world)
            paid = await world.http.post(path, headers={**own, **HERE})
            again = await world.http.post(path, headers={**own, **HERE})
        return refused, after, paid, again

    refused, after, paid, again = run(scenario)
    assert (refused.status_code, after["state"]) == (status, "reserved")
    assert (paid.status_code, paid.json()["state"]) == (200, "paid")
    assert (again.status_code, again.json()["history"]) == (200, paid.json()["history"])


def test_outside_a_demo_no_page_pays_whatever_its_address(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            made = await order(world)
            page = await page_of(world)
            path = f"/v1/page/orders/{made['id']}/pay"
            refused = await world.http.post(path, headers={**page, **HERE})
            return refused, await world.ask("GET", f"/v1/orders/{made['id']}")

    refused, after = run(scenario)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "payment_from_page")
    assert after["state"] == "reserved"


def modules(qr):
    """Read a drawn QR back as rows of dark and light."""
    dark = set()
    for run_ in qr.path.split("M")[1:]:
        at, width = run_.split("h")[0].split(), int(run_.split("h")[1].split("v")[0])
        dark |= {(int(at[0]) + n, int(at[1])) for n in range(width)}
    return dark


def test_a_qr_is_drawn_module_by_module_with_its_quiet_ground():
    qr = draw("YYZ1Z-T2120-DG24Q-F5ERF-4NKANQ")
    dark = modules(qr)

    assert qr.size == 25 + 2 * QUIET
    assert {n for at in dark for n in at} == set(range(QUIET, qr.size - QUIET))
    finder = {(QUIET + n, QUIET) for n in range(7)}
    assert finder <= dark
    assert (QUIET + 7, QUIET) not in dark
    assert (QUIET + 8, qr.size - QUIET - 8) in dark  # the one module that is dark in every QR
