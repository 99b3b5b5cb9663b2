"""The best page there is, and Vickrey-Clarke-Groves amounts due for it.

    F(s, k, g, i) = max( p(k, s) x organic(s - k) + F(s + 1, k, g + 1, i),
                         max over ads x from i on of  p(k, s) x u(x) - price(x) + F(s + 1, k + 1, 0, x + 1) )

s slots filled, k of them by ads, g slots since the last ad, i the next ad in order of u = bid + user value. Organics keep
their order. Exact, because for a fixed set of ads their prices are a constant and p does not rise along the page, so that
ads stand in falling u (the rearrangement inequality). One ad for each payer, and for each author where that is asked, is
exact too: here the payers shown are part of the state; the kernel searches by branch and bound, see there.

Among pages of equal worth it is the one that has, at the first slot where they differ, the organic post or else the ad that
is earlier by (u falling, price, index). What an ad owes is what the page would be worth had its payer bid its reserves,
less what it is worth to all others now:

    due = W(payer at its reserves) - (W - p x bid)

so the reserve enters as a bidder who competes in its stead and never as a surcharge. With one ad for each payer no bid other
than the true one gains anything; with several ads of a payer neither, unless it hides one under a positive reserve.
"""

from collections import Counter
from functools import cache
from typing import Any, Final, TypeAlias

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.traffic.auction.inputs import WEIGHT_ONE

NODES_MAX: Final = 500
"""How many times the kernel may fill the table for one page before it says that it is not exact."""
FIGURES: Final = 8
"""Columns of `charge`: ad, slot, weight, due, what it took from organics, from others' ads, what its own user value and prices
add, runner-up."""

Columns: TypeAlias = tuple[Ints, ...]
Limits: TypeAlias = tuple[Any, ...]


def best(organic: Ints, ads: Columns, rules: Limits, slate: Ints, summary: Ints) -> None:
    """Write the best page.

    Args:
        organic: Shape (organics,). Net scores in their order.
        ads: u = bid + user value, price, payer, author; shape (ads,) each.
        rules: `Problem.weight`, gap, first slot for an ad, whether one ad for each author, `NODES_MAX`.
        slate: Shape (slots,), written: -1 the next organic, an ad's index, -2 for empty slots behind the last organic.
        summary: Shape (4,), written: worth of the page, its organics' part, tables filled (0 here), 1 when it is exact.
    """
    _Pages(organic, ads, rules).write(slate, summary)


class _Pages:
    """The recursion of the docstring above, one state at a time."""

    def __init__(self, organic: Ints, ads: Columns, rules: Limits) -> None:
        self.organic = organic.tolist()
        self.value, self.price, self.payer, self.author = (column.tolist() for column in ads)
        self.weight, self.gap, self.first, self.by_author = rules[0].tolist(), *rules[1:4]
        self.slots, self.ads_max = rules[0].shape[1], rules[0].shape[0] - 1
        self.order = sorted(
            range(len(self.value)), key=lambda x: (-self.value[x], self.price[x], x)
        )
        self.names = self._names()
        self.go = cache(self._go)

    def _names(self) -> list[frozenset[tuple[str, int]]]:
        """Return, for each ad, the payer and the author that others have too: no two of a page share one."""
        payers, authors = Counter(self.payer), Counter(self.author)
        names = []
        for payer, author in zip(self.payer, self.author, strict=True):
            shared = [("payer", payer)] if payers[payer] > 1 else []
            if self.by_author and author >= 0 and authors[author] > 1:
                shared.append(("author", author))
            names.append(frozenset(shared))
        return names

    def _go(
        self, s: int, k: int, since: int, start: int, used: frozenset[tuple[str, int]]
    ) -> tuple[int, int, int]:
        """Return the worth of slots s and on, what stands at s as `slate` writes it, and where it is in the order."""
        if s == self.slots:
            return 0, -2, start
        if s - k < len(self.organic):
            rest = self.go(s + 1, k, min(since + 1, self.gap), start, used)[0]
            top = (self.weight[k][s] * self.organic[s - k] + rest, -1, start)
        else:
            top = (0, -2, start)
        if k == self.ads_max or s < self.first or since < self.gap:
            return top
        for place in range(start, len(self.order)):
            x = self.order[place]
            if self.names[x] & used:
                continue
            rest = self.go(s + 1, k + 1, 0, place + 1, used | self.names[x])[0]
            worth = self.weight[k][s] * self.value[x] - WEIGHT_ONE * self.price[x] + rest
            if worth > top[0]:
                top = (worth, x, place + 1)
        return top

    def write(self, slate: Ints, summary: Ints) -> None:
        k, since, start = 0, self.gap, 0
        used: frozenset[tuple[str, int]] = frozenset()
        total, organics = self.go(0, 0, since, 0, used)[0], 0
        slate[:] = -2
        for s in range(self.slots):
            _, chosen, after = self.go(s, k, since, start, used)
            slate[s] = chosen
            if chosen == -2:
                break
            if chosen == -1:
                organics += self.weight[k][s] * self.organic[s - k]
                since = min(since + 1, self.gap)
                continue
            k, since, start, used = k + 1, 0, after, used | self.names[chosen]
        summary[:] = total, organics, 0, 1


