"""Intervals of a difference between two policies over the same receipts: the paired bootstrap.

Receipts are drawn anew with replacement, the same ones on both sides, so that what differs between receipts cancels and only what
the proposal changes is left. Draws are seeded: the same receipts give the same intervals. They say how far chance in which
receipts came may carry a figure, at the prices that the dry run settled; they say nothing of how people would answer.
"""

from typing import Final

import numpy as np

from lodestone.base.arrays import Bools, Floats, Ints
from lodestone.traffic.promises import gini

DRAWS: Final = 400
GINI_DRAWS: Final = 200
"""Fewer, since each draw sorts every creator."""
_SEED: Final = 1729
_ENDS: Final = (2.5, 97.5)

Interval = tuple[float, float]


class Paired:
    """Draws receipts anew, the same ones before and after."""

    def __init__(self, receipts: int) -> None:
        """Draw.

        Args:
            receipts: How many there are; with none every interval is (0, 0).
        """
        chance = np.random.default_rng(_SEED)
        shares = np.full(receipts, 1 / receipts) if receipts else np.zeros(0)
        drawn = (
            chance.multinomial(receipts, shares, size=DRAWS) if receipts else np.zeros((DRAWS, 0))
        )
        self._times: Floats = drawn.astype(np.float64)
        """How often each receipt was drawn, shape (draws, receipts)."""

    def ratios(self, before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> list[Interval]:
        """Return 95 % intervals of how far ratios of sums differ.

        Args:
            before: Numerators and denominators, each of shape (receipts, figures); a sum over nothing is 0.
            after: The same under the proposal.
        """
        first, second = (
            _ratio(self._times @ above, self._times @ below) for above, below in (before, after)
        )
        return _intervals(second - first)

    def sums(self, before: Floats, after: Floats) -> Interval:
        """Return the 95 % interval of how far two sums differ; shapes (receipts,)."""
        return _intervals((self._times @ (after - before))[:, None])[0]

    def gini(self, before: "Shown", after: "Shown", eligible: Bools) -> Interval:
        """Return the 95 % interval of how far the Gini of creators differs.

        Args:
            before: Whom the receipts showed.
            after: Whom they would show.
            eligible: Which creators count, shape (creators,).
        """
        drawn = [
            after.gini(times, eligible) - before.gini(times, eligible)
            for times in self._times[:GINI_DRAWS]
        ]
        return _intervals(np.array(drawn)[:, None])[0]


class Shown:
    """The creators of every slot of some receipts."""

    def __init__(self, creator: Ints, looks: Floats, slots: Ints) -> None:
        """Keep them.

        Args:
            creator: Shape (slots of all receipts,).
            looks: How likely each slot is looked at, same shape.
            slots: How many of them each receipt has, shape (receipts,).
        """
        self._creator, self._looks = creator, looks
        self._receipt = np.repeat(np.arange(slots.size), slots)

    def gini(self, times: Floats, eligible: Bools) -> float:
        """Return the Gini when each receipt counts so many times, shape (receipts,)."""
        looks = self._looks * times[self._receipt]
        exposure: Floats = np.bincount(
            self._creator, weights=looks, minlength=eligible.size
        ).astype(np.float64)
        return gini(exposure[: eligible.size][eligible])


def _ratio(above: Floats, below: Floats) -> Floats:
    ratio: Floats = np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    return ratio


def _intervals(drawn: Floats) -> list[Interval]:
    low, high = np.percentile(drawn, _ENDS, axis=0)
    return [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
