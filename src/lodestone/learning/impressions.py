"""What impressions after a cut say of likeness, per outcome."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.clock import DAY_MICROS
from lodestone.events.facts import FLAG_READ, Facts
from lodestone.events.outcomes import OUTCOME_COUNT, FactKind
from lodestone.events.refunds import taken_back
from lodestone.events.standing import standing_of

ROWS_MAX: Final = 400_000
"""The newest impressions that weights are fitted on."""
FITTED: Final = (
    FactKind.CLICK,
    FactKind.LONG_VIEW,
    FactKind.LIKE,
    FactKind.COMMENT,
    FactKind.SHARE,
    FactKind.ORDER,
)
_PRIOR: Final = 24.0
_ENDS: Final = (FactKind.UNLIKE, FactKind.REFUND)
LOOK: Final = np.dtype(
    [
        ("key", np.uint64), ("time", np.int64), ("person", np.int64), ("target", np.int64),
        ("item", np.int32), ("value", np.int32), ("kind", np.uint8),
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looks:
    """Impressions and what followed them, each person and item once."""

    person: Ints
    """Shape (looks,). Ordinals, ascending."""
    item: NDArray[np.int32]
    time: Ints
    done: NDArray[np.bool_]
    """Shape (looks, outcomes)."""


class LookReader:
    """Collects impressions and outcomes while a log is read once."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.void]] = []
        self._size = 0
        self.impressions = 0
        """All that were seen, whatever was kept."""

    def take(self, facts: Facts) -> None:
        """Take in a batch."""
        shown = (facts["kind"] == FactKind.IMPRESSION) & ((facts["flags"] & FLAG_READ) == 0)
        deed = np.isin(facts["kind"], (*FITTED, *_ENDS))
        chosen = (shown | deed) & (facts["person"] >= 0) & (facts["item"] >= 0)
        some = facts[chosen]
        part = np.empty(some.size, LOOK)
        for name in part.dtype.names or ():
            part[name] = some[name]
        self.impressions += int(np.count_nonzero(shown))
        self._parts.append(part)
        self._size += part.size
        if self._size > 6 * ROWS_MAX:
            self._parts = [np.concatenate(self._parts)[-4 * ROWS_MAX :]]
            self._size = self._parts[0].size

    def looks(self) -> Looks:
        """Join each impression with what the person did to the item within a day of it and did not take back."""
        rows = np.concatenate(self._parts) if self._parts else np.empty(0, LOOK)
        rows = rows[~standing_of(rows).taken_back & (taken_back(rows).left_of(rows) > 0)]
        shown = rows[rows["kind"] == FactKind.IMPRESSION]
        shown = shown[np.lexsort((shown["time"], shown["item"], shown["person"]))]
        fresh = np.concatenate(
            [[True], (np.diff(shown["person"]) != 0) | (np.diff(shown["item"]) != 0)]
        )
        shown = shown[fresh[: shown.size]]
        done = np.zeros((shown.size, OUTCOME_COUNT), bool)
        for kind in FITTED:
            deeds = rows[rows["kind"] == kind]
            at = _join(shown, deeds)
            near = at >= 0
            near[near] = np.abs(deeds["time"][near] - shown["time"][at[near]]) <= DAY_MICROS
            done[at[near], kind] = True
        return Looks(shown["person"].copy(), shown["item"].copy(), shown["time"].copy(), done)


def _join(shown: NDArray[np.void], deeds: NDArray[np.void]) -> Ints:
    """Return the index of the impression of each deed's person and item, -1 for none; shape (deeds,)."""
    both = np.concatenate([shown[["person", "item"]], deeds[["person", "item"]]])
    _, place = np.unique(both, return_inverse=True)
    index = np.full(int(place.max(initial=-1)) + 1, -1, np.int64)
    index[place[: shown.size]] = np.arange(shown.size)
    positions: Ints = index[place[shown.size :]]
    return positions


def item_rates(looks: Looks, before: NDArray[np.bool_], outcome: int, items: int) -> Floats:
    """Return every item's log odds of an outcome by the impressions before a cut, shape (items,)."""
    shown = np.bincount(looks.item[before], minlength=items)
    did = np.bincount(looks.item[before & looks.done[:, outcome]], minlength=items)
    rate = float(np.clip(did.sum() / max(1, shown.sum()), 1e-4, 1 - 1e-4))
    smoothed = (did + _PRIOR * rate) / (shown + _PRIOR)
    odds: Floats = np.log(smoothed / (1 - smoothed))
    return odds


class Reader(Protocol):
    """Sees every batch of a log that is read once."""

    def take(self, facts: Facts) -> None:
        """Take in a batch."""
        ...


def batches(source: Iterable[Facts], *readers: Reader) -> Iterable[Facts]:
    """Let readers see the batches that go by."""
    for facts in source:
        for reader in readers:
            reader.take(facts)
        yield facts
