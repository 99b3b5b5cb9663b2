"""What the town's shops say of themselves is what the door takes, and what becomes of an order follows from its stream."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from lodestone.base.chance import Streams
from lodestone.base.clock import Instant
from lodestone.commerce.live import RoomIn
from lodestone.commerce.order import Address
from lodestone.commerce.product import ProductIn
from lodestone.commerce.shop import ShopIn
from lodestone.town.commerce import shops
from lodestone.town.commerce.market import Market, Order, Sale, Stall, packed, unpacked
from lodestone.town.commerce.wares import WAYS, drawn_ware
from lodestone.town.payloads import Payloads
from lodestone.town.people.creators import first_posts
from lodestone.town.people.population import settle
from lodestone.town.people.rhythm import STEPS
from lodestone.town.runs import START
from lodestone.town.truth import PRODUCT

STREAMS = Streams(3)


@pytest.fixture(scope="module")
def truth():
    town = settle(STREAMS, 300)
    town.posts = first_posts(town, START, 60, STREAMS.of("history"))
    return town


@pytest.fixture(scope="module")
def products(truth):
    return np.flatnonzero(truth.posts.kind == PRODUCT).tolist()


def test_every_shop_and_clerk_is_one_the_door_takes(truth):
    makers = np.flatnonzero(truth.makers.shop).tolist()
    for maker in makers:
        told = msgspec.convert(shops.shop(STREAMS, truth, maker), ShopIn)
        assert told.radius_km == 10.0
        clerk = shops.clerk(STREAMS, truth, maker)
        assert clerk != truth.makers.person[maker]
        assert truth.people.resident[clerk]
        assert not truth.people.minor[clerk]
    assert len(makers) > 10


def test_every_product_and_room_is_one_the_door_takes(truth, products):
    told = Payloads(STREAMS, personal=True)
    kinds = set()
    for post in products:
        ware = drawn_ware(STREAMS, truth, post)
        body = told.post(truth, post)
        at = Instant(int(truth.posts.created[post]))
        given = shops.product(ware, body, int(truth.posts.maker[post]), list(ware.level), at)
        read = msgspec.convert(given, ProductIn)
        assert [one.price.micros for one in read.variants] == list(ware.micros)
        assert msgspec.convert(shops.room(body, f"i{post}"), RoomIn).products == (f"i{post}",)
        kinds.add((ware.ways, ware.shared, ware.dated, ware.times))
    assert len(products) > 60
    assert {ways for ways, *_ in kinds} == set(WAYS)
    assert {shared for _, shared, *_ in kinds} == {False, True}
    assert {dated for *_, dated, _ in kinds} == {False, True}
    assert {times for *_, times in kinds} == {1, 5}


def test_a_basket_comes_to_what_its_lines_cost(truth, products):
    together = 0
    for number, post in enumerate(products):
        ware = drawn_ware(STREAMS, truth, post)
        taken = shops.basket(STREAMS.of("basket", number), ware, START)
        price = {f"v{size}": micros for size, micros in enumerate(ware.micros)}
        total = sum(price[line["variant_id"]] * line["quantity"] for line in taken.lines)
        assert taken.micros == total
        assert taken.way in ware.ways
        assert all(("date" in line) == ware.dated for line in taken.lines)
        together += len(taken.lines) == 2
    assert together > 0


def test_an_address_is_one_the_door_takes_and_is_home(truth):
    told = msgspec.convert(shops.address(STREAMS, truth, 7), Address)

    assert told.position.latitude == truth.people.latitude[7]
    assert told.position.longitude == truth.people.longitude[7]


def drawn(truth, goods, *, leaves=0.08):
    makers = replace(truth.makers, goods=np.full(truth.makers.count, goods))
    return [
        shops.fate(STREAMS.of("fate", number), makers, 0, leaves=leaves) for number in range(2000)
    ]


def test_nobody_wants_money_back_for_the_best_goods_and_a_third_do_for_the_worst(truth):
    best, worst = drawn(truth, 1.0), drawn(truth, 0.0)

    assert [one.back for one in best] == [0.0] * 2000
    sorry = [one.back for one in worst if one.back]
    assert 0.3 < len(sorry) / 2000 < 0.4
    assert all(0.2 <= back <= 0.7 or back == 1.0 for back in sorry)
    assert 0.3 < sum(back == 1.0 for back in sorry) / len(sorry) < 0.5


def test_what_becomes_of_an_order_does_not_hang_on_whether_it_was_likely_to_be_paid(truth):
    calm, rush = drawn(truth, 0.5), drawn(truth, 0.5, leaves=0.25)

    assert [replace(one, pays=True) for one in calm] == [replace(one, pays=True) for one in rush]
    assert sum(one.pays for one in rush) < sum(one.pays for one in calm) < 2000


@pytest.mark.parametrize("step", range(2 * STEPS))
def test_nobody_is_served_at_night(step):
    served = shops.served_from(step)

    assert served >= step
    assert served - step <= STEPS
    assert 20 <= served % STEPS < 38
    if 20 <= step % STEPS < 38:
        assert served == step


def test_a_market_is_the_same_once_written_and_read():
    order = Order(
        number=3, id="ord_1", person=4, maker=5, post=6, way="redeem", micros=7, days=2, served=8,
        visited=True, act="have", due=9, had=1,
    )  # fmt: skip
    sale = Sale(id="f1", maker=5, post=6, room=7, opens=8, units=9, micros=10, waiting=[order])
    market = Market({5: Stall(2, approved=True)}, 4, [order], [sale], {6: 3}, {"paid": 1})

    assert unpacked(packed(market)) == market
    assert unpacked(packed(Market())) == Market()
