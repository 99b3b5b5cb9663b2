"""A page asks the records once for many: how many statements it takes does not depend on how many rows it shows."""

from contextlib import contextmanager
from contextvars import ContextVar

import pytest
from sqlalchemy import event

from lodestone.console.viewer.demo import residents
from tests.worlds.merchant_desk import Clerk, shop_of
from tests.worlds.trade_world import bought, line, market, redeem, voucher, yuan
from tests.worlds.world import TOWN, opened, run

SEVERAL = 12
"""Rows of the long page; the short one has one."""
ASKED = ContextVar("asked", default=False)
"""Handed on to the threads in which a request reads the records."""


@contextmanager
def statements(world):
    """Keep the statements that are made for whoever asks meanwhile; what runs beside them by the clock is not."""
    counted = []

    def count(connection, cursor, statement, *_):
        if ASKED.get():
            counted.append(statement)

    engine = world.app.records._engine
    event.listen(engine, "before_cursor_execute", count)
    asked = ASKED.set(True)
    try:
        yield counted
    finally:
        ASKED.reset(asked)
        event.remove(engine, "before_cursor_execute", count)


def reads(counted):
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in counted)


async def goods(world, first, last):
    """Put so many products up for sale, each of two variants that share a stock item of their own."""
    for number in range(first, last):
        shared = f"pot{number}"
        await world.put(f"/v1/stock/{shared}", {"shop_id": "soups", "stock": 9}, status=201)
        variants = [
            {"id": name, "name": name, "price": yuan(9 + number), "stock_item": shared}
            for name in ("small", "large")
        ]
        body = {
            "shop_id": "soups", "name": f"Stew {number}", "fulfilment": ["pickup"], "tags": ["soup"],
            "variants": variants, "commission_share": 0.05,
        }  # fmt: skip
        await world.put(f"/v1/products/stew{number}", body, status=201)


async def session(world, viewer="p0"):
    token = (await world.ask("POST", "/v1/sessions", {"viewer": viewer}, status=201))["token"]
    return {"authorization": f"Bearer {token}"}


async def places(world, count):
    """Put so many places around the town, in which the posts lie."""
    for number in range(count):
        body = {"kind": "place", "name": f"Place {number}", "centre": TOWN}
        await world.put(f"/v1/domains/place{number}", body, status=201)


async def asked(world, method, path, body=None):
    """Ask a page's route twice and count the second: the first may read what is read once for all."""
    headers = await session(world)
    answer = await world.http.request(method, path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    with statements(world) as counted:
        answer = await world.http.request(method, path, json=body, headers=headers)
    return answer.json(), reads(counted)


async def feeds(world):
    """Ask for feeds of a few slots and of many, with more of either than there are posts that are no products."""
    await world.items(3, position=TOWN)
    await goods(world, 0, 3 * SEVERAL)
    for slots in (4, SEVERAL + 4):
        told, count = await asked(world, "POST", "/v1/page/feed", {"slots": slots})
        assert "product" in {slot["kind"] for slot in told["slots"]}
        assert all(slot["place"] and slot["author"] for slot in told["slots"])
        yield len(told["slots"]), count


async def shelves(world):
    """Ask for a shop's page with few goods and with many."""
    for first, last in ((0, 1), (1, SEVERAL)):
        await goods(world, first, last)
        told, count = await asked(world, "GET", "/v1/page/shops/soups")
        yield len(told["goods"]), count


async def orders(world):
    """Ask for the viewer's orders of one product and of many."""
    for first, last in ((0, 1), (1, SEVERAL)):
        await goods(world, first, last)
        for number in range(first, last):
            await bought(world, line(f"stew{number}", "small"))
        told, count = await asked(world, "GET", "/v1/page/orders")
        yield len(told["data"]), count


async def grids(world):
    """Ask for an author's page with few posts and with many."""
    for first, last in ((0, 1), (1, SEVERAL)):
        await world.items(last - first, first=first, authors=1)
        told, count = await asked(world, "GET", "/v1/page/people/a0")
        yield len(told["posts"]["data"]), count


async def likes(world):
    """Ask for one's own page with few likes and follows and with many."""
    await world.items(SEVERAL, authors=SEVERAL)
    for first, last in ((0, 1), (1, SEVERAL)):
        for number in range(first, last):
            await world.events(world.event("like", item_id=f"i{number}"))
            await world.put(f"/v1/people/p0/follows/a{number}", status=204)
        told, count = await asked(world, "GET", "/v1/page/mine")
        assert len(told["following"]) == last
        yield len(told["likes"]["data"]), count


@pytest.mark.parametrize("pages", [feeds, shelves, orders, grids, likes])
def test_a_long_page_takes_as_many_statements_as_a_short_one(tmp_path, pages):
    async def scenario():
        async with opened(tmp_path) as world:
            await market(world)
            await places(world, 3)
            return [told async for told in pages(world)]

    (short, few), (long, many) = run(scenario)
    assert long >= short + SEVERAL - 1
    assert many == few


def test_residents_are_listed_with_one_statement_for_all_their_names(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            await world.put(
                "/v1/domains/weaver", {"kind": "profession", "name": "Weavers"}, status=201
            )
            await places(world, 2)
            await world.people(SEVERAL, home=TOWN, profession="weaver")
            counts = []
            for limit in (1, SEVERAL):
                with statements(world) as counted:
                    read = world.app.records.threads.read
                    listed = await read(residents, world.engine, "", limit=limit)
                counts.append((len(listed), {one.profession for one in listed}, reads(counted)))
            return counts

    (few, _, once), (many, trades, times) = run(scenario)
    assert (few, many, trades) == (1, SEVERAL, {"Weavers"})
    assert times == once


@pytest.mark.parametrize(
    ("path", "person"),
    [("/merchant/stock", "mei"), ("/merchant/orders", "li"), ("/merchant", "li")],
)
def test_a_desks_page_takes_as_many_statements_for_much_as_for_little(tmp_path, path, person):
    async def scenario():
        async with shop_of(tmp_path) as world:
            clerk = Clerk(world, person)
            await clerk.arrive()
            counts = []
            for first, last in ((0, 1), (1, SEVERAL)):
                await goods(world, first, last)
                for number in range(first, last):
                    await bought(world, line(f"stew{number}", "small"))
                    await bought(world, line("meal", "two"), buyer=f"p{number % 10}")
                    code = (await voucher(world, f"p{number % 10}"))["code"]
                    await redeem(world, code, f"r{number}", staff_id=("li", "mei")[number % 2])
                await clerk.open(path)
                with statements(world) as counted:
                    page = await clerk.open(path)
                counts.append((len(page), reads(counted)))
            return counts

    (short, few), (long, many) = run(scenario)
    assert long > short
    assert many == few
