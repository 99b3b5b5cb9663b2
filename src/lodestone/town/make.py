"""Make a county town from a seed: who lives where, who follows whom, what was posted."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import Instant
from lodestone.base.wire import time_text
from lodestone.town.words import (
    CHANNELS,
    ENDINGS,
    GIVEN,
    PROFESSIONS,
    QUARTERS,
    SHOPS,
    SURNAMES,
    TOPICS,
)

LATITUDE: Final = 26.583
LONGITUDE: Final = 107.977
"""The middle of the town."""
_KM_PER_DEGREE: Final = 111.195
_DAY: Final = 86_400 * 1_000_000
HISTORY_DAYS: Final = 9
VARIANTS: Final = 5
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


@dataclass(frozen=True, slots=True)
class Post:
    """One post, with its topic and how good it is, which only the simulation knows."""

    body: Json
    topic: int
    quality: float
    created: Instant


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

    @property
    def start(self) -> Instant:
        """Return when its first day of life begins."""
        return Instant(self.until - _DAY)


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
    shops = _shops(streams, residents, until)
    return Town(
        seed=seed, until=until, people=residents, posts=(*written, *shops), domains=_domains(),
        follows=_follows(streams, residents), members=_members(streams, residents),
    )  # fmt: skip


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
        _, north, east, _ = QUARTERS[quarters[index]]
        home = _place(north + spread[index, 0], east + spread[index, 1])
        taste = chance.beta(0.6, 1.8, len(TOPICS))
        liked = np.argsort(-taste)[:3].tolist()
        name = chance.choice(list(SURNAMES)) + chance.choice(GIVEN)
        body = {
            "id": f"p{index}", "name": str(name), "home": home, "language": "zh",
            "profession": professions[int(chance.integers(len(professions)))],
            "interests": {TOPICS[t].tag: round(float(taste[t]), 3) for t in liked},
            "minor": bool(index % 37 == 5), "consent": {"personalisation": bool(index % 29 != 7)},
        }  # fmt: skip
        active = float(chance.gamma(1.2, 1.8))
        found.append(Person(body, tuple(taste.tolist()), float(reach[index]), active))
    return tuple(found)


def _place(north_km: float, east_km: float) -> Json:
    """Return the position so many kilometres from the middle."""
    latitude = LATITUDE + north_km / _KM_PER_DEGREE
    longitude = LONGITUDE + east_km / (_KM_PER_DEGREE * float(np.cos(np.radians(LATITUDE))))
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
        age = chance.random() ** 1.4 * (HISTORY_DAYS + 1) * _DAY
        created = Instant(int(until - age))
        quality = float(chance.beta(2.2, 3.0) * 0.85 + 0.15 * author.reach**0.25)
        body = _post(chance, index, author, topic, created, captions)
        found.append(Post(body, topic, quality, created))
    return tuple(sorted(found, key=lambda post: (post.created, post.body["id"])))


def _favoured(taste: tuple[float, ...]) -> Any:
    weight = np.array(taste) ** 3 + 1e-3
    return weight / weight.sum()


def _post(
    chance: np.random.Generator, index: int, author: Person, topic: int, created: Instant,
    captions: set[str],
) -> Json:  # fmt: skip
    told = TOPICS[topic]
    kind = KINDS[int(chance.choice(4, p=[0.52, 0.36, 0.11, 0.01]))]
    home = author.body["home"]
    here = chance.random() < 0.7
    body: Json = {
        "id": f"i{index}", "kind": kind, "author_id": author.body["id"], "language": "zh",
        "text": _caption(chance, topic, captions), "tags": [told.tag, CHANNELS[told.channel]],
        "channels": [told.channel], "created_at": time_text(created),
    }  # fmt: skip
    if here:
        body["position"] = home
    if topic % 3 == 0:
        body["professions"] = [author.body["profession"]]
    if kind == "video":
        body["duration_seconds"] = round(float(np.clip(chance.lognormal(3.2, 0.6), 6, 240)), 1)
    if kind != "text":
        body["picture"] = f"{topic}-{int(chance.integers(VARIANTS))}"
    return body


def _caption(chance: np.random.Generator, topic: int, captions: set[str]) -> str:
    told = TOPICS[topic]
    text = ""
    for _ in range(8):
        parts = (told.subjects, told.details, ENDINGS)
        first, second, last = (part[int(chance.integers(len(part)))] for part in parts)
        text = f"{first}，{second}{last}"
        if text not in captions:
            break
    captions.add(text)
    return text


def _shops(streams: Streams, people: tuple[Person, ...], until: Instant) -> tuple[Post, ...]:
    """Make a product card for each of forty shops, most within ten kilometres of the middle."""
    chance = streams.of("shops")
    topics = {topic.tag: index for index, topic in enumerate(TOPICS)}
    found = []
    for index in range(40):
        name, product, tag = SHOPS[index % len(SHOPS)]
        quarter, north, east, _ = QUARTERS[int(chance.integers(len(QUARTERS)))]
        at = _place(north + chance.normal(0, 0.4), east + chance.normal(0, 0.4))
        topic = topics[tag]
        created = Instant(int(until - _DAY - chance.random() * HISTORY_DAYS * _DAY))
        owner = people[int(chance.integers(len(people)))]
        body = {
            "id": f"s{index}", "kind": "product", "author_id": owner.body["id"], "language": "zh",
            "text": f"{quarter}{name}：{product}", "tags": [tag, "本地好店"], "position": at,
            "channels": [TOPICS[topic].channel], "created_at": time_text(created),
            "picture": f"{topic}-{index % VARIANTS}",
        }  # fmt: skip
        found.append(Post(body, topic, float(chance.beta(3, 3)), created))
    return tuple(found)


def _domains() -> tuple[tuple[str, Json], ...]:
    found: list[tuple[str, Json]] = []
    for index, (name, north, east, _) in enumerate(QUARTERS):
        if index in (0, 4, 7, 8):
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
        if chance.random() < 0.2:
            found.append(("place-0", index))
    return tuple(found)
