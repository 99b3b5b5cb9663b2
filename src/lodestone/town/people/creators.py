"""Those who post: what and how much they make, and how being seen, or not, moves them.

Feedback keeps newcomers posting and silence stops them (Burke, Marlow and Lento, "Feed me: motivating newcomer
contribution in social network sites", CHI 2009). Being seen is felt against what one is used to, in doublings:
from two viewers to four is as much as from two hundred to four hundred.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.base.clock import DAY_MICROS, HOUR_MICROS, MINUTE_MICROS
from lodestone.town.people.rhythm import MARKET_EVERY, MATCH_WEEKDAY, weekday
from lodestone.town.people.topics import PROFESSIONS, TOPICS
from lodestone.town.truth import (
    LIVE,
    PICTURE,
    PRODUCT,
    SPAM,
    TEXT,
    VIDEO,
    Makers,
    Posts,
    Truth,
)

LAST_POST: Final = 30 * MINUTE_MICROS
"""So long before midnight nobody posts any more."""
FRESH_DAYS: Final = 3
"""So long somebody looks after how a post does."""
_LEARN: Final = 0.10
"""What a doubling of what one is used to adds to morale in a day."""
_USED_TO: Final = 0.05
"""How fast one gets used to what one has, a day."""
_MORALE_MOST: Final = 2.0
_DISCOURAGED: Final = 0.35
_GIVES_UP: Final = 0.2
"""Chance a day to give up once so discouraged."""
_QUALITY_SPREAD: Final = 0.15
_PULL_SPREAD: Final = 0.12
_SPAM_A_DAY: Final = 4.0
_SHIFTS: Final = (6.5, 18.5)
"""Hours at which one shift hands over to the next, and people of the trades post about it."""
_SHIFT_TRADES: Final = ("mechanic", "weaver")
# Posts by hour: rather before people look than while they do.
_HOURS: Final = np.array(
    [0, 0, 0, 0, 0, 1, 4, 6, 5, 5, 5, 7, 8, 6, 5, 5, 6, 8, 9, 9, 7, 5, 3, 1], np.float64
)


def posts_of_day(truth: Truth, start: int, chance: np.random.Generator) -> Posts:
    """Draw what is posted on a day, oldest first.

    Args:
        truth: The town on that day.
        start: The day's first microsecond.
        chance: The day's own stream.
    """
    makers, people = truth.makers, truth.people
    here = (makers.ended < 0) & ~people.gone[makers.person]
    rate = np.where(here, makers.rate * np.minimum(makers.morale, _MORALE_MOST), 0.0)
    spam = people.kind[makers.person] == SPAM
    rate = np.where(spam, _SPAM_A_DAY, rate)
    maker = np.repeat(np.arange(makers.count), chance.poisson(rate))
    return _made(truth, maker, start, chance)


def _made(truth: Truth, maker: Ints, start: int, chance: np.random.Generator) -> Posts:
    makers, people, count = truth.makers, truth.people, maker.size
    person = makers.person[maker]
    topic = _topics(people.taste[person], truth.day, chance)
    quality = np.clip(makers.talent[maker] + chance.normal(0, _QUALITY_SPREAD, count), 0.02, 1.0)
    pull = quality + makers.bait[maker] + chance.normal(0, _PULL_SPREAD, count)
    spam = people.kind[person] == SPAM
    quality, pull = np.where(spam, 0.04, quality), np.where(spam, 0.9, pull)
    kind = chance.choice([VIDEO, PICTURE, TEXT, LIVE], count, p=[0.52, 0.36, 0.11, 0.01])
    kind = np.where(makers.shop[maker] & (chance.random(count) < 0.5), PRODUCT, kind)
    seconds = np.clip(chance.lognormal(3.2, 0.6, count), 6, 240)
    trade, hour = _trades(people.profession[person], chance)
    created = start + np.minimum((hour * HOUR_MICROS).astype(np.int64), DAY_MICROS - LAST_POST)
    placed = (chance.random(count) < 0.7) | (kind == PRODUCT)
    order = np.argsort(created, kind="stable")
    columns = Posts(
        maker,
        topic,
        kind,
        quality,
        np.clip(pull, 0.02, 1.2),
        np.where(kind == LIVE, 600.0, np.round(seconds, 1)),
        np.where(placed, people.latitude[person], np.nan),
        np.where(placed, people.longitude[person], np.nan),
        trade,
        created,
        np.zeros(count, np.int64),
        np.zeros(count),
    )
    return Posts(*(getattr(columns, name)[order] for name in Posts.__dataclass_fields__))


def made_to_order(truth: Truth, maker: int, at: int, chance: np.random.Generator) -> Posts:
    """Draw one video, as good as its maker's others, that is posted now.

    Args:
        truth: The town.
        maker: Who makes it.
        at: Now, micros.
        chance: The order's own stream.
    """
    made = _made(truth, np.array([maker]), at, chance)
    return replace(made, kind=np.array([VIDEO]), created=np.array([at]))


def _topics(taste: Floats, day: int, chance: np.random.Generator) -> Ints:
    """Draw topics: what makers like themselves, and what the day is about."""
    weight = taste**3 + 1e-3
    tags = [topic.tag for topic in TOPICS]
    if weekday(day) in (MATCH_WEEKDAY, MATCH_WEEKDAY + 1):
        weight[:, tags.index("村超")] *= 4
    if day % MARKET_EVERY == 2:
        weight[:, tags.index("赶场")] *= 4
    upto = np.cumsum(weight, axis=1)
    drawn = chance.random(taste.shape[0]) * upto[:, -1]
    found: Ints = np.minimum((upto < drawn[:, None]).sum(axis=1), len(TOPICS) - 1)
    return found


def _trades(profession: Ints, chance: np.random.Generator) -> tuple[Ints, Floats]:
    """Draw which posts are about their maker's trade, and when everything is posted."""
    names = list(PROFESSIONS)
    count = profession.size
    hour = chance.choice(24, count, p=_HOURS / _HOURS.sum()) + chance.random(count)
    shift = np.isin(profession, [names.index(name) for name in _SHIFT_TRADES])
    about = chance.random(count) < np.where(shift, 0.6, 0.2)
    handover = np.array(_SHIFTS)[chance.integers(0, 2, count)] + chance.random(count)
    return np.where(about, profession, -1), np.where(about & shift, handover, hour)


