"""Who lives in the town, and who comes to it: people, makers and the ties among them, drawn from named streams."""

from dataclasses import replace
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.chance import Streams
from lodestone.town.make import KM_PER_DEGREE, LATITUDE, LONGITUDE
from lodestone.town.people.topics import CHANNELS, PROFESSIONS, QUARTERS, TOPICS
from lodestone.town.truth import (
    ORDINARY,
    VOICES,
    Makers,
    People,
    Posts,
    Ties,
    Truth,
    joined,
    widened,
)

_MAKER_SHARE: Final = 0.25
"""Who posts at all; in most communities fewer, in a county town's app many show their dinner."""
_SHOP_SHARE: Final = 0.06
_FAR_SHARE: Final = 0.2
"""Makers in the provincial city for each resident. A county never makes all it watches: about half comes from there."""
_FAR_KM: Final = 120.0
_COS: Final = float(np.cos(np.radians(LATITUDE)))


def settle(streams: Streams, count: int) -> Truth:
    """Let a town be there before its first day.

    Args:
        streams: The town's chance.
        count: Residents, at least 50. Makers in the far city come on top.
    """
    assert count >= 50
    chance = streams.of("settle")
    far = max(4, round(_FAR_SHARE * count))
    people = joined(_people(chance, count, day=0), _far(chance, far))
    people.habit[:count] = chance.normal(0.2, 0.8, count)
    makers = _makers(chance, np.arange(count))
    makers = joined(makers, _famous(chance, np.arange(count, count + far)))
    empty = Ties(*(np.zeros((0, 0), kind) for kind in (bool, bool, np.int64, float, float)))
    ties = widened(
        replace(empty, tired_of_topic=np.zeros((0, len(TOPICS)))), people.count, makers.count
    )
    truth = Truth(people, makers, no_posts(), ties, {})
    _befriend(truth, np.arange(people.count), chance)
    _begin_following(truth, chance)
    followers = ties.follows.sum(axis=0)
    makers.small = followers < np.median(followers)
    makers.hopes = 4.0 + 0.15 * followers
    return truth


def arrive(truth: Truth, count: int, chance: np.random.Generator, *, kind: int = ORDINARY) -> Ints:
    """Let people arrive on the truth's day; return their rows.

    Newcomers follow the few they know and have no habit yet. Every fourth comes to post as well.
    """
    people = _people(chance, count, day=truth.day)
    people.habit[:] = chance.normal(-0.4, 0.6, count)
    people.kind[:] = kind
    first = truth.people.count
    rows = np.arange(first, first + count)
    truth.people = joined(truth.people, people)
    makers = _makers(chance, rows) if kind == ORDINARY else no_makers()
    truth.makers = joined(truth.makers, makers)
    truth.ties = widened(truth.ties, truth.people.count, truth.makers.count)
    if kind == ORDINARY:
        _befriend(truth, rows, chance)
        known = np.argwhere(truth.ties.knows[rows])
        chosen = known[chance.random(known.shape[0]) < 0.3]
        truth.ties.follows[rows[chosen[:, 0]], chosen[:, 1]] = True
        truth.makers.small[truth.makers.count - makers.count :] = True
    return rows


def _people(chance: np.random.Generator, count: int, *, day: int) -> People:
    quarter = chance.choice(len(QUARTERS), count, p=[share for *_, share in QUARTERS])
    at_work = chance.choice(len(QUARTERS), count, p=[share for *_, share in QUARTERS])
    latitude, longitude = _near_quarter(quarter, chance.normal(0, 0.6, (count, 2)))
    work_latitude, work_longitude = _near_quarter(at_work, chance.normal(0, 0.4, (count, 2)))
    voice = chance.normal(0, 1, (count, VOICES))
    return People(
        taste=_tastes(chance, count),
        voice=voice / np.linalg.norm(voice, axis=1, keepdims=True),
        latitude=latitude,
        longitude=longitude,
        work_latitude=work_latitude,
        work_longitude=work_longitude,
        quarter=quarter.astype(np.int64),
        profession=chance.integers(0, len(PROFESSIONS), count),
        minor=chance.random(count) < 0.03,
        open=chance.random(count) >= 0.04,
        resident=np.ones(count, bool),
        kind=np.full(count, ORDINARY, np.int64),
        eager=1 + chance.gamma(1.5, 1.0, count),
        habit=np.zeros(count),
        mood=np.zeros(count),
        hour=chance.normal(0, 1.5, count),
        born=np.full(count, day, np.int64),
        gone=np.zeros(count, bool),
        channel=np.zeros((count, len(CHANNELS)), bool),
        outing=np.zeros(count, np.int64),
    )


