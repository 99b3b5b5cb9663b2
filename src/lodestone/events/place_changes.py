"""Which items lay in which places, and when: read from facts, so that a report of a past day asks no present position.

Where a post was made is private to its author and forgotten with them; that it lies in a place ten kilometres wide is
what every feed of that place shows. So a fact carries the place and no position:

    item      the item's row
    target    the place's code
    value     1: it lies there from here on, 0: it does not any more

One is written whenever the item, or the place, has moved so that the answer changes.
"""

from dataclasses import dataclass

import numpy as np

from lodestone.base.arrays import Bools, Ints
from lodestone.events.facts import Facts, empty_facts
from lodestone.events.outcomes import FactKind


def placed(items: Ints, codes: Ints, there: Bools) -> Facts:
    """Make the facts that items lie in places, or do not any more; shapes (facts,). Key, time and day are left out."""
    facts = empty_facts(items.size)
    facts["kind"], facts["item"], facts["target"], facts["value"] = (
        FactKind.PLACED,
        items,
        codes,
        there,
    )
    return facts


@dataclass(frozen=True, slots=True)
class PlaceChanges:
    """What facts say of some places; shapes (changes,), by pair of item and place and in order of time."""

    codes: Ints
    """Shape (places,), ascending. The places."""
    now: Bools
    """Shape (items, places). Which items lie in which places now: what holds of a pair of which no fact speaks."""
    pair: Ints
    time: Ints
    """Microseconds."""
    there: Bools

    def at(self, item: Ints, time: Ints) -> Bools:
        """Say in which places items lay at some times; shape (asked, places).

        Before the first fact of a pair the contrary of what it says held.
        """
        there = self.now[item]
        if not self.pair.size or not item.size:
            return there
        times = np.unique(self.time)
        wide = times.size + 1
        place = self.pair * wide + np.searchsorted(times, self.time)
        until = np.searchsorted(times, time, side="right") - 1
        for column in range(self.codes.size):
            pair = item * self.codes.size + column
            first = np.searchsorted(self.pair, pair)
            near = np.minimum(first, self.pair.size - 1)
            known = self.pair[near] == pair
            last = np.searchsorted(place, pair * wide + until, side="right") - 1
            said = np.where(last >= first, self.there[np.maximum(last, 0)], ~self.there[near])
            there[known, column] = said[known]
        return there


def read(facts: Facts, codes: Ints, now: Bools) -> PlaceChanges:
    """Read what facts in log order say of some places.

    Args:
        facts: Those of kind `PLACED` among them.
        codes: Shape (places,), ascending.
        now: Shape (items, places). Which items lie in which places now.
    """
    mine = facts[(facts["kind"] == FactKind.PLACED) & np.isin(facts["target"], codes)]
    column = np.searchsorted(codes, mine["target"])
    pair = mine["item"].astype(np.int64) * codes.size + column
    order = np.lexsort((mine["time"], pair))
    return PlaceChanges(
        codes, now, pair[order], mine["time"][order].astype(np.int64), mine["value"][order] == 1
    )
