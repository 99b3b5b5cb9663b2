"""What the tests of the records share: where they live, and a few things to keep in them."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import pytest

from lodestone.base.clock import Instant
from lodestone.base.wire import Position
from lodestone.content import DomainIn, ItemIn
from lodestone.content.item import Media
from lodestone.people import PersonIn
from lodestone.stores.database import SqlRecords, open_records
from lodestone.stores.sql.threads import DatabaseLimits

NOW = Instant(1_700_000_000_000_000)
HOUR = 3_600_000_000
DAY = 24 * HOUR
THEN = datetime(2023, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
THEN_MICROS = 1_672_628_645_678_901
ANN = PersonIn(
    name="Ann",
    home=Position(26.38, 108.08),
    present=Position(26.4, 108.1),
    present_at=THEN,
    profession="weaver",
    interests={"tea": 1.0, "silk": 3.0},
    language="zh-CN",
    minor=True,
    created_at=THEN,
)
SONG = ItemIn(
    kind="video",
    author_id="ann",
    text="a song",
    language="zh",
    tags=("song", "tea"),
    channels=("music",),
    professions=("weaver",),
    position=Position(26.38, 108.08),
    duration_seconds=12.5,
    media=(Media("https://media.example/song.mp4", "video/mp4", 720, 1280),),
    created_at=THEN,
)
NOTE = ItemIn(kind="text", author_id="ann", text="a note")
SQUARE = DomainIn(kind="place", name="Square", centre=Position(26.38, 108.08))


def raised(error, code, call, *args, **named):
    """Make a call that must raise, and return what it raised."""
    with pytest.raises(error) as caught:
        call(*args, **named)
    assert caught.value.code == code
    return caught.value


def project(tags, author, words):
    """Stand in for the day-one vectors: 64 numbers of unit norm that depend on all three."""
    angle = random.Random(repr((tuple(tags), author, words))).random()
    return (angle, (1 - angle**2) ** 0.5, *(0.0,) * 62)


PATIENT = DatabaseLimits(pool_seconds=60.0, statement_seconds=60.0, busy_seconds=60.0)
"""A machine that does much else keeps a test waiting for longer than a request may wait."""


@dataclass
class Place:
    """Where records live, so that a test can open them again."""

    url: str
    seed: int = 0

    def open(self) -> SqlRecords:
        self.seed += 1
        chance = random.Random(self.seed)
        draw = partial(chance.getrandbits, 63)
        return open_records(self.url, draw=draw, project=project, limits=PATIENT)
