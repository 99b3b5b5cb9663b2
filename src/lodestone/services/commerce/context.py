"""What a command needs: the unit of work, the posting rules, the community's time, and how to refuse."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, NamedTuple, TypeAlias

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.errors import ConflictError, GoneError, Problem, UnknownError
from lodestone.base.money import Micros
from lodestone.base.wire import Position
from lodestone.commerce.life import OrderState, Transition, after
from lodestone.commerce.order import OrderOut, RedemptionOut, ShortCodeOut, VoucherOut
from lodestone.commerce.payment import PaymentKind, PaymentStand
from lodestone.commerce.place import Claim, impossible
from lodestone.commerce.product import sale_key
from lodestone.commerce.refusals import CURES, MoveRefusal, OrderRefusal, RedeemRefusal
from lodestone.commerce.vouchers import VoucherRefusal
from lodestone.content import Community
from lodestone.ledger.transfers import Outcome, first_refusal
from lodestone.services.commerce.postings import Movement, PostingRules
from lodestone.services.support.ids import ORDER, made_id, number_of
from lodestone.stores.commerce.types import (
    OrderEvent,
    OrderRecord,
    Party,
    PaymentRecord,
    ShopRecord,
)
from lodestone.stores.commerce.unit_of_work import TradeUnitOfWork
from lodestone.stores.records.types import Answer

_EPOCH_DAY: Final = date(1970, 1, 1)
Told: TypeAlias = OrderOut | RedemptionOut | ShortCodeOut | VoucherOut
VOUCHER_CURES: Final = {
    VoucherRefusal.VOUCHER_EXPIRED: "the voucher's time is over; its unused part goes back to the buyer",
    VoucherRefusal.VOUCHER_REFUNDED: "what was left of the voucher has been refunded",
    VoucherRefusal.VOUCHER_USED_UP: "the voucher has been redeemed as often as it may be",
    VoucherRefusal.COUNT_BEYOND_LEFT: "the voucher has not that many times left",
}
Refusal: TypeAlias = OrderRefusal | MoveRefusal | RedeemRefusal | VoucherRefusal


class Present(NamedTuple):
    """Where somebody was last said to be."""

    at: Instant
    latitude: float
    longitude: float


def nowhere(_ordinal: int) -> Present | None:
    """Know nothing of visits: they lie in the log, which a process of orders alone does not follow."""
    return None


WhereOf: TypeAlias = Callable[[int], Present | None]
"""Returns where the person of an ordinal is present, visits counted; called from threads of the records."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request is answered."""

    status: int
    told: Told
    party: Party | None = None
    """Whom the answer is about; it is kept sealed under their key."""
    remembered: bool = True
    """Whether it is given again under an idempotency key; False of what time changes."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """An idempotency key and the body it came with."""

    claim: bytes
    digest: bytes


def no_order(order_id: str) -> UnknownError:
    """Return the UnknownError `order_unknown`."""
    return UnknownError("order_unknown", f"There is no order {order_id!r} here.")


def order_number(community: Community, order_id: str) -> int:
    """Return the number that an order's id names. Raises UnknownError `order_unknown`."""
    number = number_of(ORDER, community.secret, order_id)
    if number is None:
        raise no_order(order_id)
    return number


