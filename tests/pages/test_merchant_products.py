"""Products at the desk: what a form changes, what it leaves as it was, what open orders keep, and how a field is refused."""

import re

import pytest

from tests.worlds.at_desk import REQUEST
from tests.worlds.merchant_desk import Clerk, note, shop_of
from tests.worlds.qr_pictures import packed, qr_picture
from tests.worlds.trade_world import SOUP, act, bought, line, order, yuan
from tests.worlds.world import run

WRONG = re.compile(r'id="([\w-]+)-wrong">([^<]+)<')
FIELDS = {
    "product": "soup", "name": "Sour soup", "text": "", "state": "live", "way-pickup": "1",
    "name-0": "a bowl", "price-0": "18",
}  # fmt: skip
NEW = {"name": "Rice cake", "price": "6.5", "stock": "12", "text": "", "way-pickup": "1"}


async def manager(world, person="mei", path="/merchant/products"):
    clerk = Clerk(world, person)
    await clerk.arrive()
    page = await clerk.open(path)
    return clerk, page


def test_a_new_price_counts_for_new_orders_and_the_page_says_what_open_ones_keep(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, listed = await manager(world)
            await bought(world)
            await order(world, line(quantity=2), buyer="p1")
            done = await bought(world, buyer="p2")
            await act(world, done, "fulfil")
            fields = {**FIELDS, "name": "Hot soup", "price-0": "¥ 20.50", "way-delivery": "1"}
            saved = await mei.send("/merchant/product", **fields)
            after = await world.ask("GET", "/v1/products/soup")
            fresh = await order(world, buyer="p3")
            return listed, saved, after, fresh

    listed, saved, after, fresh = run(scenario)
    assert "2 products are on sale" in listed
    assert note(saved) == (True, "It is saved. 2 open orders keep ¥18.00.")
    assert (after["name"], after["variants"][0]["price"]) == ("Hot soup", yuan(20.5))
    assert after["fulfilment"] == ["pickup", "delivery"]
    assert fresh["total"] == yuan(20.5)


def test_what_a_form_does_not_show_stays_as_it_was(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            dates = {"2026-03-05": 2}
            odd = {**SOUP, "tags": ["sour"], "commission_share": 0.2, "variants": [
                *SOUP["variants"], {"id": "table", "name": "a table", "price": yuan(9), "dates": dates},
            ]}  # fmt: skip
            await world.put("/v1/products/soup", odd)
            mei, _ = await manager(world)
            await order(world, line(quantity=4))
            await mei.send(
                "/merchant/product", **FIELDS, **{"name-1": "the table", "price-1": "10"}
            )
            return await world.ask("GET", "/v1/products/soup")

    after = run(scenario)
    bowl, table = after["variants"]
    assert bowl["stock"] == {"offered": 10, "available": 6, "held": 4, "sold": 0}
    assert (table["name"], table["price"]) == ("the table", yuan(10))
    assert list(table["dates"]) == ["2026-03-05"]
    assert (after["tags"], after["commission_share"]) == (["sour"], 0.2)


def test_a_form_of_it_is_added_and_a_product_taken_off_sale(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, _ = await manager(world)
            more = {"new-name": "a pot", "new-price": "60", "new-stock": "3"}
            await mei.send("/merchant/product", **FIELDS, **more)
            off = await mei.send("/merchant/product", **{**FIELDS, "state": "draft", "name-1": "a pot", "price-1": "60"})  # fmt: skip
            refused = await order(world, status=409)
            return off, refused, await world.ask("GET", "/v1/products/soup")

    off, refused, after = run(scenario)
    assert note(off) == (True, "It is saved.")
    assert refused["error"]["code"] == "product_not_live"
    assert [(variant["name"], variant["price"], variant["stock"]["offered"]) for variant in after["variants"]] == [
        ("a bowl", yuan(18), 10), ("a pot", yuan(60), 3),
    ]  # fmt: skip


REFUSED = [
    ("name", {"name": " "}, "Write something here."),
    ("name", {"name": "x" * 257}, "Write at most 256 letters."),
    ("price-0", {"price-0": "12,5"}, "That is no amount. Write one such as 12.50."),
    ("price-0", {"price-0": "-1"}, "That is no amount. Write one such as 12.50."),
    ("price-0", {"price-0": "0.001"}, "Write no part of the smallest coin."),
    ("state", {"state": "sold"}, "Choose one of these."),
    ("ways", {"way-pickup": ""}, "Choose at least one way."),
    ("new-price", {"new-name": "pot", "new-stock": "1"}, "That is no amount. Write one such as 12.50."),
    ("new-stock", {"new-name": "pot", "new-price": "1", "new-stock": "-1"}, "Write a whole number from 0 to"),
]  # fmt: skip


@pytest.mark.parametrize(("field", "fields", "cure"), REFUSED)
def test_a_field_that_does_not_fit_is_named_with_its_cure_and_nothing_is_saved(
    tmp_path, field, fields, cure
):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, _ = await manager(world)
            before = await world.ask("GET", "/v1/products/soup")
            page = await mei.send("/merchant/product", **{**FIELDS, "text": "kept", **fields})
            return page, before, await world.ask("GET", "/v1/products/soup")

    page, before, after = run(scenario)
    wrong = dict(WRONG.findall(page.text))
    assert (page.status_code, list(wrong)) == (409, [field])
    assert wrong[field].startswith(cure)
    assert ">kept</textarea>" in page.text
    assert after == before


def test_a_new_product_is_made_once_and_its_commission_is_not_the_desks_to_choose(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, page = await manager(world)
            request = REQUEST.search(page).group(1)
            made = await mei.send("/merchant/products", **NEW, request=request)
            fields = {**NEW, "stock": "99", "commission_share": "0"}
            again = await mei.send("/merchant/products", **fields, request=request)
            wrong = await mei.send("/merchant/products", **{**NEW, "stock": "x"}, request="r2")
            shelf = (await world.ask("GET", "/v1/products?shop_id=soups"))["data"]
            return (
                made,
                again,
                wrong,
                [product for product in shelf if product["name"] == "Rice cake"],
            )

    made, again, wrong, cakes = run(scenario)
    assert note(made) == note(again) == (True, "It is made. Add a picture; it is on sale already.")
    assert wrong.status_code == 409
    assert [cake["variants"][0]["stock"]["offered"] for cake in cakes] == [12]
    assert cakes[0]["commission_share"] == MEAL_SHARE
    assert cakes[0]["variants"][0]["price"] == yuan(6.5)


MEAL_SHARE = 0.1  # the higher of the shop's two products


def test_another_shops_product_is_not_there_and_a_clerk_changes_none(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, _ = await manager(world)
            li = Clerk(world, "li")
            await li.arrive()
            await li.open()
            looked = await mei.ask("GET", "/merchant/product?shop=soups&product=tea")
            changed = await mei.send("/merchant/product", **{**FIELDS, "product": "tea"})
            denied = [
                await li.ask("GET", "/merchant/products"), await li.send("/merchant/product", **FIELDS),
                await li.send("/merchant/products", **NEW, request="r"),
            ]  # fmt: skip
            return looked, changed, denied, await world.ask("GET", "/v1/products/tea")

    looked, changed, denied, tea = run(scenario)
    assert (looked.status_code, changed.status_code) == (404, 404)
    assert [answer.status_code for answer in denied] == [403] * 3
    assert tea["name"] == SOUP["name"]


async def picture(clerk, body, kind, *, product="soup", token=None):
    headers = {
        "Content-Type": kind, "X-Form-Token": token or clerk.form["token"],
        "Cookie": "; ".join(f"{name}={value}" for name, value in clerk.cookies.items()),
    }  # fmt: skip
    path = f"/merchant/product/picture?shop=soups&product={product}"
    return await clerk.world.http.post(path, content=body, headers=headers)


def test_a_picture_is_stored_shown_and_taken_out(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, _ = await manager(world)
            body = packed(qr_picture("x", size=(600, 800)), "WEBP", lossless=True) + bytes(100_000)
            added = await picture(mei, body, "image/webp")
            again = await picture(mei, body, "image/webp")
            media = (await world.ask("GET", "/v1/products/soup"))["media"]
            served = await world.http.get(media[0]["url"])
            page = await mei.open(added.json()["next"])
            out = await mei.send("/merchant/product/picture/remove", product="soup", url=media[0]["url"])  # fmt: skip
            left = (await world.ask("GET", "/v1/products/soup"))["media"]
            return body, added, again, media, served, page, out, left

    body, added, again, media, served, page, out, left = run(scenario)
    assert (added.status_code, again.status_code) == (200, 200)
    assert [(medium["type"], medium["width"], medium["height"]) for medium in media] == [
        ("image/webp", 600, 800)
    ]
    assert served.content == body
    assert f'src="{media[0]["url"]}"' in page
    assert note(out) == (True, "The picture is taken out.")
    assert left == []


def test_what_is_no_picture_or_no_managers_is_refused_and_nothing_is_stored(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            mei, _ = await manager(world)
            li = Clerk(world, "li")
            await li.arrive()
            await li.open()
            good = packed(qr_picture("x"), "PNG")
            refused = [
                await picture(mei, b"hello", "image/png"), await picture(mei, b"<svg/>", "image/svg+xml"),
                await picture(mei, good, "image/jpeg"), await picture(mei, good, "image/png", token="x"),
                await picture(li, good, "image/png"), await picture(mei, good, "image/png", product="tea"),
                await picture(mei, bytes(1024 * 1024 + 1), "image/png"),
            ]  # fmt: skip
            return refused, (await world.ask("GET", "/v1/products/soup"))["media"]

    refused, media = run(scenario)
    assert [answer.status_code for answer in refused] == [400, 400, 400, 403, 403, 404, 413]
    assert media == []
