"""Have providers take buyers' money and give it back, and follow what they say of it.

What is to be asked is written down first, in a commit of its own; then the provider is asked; then its word is booked. A
crash between any two of them leaves a payment that is asked again under the same id, or looked up.
"""

from dataclasses import replace
from typing import Final, Literal

from lodestone.base.errors import ConflictError, InvalidError, LodestoneError, Problem, UnknownError
from lodestone.base.money import Micros, minor_unit
from lodestone.base.wire import Money, time_text
from lodestone.commerce.order import PayIn
from lodestone.commerce.payment import (
    OPEN,
    PaymentKind,
    PaymentOut,
    PaymentResult,
    PaymentStand,
)
from lodestone.commerce.price import require_whole
from lodestone.commerce.refusals import MoveRefusal
from lodestone.content import Community
from lodestone.ledger.chart import person
from lodestone.services.commerce.commands import Trade, show_order
from lodestone.services.commerce.context import CommandContext, Idempotency, Reply, refused
from lodestone.services.commerce.provider_results import begin_charge, told
from lodestone.services.commerce.transitions import pay
from lodestone.services.support.ids import ORDER, PAYMENT, made_id, number_of
from lodestone.services.support.shared_commit import is_silence, provider_silence
from lodestone.stores.commerce.types import OrderRecord, PaymentFilter, PaymentRecord
from lodestone.stores.external.payment_providers import (
    MANUAL,
    Instruction,
    PaymentProvider,
    PaymentState,
)
from lodestone.stores.external.payment_providers import Reply as Word
from lodestone.stores.records.types import Answer

PAGE: Final = 500
SENDING: Final = "payment"
"""The job of asking a provider for what is owed; its rows are payments' ids."""
_KINDS: Final[dict[PaymentKind, Literal["charge", "refund", "release"]]] = {
    PaymentKind.CHARGE: "charge",
    PaymentKind.REFUND: "refund",
    PaymentKind.RELEASE: "release",
}
_STATES: Final[
    dict[PaymentStand, Literal["ordered", "sent", "unknown", "paid", "declined", "returned"]]
] = {
    PaymentStand.ORDERED: "ordered",
    PaymentStand.SENT: "sent",
    PaymentStand.UNKNOWN: "unknown",
    PaymentStand.PAID: "paid",
    PaymentStand.DECLINED: "declined",
    PaymentStand.RETURNED: "returned",
}
_REFUSED: Final = {
    PaymentStand.DECLINED: MoveRefusal.PAYMENT_DECLINED,
    PaymentStand.RETURNED: MoveRefusal.PAYMENT_RETURNED,
}
"""What an app is told of a charge that did not pay."""