def charge(
    organic: Ints, ads: Columns, rules: Limits, slate: Ints, figures: Ints, summary: Ints
) -> int:
    """Write the best page and what each of its ads owes; return how many ads it has.

    Args:
        organic: See `best`.
        ads: `Problem.ads`.
        rules: See `best`.
        slate: See `best`.
        figures: Shape (ads at most, `FIGURES`), written for each ad shown, first slot first. The three parts of what is due
            sum to it; the runner-up is the first ad of another payer that would be shown instead, -1 for none.
        summary: See `best`; exact only where every page compared was.
    """
    bid, user, price, payer, author, reserve = ads
    weight, count = rules[0], 0
    best(organic, (bid + user, price, payer, author), rules, slate, summary)
    for slot in np.flatnonzero(slate >= 0).tolist():
        x, p = int(slate[slot]), int(weight[count, slot])
        other, figure = np.empty_like(slate), np.zeros(4, np.int64)
        asked = np.where(payer == payer[x], reserve, bid)
        best(organic, (asked + user, price, payer, author), rules, other, figure)
        due = int(figure[0]) - (int(summary[0]) - p * int(bid[x]))
        organics = int(figure[1] - summary[1])
        own = WEIGHT_ONE * int(price[x]) - p * int(user[x])
        own += _part_of(payer[x], other, asked + user, price, payer, weight)
        new = [y for y in other[other >= 0].tolist() if payer[y] != payer[x] and y not in slate]
        runner_up = new[0] if new else -1
        figures[count] = x, slot, p, due, organics, due - organics - own, own, runner_up
        count += 1
        summary[3] = min(summary[3], figure[3])
    return count


def _part_of(mine: int, slate: Ints, value: Ints, price: Ints, payer: Ints, weight: Ints) -> int:
    """Return what a payer's ad adds to a page, 0 where it has none there."""
    for k, slot in enumerate(np.flatnonzero(slate >= 0).tolist()):
        y = int(slate[slot])
        if payer[y] == mine:
            return int(weight[k, slot] * value[y] - WEIGHT_ONE * price[y])
    return 0


def breakpoints(organic: Ints, ads: Columns, rules: Limits, x: int, out: Ints) -> int:
    """Write from which bid on an ad has which attention, the others' bids as they are; return how many steps.

    Args:
        organic: See `best`.
        ads: `Problem.ads`.
        rules: See `best`.
        x: The ad.
        out: Shape (steps at most, 2), written: the least whole bid in sixteenths, from the reserve to the ad's own bid, at which
            its weight is that, and the weight; both rising.
    """
    bid, user, price, payer, author, reserve = ads

    def weight_at(z: int) -> int:
        trial, slate = bid.copy(), np.empty(rules[0].shape[1], np.int64)
        trial[x] = z
        best(organic, (trial + user, price, payer, author), rules, slate, np.empty(4, np.int64))
        return weight_of(slate, x, rules[0])

    return write_steps(weight_at, int(reserve[x]), int(bid[x]), out)


def weight_of(slate: Ints, x: int, weight: Ints) -> int:
    """Return the attention an ad has on a page, 0 where it is not shown."""
    for k, slot in enumerate(np.flatnonzero(slate >= 0).tolist()):
        if slate[slot] == x:
            return int(weight[k, slot])
    return 0


def write_steps(weight_at: Any, low: int, high: int, out: Ints) -> int:
    """Write the steps of a weight that does not fall with the bid, by halving; see `breakpoints`."""
    steps = [(low, weight_at(low))] if weight_at(low) else []

    def between(a: int, b: int) -> None:
        if weight_at(a) == weight_at(b):
            return
        if b == a + 1:
            steps.append((b, weight_at(b)))
            return
        middle = (a + b) // 2
        between(a, middle)
        between(middle, b)

    if high > low:
        between(low, high)
    out[: len(steps)] = np.array(steps, np.int64).reshape(-1, 2)
    return len(steps)
