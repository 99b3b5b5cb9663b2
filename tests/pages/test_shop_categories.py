"""A shop's kinds are named in the reader's language where its app has sent them, and erased with the shop."""

import pytest

from tests.pages.test_page_routes import page_of, peopled
from tests.worlds.trade_world import SOUP
from tests.worlds.world import TOWN, opened, run

WORDS = {"en": {"name": "Sour soup shop", "text": "Soup all day", "categories": ["Rice noodles", "Breakfast"]}}  # fmt: skip
SHOP = {"owner_id": "a0", "name": "酸汤店", "position": TOWN, "categories": ["米粉", "早餐"], "translations": WORDS}  # fmt: skip


async def sold(world):
    await peopled(world)
    await world.put("/v1/shops/soup", SHOP, status=201)
    await world.ask("POST", "/v1/shops/soup/review", {"decision": "approved"}, status=200)


@pytest.mark.parametrize(
    ("language", "kinds"), [("en", ["Rice noodles", "Breakfast"]), ("zh", ["米粉", "早餐"])]
)
def test_kinds_are_read_in_the_readers_language_on_the_shops_page_and_the_map(
    tmp_path, language, kinds
):
    async def scenario():
        async with opened(tmp_path) as world:
            await sold(world)
            here = {**await page_of(world), "Accept-Language": language}
            page = await world.ask("GET", "/v1/page/shops/soup", headers=here, status=200)
            around = await world.ask("GET", "/v1/page/around", headers=here, status=200)
            (on_map,) = [shop for shop in around["shops"] if shop["id"] == "soup"]
            return page["shop"]["categories"], on_map["categories"]

    assert run(scenario) == (kinds, kinds)


def test_kinds_in_another_language_are_as_many_as_the_shops_own(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await peopled(world)
            few = {"en": {"name": "Soup", "categories": ["Noodles"]}}
            answer = await world.put("/v1/shops/soup", {**SHOP, "translations": few}, status=400)
            return answer["error"]["details"]

    (problem,) = run(scenario)
    assert problem["problem"].endswith("must be as many as the shop's own")


def test_translated_words_of_a_shop_and_its_products_are_erased_with_their_owner(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await sold(world)
            words = {"en": {"name": "Sour soup of mine"}}
            soup = {**SOUP, "shop_id": "soup", "translations": words}
            await world.put("/v1/products/mine", soup, status=201)
            await world.ask("DELETE", "/v1/people/a0", status=204)
            return [
                await world.ask("GET", path, status=200)
                for path in ("/v1/shops/soup", "/v1/products/mine")
            ]

    shop, product = run(scenario)
    assert (shop["translations"], product["translations"]) == ({}, {})
    assert (shop["categories"], shop["name"]) == ([], "closed")
