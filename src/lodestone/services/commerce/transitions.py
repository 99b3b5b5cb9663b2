"""Pay, fulfil, cancel and refund an order. See `commerce.life` for what is allowed."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec

from lodestone.base.clock import SECOND_MICROS, Instant
from lodestone.base.errors import InvalidError, Problem
from lodestone.base.money import Micros
from lodestone.commerce.life import ENDED, OrderState, Transition
from lodestone.commerce.order import PayIn, RefundIn
from lodestone.commerce.payment import OPEN, PaymentKind, PaymentStand
from lodestone.commerce.price import NOTHING, first_units, less, portion, require_whole
from lodestone.commerce.product import DATE_MAX
from lodestone.commerce.refusals import MoveRefusal
from lodestone.commerce.shop import ROLES
from lodestone.commerce.stock import release, restock, sell
from lodestone.commerce.vouchers import Voucher, write_code
from lodestone.events.outcomes import FactKind
from lodestone.services.commerce.context import CommandContext, refused
from lodestone.services.commerce.events import tell_back, tell_bought, tell_vouchers_back
from lodestone.services.commerce.postings import HOLD_SECONDS
from lodestone.services.commerce.waitlist import admit
from lodestone.stores.commerce.types import OrderRecord, PaymentRecord, VoucherRecord
from lodestone.stores.commerce.voucher_codes import code_digest, seal_code
from lodestone.stores.records.types import Deed

_S, _M, _K = OrderState, Transition, PaymentKind


def pay(context: CommandContext, order: OrderRecord, given: PayIn) -> OrderRecord:
    """Take somebody's word that a reserved order's money has been taken.

    Paying again what has been paid changes nothing.

    Raises:
        ConflictError: `MoveRefusal`.
    """
    judge_payment(context, order, given)
    if order.state is _S.PAID and order.provider == given.method:
        return order
    held = context.work.payments.of_order(order.number)
    if given.request_id is not None and given.request_id in {one.request for one in held}:
        raise refused(MoveRefusal.REQUEST_REUSED, field="request_id")
    require_no_charge_open(held)
    context.require(order, _M.PAY)
    order = take_payment(context, order, given.method)
    if order.paid.total:
        charge = context.ask_payment(
            order, _K.CHARGE, order.paid.total, given.method, given.request_id
        )
        context.work.payments.put(
            replace(
                charge,
                state=PaymentStand.PAID,
                moved=charge.amount,
                reference=given.reference,
                ended=context.now,
            )
        )
    return order


def judge_payment(context: CommandContext, order: OrderRecord, given: PayIn) -> None:
    """Refuse a payment of another amount than the order's total."""
    _require_money(context, given.amount.currency, "amount.currency")
    if given.amount.micros != order.paid.total:
        detail = f"{order.paid.total} micros"
        raise refused(MoveRefusal.AMOUNT_MISMATCH, detail=detail, field="amount")


def require_no_charge_open(held: Sequence[PaymentRecord]) -> None:
    """Refuse a second payment while nobody knows what became of the first."""
    if any(one.kind is _K.CHARGE and one.state in OPEN for one in held):
        raise refused(MoveRefusal.PAYMENT_PENDING)


def take_payment(context: CommandContext, order: OrderRecord, provider: str) -> OrderRecord:
    """Book what a provider has taken for a reserved order; the stock is sold, vouchers are issued."""
    order = replace(order, provider=provider)
    redeemed = order.fulfilment == "redeem"
    if redeemed:
        context.buyer(order)
    name = context.order_id(order.number)
    if order.paid.total:
        make = context.book.sell_vouchers if redeemed else context.book.hold
        context.must(make(name, order.shop, provider, order.paid.total))
    context.work.stock.move(order.takes, sell)
    due = None if redeemed else Instant(context.now + HOLD_SECONDS * SECOND_MICROS)
    order = context.move(order, _M.PAY, due=due, amount=order.paid.total)
    if redeemed:
        _issue(context, order)
    tell_bought(context, order)
    return order


