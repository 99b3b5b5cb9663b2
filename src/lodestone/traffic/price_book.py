"""What whoever reads prices asks of whoever moves them."""

from typing import Protocol

from lodestone.traffic.policy import Policy
from lodestone.traffic.pricer import PricerState


class Derived(Protocol):
    """What the last refresh worked out of the whole state."""

    @property
    def planned(self) -> int:
        """Return how many first impressions a new post is promised."""
        ...


class PriceBook(Protocol):
    """A community's policy, its prices, and what maintenance derives from both. What it returns may be newer next time."""

    @property
    def policy(self) -> Policy:
        """Return the policy in force."""
        ...

    @property
    def pricer(self) -> PricerState:
        """Return where the pricer stands; its `vector` is in force."""
        ...

    @property
    def sweep(self) -> Derived:
        """Return what the last refresh worked out."""
        ...
