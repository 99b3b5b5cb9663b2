"""What may be asked of one order from outside: each is done in its turn, in one commit with others, by code of this package alone."""

from lodestone.base.errors import ForbiddenError, UnknownError
from lodestone.base.wire import Money
from lodestone.commerce.life import OrderState
from lodestone.commerce.order import OrderOut, PayIn, RefundIn
from lodestone.services.commerce.commands import Trade
from lodestone.services.commerce.context import CommandContext, Idempotency, Reply
from lodestone.services.commerce.transitions import cancel, fulfil, pay, refund
from lodestone.services.ledger import MANUAL
from lodestone.services.support import Answer
from lodestone.stores.commerce.types import OrderRecord


class OrderMoves:
    """Moves of orders, as far as whoever asks may move them."""

    def __init__(self, trade: Trade, *, viewer: str | None = None, shop: str | None = None) -> None:
        """Say who asks.

        Args:
            trade: The community's.
            viewer: A page's viewer, who may move their own orders only; None for a server or a desk.
            shop: The shop at whose desk somebody asks, which has its own orders only; None elsewhere.
        """
        self._trade = trade
        self._viewer = viewer
        self._shop = shop

    async def fulfil(
        self, order_id: str, staff_id: str | None, once: Idempotency | None
    ) -> Reply | Answer:
        """Hand an order over.

        Args:
            order_id: As made here.
            staff_id: Who hands it over, one of the shop's staff; None for the community.
            once: The request's idempotency key.

        Raises:
            UnknownError: `order_unknown`, `staff_unknown`.
            ConflictError: A `MoveRefusal`.
        """

        def act(context: CommandContext, order: OrderRecord) -> OrderRecord:
            return fulfil(context, self._own(order), staff_id)

        return await self._trade.move(order_id, act, once, viewer=self._viewer)

    async def cancel(self, order_id: str, once: Idempotency | None) -> Reply | Answer:
        """Give an order up before it was fulfilled; a page's viewer only one that is not paid.

        Raises:
            ForbiddenError: `cancel_from_page`.
            UnknownError, ConflictError: As `fulfil`.
        """

        def act(context: CommandContext, order: OrderRecord) -> OrderRecord:
            if self._viewer is not None and order.state is OrderState.PAID:
                cure = "a paid order is cancelled by the shop or the community"
                raise ForbiddenError("cancel_from_page", cure)
            return cancel(context, self._own(order))

        return await self._trade.move(order_id, act, once, viewer=self._viewer)

    async def refund(
        self, order_id: str, given: RefundIn, once: Idempotency | None
    ) -> Reply | Answer:
        """Refund part of an order or all that is left. Raises as `fulfil`, and InvalidError."""

        def act(context: CommandContext, order: OrderRecord) -> OrderRecord:
            return refund(context, self._own(order), given)

        return await self._trade.move(order_id, act, once, viewer=self._viewer)

    async def paid_by_hand(self, order_id: str, amount: Money) -> OrderOut:
        """Say that an order has been paid, by the manual provider. Raises as `fulfil`."""
        given = PayIn(amount=amount, method=MANUAL)

        def act(context: CommandContext, order: OrderRecord) -> OrderRecord:
            return pay(context, self._own(order), given)

        reply = await self._trade.move(order_id, act, None, viewer=self._viewer)
        assert isinstance(reply, Reply)
        assert isinstance(reply.told, OrderOut)
        return reply.told

    def _own(self, order: OrderRecord) -> OrderRecord:
        """Return an order that the shop may move; another shop's is not there."""
        if self._shop is not None and order.shop != self._shop:
            raise UnknownError("order_unknown", "this shop has no such order")
        return order
