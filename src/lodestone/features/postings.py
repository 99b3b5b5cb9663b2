"""Lists of live items by where they belong: a cell, a channel, a profession, an author, all new ones.

Each list but an author's keeps its newest `POSTING_KEPT` items by (created, row) in an array, for kernels, whatever
order they came in, so that a rebuilt list equals the one that grew. Beside it every list is known whole, for who has
come to the end of the short one. A withdrawn item leaves at once.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

import h3
import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.base.geo import distance_km, distances_km
from lodestone.features.layout import ITEM, KINDS

POSTING_KEPT: Final = 256
CELL_RESOLUTION: Final = 6
"""H3 cells of about 36 km2: some twenty cover ten kilometres around a point."""

LIST_NEW: Final = 0
LIST_TRENDING: Final = 1
LIST_LIVE: Final = 2
LIST_NEEDY: Final = 3
LISTS_FIXED: Final = 4

_AROUND_MAX: Final = 4096
"""Neighbourhoods remembered: whoever asks says where they are, so there is no end of them."""
_LIVE_KIND: Final = KINDS.index("live")
_STATE_LIVE: Final = 1
_NO_ROWS: Final = array("i")


class _Place(NamedTuple):
    """Where an item stands: when it was made, the lists it is in, its author's slot."""

    created: int
    lists: tuple[int, ...]
    author: int


def _by_author(author: int) -> int:
    """Return the number of an author's list among the whole ones; -1 means none, as everywhere."""
    return -2 - author


