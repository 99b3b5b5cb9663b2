"""What an `ITEM` fact says of the item from then on, so that a report of a past day reads the item as it was.

Such a fact uses the columns that only events need otherwise:

    slot      1 + state, 0 in a log written before facts carried any of this
    source    label
    value     day on which it was posted, in days since the epoch
    promises  channels, four codes of 16 bits, each plus one
    served    professions, two codes of 16 bits, each plus one
    surface   kind
    receipt   milliseconds it lasts, -1 when unknown
    target    term code of its topic
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind

LIVE: Final = 1
"""Place of `live` among an item's states."""
DROP: Final = 2
"""Place of `drop` among its labels."""
_BITS: Final = 16
_CODE: Final = (1 << _BITS) - 1
CHANNELS: Final = 4
PROFESSIONS: Final = 2


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What one change says; codes are those of middle domains."""

    state: int
    label: int
    created_day: int
    channels: Sequence[int]
    professions: Sequence[int]
    topic: int
    kind: int
    seconds: float
    """How long it lasts, NaN when unknown."""


def write(fact: np.void, change: ItemChange) -> None:
    """Write what a change says into its fact."""
    fact["target"] = change.topic
    fact["slot"] = 1 + change.state
    fact["source"] = change.label
    fact["value"] = change.created_day
    fact["promises"] = _packed(change.channels, CHANNELS)
    fact["surface"] = change.kind
    fact["receipt"] = -1 if isnan(change.seconds) else round(change.seconds * 1000)
    fact["served"] = np.uint32(_packed(change.professions, PROFESSIONS)).astype(np.int32)


def _packed(codes: Sequence[int], most: int) -> int:
    """Pack codes, those beyond the most that fit left out.

    >>> _packed([0, 6], 4) == 1 | 7 << 16
    True
    """
    return sum((code + 1 & _CODE) << _BITS * at for at, code in enumerate(codes[:most]))


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """Every change of items among some facts, by item and in log order; shapes (changes,)."""

    item: Ints
    day: Ints
    """On which it was written."""
    next_day: Ints
    """On which the item's next change was written; the largest number where there is none."""
    carried: Bools
    """Whether the fact says anything; the log of an older release holds some that do not."""
    state: Ints
    label: Ints
    created_day: Ints
    channels: Ints
    """Shape (changes, 4). Codes, -1 padded."""
    professions: Ints
    """Shape (changes, 2)."""
    time: Ints
    """Microseconds."""
    kind: Ints
    seconds: Floats
    """NaN when unknown."""

    def in_force(self, item: Ints, time: Ints) -> Ints:
        """Return the change that said how each item stood at each time; shape (asked,).

        -1 where the log does not say it. What happened before the item's first change reads that one: its clock may be
        a little ahead.
        """
        if not self.item.size or not item.size:
            return np.full(item.size, -1, np.int64)
        times = np.unique(self.time)
        wide = times.size + 1
        place = self.item * wide + np.searchsorted(times, self.time)
        until = np.searchsorted(times, time, side="right") - 1
        first = np.searchsorted(self.item, item)
        at = np.maximum(np.searchsorted(place, item * wide + until, side="right") - 1, first)
        near = np.minimum(at, self.item.size - 1)
        change: Ints = np.where((self.item[near] == item) & self.carried[near], near, -1)
        return change

    def first_time(self, item: Ints) -> Ints:
        """Return when each item was first written, shape (asked,); the smallest number where the log does not say it."""
        least = np.full(item.size, np.iinfo(np.int64).min)
        if not self.item.size:
            return least
        first = np.minimum(np.searchsorted(self.item, item), self.item.size - 1)
        return np.where(self.item[first] == item, self.time[first], least)


def read(facts: Facts) -> ItemChanges:
    """Read the changes of items among facts in log order."""
    mine = facts[facts["kind"] == FactKind.ITEM]
    mine = mine[np.argsort(mine["item"], kind="stable")]
    item, day = mine["item"].astype(np.int64), mine["day"].astype(np.int64)
    next_day = np.full(item.size, np.iinfo(np.int64).max)
    same = item[1:] == item[:-1]
    next_day[:-1][same] = day[1:][same]
    return ItemChanges(
        item=item,
        day=day,
        next_day=next_day,
        carried=mine["slot"] > 0,
        state=mine["slot"].astype(np.int64) - 1,
        label=mine["source"].astype(np.int64),
        created_day=mine["value"].astype(np.int64),
        channels=_codes(mine["promises"], CHANNELS),
        professions=_codes(mine["served"].astype(np.uint32), PROFESSIONS),
        time=mine["time"].astype(np.int64),
        kind=mine["surface"].astype(np.int64),
        seconds=np.where(mine["receipt"] < 0, np.nan, mine["receipt"] / 1000),
    )


def _codes(packed: Ints, count: int) -> Ints:
    wide = packed.astype(np.uint64)[:, None] >> (
        np.arange(count, dtype=np.uint64) * np.uint64(_BITS)
    )
    codes: Ints = (wide & np.uint64(_CODE)).astype(np.int64) - 1
    return codes
