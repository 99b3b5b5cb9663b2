"""Why an order, a payment, a refund or a redemption is refused, in order of precedence.

When two reasons hold, the earlier one is given. A refusal has changed nothing.
"""

from enum import Enum, auto
from typing import Final


class OrderRefusal(Enum):
    """Why an order is not taken."""

    SHOP_NOT_APPROVED = auto()
    SHOP_CLOSED = auto()
    PRODUCT_NOT_LIVE = auto()
    VARIANT_UNKNOWN = auto()
    DATE_UNKNOWN = auto()
    FULFILMENT_UNKNOWN = auto()
    CURRENCY_MISMATCH = auto()
    PRICE_CHANGED = auto()
    ADDRESS_MISSING = auto()
    POSITION_MISSING = auto()
    IMPOSSIBLE_TRAVEL = auto()
    TOO_FAR = auto()
    SALE_NOT_OPEN = auto()
    SALE_ENDED = auto()
    SALE_OTHER_PRODUCT = auto()
    LIMIT_REACHED = auto()
    SOLD_OUT = auto()
    HOLD_LIMIT_REACHED = auto()


class MoveRefusal(Enum):
    """Why an order does not move on."""

    STAFF_UNKNOWN = auto()
    ROLE_LACKING = auto()
    REQUEST_REUSED = auto()
    RESERVATION_EXPIRED = auto()
    HOLD_EXPIRED = auto()
    MOVE_REFUSED = auto()
    VOUCHER_REDEEMED = auto()
    CURRENCY_MISMATCH = auto()
    AMOUNT_MISMATCH = auto()
    REFUND_BEYOND_PAID = auto()
    REFUND_NOT_WHOLE_UNITS = auto()
    PAYMENT_PENDING = auto()
    PAYMENT_DECLINED = auto()
    PAYMENT_RETURNED = auto()
    PAYMENT_REFUSED = auto()
    PAYMENT_ENDED = auto()


class RedeemRefusal(Enum):
    """Why a voucher is not redeemed, beyond its own rules in `VoucherRefusal`."""

    VOUCHER_UNKNOWN = auto()
    SHORT_CODE_UNKNOWN = auto()
    SHORT_CODE_EXPIRED = auto()
    SHORT_CODE_PAUSED = auto()
    VOUCHER_FOREIGN = auto()
    STAFF_UNKNOWN = auto()
    REQUEST_REUSED = auto()
    NOT_AT_SHOP = auto()
    IMPOSSIBLE_TRAVEL = auto()
    ALREADY_REVERSED = auto()
    REVERSE_TOO_LATE = auto()


CURES: Final = {
    OrderRefusal.SHOP_NOT_APPROVED: "the shop has signed up and waits for its review",
    OrderRefusal.SHOP_CLOSED: "the shop is closed now; see its opening hours",
    OrderRefusal.PRODUCT_NOT_LIVE: "the product is not on sale",
    OrderRefusal.VARIANT_UNKNOWN: "the product has no such variant; read it again",
    OrderRefusal.DATE_UNKNOWN: "name one of the variant's dates, not past; a variant without dates takes none",
    OrderRefusal.FULFILMENT_UNKNOWN: "the product is not offered that way; see its fulfilment",
    OrderRefusal.CURRENCY_MISMATCH: "amounts are in the community's own currency",
    OrderRefusal.PRICE_CHANGED: "the price is another by now; read the product again",
    OrderRefusal.ADDRESS_MISSING: "delivery needs an address with a position",
    OrderRefusal.POSITION_MISSING: "send where the buyer is; nothing fresh is known of it",
    OrderRefusal.IMPOSSIBLE_TRAVEL: "nobody gets here from where the buyer was last in that time",
    OrderRefusal.TOO_FAR: "it lies outside the shop's radius",
    OrderRefusal.SALE_NOT_OPEN: "the sale has not begun",
    OrderRefusal.SALE_ENDED: "the sale has ended",
    OrderRefusal.SALE_OTHER_PRODUCT: "every line must be of the sale's own product and variant",
    OrderRefusal.LIMIT_REACHED: "the buyer has had as many as one person may in this sale",
    OrderRefusal.SOLD_OUT: "there are not that many left",
    OrderRefusal.HOLD_LIMIT_REACHED: "the buyer's unpaid orders would keep too many units from others; pay for them first, or order fewer",
    MoveRefusal.STAFF_UNKNOWN: "this person does not serve at the order's shop",
    MoveRefusal.ROLE_LACKING: "a clerk hands orders over and redeems; a manager of the shop refunds",
    MoveRefusal.REQUEST_REUSED: "this request_id was used for another refund; take a new one",
    MoveRefusal.RESERVATION_EXPIRED: "the reservation has run out; order again",
    MoveRefusal.HOLD_EXPIRED: "the payment's hold has run out and the money is free again",
    MoveRefusal.MOVE_REFUSED: "an order in this state cannot do that",
    MoveRefusal.VOUCHER_REDEEMED: "part of it has been redeemed; refund the unused part instead",
    MoveRefusal.CURRENCY_MISMATCH: "amounts are in the order's own currency",
    MoveRefusal.AMOUNT_MISMATCH: "pay exactly the order's total",
    MoveRefusal.REFUND_BEYOND_PAID: "more than is left of what was paid",
    MoveRefusal.REFUND_NOT_WHOLE_UNITS: "a voucher is refunded by whole units; send `units`",
    MoveRefusal.PAYMENT_PENDING: "nobody knows yet what became of another payment of this order; ask again under its request_id",
    MoveRefusal.PAYMENT_DECLINED: "the provider declined it; take a new request_id to try again",
    MoveRefusal.PAYMENT_RETURNED: "what the provider took came too late or was not the amount; all of it goes back to the buyer",
    MoveRefusal.PAYMENT_REFUSED: "the payment was refused",
    MoveRefusal.PAYMENT_ENDED: "this contradicts how the payment ended, which is booked; nothing has changed",
    RedeemRefusal.VOUCHER_UNKNOWN: "there is no such voucher; check the code",
    RedeemRefusal.SHORT_CODE_UNKNOWN: "no voucher shows this short code at this shop; read it again from the buyer's screen",
    RedeemRefusal.SHORT_CODE_EXPIRED: "the short code has run out; ask the buyer for the one that is shown now",
    RedeemRefusal.SHORT_CODE_PAUSED: "too many wrong short codes at this shop; wait, or take the long code",
    RedeemRefusal.VOUCHER_FOREIGN: "the voucher is another shop's",
    RedeemRefusal.STAFF_UNKNOWN: "this person does not serve at this shop",
    RedeemRefusal.REQUEST_REUSED: "this request_id was used for something else; take a new one",
    RedeemRefusal.NOT_AT_SHOP: "a voucher is redeemed at the shop",
    RedeemRefusal.IMPOSSIBLE_TRAVEL: "nobody gets here from where the buyer was last in that time",
    RedeemRefusal.ALREADY_REVERSED: "this redemption has been reversed",
    RedeemRefusal.REVERSE_TOO_LATE: "a redemption can be reversed for one hour",
}
"""What each means and what to do, for a person."""
