"""Make a county town from a seed: who lives where, who follows whom, what was posted."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import DAY_MICROS, MINUTE_MICROS, Instant
from lodestone.base.wire import time_text
from lodestone.town.people.topics import (
    CHANNELS,
    ENDINGS,
    FORMS,
    GIVEN,
    OPENINGS,
    PROFESSIONS,
    QUARTERS,
    SHOPS,
    SURNAMES,
    TOPICS,
)
from lodestone.town.scenes.pictures import VARIANTS

NAME: Final = "枫香县"
"""What the town is called; there is none of that name."""
LATITUDE: Final = 26.38
LONGITUDE: Final = 108.08
"""The middle of the town."""
KM_PER_DEGREE: Final = 111.195
HISTORY_DAYS: Final = 10
"""How long people have been posting when the first day of life begins."""
LAST_POST_MINUTES: Final = 10
"""So long before the day ends nobody posts any more, so that each post is still shown."""
_SHOPS: Final = 40
_SHOP_TRADES: Final = ("shopkeeper", "cook", "weaver", "carpenter", "mechanic", "farmer")
KINDS: Final = ("video", "picture", "text", "live")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """One resident, with what only the simulation knows."""

    body: Json
    taste: tuple[float, ...]
    """How much they like each topic, in [0, 1]."""
    reach: float
    """How well known they are as a creator; 0 for who does not post."""
    active: float
    """Feeds they open on a usual day."""
    quarter: int
    """Where they live, an index into the quarters."""


@dataclass(frozen=True, slots=True)
class Post:
    """One post, with its topic and how good it is, which only the simulation knows."""

    body: Json
    topic: int
    quality: float
    created: Instant


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop, who runs it and where it stands."""

    name: str
    owner: int
    """An index into people."""
    topic: int
    position: Json
    goods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """Everything the town holds before anybody looks at a screen."""

    seed: int
    until: Instant
    """The end of its first day of life; that day begins 24 hours before."""
    people: tuple[Person, ...]
    posts: tuple[Post, ...]
    domains: tuple[tuple[str, Json], ...]
    follows: tuple[tuple[int, int], ...]
    """(who, whom), indices into people."""
    members: tuple[tuple[str, int], ...]
    """(domain, who), who an index into people."""
    shops: tuple[Shop, ...]

    @property
    def start(self) -> Instant:
        """Return when its first day of life begins."""
        return Instant(self.until - DAY_MICROS)


def make_town(seed: int, until: Instant, *, people: int = 1000, posts: int = 3000) -> Town:
    """Make a town.

    Args:
        seed: The same seed and instant make the same town.
        until: When its first day ends.
        people: How many live there, at least 50.
        posts: How many posts there are, the day's own among them.
    """
    assert people >= 50
    streams = Streams(seed)
    residents = _people(streams, people)
    written = _posts(streams, residents, posts, until)
    shops = _shops(streams, residents)
    return Town(
        seed=seed,
        until=until,
        people=residents,
        shops=shops,
        domains=domains(),
        posts=(*written, *_products(streams, residents, shops, until)),
        follows=_follows(streams, residents),
        members=_members(streams, residents),
    )


def _people(streams: Streams, count: int) -> tuple[Person, ...]:
    chance = streams.of("people")
    quarters = chance.choice(len(QUARTERS), count, p=[share for *_, share in QUARTERS])
    spread = chance.normal(0, 0.6, (count, 2))
    professions = list(PROFESSIONS)
    # A few are known to all, most creators to a handful: a power law, as in any such place.
    order = chance.permutation(count)
    reach = np.zeros(count)
    creators = max(20, int(count * 0.3))
    reach[order[:creators]] = 1 / np.arange(1, creators + 1) ** 0.9
    found = []
    for index in range(count):
        home = home_of(int(quarters[index]), *spread[index].tolist())
        taste = chance.beta(0.6, 1.8, len(TOPICS))
        liked = np.argsort(-taste)[:3].tolist()
        name = _one(chance, SURNAMES) + _one(chance, GIVEN)
        body = {
            "id": f"p{index}",
            "name": name,
            "home": home,
            "language": "zh",
            "profession": professions[int(chance.integers(len(professions)))],
            "interests": {TOPICS[t].tag: round(float(taste[t]), 3) for t in liked},
            "minor": bool(index % 37 == 5),
            "consent": {"personalisation": bool(index % 29 != 7), "shown_at_home": index % 9 == 4},
        }
        active = float(chance.gamma(1.2, 1.8))
        found.append(
            Person(body, tuple(taste.tolist()), float(reach[index]), active, int(quarters[index]))
        )
    return tuple(found)


