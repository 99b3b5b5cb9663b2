"""What the demo's posts are about: each matter with its subjects, what is said of them and how they are drawn.

A subject names the scene that draws it and the parts that must be in that drawing, so that words and picture cannot
part; a test draws every subject and compares.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lodestone.town.demo.when import ALWAYS, When, when_of
from lodestone.town.demo.words import crafts, endings, food, gatherings, land, sayings, travel
from lodestone.town.people.topics import PROFESSIONS, TOPICS

_NIGHT_SCENES: Final = frozenset({"pipes", "night_market", "dance"})
_ANY_HOUR_SCENES: Final = frozenset(
    {"village", "bridge", "drum_tower", "fish_pot", "noodles", "rice_cakes", "embroidery", "silver", "pet", "goods",
     "clinic", "office"}
)  # fmt: skip
"""Scenes indoors, and those that are drawn by day and by night; all others are seen by day alone."""
_OUTDOORS: Final = frozenset({"travel", "farm", "market", "sport", "music"})
"""Channels of what is somewhere one may go."""
DAY: Final = when_of("h6-18").hours
NIGHT: Final = when_of("h19-23").hours
OUT: Final = "out"


@dataclass(frozen=True, slots=True)
class Both:
    """The same words in both languages, and when they may be said."""

    zh: str
    en: str
    when: When = ALWAYS
    out: bool = False
    """Only of what is somewhere one may go."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing to show: its name, and what draws it."""

    words: Both
    scene: str
    parts: frozenset[str]
    """What the drawing must show."""

    @property
    def hours(self) -> frozenset[int]:
        """Return the hours at which it can be seen."""
        if self.scene in _NIGHT_SCENES:
            return NIGHT
        return self.words.when.hours if self.scene in _ANY_HOUR_SCENES else DAY


@dataclass(frozen=True, slots=True)
class Matter:
    """Something people post about."""

    tag: str
    subjects: tuple[Subject, ...]
    details: tuple[Both, ...]

    def of_month(self, month: int) -> tuple[Subject, ...]:
        """Return the subjects there are in a month."""
        return tuple(subject for subject in self.subjects if month in subject.words.when.months)


def both(line: str) -> Both:
    """Read `Chinese | English`, and when it may be said."""
    zh, en, *rest = (part.strip() for part in line.split("|"))
    marks = rest[0].split() if rest else []
    when = when_of(" ".join(word for word in marks if word != OUT))
    return Both(zh, en, when, out=OUT in marks)


def lines_of(table: str) -> tuple[str, ...]:
    """Return the lines of a table that hold something."""
    return tuple(line for line in table.splitlines() if line.strip())


def subject_of(words: Both, drawn: str) -> Subject:
    """Make a subject; `drawn` is `scene: part part`."""
    scene, _, parts = drawn.partition(":")
    return Subject(words, scene.strip(), frozenset(parts.split()))


def _subject(line: str) -> Subject:
    zh, en, drawn, *rest = (part.strip() for part in line.split("|"))
    return subject_of(Both(zh, en, when_of(rest[0] if rest else "")), drawn)


def _matters(tables: tuple[str, ...]) -> Iterator[Matter]:
    tag, subjects, details = "", list[Subject](), list[Both]()
    for line in (*lines_of("\n".join(tables)), ""):
        if line.startswith("* "):
            subjects.append(_subject(line[2:]))
        elif line.startswith("- "):
            details.append(both(line[2:]))
        else:
            if tag:
                yield Matter(tag, tuple(subjects), tuple(details))
            tag, subjects, details = line.strip(), [], []


MATTERS: Final = {
    matter.tag: matter
    for matter in _matters(
        (food.FOOD, land.LAND, crafts.CRAFTS, gatherings.GATHERINGS, travel.TRAVEL, travel.LIFE, travel.TRADES)
    )
}  # fmt: skip
"""By tag: one for each topic, and two more that only people of that trade post about."""
OPENINGS: Final = tuple(both(line) for line in lines_of(sayings.OPENINGS))
TIMES: Final = tuple(both(line) for line in lines_of(sayings.TIMES))
SEASONS: Final = tuple(both(line) for line in lines_of(sayings.SEASONS))
ENDINGS: Final = tuple(both(line) for line in lines_of(endings.ENDINGS))
EARLIER_DAY: Final = tuple(both(line) for line in lines_of(sayings.EARLIER_DAY))
EARLIER_NIGHT: Final = tuple(both(line) for line in lines_of(sayings.EARLIER_NIGHT))
"""What is said of a scene that is over when it is posted."""
TRADE_MATTERS: Final = {
    "farmer": ("茶山", "梯田", "养蜂", "油菜花"), "cook": ("酸汤鱼", "米粉", "糍粑"), "teacher": ("支教",), "student": ("支教", "村超"),
    "driver": ("修车", "赶场"), "weaver": ("刺绣", "蜡染"), "carpenter": ("木匠",), "doctor": ("看病",), "shopkeeper": ("赶场", "夜市"),
    "guide": ("古寨", "风雨桥", "瀑布"), "mechanic": ("修车",), "clerk": ("办事",),
}  # fmt: skip
"""What people of a trade post about when they post about it."""
assert set(TRADE_MATTERS) == set(PROFESSIONS)
assert {topic.tag for topic in TOPICS} <= set(MATTERS)


def outdoors(matter: Matter) -> bool:
    """Say whether a matter is somewhere one may go."""
    return any(topic.tag == matter.tag and topic.channel in _OUTDOORS for topic in TOPICS)
