"""The merchant's desk: vouchers redeemed, orders handed over, stock, the shop's statement."""

from functools import cache
from typing import Any

from lodestone.console.logging_in import door_of
from lodestone.console.merchant import (
    customers,
    files,
    orders,
    pictures,
    products,
    queued,
    redeeming,
    scanning,
    shopkeeping,
    statement,
    stock,
)
from lodestone.console.merchant.desk import MERCHANT


@cache
def merchant_routes() -> tuple[Any, ...]:
    """Make the routes of the desk."""
    title = "The merchant's desk"
    return (
        *redeeming.ROUTES,
        *scanning.ROUTES,
        *orders.ROUTES,
        *queued.ROUTES,
        *products.ROUTES,
        *pictures.ROUTES,
        *shopkeeping.ROUTES,
        *stock.ROUTES,
        *customers.ROUTES,
        *statement.ROUTES,
        *files.ROUTES,
        *door_of(MERCHANT, title),
    )


__all__ = ("merchant_routes",)
