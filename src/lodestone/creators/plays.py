"""Which plays and conversions of an item are settled: two numbers under two names, and why they differ. Pure.

    shown    every showing of the item that was played, as anybody counts them; every conversion that is its own
    settled  shown, less each that is excluded, for the first reason of `Excluded` that holds

The order of `Excluded` is the order of precedence.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Final, NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from lodestone.ads.invalid_traffic import RULES as CLICKS
from lodestone.ads.invalid_traffic import InvalidRules
from lodestone.base.arrays import Bools, Ints


class Excluded(IntEnum):
    """Why something that is shown is not settled."""

    NO_DECISION = 1
    """No beacon: it says of no decision of ours that it came of it."""
    PAID = 2
    """Somebody paid for the slot, as an ad or a boost."""
    BOT = 3
    """Sent by a program that says it is one."""
    UNKNOWN_VIEWER = 4
    """Nobody was signed in, so that nobody can say it was none of the parties."""
    OWN = 5
    """The creator, or who owns the advertiser."""
    RING = 6
    """Somebody of a ring of authors who play each other's posts."""
    TOO_SHORT = 7
    """A video that was played for under two seconds, anything else that was seen for under one."""
    DUPLICATE = 8
    """The same person on the same day once more."""
    RETURNED = 9
    """Everything of the order was taken back."""


@dataclass(frozen=True, slots=True)
class PlayRules:
    """One version of the rules."""

    version: int = 1
    least_ms: int = 2_000
    """A video is played for so long at least."""
    least_seen_ms: int = 1_000
    """Anything else is on the screen for so long at least."""
    a_day: int = 1
    """Plays of one person on one day that count."""


RULES: Final = PlayRules()
"""The version in force."""


PLAY: Final = np.dtype(
    [
        ("key", np.uint64),  # of its slot; of a fact that names no decision its own
        ("time", np.int64),  # the first word of it, microseconds since the epoch
        ("day", np.int64),  # of the community
        ("person", np.int64),  # ordinal, -1 when nobody was signed in
        ("item", np.int64),  # row
        ("ms", np.int64),  # the longest that was reported
        ("decision", np.bool_),  # it came of a decision of ours
        ("paid", np.bool_),
        ("bot", np.bool_),
    ]
)
"""One showing of an item that was played, or seen where it is no video."""
Plays: TypeAlias = NDArray[np.void]
"""Rows of `PLAY`; shape (plays,)."""


class Conversion(NamedTuple):
    """An order, a redemption, a visit or a conversion that is put down to the item."""

    person: int
    value: int = 0
    """Micros that were sold and not taken back."""
    returned: bool = False
    """All of it was taken back."""
    paid: bool = False
    """An ad touched the person last."""


@dataclass(frozen=True, slots=True)
class Parties:
    """Whose plays are not settled."""

    own: frozenset[int] = frozenset()
    """Ordinals of the parties."""
    ring: frozenset[int] = field(default_factory=frozenset)
    """Ordinals of those who form a ring with the creator."""


class Count(msgspec.Struct, frozen=True, array_like=True):
    """What was counted; `shown - sum(excluded) == settled`."""

    shown: int
    settled: int
    excluded: dict[str, int]
    """By reasons' names, lower case; those that occur."""
    value: int = 0
    """Micros sold and not taken back, of what is settled."""
    stays: bool = True
    """The item was up when it was counted."""
    upto: int = 0
    """The offset in the log before which facts were read."""


def count_plays(plays: Plays, parties: Parties, *, video: bool, rules: PlayRules = RULES) -> Count:
    """Count plays, one for each slot.

    Args:
        plays: Within the counted days, in any order.
        parties: Whose do not count.
        video: Whether the item is played, or only seen.
        rules: The version.

    >>> mine, theirs = (1, 0, 0, 7, 3, 9_000, True, False, False), (2, 0, 0, 8, 3, 9_000, True, False, False)
    >>> count = count_plays(np.array([mine, theirs], PLAY), Parties(frozenset({7})), video=True)
    >>> count.shown, count.settled, count.excluded
    (2, 1, {'own': 1})
    """
    person = plays["person"]
    short = plays["ms"] < (rules.least_ms if video else rules.least_seen_ms)
    met = {
        Excluded.OWN: np.isin(person, sorted(parties.own)),
        Excluded.RING: np.isin(person, sorted(parties.ring)),
        Excluded.TOO_SHORT: short,
        **_of_nobody(plays),
    }
    reasons = sorted(met)
    reason = np.select([met[each] for each in reasons], reasons, 0)
    counts = np.flatnonzero(reason == 0)
    reason[counts[_turn(plays[counts]) >= rules.a_day]] = Excluded.DUPLICATE
    totals = np.bincount(reason, minlength=len(Excluded) + 1).tolist()
    excluded = {each.name.lower(): totals[each] for each in Excluded if totals[each]}
    return Count(int(plays.size), totals[0], excluded)


