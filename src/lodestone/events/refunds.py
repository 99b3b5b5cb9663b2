"""What refunds leave of orders: read from facts alone, so that nothing is known before it was told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats
from lodestone.events.facts import SHARE_WHOLE, Facts, refund_share
from lodestone.events.outcomes import FactKind


@dataclass(frozen=True, slots=True)
class TakenBack:
    """How much of which orders was refunded, as far as it was known."""

    keys: NDArray[np.int64]
    """Shape (orders,), ascending: the keys of their facts."""
    left: Floats
    """Shape (orders,), in [0, 1]. What is left of each."""

    def left_of(self, facts: Facts) -> Floats:
        """Return what is left of each fact, 1 of whatever was not refunded; shape (facts,)."""
        left = np.ones(facts.size)
        if self.keys.size:
            keys = facts["key"].astype(np.int64)
            at = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
            met = (self.keys[at] == keys) & (facts["kind"] == FactKind.ORDER)
            left[met] = self.left[at[met]]
        return left

    def standing(self, facts: Facts) -> Facts:
        """Keep the facts of which something is left."""
        if not self.keys.size:
            return facts
        remaining: Facts = facts[self.left_of(facts) > 0]
        return remaining


def taken_back(facts: Facts) -> TakenBack:
    """Sum up the refunds among some facts; what these do not hold is not known yet."""
    refunds = facts[facts["kind"] == FactKind.REFUND]
    keys, order = np.unique(refunds["target"], return_inverse=True)
    shares = refund_share(refunds["value"].astype(np.int64))
    total = np.bincount(order.reshape(-1), weights=shares, minlength=keys.size)
    return TakenBack(keys, np.maximum(0.0, 1.0 - total / SHARE_WHOLE))