class CommandContext:
    """One unit of work, open for one commit; the requests of a moment are served in it in turn."""

    def __init__(
        self, work: TradeUnitOfWork, community: Community, present: WhereOf = nowhere
    ) -> None:
        """Take a unit of work; `present` says where somebody is, visits counted."""
        self.work = work
        self.community = community
        self.present = present
        self.now = work.now
        self.book = PostingRules(community.secret, community.currency)
        self.today = community.days.of(work.now)
        self.date = _EPOCH_DAY + timedelta(days=self.today)
        self._lines: dict[str, tuple[int, int]] = {}

    # Lines of sales

    def line(self, sale_id: str) -> tuple[int, int]:
        """Return how many orders wait in a sale, and how many units they want."""
        if sale_id not in self._lines:
            self._lines[sale_id] = self.work.orders.line(sale_id, sale_key(sale_id))
        return self._lines[sale_id]

    def line_moved(self, sale_id: str, units: int) -> None:
        """Count an order that joins a line (units above zero) or leaves it (below)."""
        orders, wanted = self.line(sale_id)
        self._lines[sale_id] = (orders + (1 if units > 0 else -1), wanted + units)

    # Orders

    def order_id(self, number: int) -> str:
        """Name an order."""
        return made_id(ORDER, self.community.secret, number)

    def order(self, order_id: str) -> OrderRecord:
        """Return an order. Raises UnknownError."""
        order = self.work.orders.get(order_number(self.community, order_id))
        if order is None:
            raise no_order(order_id)
        return order

    def shop(self, shop_id: str) -> ShopRecord:
        """Return a shop that is known to be there."""
        found = self.work.shops.get(shop_id)
        assert found is not None
        return found

    def item(self, product_id: str) -> int:
        """Return the row of the item that a product is."""
        product = self.work.shops.product(product_id)
        assert product is not None
        return product.item

    def buyer(self, order: OrderRecord) -> Party:
        """Return who ordered. Raises GoneError once they have been erased."""
        found = self.work.parties.by_ordinal(order.buyer)
        if found is None:
            raise GoneError("buyer_erased", "the buyer has been erased; cancel the order")
        return found

    def move(
        self,
        order: OrderRecord,
        move: Transition,
        *,
        due: Instant | None = None,
        amount: Micros | None = None,
        once: tuple[str, bytes] | None = None,
    ) -> OrderRecord:
        """Move an order on and note it: the one place where an order changes its state.

        Args:
            order: As it stands.
            move: Known to be allowed.
            due: When time will move it next.
            amount: What was paid or refunded.
            once: A refund's request id and what it asked for.
        """
        state = after(order.state, move)
        assert state is not None
        moved = replace(order, state=state, due=due)
        self.work.orders.put(moved)
        self._audit(order, moved, move, amount)
        self.note(moved, move, amount, once)
        return moved

    def _audit(
        self, before: OrderRecord, after: OrderRecord, move: Transition, amount: Micros | None
    ) -> None:
        """Write a move into the audit log, where somebody asked for it: no words, no person."""
        was: dict[str, object] = {"state": before.state.name.lower()}
        is_now: dict[str, object] = {"state": after.state.name.lower(), "move": move.name.lower()}
        if amount is not None:
            is_now["amount_micros"] = int(amount)
        self.work.audit("order", self.order_id(after.number), was, is_now)

    def note(
        self, order: OrderRecord, move: Transition, amount: Micros | None = None,
        once: tuple[str, bytes] | None = None,
    ) -> OrderEvent:  # fmt: skip
        """Write a move down. Whoever wants to hear of orders (history, webhooks) reads these."""
        request, digest = once or (None, None)
        number = self.work.orders.next_event()
        event = OrderEvent(
            number, order.number, move, order.state, amount, self.now, request, digest
        )
        self.work.orders.note(event)
        return event

    def require(self, order: OrderRecord, move: Transition) -> None:
        """Refuse a move that an order's state, or its time, does not allow."""
        over = order.due is not None and self.now >= order.due
        early = order.state in (OrderState.WAITING, OrderState.RESERVED)
        if early and over and move is not Transition.CANCEL:
            raise refused(MoveRefusal.RESERVATION_EXPIRED)
        if order.state is OrderState.PAID and over:
            raise refused(MoveRefusal.HOLD_EXPIRED)
        if order.state is OrderState.EXPIRED:
            held = bool(order.provider)
            raise refused(MoveRefusal.HOLD_EXPIRED if held else MoveRefusal.RESERVATION_EXPIRED)
        if after(order.state, move) is None:
            raise refused(MoveRefusal.MOVE_REFUSED, state=order.state)

    # Money

    def ask_payment(
        self,
        order: OrderRecord,
        kind: PaymentKind,
        amount: Micros,
        provider: str,
        request: str | None = None,
    ) -> PaymentRecord:
        """Write down what a provider is to be asked for an order, once this commit is durable."""
        one = PaymentRecord(
            self.work.payments.next_number(), order.number, kind, PaymentStand.ORDERED, provider, amount,
            Micros(0), request, "", self.now,
        )  # fmt: skip
        self.work.payments.add(one)
        return one

    def pay(self, movement: Movement) -> Outcome:
        """Move money in this commit; return the first answer that is a refusal, or that it stands."""
        if not movement.transfers:
            return Outcome.POSTED
        outcomes = self.work.ledger.post(movement.transfers, movement.accounts, self.today)
        return first_refusal(outcomes) or Outcome.POSTED

    def must(self, movement: Movement) -> None:
        """Move money that cannot be refused: what it comes from was put there for this."""
        outcome = self.pay(movement)
        if outcome is not Outcome.POSTED:
            raise refused(
                MoveRefusal.PAYMENT_REFUSED, detail=f"the ledger says {outcome.name.lower()}"
            )

    def payable(self, shop_id: str) -> int:
        """Return what a shop has earned and not been paid out."""
        account = self.work.ledger.account(self.book.payable(shop_id))
        return account.credits_posted - account.debits_posted - account.debits_pending

    # Where people are

    def claim(self, party: Party, position: Position) -> Claim | None:
        """Take a claim of where somebody is; None when nobody could have come there since the last."""
        claim = Claim(position, self.now)
        return None if impossible(self.work.parties.claim(party), claim) else claim


def refused(
    refusal: Refusal, *, detail: str = "", field: str | None = None, state: OrderState | None = None
) -> ConflictError:
    """Turn a refusal into the answer it gets.

    Args:
        refusal: Why.
        detail: Figures that help, such as a distance.
        field: The field at fault.
        state: Where the order stands, for a move that it does not allow.
    """
    cure = VOUCHER_CURES[refusal] if isinstance(refusal, VoucherRefusal) else CURES[refusal]
    told = f"{cure}: {detail}" if detail else cure
    if state is not None:
        told = f"{told}: it is {state.name.lower()}"
    problems = () if field is None else (Problem(field, told),)
    return ConflictError(refusal.name.lower(), told, problems)


def answer_of(reply: Reply, once: Idempotency) -> Answer:
    """Write an answer down as it is sent, to be given again under its idempotency key."""
    return Answer(once.digest, reply.status, msgspec.json.encode(reply.told))
