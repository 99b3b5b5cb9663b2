"""Ads put one after the other into a page whose posts and ads must keep their distance, and critical values for it.

From the top, each slot goes to the ad that gains most there, where any gains anything, and else to the next organic post:

    gain = p(k, s) x (bid + user value) - price - what the organics from here on lose by moving down and being looked at less

An ad may not stand where a post or ad of its author is too near, or where its author has slots enough; the organics that would
follow are looked at as they lie, and later ads only widen their distance. This is no best page, so the Vickrey-Clarke-Groves
formula would invite false bids. But it is monotone: up to the slot that an ad gets, nothing depends on its bid, and a
higher one gets that slot or an earlier one, which is not looked at less. What it owes is therefore the integral

    due = bid x p(bid) - integral of p(z) dz from its reserve to its bid  =  sum over steps of z_j x (p_j - p_(j-1))

over the steps of its attention p as a function of its bid z (Myerson, 1981). Here they are found by running the page again;
the kernel reads all of them from one run without the ad.
"""

from typing import Any, Final, TypeAlias

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.traffic.auction.exact import weight_of, write_steps
from lodestone.traffic.auction.inputs import WEIGHT_ONE

FIGURES: Final = 5
"""Columns of `fill`: ad, slot, weight, what the organics from there on lost, runner-up."""

Columns: TypeAlias = tuple[Ints, ...]
Limits: TypeAlias = tuple[Any, ...]


def fill(organic: Ints, ads: Columns, rules: Limits, slate: Ints, figures: Ints) -> int:
    """Write the page; return how many ads it has.

    Args:
        organic: Shape (organics,). Net scores in their order.
        ads: `Problem.ads`.
        rules: `Problem.weight`, gap, first slot for an ad, whether one ad for each author, `Problem.organic_author`, and of
            an ad's author the gap and the most slots.
        slate: Shape (slots,), written: -1 the next organic, an ad's index, -2 for empty slots behind the last organic.
        figures: Shape (ads at most, `FIGURES`), written for each ad shown, first slot first. The runner-up would have had
            the slot, -1 for none.
    """
    page, losses = _Page(organic, ads, rules), []
    for s in range(slate.size):
        first, second = page.best_two(s)
        if first >= 0:
            losses.append((first, s, page.weight[page.k][s], page.loss(s), second))
            page.shown.append(first)
            page.k, page.since = page.k + 1, 0
        elif s - page.k < organic.size:
            page.shown.append(-1)
            page.since += 1
        else:
            break
    slate[:] = -2
    slate[: len(page.shown)] = page.shown
    figures[: len(losses)] = np.array(losses, np.int64).reshape(-1, FIGURES)
    return len(losses)


class _Page:
    """A page while it is filled."""

    def __init__(self, organic: Ints, ads: Columns, rules: Limits) -> None:
        self.organic = organic.tolist()
        bid, user, price, payer, author, _ = ads
        self.value, self.price = (bid + user).tolist(), price.tolist()
        self.payer, self.author = payer.tolist(), author.tolist()
        self.weight, self.gap, self.first, self.by_author = rules[0].tolist(), *rules[1:4]
        self.organic_author, self.author_gap, self.author_max = rules[4].tolist(), *rules[5:7]
        self.ads_max, self.k, self.since = len(self.weight) - 1, 0, self.gap
        self.shown: list[int] = []

    def loss(self, s: int) -> int:
        """Return what the organics from here on are worth less once an ad stands at s."""
        slots, rest = len(self.weight[0]), self.organic[s - self.k :]
        stays: int = sum(p * o for p, o in zip(self.weight[self.k][s:], rest, strict=False))
        lies = self.weight[self.k + 1][s + 1 : slots]
        left: int = sum(p * o for p, o in zip(lies, rest, strict=False))
        return stays - left

    def best_two(self, s: int) -> tuple[int, int]:
        """Return the ads with the most gain at s and the most but one, -1 where none gains anything."""
        if self.k == self.ads_max or s < self.first or self.since < self.gap:
            return -1, -1
        p, loss = self.weight[self.k][s], self.loss(s)
        gains = {
            x: p * self.value[x] - WEIGHT_ONE * self.price[x] - loss
            for x in range(len(self.value))
            if p > 0 and self._may_stand(x, s)
        }
        order = sorted((x for x in gains if gains[x] > 0), key=lambda x: -gains[x])
        first, second, *_ = *order, -1, -1
        return first, second

    def _may_stand(self, x: int, s: int) -> bool:
        ads, mine = [y for y in self.shown if y >= 0], self.author[x]
        if any(self.payer[y] == self.payer[x] for y in ads):
            return False
        if mine < 0:
            return True
        if self.by_author and any(self.author[y] == mine for y in ads):
            return False
        organic = iter(self.organic_author)
        before = [next(organic) if y < 0 else self.author[y] for y in self.shown]
        behind = list(organic)[: len(self.weight[0]) - s - 1]
        near = before[max(0, s - self.author_gap) :] + behind[: self.author_gap]
        return mine not in near and (before + behind).count(mine) < self.author_max


def breakpoints(organic: Ints, ads: Columns, rules: Limits, x: int, out: Ints) -> int:
    """Write from which bid on an ad has which attention; see `exact.breakpoints`."""
    bid, _, _, _, _, reserve = ads

    def weight_at(z: int) -> int:
        trial, slate = bid.copy(), np.empty(rules[0].shape[1], np.int64)
        trial[x] = z
        room = np.empty((rules[0].shape[0], FIGURES), np.int64)
        fill(organic, (trial, *ads[1:]), rules, slate, room)
        return weight_of(slate, x, rules[0])

    return write_steps(weight_at, int(reserve[x]), int(bid[x]), out)
