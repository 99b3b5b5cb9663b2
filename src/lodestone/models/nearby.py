"""Places as they are lived: which of the posts around a viewer they will go to next.

On the surface `place` likeness and distance belong together. Beside the likeness of `models.alike`, in logits:

    distance   -log(km from where the viewer stands + 0.1)
    popular    log(1 + deeds with the post / mean deeds of a post of this circle)
    haunts     -log(km from the nearest place where the viewer often is, home among them, + 0.1)
    next       log(1 + 20 x share of those who went on from the place the viewer was at last, and went here)
    hour       log of how much of what is done here is done at this hour, over what is everywhere
    weekday    the same of the day of the week

Weights are learned with the item lists by a conditional logit over held-out deeds (`learning.places`) and lie in
their version; where the log is silent they stand at `DEFAULTS`. Logits are relative to the circle's mean, so that a chance on
this surface is, on the whole, what it is elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.clock import DAY_MICROS, Instant
from lodestone.events.outcomes import FactKind
from lodestone.features.history import BOUGHT, STRONG, VISITED
from lodestone.features.view import StateView
from lodestone.models import around, around_kernel
from lodestone.models.alike import NOBODY_ALIKE, Alike, Scored, around_weights
from lodestone.models.nearby_model import TERMS, NearbyModel
from lodestone.traffic.decision import Rows

CANDIDATES: Final = 768
SCAN_MAX: Final = 16_384
"""The most posts of one circle that are scored; beyond them the cells farthest away are left out."""
HAUNTS_MAX: Final = 24
HAUNT_KM: Final = 0.5
"""Two places nearer than this are one haunt."""
AT_KM: Final = 1.0
"""Whoever stands within this of the place they were at last goes on from there."""
NEXT_KEPT: Final = 16
LIFT_UNIT: Final = 32.0
"""Lifts of hours and weekdays are stored in eight bits, in so many parts of a logit."""
SHARE_UNIT: Final = 255.0
LOGIT_MAX: Final = 8.0
_HABIT_HALF_LIFE: Final = 28 * DAY_MICROS
"""What was learned of hours counts half when nothing has been heard for so long: habits change."""


@dataclass(frozen=True, slots=True)
class NearbyTable:
    """What was learned of places, by the index of an item's list (`AlikeTable.place`)."""

    onward: NDArray[np.int32]
    """Shape (lists, next). Item rows that people went on to, most often first, -1 padded."""
    onward_share: NDArray[np.uint8]
    """Shape (lists, next). Of those who went on, in parts of `SHARE_UNIT`."""
    lift: NDArray[np.int8]
    """Shape (lists, 24 + 7). Hours, then weekdays from Monday, in parts of `LIFT_UNIT`."""

    @classmethod
    def of(cls, columns: Mapping[str, NDArray[Any]]) -> "NearbyTable | None":
        """Take columns by name; None for a version made before there were any."""
        if not all(name in columns for name in cls.__slots__):
            return None
        return cls(**{name: columns[name] for name in cls.__slots__})

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name."""
        return {name: getattr(self, name) for name in self.__slots__}


class Spot(NamedTuple):
    """Where and when somebody looks around."""

    latitude: float
    longitude: float
    area: tuple[float, float, float]
    """Latitude, longitude and kilometres of the circle that is looked at."""
    person: int
    """Person row; -1 for nobody, and for whoever asked for the non-personalised form."""
    weekday: int
    """0 is Monday."""
    hour: int
    now: Instant


_NO_TABLE: Final = NearbyTable(
    np.zeros((0, NEXT_KEPT), np.int32),
    np.zeros((0, NEXT_KEPT), np.uint8),
    np.zeros((0, 31), np.int8),
)
_NO_PLACE: Final = np.zeros(0, np.int32)
_NO_POPULAR: Final = np.zeros(0, np.float32)


class Nearby:
    """Scores what lies around viewers of one community; what `look` found holds until the next call."""

    def __init__(
        self, alike: Alike | None = None, table: NearbyTable | None = None, *, compiled: bool = True
    ) -> None:
        """Score by what a version of item lists learned, or by the defaults."""
        learned = None if alike is None else alike.model.nearby
        self.model = NearbyModel() if learned is None else learned
        self.alike = alike
        self._table = table if table is not None else _NO_TABLE
        known = alike is not None and table is not None
        self._place = alike.table.place if alike is not None and known else _NO_PLACE
        self._popular = alike.table.popular if alike is not None else _NO_POPULAR
        self._weights = np.array(self.model.weights)
        own = around_weights(None if alike is None else alike.model)[0]
        self._likeness = float(own[FactKind.LIKE])
        self._do = around_kernel if compiled else around
        self._areas = np.empty((HAUNTS_MAX, 2))
        self._spot: Spot | None = None
        self._haunts = self._areas[:0]
        self._onward, self._share = _NO_PLACE, np.zeros(0)
        self._mean_popular, self._centre = 1.0, 0.0

    def look(self, state: StateView, spot: Spot) -> None:
        """Take up where somebody stands, where they often are, and where people go on to from the place they were at."""
        self._spot = spot
        rows, _, marks = state.history.latest(spot.person)
        been = (marks & (VISITED | BOUGHT if self.model.visits else STRONG)) != 0
        rows = rows[been & ~np.isnan(state.items["latitude"][rows])]
        home = (np.nan, np.nan)
        if spot.person >= 0:
            viewer = state.people[spot.person]
            home = (float(viewer["latitude"]), float(viewer["longitude"]))
        count = self._do.haunts(state.items, rows, *home, HAUNT_KM, self._areas)
        self._haunts = self._areas[:count]
        self._onward, self._share = _NO_PLACE, np.zeros(0)
        if rows.size and self._at(state, int(rows[0])):
            index = int(self._place[rows[0]]) if rows[0] < self._place.size else -1
            if index >= 0:
                onward = self._table.onward[index]
                count = int((onward >= 0).sum())
                self._onward = onward[:count]
                self._share = self._table.onward_share[index, :count] / SHARE_UNIT

    def _at(self, state: StateView, row: int) -> bool:
        """Say whether the viewer stands at an item's place."""
        spot, item = self._spot, state.items[row]
        assert spot is not None
        away = around.distances(
            spot.latitude,
            spot.longitude,
            np.array([item["latitude"]]),
            np.array([item["longitude"]]),
        )
        return bool(away[0] <= AT_KM)

    def candidates(
        self, state: StateView, rows: Rows, scored: Scored, marks: Ints, base: int
    ) -> Rows:
        """Return the best of a whole circle that are live, within it and not marked; they set the circle's mean.

        Args:
            state: The serving state.
            rows: Shape (posts,). Item rows of the cells that the circle touches, nearest first.
            scored: What speaks for each item by people alike.
            marks: Shape (items,). Above `base` where a row must not come.
            base: See `marks`.
        """
        spot = self._spot
        assert spot is not None
        some = np.sort(rows[:SCAN_MAX]).astype(np.int64)
        some = some[: self._do.inside(state.items, some, marks, base, spot.area)]
        self._mean_popular, self._centre = 1.0, 0.0
        if not some.size:
            return some.astype(np.int32)
        known = some[some < self._popular.size]
        mean = float(np.expm1(self._popular[known].astype(np.float64)).sum()) / some.size
        self._mean_popular = mean if mean > 0 else 1.0
        logits = self._weights @ self.terms(state, some)
        self._centre = float(logits.mean())
        if some.size > CANDIDATES:
            if self.alike is not None:
                logits += self._likeness * self.alike.terms(some.astype(np.int32), scored)[0]
            best = np.argpartition(-logits, CANDIDATES)[:CANDIDATES]
            some = some[best]
        return some.astype(np.int32)

    def terms(self, state: StateView, rows: NDArray[np.integer]) -> Floats:
        """Return every term of some rows as it stands, unweighted; shape (terms, rows)."""
        spot = self._spot
        assert spot is not None
        out = np.empty((len(TERMS), rows.size))
        age = max(0, spot.now - self.model.newest)
        fade = 0.5 ** (age / _HABIT_HALF_LIFE) / LIFT_UNIT
        self._do.terms(
            state.items,
            rows,
            spot.latitude,
            spot.longitude,
            self._haunts,
            self._place,
            self._popular,
            self._mean_popular,
            self._onward,
            self._share,
            self._table.lift,
            spot.hour,
            spot.weekday,
            fade,
            out,
        )
        return out

    def pair(self, state: StateView, rows: Rows, scored: Scored) -> Floats:
        """Return likeness, the logits of the other terms over the circle's mean, and what content weighs; shape (3, rows)."""
        out = np.zeros((3, rows.size))
        out[2] = 1.0
        if self.alike is not None:
            out[:] = self.alike.terms(rows, scored)
        logits = self._weights @ self.terms(state, rows) - self._centre
        out[1] = np.clip(logits, -LOGIT_MAX, LOGIT_MAX)
        return out

    def again(self, state: StateView, rows: Rows) -> tuple[Floats, dict[str, Floats]]:
        """Work out what the last look said of rows once more: for saying why, right after deciding.

        Returns:
            What `pair` returned, and its second row by term; `circle` is the circle's mean, which is taken off. Shapes (rows,).
        """
        spot = self._spot
        assert spot is not None
        scored = NOBODY_ALIKE if self.alike is None else self.alike.score_whole(state, spot.person)
        pair = self.pair(state, rows, scored)
        shares = self._weights[:, None] * self.terms(state, rows)
        terms = dict(zip(TERMS, shares, strict=True))
        terms["circle"] = pair[1] - shares.sum(axis=0)
        return pair, terms
