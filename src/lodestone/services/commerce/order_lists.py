"""Orders, vouchers, redemptions and payments as they are read back, by whoever may read them.

Everything here asks the records: it is called in a thread of theirs.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import UnknownError
from lodestone.commerce.life import OrderState
from lodestone.commerce.order import HandOverOut, OrderOut, RedemptionOut, VoucherOut
from lodestone.commerce.payment import PaymentOut
from lodestone.services.commerce.commands import Trade
from lodestone.services.commerce.context import order_number
from lodestone.services.commerce.payments import payment_out
from lodestone.services.commerce.presenters import order_out, redemption_out, voucher_out
from lodestone.services.support.ids import ORDER, made_id
from lodestone.stores.commerce.types import PaymentFilter

FILE_MAX: Final = 50_000
"""Orders of one file."""
_PAGE: Final = 500


class OrderLists:
    """What is written of one community's orders."""

    def __init__(self, trade: Trade) -> None:
        self._trade, self._records = trade, trade.records
        self._community = trade.community

    def number(self, order_id: str) -> int:
        """Return the number that an order's id names. Raises UnknownError `order_unknown`."""
        return order_number(self._community, order_id)

    def order(self, order_id: str, buyer: str | None = None) -> OrderOut:
        """Return one order.

        Args:
            order_id: As made here.
            buyer: The only person who may read it, where there is one.

        Raises:
            UnknownError: `order_unknown`.
        """
        view = self._records.order(self._community.id, self.number(order_id))
        if buyer is not None and view.buyer_id != buyer:
            raise UnknownError("order_unknown", "There is no such order of this viewer.")
        return order_out(self._community, view)

    def orders(
        self,
        limit: int,
        before: int | None,
        *,
        buyer: str | None = None,
        shop: str | None = None,
        states: Sequence[OrderState] = (),
        ways: Sequence[str] = (),
    ) -> list[OrderOut]:
        """Return orders, the newest first.

        Args:
            limit: How many at most.
            before: The number of the order they go on after; None for the newest.
            buyer: Only this person's.
            shop: Only this shop's.
            states: Only those that stand so; empty for all.
            ways: Only those handed over so; empty for all.
        """
        orders = self._records.orders(
            self._community.id, limit=limit, before=before, buyer_id=buyer, shop_id=shop,
            states=tuple(states), ways=tuple(ways),
        )  # fmt: skip
        return [order_out(self._community, view) for view in orders]

    def orders_of_days(self, shop_id: str, first: Instant, last: Instant) -> Iterator[OrderOut]:
        """Yield a shop's orders taken from an instant on and before another, the newest first, at most `FILE_MAX`."""
        before: int | None = None
        left = FILE_MAX
        while left > 0:
            page = self._records.orders_taken(
                self._community.id, shop_id, first=first, last=last, before=before, limit=min(_PAGE, left),
            )  # fmt: skip
            yield from (order_out(self._community, view) for view in page)
            if len(page) < _PAGE:
                return
            before, left = page[-1].order.number, left - len(page)

    def to_hand_over(self, shop_id: str) -> HandOverOut:
        """Count a shop's orders that are paid and wait to be picked up or delivered."""
        count, newest = self._records.orders_to_hand_over(self._community.id, shop_id)
        name = None if newest is None else made_id(ORDER, self._community.secret, newest)
        return HandOverOut(count, name)

    def vouchers(
        self,
        limit: int,
        before: int | None,
        *,
        buyer: str | None = None,
        shop: str | None = None,
        order_id: str | None = None,
    ) -> list[VoucherOut]:
        """Return vouchers, the newest first; with their codes for one buyer. Raises UnknownError `order_unknown`."""
        vouchers = self._records.vouchers(
            self._community.id, limit=limit, before=before, buyer_id=buyer, shop_id=shop,
            order=None if order_id is None else self.number(order_id),
        )  # fmt: skip
        now, code = self._trade.now(), buyer is not None
        return [voucher_out(self._community, view, now, code=code) for view in vouchers]

    def redemptions(
        self, shop_id: str, first: Instant, last: Instant, *, staff_id: str | None = None
    ) -> list[RedemptionOut]:
        """Return what a shop redeemed from an instant on and before another, the newest first; at most a thousand."""
        found = self._records.redemptions(
            self._community.id, shop_id, first=first, last=last, staff_id=staff_id
        )
        now, community = self._trade.now(), self._community
        return [
            redemption_out(community, one, staff, voucher_out(community, view, now, code=False))
            for one, staff, view in found
        ]

    def payments(self, wanted: PaymentFilter, limit: int, after: int) -> list[PaymentOut]:
        """Return payments, the oldest first, of which number `after` is not one."""
        payments = self._records.payments(self._community.id, wanted, limit=limit, after=after)
        return [payment_out(self._community, payment) for payment in payments]
