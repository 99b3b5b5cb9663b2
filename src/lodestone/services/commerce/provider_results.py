"""What providers are asked for orders, and what the book does with their word; at a work.

| the provider says | a charge | a refund | a release |
|---|---|---|---|
| done | the order is paid; if it cannot be any more, or the amount is another, all of it is owed back | the money leaves the book | nothing: the hold is gone already |
| done with less | as above | the rest is asked for anew | the same |
| done with more | as above | the difference is an adjustment | the same |
| declined | another may be tried | still owed; its later word holds | the same |
| no answer, or not yet | nobody assumes anything; looked up until it is known | the same | the same |
| what contradicts the end it has had | refused (`commerce.payment.STEPS`) | the same | the same |
"""

from dataclasses import replace
from typing import Final

from lodestone.base.money import Micros
from lodestone.commerce.life import OrderState, Transition
from lodestone.commerce.order import PayIn
from lodestone.commerce.payment import PaymentKind, PaymentStand, PaymentStep, payment_step
from lodestone.commerce.refusals import MoveRefusal
from lodestone.services.commerce.context import CommandContext, refused
from lodestone.services.commerce.transitions import (
    judge_payment,
    require_no_charge_open,
    take_payment,
)
from lodestone.stores.commerce.types import OrderRecord, PaymentRecord
from lodestone.stores.external.payment_providers import Reply

ASKED_ONCE: Final = "pay"
"""Stands for the request id of a charge whose app gave none."""
_K, _P = PaymentKind, PaymentStand


def begin_charge(context: CommandContext, order: OrderRecord, given: PayIn) -> PaymentRecord:
    """Write down that a provider is to take an order's money; again under its request id changes nothing.

    Raises:
        ConflictError: `MoveRefusal`.
    """
    judge_payment(context, order, given)
    request = given.request_id or ASKED_ONCE
    held = context.work.payments.of_order(order.number)
    for one in held:
        if one.request == request:
            if (one.provider, one.amount) != (given.method, given.amount.micros):
                raise refused(MoveRefusal.REQUEST_REUSED, field="request_id")
            return one
    require_no_charge_open(held)
    context.require(order, Transition.PAY)
    if order.fulfilment == "redeem":
        context.buyer(order)
    return context.ask_payment(order, _K.CHARGE, order.paid.total, given.method, request)


def told(context: CommandContext, payment: PaymentRecord, reply: Reply) -> PaymentRecord:
    """Take what a provider says of a payment, the first time or again.

    Raises:
        ConflictError: `payment_refused`: the book cannot follow; `payment_ended`: it contradicts how the payment
            ended. Nothing has changed.
    """
    step = payment_step(
        payment.state, reply.state.value, moved=payment.moved, amount=int(reply.amount)
    )
    if step is PaymentStep.REFUSE:
        detail = f"it is {payment.state.name.lower()}, {payment.moved} micros"
        raise refused(MoveRefusal.PAYMENT_ENDED, detail=detail, field="state")
    if step is PaymentStep.FOLLOW:
        return _done(context, payment, reply)
    if step is PaymentStep.DECLINE:
        return _ended(context, payment, _P.DECLINED, reply)
    state = {PaymentStep.NOTE_SENT: _P.SENT, PaymentStep.NOTE_UNKNOWN: _P.UNKNOWN}.get(step)
    if state not in (None, payment.state):
        payment = replace(payment, state=state)
        context.work.payments.put(payment)
    return payment


def _done(context: CommandContext, payment: PaymentRecord, reply: Reply) -> PaymentRecord:
    """Follow money that has moved."""
    order = context.work.orders.get(payment.order)
    assert order is not None
    if payment.kind is _K.CHARGE:
        return _charged(context, payment, order, reply)
    name = context.order_id(order.number)
    left = Micros(max(0, payment.amount - reply.amount))
    over = Micros(max(0, reply.amount - payment.amount))
    if payment.kind is _K.REFUND:
        paid = Micros(payment.amount - left)
        context.must(context.book.refund_paid(name, payment.provider, payment.number, paid, over))
    elif over:
        context.must(context.book.overpaid(name, payment.provider, payment.number, over))
    payment = _ended(context, payment, _P.PAID, reply)
    if left:
        context.ask_payment(order, payment.kind, left, payment.provider)
    return payment


def _charged(
    context: CommandContext, payment: PaymentRecord, order: OrderRecord, reply: Reply
) -> PaymentRecord:
    """Let a charge pay its order, or owe all of it back when it cannot."""
    in_time = order.due is None or context.now < order.due
    fits = order.state is OrderState.RESERVED and in_time and reply.amount == payment.amount
    if fits and (
        order.fulfilment != "redeem" or context.work.parties.by_ordinal(order.buyer) is not None
    ):
        take_payment(context, order, payment.provider)
        return _ended(context, payment, _P.PAID, reply)
    name = context.order_id(order.number)
    back = context.book.charge_returned(
        name, order.shop, payment.provider, payment.number, Micros(reply.amount)
    )
    context.must(back)
    payment = _ended(context, payment, _P.RETURNED, reply)
    context.ask_payment(order, _K.REFUND, Micros(reply.amount), payment.provider)
    return payment


def _ended(
    context: CommandContext, payment: PaymentRecord, state: PaymentStand, reply: Reply
) -> PaymentRecord:
    payment = replace(
        payment, state=state, moved=reply.amount, reference=reply.reference, ended=context.now
    )
    context.work.payments.put(payment)
    return payment
