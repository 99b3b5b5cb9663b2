"""Which likes, follows and memberships stand, and which were taken back: read from facts alone, in any order.

A like of an item, a follow of an author and a membership of a domain are edges between a person and what they are
about. Facts that make the edge and facts that end it are put in order of time; at one instant the end comes last, as in
the serving state. A fact that makes an edge is *taken back* when an end follows it, and is *said again* when the edge
stood already: whoever reports what an edge is worth counts neither.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind

EDGES: Final = (
    (FactKind.LIKE, FactKind.UNLIKE, "item"),
    (FactKind.FOLLOW, FactKind.UNFOLLOW, "target"),
    (FactKind.JOIN, FactKind.LEAVE, "target"),
)
"""What makes an edge, what ends it, and the field that says what it is about."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of every fact that makes an edge; False for all others."""

    taken_back: Bools
    """Shape (facts,). An end of the same edge follows."""
    said_again: Bools
    """Shape (facts,). The edge stood already."""

    def counted(self) -> Bools:
        """Say which facts count once for what stands, shape (facts,); True for what is no edge."""
        counted: Bools = ~(self.taken_back | self.said_again)
        return counted


def standing_of(facts: Facts) -> Standing:
    """Work out which edges stand, as far as some facts know; shape (facts,), in any order."""
    taken_back, said_again = np.zeros(facts.size, bool), np.zeros(facts.size, bool)
    for makes, ends, about in EDGES:
        kind = facts["kind"]
        at = np.flatnonzero(((kind == makes) | (kind == ends)) & (facts["person"] >= 0))
        if not at.size:
            continue
        rows = facts[at]
        end = rows["kind"] == ends
        # Of the same edge made twice in one instant the first receipt's slot counts, whatever came first.
        ties = [
            rows[name] for name in ("key", "slot", "receipt") if name in (rows.dtype.names or ())
        ]
        order = np.lexsort((*ties, end, rows["time"], rows[about], rows["person"]))
        rows, end, at = rows[order], end[order], at[order]
        fresh = np.ones(at.size, bool)
        fresh[1:] = (np.diff(rows["person"]) != 0) | (np.diff(rows[about]) != 0)
        taken_back[at] = ~end & (_next_end(end) < _ends_of_groups(fresh))
        said_again[at[1:]] = ~end[1:] & ~end[:-1] & ~fresh[1:]
    return Standing(taken_back, said_again)


def _next_end(end: Bools) -> Ints:
    """Return the place of the first end at or after each place, the size where none is."""
    places = np.where(end, np.arange(end.size), end.size)
    following: Ints = np.minimum.accumulate(places[::-1])[::-1]
    return following


def _ends_of_groups(fresh: Bools) -> Ints:
    """Return for each place where its group ends, given where groups begin."""
    starts = np.flatnonzero(fresh)
    ends: Ints = np.append(starts[1:], fresh.size)
    return np.repeat(ends, np.diff(np.append(starts, fresh.size)))
