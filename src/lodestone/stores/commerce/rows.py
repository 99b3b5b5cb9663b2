"""How records of trade lie in their tables. See `schema`."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.base.wire import Position
from lodestone.commerce.life import OrderState, Transition
from lodestone.commerce.order import Address
from lodestone.commerce.payment import PaymentKind, PaymentStand
from lodestone.commerce.place import Claim
from lodestone.commerce.price import Parts
from lodestone.commerce.product import ProductIn, SaleIn
from lodestone.commerce.shop import Review, ShopIn
from lodestone.commerce.stock import Stock, Take
from lodestone.commerce.vouchers import Voucher
from lodestone.stores.commerce.types import (
    Line,
    OrderEvent,
    OrderRecord,
    PaymentRecord,
    ProductRecord,
    RedemptionRecord,
    SaleRecord,
    ShopRecord,
    VoucherRecord,
)
from lodestone.stores.sql.encryption import Seal

REVIEWS: Final[tuple[Review, ...]] = ("applied", "approved", "rejected")
FULFILMENTS: Final = ("delivery", "pickup", "redeem")
ADDRESS: Final = b"orders.doc"
CODE: Final = b"vouchers.code"
CLAIM: Final = b"claims.place"
NOBODY: Final = "-"
"""Stands for the owner in a stored shop, which names them by ordinal only."""
_ENCODER = msgspec.msgpack.Encoder()
_SHOP = msgspec.msgpack.Decoder(ShopIn)
_PRODUCT = msgspec.msgpack.Decoder(ProductIn)
_SALE = msgspec.msgpack.Decoder(SaleIn)
_ADDRESS: msgspec.msgpack.Decoder[Address | None] = msgspec.msgpack.Decoder(Address | None)
_PLACE = msgspec.msgpack.Decoder(tuple[float, float])


def shop_doc(given: ShopIn) -> bytes:
    """Store what an app sent of a shop, without its owner."""
    return _ENCODER.encode(msgspec.structs.replace(given, owner_id=NOBODY))


def shop_record(row: Any) -> ShopRecord:
    """Read a shop; its owner's id is filled in by whoever may open it."""
    return ShopRecord(
        row.id,
        row.owner,
        _SHOP.decode(row.doc),
        REVIEWS[row.review],
        row.note,
        Instant(row.created),
    )


def product_doc(given: ProductIn) -> bytes:
    """Store what an app sent of a product."""
    return _ENCODER.encode(given)


def product_record(row: Any) -> ProductRecord:
    """Read a product."""
    return ProductRecord(row.id, row.shop, row.item, _PRODUCT.decode(row.doc), Instant(row.created))


def sale_doc(given: SaleIn) -> bytes:
    """Store what an app sent of a sale."""
    return _ENCODER.encode(given)


def sale_record(row: Any) -> SaleRecord:
    """Read a sale."""
    return SaleRecord(row.id, _SALE.decode(row.doc), Instant(row.created))


def stock_of(row: Any) -> Stock:
    """Read a stock item."""
    return Stock(row.offered, row.held, row.sold)


def seal_address(key: bytes, address: Address | None) -> bytes:
    """Seal where an order goes under its buyer's key."""
    return Seal(key).seal(_ENCODER.encode(address), what=ADDRESS)


def open_address(key: bytes, blob: bytes) -> Address | None:
    """Open where an order goes."""
    return _ADDRESS.decode(Seal(key).open(blob, what=ADDRESS))


def seal_claim(key: bytes, claim: Claim) -> bytes:
    """Seal where somebody said they were."""
    place = (claim.position.latitude, claim.position.longitude)
    return Seal(key).seal(_ENCODER.encode(place), what=CLAIM)


def open_claim(key: bytes, row: Any) -> Claim:
    """Open where somebody said they were."""
    return Claim(
        Position(*_PLACE.decode(Seal(key).open(row.sealed, what=CLAIM))), Instant(row.time)
    )


def order_values(order: OrderRecord, sealed: bytes) -> dict[str, object]:
    """Return the columns of a new order."""
    return {
        "number": order.number,
        "buyer": order.buyer,
        "shop": order.shop,
        "sale": order.sale,
        "fulfilment": FULFILMENTS.index(order.fulfilment),
        "created": order.created,
        "total": order.paid.total,
        "merchant": order.paid.merchant,
        "commission": order.paid.commission,
        "receipt": order.receipt,
        "slot": order.slot,
        "unit": order.unit,
        "doc": sealed,
        **order_moved(order),
    }


def order_moved(order: OrderRecord) -> dict[str, object]:
    """Return the columns of an order that its moves change."""
    return {
        "state": int(order.state),
        "due": order.due,
        "refunded": order.refunded,
        "provider": order.provider,
    }


def line_values(order: OrderRecord) -> list[dict[str, object]]:
    """Return the rows of an order's lines."""
    return [
        {
            "number": order.number,
            "line": index,
            "product": line.product,
            "variant": line.variant,
            "name": line.name,
            "date": None if line.date is None else line.date.isoformat(),
            "quantity": line.quantity,
            "unit": line.unit,
            "total": line.paid.total,
            "commission": line.paid.commission,
            "share": line.share,
        }
        for index, line in enumerate(order.lines)
    ]