def _one(chance: np.random.Generator, words: tuple[str, ...]) -> str:
    return words[int(chance.integers(len(words)))]


def home_of(quarter: int, north_km: float, east_km: float) -> Json:
    """Return the position so many kilometres from the middle of a quarter."""
    _, north, east, _ = QUARTERS[quarter]
    return _place(north + north_km, east + east_km)


def _place(north_km: float, east_km: float) -> Json:
    """Return the position so many kilometres from the middle."""
    latitude = LATITUDE + north_km / KM_PER_DEGREE
    longitude = LONGITUDE + east_km / (KM_PER_DEGREE * float(np.cos(np.radians(LATITUDE))))
    return {"latitude": round(float(latitude), 5), "longitude": round(float(longitude), 5)}


def _posts(
    streams: Streams, people: tuple[Person, ...], count: int, until: Instant
) -> tuple[Post, ...]:
    chance = streams.of("posts")
    creators = [index for index, person in enumerate(people) if person.reach > 0]
    weight = np.array([people[index].reach for index in creators]) ** 0.5
    authors = chance.choice(creators, count, p=weight / weight.sum())
    # One creator in each place at least once, so that nobody with a name is without a post.
    authors[: len(creators)] = creators[: len(authors)]
    found = []
    captions: set[str] = set()
    for index in range(count):
        author = people[int(authors[index])]
        topic = int(chance.choice(len(TOPICS), p=_favoured(author.taste)))
        span = (HISTORY_DAYS + 1) * DAY_MICROS - LAST_POST_MINUTES * MINUTE_MICROS
        created = Instant(
            int(until - LAST_POST_MINUTES * MINUTE_MICROS - chance.random() ** 1.4 * span)
        )
        quality = float(chance.beta(2.2, 3.0) * 0.85 + 0.15 * author.reach**0.25)
        body = _post(chance, index, author, topic, created, captions)
        found.append(Post(body, topic, quality, created))
    return tuple(sorted(found, key=lambda post: (post.created, post.body["id"])))


def _favoured(taste: tuple[float, ...]) -> Any:
    weight = np.array(taste) ** 3 + 1e-3
    return weight / weight.sum()


def _post(
    chance: np.random.Generator,
    index: int,
    author: Person,
    topic: int,
    created: Instant,
    captions: set[str],
) -> Json:
    told = TOPICS[topic]
    kind = KINDS[int(chance.choice(4, p=[0.52, 0.36, 0.11, 0.01]))]
    home = author.body["home"]
    here = chance.random() < 0.7
    body: Json = {
        "id": f"i{index}",
        "kind": kind,
        "author_id": author.body["id"],
        "language": "zh",
        "text": caption(chance, topic, author.quarter, captions),
        "tags": [told.tag, CHANNELS[told.channel]],
        "channels": [told.channel],
        "created_at": time_text(created),
    }
    if here:
        body["position"] = home
    if topic % 3 == 0:
        body["professions"] = [author.body["profession"]]
    if kind == "video":
        body["duration_seconds"] = round(float(np.clip(chance.lognormal(3.2, 0.6), 6, 240)), 1)
    if kind != "text":
        body["picture"] = f"{topic}-{int(chance.integers(VARIANTS))}"
    return body


def caption(chance: np.random.Generator, topic: int, quarter: int, captions: set[str]) -> str:
    """Write a caption, once more where somebody has said just that already.

    Args:
        chance: Chooses the words.
        topic: An index into the topics.
        quarter: Where its author lives, an index into the quarters.
        captions: What has been said; the new caption is added.
    """
    told = TOPICS[topic]
    text = ""
    for _ in range(8):
        first, second = chance.choice(len(told.details), 2, replace=False).tolist()
        text = _one(chance, FORMS).format(
            subject=_one(chance, told.subjects),
            detail=told.details[first],
            more=told.details[second],
            opening=_one(chance, OPENINGS),
            ending=_one(chance, ENDINGS),
            quarter=QUARTERS[quarter][0],
        )
        if text not in captions:
            break
    captions.add(text)
    return text


