"""Everything of trade that must agree with itself and with the ledger, read at one moment."""

from lodestone.stores.commerce import rows
from lodestone.stores.commerce.queries import load_orders
from lodestone.stores.commerce.schema import (
    ORDER_EVENTS,
    ORDERS,
    PAYMENTS,
    REDEMPTIONS,
    SALE_TAKEN,
    STOCK,
    VOUCHERS,
)
from lodestone.stores.commerce.types import CommerceSnapshot
from lodestone.stores.ledger.read import Snapshot
from lodestone.stores.sql.scope import Scope


class Whole(Snapshot):
    """See `TradeSnapshot`."""

    def commerce(self) -> CommerceSnapshot:
        """See `TradeSnapshot.commerce`."""
        return read_whole(self.scope)


def read_whole(scope: Scope) -> CommerceSnapshot:
    """Read the orders, vouchers and stock of a community whole."""
    numbers = scope.fetch(scope.select(ORDERS, ORDERS.c.number).order_by(ORDERS.c.number))
    orders = load_orders(scope, [row.number for row in numbers])
    vouchers = scope.fetch(scope.select(VOUCHERS).order_by(VOUCHERS.c.number))
    redeemed = scope.select(REDEMPTIONS).order_by(REDEMPTIONS.c.shop, REDEMPTIONS.c.request)
    events = scope.fetch(scope.select(ORDER_EVENTS).order_by(ORDER_EVENTS.c.id))
    payments = scope.select(PAYMENTS).order_by(PAYMENTS.c.number)
    taken = scope.fetch(scope.select(SALE_TAKEN))
    return CommerceSnapshot(
        tuple(orders[number] for number in sorted(orders)),
        tuple(rows.voucher_record(row) for row in vouchers),
        tuple(rows.redemption_record(row) for row in scope.fetch(redeemed)),
        tuple(rows.event_of(row) for row in events),
        tuple(rows.payment_record(row) for row in scope.fetch(payments)),
        {row.key: rows.stock_of(row) for row in scope.fetch(scope.select(STOCK))},
        {(row.sale, row.ordinal): row.units for row in taken},
    )