class Payments:
    """The payments of one community's orders."""

    def __init__(self, trade: Trade) -> None:
        self._trade = trade
        self._community = trade.community
        self._threads = trade.records.threads

    def provider(self, name: str, field: str) -> PaymentProvider:
        """Return a provider by its name. Raises InvalidError naming those there are."""
        able = {
            key: provider
            for key, provider in self._trade.providers.items()
            if not provider.pays_accounts
        }
        taking = able.get(name)
        if taking is None:
            problem = Problem(field, f"is none of {', '.join(sorted(able))}")
            raise InvalidError("method_unknown", f"{field} {problem.problem}.", (problem,))
        return taking

    async def pay(self, order_id: str, given: PayIn, once: Idempotency | None) -> Reply | Answer:
        """Have an order paid; again under its request id asks for the same payment.

        Returns:
            200 once it is paid, 202 while nobody knows how the payment ends.

        Raises:
            ConflictError: `MoveRefusal`, among them `payment_declined` and `payment_returned`.
            InvalidError: `method_unknown`.
        """
        provider = self.provider(given.method, "method")
        number = number_of(ORDER, self._community.secret, order_id)
        if given.method == MANUAL or given.amount.micros == 0:

            def by_hand(context: CommandContext) -> Reply:
                return _reply(context, pay(context, context.order(order_id), given))

            return await self._trade.serve(number or 0, by_hand, once)
        begun = _Kept()

        def begin(context: CommandContext) -> Reply:
            order = context.order(order_id)
            begun.payment = begin_charge(context, order, given)
            return _reply(context, order)

        await self._trade.serve(number or 0, begin, None)
        word = await self._ask(begun.held, provider)
        return await self._trade.serve(
            number or 0, lambda context: self._charged(context, begun.held.number, word), once
        )

    def _charged(
        self, context: CommandContext, number: int, word: Word | None
    ) -> Reply | LodestoneError:
        payment = _payment(context, number)
        if word is not None:
            payment = told(context, payment, word)
        if payment.state in _REFUSED:
            # Told, not raised: the order is as it was, and what the provider said is written down.
            return refused(_REFUSED[payment.state], field="request_id")
        order = context.work.orders.get(payment.order)
        assert order is not None
        reply = _reply(context, order)
        # Nobody knows yet how it ends: the same request asks how it stands, and is paid for once.
        return replace(reply, status=202, remembered=False) if payment.state in OPEN else reply

    async def _ask(self, payment: PaymentRecord, provider: PaymentProvider) -> Word | None:
        """Ask for a payment, or how it stands; None when its end is known."""
        if payment.state not in OPEN:
            return None
        name = made_id(PAYMENT, self._community.secret, payment.number)
        if payment.state is not PaymentStand.ORDERED:
            return await provider.look_up(name)
        return await provider.ask(
            Instruction(
                name,
                _KINDS[payment.kind],
                payment.amount,
                self._community.currency,
                await self._threads.read(self._party, payment.order),
            )
        )

    def _party(self, order: int) -> str:
        """Name whose money it is: by the app's id, or by a pseudonym once they are erased."""
        view = self._trade.records.order(self._community.id, order)
        return person(view.order.buyer) if view.buyer_id is None else f"person:{view.buyer_id}"

    async def send(self, provider_name: str) -> list[PaymentRecord]:
        """Ask a provider for everything owed to buyers, and how charges stand; again does no harm.

        A charge is never begun here: its buyer may have left long ago. One that cannot be asked for is noted in the
        community's failures, and the others are.

        Raises:
            UnavailableError: The records do not answer.
        """
        provider = self.provider(provider_name, "provider")
        asked: list[PaymentRecord] = []
        for payment in await self._threads.read(self._open, provider_name):
            asked += await self.send_apart(payment, provider)
        return asked

    async def send_apart(
        self, payment: PaymentRecord, provider: PaymentProvider
    ) -> list[PaymentRecord]:
        """Ask for one payment; what ails it is noted, and is no trouble of the others. Raises UnavailableError."""
        name = made_id(PAYMENT, self._community.secret, payment.number)
        failures = self._trade.failures
        try:
            asked = await self._send_one(payment, provider, name)
        except Exception as error:
            if is_silence(error):
                raise
            failures.failed(SENDING, error, name)
            return []
        failures.done(SENDING, name)
        return asked

    async def _send_one(
        self, payment: PaymentRecord, provider: PaymentProvider, name: str
    ) -> list[PaymentRecord]:
        charge = payment.kind is PaymentKind.CHARGE
        with provider_silence():
            word = await (provider.look_up(name) if charge else self._ask(payment, provider))
        if word is None:
            return []
        try:
            return [await self._told(payment, word)]
        except ConflictError as error:
            if error.code != "payment_ended":  # somebody said meanwhile how it ended
                raise
            return []

    def _open(self, provider: str) -> list[PaymentRecord]:
        """Return what has not ended, as it stands before anybody is asked."""
        found: list[PaymentRecord] = []
        wanted = PaymentFilter(provider=provider, states=OPEN)
        while True:
            after = found[-1].number if found else 0
            some = self._trade.records.payments(self._community.id, wanted, limit=PAGE, after=after)
            found += some
            if len(some) < PAGE:
                return found

    async def result(self, payment_id: str, given: PaymentResult) -> PaymentRecord:
        """Take somebody's word of how a payment ended; the same again changes nothing.

        Raises:
            UnknownError: `payment_unknown`.
            InvalidError: `amount_not_whole`, `paid_micros`.
            ConflictError: `payment_refused`: the book cannot follow; `payment_ended`: it contradicts how the
                payment ended.
        """
        payment = await self._threads.read(self.payment, payment_id)
        done = given.state == "paid"
        if given.paid_micros is not None and not payment.amount % minor_unit(
            self._community.currency
        ):
            require_whole(given.paid_micros, self._community.currency, "paid_micros")
        amount = Micros(given.paid_micros or payment.moved or payment.amount)
        state = PaymentState.DONE if done else PaymentState.DECLINED
        word = Word(payment_id, state, amount if done else Micros(0), given.reference)
        return await self._told(payment, word)

    async def _told(self, payment: PaymentRecord, word: Word) -> PaymentRecord:
        kept = _Kept()

        def serve(context: CommandContext) -> Reply:
            order = context.work.orders.get(payment.order)
            assert order is not None
            kept.payment = told(context, _payment(context, payment.number), word)
            return _reply(context, order)

        await self._trade.serve(payment.order, serve, None)
        return kept.held

    def payment(self, payment_id: str) -> PaymentRecord:
        """Return a payment by its id. Raises UnknownError `payment_unknown`."""
        number = number_of(PAYMENT, self._community.secret, payment_id)
        if number is None:
            raise UnknownError("payment_unknown", f"There is no payment {payment_id!r} here.")
        return self._trade.records.payment(self._community.id, number)


async def retry_sending(trade: Trade) -> None:
    """Ask again for what could not be asked for before, and does not wait. Raises UnavailableError."""
    failures, payments = trade.failures, Payments(trade)
    for name in failures.of(SENDING):
        if failures.waits(SENDING, name):
            continue
        try:
            payment = await trade.records.threads.read(payments.payment, name)
        except Exception as error:
            if is_silence(error):
                raise
            failures.failed(SENDING, error, name)
            continue
        if payment.state in OPEN and payment.provider in trade.providers:
            await payments.send_apart(payment, trade.providers[payment.provider])
        else:
            failures.done(SENDING, name)


class _Kept:
    """What a command leaves for whoever asked."""

    payment: PaymentRecord | None = None

    @property
    def held(self) -> PaymentRecord:
        assert self.payment is not None
        return self.payment


def _payment(context: CommandContext, number: int) -> PaymentRecord:
    found = context.work.payments.get(number)
    assert found is not None
    return found


def _reply(context: CommandContext, order: OrderRecord) -> Reply:
    return Reply(200, show_order(context, order), context.work.parties.by_ordinal(order.buyer))


def payment_out(community: Community, one: PaymentRecord) -> PaymentOut:
    """Show a payment."""
    return PaymentOut(
        id=made_id(PAYMENT, community.secret, one.number),
        order_id=made_id(ORDER, community.secret, one.order),
        kind=_KINDS[one.kind],
        state=_STATES[one.state],
        provider=one.provider,
        amount=Money(one.amount, community.currency),
        moved=Money(one.moved, community.currency),
        request_id=one.request,
        reference=one.reference or None,
        created_at=time_text(one.created),
        ended_at=None if one.ended is None else time_text(one.ended),
    )
