"""What people did of their own accord, read from the log: the deeds that item lists learn from.

A deed counts by its kind (`KIND_WEIGHT`); of several deeds with one item the strongest counts, at the latest time. An
impression counts only where it is the app's word that the item was consumed (`FLAG_READ`). What was refused
(`not_interested`, `hide`, `report`) is no positive, and neither is what was taken back: a like by an unlike, a follow by an
unfollow, an order by refunds of all of it. What else was done with the item stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools, Ints
from lodestone.events.facts import FLAG_READ, Facts
from lodestone.events.outcomes import FactKind
from lodestone.events.refunds import taken_back
from lodestone.events.standing import standing_of

KIND_WEIGHT: Final = {
    FactKind.CLICK: 0.2,
    FactKind.LONG_VIEW: 0.5,
    FactKind.LIKE: 1.0,
    FactKind.COMMENT: 1.0,
    FactKind.SHARE: 1.0,
    FactKind.FOLLOW: 1.0,
    FactKind.SHOP_VISIT: 1.0,
    FactKind.ORDER: 1.0,
    FactKind.VISIT: 1.0,
    FactKind.REDEEM: 1.0,
    FactKind.CONVERSION: 1.0,
}
"""How much a deed of each kind counts, 1 for a like."""
READ_WEIGHT: Final = 0.5
"""What an item weighs that the app says was read, and nothing more."""
PERSON_MAX: Final = 1_000
"""The newest deeds of one person that are learned from: beyond it somebody is a machine, or says nothing."""
_REFUSED: Final = (FactKind.NOT_INTERESTED, FactKind.HIDE, FactKind.REPORT)
_WEIGHTS: Final = np.zeros(256, np.float32)
for _kind, _weight in KIND_WEIGHT.items():
    _WEIGHTS[_kind] = _weight
_REFUSAL: Final = -1.0
_ENDS: Final = (FactKind.UNLIKE, FactKind.UNFOLLOW, FactKind.REFUND)

DEED: Final = np.dtype(
    [("person", np.int64), ("item", np.int32), ("weight", np.float32), ("time", np.int64)]
)
_READ: Final = np.dtype(
    [
        ("key", np.uint64), ("time", np.int64), ("person", np.int64), ("target", np.int64),
        ("item", np.int32), ("value", np.int32), ("kind", np.uint8), ("flags", np.uint8),
    ]
)  # fmt: skip
"""What is read of a fact until all are there: only then is it known what stands."""


@dataclass(frozen=True, slots=True)
class Positives:
    """Deeds by person, each item once, oldest first. `deeds[start[p]:start[p + 1]]` are person p's."""

    person: Ints
    """Shape (people,). Ordinals, ascending."""
    start: Ints
    """Shape (people + 1,)."""
    item: NDArray[np.int32]
    """Shape (deeds,). Item rows."""
    weight: NDArray[np.float32]
    """Shape (deeds,). In (0, 1]; negative for a refusal, which is kept so that it is not recommended."""
    time: Ints
    """Shape (deeds,). Microseconds."""
    items: int
    """One more than the highest item row."""

    @property
    def people(self) -> int:
        """Return how many people there are."""
        return int(self.person.size)

    def owner(self) -> Ints:
        """Return the person index of every deed, shape (deeds,)."""
        return np.repeat(np.arange(self.people), np.diff(self.start))

    def only(self, chosen: Bools) -> "Positives":
        """Return some of the deeds, shape (deeds,); people stay in their places."""
        counts = np.bincount(self.owner()[chosen], minlength=self.people)
        start = np.concatenate([[0], np.cumsum(counts)])
        return Positives(
            self.person,
            start,
            self.item[chosen],
            self.weight[chosen],
            self.time[chosen],
            self.items,
        )


def deeds_of(facts: NDArray[np.void]) -> NDArray[np.void]:
    """Return the deeds that stand among some facts, shape (deeds,) of `DEED`, in their order.

    Args:
        facts: Facts, or rows of `_READ`. An end that these do not hold is not known.
    """
    weight = _weights(facts)
    whole = taken_back(facts).left_of(facts) > 0
    chosen = (weight != 0) & whole & ~standing_of(facts).taken_back
    chosen &= (facts["person"] >= 0) & (facts["item"] >= 0)
    deeds = np.empty(int(np.count_nonzero(chosen)), DEED)
    for name in ("person", "item", "time"):
        deeds[name] = facts[name][chosen]
    deeds["weight"] = weight[chosen]
    return deeds


