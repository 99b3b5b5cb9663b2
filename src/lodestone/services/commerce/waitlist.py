"""The line of a sale: what has come free goes to those who waited."""

from typing import Final

from lodestone.commerce.life import Transition
from lodestone.commerce.product import sale_key
from lodestone.commerce.stock import hold, joined, short
from lodestone.services.commerce.context import CommandContext
from lodestone.services.commerce.place_order import reserved_until

_LINE_MAX: Final = 1_000
"""How far back in line one looks for an order that fits."""


def admit(context: CommandContext, sale_id: str) -> int:
    """Let those in line for a sale have what has come free, the first in line that fits first.

    Returns:
        How many were let in.
    """
    admitted = 0
    allotment = context.work.stock.get(sale_key(sale_id))
    if allotment is None or allotment.available <= 0:
        return 0
    for order in context.work.orders.waiting(sale_id, _LINE_MAX):
        if order.due is not None and order.due <= context.now:
            continue
        takes = joined(order.takes)
        stock = {}
        for key in takes:
            held = context.work.stock.get(key)
            assert held is not None
            stock[key] = held
        if short(stock, takes):
            continue
        context.line(sale_id)
        context.work.stock.move(order.takes, hold)
        context.move(order, Transition.ADMIT, due=reserved_until(context, sale_id))
        context.line_moved(sale_id, -takes[sale_key(sale_id)])
        admitted += 1
    return admitted
