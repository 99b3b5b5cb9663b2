"""Which of a person's deeds speak most for an item: likeness taken apart, worked out plainly for whoever asks why.

A score is a sum over deeds (`models.alike`), so each deed's part of it is known: its weight times the likeness of the two items.
Deeds older than the lists lie beside the profile they were added up to, with the weights they had then; newer ones
are read from the state, up to the instant of the decision. Nothing here is asked while a decision is made.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.clock import Instant
from lodestone.features.history import SINCE_MAX, STRONG, WEAK_STRENGTH
from lodestone.features.view import StateView
from lodestone.models.alike import NEWEST_MAX, WEAK, Alike, AlikeTable, Scored, blend

_NONE: Final = np.zeros(0, np.int64)
_NO_WEIGHTS: Final = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Behind:
    """What speaks for one item."""

    score: float
    """By profile and newer deeds, as the decision had it."""
    item: Ints
    """Shape (items,). Item rows whose deeds have a part in it, the largest part first, each once."""
    part: Floats
    """Shape (items,). What each adds to the score, above 0."""


class DeedsBehind:
    """What one person's deeds say of some items, as likeness knew them at an instant."""

    def __init__(
        self, alike: Alike, state: StateView, person: int, until: Instant, rows: NDArray[np.int32]
    ) -> None:
        """Gather them.

        Args:
            alike: The lists that decided.
            state: The serving state.
            person: Person row, -1 for nobody.
            until: Deeds after it are left out.
            rows: Shape (candidates,). Item rows.
        """
        table, self._rows = alike.table, rows
        self._popular, self._model = table.popular, alike.model
        at = alike.profile_of(int(state.people["ordinal"][person])) if person >= 0 else -1
        fresh, weights, taught = _NONE, _NO_WEIGHTS, (_NONE, _NO_WEIGHTS)
        self.total, profile, profile_any = 0.0, np.zeros(rows.size), False
        """Sum of the deeds' weights."""
        if person >= 0:
            since = int(table.newest[at]) if at >= 0 else -1
            fresh, weights = _fresh(state, person, since, until)
            self.total = float(weights.sum())
        if at >= 0:
            self.total += float(table.total[at])
            profile_any = bool((table.best[at] >= 0).any())
            hit = table.best[at][:, None] == rows
            scores = table.score[at].astype(np.float64) * float(table.unit[at])
            profile = scores @ hit
            taught = _taught(table, at)
        listed = fresh[(fresh >= 0) & (fresh < table.place.size)]
        lists = table.place[listed]
        self._known = profile_any or bool((table.near[lists[lists >= 0]] >= 0).any())
        new = _parts(table, fresh, weights, rows)
        # What is not among a profile's best counts with its newer deeds alone.
        old = _parts(table, *taught, rows) * (profile > 0)
        self._score = profile + new.sum(axis=0)
        # Where a profile's deeds are not known its largest parts are not, so none is named.
        self._parts = np.concatenate([new, old]) * ((profile == 0) | old.any(axis=0))
        self._deeds = np.concatenate([fresh, taught[0]])

    def terms(self) -> Floats:
        """Return what `Alike.terms` does; shape (3, rows)."""
        rows, popular = self._rows, self._popular
        known = rows < popular.size
        out = np.zeros((3, rows.size))
        out[1, known] = popular[rows[known]]
        if self.total > 0:
            out[0] = np.log1p(self._score / (self.total * self._model.floor))
        blend(self._model, Scored(self.total, -1, self._known), out)
        return out

    def behind(self, index: int) -> Behind:
        """Return what speaks for a row, and how much of it each deed.

        Args:
            index: Which of the rows.
        """
        item, place = np.unique(self._deeds, return_inverse=True)
        part = np.zeros(item.size)
        np.add.at(part, place, self._parts[:, index])
        order = np.lexsort((item, -part))
        order = order[part[order] > 0]
        return Behind(float(self._score[index]), item[order], part[order])


def _taught(table: AlikeTable, at: int) -> tuple[Ints, Floats]:
    """Return the deeds that were added up to a profile and what each weighs; none where a version did not keep them."""
    if not table.deed_start.size:
        return _NONE, _NO_WEIGHTS
    part = slice(*table.deed_start[at : at + 2].tolist())
    return table.deed_item[part].astype(np.int64), table.deed_weight[part].astype(np.float64)


def _parts(table: AlikeTable, deeds: Ints, weights: Floats, rows: NDArray[np.int32]) -> Floats:
    """Return what each deed adds to each row's score, shape (deeds, rows)."""
    parts = np.zeros((deeds.size, rows.size))
    known = np.flatnonzero((deeds >= 0) & (deeds < table.place.size))
    known = known[table.place[deeds[known]] >= 0]
    lists = table.place[deeds[known]]
    near = table.near[lists]
    for index, row in enumerate(rows.tolist()):
        deed, neighbour = np.nonzero(near == row)
        list_row = lists[deed]
        value = table.weight[list_row, neighbour].astype(np.float64)
        parts[known[deed], index] = weights[known[deed]] * table.scale[list_row] * value
    return parts


def _fresh(state: StateView, person: int, since: int, until: Instant) -> tuple[Ints, Floats]:
    """Return a person's deeds after one instant and up to another, and what each weighs, as a decision takes them.

    The twin of `History.since` and `likeness.newest` with an end; a deed done again after `until` is known by its latest time alone.
    """
    items, times, whats = state.history.deeds(person)
    order = np.lexsort((items, times))[::-1]
    order = order[(times[order] > since) & (times[order] <= until) & (whats[order] != 0)]
    order = order[:SINCE_MAX]
    strong = items[order].astype(np.int64)
    strength = np.where((whats[order] & STRONG) != 0, 1.0, WEAK_STRENGTH)
    ring, when = state.positives[person], state.positive_time[person]
    weak = ring[(ring >= 0) & (when > since) & (when <= until) & ~np.isin(ring, strong)]
    rows = np.concatenate([strong, weak.astype(np.int64)])[:NEWEST_MAX]
    weights = np.concatenate([strength, np.full(weak.size, WEAK)])[:NEWEST_MAX]
    return rows, weights
