"""How far what an ad leads to is sold: an ad reaches whom an order would be taken from, as `features.shop_reach` says of posts."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from lodestone.base.geo import distance_km

Point: TypeAlias = tuple[float, float]
"""Latitude and longitude, WGS 84 degrees."""


class SellingRange(NamedTuple):
    """Where a product is sold, or anything of a shop."""

    circles: tuple[tuple[float, float, float], ...]
    """Latitude, longitude and kilometres: around the shop, or the areas that one without a position delivers to; none: anywhere."""
    stands: bool
    """The shop stands somewhere: whoever is there may buy."""
    delivers: bool
    """It may be delivered: then whoever lives there may buy, and of whom nobody knows where they live is not turned away."""


def reaches(sold: SellingRange, here: Point | None, home: Point | None) -> bool:
    """Say whether an order of somebody's could be taken.

    Args:
        sold: Where it is sold.
        here: Where they are; None unknown, which turns nobody away.
        home: Where they live; None unknown.

    >>> soup = SellingRange(((26.4, 108.1, 5.0),), stands=True, delivers=False)
    >>> reaches(soup, (26.4, 108.1), None), reaches(soup, (27.4, 108.1), (26.4, 108.1)), reaches(soup, None, None)
    (True, False, True)
    """
    if here is None or not sold.circles:
        return True
    if sold.stands and _inside(sold.circles, here):
        return True
    return sold.delivers and (home is None or _inside(sold.circles, home))


def _inside(circles: Sequence[tuple[float, float, float]], point: Point) -> bool:
    return any(distance_km(*point, at, east) <= radius for at, east, radius in circles)
