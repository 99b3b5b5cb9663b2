"""Distance: the server decides it from claims, by the great circle.

Coordinates are the client's claim and nobody can prove them; what can be refused is a claim that
contradicts an earlier one (nobody flies faster than an airliner between two orders).
"""

from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import HOUR_MICROS, Instant
from lodestone.base.geo import distance_km
from lodestone.base.wire import Position

TRAVEL_KM: Final = 1.0
"""Two claims within this distance are one place."""
TRAVEL_KM_PER_HOUR: Final = 900.0
PRESENT_KM: Final = 1.0
"""How far from the shop a buyer may be for a redemption to count as presence."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Where somebody said they were, and when."""

    position: Position
    at: Instant


def between_km(one: Position, other: Position) -> float:
    """Return the great-circle distance of two positions."""
    return distance_km(one.latitude, one.longitude, other.latitude, other.longitude)


def km_text(distance: float) -> str:
    """Write a distance for a person: metres below ten kilometres, tenths of a kilometre above.

    Rounded up, so that what lies just outside a radius never reads as if it lay on it.

    >>> km_text(10.0004), km_text(0.2501), km_text(1234.56)
    ('10.1 km', '0.251 km', '1234.6 km')
    """
    unit = 1000 if distance < 10 else 10
    return f"{-(-distance * unit // 1) / unit:g} km"


def impossible(before: Claim | None, now: Claim) -> bool:
    """Say whether nobody could have come from one claim to the other: over 1 km at over 900 km/h.

    Claims that arrive out of order are judged by the time between them, whichever came first.
    """
    if before is None:
        return False
    distance = between_km(before.position, now.position)
    hours = abs(now.at - before.at) / HOUR_MICROS
    return distance > TRAVEL_KM and distance > TRAVEL_KM_PER_HOUR * hours
