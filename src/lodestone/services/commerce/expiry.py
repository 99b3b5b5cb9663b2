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


def due_now(till: TradeUnitOfWork, waiting: Collection[str]) -> list[str]:
    """Name what time has made due: up to `BATCH` orders and vouchers, the oldest first, and the lines of sales.

    Args:
        till: Reads only.
        waiting: Names of what has failed and is not to be tried yet; they are left out.
    """
    orders, vouchers = (
        [int(name.partition(" ")[2]) for name in waiting if name.startswith(kind)]
        for kind in (_ORDER, _VOUCHER)
    )
    due = [f"{_ORDER} {number}" for number in till.due(BATCH, orders)]
    over = [f"{_VOUCHER} {number}" for number in till.vouchers_over(BATCH, vouchers)]
    lines = [f"{_LINE} {sale}" for sale in till.lines_of_waiting()]
    return [*due, *over, *lines] if due or over else []


def expire(counter: CommandContext, rows: Sequence[str]) -> None:
    """Let orders and vouchers expire and lines move up, by the names that `due_now` gave.

    What is no longer due, since it was moved meanwhile, is left alone.
    """
    parts = [row.partition(" ") for row in rows]
    counter.till.orders([int(name) for kind, _, name in parts if kind == _ORDER])
    for kind, _, name in parts:
        if kind == _LINE:
            admit(counter, name)
        elif kind == _ORDER:
            _expire_order(counter, int(name))
        else:
            _expire_voucher(counter, int(name))


def _expire_order(counter: CommandContext, number: int) -> None:
    order = counter.till.order(number)
    if order is not None and order.due is not None and order.due <= counter.now:
        if order.state is OrderState.PAID and order.paid.total:
            name = counter.order_id(order.number)
            counter.must(counter.book.release(name, order.shop, order.provider, expired=True))
            left = Micros(order.paid.total - order.refunded)
            give_back(counter, order, PaymentKind.RELEASE, left)
        leave(counter, order, Transition.EXPIRE)


def _expire_voucher(counter: CommandContext, number: int) -> None:
    for voucher in counter.till.vouchers_at([number]):
        order = counter.till.order(voucher.order)
        if order is None:
            raise CorruptError("order_lost", f"voucher {number} is of an order that is not there")
        if voucher.standing.left and voucher.standing.expires <= counter.now:
            what = f"expired {voucher.number}"
            refund_units(counter, order, [voucher], voucher.standing.left, what)