def first_posts(truth: Truth, start: int, days: int, streams: "np.random.Generator") -> Posts:
    """Draw what lies there already when the first day begins: some days of posts nobody has seen."""
    columns = [
        posts_of_day(truth, start - (days - back) * DAY_MICROS, streams) for back in range(days)
    ]
    return Posts(
        *(
            np.concatenate([getattr(column, name) for column in columns])
            for name in Posts.__dataclass_fields__
        )
    )


def night(truth: Truth, end: int, chance: np.random.Generator) -> None:
    """Let makers sleep over how they were seen; some give up.

    Args:
        truth: The town at the end of a day; what was heard of posts is taken back to nothing.
        end: The day's last microsecond.
        chance: The night's own stream.
    """
    makers, posts = truth.makers, truth.posts
    fresh = (end - posts.created < FRESH_DAYS * DAY_MICROS) & (posts.created < end)
    count = np.bincount(posts.maker[fresh], minlength=makers.count)
    heard = np.bincount(posts.maker[fresh], posts.heard[fresh], minlength=makers.count)
    posts.heard[:] = 0
    each = heard / np.maximum(count, 1)
    looks = count > 0
    felt = np.clip(np.log2((1 + each) / (1 + makers.hopes)), -1.5, 1.0)
    makers.morale += np.where(looks, _LEARN * felt, 0.0)
    np.clip(makers.morale, 0.0, _MORALE_MOST, out=makers.morale)
    makers.hopes += np.where(looks, _USED_TO * (each - makers.hopes), 0.0)
    low = (makers.morale < _DISCOURAGED) & (makers.ended < 0)
    low &= truth.people.kind[makers.person] != SPAM
    ends = low & (chance.random(makers.count) < _GIVES_UP)
    makers.ended[ends] = truth.day


def posting(makers: Makers, gone: np.ndarray) -> np.ndarray:
    """Say who still posts: has not given up and is still here."""
    found: np.ndarray = (makers.ended < 0) & ~gone[makers.person]
    return found
