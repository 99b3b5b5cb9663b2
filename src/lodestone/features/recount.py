"""Counters as they stood at the end of a past day."""

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import COUNT_WIDTH
from lodestone.features.layout import DAYS_KEPT
from lodestone.features.state import State
from lodestone.features.view import StateView


def recounted(state: StateView, facts: Facts, day: int) -> State:
    """Count some facts anew, as a state's counters would stand at the end of a day.

    Args:
        state: It says who made which item.
        facts: Shape (facts,). Events of days up to that one, in any order; the state knows every item they name.
        day: The day, in days since the epoch.

    Returns:
        A state of which the counters alone are filled. It shares the other's items, which must not be written through
        it; its people are numbered in the order of their ordinals.
    """
    anew = State(state.attention / 1000)
    anew.items, anew.item_count, anew.author_count = (
        state.items,
        state.item_count,
        state.author_count,
    )
    anew.item_ring = np.zeros((anew.items.size, DAYS_KEPT, COUNT_WIDTH), np.int32)
    anew.item_old = np.zeros((anew.items.size, COUNT_WIDTH), np.int64)
    anew.author_total = np.zeros((state.author_total.shape[0], COUNT_WIDTH), np.int64)
    anew.author_exposure = np.zeros((state.author_exposure.shape[0], DAYS_KEPT), np.int32)
    anew.today = day
    if facts.size:
        people, row = np.unique(facts["person"], return_inverse=True)
        person_row: Ints = np.maximum(row.reshape(-1) - int(np.count_nonzero(people < 0)), -1)
        anew.person_count = people.size
        anew.person_total = np.zeros((people.size, COUNT_WIDTH), np.int32)
        anew.reserve_counters(facts)
        anew.count(facts, person_row)
    return anew
