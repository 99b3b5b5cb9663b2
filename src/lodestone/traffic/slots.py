"""Fill the slate: the best order under author cap, spacing and repeats, by branch and bound.

    maximise  sum_s attention_s x (net_{y(s)} - repeat x earlier slots of the same topic)

over slates in which an author holds at most `author_max` slots and never two within `author_gap` slots. All whole
numbers. Entries come best net first and attention falls with the slot, so what the open slots could add is at
most the best unused entries in order (the rearrangement inequality): that bound prunes the search.
When the node budget runs out, the best found stands beside the bound, and the receipt says so.

A page is full while the pool has anything to show: the spacing and then the cap give way, each no further than a
full page needs. A repeated topic is a cost and keeps no slot empty. Receipts of the first rules replay by the same
search under fixed rules: there a slot that the rules bar stays empty.
"""

from collections import Counter
from collections.abc import Sequence
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


def fill(
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
    relaxing: bool,  # noqa: FBT001  kernels take no keywords
    out: Ints,
    summary: Ints,
) -> None:
    """Write the best slate found.

    Rules give way to a full page or to nothing. Where they do, the cap is the least one of at least `author_max`
    under which the pool's authors fill the page; the spacing the widest one of at most `gap` under which, with that
    cap, the search fills it. Without a spacing it always does. Where they do not, slots may stay empty.

    Args:
        net: Shape (pool,), not rising.
        author: Shape (pool,). Who holds the author cap together.
        topic: Shape (pool,). Equal topics repeat each other; -1 repeats nothing.
        attention: Shape (slots,), not rising, not negative; of a page no more slots than the pool has entries.
        author_max: The most slots of one author, at least 1.
        gap: Two slots of one author lie more than this apart, at least 0.
        repeat: What each earlier slot of the same topic costs, in net units, not negative.
        forced_slot: The slot that chance filled, -1 for none.
        forced: The pool entry that stands there, -1 for none.
        nodes_max: How many entries may be tried, for each spacing.
        relaxing: Whether cap and spacing give way to a full page; receipts of the first rules replay without.
        out: Shape (slots,), written with pool indices, -1 for an empty slot.
        summary: Shape (5,), written with objective, entries tried, 1 when the search was whole and no spacing was
            given up for want of entries to try, the cap and the spacing that the slate keeps.
    """
    cap, widest, least, tight = author_max, gap, gap, False
    if relaxing:
        counts: list[int] = np.bincount(author).tolist()
        cap, widest, tight = page_rules(counts, attention.size, author_max, gap)
        least = 0
    nodes, whole = 0, True
    for spacing in range(widest, least - 1, -1):
        search = _Search(
            net, author, topic, attention, cap, spacing, repeat, forced_slot, forced, nodes_max
        )
        search.ahead = tight and spacing > 0
        search.go(0, 0)
        nodes, whole = nodes + search.nodes, whole and not search.cut
        if -1 not in search.best or spacing == least:
            out[:] = search.best
            summary[:] = search.total, nodes, whole, cap, spacing
            return


def choose(
    pool: tuple[Ints, Rows, NDArray[np.int16]],
    rules: tuple[Ints, int, int, int, int, bool],
    drawn: tuple[int, int, bool, int],
    slate: Ints,
    summary: Ints,
) -> int:
    """Write the slate with what was drawn in its slot, and how many draws lead to it; return how many slots are filled.

    Whatever is drawn is shown, so that only the slate's own candidates can have been drawn; in its own slot
    where none is empty, in any slot where some are, since empty ones are closed up. A candidate that chance
    brought to the pool is in no other draw's pool, so no other candidate's draw leads here.

    Args:
        pool: `net`, `author`, `topic` of `fill`.
        rules: Its `attention`, `author_max`, `gap`, `repeat`, `nodes_max` and `relaxing`.
        drawn: The slot that chance fills, -1 for none; the pool entry it drew, -1 for none; whether that entry would
            have reached the pool by itself (true where none was drawn); how many candidates could be drawn.
        slate: Shape (slots,), written with pool indices, -1 for an empty slot.
        summary: Shape (7,), written with objective, 1 when the search was whole, the cap and the spacing that the slate
            keeps, the draws that lead to what it shows, the bound, 1 when it is what no draw leads to.
    """
    attention, author_max, gap, repeat, nodes_max, relaxing = rules
    slot, index, natural, eligible = drawn

    def run(slot: int, index: int) -> tuple[Ints, Ints]:
        out, figures = np.full(attention.size, -1, np.int64), np.zeros(5, np.int64)
        fill(
            *pool,
            attention,
            author_max,
            gap,
            repeat,
            slot,
            index,
            nodes_max,
            relaxing,
            out,
            figures,
        )
        return out, figures

    best, figures = run(-1, -1)
    slate[:], forced = best, (-1, -1)
    if slot >= 0 and not (natural and best[slot] == index):
        forced = (slot, index)
        slate[:], figures = run(*forced)
    shown, unforced = slate[slate >= 0], best[best >= 0]
    open_slots = min(slate.size, eligible)
    full, ways = shown.size == open_slots, 0
    for place, entry in enumerate(shown.tolist()):
        if not natural and entry != index:
            continue
        for k in (place,) if full else range(open_slots):
            again = best if natural and best[k] == entry else run(k, entry)[0]
            ways += bool(np.array_equal(again[again >= 0], shown))
    bound = bound_above(pool[0], pool[1], attention, int(figures[3]), *forced)
    unmoved = natural and np.array_equal(shown, unforced)
    summary[:] = figures[0], figures[2], figures[3], figures[4], ways, bound, unmoved
    return int(shown.size)


