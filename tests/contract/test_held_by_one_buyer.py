"""The bound on what one buyer holds unpaid, on both databases, through two processes' worth of tills."""

import asyncio

import pytest

from lodestone.base.clock import ManualClock
from lodestone.base.errors import LodestoneError
from lodestone.commerce.order import LineIn, OrderIn
from lodestone.commerce.product import ProductIn, Variant
from lodestone.commerce.shop import ReviewIn, ShopIn
from lodestone.people import PersonIn
from lodestone.services.commerce.transitions import cancel
from lodestone.services.community.orders_only import OrdersOnlyCommunity
from records_world import NOW
from trade_simulation import TOWN, cny


@pytest.fixture
def two_desks(place, records):
    people = [(name, PersonIn()) for name in ("mei", "p0", "p1")]
    records.put_people("town", people, now=NOW)
    shop = ShopIn(owner_id="mei", name="Mei", position=TOWN)
    records.put_shop("town", "s", shop, now=NOW)
    records.review_shop("town", "s", ReviewIn(decision="approved"), now=NOW)
    given = ProductIn(
        shop_id="s", name="Soup", variants=(Variant(id="v", price=cny(5_000_000), stock=60),),
        fulfilment=("pickup",),
    )  # fmt: skip
    records.put_product("town", "soup", given, currency="CNY", now=NOW)
    others = place.open() if records.shared else records
    yield [
        OrdersOnlyCommunity(mine, mine.community("town"), ManualClock(NOW), {})
        for mine in (records, others)
    ]
    if others is not records:
        others.close()


def ask(desk, buyer, units=1):
    line = LineIn(product_id="soup", variant_id="v", quantity=units)
    given = OrderIn(buyer=buyer, lines=(line,), position=TOWN)
    return desk.trade.order(given, None)


def test_two_processes_count_the_same_buyers_orders_together(two_desks, records):
    async def scenario():
        calls = [ask(two_desks[number % 2], "p0") for number in range(16)]
        answers = await asyncio.gather(*calls, return_exceptions=True)
        taken = [one for one in answers if not isinstance(one, LodestoneError)]
        refused = {one.code for one in answers if isinstance(one, LodestoneError)}
        assert (len(taken), refused) == (6, {"hold_limit_reached"})

        await two_desks[1].trade.move(taken[0].told.id, cancel, None)
        again = await asyncio.gather(
            *(ask(desk, "p0") for desk in two_desks), return_exceptions=True
        )
        assert sum(isinstance(one, LodestoneError) for one in again) == 1
        await ask(two_desks[0], "p1", units=6)

    asyncio.run(scenario())
    _, stock = records.product("town", "soup")
    assert [one.held for one in stock.values()] == [12]