class Postings:
    """All lists of one community. `rows[i, :count[i]]` is list i, newest first."""

    def __init__(self) -> None:
        self.rows = np.full((64, POSTING_KEPT), -1, dtype=np.int32)
        self.count = np.zeros(64, dtype=np.int32)
        self._created = np.zeros((64, POSTING_KEPT), dtype=np.int64)
        self._lists = LISTS_FIXED
        self._cells: dict[str, int] = {}
        self._domains: dict[int, int] = {}
        self._cell_at: list[tuple[float, float, float]] = []
        """Centre and reach of each cell, in the order of `_cells`."""
        self._around: dict[tuple[str, float], Ints] = {}
        self._member: dict[int, _Place] = {}
        self._whole: dict[int, array[int]] = {}
        """Every list, oldest first; those of authors under numbers below -1."""

    def put(self, row: int, item: np.void) -> None:
        """Place an item in the lists it belongs to, and out of those it has left."""
        place = _Place(int(item["created"]), self._belongs(item), int(item["author"]))
        old = self._member.get(row)
        if place == old:
            return
        if old is not None:
            self._leave(row, old)
        if place.lists:
            self._member[row] = place
            self._enter(_by_author(place.author), row, place.created)
        for index in place.lists:
            self._enter(index, row, place.created)
            self._insert(index, row, place.created)

    def rebuild(self, items: np.ndarray) -> None:
        """Fill every list from the item rows; shape (items,) of `ITEM`."""
        assert items.dtype == ITEM
        live = np.flatnonzero(items["state"] == _STATE_LIVE)
        # Oldest first: each insertion then lands at a list's head, where it is cheapest.
        for row in live[np.argsort(items["created"][live], kind="stable")]:
            self.put(int(row), items[row])

    def replace(self, index: int, rows: Ints) -> None:
        """Set a whole list (trending, needy), best first."""
        length = min(rows.size, POSTING_KEPT)
        self.rows[index, :length] = rows[:length]
        self.count[index] = length

    def held(self, index: int) -> Ints:
        """Return a list's rows as they stand."""
        return self.rows[index, : self.count[index]].astype(np.int64)

    def domain(self, code: int) -> int:
        """Return the list of a channel or profession, -1 when it has none."""
        return self._domains.get(code, -1)

    def listed(self, index: int) -> int:
        """Return a list kept for everybody (`LIST_...`), as `domain` does for one domain's."""
        assert 0 <= index < LISTS_FIXED
        return index

    def newest(self, lists: Sequence[int], first: int, end: int) -> NDArray[np.int32]:
        """Return the rows from place `first` to before `end` of whole lists, newest first; list after list."""
        rows = array("i")
        for index in lists:
            whole = self._whole.get(index, _NO_ROWS)
            last = len(whole) - first
            rows.extend(whole[max(0, len(whole) - end) : max(0, last)][::-1])
        return np.frombuffer(rows, np.int32)

    def of_authors(self, slots: Sequence[int]) -> list[int]:
        """Return the whole lists of authors, which have no short ones."""
        return [_by_author(slot) for slot in slots if slot >= 0]

    def around(self, latitude: float, longitude: float, radius_km: float) -> Ints:
        """Return the lists of every cell that any point within a radius lies in, nearest cell first.

        Nothing within the radius is missed; what lies beyond it is for an exact measure to drop.
        """
        cell = h3.latlng_to_cell(latitude, longitude, CELL_RESOLUTION)
        codes = self._around.get((cell, radius_km))
        if codes is None:
            (here, east), names = h3.cell_to_latlng(cell), list(self._cells)
            at = np.array(self._cell_at, np.float64).reshape(-1, 3)
            away = distances_km(here, east, at[:, 0], at[:, 1])
            near = np.flatnonzero(away <= radius_km + _circumradius_km(cell) + at[:, 2]).tolist()
            near.sort(key=lambda index: (away[index], names[index]))
            codes = np.array([self._cells[names[index]] for index in near], dtype=np.int64)
            if len(self._around) >= _AROUND_MAX:
                del self._around[next(iter(self._around))]
            self._around[cell, radius_km] = codes
        return codes

    def _belongs(self, item: np.void) -> tuple[int, ...]:
        if item["state"] != _STATE_LIVE:
            return ()
        lists = [LIST_NEW]
        if item["kind"] == _LIVE_KIND:
            lists.append(LIST_LIVE)
        codes = {int(code) for code in (*item["channels"], *item["professions"]) if code >= 0}
        lists.extend(self._domain_list(code) for code in sorted(codes))
        if not np.isnan(item["latitude"]):
            lists.append(self._cell_list(float(item["latitude"]), float(item["longitude"])))
        return tuple(lists)

    def _domain_list(self, code: int) -> int:
        if code not in self._domains:
            self._domains[code] = self._grow()
        return self._domains[code]

    def _cell_list(self, latitude: float, longitude: float) -> int:
        cell = h3.latlng_to_cell(latitude, longitude, CELL_RESOLUTION)
        if cell not in self._cells:
            self._cells[cell] = self._grow()
            self._cell_at.append((*h3.cell_to_latlng(cell), _circumradius_km(cell)))
            # A new cell may lie within the rings of any remembered neighbourhood.
            self._around.clear()
        return self._cells[cell]

    def _grow(self) -> int:
        if self._lists == self.count.size:
            self.rows = np.concatenate([self.rows, np.full_like(self.rows, -1)])
            self.count = np.concatenate([self.count, np.zeros_like(self.count)])
            self._created = np.concatenate([self._created, np.zeros_like(self._created)])
        self._lists += 1
        return self._lists - 1

    def _leave(self, row: int, old: _Place) -> None:
        """Take an item out of every list; the newest that a short list had no room for takes its place."""
        for number in (*old.lists, _by_author(old.author)):
            whole = self._whole[number]
            del whole[self._at(whole, row, old.created)]
            if not whole:
                del self._whole[number]
        del self._member[row]
        for index in old.lists:
            self._remove(index, row)
            whole = self._whole.get(index, _NO_ROWS)
            if self.count[index] < POSTING_KEPT <= len(whole):
                last = whole[-POSTING_KEPT]
                self._insert(index, last, self._member[last].created)

    def _enter(self, number: int, row: int, created: int) -> None:
        whole = self._whole.setdefault(number, array("i"))
        if not whole or (self._member[whole[-1]].created, whole[-1]) < (created, row):
            whole.append(row)
        else:
            whole.insert(self._at(whole, row, created), row)

    def _at(self, whole: "array[int]", row: int, created: int) -> int:
        """Return where an item stands, or belongs, in a whole list."""
        return bisect_left(
            whole, (created, row), key=lambda other: (self._member[other].created, other)
        )

    def _insert(self, index: int, row: int, created: int) -> None:
        self._remove(index, row)
        count = int(self.count[index])
        times = self._created[index]
        at = int(np.searchsorted(-times[:count], -created, side="left"))
        while at < count and times[at] == created and self.rows[index, at] > row:
            at += 1
        if at == POSTING_KEPT:
            return
        last = min(count, POSTING_KEPT - 1)
        self.rows[index, at + 1 : last + 1] = self.rows[index, at:last].copy()
        times[at + 1 : last + 1] = times[at:last].copy()
        self.rows[index, at], times[at] = row, created
        self.count[index] = last + 1

    def _remove(self, index: int, row: int) -> None:
        count = int(self.count[index])
        places = np.flatnonzero(self.rows[index, :count] == row)
        if places.size:
            at = int(places[0])
            self.rows[index, at : count - 1] = self.rows[index, at + 1 : count].copy()
            self._created[index, at : count - 1] = self._created[index, at + 1 : count].copy()
            self.count[index] = count - 1


def _circumradius_km(cell: str) -> float:
    """Return how far a cell reaches from its centre; cells differ by where they lie."""
    centre = h3.cell_to_latlng(cell)
    return max(distance_km(*centre, *corner) for corner in h3.cell_to_boundary(cell))
