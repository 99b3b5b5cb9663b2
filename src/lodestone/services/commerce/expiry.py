"""What time brings about: reservations, waits, holds and vouchers whose time is over."""

from collections.abc import Collection, Sequence
from typing import Final

from lodestone.base.errors import CorruptError
from lodestone.base.money import Micros
from lodestone.commerce.life import OrderState, Transition
from lodestone.commerce.payment import PaymentKind
from lodestone.services.commerce.context import CommandContext
from lodestone.services.commerce.transitions import give_back, leave, refund_units
from lodestone.services.commerce.waitlist import admit
from lodestone.stores.commerce.unit_of_work import TradeUnitOfWork

BATCH: Final = 500
_ORDER: Final = "order"
_VOUCHER: Final = "voucher"
_LINE: Final = "line"


def due_now(work: TradeUnitOfWork, waiting: Collection[str]) -> list[str]:
    """Name what time has made due: up to `BATCH` orders and vouchers, the oldest first, and the lines of sales.

    Args:
        work: Reads only.
        waiting: Names of what has failed and is not to be tried yet; they are left out.
    """
    orders, vouchers = (
        [int(name.partition(" ")[2]) for name in waiting if name.startswith(kind)]
        for kind in (_ORDER, _VOUCHER)
    )
    due = [f"{_ORDER} {number}" for number in work.orders.due(BATCH, orders)]
    over = [f"{_VOUCHER} {number}" for number in work.vouchers.expired(BATCH, vouchers)]
    lines = [f"{_LINE} {sale}" for sale in work.orders.sales_waited_in()]
    return [*due, *over, *lines] if due or over else []


def expire(context: CommandContext, rows: Sequence[str]) -> None:
    """Let orders and vouchers expire and lines move up, by the names that `due_now` gave.

    What is no longer due, since it was moved meanwhile, is left alone.
    """
    parts = [row.partition(" ") for row in rows]
    context.work.orders.some([int(name) for kind, _, name in parts if kind == _ORDER])
    for kind, _, name in parts:
        if kind == _LINE:
            admit(context, name)
        elif kind == _ORDER:
            _expire_order(context, int(name))
        else:
            _expire_voucher(context, int(name))


def _expire_order(context: CommandContext, number: int) -> None:
    order = context.work.orders.get(number)
    if order is not None and order.due is not None and order.due <= context.now:
        if order.state is OrderState.PAID and order.paid.total:
            name = context.order_id(order.number)
            context.must(context.book.release(name, order.shop, order.provider, expired=True))
            left = Micros(order.paid.total - order.refunded)
            give_back(context, order, PaymentKind.RELEASE, left)
        leave(context, order, Transition.EXPIRE)


def _expire_voucher(context: CommandContext, number: int) -> None:
    for voucher in context.work.vouchers.at([number]):
        order = context.work.orders.get(voucher.order)
        if order is None:
            raise CorruptError("order_lost", f"voucher {number} is of an order that is not there")
        if voucher.standing.left and voucher.standing.expires <= context.now:
            what = f"expired {voucher.number}"
            refund_units(context, order, [voucher], voucher.standing.left, what)