def _shops(streams: Streams, people: tuple[Person, ...]) -> tuple[Shop, ...]:
    """Open shops near their owners' homes, four in five of them within ten kilometres of the middle."""
    chance = streams.of("shops")
    topics = {topic.tag: index for index, topic in enumerate(TOPICS)}
    far = [index for index, (_, north, east, _) in enumerate(QUARTERS) if north**2 + east**2 > 100]
    near = [index for index in range(len(QUARTERS)) if index not in far]
    shares = np.array([QUARTERS[index][3] for index in near])
    free = chance.permutation(len(people)).tolist()
    found = []
    for number in range(min(_SHOPS, len(people))):
        quarter = (
            far[number % len(far)]
            if number % 5 == 4
            else int(chance.choice(near, p=shares / shares.sum()))
        )
        owner = max(free, key=lambda who: _suits(people[who], quarter))
        free.remove(owner)
        name, tag, goods = SHOPS[number % len(SHOPS)]
        at = home_of(quarter, *chance.normal(0, 0.35, 2).tolist())
        sells = tuple(goods.split())[: 1 + int(chance.integers(3))]
        called = f"{QUARTERS[quarter][0]}{people[owner].body['name'][0]}家{name}"
        found.append(Shop(called, owner, topics[tag], at, sells))
    return tuple(found)


def _suits(person: Person, quarter: int) -> int:
    """Say how well somebody would keep a shop there: living there counts before the trade."""
    return 2 * (person.quarter == quarter) + (person.body["profession"] in _SHOP_TRADES)


def _products(
    streams: Streams, people: tuple[Person, ...], shops: tuple[Shop, ...], until: Instant
) -> tuple[Post, ...]:
    """Make a card for everything that the shops sell."""
    chance = streams.of("products")
    found: list[Post] = []
    for shop in shops:
        for good in shop.goods:
            topic = TOPICS[shop.topic]
            created = Instant(int(until - DAY_MICROS - chance.random() * HISTORY_DAYS * DAY_MICROS))
            body = {
                "id": f"s{len(found)}",
                "kind": "product",
                "author_id": people[shop.owner].body["id"],
                "language": "zh",
                "text": f"{shop.name}：{good}",
                "tags": [topic.tag, "本地好店"],
                "position": shop.position,
                "channels": [topic.channel],
                "created_at": time_text(created),
                "picture": f"{shop.topic}-{int(chance.integers(VARIANTS))}",
            }
            found.append(Post(body, shop.topic, float(chance.beta(3, 3)), created))
    return tuple(found)


_PLACES: Final = (0, 4, 7, 8)
"""The quarters about which there is a place: the old town and three outside it."""


def domains() -> tuple[tuple[str, Json], ...]:
    """Return the town's places, channels and professions, each with its id."""
    found: list[tuple[str, Json]] = []
    for index, (name, north, east, _) in enumerate(QUARTERS):
        if index in _PLACES:
            body = {"kind": "place", "name": name, "centre": _place(north, east), "radius_km": 10}
            found.append((f"place-{index}", body))
    found += [(key, {"kind": "channel", "name": name}) for key, name in CHANNELS.items()]
    found += [(key, {"kind": "profession", "name": name}) for key, name in PROFESSIONS.items()]
    return tuple(found)


def _follows(streams: Streams, people: tuple[Person, ...]) -> tuple[tuple[int, int], ...]:
    """Let everybody follow some creators; the best known gathers hundreds, the last three."""
    chance = streams.of("follows")
    creators = np.array([index for index, person in enumerate(people) if person.reach > 0])
    weight = np.array([people[index].reach for index in creators])
    found: set[tuple[int, int]] = set()
    for index in range(len(people)):
        count = int(chance.poisson(6))
        drawn = chance.choice(
            creators, min(count, creators.size), replace=False, p=weight / weight.sum()
        )
        found.update((index, int(other)) for other in drawn if other != index)
    for creator in creators.tolist():
        others = chance.choice(len(people), 3, replace=False).tolist()
        found.update((other, creator) for other in others if other != creator)
    return tuple(sorted(found))


def _members(streams: Streams, people: tuple[Person, ...]) -> tuple[tuple[str, int], ...]:
    """Let people join the channel of what they like best, their trade, and where they live."""
    chance = streams.of("members")
    found: list[tuple[str, int]] = []
    for index, person in enumerate(people):
        best = int(np.argmax(person.taste))
        if chance.random() < 0.35:
            found.append((TOPICS[best].channel, index))
        if chance.random() < 0.25:
            found.append((person.body["profession"], index))
        place = _nearest(person)
        # Who lives far out joins the village's own place rather than the town's.
        if chance.random() < (0.2 if place == _PLACES[0] else 0.6):
            found.append((f"place-{place}", index))
    return tuple(found)


def _nearest(person: Person) -> int:
    """Return the place that is nearest to a home."""
    _, north, east, _ = QUARTERS[person.quarter]
    return min(
        _PLACES, key=lambda to: (QUARTERS[to][1] - north) ** 2 + (QUARTERS[to][2] - east) ** 2
    )
