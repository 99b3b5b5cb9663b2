"""The demo's town before the engine: weeks lived up to now, with trade, in two languages, drawn by subject."""

import asyncio
import itertools
import re
from datetime import UTC, datetime

import pytest

from lodestone import bootstrap
from lodestone.base.clock import Instant, ManualClock
from lodestone.cli.reach import here
from lodestone.client import AsyncClient as Client
from lodestone.town import Shelf
from lodestone.town.demo import DemoPlan, live_demo
from lodestone.town.demo.matters import MATTERS, TRADE_MATTERS
from lodestone.town.demo.talk import PAIRS
from lodestone.town.people.topics import PROFESSIONS

NOW = Instant(int(datetime(2026, 11, 30, 6, 40, tzinfo=UTC).timestamp() * 1_000_000))
"""Twenty to three in the afternoon, in the town."""
HAN = re.compile(r"[\u4e00-\u9fff]")
PEOPLE, DAYS = 60, 2


class StopError(Exception):
    """The process is killed."""


async def living(home, plan, *, stop_at=None, say=None):
    """Live a demo in a home; raise StopError once so many steps are done."""
    steps = itertools.count()

    def tell(*_):
        if next(steps) == stop_at:
            raise StopError

    async with (
        bootstrap.open_app(bootstrap.settings_of(str(home), {}), wall=ManualClock(NOW)) as app,
        here(app, "demo") as world,
    ):
        client = Client(world.http, world.key, "demo")
        body = {"name": "枫香县", "time_zone": "Asia/Shanghai", "clock": "driven"}
        await client.put_community("demo", body)
        await live_demo(client, Shelf(home / "town" / "demo"), plan, tell)
        return None if say is None else await say(client)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """Live a small demo, cut short once; return what the engine says of it."""
    home = tmp_path_factory.mktemp("home")
    plan = DemoPlan(seed=4, people=PEOPLE, days=DAYS, until=NOW)

    async def say(client):
        lists = ("people", "items", "domains", "shops", "products", "orders")
        records = {name: await everything(client, name) for name in lists}
        rooms = [item["id"] for item in records["items"] if item["kind"] == "live"]
        records["live"] = [await client.ask("GET", f"/v1/live/{room}") for room in rooms]
        records["clock"] = (await client.ask("GET", "/v1/communities/demo"))["now"]
        records["trial"] = await client.ask("GET", "/v1/trial-balance")
        records["trade"] = {
            trade: [
                slot
                for person in [
                    person for person in records["people"] if person["profession"] == trade
                ][:4]
                for slot in (await client.feed(person["id"], "profession", slots=8)).slots
            ]
            for trade in PROFESSIONS
        }
        talked = [item for item in records["items"] if item["counters"].get("comment")]
        records["threads"] = [
            (item, (await client.ask("GET", f"/v1/items/{item['id']}/comments"))["data"])
            for item in talked
        ]
        parties = {account["party"] for account in await everything(client, "accounts")}
        records["statements"] = [
            await client.ask("GET", f"/v1/statements/{party}?from=2026-11-28&to=2026-11-30")
            for party in sorted(parties)
        ]
        return records

    async def scenario():
        with pytest.raises(StopError):
            await living(home, plan, stop_at=61)
        # What is asked for anew does not count: the life goes on as it was begun.
        other = DemoPlan(seed=9, people=99, days=9, until=NOW)
        return await living(home, other, say=say)

    return asyncio.run(scenario())


async def everything(client, name):
    rows, cursor = [], ""
    while cursor is not None:
        page = await client.ask("GET", f"/v1/{name}?limit=1000{cursor and f'&cursor={cursor}'}")
        rows += page["data"]
        cursor = page["next_cursor"]
    return rows


def test_the_life_is_the_one_that_was_begun_and_ends_in_the_present_half_hour(lived):
    assert (
        PEOPLE
        < len([person for person in lived["people"] if float(person["home"]["latitude"]) < 27])
        < 99
    )
    assert lived["clock"] == "2026-11-30T06:30:00.000Z"


def test_people_have_bought_and_fetched_and_the_books_balance(lived):
    states = {order["state"] for order in lived["orders"]}

    assert len(lived["shops"]) >= 12
    assert {shop["review"] for shop in lived["shops"]} <= {"approved", "pending"}
    assert states & {"fulfilled", "redeemed", "paid"}
    assert lived["trial"]["difference"]["micros"] == 0
    assert any(
        account["lines"] for statement in lived["statements"] for account in statement["accounts"]
    )


def test_every_post_name_place_and_shop_is_there_in_both_languages(lived):
    for item in lived["items"]:
        assert HAN.search(item["text"]), item
        assert not HAN.search(item["translations"]["en"]["text"]), item
    for name in ("people", "domains", "shops"):
        for record in lived[name]:
            assert HAN.search(record["name"]), record
            assert not HAN.search(record["translations"]["en"]["name"]), record
    for product in lived["products"]:
        assert HAN.search(product["name"])
        assert not HAN.search(product["translations"]["en"]["name"])
        for variant in product["variants"]:
            assert not variant["name"] or variant["translations"]["en"]["name"]


def test_people_talk_below_posts_about_what_those_show_and_authors_answer(lived):
    answered = 0
    for item, threads in lived["threads"]:
        for thread in threads:
            tag = item["tags"][0]
            asked = dict(PAIRS[tag])
            assert thread["comment"]["text"] in asked, (tag, thread)
            assert item["created_at"] < thread["comment"]["created_at"] < lived["clock"]
            own = [reply for reply in thread["replies"] if reply["by_item_author"]]
            assert all(reply["text"] == asked[thread["comment"]["text"]] for reply in own)
            answered += bool(own)

    assert answered >= 1


def test_what_has_a_picture_has_a_sharp_one_and_what_moves_a_clip_beside_it(lived):
    count = {"video": 2, "picture": 1, "text": 0, "product": 1}
    for item in lived["items"]:
        if item["kind"] == "live":
            continue
        assert len(item["media"]) == count[item["kind"]], item
        assert all(
            picture["type"] == "image/svg+xml" and picture["width"] >= 1080
            for picture in item["media"]
        )


def test_nothing_pretends_to_be_live(lived):
    rooms = {room["id"]: room["state"] for room in lived["live"]}
    live = [item for item in lived["items"] if item["kind"] == "live"]

    assert {item["id"] for item in live} == set(rooms)
    assert all((rooms[item["id"]] == "live") == (item["state"] == "live") for item in live)


def test_trades_see_their_own_work(lived):
    empty = 0
    items = {item["id"]: item for item in lived["items"]}
    for trade, slots in lived["trade"].items():
        own = [items[slot.item_id] for slot in slots if trade in items[slot.item_id]["professions"]]
        empty += not own
        assert all(item["tags"][0] in TRADE_MATTERS[trade] for item in own), trade
    assert empty <= 4  # of twelve: sixty people do not post about everything in ten days


def test_a_post_is_about_one_matter_and_a_shop_sells_one_kind_of_goods(lived):
    for item in lived["items"]:
        if item["kind"] in ("video", "picture", "text"):
            assert item["tags"][0] in MATTERS
    sold = {}
    for product in lived["products"]:
        sold.setdefault(product["shop_id"], set()).add(product["tags"][0])
    assert all(len(tags) == 1 for tags in sold.values())
