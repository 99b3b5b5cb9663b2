"""What facts say of single people: what they saw, took to and refused, and their edges."""

from typing import TYPE_CHECKING

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.facts import Facts
from lodestone.events.outcomes import FactKind
from lodestone.features import apply_kernel

if TYPE_CHECKING:
    from lodestone.features.state import State


def remember(state: "State", facts: Facts, person_row: Ints) -> None:
    """Take in what people saw and took to; shapes (facts,)."""
    apply_kernel.remember(
        facts,
        person_row,
        state.people,
        state.positives,
        state.positive_time,
        state.seen_item,
        state.seen_time,
    )
    state.history.note(facts, person_row, state.like)


def refuse(state: "State", facts: Facts, person_row: Ints) -> None:
    """Take in what people hid, reported or were not interested in; shapes (facts,)."""
    refused = (facts["kind"] >= FactKind.NOT_INTERESTED) & (facts["kind"] <= FactKind.REPORT)
    for index in np.flatnonzero(refused & (person_row >= 0) & (facts["item"] >= 0)):
        state.rejected.setdefault(int(person_row[index]), set()).add(int(facts["item"][index]))


def connect(state: "State", facts: Facts, person_row: Ints, about_row: Ints) -> None:
    """Take in edges, and count followers; shapes (facts,)."""
    for change in state.edges.apply(facts, person_row, about_row):
        author = int(state.people["author"][change.target])
        if author >= 0:
            state.authors["followers"][author] += change.by


def sellers(state: "State", facts: Facts, target_row: Ints) -> Ints:
    """Return whom each fact is about, for an order or its refund whoever owns the item that was bought; shapes (facts,)."""
    orders = np.isin(facts["kind"], (FactKind.ORDER, FactKind.REFUND)) & (facts["item"] >= 0)
    if not orders.any():
        return target_row
    rows = target_row.copy()
    rows[orders] = state.items["owner"][facts["item"][orders]]
    return rows
