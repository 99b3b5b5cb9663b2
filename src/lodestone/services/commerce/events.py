"""What the log hears of orders: that each line was bought, and how much of it came back."""

from collections.abc import Sequence

from lodestone.base.clock import Instant
from lodestone.commerce.life import Transition
from lodestone.events.facts import SHARE_WHOLE
from lodestone.events.outcomes import FactKind
from lodestone.services.commerce.context import CommandContext
from lodestone.services.ingest.trade_facts import bought_name, told_lines
from lodestone.stores.commerce.types import OrderEvent, OrderRecord, VoucherRecord
from lodestone.stores.records.types import Deed


def tell_bought(context: CommandContext, order: OrderRecord) -> None:
    """Let the log hear that each product of an order was bought, once however many lines are of it."""
    name = context.order_id(order.number)
    for index in told_lines(order):
        deed = Deed(
            FactKind.ORDER,
            bought_name(name, index),
            context.now,
            order.buyer,
            context.item(order.lines[index].product),
            order.receipt,
            order.slot,
        )
        context.work.deeds.add(deed)


def tell_back(context: CommandContext, order: OrderRecord, before: int, after: int) -> None:
    """Let the log hear that so much of a paid order came back.

    Args:
        context: The work.
        order: The order.
        before: Micros that had come back already, of its total.
        after: Micros that have come back now; all of an order that cost nothing.
    """
    shares = (0, SHARE_WHOLE)
    if total := order.paid.total:
        shares = (SHARE_WHOLE * before // total, SHARE_WHOLE * after // total)
    for index in told_lines(order):
        _tell(context, order, index, *shares)


def tell_vouchers_back(
    context: CommandContext,
    order: OrderRecord,
    before: Sequence[VoucherRecord],
    after: Sequence[VoucherRecord],
) -> None:
    """Let the log hear how much of each product came back with its vouchers.

    Args:
        context: The work.
        order: The order.
        before: All its vouchers as they stood.
        after: The same as they stand now.
    """
    for index in told_lines(order):
        product = order.lines[index].product
        shares = [
            back_share([one for one in some if order.lines[one.line].product == product])
            for some in (before, after)
        ]
        _tell(context, order, index, *shares)


def back_share(vouchers: Sequence[VoucherRecord]) -> int:
    """Return the millionths of what some vouchers were sold for that their refunds have brought back."""
    if all(voucher.standing.refunded == voucher.standing.count for voucher in vouchers):
        return SHARE_WHOLE
    total = sum(voucher.paid.total for voucher in vouchers)
    back = sum(
        voucher.paid.total * voucher.standing.refunded // voucher.standing.count
        for voucher in vouchers
    )
    return min(SHARE_WHOLE - 1, SHARE_WHOLE * back // total) if total else 0


def _tell(context: CommandContext, order: OrderRecord, index: int, before: int, after: int) -> None:
    """Let the log hear that more of a product came back: from so many millionths of it to so many."""
    if before == after:
        return
    name = context.order_id(order.number)
    deed = Deed(
        FactKind.REFUND,
        f"refund/{name}/{index}/{after}",
        context.now,
        order.buyer,
        context.item(order.lines[index].product),
        order.receipt,
        order.slot,
        about=bought_name(name, index),
        since=_paid_at(context.work.orders.history(order)),
        share=after - before,
        whole=after == SHARE_WHOLE,
    )
    context.work.deeds.add(deed)


def _paid_at(events: tuple[OrderEvent, ...]) -> Instant:
    """Return when an order was paid, which is when the log heard that it was bought."""
    return next(event.time for event in events if event.move is Transition.PAY)
