"""What only the simulation knows, in columns: people, makers, posts and what ties them together.

Nothing of this is ever sent. What the engine is told of a person or a post is written by `told.py` from the few
columns that an app would know as well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints

ORDINARY: Final = 0
SPAM: Final = 1
RING: Final = 2
VIDEO, PICTURE, TEXT, LIVE, PRODUCT = range(5)
KIND_WORDS: Final = ("video", "picture", "text", "live", "product")
VOICES: Final = 3
"""Axes of manner: dry or warm, quick or slow, of the town or of the world."""
Columns = TypeVar("Columns", "People", "Makers", "Posts", "Ties")


@dataclass(slots=True)
class People:
    """Columns over people; shape (people,) unless said."""

    taste: Floats
    """Shape (people, topics), in [0, 1]."""
    voice: Floats
    """Shape (people, 3), a unit vector: the manner they like, and have."""
    latitude: Floats
    longitude: Floats
    work_latitude: Floats
    work_longitude: Floats
    quarter: Ints
    profession: Ints
    minor: Bools
    open: Bools
    """Lets itself be known: consents to personalisation."""
    resident: Bools
    """Opens the app here; a maker in a far city does not."""
    kind: Ints
    """`ORDINARY`, `SPAM` or `RING`."""
    eager: Floats
    """Visits on a day on which they come."""
    habit: Floats
    """Log odds to come on a day, before mood."""
    mood: Floats
    """What the last visits left, in [-1, 1]."""
    hour: Floats
    """How many hours later than others they live."""
    born: Ints
    """The day of their first sight of the app."""
    gone: Bools
    channel: Bools
    """Shape (people, channels): joined."""
    outing: Ints
    """Where the engine was last told they are: 0 home, 1 work, 2 market."""

    @property
    def count(self) -> int:
        """Return how many there are."""
        return int(self.born.size)


@dataclass(slots=True)
class Makers:
    """Columns over those who post; shape (makers,)."""

    person: Ints
    talent: Floats
    """Mean quality of what they make, in [0, 1]."""
    bait: Floats
    """How much more their covers promise than they hold."""
    rate: Floats
    """Posts a day at a morale of 1."""
    morale: Floats
    hopes: Floats
    """What they are used to: views a day of a fresh post, likes counted five times."""
    fame: Floats
    shop: Bools
    goods: Floats
    """How good what the shop sells is, in [0, 1]."""
    small: Bools
    """Below the median of followers when they were first seen."""
    ended: Ints
    """The day they gave up, -1 while they go on."""

    @property
    def count(self) -> int:
        """Return how many there are."""
        return int(self.person.size)


@dataclass(slots=True)
class Posts:
    """Columns over posts; shape (posts,)."""

    maker: Ints
    topic: Ints
    kind: Ints
    quality: Floats
    pull: Floats
    """How good it looks before one has looked, in [0, 1.2]."""
    seconds: Floats
    latitude: Floats
    """NaN without a place."""
    longitude: Floats
    trade: Ints
    """The profession it is about, -1 for none."""
    created: Ints
    """Microseconds since the epoch."""
    views: Ints
    heard: Floats
    """Views, likes five times and comments ten times, since the last night."""

    @property
    def count(self) -> int:
        """Return how many there are."""
        return int(self.maker.size)


@dataclass(slots=True)
class Ties:
    """What ties people to makers and topics; shape (people, makers) unless said."""

    follows: Bools
    knows: Bools
    """Would greet each other in the street."""
    bought: Ints
    tired_of_maker: Floats
    tired_of_topic: Floats
    """Shape (people, topics)."""


@dataclass(slots=True)
class Truth:
    """The whole hidden town."""

    people: People
    makers: Makers
    posts: Posts
    ties: Ties
    seen: dict[int, int]
    """person x 2^32 + post to the day it was last looked at."""
    day: int = 0
    step: int = 0


def seen_key(person: int, post: int) -> int:
    """Return under which key a look is remembered."""
    return person << 32 | post


def joined(one: Columns, more: Columns) -> Columns:
    """Return columns with more rows at their end."""
    kind = type(one)
    return kind(
        **{
            field.name: np.concatenate([getattr(one, field.name), getattr(more, field.name)])
            for field in fields(one)
        }
    )


def widened(ties: Ties, people: int, makers: int) -> Ties:
    """Return ties with room for more people and makers, who know nobody yet."""

    def wide(held: NDArray[Any], columns: int) -> NDArray[Any]:
        out = np.zeros((people, columns), held.dtype)
        out[: held.shape[0], : held.shape[1]] = held
        return out

    return Ties(
        wide(ties.follows, makers),
        wide(ties.knows, makers),
        wide(ties.bought, makers),
        wide(ties.tired_of_maker, makers),
        wide(ties.tired_of_topic, ties.tired_of_topic.shape[1]),
    )


def parts_of(truth: Truth) -> Iterator[tuple[str, NDArray[Any]]]:
    """Yield every column with its name, for a file."""
    for group in ("people", "makers", "posts", "ties"):
        held = getattr(truth, group)
        for field in fields(held):
            yield f"{group}.{field.name}", getattr(held, field.name)
    yield "seen.key", np.array(list(truth.seen), np.int64)
    yield "seen.day", np.array(list(truth.seen.values()), np.int64)
    yield "at", np.array([truth.day, truth.step], np.int64)


def truth_of(columns: dict[str, NDArray[Any]]) -> Truth:
    """Put a town together again from what `parts_of` told."""

    def group(name: str, kind: type[Columns]) -> Columns:
        return kind(**{field.name: columns[f"{name}.{field.name}"] for field in fields(kind)})

    keys, days = columns["seen.key"].tolist(), columns["seen.day"].tolist()
    day, step = columns["at"].tolist()
    return Truth(
        group("people", People),
        group("makers", Makers),
        group("posts", Posts),
        group("ties", Ties),
        dict(zip(keys, days, strict=True)),
        day,
        step,
    )
