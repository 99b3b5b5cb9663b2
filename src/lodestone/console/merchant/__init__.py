"""The merchant's desk: vouchers redeemed, orders handed over, stock, the shop's statement."""

from typing import Any

from lodestone.console.logging_in import door_of
from lodestone.console.merchant import files, orders, redeeming, statement, stock
from lodestone.console.merchant.desk import MERCHANT


def merchant_routes() -> list[Any]:
    """Make the routes of the desk."""
    title = "The merchant's desk"
    return [
        *redeeming.ROUTES,
        *orders.ROUTES,
        *stock.ROUTES,
        *statement.ROUTES,
        *files.ROUTES,
        *door_of(MERCHANT, title),
    ]


__all__ = ("merchant_routes",)
