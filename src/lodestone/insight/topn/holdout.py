"""Which facts teach and what is asked for: the last part of each person's history is hidden, by time."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import NEGATIVE_OUTCOMES, OUTCOMES, FactKind
from lodestone.events.refunds import taken_back
from lodestone.insight.topn.sets import Sets

POSITIVE_OUTCOMES: Final = tuple(name for name in OUTCOMES if name not in NEGATIVE_OUTCOMES)
"""What may be counted as a positive."""
POSITIVE: Final = ("long_view", "like", "comment", "share", "order")
"""What is counted unless somebody says otherwise: what a person does on purpose, and a look that lasted."""
SplitBy = Literal["positives", "deeds"]
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Holdout:
    """A history parted in two."""

    hidden: Bools
    """Shape (facts,). What a scratch engine must not see."""
    known: Sets
    """What each person had anything to do with in the part that teaches, impressions included."""
    liked: Sets
    """Their positives in the part that teaches."""
    wanted: Sets
    """Their positives in the hidden part, of items that are to be had and were not known."""


@dataclass(frozen=True, slots=True)
class _Log:
    """Facts between people and items in each person's order of time; shape (rows,) each."""

    at: NDArray[np.int64]
    """Where each stands among all facts."""
    person: NDArray[np.int64]
    item: NDArray[np.int64]
    kind: NDArray[np.int64]
    positive: Bools

    def of(self, rows: Bools) -> "_Log":
        return _Log(
            self.at[rows], self.person[rows], self.item[rows], self.kind[rows], self.positive[rows]
        )


def holdout_of(
    facts: Facts,
    person_row: Ints,
    available: Bools,
    *,
    people: int,
    share: float,
    outcomes: Collection[str] = POSITIVE,
    by: SplitBy = "positives",
) -> Holdout:
    """Hide the last `share` of each person's history.

    A person's items are put in the order in which they first had a positive with them (`by="positives"`) or first
    had anything to do with them (`by="deeds"`); of n items the last floor(share * n) are hidden. From the first fact
    of the first hidden item on, everything this person did is hidden, follows too. Facts of one instant stand
    in the order of the log. A like taken back and an order wholly refunded is no positive.

    Args:
        facts: The whole log.
        person_row: Shape (facts,). -1 where nobody is known.
        available: Shape (items,). True for items that can be recommended today.
        people: How many person rows there are.
        share: How much is hidden, in (0, 1).
        outcomes: Names of what counts as a positive, of `POSITIVE_OUTCOMES`.
        by: What is counted off.
    """
    assert 0 < share < 1
    log = _log_of(facts, person_row, {OUTCOMES.index(name) for name in outcomes})
    counted = log if by == "deeds" else log.of(log.positive)
    order = _first_of_each(counted, available.size)
    cut = _cuts(counted.person[order], counted.at[order], share, people)
    hidden = _from_the_cut(facts, person_row, cut)
    late = hidden[log.at]
    early, later = log.of(~late), log.of(late)
    known = Sets.of_pairs(early.person, early.item, people=people)
    wanted = _positives(later, people).among(available).without(known)
    return Holdout(hidden, known, _positives(early, people), wanted)


def _log_of(facts: Facts, person_row: Ints, kinds: Collection[int]) -> _Log:
    usable = (facts["item"] >= 0) & (person_row >= 0)
    usable &= (facts["kind"] < len(OUTCOMES)) | np.isin(
        facts["kind"], (FactKind.IMPRESSION, FactKind.UNLIKE)
    )
    at = np.flatnonzero(usable)
    at = at[np.lexsort((at, facts["time"][at], person_row[at]))]
    kind = facts["kind"][at].astype(np.int64)
    whole = taken_back(facts).left_of(facts)[at] > 0
    positive = np.isin(kind, list(kinds)) & whole
    return _Log(
        at, person_row[at].astype(np.int64), facts["item"][at].astype(np.int64), kind, positive
    )


def _first_of_each(log: _Log, items: int) -> NDArray[np.int64]:
    """Return where each pair of person and item first stands, in the log's order."""
    _, first = np.unique(log.person * (items + 1) + log.item, return_index=True)
    return np.sort(first)


def _cuts(person: Ints, at: Ints, share: float, people: int) -> NDArray[np.int64]:
    """Return the fact from which on each person's history is hidden, -1 for none of it; shape (people + 1,), nobody last."""
    count = np.bincount(person, minlength=people)
    drop = np.floor(share * count + _ROUNDING).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(count)])[:-1]
    cut = np.full(people + 1, -1, np.int64)
    some = np.flatnonzero(drop)
    cut[some] = at[(start + count - drop)[some]]
    return cut


def _from_the_cut(facts: Facts, person_row: Ints, cut: NDArray[np.int64]) -> Bools:
    mine = cut[person_row]
    since = facts["time"][mine]
    index = np.arange(facts.size)
    later = (facts["time"] > since) | ((facts["time"] == since) & (index >= mine))
    hidden: Bools = (mine >= 0) & later & (facts["kind"] < FactKind.PERSON)
    return hidden


def _positives(log: _Log, people: int) -> Sets:
    """Gather positives; a like counts unless an unlike stands behind the last one."""
    width = int(log.item.max(initial=0)) + 1
    key = log.person * width + log.item
    last = np.full(log.at.size, -1, np.int64)
    ended = log.kind == FactKind.UNLIKE
    if ended.any():
        keys, place = np.unique(key, return_inverse=True)
        end = np.full(keys.size, -1, np.int64)
        np.maximum.at(end, place[ended], np.flatnonzero(ended))
        last = end[place]
    stands = (log.kind != FactKind.LIKE) | (np.arange(log.at.size) > last)
    some = log.positive & stands
    return Sets.of_pairs(log.person[some], log.item[some], people=people)
