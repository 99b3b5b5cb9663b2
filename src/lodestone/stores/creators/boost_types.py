"""What the records of boosts hand out and take in."""

from dataclasses import dataclass

from lodestone.base.clock import Instant
from lodestone.base.money import Micros
from lodestone.creators.boost import BoostEnd, BoostState, Buys, PayFrom


@dataclass(frozen=True, slots=True)
class Boost:
    """A boost as stored."""

    number: int
    id: str
    """The app's."""
    owner: int
    """The ordinal of who pays."""
    item: int
    """The item's row."""
    buys: Buys
    pay_from: PayFrom
    amount: Micros
    price: Micros
    """Of one unit, at most."""
    hours: int
    created: Instant
    ends: Instant
    state: BoostState = BoostState.RUNNING
    ended_by: BoostEnd | None = None
    back: Micros | None = None
    """What went back, once it has ended."""


@dataclass(frozen=True, slots=True)
class BoostView:
    """A boost with what is shown of it."""

    boost: Boost
    person_id: str | None
    """None once they have been erased."""
    item_id: str


@dataclass(frozen=True, slots=True)
class BoostEvent:
    """A state that a boost came into."""

    id: int
    number: int
    state: BoostState
    time: Instant
