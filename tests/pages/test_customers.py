"""Who buys at a shop: kinds by when and how often, sums without what was refunded, and no more of anybody than orders show."""

import re

from tests.worlds.merchant_desk import Clerk, shop_of
from tests.worlds.trade_world import act, bought, line, order
from tests.worlds.world import run

ROW = re.compile(
    r"<code>([0-9A-F]{8})</code></th><td>(\w+)</td><td class=\"number\">(\d+)</td><td class=\"number\">([^<]+)<"
)
FIGURE = re.compile(r'kind-name">(\w+)</span><strong class="kind-figure figures">(\d+)<')


async def customers(world, person="mei", shop="soups", query=""):
    clerk = Clerk(world, person, shop)
    await clerk.arrive()
    return await clerk.open(f"/merchant/customers?shop={shop}{query}")


def test_customers_are_told_apart_by_when_and_how_often_they_bought(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            empty = await customers(world)
            await bought(world, buyer="p0")
            world.later(days=130)
            await bought(world, buyer="p1")
            await bought(world, buyer="p2")
            world.later(days=70)
            given_back = await bought(world, buyer="p5")
            await act(world, given_back, "cancel")
            await order(world, buyer="p6")
            await bought(world, buyer="p2")
            part = await bought(world, buyer="p3")
            await act(world, part, "fulfil")
            await act(world, part, "refund", {"request_id": "b", "amount": {"micros": 8_000_000, "currency": "CNY"}})  # fmt: skip
            await bought(world, line("tea"), buyer="p4")
            page = await customers(world)
            lapsing = await customers(world, query="&kind=lapsing")
            return empty, page, lapsing

    empty, page, lapsing = run(scenario)
    assert "Whoever buys here will appear here." in empty
    assert dict(FIGURE.findall(page)) == {"new": "1", "again": "1", "lapsing": "1", "lost": "1"}
    rows = {kind: (orders, spent) for _, kind, orders, spent in ROW.findall(page)}
    assert rows == {
        "new": ("1", "¥10.00"), "again": ("2", "¥36.00"), "lapsing": ("1", "¥18.00"),
        "lost": ("1", "¥18.00"),
    }  # fmt: skip
    assert "2 people bought here in the last 60 days; 1 of them more than once." in page
    assert [kind for _, kind, *_ in ROW.findall(lapsing)] == ["lapsing"]


def test_nobody_is_named_another_shop_knows_them_by_other_signs_and_the_erased_are_gone(tmp_path):
    async def scenario():
        async with shop_of(tmp_path) as world:
            await world.put("/v1/people/p7", {"name": "Zhang Wei"})
            for buyer in ("p7", "p8"):
                await bought(world, buyer=buyer)
                await bought(world, line("tea"), buyer=buyer)
            here, there = await customers(world), await customers(world, "eve", "teas")
            again = await customers(world)
            await world.ask("DELETE", "/v1/people/p8")
            after = await customers(world)
            li = Clerk(world, "li")
            await li.arrive()
            denied = await li.ask("GET", "/merchant/customers")
            return here, there, again, after, denied.status_code

    here, there, again, after, denied = run(scenario)
    mine, theirs = [{row[0] for row in ROW.findall(page)} for page in (here, there)]
    assert (len(mine), len(theirs), mine & theirs) == (2, 2, set())
    assert mine == {row[0] for row in ROW.findall(again)}
    assert len(ROW.findall(after)) == 1
    assert "Zhang" not in here
    assert "p7" not in here
    assert denied == 403
