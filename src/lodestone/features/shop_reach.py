"""How far from its shop a product may be ordered: derived from the records, and no part of what facts move."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Bools
from lodestone.base.geo import distances_km
from lodestone.features.grow import grown

_NONE: Final = -1
"""Stands where there is no product."""


class Reach(NamedTuple):
    """How far a shop sells a product, and how."""

    radius_km: float
    delivers: bool
    """It may be delivered: then what counts is an address, for which a decision takes the viewer's home."""
    areas: tuple[tuple[float, float, float], ...] = ()
    """Of a shop without a position: where it delivers to, as latitude, longitude, km; none: anywhere."""


class ShopReach:
    """The reach of every product, by item row."""

    def __init__(self) -> None:
        self._radius = np.full(1024, _NONE, np.float32)
        self._delivers = np.zeros(1024, np.uint8)
        self._areas: dict[int, NDArray[np.float64]] = {}
        """By item row, shape (areas, 3)."""
        self.known = False
        """Whether there is any product."""

    def put(self, row: int, reach: Reach | None) -> None:
        """Set or forget how far the product of an item row is sold."""
        if reach is None and row >= self._radius.size:
            return
        self._radius = grown(self._radius, row + 1, _NONE)
        self._delivers = grown(self._delivers, row + 1)
        self._radius[row] = _NONE if reach is None else reach.radius_km
        self._delivers[row] = reach is not None and reach.delivers
        self._areas.pop(row, None)
        if reach is not None and reach.areas:
            self._areas[row] = np.asarray(reach.areas, np.float64)
        self.known = self.known or reach is not None

    def beyond(
        self,
        rows: NDArray[np.int32],
        items: np.ndarray,
        here: tuple[float, float],
        home: tuple[float, float],
    ) -> Bools:
        """Say which items are products whose radius forbids an order of this viewer's.

        Args:
            rows: Shape (candidates,). Item rows.
            items: Shape (items,) of `ITEM`: a product's position is its shop's.
            here: Where the viewer is, degrees; NaN forbids nothing.
            home: Where they live, the same.

        Returns:
            Shape (candidates,).
        """
        unreachable = np.zeros(rows.size, np.bool_)
        sold = np.flatnonzero(rows < self._radius.size)
        sold = sold[self._radius[rows[sold]] >= 0]
        if not sold.size:
            return unreachable
        item = items[rows[sold]]
        shop = item["latitude"], item["longitude"]
        radius, delivers = self._radius[rows[sold]], self._delivers[rows[sold]] == 1
        with np.errstate(invalid="ignore"):
            away = distances_km(*here, *shop) > radius
            # Of whoever has no home here nobody knows to which address they would order.
            too_far = ~(distances_km(*home, *shop) <= radius) & ~np.isnan(home[0])
        unreachable[sold] = away & (~delivers | too_far)
        if self._areas and not np.isnan(home[0]):
            for index in sold:
                areas = self._areas.get(int(rows[index]))
                if areas is not None:
                    distances = distances_km(*home, areas[:, 0], areas[:, 1])
                    unreachable[index] = bool((distances > areas[:, 2]).all())
        return unreachable
