"""Facts that counts of creators' orders are made of, gathered from the log."""

from collections.abc import Callable
from typing import Final

import numpy as np

from lodestone.base.arrays import Bools
from lodestone.events.facts import Facts, empty_facts
from lodestone.stores.creators.types import Assignment
from lodestone.stores.log.port import Log, Offset

_ALL: Final = 2**62


def gather(log: Log, wanted: Callable[[Facts], Bools]) -> Facts:
    """Walk a log once and return the facts that are wanted of it, in its order; call it in a thread."""
    parts = [empty_facts(0)]
    for batch in log.read(Offset(0), limit=_ALL):
        chosen = wanted(batch.facts)
        if chosen.any():
            parts.append(batch.facts[chosen])
    return np.concatenate(parts)


def within_days(order: Assignment, facts: Facts) -> Facts:
    """Return the facts within an order's counted days."""
    since, until = order.span
    return facts[(facts["time"] >= since) & (facts["time"] < until)]
