"""The best page from what is offered in micros to what each ad owes, in one call: plain twin of `page_kernel`."""

from typing import Any, Final, TypeAlias

import numpy as np

from lodestone.base.arrays import Floats, Ints
from lodestone.traffic.auction import exact, quantise
from lodestone.traffic.auction.inputs import VALUE_MAX, Ads
from lodestone.traffic.decision import Codes

FIGURES: Final = exact.FIGURES + 1
"""Columns of a winner's figures: those of `exact.charge` by places among the ads handed in, then its own bid."""
SUMMARY: Final = 6
"""Worth of the page and of the posts alone, tables filled, 1 when it is exact, slots filled, posts on the page."""

Struct: TypeAlias = tuple[Any, ...]


def bounded(net: Ints, slots: int) -> Ints:
    """Return the net scores of the posts that a page has slots for, as the auction counts them."""
    scores: Ints = np.minimum(np.maximum(net[:slots], -VALUE_MAX), VALUE_MAX)
    return scores


def matrices(ads: Ads) -> tuple[Ints, Floats]:
    """Return what is offered as `best` takes it."""
    whole = np.array([ads.author, ads.payer, ads.bid], np.int64)
    return whole, np.array([ads.pace, ads.reserve, ads.action, ads.user, ads.price], np.float64)


def best(
    net: Ints, whole: Ints, real: Floats, rules: Struct, out: tuple[Ints, Ints, Ints, Codes]
) -> int:
    """Write the best page and what each of its ads owes; return how many ads it has.

    Args:
        net: Shape (posts,). Net scores in their order, sixteenths of a micro.
        whole: Shape (3, ads). Author, payer and bid of each ad, see `Ads`.
        real: Shape (5, ads). Pace, reserve, action, user and price.
        rules: `Problem.weight`, gap, first slot for an ad, whether one ad for each author, `NODES_MAX`, load price.
        out: Written. Shape (2, slots): which post stands in each slot, -1 where an ad does, and which ad, -1 where a post does;
            `FIGURES` of each winner, first slot first, shape (ads at most or more, `FIGURES`); `SUMMARY`, shape (6,); `AdReason`,
            shape (ads,).
    """
    weight, *limits, load_price = rules
    by_slot, figures, summary, reason = out
    (author, payer, bid), (pace, reserve, action, user, price) = whole, real
    ads = (bid, action, pace, user, price, payer, author, reserve)
    size, slots = reason.size, weight.shape[1]
    columns, handed = np.empty((6, size), np.int64), np.empty(size, np.int64)
    competing = quantise.quantise(ads, load_price, columns, handed, reason)
    offers: tuple[Ints, ...] = tuple(columns[:, :competing])
    organic, slate = bounded(net, slots), np.empty(slots, np.int64)
    of_page = np.empty(4, np.int64)
    count = exact.charge(
        organic, offers, (weight, *limits), slate, figures[:, : exact.FIGURES], of_page
    )
    for row in figures[:count]:
        row[exact.FIGURES] = offers[0][row[0]]
        row[0] = handed[row[0]]
        row[7] = handed[row[7]] if row[7] >= 0 else -1
    filled = int((slate >= -1).sum())
    is_post = slate[:filled] == -1
    by_slot[0, :filled] = np.where(is_post, np.cumsum(is_post) - 1, -1)
    by_slot[1, :filled] = np.where(is_post, -1, handed[slate[:filled]] if competing else -1)
    alone = int(weight[0, : organic.size] @ organic)
    summary[:] = of_page[0], alone, of_page[2], of_page[3], filled, is_post.sum()
    return count
