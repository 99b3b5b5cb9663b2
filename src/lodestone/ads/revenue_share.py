"""What creators have of what ads were charged: whoever lets a post be run, and whoever carried the page. Pure.

Of each charge the author of the ad's post has their share first, where the ad is another's. Of what is left the policy
gives a share to the authors of the page's other posts: each look at one weighs

    w = (1 s + how long it was looked at, at most 60 s) / (slots between it and the ad, 1 for a neighbour)

in whole milliseconds, and parts are rounded down to micros. What nobody has, and what rounding leaves, is the
community's. So the parts are the charge, whole, whatever the charge and however many look at it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints

VERSION: Final = 1
"""Of these rules."""
LOOK_MS: Final = 1_000
"""What having been seen at all is worth, in milliseconds of looking."""
LOOK_MAX_MS: Final = 60_000
SHARE_WHOLE: Final = 1_000_000
AUTHORISED, CARRIED = 0, 1
"""`Parts.kind`: of who lets the ad's post be run, and of who carried the page."""


class Charged(NamedTuple):
    """Charges of paid slots; arrays of shape (charges,)."""

    receipt: Ints
    slot: Ints
    item: Ints
    """Row of the ad's post."""
    amount: Ints
    """Micros, 0 or more."""
    author: Ints
    """Ordinal of whose post the ad shows."""
    author_share: Ints
    """Parts of a million that are the author's, 0 where the advertiser shows their own."""
    page_share: Ints
    """Parts of a million of what is left that are the page's authors'."""
    payer: Ints
    """Ordinal of who advertises, or owns the shop that does."""
    person: Ints
    """Ordinal of the viewer, -1 for nobody."""
    upto: Ints
    """The offset of the log before which looks count."""


class Looks(NamedTuple):
    """What was heard of posts on pages; arrays of shape (looks,), in any order, one post any number of times."""

    receipt: Ints
    slot: Ints
    item: Ints
    owner: Ints
    """Ordinal of the author."""
    seen_ms: Ints
    offset: Ints
    """Of the log."""


class Parts(NamedTuple):
    """Creators' parts; arrays of shape (parts,)."""

    charge: Ints
    """Place in `Charged`."""
    owner: Ints
    item: Ints
    """Row of the post that earned it."""
    kind: Ints
    amount: Ints
    """Micros, above zero."""


def share_of(amount: Ints, parts: Ints, whole: Ints | int = SHARE_WHOLE) -> Ints:
    """Return amount x parts / whole, rounded down, without leaving 64 bits; arrays of one shape.

    Args:
        amount: 0 or more.
        parts: In [0, whole].
        whole: Above zero; whole x whole fits into 64 bits.

    >>> share_of(np.array([10**15, 7]), np.array([300_000, 500_000])).tolist()
    [300000000000000, 3]
    """
    shares: Ints = amount // whole * parts + amount % whole * parts // whole
    return shares


def divide(charged: Charged, looks: Looks) -> Parts:
    """Return what creators have of charges; what is not in it is the community's."""
    authors = share_of(charged.amount, charged.author_share)
    left = share_of(charged.amount - authors, charged.page_share)
    charge, look = _pages(charged, looks)
    weight = _weights(charged, looks, charge, look)
    total = np.zeros(charged.amount.size, np.int64)
    np.add.at(total, charge, weight)
    carried = share_of(left[charge], weight, total[charge])
    mine = np.flatnonzero(authors)
    parts = Parts(
        np.concatenate([mine, charge]),
        np.concatenate([charged.author[mine], looks.owner[look]]),
        np.concatenate([charged.item[mine], looks.item[look]]),
        np.repeat(np.array([AUTHORISED, CARRIED]), [mine.size, charge.size]),
        np.concatenate([authors[mine], carried]),
    )
    return _chosen(parts, parts.amount > 0)


def _pages(charged: Charged, looks: Looks) -> tuple[Ints, Ints]:
    """Return which looks are on the page of which charge, and were heard in time, one for each slot: the longest."""
    order = np.lexsort((-looks.seen_ms, looks.slot, looks.receipt))
    receipts = looks.receipt[order]
    first = np.searchsorted(receipts, charged.receipt)
    counts = np.searchsorted(receipts, charged.receipt, "right") - first
    charge = np.repeat(np.arange(charged.receipt.size), counts)
    within = np.arange(charge.size) - np.repeat(np.cumsum(counts) - counts, counts)
    look: Ints = order[first[charge] + within]
    counts_ = looks.offset[look] < charged.upto[charge]
    counts_ &= looks.slot[look] != charged.slot[charge]
    charge, look = charge[counts_], look[counts_]
    again = np.zeros(charge.size, bool)
    slots = looks.slot[look]
    again[1:] = (charge[1:] == charge[:-1]) & (slots[1:] == slots[:-1])
    charge, look = charge[~again], look[~again]
    owner = looks.owner[look]
    others = owner >= 0
    for own in (charged.author, charged.payer, charged.person):
        others &= owner != own[charge]
    return charge[others], look[others]


def _weights(charged: Charged, looks: Looks, charge: Ints, look: Ints) -> Ints:
    distance = np.abs(looks.slot[look] - charged.slot[charge])
    weight: Ints = (LOOK_MS + np.clip(looks.seen_ms[look], 0, LOOK_MAX_MS)) // distance
    return weight


def _chosen(parts: Parts, which: Bools) -> Parts:
    return Parts(*(column[which] for column in parts))


def sums_by(names: Ints, amounts: Ints) -> tuple[Ints, Ints]:
    """Return the different names in ascending order and the sum of the amounts of each; exact.

    >>> [column.tolist() for column in sums_by(np.array([5, 3, 5]), np.array([1, 2, 3]))]
    [[3, 5], [2, 4]]
    """
    distinct, place = np.unique(names, return_inverse=True)
    sums: NDArray[np.int64] = np.zeros(distinct.size, np.int64)
    np.add.at(sums, place, amounts)
    return distinct, sums
