"""Prove that orders, vouchers, stock and the ledger say the same; see `ledger`.

What the ledger moved for an order follows from the order alone: from its lines' frozen price and share, what was
refunded, what was redeemed. Every order is worked out anew and held against the transfers that name it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from lodestone.base.money import Micros
from lodestone.commerce.life import OrderState, Transition
from lodestone.commerce.payment import PaymentKind, PaymentStand
from lodestone.commerce.price import NOTHING, Parts, add, less, portion
from lodestone.ledger.chart import AccountKind
from lodestone.ledger.judge import HoldState
from lodestone.ledger.transfers import transfer_id
from lodestone.services.audit.ads import ADS
from lodestone.services.audit.boosts import BOOSTS
from lodestone.services.audit.creators import CREATORS
from lodestone.services.audit.ledger import (
    CHECKS,
    Audited,
    Check,
    Difference,
    Net,
    net_differences,
)
from lodestone.services.audit.log import FACTS
from lodestone.services.audit.shares import SHARES
from lodestone.services.support.ids import ORDER, VOUCHER, made_id
from lodestone.stores.commerce.types import CommerceSnapshot, OrderEvent, OrderRecord, PaymentRecord

_K: Final = AccountKind
_NEVER: Final = (OrderState.WAITING, OrderState.RESERVED)
_GIVEN_UP: Final = (OrderState.CANCELLED, OrderState.EXPIRED)


def _trade(audited: Audited) -> Iterator[Difference]:
    """Orders, vouchers, stock and the ledger say the same."""
    secret = audited.records.community(audited.money.community).secret
    books = audited.snapshot.commerce()
    events: dict[int, list[OrderEvent]] = {}
    for event in books.events:
        events.setdefault(event.number, []).append(event)
    payments: dict[int, list[PaymentRecord]] = {}
    for payment in books.payments:
        payments.setdefault(payment.order, []).append(payment)
    yield from _stock(books, events)
    yield from _taken(books)
    yield from _vouchers(books, secret)
    moved = audited.walked.nets
    holds = {hold.id: hold.state for hold in audited.snapshot.holds()}
    earned = _earned(books)
    for order in books.orders:
        name = made_id(ORDER, secret, order.number)
        mine = payments.get(order.number, [])
        expected = _expected(order, earned.get(order.number, NOTHING), events.get(order.number, []))
        expected = _with_payments(expected, mine)
        yield from net_differences("trade", name, expected, moved.get(name, {}))
        yield from _payments(order, name, mine)
        yield from _hold(order, name, holds.get(transfer_id("order", name, "pay")))
        last = events.get(order.number, [])
        if last and last[-1].state is not order.state:
            yield _said(name, last[-1].state.name.lower(), order.state.name.lower())
    for name in moved.keys() - {made_id(ORDER, secret, order.number) for order in books.orders}:
        if name.startswith(ORDER):
            yield _said(name, "an order", "transfers alone")


def _stock(books: CommerceSnapshot, events: dict[int, list[OrderEvent]]) -> Iterator[Difference]:
    reserved: Counter[str] = Counter()
    sold: Counter[str] = Counter()
    for order in books.orders:
        for take in order.takes:
            if order.state is OrderState.RESERVED:
                reserved[take.item] += take.units
            elif _has_sold(order, events.get(order.number, [])):
                sold[take.item] += take.units
    for key, stock in books.stock.items():
        expected = (reserved[key], sold[key])
        if (stock.held, stock.sold) != expected or stock.available < 0:
            actual = f"held {stock.held}, sold {stock.sold} of {stock.offered}"
            yield _said(f"stock {key}", f"held {expected[0]}, sold {expected[1]}", actual)


def _has_sold(order: OrderRecord, events: list[OrderEvent]) -> bool:
    """Say whether an order's units are out of the stock: not if they came back before they were handed over."""
    if order.state is OrderState.REFUNDED:
        return len(events) > 1 and events[-2].state is not OrderState.PAID
    return order.state not in (*_NEVER, *_GIVEN_UP)


def _taken(books: CommerceSnapshot) -> Iterator[Difference]:
    expected: Counter[tuple[str, int]] = Counter()
    for order in books.orders:
        if order.sale is not None and order.state not in _GIVEN_UP:
            expected[(order.sale, order.buyer)] += sum(line.quantity for line in order.lines)
    for key in sorted(expected.keys() | books.taken.keys()):
        if expected[key] != books.taken.get(key, 0):
            subject = f"sale {key[0]} person:{key[1]}"
            yield _said(subject, str(expected[key]), str(books.taken.get(key, 0)))


def _vouchers(books: CommerceSnapshot, secret: bytes) -> Iterator[Difference]:
    used: Counter[int] = Counter()
    earned: dict[int, Parts] = {}
    for redemption in books.redemptions:
        if redemption.reversed is None:
            used[redemption.voucher] += redemption.count
            earned[redemption.voucher] = add(
                earned.get(redemption.voucher, NOTHING), redemption.earned
            )
    for voucher in books.vouchers:
        actual = (voucher.standing.used, voucher.earned)
        expected = (used[voucher.number], earned.get(voucher.number, NOTHING))
        if actual != expected or voucher.standing.left < 0:
            name = made_id(VOUCHER, secret, voucher.number)
            yield _said(
                name, f"used {expected[0]}", f"used {actual[0]} of {voucher.standing.count}"
            )


