"""Orders, vouchers and redemptions as they are read back."""

from lodestone.base.money import Micros
from lodestone.base.wire import Money, time_text
from lodestone.commerce.life import ENDED, OrderState, allowed
from lodestone.commerce.order import (
    Address,
    Happening,
    LineOut,
    OrderOut,
    RedemptionOut,
    VoucherOut,
    VoucherState,
)
from lodestone.commerce.vouchers import Voucher
from lodestone.content import Community
from lodestone.services.support.ids import ORDER, VOUCHER, made_id, receipt_id
from lodestone.stores.commerce.types import (
    Line,
    OrderEvent,
    OrderRecord,
    OrderView,
    RedemptionRecord,
    VoucherRecord,
    VoucherView,
)

ASKED = ("pay", "fulfil", "cancel", "refund")


def money(community: Community, micros: int) -> Money:
    """Write an amount in the community's currency."""
    return Money(micros, community.currency)


def order_out(community: Community, view: OrderView) -> OrderOut:
    """Show an order to whoever may read it."""
    order = view.order
    return OrderOut(
        id=made_id(ORDER, community.secret, order.number),
        state=order.state.name.lower(),
        buyer=view.buyer_id,
        shop_id=order.shop,
        sale_id=order.sale,
        fulfilment=order.fulfilment,
        lines=tuple(_line(community, line) for line in order.lines),
        total=money(community, order.paid.total),
        commission=money(community, order.paid.commission),
        refunded=money(community, order.refunded),
        place=view.place,
        expires_at=None if order.due is None else time_text(order.due),
        moves=moves_of(order),
        address=view.address,
        receipt_id=None if order.receipt < 0 else receipt_id(community.secret, order.receipt),
        slot=order.slot or None,
        history=tuple(_happening(community, event) for event in view.events),
        created_at=time_text(order.created),
    )


def fresh_order(
    community: Community,
    order: OrderRecord,
    buyer: str,
    address: Address | None,
    events: list[OrderEvent],
    place: int | None,
) -> OrderOut:
    """Show an order that has just been written."""
    return order_out(community, OrderView(order, buyer, address, tuple(events), place))


def moves_of(order: OrderRecord) -> tuple[str, ...]:
    """Return what may be asked of an order next."""
    if order.state in ENDED:
        return ()
    told = [move.name.lower().replace("refund_whole", "refund") for move in allowed(order.state)]
    if order.fulfilment == "redeem" and order.state is OrderState.PAID:
        told.remove("fulfil")
    return tuple(move for move in ASKED if move in told)


def _line(community: Community, line: Line) -> LineOut:
    return LineOut(
        product_id=line.product,
        variant_id=line.variant,
        name=line.name,
        quantity=line.quantity,
        date=None if line.date is None else line.date.isoformat(),
        unit_price=money(community, line.unit),
        total=money(community, line.paid.total),
        commission=money(community, line.paid.commission),
    )


def _happening(community: Community, event: OrderEvent) -> Happening:
    return Happening(
        move=event.move.name.lower(),
        state=event.state.name.lower(),
        amount=None if event.amount is None else money(community, event.amount),
        at=time_text(event.time),
    )


def voucher_out(community: Community, view: VoucherView, now: int, *, code: bool) -> VoucherOut:
    """Show a voucher; its code only to its buyer, and to those who have sent it."""
    voucher, line = view.voucher, view.line
    return VoucherOut(
        id=made_id(VOUCHER, community.secret, voucher.number),
        code=view.code if code else None,
        order_id=made_id(ORDER, community.secret, voucher.order),
        product_id=line.product,
        variant_id=line.variant,
        shop_id=voucher.shop,
        name=line.name,
        buyer=view.buyer_id,
        date=None if line.date is None else line.date.isoformat(),
        count=voucher.standing.count,
        used=voucher.standing.used,
        refunded=voucher.standing.refunded,
        left=voucher.standing.left,
        value=money(community, voucher.paid.total),
        state=_standing(voucher.standing, now),
        expires_at=time_text(voucher.standing.expires),
        created_at=time_text(voucher.created),
    )


def _standing(voucher: Voucher, now: int) -> VoucherState:
    if voucher.left:
        return "expired" if now >= voucher.expires else "open"
    return "refunded" if voucher.refunded else "used"


def redemption_out(
    community: Community, one: RedemptionRecord, staff_id: str | None, voucher: VoucherOut
) -> RedemptionOut:
    """Show a redemption and the voucher after it."""
    return RedemptionOut(
        request_id=one.request,
        count=one.count,
        amount=money(community, one.earned.merchant),
        staff_id=staff_id,
        at=time_text(one.time),
        reversed_at=None if one.reversed is None else time_text(one.reversed),
        voucher=voucher,
    )


def left_to_refund(order: OrderRecord) -> Micros:
    """Return how much of an order has not been refunded."""
    return Micros(order.paid.total - order.refunded)


def view_of(voucher: VoucherRecord, buyer: str | None, code: str | None, line: Line) -> VoucherView:
    """Put a voucher beside what is shown of it."""
    return VoucherView(voucher, buyer, code, line)
