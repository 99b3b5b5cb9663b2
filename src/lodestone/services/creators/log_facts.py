"""Facts that counts of creators' orders are made of, gathered from the log."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.base.clock import Instant
from lodestone.events.facts import Facts, empty_facts
from lodestone.services.support.log_chunks import chunks, offset_since
from lodestone.stores.creators.types import Assignment
from lodestone.stores.log.port import Log


class Spans:
    """Within which days the items of some published orders are counted; an item is of one order only."""

    def __init__(self, orders: Iterable[Assignment]) -> None:
        """Take orders, of which there is at least one."""
        of = sorted((order.item, *order.span) for order in orders if order.item is not None)
        columns = np.array(of, np.int64).T
        self._item, self._since, self._until = columns
        self.first, self.last = int(self._since.min()), int(self._until.max())
        """The first instant of all days, and the first after them."""

    def name(self, facts: Facts) -> Bools:
        """Say which facts are of one of the items; shape (facts,)."""
        named: Bools = self._item[self._place(facts)] == facts["item"]
        return named

    def hold(self, facts: Facts) -> Bools:
        """Say which facts are of one of the items and lie within its days; shape (facts,)."""
        place, time = self._place(facts), facts["time"]
        within: Bools = (self._since[place] <= time) & (time < self._until[place])
        within &= self._item[place] == facts["item"]
        return within

    def _place(self, facts: Facts) -> Ints:
        place: Ints = np.searchsorted(self._item, facts["item"])
        last = self._item.size - 1
        place[place > last] = last
        return place


def gather(log: Log, since: Instant, wanted: Callable[[Facts], Bools]) -> Facts:
    """Read the facts that are wanted of a log from an instant on, in its order; call it in a thread."""
    parts = [empty_facts(0)]
    for facts in chunks(log, offset_since(log, since)):
        chosen = wanted(facts)
        if chosen.any():
            parts.append(facts[chosen])
    return np.concatenate(parts)


def by_order(
    orders: Sequence[Assignment], rows: NDArray[np.void]
) -> Iterator[tuple[Assignment, NDArray[np.void]]]:
    """Yield published orders, each with the rows of its item, in their order.

    Args:
        orders: In any order.
        rows: Facts or plays; shape (rows,).
    """
    rows = rows[np.argsort(rows["item"], kind="stable")]
    column = rows["item"].copy()  # in one piece, else it is copied at each search
    items = np.array([order.item for order in orders], column.dtype)
    firsts, lasts = np.searchsorted(column, items), np.searchsorted(column, items, "right")
    for order, first, last in zip(orders, firsts.tolist(), lasts.tolist(), strict=True):
        yield order, rows[first:last]