def _weights(facts: NDArray[np.void]) -> NDArray[np.float32]:
    """Return what each fact weighs as a deed, 0 for none, shape (facts,)."""
    weight = _WEIGHTS[facts["kind"]]
    read = (facts["kind"] == FactKind.IMPRESSION) & ((facts["flags"] & FLAG_READ) != 0)
    weight = np.where(read, np.float32(READ_WEIGHT), weight)
    return np.where(np.isin(facts["kind"], _REFUSED), np.float32(_REFUSAL), weight)


def _read(facts: Facts) -> NDArray[np.void]:
    """Return what deeds are made of: deeds, and what takes them back, shape (rows,) of `_READ`."""
    deed = (_weights(facts) != 0) & (facts["item"] >= 0)
    some = facts[(deed | np.isin(facts["kind"], _ENDS)) & (facts["person"] >= 0)]
    rows = np.empty(some.size, _READ)
    for name in _READ.names or ():
        rows[name] = some[name]
    return rows


def erased_of(facts: Facts) -> Ints:
    """Return the ordinals of people whom facts say to have been erased."""
    gone: Ints = facts["person"][facts["kind"] == FactKind.ERASED]
    return gone


def gather(batches: Iterable[Facts], *, most: int) -> Positives:
    """Bring the deeds of a log together.

    Args:
        batches: Facts in log order.
        most: The newest deeds that are kept at any time, which bounds the memory: about 100 bytes each.
    """
    parts: list[NDArray[np.void]] = []
    gone: list[Ints] = []
    size = 0
    for facts in batches:
        parts.append(_read(facts))
        gone.append(erased_of(facts))
        size += parts[-1].size
        if size > most + most // 4:
            parts = [np.concatenate(parts)[-most:]]
            size = parts[0].size
    deeds = deeds_of(np.concatenate(parts)[-most:] if parts else np.empty(0, _READ))
    if gone:
        deeds = deeds[~np.isin(deeds["person"], np.concatenate(gone))]
    return arrange(deeds)


def arrange(deeds: NDArray[np.void]) -> Positives:
    """Lay deeds out by person, each item once.

    Args:
        deeds: Shape (deeds,) of `DEED`, in log order.
    """
    if not deeds.size:
        return _by_person(deeds)
    order = np.lexsort((np.arange(deeds.size), deeds["time"], deeds["item"], deeds["person"]))
    sorted_ = deeds[order]
    fresh = (np.diff(sorted_["person"]) != 0) | (np.diff(sorted_["item"]) != 0)
    group = np.flatnonzero(np.concatenate([[True], fresh]))
    last = np.append(group[1:], deeds.size) - 1
    weight = np.maximum.reduceat(sorted_["weight"], group)
    refused = np.minimum.reduceat(sorted_["weight"], group) < 0
    latest = sorted_[last]
    latest["weight"] = np.where(refused, np.float32(_REFUSAL), weight)
    return _by_person(latest)


def _scattered(deeds: NDArray[np.void]) -> NDArray[np.uint64]:
    """Return a number each by which deeds of one instant stand: the order of rows would say what it does not mean."""
    mixed = deeds["item"].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= deeds["person"].astype(np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(31)
    scattered: NDArray[np.uint64] = mixed * np.uint64(0x94D049BB133111EB)
    return scattered


def _by_person(deeds: NDArray[np.void]) -> Positives:
    deeds = deeds[np.lexsort((_scattered(deeds), deeds["time"], deeds["person"]))]
    person, first, counts = np.unique(deeds["person"], return_index=True, return_counts=True)
    newest_first = np.repeat(first + counts, counts) - np.arange(deeds.size)
    deeds = deeds[newest_first <= PERSON_MAX]
    counts = np.minimum(counts, PERSON_MAX)
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    items = int(deeds["item"].max()) + 1 if deeds.size else 0
    return Positives(
        person,
        start,
        np.ascontiguousarray(deeds["item"]),
        np.ascontiguousarray(deeds["weight"]),
        np.ascontiguousarray(deeds["time"]),
        items,
    )
