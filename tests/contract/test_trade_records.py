"""The suite of the records port: what trade keeps, whose it is, and what is left of it after an erasure."""

import sqlite3

import pytest

from lodestone.base.clock import ManualClock
from lodestone.base.errors import UnknownError
from lodestone.base.wire import Position
from lodestone.commerce.life import OrderState
from lodestone.commerce.order import Address, LineIn, OrderIn
from lodestone.commerce.product import own_key
from lodestone.commerce.shop import ReviewIn, ShopIn
from lodestone.commerce.stock import Stock
from lodestone.content import CommunityIn
from lodestone.events.outcomes import FactKind
from lodestone.people import PersonIn
from lodestone.services.commerce.context import CommandContext
from lodestone.services.commerce.place_order import reserve
from lodestone.services.community.orders_only import OrdersOnlyCommunity
from records_world import NOW, raised
from trade_simulation import TOWN, cny, open_market

HOME = Address(text="Mill Lane 3", position=TOWN, name="Ann", phone="0851-5555")


def bought(records, community, *, buyer="p0"):
    desk = OrdersOnlyCommunity(records, records.community(community), ManualClock(NOW), {})
    given = OrderIn(
        buyer=buyer, lines=(LineIn(product_id="soup", variant_id="v"),), position=TOWN, address=HOME,
        total=cny(17_000_003),
    )  # fmt: skip
    with records.unit_of_work(community, now=NOW) as work:
        reply = reserve(CommandContext(work, desk.trade.community), given)
    return reply.told


def test_a_product_is_written_with_its_item_and_both_are_the_shops(records):
    open_market(records, "town")

    product, stock = records.product("town", "soup")
    item = records.item("town", "soup")
    assert (item.row, item.given.kind, item.author_id) == (product.item, "product", "mei")
    assert item.given.position == TOWN
    assert [held.available for held in stock.values()] == [20]
    changes = records.review_shop("town", "s", ReviewIn(decision="rejected"), now=NOW)
    assert {change.app_id for change in changes if change.kind is FactKind.ITEM} == {
        "soup",
        "duck",
        "meal",
        "taste",
    }
    assert records.item("town", "soup").given.state == "draft"


def test_nothing_of_trade_crosses_from_one_community_to_another(records):
    open_market(records, "town")
    bought(records, "town")

    for ask in (records.shop, records.product, records.sale, records.shared_stock):
        with pytest.raises(UnknownError):
            ask(
                "other",
                {"shop": "s", "sale": "flash", "shared_stock": "duck"}.get(ask.__name__, "soup"),
            )
    raised(UnknownError, "order_unknown", records.order, "other", 1)
    assert records.orders("other", limit=9) == records.vouchers("other", limit=9) == []
    assert records.shops("other", limit=9) == []
    assert records.order_events("other", after=0, limit=9) == []


def test_the_same_id_in_two_communities_is_two_shops(records):
    open_market(records, "town")
    open_market(records, "other")
    bought(records, "town")

    left = [
        next(iter(records.product(one, "soup")[1].values())).available for one in ("town", "other")
    ]
    assert left == [19, 20]


def _break_off(records):
    key = own_key("soup", "v")
    with records.unit_of_work("town", now=NOW) as work:
        assert work.stock.get(key) == Stock(20)
        work.stock.put(key, Stock(99))
        work.flush()
        raise ZeroDivisionError


def test_what_raises_at_the_till_has_changed_nothing(records, dump):
    open_market(records, "town")
    before = dump()

    with pytest.raises(ZeroDivisionError):
        _break_off(records)

    assert dump() == before


def test_an_erased_buyer_leaves_an_order_that_names_nobody(records):
    open_market(records, "town")
    bought(records, "town")
    assert records.order("town", 1).address == HOME

    records.erase_person("town", "p0", now=NOW)

    view = records.order("town", 1)
    assert (view.buyer_id, view.address, view.order.paid.total) == (None, None, 17_000_003)