def _tastes(chance: np.random.Generator, count: int) -> Floats:
    """Draw tastes: most care for a few things much and for most things little, and what belongs together is liked together."""
    names = list(CHANNELS)
    of_topic = np.array([names.index(topic.channel) for topic in TOPICS])
    field = chance.beta(0.5, 1.5, (count, len(CHANNELS)))
    own = chance.beta(0.6, 1.8, (count, len(TOPICS)))
    found: Floats = 0.6 * field[:, of_topic] + 0.4 * own
    return found


def _near_quarter(quarter: Ints, spread: Floats) -> tuple[Floats, Floats]:
    north = np.array([row[1] for row in QUARTERS])[quarter] + spread[:, 0]
    east = np.array([row[2] for row in QUARTERS])[quarter] + spread[:, 1]
    latitude = LATITUDE + north / KM_PER_DEGREE
    longitude = LONGITUDE + east / (KM_PER_DEGREE * _COS)
    return np.round(latitude, 4), np.round(longitude, 4)


def _far(chance: np.random.Generator, count: int) -> People:
    """Draw makers of the provincial city: nobody of them opens this app to look."""
    people = _people(chance, count, day=0)
    people.latitude = np.round(people.latitude + _FAR_KM / KM_PER_DEGREE, 4)
    people.resident[:] = False
    return people


def no_makers() -> Makers:
    """Return columns without a row."""
    whole, real, truth = np.zeros(0, np.int64), np.zeros(0), np.zeros(0, bool)
    return Makers(whole, real, real, real, real, real, real, truth, real, truth, whole)


def no_posts() -> Posts:
    """Return columns without a row."""
    whole, real = np.zeros(0, np.int64), np.zeros(0)
    return Posts(whole, whole, whole, real, real, real, real, real, whole, whole, whole, real)


def _makers(chance: np.random.Generator, rows: Ints) -> Makers:
    """Draw who of some people posts; nearly anyone may be good at it, few are often."""
    posts = chance.random(rows.size) < _MAKER_SHARE + _SHOP_SHARE
    person = rows[posts]
    shop = chance.random(person.size) < _SHOP_SHARE / (_MAKER_SHARE + _SHOP_SHARE)
    return _drawn(chance, person, shop, chance.pareto(1.3, person.size) + 0.1)


def _famous(chance: np.random.Generator, rows: Ints) -> Makers:
    """Draw the makers of the far city: known to many, busy, better on the whole and by no means always."""
    fame = 8 * (chance.pareto(1.3, rows.size) + 1)
    made = _drawn(chance, rows, np.zeros(rows.size, bool), fame)
    made.talent = np.minimum(0.95, made.talent + 0.08)
    made.rate = made.rate * 1.5
    return made


def _drawn(chance: np.random.Generator, person: Ints, shop: Bools, fame: Floats) -> Makers:
    count = person.size
    # Every eighth paints covers that promise more than is there.
    bait = np.where(chance.random(count) < 0.12, 0.35, 0.0)
    return Makers(
        person=person,
        talent=chance.beta(2.4, 3.0, count),
        bait=bait,
        rate=np.where(shop, 0.25, chance.gamma(1.0, 0.4, count) + 0.05),
        morale=np.ones(count),
        hopes=np.full(count, 4.0),
        fame=fame,
        shop=shop,
        goods=chance.beta(3, 2, count),
        small=np.zeros(count, bool),
        ended=np.full(count, -1, np.int64),
    )


def _befriend(truth: Truth, rows: Ints, chance: np.random.Generator) -> None:
    """Let people know makers: of their own quarter many, of their trade some; a shop is known about itself."""
    people, makers = truth.people, truth.makers
    who = makers.person
    same_quarter = people.quarter[rows][:, None] == people.quarter[who][None, :]
    same_trade = people.profession[rows][:, None] == people.profession[who][None, :]
    here = people.resident[rows][:, None] & people.resident[who][None, :]
    # About fifteen acquaintances and as many faces from the trade in a quarter of a hundred.
    close = np.where(same_quarter, 0.10, 0.005) + np.where(same_trade, 0.05, 0.0)
    close = np.where(makers.shop[None, :] & same_quarter, 0.4, close) * here
    known = chance.random(close.shape) < close
    known &= rows[:, None] != who[None, :]
    truth.ties.knows[rows] |= known


def _begin_following(truth: Truth, chance: np.random.Generator) -> None:
    """Let residents follow some: those they know, and the famous by fame."""
    people, makers, ties = truth.people, truth.makers, truth.ties
    rows = np.flatnonzero(people.resident)
    wanted = 4.0 * makers.fame / makers.fame.sum()
    ties.follows[rows] = chance.random((rows.size, makers.count)) < np.minimum(0.6, wanted)
    ties.follows |= ties.knows & (chance.random(ties.knows.shape) < 0.3)
    ties.follows[makers.person, np.arange(makers.count)] = False