def line_of(row: Any) -> Line:
    """Read a line."""
    day = None if row.date is None else date.fromisoformat(row.date)
    return Line(
        row.product,
        row.variant,
        row.name,
        day,
        row.quantity,
        Micros(row.unit),
        parts_of(row.total, row.commission),
        row.share,
    )


def parts_of(total: int, commission: int) -> Parts:
    """Read an amount and whose it is."""
    return Parts(Micros(total), Micros(total - commission), Micros(commission))


def order_record(row: Any, lines: Sequence[Line], takes: Sequence[Take]) -> OrderRecord:
    """Read an order."""
    return OrderRecord(
        number=row.number,
        buyer=row.buyer,
        shop=row.shop,
        sale=row.sale,
        state=OrderState(row.state),
        fulfilment=FULFILMENTS[row.fulfilment],
        due=None if row.due is None else Instant(row.due),
        created=Instant(row.created),
        paid=Parts(Micros(row.total), Micros(row.merchant), Micros(row.commission)),
        refunded=Micros(row.refunded),
        provider=row.provider,
        receipt=row.receipt,
        slot=row.slot,
        lines=tuple(lines),
        takes=tuple(takes),
        unit=row.unit,
    )


def event_values(event: OrderEvent) -> dict[str, object]:
    """Return the columns of a move."""
    return {
        "id": event.id,
        "number": event.number,
        "move": int(event.move),
        "state": int(event.state),
        "amount": event.amount,
        "request": event.request,
        "digest": event.digest,
        "time": event.time,
    }


def event_of(row: Any) -> OrderEvent:
    """Read a move."""
    return OrderEvent(
        row.id,
        row.number,
        Transition(row.move),
        OrderState(row.state),
        None if row.amount is None else Micros(row.amount),
        Instant(row.time),
        row.request,
        row.digest,
    )


def payment_values(one: PaymentRecord) -> dict[str, object]:
    """Return the columns of a new payment."""
    return {
        "number": one.number,
        "bought": one.order,
        "kind": int(one.kind),
        "provider": one.provider,
        "amount": one.amount,
        "request": one.request,
        "created": one.created,
        **payment_moved(one),
    }


def payment_moved(one: PaymentRecord) -> dict[str, object]:
    """Return the columns of a payment that a provider's word changes."""
    return {
        "state": int(one.state),
        "moved": one.moved,
        "reference": one.reference,
        "ended": one.ended,
    }


def payment_record(row: Any) -> PaymentRecord:
    """Read a payment."""
    return PaymentRecord(
        row.number,
        row.bought,
        PaymentKind(row.kind),
        PaymentStand(row.state),
        row.provider,
        Micros(row.amount),
        Micros(row.moved),
        row.request,
        row.reference,
        Instant(row.created),
        None if row.ended is None else Instant(row.ended),
    )


def voucher_values(voucher: VoucherRecord) -> dict[str, object]:
    """Return the columns of a new voucher."""
    return {
        "number": voucher.number,
        "digest": voucher.digest,
        "sealed": voucher.sealed,
        "bought": voucher.order,
        "line": voucher.line,
        "shop": voucher.shop,
        "buyer": voucher.buyer,
        "count": voucher.standing.count,
        "total": voucher.paid.total,
        "commission": voucher.paid.commission,
        "expires": voucher.standing.expires,
        "created": voucher.created,
        **voucher_moved(voucher),
    }


def voucher_moved(voucher: VoucherRecord) -> dict[str, object]:
    """Return the columns of a voucher that its use changes."""
    return {
        "used": voucher.standing.used,
        "refunded": voucher.standing.refunded,
        "earned": voucher.earned.total,
        "earned_commission": voucher.earned.commission,
    }


def voucher_record(row: Any) -> VoucherRecord:
    """Read a voucher."""
    return VoucherRecord(
        number=row.number,
        order=row.bought,
        line=row.line,
        shop=row.shop,
        buyer=row.buyer,
        standing=Voucher(row.count, row.used, row.refunded, Instant(row.expires)),
        paid=parts_of(row.total, row.commission),
        earned=parts_of(row.earned, row.earned_commission),
        created=Instant(row.created),
        digest=row.digest,
        sealed=row.sealed,
    )


def redemption_values(one: RedemptionRecord) -> dict[str, object]:
    """Return the columns of a redemption."""
    return {
        "shop": one.shop,
        "request": one.request,
        "voucher": one.voucher,
        "staff": one.staff,
        "first": one.first,
        "count": one.count,
        "merchant": one.earned.merchant,
        "commission": one.earned.commission,
        "time": one.time,
        "reversed": one.reversed,
        "reverse_request": one.reverse_request,
    }


def redemption_record(row: Any) -> RedemptionRecord:
    """Read a redemption."""
    return RedemptionRecord(
        row.shop,
        row.request,
        row.voucher,
        row.staff,
        row.first,
        row.count,
        parts_of(row.merchant + row.commission, row.commission),
        Instant(row.time),
        None if row.reversed is None else Instant(row.reversed),
        row.reverse_request,
    )
