"""A budget as a state machine of whole micros: what is left, reserved by slots still open, and spent.

    left + reserved + spent = budget, none of them negative, at every moment

A slot reserves its highest possible charge when it is served; a billable fact turns the reservation into a charge of at
most that and gives back the rest; a slot that ends without one is released. Whatever arrives late, twice or in another
order finds its slot settled and changes nothing, so spend can not pass the budget. Slots are settled under their own
number for as long as a fact about them may still arrive; `forget` drops those beyond that.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from lodestone.base.money import Micros

_NOTHING: Final = Micros(0)


class Outcome(Enum):
    """What an account answers, refusals in order of precedence."""

    DONE = "done"
    SETTLED = "settled"
    """The slot was charged or released before: nothing changes."""
    OPEN = "open"
    """The slot holds a reservation already: nothing changes."""
    UNKNOWN = "unknown"
    """Nothing was reserved for the slot: it can not be charged."""
    TOO_MUCH = "too_much"
    """More than was reserved for the slot."""
    EXHAUSTED = "exhausted"
    """More than is left: the campaign does not take part."""
    BELOW_USED = "below_used"
    """A budget below what is spent and reserved."""


@dataclass(slots=True)
class BudgetAccount:
    """One campaign's budget of one period."""

    budget: Micros
    spent: Micros = _NOTHING
    reserved: Micros = _NOTHING
    open: dict[int, Micros] = field(default_factory=dict)
    """Reservation by the number of its slot."""
    settled: dict[int, Micros] = field(default_factory=dict)
    """Charge by the number of its slot, 0 where it was released; oldest first."""

    def __post_init__(self) -> None:
        """Check that a stored account adds up."""
        assert self.budget >= 0
        assert self.left >= 0
        assert self.reserved == sum(self.open.values())

    @property
    def left(self) -> Micros:
        """What may still be reserved."""
        return Micros(self.budget - self.spent - self.reserved)

    def reserve(self, slot: int, highest: Micros) -> Outcome:
        """Set aside the most that a slot can cost; refused where that is more than is left."""
        assert highest >= 0
        if slot in self.settled:
            return Outcome.SETTLED
        if slot in self.open:
            return Outcome.OPEN
        if highest > self.left:
            return Outcome.EXHAUSTED
        self.open[slot] = highest
        self.reserved = Micros(self.reserved + highest)
        return Outcome.DONE

    def charge(self, slot: int, amount: Micros) -> Outcome:
        """Spend at most what was reserved for a slot and give back the rest."""
        assert amount >= 0
        if slot in self.settled:
            return Outcome.SETTLED
        if slot not in self.open:
            return Outcome.UNKNOWN
        if amount > self.open[slot]:
            return Outcome.TOO_MUCH
        self.reserved = Micros(self.reserved - self.open.pop(slot))
        self.spent = Micros(self.spent + amount)
        self.settled[slot] = amount
        return Outcome.DONE

    def release(self, slot: int) -> Outcome:
        """Give back what was reserved for a slot that no billable fact can reach any more."""
        return self.charge(slot, _NOTHING)

    def resize(self, budget: Micros) -> Outcome:
        """Set another budget; refused below what is spent and reserved."""
        assert budget >= 0
        if budget < self.spent + self.reserved:
            return Outcome.BELOW_USED
        self.budget = budget
        return Outcome.DONE

    def forget(self, slots: int) -> None:
        """Keep only the newest `slots` settled ones; of older ones a fact is too late by the lateness window."""
        assert slots >= 0
        for slot in list(self.settled)[: max(0, len(self.settled) - slots)]:
            del self.settled[slot]
