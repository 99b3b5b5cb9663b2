"""The town is made from its seed, speaks only HTTP, and leaves no report empty after its first day."""

import io
from math import cos, radians

import numpy as np
import pytest
from PIL import Image

from lodestone.base.clock import Instant
from lodestone.client import AsyncClient as Client
from lodestone.client import ClientError
from lodestone.town import fill, make_town
from lodestone.town.make import LATITUDE, LONGITUDE
from lodestone.town.people.topics import TOPICS
from lodestone.town.scenes.pictures import picture
from tests.worlds.world import NOON, instant, opened, run

UNTIL = instant(NOON)


def test_one_seed_makes_one_town_and_another_makes_another():
    assert make_town(1, UNTIL, people=60, posts=100) == make_town(1, UNTIL, people=60, posts=100)
    assert make_town(1, UNTIL, people=60, posts=100) != make_town(2, UNTIL, people=60, posts=100)


def test_the_town_is_as_it_was_promised():
    town = make_town(1, UNTIL)
    followers = np.bincount([whom for _, whom in town.follows], minlength=len(town.people))
    creators = [n for n, person in enumerate(town.people) if person.reach > 0]
    shops = [post.body for post in town.posts if post.body["kind"] == "product"]
    texts = [post.body["text"] for post in town.posts if post.body["kind"] != "product"]

    assert len(town.people) == 1000
    assert len(town.posts) > 3000
    assert followers.max() >= 200
    assert 3 <= followers[creators].min() <= 4
    far = [away(body["position"]) > 10 for body in shops]
    assert 1 <= sum(far) < len(shops) / 2
    assert len(set(texts)) > 0.75 * len(texts)
    assert all(post.created <= UNTIL for post in town.posts)
    kinds = {body["kind"] for _, body in town.domains}
    assert kinds == {"place", "channel", "profession"}


def away(position):
    north = (position["latitude"] - LATITUDE) * 111.195
    east = (position["longitude"] - LONGITUDE) * 111.195 * cos(radians(LATITUDE))
    return (north**2 + east**2) ** 0.5


def test_every_topic_has_pictures_of_its_own():
    pictures = {(t, v): picture(t, v) for t in range(len(TOPICS)) for v in (0, 1)}

    assert len(set(pictures.values())) == len(pictures)
    for data in pictures.values():
        assert Image.open(io.BytesIO(data)).size == (480, 640)
        assert len(data) < 40_000
    assert picture(3, 1) == pictures[3, 1]


def test_a_day_in_town_leaves_no_report_empty_and_is_not_lived_twice(tmp_path):
    async def scenario():
        async with opened(tmp_path, given={"clock": "driven"}) as world:
            client = Client(world.http, world.key)
            town = make_town(3, UNTIL, people=80, posts=240)
            first = await fill(
                client,
                town,
                lambda *_: None,
                hour_of=lambda at: at // 3_600_000_000 % 24,
                feeds=300,
            )
            again = await fill(
                client,
                town,
                lambda *_: None,
                hour_of=lambda at: at // 3_600_000_000 % 24,
                feeds=300,
            )
            told = {
                name: await world.ask("GET", f"/v1/{name}", status=200)
                for name in ("reports/liu", "reports/flow", "reports/exposure", "promises")
            }
            people = await world.ask("GET", "/v1/people?limit=1000")
            shops = (await world.ask("GET", "/v1/shops?limit=1000"))["data"]
            goods = (await world.ask("GET", "/v1/products?limit=1000"))["data"]
            keepers = [await world.ask("GET", f"/v1/shops/{one['id']}/staff") for one in shops]
            feed = await world.feed("p0", slots=50, surface="place", position=shops[0]["position"])
            return first, again, told, people, shops, goods, keepers, feed, town

    first, again, told, people, shops, goods, keepers, feed, town = run(scenario)
    assert {one["name"] for one in shops} == {one.name for one in town.shops}
    assert {one["review"] for one in shops} == {"approved"}
    assert len(goods) == sum(len(one.goods) for one in town.shops)
    assert all(one["text"].startswith(shop.name) for one, shop in sold(goods, shops, town))
    everywhere = set.intersection(*[{one["person_id"] for one in told["data"]} for told in keepers])
    assert everywhere == {town.people[town.shops[0].owner].body["id"]}
    assert {slot["item_id"] for slot in feed["slots"]} & {one["id"] for one in goods}
    assert first.people == 80
    assert 280 <= first.feeds <= 320
    assert first.events > 1500
    assert (
        again.feeds < 10
    )  # the last step alone: a run that ended within it is finished by the next
    assert again.events < 60
    assert len(people["data"]) == 80
    days = told["reports/liu"]["liu"]["days"]
    assert {day["domain"] for day in days if day["impressions"]} == {"public", "middle", "private"}
    assert told["reports/exposure"]["impressions"] > 1000
    assert told["reports/flow"]["borders"]
    assert any(promise["delivered"] > 0 for promise in told["promises"]["data"])


def sold(goods, shops, town):
    """Pair what is sold with whose shop sells it."""
    by_name = {one.name: one for one in town.shops}
    by_id = {one["id"]: by_name[one["name"]] for one in shops}
    return [(good, by_id[good["shop_id"]]) for good in goods]


def test_a_refusal_reaches_the_app_in_the_engines_own_words(tmp_path):
    async def scenario():
        async with opened(tmp_path) as world:
            client = Client(world.http, world.key, sleep=None)
            with pytest.raises(ClientError) as caught:
                await client.advance(Instant(0))
            with pytest.raises(ClientError) as unknown:
                await client.receipt("rcp_0")
        return caught.value, unknown.value

    caught, unknown = run(scenario)
    assert (caught.status, caught.code) == (409, "clock_not_driven")
    assert (unknown.status, unknown.code) == (404, "receipt_unknown")
