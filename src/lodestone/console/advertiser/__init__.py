"""The advertiser's desk: campaigns and budgets, a shop's start in three fields, and what is ordered from creators."""

from functools import cache
from typing import Any

from lodestone.console.advertiser import (
    brief_form,
    briefs,
    campaign,
    campaigns,
    money,
    order,
    orders,
    results,
    starting,
)
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
        *orders.ROUTES,
        *order.ROUTES,
        *briefs.ROUTES,
        *brief_form.ROUTES,
        *door_of(ADVERTISER, title),
    )


__all__ = ("advertiser_routes",)
