"""What records' changes say of which items lie in which places: facts for reports of past days, see `place_changes`."""

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.base.clock import Instant
from lodestone.base.geo import distances_km
from lodestone.events.facts import Facts, empty_facts
from lodestone.events.outcomes import DomainKind, FactKind
from lodestone.events.place_changes import placed
from lodestone.features.layout import DomainRow, ItemRow
from lodestone.features.state import State
from lodestone.services.ingest.system_facts import fact_key
from lodestone.stores.records.types import Change


def placed_facts(state: State, changes: Sequence[Change], time: Instant, day: int) -> Facts:
    """Return a fact for every item that begins or ceases to lie in a place by some changes; few batches have any.

    Args:
        state: As it was before the changes.
        changes: As records wrote them, in order.
        time: The community's clock.
        day: The day it falls on.
    """
    if not any(change.kind in (FactKind.ITEM, FactKind.DOMAIN) for change in changes):
        return empty_facts(0)
    facts = np.concatenate([empty_facts(0), *_Places(state).moved_by(changes)])
    facts["time"], facts["day"] = time, day
    return facts


class _Places:
    """Places, and where items are, as changes move them."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._places = {
            code: place for code, place in state.domains.items() if place.kind == DomainKind.PLACE
        }
        self._moved: dict[int, tuple[float, float]] = {}
        """Item to where it is by the changes so far, degrees."""

    def moved_by(self, changes: Sequence[Change]) -> Iterator[Facts]:
        """Take changes in order, those of items between two of places together."""
        for is_domain, run in groupby(changes, key=lambda change: change.kind == FactKind.DOMAIN):
            if is_domain:
                for change in run:
                    yield self._place(change)
            else:
                yield self._items([change for change in run if isinstance(change.row, ItemRow)])

    def _items(self, changes: Sequence[Change]) -> Facts:
        # Of an item written twice in one batch the last holds, and nothing lies between the two.
        rows = {change.target: change for change in changes}
        items = np.array(list(rows), np.int64)
        before = self._positions(items)
        for item, change in rows.items():
            assert isinstance(change.row, ItemRow)
            self._moved[item] = change.row.latitude, change.row.longitude
        after, ids = self._positions(items), [change.id for change in rows.values()]
        return np.concatenate(
            [
                empty_facts(0),
                *(
                    _differing(items, code, _within(place, before), _within(place, after), ids)
                    for code, place in (self._places.items() if items.size else ())
                ),
            ]
        )

    def _place(self, change: Change) -> Facts:
        code, before = change.target, self._places.pop(change.target, None)
        if isinstance(change.row, DomainRow) and change.row.kind == DomainKind.PLACE:
            self._places[code] = change.row
        after = self._places.get(code)
        if before == after:
            return empty_facts(0)
        items = np.arange(max([self._state.item_count, *(item + 1 for item in self._moved)]))
        here = self._positions(items)
        return _differing(
            items, code, _within(before, here), _within(after, here), [change.id] * items.size
        )

    def _positions(self, items: Ints) -> Floats:
        """Return where items are, shape (items, 2); NaN for those that are nowhere or not there yet."""
        positions = np.full((items.size, 2), np.nan, np.float32)  # as the state has them
        known = items < self._state.item_count
        for column, name in enumerate(("latitude", "longitude")):
            positions[known, column] = self._state.items[name][items[known]]
        at = {item: index for index, item in enumerate(items.tolist())} if self._moved else {}
        for item, position in self._moved.items():
            if item in at:
                positions[at[item]] = position
        return positions.astype(np.float64)


def _within(place: DomainRow | None, positions: Floats) -> Bools:
    """Say which positions lie in a place, shape (positions,); none in no place."""
    if place is None:
        return np.zeros(positions.shape[0], bool)
    away = distances_km(place.latitude, place.longitude, positions[:, 0], positions[:, 1])
    inside: Bools = away <= place.radius_km
    return inside


def _differing(items: Ints, code: int, before: Bools, after: Bools, ids: Sequence[int]) -> Facts:
    """Return a fact for every item of which the answer has changed; `ids` are the outbox's, shape (items,)."""
    at = np.flatnonzero(before != after)
    facts = placed(items[at], np.full(at.size, code), after[at])
    facts["key"] = [
        fact_key("placed", ids[index], int(items[index]), code) for index in at.tolist()
    ]
    return facts
