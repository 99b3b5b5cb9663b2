"""The town's first day: people open feeds, look, watch, like, follow; all of it over the public routes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, MINUTE_MICROS, SECOND_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.client import AsyncClient as Client
from lodestone.client import ClientError, Verdicts
from lodestone.town.commerce.merchants import open_shops
from lodestone.town.make import Json, Post, Town
from lodestone.town.people.habits import Habits
from lodestone.town.scenes.pictures import HEIGHT, WIDTH, clip, picture

STEP_MINUTES: Final = 15
STEPS: Final = 24 * 60 // STEP_MINUTES
FEEDS: Final = 2_500
_BULK: Final = 1_000
_EVENTS: Final = 5_000
_LOOKING_MINUTES: Final = 5
"""So long before a step ends its feeds are opened; what they look at takes less than that."""
# Share of a day's feeds by hour: asleep before six, a noon and a long evening.
_HOURS: Final = np.array(
    [2, 1, 1, 1, 1, 2, 4, 6, 7, 6, 5, 6, 9, 8, 6, 5, 5, 6, 8, 11, 13, 13, 9, 5], np.float64
)
MOVES: Final = frozenset({"video", "live"})
"""Kinds of posts that show a clip; its still stands first."""
Told = Callable[[int, int, str], None]
Put = Callable[[list[Json]], Awaitable[Verdicts]]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a fill did."""

    people: int
    items: int
    feeds: int
    events: int
    refused: int = 0
    """Events that were not taken."""


async def fill(
    client: Client, town: Town, told: Told, *, hour_of: Callable[[Instant], int], feeds: int = FEEDS
) -> Filled:
    """Bring the town in and let it live its first day; what was done before is not done twice.

    Args:
        client: May write, send events, ask for feeds and drive the clock.
        town: What to bring in.
        told: Is told (done, in all, of what).
        hour_of: The hour of the day, 0 to 23, of an instant in the town.
        feeds: How many are opened in the day.
    """
    await _reach(client, town.start)
    addresses = await _pictures(client, town, told)
    await _bring(client, town, addresses, told)
    return await _Day(client, town, addresses, hour_of, feeds).live(told)


async def _pictures(client: Client, town: Town, told: Told) -> dict[str, str]:
    """Draw what posts show: a still for each, and the clip beside it for those that move."""
    bodies = [post.body for post in town.posts if "picture" in post.body]
    names = sorted({body["picture"] for body in bodies})
    moves = {body["picture"] for body in bodies if body["kind"] in MOVES}
    addresses = {}
    for done, name in enumerate(names):
        told(done, len(names), "drawing pictures")
        topic, variant = (int(part) for part in name.split("-"))
        addresses[name] = await client.put_media(name, "image/webp", picture(topic, variant))
        if name in moves:
            addresses[clip_of(name)] = await client.put_media(
                clip_of(name), "image/svg+xml", clip(topic, variant)
            )
    return addresses


def clip_of(picture_name: str) -> str:
    """Return the key under which a picture's clip is stored."""
    return f"clip-{picture_name}"


async def _bring(client: Client, town: Town, addresses: dict[str, str], told: Told) -> None:
    for name, body in town.domains:
        await client.put_domain(name, body)
    people = [{**person.body, "created_at": _before(town)} for person in town.people]
    posts = [
        _body(post, addresses)
        for post in town.posts
        if post.created <= town.start and post.body["kind"] != "product"
    ]
    whole = len(people) + len(posts)
    done = 0
    for put, rows in ((client.put_people, people), (client.put_items, posts)):
        for first in range(0, len(rows), _BULK):
            told(done, whole, "bringing people and posts")
            await _put_all(put, rows[first : first + _BULK])
            done = min(done + _BULK, whole)
    told(whole, whole, "opening shops")
    cards = {post.body["id"]: _body(post, addresses) for post in town.posts}
    await open_shops(client, town, {name: body.get("media", []) for name, body in cards.items()})
    await _edges(client, town, told)


async def _put_all(put: Put, rows: list[Json]) -> None:
    """Make or replace people or items; raise ClientError where one of them is refused."""
    answer = await put(rows)
    if answer.refused:
        raise ClientError(400, answer.refused[0].code, answer.refused[0].message)


