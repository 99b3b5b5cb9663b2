"""Orders, vouchers and redemptions read back; opening a unit of work. See `sql.TradeRecords`."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sqlalchemy import func

from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from lodestone.commerce.life import OrderState
from lodestone.stores.commerce import rows
from lodestone.stores.commerce.queries import load_orders
from lodestone.stores.commerce.schema import (
    ORDER_EVENTS,
    ORDERS,
    PAYMENTS,
    REDEMPTIONS,
    VOUCHERS,
)
from lodestone.stores.commerce.types import (
    OrderEvent,
    OrderView,
    PaymentFilter,
    PaymentRecord,
    RedemptionRecord,
    VoucherView,
)
from lodestone.stores.commerce.unit_of_work import TradeUnitOfWork
from lodestone.stores.commerce.views import order_views, voucher_views
from lodestone.stores.records.base import RecordsBase
from lodestone.stores.records.people import find_people, names_of
from lodestone.stores.sql.scope import Scope


class OrderRecords(RecordsBase):
    """See `TradeRecords`, the parts on orders and vouchers."""

    @contextmanager
    def unit_of_work(self, community: str, *, now: Instant) -> Iterator[TradeUnitOfWork]:
        """See `TradeRecords.unit_of_work`."""
        with self._writing(community) as transaction:
            work = TradeUnitOfWork(transaction, self._random, now)
            yield work
            work.flush()

    def order(self, community: str, number: int) -> OrderView:
        """See `TradeRecords.order`."""
        with self._reading(community) as scope:
            found = load_orders(scope, [number]).get(number)
            if found is None:
                raise UnknownError("order_unknown", "There is no such order in this community.")
            return order_views(scope, [found])[0]

    def orders(
        self,
        community: str,
        *,
        limit: int,
        before: int | None = None,
        buyer_id: str | None = None,
        shop_id: str | None = None,
        states: Collection[OrderState] = (),
        ways: Collection[str] = (),
    ) -> list[OrderView]:
        """See `TradeRecords.orders`."""
        with self._reading(community) as scope:
            query = scope.select(ORDERS, ORDERS.c.number).order_by(ORDERS.c.number.desc())
            if before is not None:
                query = query.where(ORDERS.c.number < before)
            if buyer_id is not None:
                query = query.where(ORDERS.c.buyer == _ordinal(scope, buyer_id))
            if shop_id is not None:
                query = query.where(ORDERS.c.shop == shop_id)
            if states:
                query = query.where(ORDERS.c.state.in_([int(state) for state in states]))
            if ways:
                kinds = [rows.FULFILMENTS.index(way) for way in ways]
                query = query.where(ORDERS.c.fulfilment.in_(kinds))
            numbers = [row.number for row in scope.fetch(query.limit(limit))]
            orders = load_orders(scope, numbers)
            return order_views(scope, [orders[number] for number in numbers])

    def order_events(self, community: str, *, after: int, limit: int) -> list[OrderEvent]:
        """See `TradeRecords.order_events`."""
        with self._reading(community) as scope:
            query = scope.select(ORDER_EVENTS).where(ORDER_EVENTS.c.id > after)
            return [
                rows.event_of(row)
                for row in scope.fetch(query.order_by(ORDER_EVENTS.c.id).limit(limit))
            ]

    def payment(self, community: str, number: int) -> PaymentRecord:
        """See `TradeRecords.payment`."""
        with self._reading(community) as scope:
            row = scope.first(scope.select(PAYMENTS).where(PAYMENTS.c.number == number))
        if row is None:
            raise UnknownError("payment_unknown", "There is no such payment in this community.")
        return rows.payment_record(row)

    def payments(
        self, community: str, wanted: PaymentFilter, *, limit: int, after: int = 0
    ) -> list[PaymentRecord]:
        """See `TradeRecords.payments`."""
        with self._reading(community) as scope:
            query = scope.select(PAYMENTS).where(PAYMENTS.c.number > after)
            for column, value in (
                (PAYMENTS.c.bought, wanted.order),
                (PAYMENTS.c.provider, wanted.provider),
                (PAYMENTS.c.kind, wanted.kind),
            ):
                if value is not None:
                    query = query.where(column == value)
            if wanted.states:
                query = query.where(PAYMENTS.c.state.in_([int(state) for state in wanted.states]))
            found = scope.fetch(query.order_by(PAYMENTS.c.number).limit(limit))
            return [rows.payment_record(row) for row in found]

    def vouchers(
        self,
        community: str,
        *,
        limit: int,
        before: int | None = None,
        buyer_id: str | None = None,
        shop_id: str | None = None,
        order: int | None = None,
    ) -> list[VoucherView]:
        """See `TradeRecords.vouchers`."""
        with self._reading(community) as scope:
            query = scope.select(VOUCHERS).order_by(VOUCHERS.c.number.desc()).limit(limit)
            if before is not None:
                query = query.where(VOUCHERS.c.number < before)
            if buyer_id is not None:
                query = query.where(VOUCHERS.c.buyer == _ordinal(scope, buyer_id))
            if shop_id is not None:
                query = query.where(VOUCHERS.c.shop == shop_id)
            if order is not None:
                query = query.where(VOUCHERS.c.bought == order)
            return voucher_views(scope, [rows.voucher_record(row) for row in scope.fetch(query)])

    def redemptions(
        self,
        community: str,
        shop_id: str,
        *,
        first: Instant,
        last: Instant,
        staff_id: str | None = None,
        limit: int = 1000,
    ) -> list[tuple[RedemptionRecord, str | None, VoucherView]]:
        """See `TradeRecords.redemptions`."""
        with self._reading(community) as scope:
            table = REDEMPTIONS.c
            query = scope.select(REDEMPTIONS).where(
                table.shop == shop_id, table.time >= first, table.time < last
            )
            if staff_id is not None:
                query = query.where(table.staff == _ordinal(scope, staff_id))
            found = scope.fetch(query.order_by(table.time.desc(), table.request).limit(limit))
            done = [rows.redemption_record(row) for row in found]
            staff = names_of(scope, [one.staff for one in done])
            numbers = {one.voucher for one in done}
            held = scope.fetch(scope.select(VOUCHERS).where(VOUCHERS.c.number.in_(numbers)))
            views = voucher_views(scope, [rows.voucher_record(row) for row in held])
            by_number = {view.voucher.number: view for view in views}
            return [
                (one, staff.get(one.staff, (None, b""))[0], by_number[one.voucher]) for one in done
            ]

    def waiting_in(self, community: str, sale_id: str) -> int:
        """See `TradeRecords.waiting_in`."""
        with self._reading(community) as scope:
            query = scope.select(ORDERS, func.count()).where(
                ORDERS.c.sale == sale_id, ORDERS.c.state == int(OrderState.WAITING)
            )
            count: int = scope.first(query)[0]
            return count

    def something_due(self, community: str, *, now: Instant) -> bool:
        """See `TradeRecords.something_due`."""
        with self._reading(community) as scope:
            due = scope.select(ORDERS, ORDERS.c.number).where(ORDERS.c.due <= now).limit(1)
            over = scope.select(VOUCHERS, VOUCHERS.c.number).where(
                VOUCHERS.c.expires <= now,
                VOUCHERS.c.used + VOUCHERS.c.refunded < VOUCHERS.c["count"],
            )
            return scope.first(due) is not None or scope.first(over.limit(1)) is not None


def _ordinal(scope: Scope, person_id: str) -> int:
    known = find_people(scope, [person_id]).get(person_id)
    return -1 if known is None else known.ordinal