def page_rules(
    counts: Sequence[int], filled: int, author_max: int, gap: int
) -> tuple[int, int, bool]:
    """Return the cap a full page needs, the widest spacing it may have, and whether room is scarce.

    Args:
        counts: Shape (authors,). How many entries each author has.
        filled: Slots to fill, at most the sum of counts.
        author_max: The cap that is preferred.
        gap: The spacing that is preferred.
    """
    cap = author_max
    while sum(min(count, cap) for count in counts) < filled:
        cap += 1
    room = [min(count, cap) for count in counts]
    # Spacing bars at most `gap` authors from a slot, and one more beside the slot that chance filled.
    if sum(room) >= filled + (gap + 1) * cap:
        return cap, gap, False
    widest = gap
    while not _spaces(room, widest, filled):
        widest -= 1
    return cap, widest, True


def _spaces(room: Sequence[int], gap: int, filled: int) -> bool:
    """Say whether slots can be filled with nobody twice within `gap`.

    Of any gap + 1 slots in a row an author holds one at most. Cut the page into such blocks: nobody holds more
    slots than there are blocks, and only as many as the last, shorter block has slots hold one in each.
    """
    blocks, rest = divmod(filled, gap + 1)
    most = sum(min(slots, blocks) for slots in room)
    return most + min(rest, sum(slots > blocks for slots in room)) >= filled


class _Search:
    """The plain reading of the search: recursion, lists, no scratch arrays."""

    ahead = False
    """Try only what leaves a way to fill the page; for where spacing and cap hardly leave any."""

    def __init__(
        self,
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
    ) -> None:
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
                self._take(k, s, gained)
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

    def _take(self, k: int, s: int, gained: int) -> None:
        worth = self._worth(k, s)
        self.chosen[s] = k
        if not self.ahead or self._completes(s):
            self.go(s + 1, gained + worth)
        self.chosen[s] = -1

    def _fits(self, k: int, s: int) -> bool:
        near_slots = [
            r
            for r, other in enumerate(self.chosen)
            if other >= 0 and self.author[other] == self.author[k]
        ]
        return len(near_slots) < self.author_max and all(abs(r - s) > self.gap for r in near_slots)

    def _completes(self, s: int) -> bool:
        """Say whether the slots after s can be filled: each by whoever has most entries left and may stand there.

        What chance filled later on is taken to bar nobody around it, so that no page that exists is missed.
        """
        left = {a: min(n, self.author_max) for a, n in Counter(self.author).items()}
        last: dict[int, int] = {}
        for r, k in enumerate(self.chosen):
            if k >= 0:
                left[self.author[k]] -= 1
                if r <= s:
                    last[self.author[k]] = r
        for r in range(s + 1, len(self.chosen)):
            if r == self.forced_slot:
                continue
            free = [a for a in left if left[a] > 0 and r - last.get(a, -self.gap - 1) > self.gap]
            if not free:
                return False
            best = max(free, key=lambda a: left[a])
            left[best], last[best] = left[best] - 1, r
        return True

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


def true_sum(objective: int) -> int:
    """Return an objective or bound without what empty slots cost: the sum of what was shown.

    Only receipts of the first rules hold such costs; a slate is worth far less than half of one.
    """
    return objective - EMPTY * ((-EMPTY // 2 - objective) // -EMPTY)


def splitmix(seed: int, index: int) -> int:
    """Return the index-th 64-bit number of a seed's stream (Steele, Lea and Flood, 2014)."""
    mask = 2**64 - 1
    z = (int(seed) + (index + 1) * 0x9E3779B97F4A7C15) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)
