"""The suite of the records port: shops and products found by parts of their names."""

import pytest

from lodestone.base.search_text import search_words
from lodestone.base.wire import Position
from lodestone.commerce.product import ProductIn, Variant
from lodestone.commerce.shop import ReviewIn, ShopIn, TranslatedShop
from records_world import NOW
from trade_simulation import TOWN, cny, open_market

NORTH = Position(TOWN.latitude + 3 / 111.195, TOWN.longitude)


ENGLISH = {"en": TranslatedShop(name="Li's Noodles", categories=("rice noodles",))}


def shop_at(records, name, called, at, **fields):
    given = ShopIn(owner_id="mei", name=called, position=at, **fields)
    records.put_shop("town", name, given, now=NOW)
    records.review_shop("town", name, ReviewIn(decision="approved"), now=NOW)


def product_of(records, name, called, shop, **fields):
    variant = Variant(id="v", name="one", price=cny(1_000_000), stock=1)
    given = ProductIn(
        shop_id=shop, name=called, variants=(variant,), fulfilment=("pickup",), **fields
    )
    records.put_product("town", name, given, currency="CNY", now=NOW)


def names(matches):
    return [match.product_name or match.shop.given.name for match in matches]


@pytest.fixture
def street(records):
    open_market(records, "town")
    shop_at(records, "north", "老城李家粉店", NORTH, categories=("米粉",), translations=ENGLISH)
    shop_at(records, "near", "老城Tea House", TOWN)
    shop_at(records, "shut", "老城关张粉店", TOWN, status="closed")
    records.put_shop(
        "town", "new", ShopIn(owner_id="mei", name="老城新粉店", position=TOWN), now=NOW
    )
    product_of(records, "bowl", "羊肉粉一碗", "north")
    product_of(records, "draft", "牛肉粉一碗", "north", state="draft")
    product_of(records, "cup", "米粉味的茶", "near")
    return records


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("老城", ["老城Tea House", "老城李家粉店"]),
        ("粉 李", ["老城李家粉店"]),
        ("ｔｅａ", ["老城Tea House"]),
        ("米粉", ["老城李家粉店", "米粉味的茶"]),
        ("一碗", ["羊肉粉一碗"]),
        ("noodles", ["老城李家粉店"]),
        ("Li's", ["老城李家粉店"]),
        ("nothing", []),
    ],
)
def test_a_search_finds_open_shops_then_live_products_the_nearest_first(street, query, expected):
    matches = street.find_trade("town", TOWN, search_words(query), limit=10)

    assert names(matches) == expected
    assert {match.shop.given.owner_id for match in matches} <= {"mei"}


def test_a_search_brings_no_more_of_each_kind_than_it_is_asked_for_and_nothing_of_another_community(street):  # fmt: skip
    assert names(street.find_trade("town", TOWN, search_words("粉"), limit=1)) == ["老城李家粉店", "米粉味的茶"]  # fmt: skip
    assert street.find_trade("other", TOWN, search_words("粉"), limit=10) == []
