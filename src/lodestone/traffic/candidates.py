"""The candidates of one request: a struct of arrays that the stages of a decision take and give.

A tuple, so that a kernel takes it as one argument (as `tuple(candidates)`, see `contest_kernel`). Whoever pays to be shown enters by the columns `payer`, `bid` and
`payment`; nobody does yet, and a candidate without a payer is priced as if the columns were not there.
"""

from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.events.outcomes import OUTCOME_COUNT
from lodestone.traffic.decision import Bits, Chances, Codes, Pool, Rows

Struct: TypeAlias = tuple[Any, ...]
"""One of the structs here as a plain tuple."""
NO_PAYER: Final = -1
_NO_CHANCES: Final = np.zeros((0, 0), np.uint16)


class Candidates(NamedTuple):
    """Arrays of shape (candidates,), ascending by item row; in `holding` those but the first three may be longer."""

    row: Rows
    """Item rows."""
    source: Codes
    """`Source`."""
    reason: Codes
    """`DropReason`, 0 for none yet."""
    kind: Codes
    """`DomainKind` of the domain through which each reaches the viewer."""
    domain: NDArray[np.int16]
    """That domain's code, -1 for none."""
    local: Codes
    """1 within the viewer's radius."""
    place: Ints
    """Where each stands among all candidates of the request."""
    chances: Chances
    """Shape (candidates, outcomes), bfloat16 codes; empty before the values are known."""
    value: Floats
    """Expected worth of an impression to the community, micros."""
    promises: Bits
    """Bit j: consumes promise j once per impression."""
    rank: NDArray[np.int16]
    """Gini consumption of its author, see `Pool.rank`."""
    net: Ints
    """Value, bid and prices together, sixteenths of a micro."""
    payer: NDArray[np.int32]
    """Number of the budget that pays for the impression, `NO_PAYER` for none."""
    bid: Floats
    """What the payer offers for an impression, micros; 0 without a payer."""
    payment: Ints
    """What it is charged, micros; never above the bid, 0 for what is not shown."""

    @classmethod
    def of(cls, row: Rows, source: Codes) -> "Candidates":
        """Begin with what the sources brought; every other column is to be written, those of payment are empty."""
        count = row.size
        return cls(
            row=row,
            source=source,
            reason=np.empty(count, np.uint8),
            kind=np.empty(count, np.uint8),
            domain=np.empty(count, np.int16),
            local=np.empty(count, np.uint8),
            place=np.empty(count, np.int64),
            chances=_NO_CHANCES,
            value=np.empty(count),
            promises=np.empty(count, np.uint64),
            rank=np.empty(count, np.int16),
            net=np.empty(count, np.int64),
            payer=np.full(count, NO_PAYER, np.int32),
            bid=np.zeros(count),
            payment=np.zeros(count, np.int64),
        )

    @classmethod
    def room(cls, count: int) -> "Candidates":
        """Make room for so many, to be written by `sift`."""
        return cls.of(np.empty(count, np.int32), np.empty(count, np.uint8))

    def holding(self, row: Rows, source: Codes) -> "Candidates":
        """Begin anew in this room: rows, sources and reasons are arrays of their own, the rest is as long as the room."""
        return self._replace(row=row, source=source, reason=np.empty(row.size, np.uint8))

    def first(self, count: int) -> "Candidates":
        """Return the first `count`, as views."""
        return Candidates._make(column[:count] for column in self)

    def only(self, chosen: Bools) -> "Candidates":
        """Return some of those whose chances are not known yet; `chosen` has shape (candidates,)."""
        columns = self._replace(chances=np.zeros((self.row.size, 0), np.uint16))
        return Candidates._make(column[chosen] for column in columns)


class Pricing(NamedTuple):
    """What turns chances into net scores."""

    worths: Floats
    """Shape (outcomes,), micros per unit of chance."""
    price: Floats
    """Shape (promises,), micros."""
    sign: Floats
    """Shape (promises,), +1.0 floor, -1.0 cap."""
    gini: Floats
    """Shape (1,), micros."""
    budget: Floats
    """Shape (payers,). Dual price of each payer's budget, as a share of its bid."""


class Entries(NamedTuple):
    """The pool while it is written: arrays of shape (pool,), those of `Pool` first."""

    item: Rows
    chances: Chances
    """Shape (pool, outcomes)."""
    promises: Bits
    rank: NDArray[np.int16]
    author: Rows
    topic: NDArray[np.int16]
    domain_kind: Codes
    domain: NDArray[np.int16]
    source: Codes
    net: Ints
    """Not rising, but for what is pinned."""
    candidate: Ints
    """Which candidate each entry is."""
    contender: Rows
    """Author of each entry behind the pinned ones, numbered among those; the first of the column are used."""

    @classmethod
    def room(cls, size: int) -> "Entries":
        """Make room for so many."""
        return cls(
            item=np.empty(size, np.int32),
            chances=np.empty((size, OUTCOME_COUNT), np.uint16),
            promises=np.empty(size, np.uint64),
            rank=np.empty(size, np.int16),
            author=np.empty(size, np.int32),
            topic=np.empty(size, np.int16),
            domain_kind=np.empty(size, np.uint8),
            domain=np.empty(size, np.int16),
            source=np.empty(size, np.uint8),
            net=np.empty(size, np.int64),
            candidate=np.empty(size, np.int64),
            contender=np.empty(size, np.int32),
        )

    def pool(self) -> Pool:
        """Return what a receipt stores."""
        return Pool(*self[:9])


class Page(NamedTuple):
    """A filled slate, as reasons are found by it."""

    shown: Ints
    """Shape (filled,). Pool indices, the pinned first."""
    explored: int
    """The slot that chance filled, -1 for none."""
    author_max: int
    gap: int


class Tally(NamedTuple):
    """What the pricer will look at, and what a page adds to it."""

    attention: Floats
    """Shape (slots,)."""
    could: NDArray[np.uint8]
    """Shape (promises,). 1 where these slots could have consumed the promise."""
    used: Floats
    """Shape (promises,), added to."""
    chances: Floats
    """Shape (promises,), added to."""
    sums: Floats
    """Shape (3,), added to: slots, value, value forgone."""
