"""What the auction decided, as a receipt holds it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from lodestone.base.arrays import Ints
from lodestone.base.money import Micros
from lodestone.traffic.decision import Codes


class PaymentRule(IntEnum):
    """How the slate is made and what its ads pay."""

    VCG = 1
    """The best page; each pays what its presence costs the others, organic posts and prices included."""
    CRITICAL = 2
    """A page filled greedily under spacing; each pays its critical value."""
    GSP = 3
    """The same page; each pays the least bid that keeps its slot."""
    FIRST_PRICE = 4
    """Each pays its bid, on the best page or, where spacing binds, on the greedy one."""


class Winner(NamedTuple):
    """An ad that is shown, and what it pays. `DUE_UNIT` units are one micro."""

    ad: int
    """Its index among the ads handed in."""
    slot: int
    weight: int
    """How likely it is seen, millionths."""
    bid: int
    """Bid x action x pace, for a seen impression, sixteenths of a micro."""
    due: int
    """Expected amount due for the appearance, units: exact, and the same whatever it bids for the same page."""
    payment_impression: Micros
    """Charged for a seen impression where those are bought."""
    payment_action: Micros
    """Charged for the action where that is bought."""
    organic_loss: int
    """How much less the organic posts are worth for its presence, units."""
    others_loss: int
    """How much less other ads are worth, units; 0 unless by `VCG`."""
    own_cost: int
    """Dual prices less user value of its own, against its payer's ads at their reserves, units; 0 unless by `VCG`.
    With the two above it makes up `due` there."""
    runner_up: int
    """The ad that would be shown instead, -1 for none."""
    steps: Ints | None
    """Shape (steps, 2): the bids at which its attention rises, sixteenths, from its reserve to its bid, and its attention from
    each on, millionths; the last is `weight`. None until `explained` by `VCG` and on the best page by `FIRST_PRICE`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A page with ads. Slot arrays have shape (filled,), first slot first."""

    organic: Ints
    """Which organic post stands there, -1 where an ad does."""
    ad: Ints
    """Which of the ads handed in stands there, -1 where an organic post does."""
    rule: PaymentRule
    """The rule that was applied: `CRITICAL` where `VCG` was asked for and the search ran out."""
    worth: int
    """Of the page, units."""
    worth_without_ads: int
    """Of the same organics alone."""
    winners: tuple[Winner, ...]
    """First slot first."""
    reason: Codes
    """Shape (ads handed in,). `AdReason`: why an ad did not compete."""
    nodes: int
    """Tables filled for the page itself; 0 for a greedy one."""
    displaced: Ints
    """Which organic posts the ads pushed off the page."""
