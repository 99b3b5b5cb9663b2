"""The town is made from its seed and speaks only HTTP; here to an engine that is a list of what it was told."""

import asyncio
import io
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import httpx
import msgspec
import numpy as np
import pytest
from PIL import Image

from lodestone.base.clock import Instant
from lodestone.base.geo import distance_km
from lodestone.base.wire import instant_of
from lodestone.client import AsyncClient as Client
from lodestone.client import ClientError, Retries
from lodestone.town import fill, make_town
from lodestone.town.life import STEP_MINUTES, STEPS
from lodestone.town.make import LATITUDE, LONGITUDE
from lodestone.town.people.topics import CHANNELS, PROFESSIONS, TOPICS
from lodestone.town.scenes.pictures import VARIANTS, picture

DAY = 86_400_000_000
UNTIL = Instant(20_000 * DAY + DAY // 2)


@pytest.fixture(scope="module")
def town():
    return make_town(1, UNTIL)


def away(position):
    return distance_km(LATITUDE, LONGITUDE, position["latitude"], position["longitude"])


# --- what is made


def test_one_seed_makes_one_town():
    assert make_town(4, UNTIL, people=60, posts=90) == make_town(4, UNTIL, people=60, posts=90)


def test_another_seed_makes_other_people_posts_and_follows():
    one, other = (make_town(seed, UNTIL, people=60, posts=90) for seed in (4, 5))

    assert one.people != other.people
    assert one.posts != other.posts
    assert one.follows != other.follows


def test_the_smallest_town_is_whole():
    town = make_town(2, UNTIL, people=50, posts=50)

    assert (len(town.people), len(town.shops)) == (50, 40)
    assert len(town.posts) > 50


def test_a_thousand_people_live_in_the_middle_and_some_beyond_ten_kilometres(town):
    far = sum(away(person.body["home"]) > 10 for person in town.people)

    assert len(town.people) == 1000
    assert 15 <= far <= 60
    assert {person.body["profession"] for person in town.people} == set(PROFESSIONS)
    assert len({person.body["name"] for person in town.people}) > 600


def test_creators_reach_from_hundreds_of_followers_down_to_three(town):
    followers = np.bincount([whom for _, whom in town.follows], minlength=len(town.people))
    creators = [index for index, person in enumerate(town.people) if person.reach > 0]
    counts = np.sort(followers[creators])

    assert len(creators) == 300
    assert counts[-1] >= 300
    assert counts[0] == 3
    assert all(who != whom for who, whom in town.follows)
    assert len(set(town.follows)) == len(town.follows)


def test_forty_shops_have_forty_owners_and_one_in_five_stands_beyond_ten_kilometres(town):
    far = [shop for shop in town.shops if away(shop.position) > 10]

    assert len(town.shops) == 40
    assert len({shop.owner for shop in town.shops}) == 40
    assert len(far) == 8
    products = [post.body for post in town.posts if post.body["kind"] == "product"]
    assert len(products) == sum(len(shop.goods) for shop in town.shops)
    owners = {town.people[shop.owner].body["id"] for shop in town.shops}
    assert {body["author_id"] for body in products} == owners


def test_places_channels_and_professions_all_have_members(town):
    joined = {name for name, _ in town.members}
    kinds = [body["kind"] for _, body in town.domains]

    assert kinds.count("place") == 4
    assert kinds.count("channel") == len(CHANNELS) == 9
    assert kinds.count("profession") == len(PROFESSIONS) == 12
    assert joined == {name for name, _ in town.domains}
    assert len(set(town.members)) == len(town.members)
    assert all(body["radius_km"] == 10 for _, body in town.domains if body["kind"] == "place")


def test_captions_are_short_and_hardly_one_is_said_twice(town):
    texts = [post.body["text"] for post in town.posts]

    assert len(set(texts)) > 0.99 * len(texts)
    assert max(map(len, texts)) <= 60
    assert not [text for text in texts if "{" in text or "  " in text]


def test_posts_reach_back_ten_days_and_go_on_through_the_day_to_come(town):
    created = [post.created for post in town.posts]
    to_come = sum(at > town.start for at in created)

    assert town.until - town.start == DAY
    assert min(created) >= town.start - 10 * DAY
    assert min(created) < town.start - 9 * DAY
    assert max(created) <= town.until
    assert 300 < to_come < 1000
    assert {post.body["kind"] for post in town.posts} == {
        "video", "picture", "text", "live", "product",
    }  # fmt: skip


def test_every_post_has_an_id_of_its_own_and_an_author_who_lives_here(town):
    ids = [post.body["id"] for post in town.posts]
    residents = {person.body["id"] for person in town.people}

    assert len(set(ids)) == len(ids)
    assert {post.body["author_id"] for post in town.posts} <= residents
    assert all(0 <= post.quality <= 1 for post in town.posts)


# --- pictures


def test_pictures_of_a_topic_differ_and_can_be_shown():
    drawn = {(t, v): picture(t, v) for t in range(len(TOPICS)) for v in (0, VARIANTS - 1)}

    assert len(TOPICS) == 24
    assert len({topic.scene for topic in TOPICS}) == 24
    for data in drawn.values():
        image = Image.open(io.BytesIO(data))
        assert (image.format, image.size) == ("WEBP", (480, 640))
        assert 1_000 < len(data) < 30_000
    shown = [np.asarray(Image.open(io.BytesIO(data)), np.int16) for data in drawn.values()]
    apart = [np.abs(one - other).mean() for one, other in pairwise(shown)]
    assert min(apart) > 5  # of 255: not merely another grain


def test_a_picture_is_the_same_every_time():
    assert picture(8, 3) == picture(8, 3)


# --- its first day


class Engine:
    """Holds a clock and what it was sent; every page is the first few items it knows."""

    def __init__(self, *, fail_after=None, broken=()):
        self.clock, self.driven = 0, True
        self.items, self.events, self.clocks = {}, {}, []
        self.feeds = 0
        self.fail_after = fail_after
        self.broken = set(broken)

    def __call__(self, request):
        path = request.url.path
        if path == "/v1/clock":
            return self.advance(msgspec.json.decode(request.content)["instant"])
        if path in ("/v1/people:bulk", "/v1/items:bulk"):
            return self.bulk(request.content, items="items" in path)
        if path == "/v1/events":
            return self.take(msgspec.json.decode(request.content)["events"])
        if path == "/v1/feeds":
            return self.feed(msgspec.json.decode(request.content))
        if path.startswith("/v1/media/"):
            return httpx.Response(201, json={"url": "/media/x", "bytes": 1})
        if request.method == "PUT" and path.count("/") == 3:
            told = {"id": "d", "kind": "place", "created_at": "2026-03-04T12:00:00.000Z"}
            return httpx.Response(201, json=told)
        return httpx.Response(204)

    def advance(self, text):
        to = instant_of(datetime.fromisoformat(text))
        if not self.driven or to < self.clock:
            code = "clock_backwards" if self.driven else "clock_not_driven"
            return refusal(409, code)
        self.clock = to
        self.clocks.append(to)
        return httpx.Response(200, json={"id": "c", "now": text, "created_at": text})

    def bulk(self, content, *, items):
        rows = [msgspec.json.decode(line) for line in content.splitlines()]
        if items:
            late = [
                r for r in rows if instant_of(datetime.fromisoformat(r["created_at"])) > self.clock
            ]
            assert not late, "a post is brought in before it was written"
            self.items |= {row["id"]: row for row in rows}
        refused = [
            {"line": n + 1, "code": "item_invalid", "message": row["id"]}
            for n, row in enumerate(rows)
            if row["id"] in self.broken
        ]
        return httpx.Response(200, json={"accepted": len(rows), "refused": refused})

    def feed(self, wish):
        if self.fail_after is not None and self.feeds >= self.fail_after:
            raise httpx.ConnectError("gone")
        self.feeds += 1
        start = 8 if wish["cursor"] else 0
        page = list(self.items.values())[start : start + wish["slots"]]
        slots = [
            {
                "slot": n + 1, "item_id": item["id"], "author_id": item["author_id"],
                "kind": item["kind"], "domain": "public", "domain_id": None, "source": "new",
                "paid": False, "beacon": f"b-{item['id']}", "label": None,
            }
            for n, item in enumerate(page)
        ]  # fmt: skip
        more = None if wish["cursor"] else "next"
        return httpx.Response(
            200, json={"receipt_id": "r", "slots": slots, "next_cursor": more, "degraded": []}
        )

    def take(self, events):
        fresh = {event["id"]: event for event in events if event["id"] not in self.events}
        assert len({event["id"] for event in events}) == len(events)
        self.events |= fresh
        told = {"accepted": len(fresh), "duplicates": len(events) - len(fresh), "refused": []}
        return httpx.Response(200, json=told)


def refusal(status, code):
    return httpx.Response(status, json={"error": {"code": code, "message": "m", "details": []}})


def live(engine, town, *, feeds=200, told=lambda *_: None):
    async def whole():
        async with httpx.AsyncClient(
            transport=httpx.MockTransport(engine), base_url="http://x"
        ) as http:
            client = Client(http, "k", retries=Retries(tries=1))
            return await fill(
                client, town, told, hour_of=lambda at: at // 3_600_000_000 % 24, feeds=feeds
            )

    return asyncio.run(whole())


@pytest.fixture(scope="module")
def hamlet():
    """A small town that posts only words and sells nothing, so that no picture need be drawn."""
    town = make_town(3, UNTIL, people=50, posts=600)
    words = tuple(post for post in town.posts if post.body["kind"] == "text")
    return replace(town, posts=words, shops=())


def test_a_day_is_lived_in_quarters_of_an_hour_to_its_end(hamlet):
    engine = Engine()

    filled = live(engine, hamlet)

    assert filled.feeds == engine.feeds == 200
    assert len(engine.clocks) == 1 + 2 * STEPS
    assert engine.clocks[0] == hamlet.start
    ends = [hamlet.start + (n + 1) * STEP_MINUTES * 60_000_000 for n in range(STEPS)]
    assert engine.clocks[2::2] == ends
    assert engine.clock == hamlet.until
    assert len(engine.items) == len(hamlet.posts) == filled.items


def test_everything_done_carries_its_beacon_and_a_time_within_the_day(hamlet):
    engine = Engine()

    filled = live(engine, hamlet)

    lived = [event for event in engine.events.values() if not event["id"].startswith("follow-")]
    assert filled.events == len(lived)
    for event in lived:
        at = instant_of(datetime.fromisoformat(event["time"]))
        assert hamlet.start < at <= hamlet.until
        assert event["type"] == "visit" or event["beacon"] == f"b-{event['item_id']}"
    kinds = {event["type"] for event in lived}
    assert {"impression", "click", "long_view", "like", "visit"} <= kinds
    assert "watch" not in kinds  # nothing here moves


def test_what_came_of_a_post_comes_after_it_was_seen(hamlet):
    engine = Engine()

    live(engine, hamlet)

    seen = set()
    for event in engine.events.values():
        if event["type"] == "impression":
            seen.add((event["person_id"], event["item_id"]))
        elif event["type"] == "long_view":
            name = event["id"].removesuffix("long_view")
            assert f"{name}click" in engine.events
            assert (event["person_id"], event["item_id"]) in seen


def test_two_lives_of_one_town_are_the_same(hamlet):
    one, other = Engine(), Engine()

    assert live(one, hamlet) == live(other, hamlet)
    assert one.events == other.events


def test_a_lived_day_is_not_lived_again(hamlet):
    engine = Engine()
    live(engine, hamlet)
    before = dict(engine.events)

    again = live(engine, hamlet)

    assert (again.feeds, again.events) == (0, 0)
    assert engine.events == before


@pytest.mark.parametrize("after", [0, 1, 57, 199])
def test_a_day_cut_short_goes_on_where_it_stopped_and_ends_as_one_lived_through(hamlet, after):
    whole, cut = Engine(), Engine(fail_after=after)
    live(whole, hamlet)

    with pytest.raises(ClientError, match="gone"):
        live(cut, hamlet)
    lived = cut.clock
    cut.fail_after = None
    live(cut, hamlet)

    assert lived < hamlet.until
    kept = {name for name, event in whole.events.items() if event["type"] != "follow"}
    assert kept == {name for name, event in cut.events.items() if event["type"] != "follow"}


def test_a_clock_that_runs_with_the_wall_is_left_alone(hamlet):
    engine = Engine()
    engine.driven = False
    engine.clock = hamlet.until

    filled = live(engine, hamlet)

    assert (filled.feeds, engine.feeds, engine.clocks) == (0, 0, [])


def test_a_refused_row_ends_the_fill_and_names_it(hamlet):
    engine = Engine(broken=[hamlet.posts[0].body["id"]])

    with pytest.raises(ClientError, match="400 item_invalid"):
        live(engine, hamlet)


def test_progress_is_told_for_every_part_and_never_runs_past_its_end(hamlet):
    told = []

    live(Engine(), hamlet, feeds=20, told=lambda *told_now: told.append(told_now))

    assert {what for _, _, what in told} == {
        "bringing people and posts", "opening shops", "following", "joining", "living a day",
    }  # fmt: skip
    assert all(0 <= done <= whole for done, whole, _ in told)
    assert told[-1] == (STEPS, STEPS, "living a day")


def test_people_bring_pictures_where_they_post_them_and_a_clip_beside_what_moves():
    town = make_town(3, UNTIL, people=50, posts=50)
    shown = [post for post in town.posts if "picture" in post.body]
    one_of = {
        kind: next(p for p in shown if p.body["kind"] == kind) for kind in ("video", "picture")
    }
    posts = sorted(one_of.values(), key=lambda post: post.created)
    engine = Engine()

    live(engine, replace(town, posts=tuple(posts), shops=()), feeds=0)

    size = {"url": "/media/x", "width": 480, "height": 640}
    still, clip = ({"type": kind, **size} for kind in ("image/webp", "image/svg+xml"))
    assert engine.items[one_of["video"].body["id"]]["media"] == [still, clip]
    assert engine.items[one_of["picture"].body["id"]]["media"] == [still]
    assert not [item for item in engine.items.values() if "picture" in item]
