"""The creator's desk: offers and bids, orders from draft to settlement, and the terms on which they are taken."""

from functools import cache
from typing import Any

from lodestone.console.creator import briefs, money, offer, order, orders, permits, profile, works
from lodestone.console.creator.desk import CREATOR
from lodestone.console.logging_in import door_of


@cache
def creator_routes() -> tuple[Any, ...]:
    """Make the routes of the desk."""
    title = "The creator's desk"
    return (
        *orders.ROUTES,
        *order.ROUTES,
        *offer.ROUTES,
        *briefs.ROUTES,
        *profile.ROUTES,
        *money.ROUTES,
        *permits.ROUTES,
        *works.ROUTES,
        *door_of(CREATOR, title),
    )


__all__ = ("creator_routes",)
