"""What holds for a decision besides the viewer and the state."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lodestone.base.clock import Instant
from lodestone.traffic.candidates import Pricing
from lodestone.traffic.choose import Rules
from lodestone.traffic.policy import Policy
from lodestone.traffic.prices import PriceVector


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for a decision besides the viewer and the state."""

    policy: Policy
    prices: PriceVector
    pricing: Pricing
    """The same prices and the policy's worths, as kernels take them."""
    author_rank: NDArray[np.int16]
    """Shape (authors,). Gini consumption per author slot."""
    gate: float
    sequence: int
    seed: int
    now: Instant
    chain: tuple[int, ...]
    served: list[int]
    """Item rows shown earlier in this chain or served in the last ten minutes."""
    slots: int
    rules: Rules
    could: NDArray[np.uint8]
    """Shape (promises,). 1 where the price vector holds the promise."""
    clock: tuple[int, int] = (0, 0)
    """Weekday (0 is Monday) and minute of the day in the community's zone."""