def worth_counting(plays: Plays, video: Bools, rules: PlayRules = RULES) -> Bools:
    """Say which plays count as far as they themselves say, whoever the parties are; shape (plays,).

    Args:
        plays: Of any items.
        video: Shape (plays,): whether the item is played, or only seen.
        rules: The version.
    """
    least = np.where(video, rules.least_ms, rules.least_seen_ms)
    worth: Bools = ~np.any([*_of_nobody(plays).values(), plays["ms"] < least], axis=0)
    return worth


def _of_nobody(plays: Plays) -> dict[Excluded, Bools]:
    """Say which plays are excluded whoever the parties are, by reason."""
    return {
        Excluded.NO_DECISION: ~plays["decision"],
        Excluded.PAID: plays["paid"],
        Excluded.BOT: plays["bot"],
        Excluded.UNKNOWN_VIEWER: plays["person"] < 0,
    }


def _turn(plays: Plays) -> Ints:
    """Number each play among those of its person and day, the first 0; shape (plays,)."""
    order = np.lexsort((plays["key"], plays["time"], plays["day"], plays["person"]))
    person, day = plays["person"][order], plays["day"][order]
    fresh = np.ones(order.size, np.bool_)
    fresh[1:] = (person[1:] != person[:-1]) | (day[1:] != day[:-1])
    place = np.arange(order.size)
    turn = np.empty(order.size, np.int64)
    turn[order] = place - np.maximum.accumulate(np.where(fresh, place, 0))
    return turn


def count_conversions(conversions: Iterable[Conversion], parties: Parties) -> Count:
    """Count conversions that are put down to the item.

    >>> sold = [Conversion(5, 900), Conversion(6, returned=True)]
    >>> count = count_conversions(sold, Parties())
    >>> count.settled, count.value, count.excluded
    (1, 900, {'returned': 1})
    """
    excluded: dict[str, int] = {}
    shown = settled = value = 0
    for conversion in conversions:
        shown += 1
        reasons = {
            Excluded.PAID: conversion.paid,
            Excluded.OWN: conversion.person in parties.own,
            Excluded.RING: conversion.person in parties.ring,
            Excluded.RETURNED: conversion.returned,
        }
        reason = next((reason for reason, met in reasons.items() if met), None)
        if reason is None:
            settled += 1
            value += conversion.value
        else:
            _add(excluded, reason)
    return Count(shown, settled, excluded, value)


def ring_of(
    creator: int, plays_by: Callable[[int], Mapping[int, int]], rules: InvalidRules = CLICKS
) -> frozenset[int]:
    """Find who forms a ring with a creator: authors who play each other's posts and hardly anybody else's.

    Two are partners who have given each other `ring_clicks` plays; partners are a ring where both have given all their
    partners together at least `ring_share` of their plays.

    Args:
        creator: An author.
        plays_by: Gives how often an author played the posts of each other author.
        rules: As for clicks on ads.

    >>> three = {a: {b: 3 for b in (1, 2, 3) if a != b} for a in (1, 2, 3)}
    >>> sorted(ring_of(1, lambda who: three.get(who, {})))
    [2, 3]
    >>> aside = {**three, 1: {**three[1], 9: 7}}
    >>> ring_of(1, lambda who: aside.get(who, {}))
    frozenset()
    """
    given, least = cache(plays_by), rules.ring_clicks

    def partners(who: int) -> list[int]:
        often = (whose for whose, times in given(who).items() if whose != who and times >= least)
        return [whose for whose in often if given(whose).get(who, 0) >= least]

    def inward(who: int) -> bool:
        total = sum(times for whose, times in given(who).items() if whose != who)
        return sum(given(who)[whose] for whose in partners(who)) >= rules.ring_share * total

    near = partners(creator)
    return frozenset(who for who in near if inward(creator) and inward(who))


def _add(excluded: dict[str, int], reason: Excluded) -> None:
    name = reason.name.lower()
    excluded[name] = excluded.get(name, 0) + 1