async def _edges(client: Client, town: Town, told: Told) -> None:
    at = time_text(town.start)
    follows = [
        {
            "id": f"follow-{a}-{b}",
            "type": "follow",
            "time": at,
            "person_id": f"p{a}",
            "author_id": f"p{b}",
        }
        for a, b in town.follows
    ]
    for first in range(0, len(follows), _EVENTS):
        told(first, len(follows), "following")
        await client.events(follows[first : first + _EVENTS])
    for done, (domain, person) in enumerate(town.members):
        if done % 50 == 0:
            told(done, len(town.members), "joining")
        await client.join(domain, f"p{person}")


def _before(town: Town) -> str:
    return time_text(Instant(town.start - 30 * DAY_MICROS))


def _body(post: Post, addresses: dict[str, str]) -> Json:
    body = {name: value for name, value in post.body.items() if name != "picture"}
    if "picture" in post.body:
        name, size = post.body["picture"], {"width": WIDTH, "height": HEIGHT}
        body["media"] = [{"url": addresses[name], "type": "image/webp", **size}]
        if post.body["kind"] in MOVES:
            body["media"].append({"url": addresses[clip_of(name)], "type": "image/svg+xml", **size})
    return body


async def _reach(client: Client, now: Instant) -> bool:
    """Drive the clock to an instant; False when an earlier run has been beyond."""
    try:
        await client.advance(now)
    except ClientError as error:
        if error.code in ("clock_backwards", "clock_not_driven"):
            return False
        raise
    return True


class _Day:
    """One day of one town."""

    def __init__(
        self,
        client: Client,
        town: Town,
        addresses: dict[str, str],
        hour_of: Callable[[Instant], int],
        feeds: int,
    ) -> None:
        self._client = client
        self._town = town
        self._addresses = addresses
        self._hour_of = hour_of
        self._wanted = feeds
        self._streams = Streams(town.seed)
        self._people = Habits(town)
        self._feeds = self._events = self._refused = 0

    async def live(self, told: Told) -> Filled:
        """Live the day in steps of a quarter of an hour.

        People look some minutes before a step ends and the clock is driven to its end once all of it
        has been sent. So a clock that stands at the end of a step says that the step is done.
        """
        town, plan, before = self._town, self._plan(), self._town.start
        for number in range(STEPS):
            end = Instant(town.start + (number + 1) * STEP_MINUTES * MINUTE_MICROS)
            now = Instant(end - _LOOKING_MINUTES * MINUTE_MICROS)
            told(number, STEPS, "living a day")
            if await _reach(self._client, now):
                fresh = [post for post in town.posts if before < post.created <= now]
                if fresh:
                    await _put_all(
                        self._client.put_items, [_body(p, self._addresses) for p in fresh]
                    )
                await self._send(await self._step(number, now, plan[number]))
                await _reach(self._client, end)
            before = now
        told(STEPS, STEPS, "living a day")
        return Filled(len(town.people), len(town.posts), self._feeds, self._events, self._refused)

    async def _send(self, events: list[Json]) -> None:
        for first in range(0, len(events), _EVENTS):
            answer = await self._client.events(events[first : first + _EVENTS])
            self._events += answer.accepted
            self._refused += len(answer.refused)

    def _plan(self) -> list[int]:
        """Spread the day's feeds over its steps, exactly as many in all as are wanted."""
        starts = [self._town.start + n * STEP_MINUTES * MINUTE_MICROS for n in range(STEPS)]
        weight = np.array([_HOURS[self._hour_of(Instant(at))] for at in starts])
        upto = np.rint(self._wanted * np.cumsum(weight) / weight.sum()).astype(np.int64)
        return [int(count) for count in np.diff(upto, prepend=0)]

    async def _step(self, number: int, now: Instant, feeds: int) -> list[Json]:
        """Let people open so many pages; return all they did, each event with its own second."""
        events: list[Json] = []
        asked = 0
        while asked < feeds:
            chance = self._streams.of("feed", number, asked)
            visit = self._people.visit(chance, f"{number}-{asked}")
            events += [{**event, "time": time_text(now)} for event in visit.arrival]
            cursor, looked = None, 0.0
            for page in range(1 + int(chance.geometric(0.75) - 1)):
                if asked == feeds or (page and cursor is None):
                    break
                feed = await self._client.feed(
                    f"p{visit.viewer}",
                    visit.surface,
                    domain_id=visit.domain,
                    slots=8,
                    position=visit.position,
                    cursor=cursor,
                )
                asked += 1
                cursor = feed.next_cursor
                for event, seconds in self._people.look(chance, visit, feed, page):
                    looked = min(looked + seconds, _LOOKING_MINUTES * 60 - 1)
                    events.append(
                        {**event, "time": time_text(Instant(now + int(looked * SECOND_MICROS)))}
                    )
        self._feeds += asked
        return events