def fulfil(context: CommandContext, order: OrderRecord, staff_id: str | None = None) -> OrderRecord:
    """Hand an order over; merchant and house are paid. Again changes nothing.

    Raises:
        ConflictError: `MoveRefusal`; what is redeemed is fulfilled by its vouchers.
    """
    if staff_id is not None:
        require_staff(context, order, staff_id, manager=False)
    if order.state is _S.FULFILLED:
        return order
    context.require(order, _M.FULFIL)
    if order.fulfilment == "redeem":
        raise refused(MoveRefusal.MOVE_REFUSED, detail="its vouchers are redeemed at the shop")
    name = context.order_id(order.number)
    back = portion(order.paid, Micros(0), order.refunded, unit=order.unit)
    earned = less(order.paid, back)
    if earned.total:
        context.must(context.book.capture(name, order.shop, order.provider, earned))
    order = context.move(order, _M.FULFIL, amount=earned.total)
    if order.fulfilment == "pickup":
        line = order.lines[0]
        item = context.item(line.product)
        visit = Deed(
            FactKind.SHOP_VISIT,
            f"visit/{name}",
            context.now,
            order.buyer,
            item,
            order.receipt,
            order.slot,
        )
        context.work.deeds.add(visit)
    return order


def require_staff(
    context: CommandContext, order: OrderRecord, staff_id: str, *, manager: bool
) -> None:
    """Refuse whoever does not serve at an order's shop, or is no manager where one is needed."""
    staff = context.work.parties.get(staff_id)
    role = (
        None if staff is None else context.work.shops.role(context.shop(order.shop), staff.ordinal)
    )
    if role is None:
        raise refused(MoveRefusal.STAFF_UNKNOWN, field="staff_id")
    if manager and ROLES[role] != "manager":
        raise refused(MoveRefusal.ROLE_LACKING, field="staff_id")


def cancel(context: CommandContext, order: OrderRecord) -> OrderRecord:
    """Give an order up before it was fulfilled; stock and money are free. Again changes nothing.

    Raises:
        ConflictError: `MoveRefusal`.
    """
    if order.state is _S.CANCELLED:
        return order
    context.require(order, _M.CANCEL)
    if order.state is _S.PAID:
        _give_back_all(context, order)
    ended = leave(context, order, _M.CANCEL)
    if order.sale is not None:
        admit(context, order.sale)
    return ended


def leave(context: CommandContext, order: OrderRecord, move: Transition) -> OrderRecord:
    """End an order that was not fulfilled: give back its stock and its place."""
    if order.state is _S.RESERVED:
        context.work.stock.move(order.takes, release)
    elif order.state is _S.PAID:
        context.work.stock.move(order.takes, restock)
        if order.fulfilment != "redeem":
            tell_back(context, order, order.refunded, order.paid.total)
    if order.sale is not None:
        units = sum(line.quantity for line in order.lines)
        context.work.sale_units.add(order.sale, order.buyer, -units)
        if order.state is _S.WAITING:
            context.line_moved(order.sale, -units)
    back = Micros(order.paid.total - order.refunded) if order.provider else None
    return context.move(order, move, amount=back)


def _give_back_all(context: CommandContext, order: OrderRecord) -> None:
    """Free the money of an order of which nothing has been handed over."""
    name = context.order_id(order.number)
    if order.fulfilment != "redeem":
        if order.paid.total:
            book = context.book
            context.must(book.release(name, order.shop, order.provider, expired=False))
            give_back(context, order, _K.RELEASE, Micros(order.paid.total - order.refunded))
        return
    vouchers = context.work.vouchers.of_order(order.number)
    if any(voucher.standing.used for voucher in vouchers):
        raise refused(MoveRefusal.VOUCHER_REDEEMED)
    left = Micros(order.paid.total - order.refunded)
    context.must(context.book.refund_vouchers(name, order.shop, order.provider, "cancelled", left))
    give_back(context, order, _K.REFUND, left)
    ended = [
        replace(one, standing=replace(one.standing, refunded=one.standing.count))
        for one in vouchers
    ]
    tell_vouchers_back(context, order, vouchers, ended)
    for voucher in ended:
        context.work.vouchers.put(voucher)


