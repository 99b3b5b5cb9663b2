"""Distances on the globe, in kilometres, WGS 84 degrees taken as a sphere (error under 0.6 %)."""

from math import asin, cos, radians, sin, sqrt
from typing import Final

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
