"""The advertiser's desk: campaigns with what stands in their way, budgets, and a shop's start in three fields."""

from functools import cache
from typing import Any

from lodestone.console.advertiser import campaign, campaigns, money, results, starting
from lodestone.console.advertiser.desk import ADVERTISER
from lodestone.console.logging_in import door_of


@cache
def advertiser_routes() -> tuple[Any, ...]:
    """Make the routes of the desk."""
    title = "The advertiser's desk"
    return (
        *campaigns.ROUTES,
        *campaign.ROUTES,
        *results.ROUTES,
        *starting.ROUTES,
        *money.ROUTES,
        *door_of(ADVERTISER, title),
    )


__all__ = ("advertiser_routes",)
