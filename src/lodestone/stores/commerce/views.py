"""Orders and vouchers beside whose they are: what is sealed is opened here."""

from collections.abc import Sequence

from sqlalchemy import func

from lodestone.commerce.life import OrderState
from lodestone.commerce.order import Address
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.queries import load_orders
from lodestone.stores.commerce.schema import ORDER_EVENTS, ORDERS
from lodestone.stores.commerce.types import (
    OrderEvent,
    OrderRecord,
    OrderView,
    VoucherRecord,
    VoucherView,
)
from lodestone.stores.records.people import names_of
from lodestone.stores.sql.encryption import Seal
from lodestone.stores.sql.scope import Scope, chunks


def order_views(scope: Scope, orders: Sequence[OrderRecord]) -> list[OrderView]:
    """Return orders beside whose they are, where they go and how they came here."""
    buyers = names_of(scope, [order.buyer for order in orders])
    events, docs = read_besides(scope, [order.number for order in orders])
    views = []
    for order in orders:
        buyer = buyers.get(order.buyer)
        address: Address | None = None
        if buyer is not None:
            address = rows.open_address(buyer[1], docs[order.number])
        views.append(
            OrderView(
                order,
                None if buyer is None else buyer[0],
                address,
                tuple(events.get(order.number, ())),
                place_in_line(scope, order),
            )
        )
    return views


def read_besides(
    scope: Scope, numbers: Sequence[int]
) -> tuple[dict[int, list[OrderEvent]], dict[int, bytes]]:
    """Return the moves of orders in their order, and their sealed addresses, by number."""
    events: dict[int, list[OrderEvent]] = {}
    docs: dict[int, bytes] = {}
    for some in chunks(numbers):
        query = scope.select(ORDER_EVENTS).where(ORDER_EVENTS.c.number.in_(some))
        for row in scope.fetch(query.order_by(ORDER_EVENTS.c.id)):
            events.setdefault(row.number, []).append(rows.event_of(row))
        sealed = scope.select(ORDERS, ORDERS.c.number, ORDERS.c.doc)
        for row in scope.fetch(sealed.where(ORDERS.c.number.in_(some))):
            docs[row.number] = row.doc
    return events, docs


def place_in_line(scope: Scope, order: OrderRecord) -> int | None:
    """Return how many wait before an order; None when it does not wait."""
    if order.state is not OrderState.WAITING:
        return None
    query = scope.select(ORDERS, func.count()).where(
        ORDERS.c.sale == order.sale,
        ORDERS.c.state == int(OrderState.WAITING),
        ORDERS.c.number < order.number,
    )
    count: int = scope.first(query)[0]
    return count


def voucher_views(scope: Scope, vouchers: Sequence[VoucherRecord]) -> list[VoucherView]:
    """Return vouchers beside whose they are, their code opened, and the line they were bought by."""
    buyers = names_of(scope, [voucher.buyer for voucher in vouchers])
    orders = load_orders(scope, [voucher.order for voucher in vouchers])
    views = []
    for voucher in vouchers:
        buyer = buyers.get(voucher.buyer)
        code = None
        if buyer is not None:
            code = Seal(buyer[1]).open(voucher.sealed, what=rows.CODE).decode()
        line = orders[voucher.order].lines[voucher.line]
        views.append(VoucherView(voucher, None if buyer is None else buyer[0], code, line))
    return views
