"""The order of a thread: by worth, with a stated share of places for what has hardly been read.

A comment's *readers* are the people known to have been in the thread since it was written: they wrote, liked or
answered something there. Of these so many *endorsed* it, by a like or an answer. The share of endorsements is estimated
with what little is known in mind, by the lower end of Wilson's interval (one-sided, 90 %) after ten imagined readers of
whom one endorsed:

    bound = wilson_lower(endorsements + 1, readers + 10, z = 1.2816)
    score = bound x author_factor x recency_factor

`author_factor` is 1.25 where whoever made the item wrote the comment or answered it, else 1; `recency_factor` falls
from 1 to 1/2, half of the way in three days. So a comment rises by being endorsed by many of those who could, not by
having stood there for long.

By worth alone a new comment would stay below, unread, and never be endorsed. So every fifth place, beginning with the
third, is a *first look*: it goes to a comment younger than two days with fewer than eight readers, drawn by chance. The
chance is handed in; callers seed it by viewer and hour, so that a thread stays as it is while somebody reads it.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from lodestone.base.clock import DAY_MICROS, Instant

Z: Final = 1.2816
"""Standard errors of a one-sided 90 % bound."""
PRIOR_ENDORSEMENTS: Final = 1
PRIOR_READERS: Final = 10
AUTHOR_FACTOR: Final = 1.25
RECENCY_LEAST: Final = 0.5
HALF_LIFE_MICROS: Final = 3 * DAY_MICROS
FIRST_LOOK_EVERY: Final = 5
"""One place in so many is a first look, as long as there is a comment to look at."""
FIRST_LOOK_AT: Final = 2
"""The first of them, from 0."""
FIRST_LOOK_AGE_MICROS: Final = 2 * DAY_MICROS
FIRST_LOOK_READERS: Final = 8
_NEW_MICROS: Final = DAY_MICROS
"""So young a comment's age is among the reasons for its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentSignals:
    """What is known of a comment that begins a thread; its own author counts nowhere."""

    number: int
    """Names it; of two the later comment's is higher."""
    created: Instant
    likes: int
    repliers: int
    """Different people who answered it."""
    readers: int
    by_author: bool
    """Whoever made the item wrote it."""
    author_answered: bool
    """Whoever made the item answered it."""


@dataclass(frozen=True, slots=True)
class Worth:
    """A comment's score and its parts."""

    bound: float
    author_factor: float
    recency_factor: float

    @property
    def score(self) -> float:
        """Return what comments are ordered by, at least 0."""
        return self.bound * self.author_factor * self.recency_factor


@dataclass(frozen=True, slots=True)
class Ranked:
    """A comment in its place."""

    signals: CommentSignals
    worth: Worth
    first_look: bool
    """Chance put it there, not its score."""


def wilson_lower(successes: float, trials: float, z: float = Z) -> float:
    """Return the lower end of Wilson's interval of a share, in [0, 1].

    Args:
        successes: At most `trials`.
        trials: Above 0.
        z: Standard errors.

    >>> round(wilson_lower(1, 10), 3), round(wilson_lower(51, 70), 3)
    (0.03, 0.656)
    """
    share, squared = successes / trials, z * z
    middle = share + squared / (2 * trials)
    reach = z * sqrt(share * (1 - share) / trials + squared / (4 * trials * trials))
    # Rounding can bring the end of a share of 0 above it.
    return min(share, max(0.0, (middle - reach) / (1 + squared / trials)))


def worth_of(signals: CommentSignals, now: Instant) -> Worth:
    """Return a comment's score; see the module. Nobody endorses more often than they read."""
    readers = max(signals.readers, 0)
    endorsements = min(signals.likes + signals.repliers, readers)
    bound = wilson_lower(endorsements + PRIOR_ENDORSEMENTS, readers + PRIOR_READERS)
    favoured = signals.by_author or signals.author_answered
    age = max(0, now - signals.created)
    recency = RECENCY_LEAST + (1 - RECENCY_LEAST) * 0.5 ** (age / HALF_LIFE_MICROS)
    return Worth(bound, AUTHOR_FACTOR if favoured else 1.0, recency)


def ranked(
    comments: Iterable[CommentSignals], now: Instant, chance: np.random.Generator
) -> list[Ranked]:
    """Order the comments of an item by worth, with first looks in between; see the module.

    Args:
        comments: Those that begin a thread, each once, in any order.
        now: The community's clock.
        chance: Draws which comments get a first look.

    Returns:
        Every comment once.
    """
    by_worth = sorted(
        (Ranked(signals, worth_of(signals, now), first_look=False) for signals in comments),
        key=_by_worth,
    )
    steady, drawn = iter(by_worth), iter(_first_looks(by_worth, now, chance))
    placed: set[int] = set()
    order: list[Ranked] = []
    while len(order) < len(by_worth):
        turn = len(order) % FIRST_LOOK_EVERY == FIRST_LOOK_AT
        look = _next(drawn, placed) if turn else None
        chosen = look or _next(steady, placed)
        assert chosen is not None  # those in the order of worth are all comments
        placed.add(chosen.signals.number)
        order.append(Ranked(chosen.signals, chosen.worth, first_look=look is not None))
    return order


def newest(comments: Iterable[CommentSignals], now: Instant) -> list[Ranked]:
    """Order the comments of an item by time, the newest first."""
    order = sorted(comments, key=lambda signals: (-signals.created, -signals.number))
    return [Ranked(signals, worth_of(signals, now), first_look=False) for signals in order]


def reasons(comment: Ranked, now: Instant) -> tuple[str, ...]:
    """Name why a comment stands where it stands, the weightiest reason first; see `comment.CommentRank`."""
    signals = comment.signals
    holding = (
        ("first_look", comment.first_look),
        ("by_author", signals.by_author),
        ("author_answered", signals.author_answered and not signals.by_author),
        ("liked", signals.likes > 0),
        ("answered", signals.repliers > 0),
        ("recent", now - signals.created < _NEW_MICROS),
    )
    return tuple(name for name, holds in holding if holds) or ("quiet",)


def readers_since(last_active: Sequence[int], created: Instant) -> int:
    """Count the people who were in a thread at an instant or later.

    Args:
        last_active: When each of them last did something there, sorted, in microseconds.
        created: The instant.

    >>> readers_since([10, 20, 30], Instant(20))
    2
    """
    return len(last_active) - bisect_left(last_active, created)


def _by_worth(comment: Ranked) -> tuple[float, int, int]:
    return (-comment.worth.score, -comment.signals.created, -comment.signals.number)


def _next(comments: Iterator[Ranked], placed: set[int]) -> Ranked | None:
    """Return the next comment that has no place yet, None at the end."""
    return next((comment for comment in comments if comment.signals.number not in placed), None)


def _first_looks(
    comments: Sequence[Ranked], now: Instant, chance: np.random.Generator
) -> list[Ranked]:
    """Return the comments that have hardly been read, in the order in which chance draws them."""
    fresh = [
        comment
        for comment in comments
        if now - comment.signals.created < FIRST_LOOK_AGE_MICROS
        and comment.signals.readers < FIRST_LOOK_READERS
    ]
    # Drawn in the order of their numbers: who likes what in between changes no draw.
    fresh.sort(key=lambda comment: comment.signals.number)
    return [fresh[at] for at in chance.permutation(len(fresh)).tolist()]
