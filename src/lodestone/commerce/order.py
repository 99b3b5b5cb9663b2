"""Orders and vouchers on the wire."""

from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from lodestone.base.wire import TEXT, AppId, Money, Name, Position, TimeText, refuse
from lodestone.commerce.price import QUANTITY_MAX
from lodestone.commerce.product import Fulfilment
from lodestone.events.wire import SLOT_MAX

LINES_MAX: Final = 32
Day: TypeAlias = date
RequestId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern=TEXT,
        description="The app's own; again with it changes nothing.",
    ),
]
VoucherState = Literal["open", "used", "refunded", "expired"]
Code = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=64,
        description="As shown or scanned: the long code, or the short one shown at the time.",
        pattern=TEXT,
    ),
]


class LineIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One line of an order."""

    product_id: AppId
    variant_id: AppId
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)] = 1
    date: Day | None = None
    """For a variant with dates."""


class Address(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Where something is delivered; kept sealed under the buyer's key."""

    text: Annotated[str, Meta(min_length=1, max_length=500, pattern=TEXT)]
    position: Position
    name: Name = ""
    phone: Annotated[str, Meta(max_length=32, pattern=TEXT)] = ""


class OrderIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """An order as a buyer sends it: all lines from one shop."""

    buyer: AppId
    lines: Annotated[tuple[LineIn, ...], Meta(min_length=1, max_length=LINES_MAX)]
    fulfilment: Fulfilment | None = None
    """The first that the product offers when left out."""
    position: Position | None = None
    """Where the buyer is, as they say; what is known of them when left out."""
    address: Address | None = None
    """For delivery."""
    receipt_id: Annotated[str, Meta(max_length=64, pattern=TEXT)] | None = None
    """The decision whose card was bought from, with its slot."""
    slot: Annotated[int, Meta(ge=1, le=SLOT_MAX)] | None = None
    sale_id: AppId | None = None
    total: Money | None = None
    """What the buyer was shown; another price by now refuses the order."""

    def __post_init__(self) -> None:
        if (self.receipt_id is None) != (self.slot is None):
            raise refuse("slot", "send receipt_id and slot together")
        if self.total is not None and self.total.micros < 0:
            raise refuse("total", "must not be negative")


class LineOut(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order, its price and commission as they were at the sale."""

    product_id: str
    variant_id: str
    name: str
    quantity: int
    date: str | None
    unit_price: Money
    total: Money
    commission: Money


class OrderOut(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it is read back."""

    id: str
    state: str
    buyer: str | None
    """None once the buyer has been erased."""
    shop_id: str
    sale_id: str | None
    fulfilment: str
    lines: tuple[LineOut, ...]
    total: Money
    commission: Money
    refunded: Money
    place: int | None
    """Orders ahead of it in line, while it waits."""
    expires_at: TimeText | None
    """When the reservation, the wait or the payment's hold runs out."""
    moves: tuple[str, ...]
    """What may be asked of it next."""
    address: Address | None
    receipt_id: str | None
    slot: int | None
    history: tuple["Happening", ...]
    created_at: TimeText


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One move of an order."""

    move: str
    state: str
    amount: Money | None
    at: TimeText


class HandOverOut(msgspec.Struct, frozen=True):
    """A shop's orders that are paid and wait to be handed over."""

    waiting: int
    newest: str | None
    """The latest of them that was taken."""


class PayIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payment of a reserved order."""

    amount: Money
    """Exactly the order's total."""
    method: Annotated[str, Meta(min_length=1, max_length=32, pattern=TEXT)] = "manual"
    """Who takes the buyer's money: `manual`, somebody has; any other provider is asked to."""
    reference: Annotated[str, Meta(max_length=128, pattern=TEXT)] = ""
    """The provider's own name for the payment."""
    request_id: RequestId | None = None
    """Of this attempt; a new one tries again what was declined."""


class RefundIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A refund in part or whole; of vouchers by units, of the rest by amount."""

    request_id: RequestId
    amount: Money | None = None
    """All that is left when both are left out."""
    units: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    """Unused times of the order's vouchers."""
    staff_id: AppId | None = None
    """Who refunds, a manager of the shop; the community itself when left out."""
    reason: Name = ""

    def __post_init__(self) -> None:
        if self.amount is not None and self.amount.micros <= 0:
            raise refuse("amount", "must be more than nothing")
        if self.amount is not None and self.units is not None:
            raise refuse("units", "send amount or units, not both")


class VoucherOut(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher as it is read back."""

    id: str
    code: str | None
    """For the buyer and in answers to those who sent it; None in a merchant's lists."""
    order_id: str
    product_id: str
    variant_id: str
    shop_id: str
    name: str
    buyer: str | None
    date: str | None
    count: int
    used: int
    refunded: int
    left: int
    value: Money
    """What all of it was sold for."""
    state: VoucherState
    expires_at: TimeText
    created_at: TimeText


class ShortCodeOut(msgspec.Struct, frozen=True, kw_only=True):
    """The short code under which a voucher may be redeemed at its shop, for some minutes."""

    code: str
    """Eight letters with a dash in the middle; case, spaces, dashes, and O for 0 do not matter where it is typed."""
    voucher_id: str
    shop_id: str
    turns_at: TimeText
    """When another is shown."""
    expires_at: TimeText
    """Until when this one is good."""


class PrepareIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A look at a voucher before it is redeemed; changes nothing but the count of wrong short codes."""

    code: Code
    shop_id: AppId
    staff_id: AppId


class RedeemIn(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A redemption at the shop."""

    code: Code
    request_id: RequestId
    shop_id: AppId
    staff_id: AppId
    count: Annotated[int, Meta(ge=1, le=100)] = 1
    position: Position | None = None
    """Where the buyer is, as the desk says; the shop itself when left out."""


class ReverseIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Taking a redemption back, within the hour."""

    request_id: RequestId
    redeemed: RequestId
    """The redemption's own request_id."""
    shop_id: AppId
    staff_id: AppId


class RedemptionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A redemption, and the voucher after it."""

    request_id: str
    count: int
    amount: Money
    """What the merchant earned by it, commission taken off."""
    staff_id: str | None
    at: TimeText
    reversed_at: TimeText | None
    voucher: VoucherOut
