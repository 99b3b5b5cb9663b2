"""What time brings about: reservations, waits, holds and vouchers whose time is over."""

from typing import Final

from lodestone.base.money import Micros
from lodestone.commerce.life import Move, OrderState
from lodestone.commerce.payment import PaymentKind
from lodestone.services.trade_counter import Counter
from lodestone.services.trade_line import admit
from lodestone.services.trade_moves import give_back, leave, refund_units

BATCH: Final = 500


def expire(counter: Counter) -> int:
    """Let up to `BATCH` orders and vouchers expire, the oldest first, and the lines move up.

    Returns:
        How many there were; again until there are none.
    """
    due = counter.till.due(BATCH)
    for order in due:
        if order.state is OrderState.PAID and order.paid.total:
            name = counter.order_id(order.number)
            counter.must(counter.book.release(name, order.shop, order.provider, expired=True))
            left = Micros(order.paid.total - order.refunded)
            give_back(counter, order, PaymentKind.RELEASE, left)
        leave(counter, order, Move.EXPIRE)
    over = counter.till.vouchers_over(BATCH)
    for voucher in over:
        order_of = counter.till.order(voucher.order)
        assert order_of is not None
        what = f"expired {voucher.number}"
        refund_units(counter, order_of, [voucher], voucher.standing.left, what)
    for sale in counter.till.lines_of_waiting():
        admit(counter, sale)
    return len(due) + len(over)
