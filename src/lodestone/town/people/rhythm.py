"""When people come, where they are and how the nights change them: days, weeks, habits, moods, tastes."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.town.people.topics import CHANNELS, TOPICS
from lodestone.town.truth import RING, People, Ties

STEPS: Final = 48
"""Half an hour each."""
SURFACES: Final = ("discover", "following", "place", "channel", "profession")
_SHARES: Final = np.array([0.72, 0.14, 0.07, 0.04, 0.03])
"""Where a visit begins: most people open an app where it opens."""
HOME, WORK, MARKET = range(3)
# Share of a day's visits by hour: asleep before six, a noon and a long evening.
_HOURS: Final = np.array(
    [2, 1, 1, 1, 1, 2, 4, 6, 7, 6, 5, 6, 9, 8, 6, 5, 5, 6, 8, 11, 13, 13, 9, 5], np.float64
)
MARKET_EVERY: Final = 5
"""A country market is held every fifth day."""
MATCH_WEEKDAY: Final = 5
"""The village league plays on Saturdays; its channel lives for it."""
_WEEKEND: Final = 0.2
"""Log odds that a free day adds."""
_MOOD: Final = 1.0
"""Log odds between an indifferent mood and the best; from a good feed to a bad one, a third more people a day."""
_HABIT_UP: Final = 0.06
_HABIT_DOWN: Final = 0.015
"""A habit grows by good visits and fades on days away: some weeks make or break one."""
_HABIT_LEAST: Final = -3.0
"""Under five days in a hundred: the app is taken off the phone."""
MOOD_MEMORY: Final = 0.8
_PLEASURE: Final = 4.0
"""Mean pleasure of a post to mood: a quarter of a minute's worth above its cost is as good as it gets."""
_TIRED_OVERNIGHT: Final = 0.5
_DRIFT: Final = 0.01
_NEW_LOVE: Final = 0.01
"""Chance a day that something quite new comes into somebody's life, about once a season."""


@dataclass(frozen=True, slots=True)
class Visits:
    """A day's visits by step, then by person; shape (visits,)."""

    person: Ints
    step: Ints
    surface: Ints
    """An index into `SURFACES`."""
    channel: Ints
    """The channel looked at where the surface is one."""
    outing: Ints
    """`HOME`, `WORK` or `MARKET`."""


def weekday(day: int) -> int:
    """Return the weekday of a day of the town, 0 for Monday; day 0 is one."""
    return day % 7


def lift(day: int) -> Floats:
    """Return what the day adds to tastes by topic: a match lifts football, a market day the market."""
    found = np.zeros(len(TOPICS))
    tags = [topic.tag for topic in TOPICS]
    if weekday(day) in (MATCH_WEEKDAY, MATCH_WEEKDAY + 1):
        found[tags.index("村超")] = 0.5
    if day % MARKET_EVERY == 2:
        found[tags.index("赶场")] = 0.5
    return found


def coming(people: People, day: int, chance: np.random.Generator) -> Bools:
    """Draw who opens the app on a day; whoever is new certainly does, and paid accounts come daily."""
    odds = people.habit + _MOOD * people.mood + _WEEKEND * (weekday(day) >= 5)
    comes = chance.random(people.count) < 1 / (1 + np.exp(-odds))
    comes |= (people.born == day) & (day > 0)
    found: Bools = (comes | (people.kind == RING)) & people.resident & ~people.gone
    return found


def visits(people: People, who: Bools, day: int, chance: np.random.Generator) -> Visits:
    """Draw when they open it, where they are and on which page they begin."""
    rows = np.flatnonzero(who)
    times = 1 + chance.poisson(np.maximum(0.0, people.eager[rows] - 1))
    person = np.repeat(rows, times)
    hour = chance.choice(24, person.size, p=_HOURS / _HOURS.sum()) + chance.random(person.size)
    hour = (hour + people.hour[person]) % 24
    surface = chance.choice(len(SURFACES), person.size, p=_SHARES)
    # Children are shown no neighbourhood by where they are, so their app does not offer it.
    surface[people.minor[person] & (surface == SURFACES.index("place"))] = 0
    favourite = _favourite_channel(people)[person]
    mine = chance.random((person.size, len(CHANNELS))) * people.channel[person]
    channel = np.where(people.channel[person].any(axis=1), mine.argmax(axis=1), favourite)
    step = np.floor(hour / 24 * STEPS).astype(np.int64)
    order = np.lexsort((hour, step))
    outing = _outing(person, hour, day, chance)
    return Visits(person[order], step[order], surface[order], channel[order], outing[order])


def _favourite_channel(people: People) -> Ints:
    names = list(CHANNELS)
    of_topic = np.array([names.index(topic.channel) for topic in TOPICS])
    found: Ints = of_topic[people.taste.argmax(axis=1)]
    return found


def _outing(person: Ints, hour: Floats, day: int, chance: np.random.Generator) -> Ints:
    drawn = chance.random(person.size)
    at_work = (weekday(day) < 5) & (hour >= 9) & (hour < 17) & (drawn < 0.6)
    at_market = (day % MARKET_EVERY == 2) & (hour >= 8) & (hour < 13) & (drawn > 0.65)
    return np.where(at_market, MARKET, np.where(at_work, WORK, HOME)).astype(np.int64)


def remember_visits(people: People, who: Ints, pleasure: Floats) -> None:
    """Let visits leave their mark on moods.

    Args:
        people: Whose moods are moved.
        who: Shape (visits,). Each person at most once.
        pleasure: Shape (visits,). Mean pleasure of what was looked at.
    """
    felt = np.clip(_PLEASURE * pleasure, -1.0, 1.0)
    people.mood[who] = MOOD_MEMORY * people.mood[who] + (1 - MOOD_MEMORY) * felt


def night(people: People, ties: Ties, came: Bools, chance: np.random.Generator) -> None:
    """Let a night pass: habits grow or fade, tiredness goes, tastes drift, some go for good."""
    people.habit += np.where(came, _HABIT_UP * people.mood * 2, -_HABIT_DOWN)
    np.clip(people.habit, _HABIT_LEAST - 1, 2.5, out=people.habit)
    people.gone |= (people.habit <= _HABIT_LEAST) & people.resident & (people.kind != RING)
    ties.tired_of_topic *= _TIRED_OVERNIGHT
    ties.tired_of_maker *= _TIRED_OVERNIGHT
    people.taste += chance.normal(0, _DRIFT, people.taste.shape)
    new = np.flatnonzero(chance.random(people.count) < _NEW_LOVE)
    people.taste[new, chance.integers(0, len(TOPICS), new.size)] = chance.random(new.size)
    np.clip(people.taste, 0.0, 1.0, out=people.taste)
