"""What the demo's posts say: one sentence about what is seen and one to end with, in both languages, by month and hour.

Nothing is drawn but from streams named by the post, so that a post says the same whenever it is asked.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import numpy as np

from lodestone.base.chance import Streams
from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.town.demo.matters import (
    EARLIER_DAY,
    EARLIER_NIGHT,
    ENDINGS,
    NIGHT,
    OPENINGS,
    SEASONS,
    TIMES,
    Both,
    Matter,
    Subject,
    outdoors,
)
from lodestone.town.demo.when import ALWAYS
from lodestone.town.scenes.lights import Light, light_of

_ZONE: Final = timedelta(hours=8)
"""The town's; it knows no summer time."""
_AS_SEEN: Final = 8.0
"""How much rather people show what can be seen when they post."""
_SAYS_WHEN: Final = 0.4
_ALWAYS: Final = tuple(ending for ending in ENDINGS if ending.when == ALWAYS and not ending.out)
_BOUND: Final = tuple(ending for ending in ENDINGS if ending.when != ALWAYS or ending.out)
_BOUND_EVERY: Final = 4
_NOON: Final = 14
_EVENING: Final = 21
One = TypeVar("One")
# How a caption is put together: Chinese and English. `when` is said where the form has it; all end in an ending of their own.
_NOW: Final = (
    ("{subject}，{detail}。{ending}。", "{Subject}: {detail}. {Ending}."),
    ("{opening}：{subject}，{detail}。{ending}。", "{Opening}. {Subject}: {detail}. {Ending}."),
    ("{detail}。{subject}，{more}。{ending}。", "{Detail}. {Subject}: {more}. {Ending}."),
    ("{subject}，{detail}，{more}。{ending}。", "{Subject}: {detail}, and {more}. {Ending}."),
    ("{season}。{subject}，{detail}。{ending}。", "{Season}. {Subject}: {detail}. {Ending}."),
    ("{opening}，{subject}。{detail}，{more}。{ending}。", "{Opening}. {Subject}. {Detail}, and {more}. {Ending}."),
)  # fmt: skip
_HERE: Final = (
    ("{quarter}这边，{subject}，{detail}。{ending}。", "In {quarter}. {Subject}: {detail}. {Ending}."),
    ("{quarter}的{subject}，{detail}，{more}。{ending}。", "{Subject}, {quarter}: {detail}, and {more}. {Ending}."),
)  # fmt: skip
"""Of who lives in the town: `quarter` is where."""
_THEN: Final = (
    ("{when}，{subject}，{detail}。{ending}。", "{When}. {Subject}: {detail}. {Ending}."),
    ("{when}，{subject}。{detail}，{more}。{ending}。", "{When}. {Subject}. {Detail}, and {more}. {Ending}."),
    ("{when}：{subject}，{detail}，{more}。{ending}。", "{When}. {Subject}: {detail}, and {more}. {Ending}."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caption:
    """What a post says, and what its picture shows."""

    zh: str
    en: str
    subject: Subject
    light: Light
    said: tuple[Both, ...]
    """The words it is made of, apart from the subject's."""


def local(at: Instant) -> datetime:
    """Return the town's date and hour of an instant."""
    return datetime.fromtimestamp(at / SECOND_MICROS, UTC) + _ZONE


class Captions:
    """Writes captions.

    Args:
        streams: The town's chance.
    """

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def write(
        self, number: int, matter: Matter, at: Instant, quarter: tuple[str, str] | None
    ) -> Caption:
        """Write a post's caption.

        Args:
            number: The post's, of all the town's.
            matter: What it is about.
            at: When it is posted.
            quarter: What the part of the town is called in which its author lives, in Chinese and English; None elsewhere.
        """
        chance = self._streams.of("caption in two languages", number)
        month, hour = local(at).month, local(at).hour
        subject = _subject(chance, matter, month, hour)
        seen = hour if hour in subject.hours else _EVENING if subject.hours == NIGHT else _NOON
        fitting = [detail for detail in matter.details if detail.when.fits(month, hour)]
        first, second = chance.choice(len(fitting), 2, replace=False).tolist()
        when = None
        if seen != hour:
            when = _one(chance, EARLIER_NIGHT if seen == _EVENING else EARLIER_DAY)
        elif chance.random() < _SAYS_WHEN:
            when = _one(chance, [time for time in TIMES if time.when.fits(month, hour)])
        said = {
            "detail": fitting[first],
            "more": fitting[second],
            "ending": self._ending(number, month, hour, out=outdoors(matter)),
            "opening": _one(chance, OPENINGS),
            "season": _one(chance, [season for season in SEASONS if month in season.when.months]),
        }
        forms: tuple[tuple[str, str], ...] = _NOW if quarter is None else (*_NOW, *_HERE)
        if when is not None:
            forms, said["when"] = _THEN, when
        if quarter is not None:
            said["quarter"] = Both(*quarter)
        zh, en = _one(chance, forms)
        words = {"subject": subject.words, **said}
        used = tuple(phrase for name, phrase in said.items() if f"{{{name}}}" in zh)
        return Caption(_filled(zh, words, "zh"), _filled(en, words, "en"), subject, light_of(month, seen), used)  # fmt: skip

    def _ending(self, number: int, month: int, hour: int, *, out: bool) -> Both:
        """Choose how a post ends: those that always fit in turn, now and then one of place, hour or month."""
        if out and number % _BOUND_EVERY == 0:
            fitting = [bound for bound in _BOUND if bound.when.fits(month, hour)]
            return fitting[number // _BOUND_EVERY % len(fitting)]
        order = self._streams.of("endings").permutation(len(_ALWAYS))
        return _ALWAYS[int(order[number % len(_ALWAYS)])]


def _subject(chance: np.random.Generator, matter: Matter, month: int, hour: int) -> Subject:
    subjects = matter.of_month(month)
    weight = np.array([_AS_SEEN if hour in subject.hours else 1.0 for subject in subjects])
    return subjects[int(chance.choice(len(subjects), p=weight / weight.sum()))]


def _one(chance: np.random.Generator, some: "tuple[One, ...] | list[One]") -> One:
    return some[int(chance.integers(len(some)))]


def _filled(form: str, words: dict[str, Both], language: str) -> str:
    """Fill a form; a name written with a capital stands for the words with their first letter large."""
    phrases = {name: phrase.zh if language == "zh" else phrase.en for name, phrase in words.items()}
    large = {name.capitalize(): text[:1].upper() + text[1:] for name, text in phrases.items()}
    return form.format_map({**phrases, **large})
