"""What the auction takes, in micros and chances, and the whole numbers it computes with.

    a page is worth   sum over organics of p x net  +  sum over ads of p x (bid + user value) - price
    p of slot s below k ads   attention_s x (1 - extension)^k

Bids, values and prices are whole sixteenths of a micro (`NET_UNIT`), p whole millionths, so that a page's worth and every
amount due are whole numbers (units of `DUE_UNIT` to a micro) and a replay agrees to the bit. A bid is rounded down
and a reserve up: nobody is charged for what rounding added.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from lodestone.base.arrays import Floats, Ints
from lodestone.traffic.decision import Codes, Rows
from lodestone.traffic.prices import NET_UNIT

WEIGHT_ONE: Final = 1_000_000
"""Attention is counted in millionths."""
DUE_UNIT: Final = NET_UNIT * WEIGHT_ONE
"""Units of a page's worth in one micro."""
VALUE_MAX: Final = 16_000_000_000
"""No bid, value or price of an impression passes this, in sixteenths: 50 slots of it fit an int64 twice."""
UNLIMITED: Final = 1 << 30


class AdReason(IntEnum):
    """Why an ad does not compete."""

    COMPETES = 0
    BELOW_RESERVE = 1
    NOT_FINITE = 2
    """Its bid, chance, value, price or reserve is no number, or its bid, pace or reserve is negative."""


class Organics(NamedTuple):
    """The organic slate as it was chosen without ads. Arrays of shape (organics,), first slot first."""

    net: Ints
    """Net scores, sixteenths of a micro."""
    author: Rows
    """Equal for posts of one author; -1 for none."""


class Ads(NamedTuple):
    """The ads that may stand on the page. Arrays of shape (ads,); of equal ones the earlier wins."""

    bid: Ints
    """What the payer offers for the action it buys, micros."""
    action: Floats
    """The chance of that action when the ad is seen, in [0, 1]; 1 where impressions are bought."""
    pace: Floats
    """The share of the bid that enters the auction, in [0, 1]: 1 / (1 + dual price of the payer's budget). It is the payer's
    own scarcity and is never charged."""
    user: Floats
    """What seeing it is worth to the viewer, micros; may be negative."""
    price: Floats
    """Dual prices of what an appearance consumes besides the budget and the ad load, micros; charged as externality."""
    payer: Rows
    """Who pays; a page shows one ad of each."""
    author: Rows
    """Whose post it is, numbered as the organics' authors; -1 for none."""
    reserve: Floats
    """The least that is accepted for a seen impression, micros."""


class PageRules(NamedTuple):
    """Where ads may stand."""

    attention: Ints
    """Shape (slots,). Thousandths, not rising: `slots.attention_of`."""
    extension: float = 0.0
    """The share of attention that each ad takes from everything below it, in [0, 1)."""
    gap: int = 2
    """How many posts lie between two ads at least."""
    ads_max: int = 4
    first: int = 1
    """The first slot that an ad may have, counted from 0."""
    load_price: float = 0.0
    """Dual price of the community's ad load, micros an appearance; charged as externality."""
    one_per_author: bool = False
    """Whether a page shows one ad of each author at most."""
    author_gap: int = 0
    """How many slots lie between an ad and another post or ad of its author at least."""
    author_max: int = UNLIMITED
    """The most slots of an ad's author, the ad with them."""

    @property
    def has_room(self) -> bool:
        """Say whether an ad may stand on the page at all."""
        return self.ads_max > 0 and self.first < self.attention.size


class Problem(NamedTuple):
    """The same in whole numbers, as the kernels take it. Arrays of shape (competing ads,) but for those of organics and page."""

    organic: Ints
    ads: tuple[Ints, Ints, Ints, Ints, Ints, Ints]
    """Bid, user value, price, payer, author, reserve; the first three and the last in sixteenths for a seen impression."""
    weight: Ints
    """Shape (ads at most + 1, slots). Attention of slot s below k ads, millionths."""
    organic_author: Ints
    handed: Ints
    """Shape (competing ads,). Which of the ads handed in each is."""
    reason: Codes
    """Shape (ads handed in,). `AdReason`."""