def give_back(
    context: CommandContext, order: OrderRecord, kind: PaymentKind, amount: Micros
) -> None:
    """Have the provider that took an order's money give part of it back."""
    if amount:
        context.ask_payment(order, kind, amount, order.provider)


def refund(context: CommandContext, order: OrderRecord, given: RefundIn) -> OrderRecord:
    """Refund part or all of what is left; again under its request id changes nothing.

    Raises:
        ConflictError: `MoveRefusal`, or `request_reused`.
    """
    if given.staff_id is not None:
        require_staff(context, order, given.staff_id, manager=True)
    digest = hashlib.sha256(msgspec.json.encode(given)).digest()
    before = context.work.orders.event(order.number, given.request_id)
    if before is not None:
        if before.digest != digest:
            raise refused(MoveRefusal.REQUEST_REUSED, field="request_id")
        return order
    if given.amount is not None:
        _require_money(context, given.amount.currency, "amount.currency")
    context.require(order, _M.REFUND_PART)
    once = (given.request_id, digest)
    if order.fulfilment == "redeem":
        return _refund_vouchers(context, order, given, once)
    if given.units is not None:
        problem = Problem("units", "is for orders that are redeemed; send amount")
        raise InvalidError("units_not_redeemed", f"units {problem.problem}.", (problem,))
    left = order.paid.total - order.refunded
    amount = Micros(left if given.amount is None else given.amount.micros)
    if amount > left:
        detail = f"{left} micros left of {order.paid.total}"
        raise refused(MoveRefusal.REFUND_BEYOND_PAID, detail=detail, field="amount")
    if amount % order.unit and amount != left:
        require_whole(amount, context.community.currency, "amount")
    return _refund_amount(context, order, amount, once)


def _refund_amount(
    context: CommandContext, order: OrderRecord, amount: Micros, once: tuple[str, bytes]
) -> OrderRecord:
    name = context.order_id(order.number)
    whole = order.refunded + amount == order.paid.total
    if order.state is not _S.PAID:
        back = portion(order.paid, order.refunded, amount, unit=order.unit)
        have = context.payable(order.shop)
        context.must(context.book.refund(name, order.shop, order.provider, once[0], back, have))
    elif whole and order.paid.total:
        context.must(context.book.release(name, order.shop, order.provider, expired=False))
    if whole and order.state is _S.PAID:
        context.work.stock.move(order.takes, restock)
    give_back(context, order, _K.RELEASE if order.state is _S.PAID else _K.REFUND, amount)
    tell_back(context, order, order.refunded, order.refunded + amount)
    order = replace(order, refunded=Micros(order.refunded + amount))
    move = _M.REFUND_WHOLE if whole else _M.REFUND_PART
    due = order.due if not whole and order.state is _S.PAID else None
    return context.move(order, move, due=due, amount=amount, once=once)


def _refund_vouchers(
    context: CommandContext, order: OrderRecord, given: RefundIn, once: tuple[str, bytes]
) -> OrderRecord:
    if given.amount is not None:
        raise refused(MoveRefusal.REFUND_NOT_WHOLE_UNITS, field="amount")
    vouchers = context.work.vouchers.of_order(order.number)
    left = sum(voucher.standing.left for voucher in vouchers)
    units = left if given.units is None else given.units
    if not 0 < units <= left:
        detail = f"{left} unused"
        raise refused(MoveRefusal.REFUND_BEYOND_PAID, detail=detail, field="units")
    return refund_units(context, order, vouchers, units, f"refund {given.request_id}", once)


