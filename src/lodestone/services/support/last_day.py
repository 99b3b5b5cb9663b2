"""The receipts of the last day, evenly chosen where there are too many to look at every one."""

from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.stores.log.port import Log
from lodestone.traffic.codec import decode, person_of
from lodestone.traffic.decision import Decision


class LastDay(NamedTuple):
    """Sequence numbers, ascending."""

    chosen: list[int]
    of_day: int
    """How many the day has."""


def last_day(log: Log, now: Instant, most: int) -> LastDay:
    """Return at most so many receipts of the day before an instant; reads a few of the log, so call it in a thread."""
    last = log.receipt_next()
    first = bisect_left(
        range(last), now - DAY_MICROS, key=lambda number: decision_at(log, number).time
    )
    count = min(most, last - first)
    if not count:
        return LastDay([], 0)
    chosen = np.unique(np.linspace(first, last - 1, count).round().astype(np.int64))
    return LastDay(chosen.tolist(), last - first)


def decision_at(log: Log, sequence: int) -> Decision:
    """Return the decision of a receipt that the log holds."""
    parts = log.receipt(sequence)
    assert parts is not None
    return decode(parts.what, person_of(parts.who))
