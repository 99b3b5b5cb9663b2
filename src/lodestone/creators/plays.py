"""Which plays and conversions of an item are settled: two numbers under two names, and why they differ. Pure.

    shown    every showing of the item that was played, as anybody counts them; every conversion that is its own
    settled  shown, less each that is excluded, for the first reason of `Excluded` that holds

The order of `Excluded` is the order of precedence.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

import msgspec

from lodestone.ads.invalid_traffic import RULES as CLICKS
from lodestone.ads.invalid_traffic import InvalidRules


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


class Play(NamedTuple):
    """One showing of an item that was played, or seen where it is no video."""

    key: int
    """Of its slot; of a fact that names no decision its own."""
    time: int
    """The first word of it, microseconds since the epoch."""
    day: int
    """Of the community."""
    person: int
    """Ordinal, -1 when nobody was signed in."""
    ms: int
    """The longest that was said."""
    decision: bool = True
    paid: bool = False
    bot: bool = False


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


def count_plays(
    plays: Iterable[Play], parties: Parties, *, video: bool, rules: PlayRules = RULES
) -> Count:
    """Count plays, one for each slot.

    Args:
        plays: Within the counted days, in any order.
        parties: Whose do not count.
        video: Whether the item is played, or only seen.
        rules: The version.

    >>> mine, theirs = Play(1, 0, 0, 7, 9_000), Play(2, 0, 0, 8, 9_000)
    >>> count = count_plays([mine, theirs], Parties(frozenset({7})), video=True)
    >>> count.shown, count.settled, count.excluded
    (2, 1, {'own': 1})
    """
    least = rules.least_ms if video else rules.least_seen_ms
    excluded: dict[str, int] = {}
    by_day: dict[tuple[int, int], int] = {}
    shown = settled = 0
    for play in sorted(plays, key=lambda play: (play.time, play.key)):
        shown += 1
        reason = _reason(play, parties, least)
        if reason is None:
            turn = by_day[play.person, play.day] = by_day.get((play.person, play.day), 0) + 1
            reason = Excluded.DUPLICATE if turn > rules.a_day else None
        if reason is None:
            settled += 1
        else:
            _add(excluded, reason)
    return Count(shown, settled, excluded)


def _reason(play: Play, parties: Parties, least: int) -> Excluded | None:
    reasons = {
        Excluded.NO_DECISION: not play.decision,
        Excluded.PAID: play.paid,
        Excluded.BOT: play.bot,
        Excluded.UNKNOWN_VIEWER: play.person < 0,
        Excluded.OWN: play.person in parties.own,
        Excluded.RING: play.person in parties.ring,
        Excluded.TOO_SHORT: play.ms < least,
    }
    return next((reason for reason, met in reasons.items() if met), None)


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


def rings(
    plays: Iterable[tuple[int, int]], rules: InvalidRules = CLICKS
) -> frozenset[tuple[int, int]]:
    """Find authors who play each other's posts and hardly anybody else's, however many they are together.

    Two are partners who have given each other `ring_clicks` plays; partners are a ring where both have given all their
    partners together at least `ring_share` of their plays.

    Args:
        plays: Who played and whose post it was, both as authors, one a play.
        rules: As for clicks on ads.

    Returns:
        (who played, whose post) both ways for every such pair.

    >>> three = [(a, b) for a in (1, 2, 3) for b in (1, 2, 3) if a != b] * 3
    >>> len(rings(three)), len(rings([*three, *[(1, 9)] * 7, *[(2, 9)] * 7]))
    (6, 0)
    """
    times = Counter(pair for pair in plays if pair[0] != pair[1])
    both = {
        (who, whose)
        for (who, whose), count in times.items()
        if min(count, times[whose, who]) >= rules.ring_clicks
    }
    total: Counter[int] = Counter()
    to_partners: Counter[int] = Counter()
    for (who, whose), count in times.items():
        total[who] += count
        to_partners[who] += count if (who, whose) in both else 0
    inward = {who for who, _ in both if to_partners[who] >= rules.ring_share * total[who]}
    return frozenset(pair for pair in both if inward.issuperset(pair))


def _add(excluded: dict[str, int], reason: Excluded) -> None:
    name = reason.name.lower()
    excluded[name] = excluded.get(name, 0) + 1