def _earned(books: CommerceSnapshot) -> dict[int, Parts]:
    """Return what vouchers have earned, by order."""
    earned: dict[int, Parts] = {}
    for voucher in books.vouchers:
        earned[voucher.order] = add(earned.get(voucher.order, NOTHING), voucher.earned)
    return earned


def _expected(order: OrderRecord, earned: Parts, events: list[OrderEvent]) -> Net:
    """Work out what the ledger must have moved for an order."""
    if not order.provider:
        return {}
    if order.fulfilment == "redeem":
        gone = order.paid.total - order.refunded if order.state is OrderState.CANCELLED else 0
        refunded = order.refunded + gone
        return {
            _K.PROVIDER_CLEARING: -order.paid.total,
            _K.VOUCHER_LIABILITY: order.paid.total - earned.total - refunded,
            _K.MERCHANT_PAYABLE: earned.merchant,
            _K.COMMISSION_REVENUE: earned.commission,
            _K.REFUNDS: refunded,
        }
    done = next((event.amount for event in events if event.move is Transition.FULFIL), None)
    if done is None:
        return {}
    remaining = less(order.paid, portion(order.paid, Micros(0), order.refunded, unit=order.unit))
    return {
        _K.PROVIDER_CLEARING: -done,
        _K.MERCHANT_PAYABLE: remaining.merchant,
        _K.COMMISSION_REVENUE: remaining.commission,
        _K.REFUNDS: done - remaining.total,
    }


def _with_payments(expected: Net, payments: Sequence[PaymentRecord]) -> Net:
    """Add what the ledger must have moved for what a provider gave back, or took for nothing."""
    net = dict(expected)
    for payment in payments:
        if payment.state is PaymentStand.RETURNED:
            _move(net, _K.PROVIDER_CLEARING, _K.REFUNDS, payment.moved)
        elif payment.state is PaymentStand.PAID and payment.kind is not PaymentKind.CHARGE:
            if payment.kind is PaymentKind.REFUND:
                _move(net, _K.REFUNDS, _K.PROVIDER_CLEARING, min(payment.moved, payment.amount))
            over = max(0, payment.moved - payment.amount)
            _move(net, _K.ADJUSTMENT, _K.PROVIDER_CLEARING, over)
    return net


def _move(net: Net, debit: AccountKind, credit: AccountKind, amount: int) -> None:
    for kind, sign in ((debit, -1), (credit, 1)):
        net[kind] = net.get(kind, 0) + sign * amount


def _payments(
    order: OrderRecord, name: str, payments: Sequence[PaymentRecord]
) -> Iterator[Difference]:
    """A paid order has one charge that pays it, and everything that goes back is asked of its provider."""
    charges = [payment for payment in payments if payment.kind is PaymentKind.CHARGE]
    if not charges:
        return  # nothing was paid, or it was before payments were written down
    pays = [charge for charge in charges if charge.state is PaymentStand.PAID]
    took = [(pay.provider, pay.moved) for pay in pays]
    expected = [(order.provider, order.paid.total)] if order.provider else []
    if took != expected:
        yield _said(f"{name} charge", f"{expected}", f"{took}")
    back = order.refunded
    if order.provider and order.state in _GIVEN_UP:
        back = order.paid.total
    owed = back + sum(charge.moved for charge in charges if charge.state is PaymentStand.RETURNED)
    asked = sum(
        min(payment.moved, payment.amount) if payment.state is PaymentStand.PAID else payment.amount
        for payment in payments
        if payment.kind is not PaymentKind.CHARGE
    )
    if asked != owed:
        yield _said(f"{name} payments back", str(owed), str(asked))


def _hold(order: OrderRecord, name: str, state: HoldState | None) -> Iterator[Difference]:
    """A payment is held just while its order waits to be fulfilled."""
    if order.fulfilment == "redeem" or not order.provider or not order.paid.total:
        return
    expected = {
        OrderState.PAID: HoldState.OPEN,
        OrderState.CANCELLED: HoldState.VOIDED,
        OrderState.EXPIRED: HoldState.EXPIRED,
    }.get(order.state, HoldState.POSTED)
    whole = order.state is OrderState.REFUNDED and state is HoldState.VOIDED
    # The ledger lets a hold expire when its time is over; the order follows at its own next tick.
    late = order.state is OrderState.PAID and state is HoldState.EXPIRED
    if state is not expected and not whole and not late:
        actual = "none" if state is None else state.name.lower()
        yield _said(f"{name} hold", expected.name.lower(), actual)


def _said(subject: str, expected: str, actual: str) -> Difference:
    return Difference(check="trade", subject=subject, expected=expected, found=actual)


ALL_CHECKS: Final = (*CHECKS, Check("trade", _trade), FACTS, ADS, CREATORS, BOOSTS, SHARES)
"""What `lodestone audit` runs."""
