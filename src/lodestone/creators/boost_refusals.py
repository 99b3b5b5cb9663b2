"""Why a boost is refused, in order of precedence. A refusal has changed nothing."""

from enum import Enum, auto
from typing import Final

from lodestone.base.faults import FaultOf, raise_first

__all__ = ("CONFLICTS", "CURES", "UNKNOWN", "BoostFault", "BoostRefusal", "raise_first")


class BoostRefusal(Enum):
    """Why a boost is not taken."""

    BOOST_FIXED = auto()
    ROLE_LACKING = auto()
    CURRENCY_MISMATCH = auto()
    AMOUNT_NOT_POSITIVE = auto()
    AMOUNT_NOT_WHOLE = auto()
    NOT_SOLD = auto()
    AMOUNT_TOO_SMALL = auto()
    ITEM_UNKNOWN = auto()
    ITEM_FOREIGN = auto()
    ITEM_NOT_LIVE = auto()
    SHOP_MISSING = auto()
    BALANCE_SHORT = auto()


_R = BoostRefusal
UNKNOWN: Final = frozenset({_R.ITEM_UNKNOWN})
"""Answered 404: it names what is not there."""
CONFLICTS: Final = frozenset({
    _R.BOOST_FIXED, _R.ROLE_LACKING, _R.NOT_SOLD, _R.AMOUNT_TOO_SMALL, _R.ITEM_FOREIGN, _R.ITEM_NOT_LIVE, _R.SHOP_MISSING,
    _R.BALANCE_SHORT,
})  # fmt: skip
"""Answered 409: it does not fit how things stand. All others are answered 400."""
CURES: Final = {
    _R.BOOST_FIXED: "is fixed by the boost's first write; stop it and make another",
    _R.ROLE_LACKING: "is not who bought it",
    _R.CURRENCY_MISMATCH: "must be in the community's currency",
    _R.AMOUNT_NOT_POSITIVE: "must be above zero and at most 10^15 micros",
    _R.AMOUNT_NOT_WHOLE: "must be whole coins",
    _R.NOT_SOLD: "is not sold here: the policy's boost_prices has no price for it",
    _R.AMOUNT_TOO_SMALL: "pays for none",
    _R.ITEM_UNKNOWN: "names no post of this community",
    _R.ITEM_FOREIGN: "is another's post",
    _R.ITEM_NOT_LIVE: "is not live; publish the post first",
    _R.SHOP_MISSING: "needs a shop of the person's own that is open, or a product on sale there",
    _R.BALANCE_SHORT: "is more than the person has earned and not been paid out",
}  # fmt: skip
"""What each means and what to do, said of the field at fault."""


class BoostFault(FaultOf[BoostRefusal]):
    """One reason to refuse, and the field at fault."""

    CURES = CURES
    UNKNOWN = UNKNOWN
    CONFLICTS = CONFLICTS
