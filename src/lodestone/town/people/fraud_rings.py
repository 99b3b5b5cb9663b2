"""Those who cheat: accounts that flood, and rings of paid accounts that click for whoever pays.

To the engine they look like anybody: they have a home, a trade and words of their own, and they act through the same
app. Nothing that is sent says what they are.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.base.clock import DAY_MICROS
from lodestone.town.people.population import arrive, no_makers
from lodestone.town.truth import RING, SPAM, Truth, joined, seen_key, widened

SPAM_DAY: Final = 2
RING_DAY: Final = 4
_SPAM_SHARE: Final = 0.004
"""Spam accounts for each resident; two for a town of five hundred, eight posts a day."""
_RING_SHARE: Final = 0.02
"""Paid accounts for each resident: ten of five hundred, all for the same two makers."""
_PATRONS: Final = 2
_BOUGHT_DAYS: Final = 3
"""So old may a post be for which clicks are still bought."""


def cheats_arrive(truth: Truth, residents: int, chance: np.random.Generator, *, ring: bool) -> None:
    """Let spam accounts and the ring come on their days."""
    if truth.day == SPAM_DAY:
        rows = arrive(truth, max(1, round(_SPAM_SHARE * residents)), chance, kind=SPAM)
        count = rows.size
        made = replace(
            no_makers(),
            person=rows,
            talent=np.full(count, 0.04),
            bait=np.zeros(count),
            rate=np.ones(count),
            morale=np.ones(count),
            hopes=np.full(count, 4.0),
            fame=np.zeros(count),
            shop=np.zeros(count, bool),
            goods=np.zeros(count),
            small=np.zeros(count, bool),
            ended=np.full(count, -1, np.int64),
        )
        truth.makers = joined(truth.makers, made)
        truth.ties = widened(truth.ties, truth.people.count, truth.makers.count)
    if ring and truth.day == RING_DAY:
        rows = arrive(truth, max(6, round(_RING_SHARE * residents)), chance, kind=RING)
        truth.people.eager[rows] = 2.0


def patrons(truth: Truth) -> Ints:
    """Return the makers a ring works for: two of little talent who post often, the same in every policy."""
    makers = truth.makers
    weak = np.flatnonzero(
        (makers.talent < 0.35)
        & ~makers.shop
        & (truth.people.born[makers.person] == 0)
        & truth.people.resident[makers.person]
    )
    order = np.lexsort((weak, -makers.rate[weak]))
    return weak[order[:_PATRONS]]


def favoured(truth: Truth, who: Ints, what: Ints) -> Bools:
    """Say which meetings are of a paid account with what it is paid for."""
    found: Bools = (truth.people.kind[who] == RING) & np.isin(
        truth.posts.maker[what], patrons(truth)
    )
    return found


def errands(truth: Truth, who: int, now: int) -> list[int]:
    """Return the posts a paid account looks up on the makers' own pages: fresh ones it has not served yet."""
    assert truth.people.kind[who] == RING
    posts = truth.posts
    fresh = (posts.created <= now) & (now - posts.created < _BOUGHT_DAYS * DAY_MICROS)
    rows = np.flatnonzero(fresh & np.isin(posts.maker, patrons(truth)))
    return [row for row in rows.tolist() if seen_key(who, row) not in truth.seen]
