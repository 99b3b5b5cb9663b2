"""Fill the slate: the best order under author cap, spacing and repeats, by branch and bound.

    maximise  sum_s attention_s x (net_{y(s)} - repeat x earlier slots of the same topic)

over slates in which an author holds at most `author_max` slots, never two within `author_gap` slots, and which leave
no slot empty before one that is filled (but for the slot that chance filled). All whole numbers.
Entries come best net first and attention falls with the slot, so what the open slots could add is at
most the best unused entries in order (the rearrangement inequality): that bound prunes the search.
When the node budget runs out, the best found stands beside the bound, and the receipt says so.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.traffic.decision import Rows

EMPTY: Final = -(1 << 56)
"""What an empty slot costs: more than any slate can gain, so that a slot stays empty only when it must."""
NODES_MAX: Final = 600
_NONE: Final = -(2**62)


def attention_of(slots: int, decay: float) -> Ints:
    """Return how likely each slot is looked at, in thousandths; shape (slots,), not rising."""
    return np.rint(1000 / (1 + decay * np.arange(slots))).astype(np.int64)


def bound_above(
    net: Ints, author: Rows, attention: Ints, author_max: int, forced_slot: int, forced: int
) -> int:
    """Bound every slate's objective: the author cap holds, spacing and repeats are waived."""
    total = 0
    taken: dict[int, int] = {}
    entries = iter(k for k in range(net.size) if k != forced)
    for s in range(attention.size):
        if s == forced_slot:
            total += int(attention[s]) * int(net[forced])
            continue
        for k in entries:
            if taken.get(int(author[k]), 0) < author_max:
                taken[int(author[k])] = taken.get(int(author[k]), 0) + 1
                total += int(attention[s]) * int(net[k])
                break
        else:
            total += EMPTY
    return total


def fill_slate(
    net: Ints,
    author: Rows,
    topic: NDArray[np.int16],
    attention: Ints,
    author_max: int,
    gap: int,
    repeat: int,
    forced_slot: int,
    forced: int,
    nodes_max: int,
    out: Ints,
    told: Ints,
) -> None:
    """Write the best slate found.

    Args:
        net: Shape (pool,), not rising.
        author: Shape (pool,). Who holds the author cap together.
        topic: Shape (pool,). Equal topics repeat each other; -1 repeats nothing.
        attention: Shape (slots,), not rising, not negative.
        author_max: The most slots of one author, at least 1.
        gap: Two slots of one author lie more than this apart, at least 0.
        repeat: What each earlier slot of the same topic costs, in net units, not negative.
        forced_slot: The slot that chance filled, -1 for none.
        forced: The pool entry that stands there, -1 for none.
        nodes_max: How many entries may be tried.
        out: Shape (slots,), written with pool indices, -1 for an empty slot.
        told: Shape (3,), written with objective, entries tried, 1 when the search was whole.
    """
    search = _Search(
        net, author, topic, attention, author_max, gap, repeat, forced_slot, forced, nodes_max
    )
    search.go(0, 0)
    out[:] = search.best
    told[:] = search.total, search.nodes, not search.cut


class _Search:
    """The plain reading of the search: recursion, lists, no scratch arrays."""

    def __init__(
        self, net: Ints, author: Rows, topic: NDArray[np.int16], attention: Ints, author_max: int,
        gap: int, repeat: int, forced_slot: int, forced: int, nodes_max: int,
    ) -> None:  # fmt: skip
        self.net, self.author, self.topic = net.tolist(), author.tolist(), topic.tolist()
        self.attention, self.author_max, self.gap = attention.tolist(), author_max, gap
        self.repeat, self.forced_slot, self.forced = repeat, forced_slot, forced
        self.nodes_max, self.nodes, self.cut = nodes_max, 0, False
        self.chosen = [-1] * attention.size
        if forced_slot >= 0:
            self.chosen[forced_slot] = forced
        self.best, self.total = list(self.chosen), _NONE

    def go(self, s: int, gained: int) -> None:
        if s == len(self.chosen):
            if gained > self.total:
                self.total, self.best = gained, list(self.chosen)
        elif s == self.forced_slot:
            self.go(s + 1, gained + self._worth(self.forced, s))
        else:
            self._try_all(s, gained)

    def _try_all(self, s: int, gained: int) -> None:
        for k in range(len(self.net)):
            self.nodes += 1
            if self.nodes > self.nodes_max and self.total > _NONE:
                self.cut = True
                return
            if k in self.chosen:
                continue
            if gained + self.attention[s] * self.net[k] + self._rest(k, s) <= self.total:
                return
            if self._fits(k, s):
                worth = self._worth(k, s)
                self.chosen[s] = k
                self.go(s + 1, gained + worth)
                self.chosen[s] = -1
                if self.cut:
                    return
        self.nodes += 1
        if self.nodes > self.nodes_max and self.total > _NONE:
            self.cut = True
            return
        for r in range(s, len(self.chosen)):
            gained += self._worth(self.forced, r) if r == self.forced_slot else EMPTY
        if gained > self.total:
            self.total, self.best = gained, list(self.chosen)

    def _fits(self, k: int, s: int) -> bool:
        held = [
            r
            for r, other in enumerate(self.chosen)
            if other >= 0 and self.author[other] == self.author[k]
        ]
        return len(held) < self.author_max and all(abs(r - s) > self.gap for r in held)

    def _worth(self, k: int, s: int) -> int:
        mine = self.topic[k]
        again = (
            sum(other >= 0 and self.topic[other] == mine for other in self.chosen[:s])
            if mine >= 0
            else 0
        )
        return int(self.attention[s] * (self.net[k] - again * self.repeat))

    def _rest(self, k: int, s: int) -> int:
        unused = iter(m for m in range(len(self.net)) if m != k and m not in self.chosen)
        total = 0
        for r in range(s + 1, len(self.chosen)):
            if r == self.forced_slot:
                total += self.attention[r] * self.net[self.forced]
            else:
                m = next(unused, None)
                total += EMPTY if m is None else self.attention[r] * self.net[m]
        return total


def splitmix(seed: int, index: int) -> int:
    """Return the index-th 64-bit number of a seed's stream (Steele, Lea and Flood, 2014)."""
    mask = 2**64 - 1
    z = (int(seed) + (index + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)