def refund_units(
    context: CommandContext,
    order: OrderRecord,
    vouchers: list[VoucherRecord],
    units: int,
    what: str,
    once: tuple[str, bytes] | None = None,
) -> OrderRecord:
    """Refund so many unused times of vouchers of one order, the first vouchers first.

    The order ends when no unit of it is used or left, whatever the units cost: a free one counts as much.

    Args:
        context: The work.
        order: The order.
        vouchers: Those of its vouchers whose units may go back.
        units: How many; at most what is left of them.
        what: Names the transfer among those of the order.
        once: The app's request id and what it asked for; None for what time brings about.
    """
    amount, changed = 0, []
    for voucher in vouchers:
        now = min(units, voucher.standing.left)
        if now:
            units -= now
            amount += _unused_amount(voucher, now, order.unit)
            standing = replace(voucher.standing, refunded=voucher.standing.refunded + now)
            changed.append(replace(voucher, standing=standing))
    assert units == 0
    name = context.order_id(order.number)
    back = context.book.refund_vouchers(name, order.shop, order.provider, what, Micros(amount))
    context.must(back)
    give_back(context, order, _K.REFUND, Micros(amount))
    before = context.work.vouchers.of_order(order.number)
    for voucher in changed:
        context.work.vouchers.put(voucher)
    after_all = context.work.vouchers.of_order(order.number)
    tell_vouchers_back(context, order, before, after_all)
    order = replace(order, refunded=Micros(order.refunded + amount))
    whole = all(each.standing.refunded == each.standing.count for each in after_all)
    if order.state in ENDED:
        # Written by an earlier version: the order ended with free units left, and no money is in them.
        return order
    if whole:
        context.work.stock.move(order.takes, restock)
    move = _M.REFUND_WHOLE if whole else _M.REFUND_PART
    order = context.move(order, move, amount=Micros(amount), once=once)
    return order if whole else finish_redeemed(context, order)


def _unused_amount(voucher: VoucherRecord, units: int, unit: int) -> Micros:
    """Return what the last `units` that are neither used nor refunded were sold for."""
    total, standing = voucher.paid.total, voucher.standing
    last = standing.count - standing.refunded
    upto = first_units(total, standing.count, last, unit=unit)
    return Micros(upto - first_units(total, standing.count, last - units, unit=unit))


def finish_redeemed(context: CommandContext, order: OrderRecord) -> OrderRecord:
    """Fulfil an order once none of its vouchers can be redeemed any more."""
    vouchers = context.work.vouchers.of_order(order.number)
    done = all(not voucher.standing.left for voucher in vouchers)
    if done and order.state is _S.PAID and any(voucher.standing.used for voucher in vouchers):
        return context.move(order, _M.FULFIL)
    return order


def _issue(context: CommandContext, order: OrderRecord) -> None:
    """Issue one voucher for each line: redeemed at most `count` times, until it expires."""
    buyer = context.buyer(order)
    for index, line in enumerate(order.lines):
        product = context.work.shops.product(line.product)
        assert product is not None
        rule = product.given.voucher
        code = write_code(context.work.chance(17))
        last = context.date + timedelta(days=rule.valid_days)
        ends = min(line.date or last, DATE_MAX)
        expires = Instant(context.community.days.starts(ends + timedelta(days=1)))
        standing = Voucher(line.quantity * rule.count, 0, 0, expires)
        number = context.work.vouchers.next_number()
        context.work.vouchers.add(
            VoucherRecord(
                number,
                order.number,
                index,
                order.shop,
                order.buyer,
                standing,
                line.paid,
                NOTHING,
                context.now,
                code_digest(code),
                seal_code(buyer, code),
            )
        )


def _require_money(context: CommandContext, currency: str, field: str) -> None:
    if currency != context.community.currency:
        detail = context.community.currency
        raise refused(MoveRefusal.CURRENCY_MISMATCH, detail=detail, field=field)
