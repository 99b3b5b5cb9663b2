"""Why a profile, a brief, an offer or a move of a creator's order is refused, in order of precedence.

When two reasons hold, the earlier one is given. A refusal has changed nothing.
"""

from enum import Enum, auto
from typing import Final

from lodestone.base.faults import FaultOf, raise_first

__all__ = ("CONFLICTS", "CURES", "UNKNOWN", "CreatorRefusal", "Fault", "raise_first")


class CreatorRefusal(Enum):
    """Why something of creators' orders is not taken."""

    CREATOR_UNKNOWN = auto()
    BRIEF_FIXED = auto()
    BRIEF_CLOSED = auto()
    OFFER_FIXED = auto()
    PERSON_MISSING = auto()
    ROLE_LACKING = auto()
    REQUEST_REUSED = auto()
    SELF_DEALING = auto()
    CREATOR_NOT_OPEN = auto()
    BRIEF_NOT_FOR_CREATOR = auto()
    OFFER_EXISTS = auto()
    CURRENCY_MISMATCH = auto()
    AMOUNT_NOT_POSITIVE = auto()
    PRICE_MISSING = auto()
    PRICE_NOT_TAKEN = auto()
    CAP_MISSING = auto()
    CAP_BELOW_FLOOR = auto()
    PRICE_BELOW_FLOOR = auto()
    PRICE_OVER_CAP = auto()
    PRODUCT_MISSING = auto()
    PRODUCT_UNKNOWN = auto()
    PRODUCT_FOREIGN = auto()
    DEADLINE_PAST = auto()
    NOTICE_TOO_SHORT = auto()
    ALREADY_SETTLED = auto()
    DISPUTE_AFTER_SETTLEMENT = auto()
    MOVE_REFUSED = auto()
    TIME_OVER = auto()
    ROUNDS_USED_UP = auto()
    ITEM_UNKNOWN = auto()
    ITEM_FOREIGN = auto()
    ITEM_NOT_LIVE = auto()
    ITEM_TAKEN = auto()
    AMOUNT_BEYOND_ESCROW = auto()
    BALANCE_SHORT = auto()


_R = CreatorRefusal
UNKNOWN: Final = frozenset({_R.CREATOR_UNKNOWN, _R.PRODUCT_UNKNOWN, _R.ITEM_UNKNOWN})
"""Answered 404: it names what is not there."""
CONFLICTS: Final = frozenset({
    _R.BRIEF_FIXED, _R.BRIEF_CLOSED, _R.OFFER_FIXED, _R.ROLE_LACKING, _R.REQUEST_REUSED, _R.SELF_DEALING, _R.CREATOR_NOT_OPEN,
    _R.BRIEF_NOT_FOR_CREATOR, _R.OFFER_EXISTS, _R.PRICE_BELOW_FLOOR, _R.PRICE_OVER_CAP, _R.PRODUCT_FOREIGN, _R.DEADLINE_PAST,
    _R.NOTICE_TOO_SHORT, _R.ALREADY_SETTLED, _R.DISPUTE_AFTER_SETTLEMENT, _R.MOVE_REFUSED, _R.TIME_OVER, _R.ROUNDS_USED_UP,
    _R.ITEM_FOREIGN, _R.ITEM_NOT_LIVE, _R.ITEM_TAKEN, _R.AMOUNT_BEYOND_ESCROW, _R.BALANCE_SHORT,
})  # fmt: skip
"""Answered 409: it does not fit how things stand. All others are answered 400."""
CURES: Final = {
    _R.CREATOR_UNKNOWN: "names nobody who takes orders; PUT /v1/creators first",
    _R.BRIEF_FIXED: "is fixed by the brief's first write; close it and make another",
    _R.BRIEF_CLOSED: "is closed and stays so; make another",
    _R.OFFER_FIXED: "is fixed by the offer's first write; cancel it and make another",
    _R.PERSON_MISSING: "is needed: either party may do this",
    _R.ROLE_LACKING: "names somebody who may not do this: see the table of moves",
    _R.REQUEST_REUSED: "was used for another request of this order; take a new one",
    _R.SELF_DEALING: "is who owns the advertiser: nobody orders from themselves",
    _R.CREATOR_NOT_OPEN: "takes no orders at present",
    _R.BRIEF_NOT_FOR_CREATOR: "is not among those whom the brief names",
    _R.OFFER_EXISTS: "has an offer, a bid or an order for this brief that has not ended",
    _R.CURRENCY_MISMATCH: "must be in the community's currency",
    _R.AMOUNT_NOT_POSITIVE: "must be above zero and at most 10^15 micros",
    _R.PRICE_MISSING: "is needed by this kind of settlement",
    _R.PRICE_NOT_TAKEN: "is not taken by this kind of settlement",
    _R.CAP_MISSING: "is needed by what is measured: so much is set aside",
    _R.CAP_BELOW_FLOOR: "must not be below the floor",
    _R.PRICE_BELOW_FLOOR: "is below the least that the brief or the creator takes",
    _R.PRICE_OVER_CAP: "is above the most that the brief pays",
    _R.PRODUCT_MISSING: "names what is sold; this kind of settlement needs it",
    _R.PRODUCT_UNKNOWN: "names no product of this community",
    _R.PRODUCT_FOREIGN: "names a product of another's shop",
    _R.DEADLINE_PAST: "is over",
    _R.NOTICE_TOO_SHORT: "leaves the creator less time than they ask for",
    _R.ALREADY_SETTLED: "was settled, once and for good",
    _R.DISPUTE_AFTER_SETTLEMENT: "comes too late: it was settled, and nothing opens it again",
    _R.MOVE_REFUSED: "does not fit how the order stands",
    _R.TIME_OVER: "comes too late: the time for it is over, and the clock moves the order",
    _R.ROUNDS_USED_UP: "asks for more rounds of changes than the brief has",
    _R.ITEM_UNKNOWN: "names no post of this community",
    _R.ITEM_FOREIGN: "is another's post",
    _R.ITEM_NOT_LIVE: "is not live; publish the post first",
    _R.ITEM_TAKEN: "was named for another order already",
    _R.AMOUNT_BEYOND_ESCROW: "is more than the escrow holds",
    _R.BALANCE_SHORT: "is more than the advertiser has paid in and not set aside",
}  # fmt: skip
"""What each means and what to do, said of the field at fault."""


class Fault(FaultOf[CreatorRefusal]):
    """One reason to refuse, and the field at fault."""

    CURES = CURES
    UNKNOWN = UNKNOWN
    CONFLICTS = CONFLICTS
