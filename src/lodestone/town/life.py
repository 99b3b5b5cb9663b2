"""The town's first day: people open feeds, look, watch, like, follow; all of it over the public routes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import Instant
from lodestone.base.wire import time_text
from lodestone.client import Client, ClientError, Feed, Surface
from lodestone.town.make import Json, Post, Town
from lodestone.town.pictures import picture

STEP_MINUTES: Final = 15
STEPS: Final = 24 * 60 // STEP_MINUTES
FEEDS: Final = 2_400
_BULK: Final = 1_000
_SECOND: Final = 1_000_000
# Share of a day's feeds by hour: asleep before six, a noon and a long evening.
_HOURS: Final = np.array(
    [2, 1, 1, 1, 1, 2, 4, 6, 7, 6, 5, 6, 9, 8, 6, 5, 5, 6, 8, 11, 13, 13, 9, 5], np.float64
)  # fmt: skip
_SURFACES: Final[tuple[tuple[Surface, float], ...]] = (("discover", 0.68), ("following", 0.14), ("place", 0.10), ("channel", 0.05), ("profession", 0.03))  # fmt: skip
Told = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a fill did."""

    people: int
    items: int
    feeds: int
    events: int


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
    names = sorted({post.body["picture"] for post in town.posts if "picture" in post.body})
    addresses = {}
    for done, name in enumerate(names):
        told(done, len(names), "drawing pictures")
        topic, variant = (int(part) for part in name.split("-"))
        addresses[name] = await client.put_media(name, "image/webp", picture(topic, variant))
    return addresses


async def _bring(client: Client, town: Town, addresses: dict[str, str], told: Told) -> None:
    for name, body in town.domains:
        await client.put_domain(name, body)
    people = [{**person.body, "created_at": _before(town)} for person in town.people]
    posts = [_body(post, addresses) for post in town.posts if post.created <= town.start]
    whole = len(people) + len(posts)
    done = 0
    for put, rows in ((client.put_people, people), (client.put_items, posts)):
        for first in range(0, len(rows), _BULK):
            part = rows[first : first + _BULK]
            told(done, whole, "bringing people and posts")
            answer = await put(part)
            if answer.refused:
                raise ClientError(400, answer.refused[0].code, answer.refused[0].message)
            done += len(part)
    await _edges(client, town, told)


async def _edges(client: Client, town: Town, told: Told) -> None:
    at = time_text(town.start)
    follows = [
        {"id": f"follow-{a}-{b}", "type": "follow", "time": at, "person_id": f"p{a}", "author_id": f"p{b}"}
        for a, b in town.follows
    ]  # fmt: skip
    for first in range(0, len(follows), 5_000):
        told(first, len(follows), "following")
        await client.events(follows[first : first + 5_000])
    for done, (domain, person) in enumerate(town.members):
        if done % 50 == 0:
            told(done, len(town.members), "joining")
        await client.join(domain, f"p{person}")


def _before(town: Town) -> str:
    return time_text(Instant(town.start - 30 * 86_400 * _SECOND))


def _body(post: Post, addresses: dict[str, str]) -> Json:
    body = {name: value for name, value in post.body.items() if name != "picture"}
    if "picture" in post.body:
        url = addresses[post.body["picture"]]
        body["media"] = [{"url": url, "type": "image/webp", "width": 480, "height": 360}]
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
        self._posts = {post.body["id"]: post for post in town.posts}
        self._feeds = self._events = 0

    async def live(self, told: Told) -> Filled:
        """Live the day in steps of a quarter of an hour."""
        town = self._town
        step = STEP_MINUTES * 60 * _SECOND
        plan = self._plan()
        for number in range(STEPS):
            now = Instant(town.start + (number + 1) * step)
            told(number, STEPS, "living a day")
            if not await _reach(self._client, now):
                continue
            fresh = [p for p in town.posts if now - step < p.created <= now]
            if fresh:
                await self._client.put_items([_body(post, self._addresses) for post in fresh])
            events = [event async for event in self._step(number, now, plan[number])]
            if events:
                answer = await self._client.events(events)
                self._events += answer.accepted
        told(STEPS, STEPS, "living a day")
        return Filled(len(town.people), len(town.posts), self._feeds, self._events)

    def _plan(self) -> list[int]:
        starts = [self._town.start + n * STEP_MINUTES * 60 * _SECOND for n in range(STEPS)]
        weight = np.array([_HOURS[self._hour_of(Instant(at))] for at in starts])
        return [int(n) for n in np.rint(self._wanted * weight / weight.sum())]

    async def _step(self, number: int, now: Instant, feeds: int) -> Any:
        chance = self._streams.of("step", number)
        active = np.array([person.active for person in self._town.people])
        viewers = chance.choice(active.size, feeds, p=active / active.sum(), replace=False)
        for order, viewer in enumerate(viewers.tolist()):
            surface, domain = self._surface(chance, viewer)
            feed = await self._client.feed(f"p{viewer}", surface, slots=8, domain_id=domain)
            self._feeds += 1
            for event in self._look(chance, viewer, feed, f"{number}-{order}"):
                yield {**event, "time": time_text(now), "person_id": f"p{viewer}"}

    def _surface(self, chance: np.random.Generator, viewer: int) -> tuple[Surface, str | None]:
        shares = [share for _, share in _SURFACES]
        surface = _SURFACES[int(chance.choice(len(shares), p=shares))][0]
        if surface == "channel":
            joined = [name for name, person in self._town.members if person == viewer]
            channels = [name for name, body in self._town.domains if body["kind"] == "channel"]
            mine = [name for name in joined if name in channels] or channels
            return surface, mine[int(chance.integers(len(mine)))]
        return surface, None

    def _look(
        self, chance: np.random.Generator, viewer: int, feed: Feed, name: str
    ) -> Iterator[Json]:
        """Say what a person does about a page: each slot is looked at less often than the one before."""
        person = self._town.people[viewer]
        for slot in feed.slots:
            if chance.random() > 1 / (1 + 0.06 * (slot.slot - 1)):
                continue
            post = self._posts[slot.item_id]
            about = {"item_id": slot.item_id, "beacon": slot.beacon}
            did = f"{name}-{slot.slot}"
            seconds = round(float(chance.gamma(2, 2)), 1)
            yield {
                "id": f"{did}-impression",
                "type": "impression",
                "visible_seconds": seconds,
                **about,
            }
            joy = (
                0.25
                + 1.5 * person.taste[post.topic] * post.quality
                + 0.3 * (slot.domain != "public")
            )
            for kind, rate in _RATES:
                if chance.random() < rate * joy:
                    more = {"author_id": slot.author_id} if kind == "follow" else {}
                    if kind != "follow" or slot.author_id != person.body["id"]:
                        yield {"id": f"{did}-{kind}", "type": kind, **about, **more}
            if post.body["kind"] in ("video", "live"):
                watched = round(float(chance.exponential(9 * joy)), 1)
                yield {"id": f"{did}-watch", "type": "watch", "watch_seconds": watched, **about}
            if chance.random() < 0.006 / joy:
                yield {"id": f"{did}-hide", "type": "not_interested", **about}


_RATES: Final = (
    ("click", 0.42), ("long_view", 0.22), ("like", 0.09), ("comment", 0.015), ("share", 0.008),
    ("follow", 0.012), ("profile_visit", 0.03),
)  # fmt: skip
