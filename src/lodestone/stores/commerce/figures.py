"""Figures of a shop's orders, counted in the database."""

from typing import Final

from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.commerce.life import HAS_SOLD, UNPAID, OrderState
from lodestone.stores.commerce.queries import load_orders
from lodestone.stores.commerce.rows import FULFILMENTS
from lodestone.stores.commerce.schema import ORDER_LINES, ORDERS
from lodestone.stores.commerce.types import CustomerRecord, KeptPrice, OrderView
from lodestone.stores.commerce.views import order_views
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import names_of

_OPEN: Final = sorted(int(state) for state in UNPAID | {OrderState.PAID})
"""States of orders that are still to be paid, handed over or redeemed."""

_SOLD: Final = sorted(int(state) for state in HAS_SOLD)
_HANDED: Final = [FULFILMENTS.index(way) for way in ("pickup", "delivery")]


class ShopFigures(RecordsBase):
    """See `TradeRecords`, the parts that count."""

    def kept_prices(self, community: str, shop_id: str, product_id: str) -> list[KeptPrice]:
        """See `TradeRecords.kept_prices`."""
        lines = ORDER_LINES.c
        same = (lines.tenant == ORDERS.c.tenant) & (lines.number == ORDERS.c.number)
        orders = func.count(ORDERS.c.number.distinct())
        with self._reading(community) as scope:
            query = (
                scope.select(ORDERS, lines.variant, lines.unit, orders)
                .join(ORDER_LINES, same)
                .where(ORDERS.c.shop == shop_id, ORDERS.c.state.in_(_OPEN))
                .where(lines.product == product_id)
                .group_by(lines.variant, lines.unit)
                .order_by(lines.variant, lines.unit)
            )
            rows = scope.fetch(query)
            return [KeptPrice(variant, Micros(unit), count) for variant, unit, count in rows]

    def customers(self, community: str, shop_id: str, *, limit: int) -> list[CustomerRecord]:
        """See `TradeRecords.customers`."""
        orders = ORDERS.c
        last = func.max(orders.created)
        with self._reading(community) as scope:
            query = (
                scope.select(
                    ORDERS, orders.buyer, func.count(), func.sum(orders.total - orders.refunded),
                    func.min(orders.created), last,
                )
                .where(orders.shop == shop_id, orders.state.in_(_SOLD))
                .group_by(orders.buyer)
                .order_by(last.desc(), orders.buyer)
                .limit(limit)
            )  # fmt: skip
            rows = scope.fetch(query)
            present = names_of(scope, [row[0] for row in rows])
        return [
            CustomerRecord(buyer, count, int(spent), Instant(first), Instant(latest))
            for buyer, count, spent, first, latest in rows
            if buyer in present
        ]

    def orders_taken(
        self,
        community: str,
        shop_id: str,
        *,
        first: Instant,
        last: Instant,
        before: int | None,
        limit: int,
    ) -> list[OrderView]:
        """See `TradeRecords.orders_taken`."""
        with self._reading(community) as scope:
            query = scope.select(ORDERS, ORDERS.c.number).where(
                ORDERS.c.shop == shop_id, ORDERS.c.created >= first, ORDERS.c.created < last
            )
            if before is not None:
                query = query.where(ORDERS.c.number < before)
            rows = scope.fetch(query.order_by(ORDERS.c.number.desc()).limit(limit))
            orders = load_orders(scope, [row.number for row in rows])
            return order_views(scope, [orders[row.number] for row in rows])

    def orders_to_hand_over(self, community: str, shop_id: str) -> tuple[int, int | None]:
        """See `TradeRecords.orders_to_hand_over`."""
        with self._reading(community) as scope:
            query = scope.select(ORDERS, func.count(), func.max(ORDERS.c.number)).where(
                ORDERS.c.shop == shop_id, ORDERS.c.state == int(OrderState.PAID),
                ORDERS.c.fulfilment.in_(_HANDED),
            )  # fmt: skip
            count, newest = scope.fetch(query)[0]
            return count, newest
