"""Plays as the log tells of them: facts of one slot joined into one play, and who of the authors played whose posts."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.base.calendar import DayOf
from lodestone.creators.plays import PLAY, Plays, ring_of, worth_counting
from lodestone.events.ad_facts import SLOT_BITS
from lodestone.events.facts import FLAG_BOT, FLAG_DECISION, FLAG_PAID, Facts
from lodestone.events.outcomes import FactKind
from lodestone.features.layout import KINDS
from lodestone.features.view import StateView

VIDEO: Final = np.array([KINDS.index(kind) for kind in ("video", "live")])
"""Kinds of items that are played; any other is seen."""
PLAYED: Final = np.array([FactKind.WATCH, FactKind.IMPRESSION, FactKind.VIEWABLE], np.uint8)
"""Kinds of facts that plays are made of."""


def is_video(state: StateView, items: Ints) -> Bools:
    """Say which items are played, and not only seen; shape (items,)."""
    played: Bools = np.isin(state.items["kind"][items], VIDEO)
    return played


def of_plays(facts: Facts, state: StateView) -> Bools:
    """Say which facts of `PLAYED` tell of a play of their item; shape (facts,)."""
    tells: Bools = (facts["kind"] == FactKind.WATCH) == is_video(state, facts["item"])
    return tells


def plays_of(facts: Facts, days: DayOf) -> Plays:
    """Join facts into plays, one for each slot: its first time, the longest report, a bot if any was one.

    Args:
        facts: See `of_plays`; of any items, in the order of the log.
        days: The community's.

    Returns:
        Ascending by item.
    """
    decision = ((facts["flags"] & FLAG_DECISION) != 0) & (facts["receipt"] >= 0)
    slots = facts["receipt"] << SLOT_BITS | facts["slot"]
    key = np.where(decision, slots.astype(np.uint64), facts["key"])
    order = np.lexsort((facts["time"], key, decision, facts["item"]))
    facts, decision, key = facts[order], decision[order], key[order]
    first = np.flatnonzero(_changes(facts["item"], decision, key))
    plays = np.empty(first.size, PLAY)
    plays["key"], plays["decision"] = key[first], decision[first]
    for name in ("time", "person", "item"):
        plays[name] = facts[name][first]
    plays["day"] = days.of_all(plays["time"])
    if first.size:
        plays["ms"] = np.maximum.reduceat(facts["value"], first)
        for name, flag in (("paid", FLAG_PAID), ("bot", FLAG_BOT)):
            plays[name] = np.logical_or.reduceat((facts["flags"] & flag) != 0, first)
    return plays


def _changes(*columns: NDArray[Any]) -> Bools:
    """Say where a row differs from the one before it; shape (rows,)."""
    fresh = np.zeros(columns[0].size, np.bool_)
    fresh[:1] = True
    for column in columns:
        fresh[1:] |= column[1:] != column[:-1]
    return fresh


class Authors(NamedTuple):
    """Those who have posts; shape (authors,), ascending by ordinal."""

    ordinal: Ints
    author: Ints

    @classmethod
    def of(cls, state: StateView) -> "Authors":
        """Read who has posts now."""
        people = state.people[: state.person_count]
        known = (people["author"] >= 0) & (people["ordinal"] >= 0)
        ordinal, author = people["ordinal"][known], people["author"][known].astype(np.int64)
        order = np.argsort(ordinal)
        return cls(ordinal[order], author[order])

    def author_of(self, ordinals: Ints) -> Ints:
        """Return the author that each person is, -1 of whoever has no posts; shape (ordinals,)."""
        if not self.ordinal.size:
            return np.full(ordinals.shape, -1, np.int64)
        place = np.minimum(np.searchsorted(self.ordinal, ordinals), self.ordinal.size - 1)
        return np.where(self.ordinal[place] == ordinals, self.author[place], -1)

    def ordinals_of(self, authors: frozenset[int]) -> frozenset[int]:
        """Return the people that some authors are."""
        return frozenset(self.ordinal[np.isin(self.author, sorted(authors))].tolist())


class AuthorPlays:
    """Which authors played whose posts when, of plays that would be settled whoever the parties were."""

    def __init__(self, plays: Plays, authors: Authors, state: StateView) -> None:
        """Take the plays of authors, of any items."""
        self._authors = authors
        worth = worth_counting(plays, is_video(state, plays["item"]))
        plays = plays[worth & (authors.author_of(plays["person"]) >= 0)]
        who = authors.author_of(plays["person"])
        whose = state.items["author"][plays["item"]].astype(np.int64)
        order = np.lexsort((plays["time"], who))
        self._who, self._whose, self._time = who[order], whose[order], plays["time"][order]

    def ring(self, creator: int, since: int, until: int) -> frozenset[int]:
        """Return the ordinals of those who form a ring with a creator, by the plays of a span of time.

        Args:
            creator: Their ordinal.
            since: Microseconds.
            until: The first instant after it.
        """
        author = int(self._authors.author_of(np.array([creator]))[0])
        if author < 0:
            return frozenset()
        ring = ring_of(author, lambda who: self._plays_by(who, since, until))
        return self._authors.ordinals_of(ring) if ring else frozenset()

    def _plays_by(self, who: int, since: int, until: int) -> dict[int, int]:
        first, last = np.searchsorted(self._who, [who, who + 1])
        span = slice(*(first + np.searchsorted(self._time[first:last], [since, until])))
        whose, times = np.unique(self._whose[span], return_counts=True)
        return dict(zip(whose.tolist(), times.tolist(), strict=True))
