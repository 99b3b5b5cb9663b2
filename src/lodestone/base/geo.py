"""Distances on the globe, in kilometres, WGS 84 degrees taken as a sphere (error under 0.6 %)."""

from math import asin, cos, radians, sin, sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats

EARTH_RADIUS_KM: Final = 6371.0088


def distance_km(
    latitude: float, longitude: float, latitude_to: float, longitude_to: float
) -> float:
    """Measure the great circle between two points by the haversine formula.

    >>> round(distance_km(26.38, 108.08, 26.38, 108.18), 2)
    9.96
    """
    phi, phi_to = radians(latitude), radians(latitude_to)
    half = sin((phi_to - phi) / 2) ** 2
    half += cos(phi) * cos(phi_to) * sin(radians(longitude_to - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(half)))


def distances_km(
    latitude: float, longitude: float, latitude_to: NDArray[Any], longitude_to: NDArray[Any]
) -> Floats:
    """Measure great circles from one point to many, same shape; NaN where a coordinate is."""
    phi, phi_to = np.radians(latitude), np.radians(latitude_to.astype(np.float64))
    turn = np.radians(longitude_to.astype(np.float64) - longitude)
    half = np.sin((phi_to - phi) / 2) ** 2 + np.cos(phi) * np.cos(phi_to) * np.sin(turn / 2) ** 2
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    return distance
