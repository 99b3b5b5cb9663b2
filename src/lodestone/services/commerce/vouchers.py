"""Redeem vouchers at the shop: prepare, redeem, reverse."""

from dataclasses import dataclass, replace

from lodestone.base.errors import LodestoneError, UnknownError
from lodestone.base.money import Micros
from lodestone.base.wire import Position
from lodestone.commerce.life import Transition, after
from lodestone.commerce.order import PrepareIn, RedeemIn, ReverseIn
from lodestone.commerce.place import PRESENT_KM, Claim, between_km, km_text
from lodestone.commerce.price import add, first_units, less, portion
from lodestone.commerce.refusals import CURES, RedeemRefusal
from lodestone.commerce.short_codes import read_short
from lodestone.commerce.vouchers import REVERSE_MICROS, judge, read_code
from lodestone.events.outcomes import FactKind
from lodestone.services.commerce.context import CommandContext, Reply, refused
from lodestone.services.commerce.presenters import redemption_out, view_of, voucher_out
from lodestone.services.commerce.short_codes import by_short_code
from lodestone.services.commerce.transitions import finish_redeemed
from lodestone.stores.commerce.types import (
    Party,
    RedemptionRecord,
    ShopRecord,
    VoucherRecord,
)
from lodestone.stores.commerce.voucher_codes import code_digest
from lodestone.stores.records.types import Deed


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who redeems, where, and for whom."""

    shop: ShopRecord
    staff: Party
    buyer: Party | None
    """None once erased."""


def prepare(context: CommandContext, given: PrepareIn) -> Reply | LodestoneError:
    """Look at a voucher; changes nothing, unless a short code is wrong: that is counted, and its refusal returned.

    Raises:
        UnknownError: `voucher_unknown`, `shop_unknown`.
        ConflictError: `RedeemRefusal`.
    """
    voucher = _voucher(context, given, None)
    if isinstance(voucher, LodestoneError):
        return voucher
    desk = _desk(context, voucher, given.shop_id, given.staff_id)
    return _reply_voucher(context, voucher, desk, given.code)


def redeem(context: CommandContext, given: RedeemIn) -> Reply | LodestoneError:
    """Redeem a voucher `count` times; again under its request id changes nothing. Short codes are as in `prepare`.

    Raises:
        UnknownError: `voucher_unknown`, `shop_unknown`.
        ConflictError: `RedeemRefusal`, then `VoucherRefusal`.
    """
    voucher = _voucher(context, given, given.request_id)
    if isinstance(voucher, LodestoneError):
        return voucher
    desk = _desk(context, voucher, given.shop_id, given.staff_id)
    before = context.work.redemptions.get(given.shop_id, given.request_id)
    if before is not None:
        if (before.voucher, before.count) != (voucher.number, given.count):
            raise refused(RedeemRefusal.REQUEST_REUSED, field="request_id")
        return _reply(context, before, voucher, desk, given.code)
    claim = _present(context, desk, given.position)
    refusal = judge(voucher.standing, given.count, context.now)
    if refusal is not None:
        raise refused(refusal, detail=f"{voucher.standing.left} left", field="code")
    bought = context.work.orders.get(voucher.order)
    assert bought is not None
    context.require(bought, Transition.REDEEM)
    return _write(context, given, voucher, desk, claim)


def _write(
    context: CommandContext,
    given: RedeemIn,
    voucher: VoucherRecord,
    desk: _Desk,
    claim: Claim | None,
) -> Reply:
    """Pay merchant and house, and write the redemption; nothing after this can refuse."""
    standing, paid = voucher.standing, voucher.paid
    order = context.work.orders.get(voucher.order)
    assert order is not None
    upto = first_units(paid.total, standing.count, standing.used + given.count, unit=order.unit)
    # By running totals, so that all redemptions and refunds together come to what was paid,
    # whatever was reversed between.
    due = max(0, upto - voucher.earned.total)  # reversals of cheap times may have left it ahead
    earned = portion(paid, voucher.earned.total, Micros(due), unit=order.unit)
    name = context.order_id(voucher.order)
    context.must(context.book.redeem(name, voucher.shop, given.request_id, earned))
    one = RedemptionRecord(
        voucher.shop,
        given.request_id,
        voucher.number,
        desk.staff.ordinal,
        standing.used,
        given.count,
        earned,
        context.now,
    )
    context.work.redemptions.add(one)
    voucher = replace(
        voucher,
        standing=replace(standing, used=standing.used + given.count),
        earned=add(voucher.earned, earned),
    )
    context.work.vouchers.put(voucher)
    if claim is not None and desk.buyer is not None:
        context.work.parties.put_claim(desk.buyer, claim)
    order = context.move(order, Transition.REDEEM, amount=earned.total)
    finish_redeemed(context, order)
    item = context.item(order.lines[voucher.line].product)
    told = f"{name}/{voucher.shop}/{given.request_id}"
    for kind in (FactKind.REDEEM, FactKind.SHOP_VISIT):
        context.work.deeds.add(
            Deed(
                kind,
                f"{kind.name.lower()}/{told}",
                context.now,
                voucher.buyer,
                item,
                order.receipt,
                order.slot,
            )
        )
    return _reply(context, one, voucher, desk, given.code)


def reverse(context: CommandContext, given: ReverseIn) -> Reply:
    """Take a redemption back within the hour; again under its request id changes nothing.

    Raises:
        UnknownError: `redemption_unknown`, `shop_unknown`.
        ConflictError: `RedeemRefusal`.
    """
    one = context.work.redemptions.get(given.shop_id, given.redeemed)
    if one is None:
        message = f"This shop has no redemption {given.redeemed!r}."
        raise UnknownError("redemption_unknown", message)
    voucher = context.work.vouchers.at([one.voucher])[0]
    desk = _desk(context, voucher, given.shop_id, given.staff_id)
    before = context.work.redemptions.reversed_by(given.shop_id, given.request_id)
    if before is not None and before.request != given.redeemed:
        raise refused(RedeemRefusal.REQUEST_REUSED, field="request_id")
    if before is not None:
        return _reply(context, before, voucher, desk, None)
    if one.reversed is not None:
        raise refused(RedeemRefusal.ALREADY_REVERSED, field="redeemed")
    order = context.work.orders.get(voucher.order)
    assert order is not None
    over = context.now > one.time + REVERSE_MICROS
    if over or after(order.state, Transition.REVERSE) is None:
        raise refused(RedeemRefusal.REVERSE_TOO_LATE, field="redeemed")
    name = context.order_id(voucher.order)
    have = context.payable(voucher.shop)
    context.must(context.book.reverse(name, voucher.shop, one.request, one.earned, have))
    one = replace(one, reversed=context.now, reverse_request=given.request_id)
    context.work.redemptions.put_reversed(one)
    standing = replace(voucher.standing, used=voucher.standing.used - one.count)
    voucher = replace(voucher, standing=standing, earned=less(voucher.earned, one.earned))
    context.work.vouchers.put(voucher)
    context.move(order, Transition.REVERSE, amount=one.earned.total)
    return _reply(context, one, voucher, desk, None)


def _voucher(
    context: CommandContext, given: PrepareIn | RedeemIn, request: str | None
) -> VoucherRecord | LodestoneError:
    """Return the voucher of a long or a short code; see `by_short_code`. Raises UnknownError."""
    short = read_short(given.code)
    if short is not None:
        # Whoever does not serve at the shop learns nothing of its codes, and uses none of its tries.
        _staff(context, given.shop_id, given.staff_id)
        return by_short_code(context, given.shop_id, short, request)
    code = read_code(given.code)
    stored = [] if code is None else context.work.vouchers.by_code(code_digest(code))
    if not stored:
        cure = CURES[RedeemRefusal.VOUCHER_UNKNOWN]
        raise UnknownError("voucher_unknown", cure)
    return stored[0]


def _desk(context: CommandContext, voucher: VoucherRecord, shop_id: str, staff_id: str) -> _Desk:
    shop = _shop(context, shop_id)
    if voucher.shop != shop_id:
        raise refused(RedeemRefusal.VOUCHER_FOREIGN, field="shop_id")
    staff = _staff(context, shop_id, staff_id)
    return _Desk(shop, staff, context.work.parties.by_ordinal(voucher.buyer))


def _shop(context: CommandContext, shop_id: str) -> ShopRecord:
    shop = context.work.shops.get(shop_id)
    if shop is None:
        raise UnknownError("shop_unknown", f"There is no shop {shop_id!r} here.")
    return shop


def _staff(context: CommandContext, shop_id: str, staff_id: str) -> Party:
    """Return who serves at a shop. Raises UnknownError, and ConflictError `staff_unknown`."""
    staff = context.work.parties.get(staff_id)
    if staff is None or context.work.shops.role(_shop(context, shop_id), staff.ordinal) is None:
        raise refused(RedeemRefusal.STAFF_UNKNOWN, field="staff_id")
    return staff


def _present(context: CommandContext, desk: _Desk, position: Position | None) -> Claim | None:
    """Take the buyer's presence at the shop as a claim of where they are."""
    shop = desk.shop.given.position
    if shop is None:  # it stood somewhere when the voucher was sold
        return None
    distance = between_km(shop, position or shop)
    if distance > PRESENT_KM:
        detail = f"the buyer is {km_text(distance)} away"
        raise refused(RedeemRefusal.NOT_AT_SHOP, detail=detail, field="position")
    if desk.buyer is None:
        return None
    claim = context.claim(desk.buyer, position or shop)
    if claim is None:
        raise refused(RedeemRefusal.IMPOSSIBLE_TRAVEL, field="position")
    return claim


def _reply_voucher(
    context: CommandContext, voucher: VoucherRecord, desk: _Desk, code: str
) -> Reply:
    order = context.work.orders.get(voucher.order)
    assert order is not None
    buyer = None if desk.buyer is None else desk.buyer.id
    view = view_of(voucher, buyer, read_code(code), order.lines[voucher.line])
    return Reply(200, voucher_out(context.community, view, context.now, code=True), desk.buyer)


def _reply(
    context: CommandContext,
    one: RedemptionRecord,
    voucher: VoucherRecord,
    desk: _Desk,
    code: str | None,
) -> Reply:
    order = context.work.orders.get(voucher.order)
    assert order is not None
    buyer = None if desk.buyer is None else desk.buyer.id
    shown = None if code is None else read_code(code)
    view = view_of(voucher, buyer, shown, order.lines[voucher.line])
    told = voucher_out(context.community, view, context.now, code=code is not None)
    return Reply(200, redemption_out(context.community, one, desk.staff.id, told), desk.buyer)