def test_an_erased_merchants_shop_is_closed_and_says_nothing(records):
    open_market(records, "town")

    records.erase_person("town", "mei", now=NOW)

    shop = records.shop("town", "s")
    assert (shop.given.name, shop.given.status, shop.given.owner_id) == ("closed", "closed", "")
    assert records.product("town", "soup")[0].given.name == "closed"


def test_no_file_names_where_a_buyer_lives_or_stood(sqlite_place, tmp_path):
    records = sqlite_place.open()
    records.create_community("town", CommunityIn(), now=NOW)
    open_market(records, "town")
    bought(records, "town")
    records.close()

    held = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for words in (b"Mill Lane", b"0851-5555"):
        assert words not in held
    with sqlite3.connect(tmp_path / "records.db") as reading:
        assert reading.execute("SELECT count(*) FROM position_claims").fetchone() == (1,)


def test_an_owner_must_exist_and_staff_are_listed_by_name(records):
    open_market(records, "town")
    shop = ShopIn(owner_id="nobody", name="x", position=TOWN)

    raised(UnknownError, "person_unknown", records.put_shop, "town", "x", shop, now=NOW)
    assert records.staff("town", "s") == [("li", "clerk"), ("mei", "manager")]
    assert records.remove_staff("town", "s", "li")
    assert not records.remove_staff("town", "s", "li")
    records.put_person("town", "zoe", PersonIn(), now=NOW)
    raised(UnknownError, "shop_unknown", records.put_staff, "town", "none", "zoe", "clerk")


NORTH = Position(TOWN.latitude + 3 / 111.195, TOWN.longitude)
FAR = Position(TOWN.latitude + 12 / 111.195, TOWN.longitude)


def test_shops_around_a_point_are_those_that_sell_the_nearest_first(records):
    open_market(records, "town")
    for name, at, status in (("near", NORTH, "open"), ("far", FAR, "open"), ("shut", TOWN, "closed")):  # fmt: skip
        given = ShopIn(owner_id="mei", name=name, position=at, status=status)
        records.put_shop("town", name, given, now=NOW)
        records.review_shop("town", name, ReviewIn(decision="approved"), now=NOW)
    records.put_shop("town", "new", ShopIn(owner_id="mei", name="n", position=TOWN), now=NOW)

    found = records.shops_within("town", TOWN, radius_km=10.0, limit=10)
    assert [(shop.id, round(away, 1)) for shop, away in found] == [("s", 0.0), ("near", 3.0)]
    assert {shop.given.owner_id for shop, _ in found} == {"mei"}
    assert [shop.id for shop, _ in records.shops_within("town", FAR, radius_km=10.0, limit=1)] == ["far"]  # fmt: skip
    assert records.shops_within("other", TOWN, radius_km=10.0, limit=10) == []


def test_somebody_serves_where_they_own_and_where_they_were_put(records):
    open_market(records, "town")
    for name in ("t", "u"):
        given = ShopIn(owner_id="p1", name=name, position=TOWN)
        records.put_shop("town", name, given, now=NOW)
    records.put_staff("town", "t", "p0", "clerk")
    records.put_staff("town", "s", "p0", "manager")

    def served(person):
        return [(shop.id, role) for shop, role in records.shops_served("town", person)]

    assert served("p0") == [("s", "manager"), ("t", "clerk")]
    assert served("p1") == [("t", "manager"), ("u", "manager")]
    assert served("nobody") == records.shops_served("other", "p0") == []
    records.remove_staff("town", "t", "p0")
    assert served("p0") == [("s", "manager")]


def test_orders_are_found_by_where_they_stand_and_how_they_reach_the_buyer(records):
    open_market(records, "town")
    first, second = bought(records, "town"), bought(records, "town", buyer="p1")
    way = first.fulfilment

    def found(**more):
        return [view.buyer_id for view in records.orders("town", limit=10, **more)]

    assert found(states=[OrderState.RESERVED], ways=[way]) == ["p1", "p0"]
    assert found(states=[OrderState.RESERVED], ways=[way], buyer_id="p0") == ["p0"]
    assert found(states=[OrderState.PAID]) == []
    assert found(ways=[one for one in ("delivery", "pickup", "redeem") if one != way]) == []
    assert second.fulfilment == way
