"""When in the day a budget should be spent: a forecast of consumption in buckets of equal length.

A constant rate is the wrong target where traffic or its value varies over the day (regret grows with the length of the
day, not with its root). The plan is the share of a day's *best* spend that fell into each bucket: yesterday's, or the
mean of some days.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lodestone.base.arrays import Floats

BUCKETS: Final = 48
"""Half an hour each."""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """Shares of a day's spend by bucket."""

    share: Floats
    """Shape (buckets,) or (campaigns, buckets), not negative, each row sums to 1."""

    def upto(self, moment: float) -> Floats:
        """Return the share planned from the day's beginning to a moment of it, linear within a bucket.

        Args:
            moment: Share of the day that has passed, in [0, 1].

        Returns:
            Shape () or (campaigns,), in [0, 1].

        >>> DayPlan(np.array([0.25, 0.75])).upto(0.75).item()
        0.625
        """
        assert 0.0 <= moment <= 1.0
        buckets = self.share.shape[-1]
        place = moment * buckets
        whole = min(int(place), buckets - 1)
        passed = self.share[..., :whole].sum(axis=-1) + (place - whole) * self.share[..., whole]
        upto: Floats = np.minimum(passed, 1.0)
        return upto


def even_plan(buckets: int = BUCKETS) -> DayPlan:
    """Return the plan of whoever knows nothing: every bucket alike."""
    assert buckets > 0
    return DayPlan(np.full(buckets, 1.0 / buckets))


def plan_of(spend: Floats, *, even: float = 0.02) -> DayPlan:
    """Make a plan of what was spent in each bucket of a day.

    Args:
        spend: Shape (buckets,) or (campaigns, buckets), not negative, any unit.
        even: Share of the plan spread evenly, in [0, 1]. A bucket in which nothing was spent yesterday is never closed
            for good; a row without any spend is planned evenly.
    """
    assert spend.ndim in (1, 2)
    assert spend.shape[-1] > 0
    assert (spend >= 0).all()
    assert 0.0 <= even <= 1.0
    total = spend.sum(axis=-1, keepdims=True)
    flat = np.full(spend.shape, 1.0 / spend.shape[-1])
    shaped = np.where(total > 0, spend / np.where(total > 0, total, 1.0), flat)
    return DayPlan((1.0 - even) * shaped + even * flat)
