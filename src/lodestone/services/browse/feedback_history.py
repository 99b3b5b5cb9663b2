"""What the log holds of what people did with items, read back: one entry for each kind, person and item."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools
from lodestone.base.clock import Instant
from lodestone.events.facts import FACT, Facts
from lodestone.events.outcomes import OUTCOME_COUNT, FactKind
from lodestone.events.refunds import taken_back
from lodestone.services.support.ports import DirectoryView
from lodestone.stores.log.port import Log, Offset

_TOLD: Final = (*range(OUTCOME_COUNT), int(FactKind.IMPRESSION))
_ALL: Final = 2**62


@dataclass(frozen=True, slots=True)
class Entry:
    """The first fact of its kind between a person and an item; a like or an order taken back is none."""

    offset: int
    """Where it stands in the log."""
    kind: FactKind
    person_id: str
    item_id: str
    time: Instant
    seconds: float
    """Watched, or visible; 0 for other kinds."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: of a person, an item, some kinds; None for any."""

    person_id: str | None = None
    item_id: str | None = None
    kinds: Collection[int] | None = None


class FeedbackHistory:
    """What people of one community did with items."""

    def __init__(self, log: Log, directory: DirectoryView) -> None:
        self._log, self._directory = log, directory

    async def entries(self, wanted: Wanted) -> list[Entry]:
        """Read the whole log beside the serving thread, and return what is wanted in log order."""
        directory = self._directory
        person = item = None
        if wanted.person_id is not None:
            row = directory.person_row(wanted.person_id)
            if row < 0:
                return []
            person = directory.ordinal(row)
        if wanted.item_id is not None:
            item = directory.item_row(wanted.item_id)
            if item < 0:
                return []
        offset, facts = await asyncio.to_thread(_scan, self._log, person, item)
        if wanted.kinds is not None:
            keep = np.isin(facts["kind"], list(wanted.kinds))
            offset, facts = offset[keep], facts[keep]
        return _named(self._directory, offset, facts)


def _scan(log: Log, person: int | None, item: int | None) -> tuple[NDArray[np.int64], Facts]:
    offsets, parts = [np.zeros(0, np.int64)], [np.zeros(0, FACT)]
    kinds = [*_TOLD, int(FactKind.UNLIKE), int(FactKind.REFUND)]
    for batch in log.read(Offset(0), limit=_ALL):
        facts = batch.facts
        keep = np.isin(facts["kind"], kinds) & (facts["item"] >= 0) & (facts["person"] >= 0)
        if person is not None:
            keep &= facts["person"] == person
        if item is not None:
            keep &= facts["item"] == item
        at = np.flatnonzero(keep)
        offsets.append(at + int(batch.first))
        parts.append(facts[at])
    offset, deeds = np.concatenate(offsets), np.concatenate(parts)
    # An order refunded whole is none, so that a later one counts as the first.
    left = taken_back(deeds).left_of(deeds) > 0
    offset, deeds = offset[left], deeds[left]
    keep = _standing(deeds)
    return offset[keep], deeds[keep]


def _standing(facts: Facts) -> Bools:
    """Return which facts are the first of their kind, person and item, and not taken back."""
    kind, person, item = (facts[name].astype(np.int64) for name in ("kind", "person", "item"))
    standing = np.zeros(facts.size, bool)
    order = np.lexsort((item, person, kind))  # stable: in each group the earliest comes first
    first = np.ones(facts.size, bool)
    first[1:] = (
        (np.diff(kind[order]) != 0) | (np.diff(person[order]) != 0) | (np.diff(item[order]) != 0)
    )
    standing[order[first]] = True
    standing[(kind == FactKind.UNLIKE) | (kind == FactKind.REFUND)] = False
    back = np.flatnonzero(kind == FactKind.UNLIKE).tolist()
    pairs = {(int(person[at]), int(item[at])) for at in back}
    last: dict[tuple[int, int], tuple[int, int]] = {}
    for at in (
        np.flatnonzero((kind == FactKind.LIKE) | (kind == FactKind.UNLIKE)).tolist()
        if pairs
        else ()
    ):
        pair = int(person[at]), int(item[at])
        if pair in pairs:
            last[pair] = max(last.get(pair, (-1, 0)), (int(facts["time"][at]), int(kind[at])))
    for at in np.flatnonzero(standing & (kind == FactKind.LIKE)).tolist() if pairs else ():
        pair = int(person[at]), int(item[at])
        standing[at] = pair not in last or last[pair][1] == FactKind.LIKE
    return standing


def _named(directory: DirectoryView, offsets: NDArray[np.int64], facts: Facts) -> list[Entry]:
    """Give people and items their names; who has been erased is left out."""
    rows = []
    for offset, fact in zip(offsets.tolist(), facts, strict=True):
        row = directory.row_of_ordinal(int(fact["person"]))
        person_id = directory.person_ids[row] if row >= 0 else None
        if person_id is None:
            continue
        kind = FactKind(int(fact["kind"]))
        timed = kind in (FactKind.WATCH, FactKind.IMPRESSION)
        rows.append(
            Entry(
                offset,
                kind,
                person_id,
                directory.item_id(int(fact["item"])),
                Instant(int(fact["time"])),
                int(fact["value"]) / 1000 if timed else 0.0,
            )
        )
    return rows
