"""Facts of the log moved into the state: one that cannot be applied holds up no other, and is applied later."""

from typing import TYPE_CHECKING, Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.events.facts import Facts
from lodestone.features.state import TornError

if TYPE_CHECKING:
    from lodestone.services.community.community import Engine

FACT: Final = "fact"
"""The job of applying one fact that the log has; its rows are the facts' keys in hexadecimal."""
TORN: Final = "state"
"""The job of holding what the log says; it has failed where only a restart makes the state anew."""
_WAITING_MAX: Final = 10_000


def apply(engine: "Engine", facts: Facts, person_row: Ints, target_row: Ints) -> list[int]:
    """Move the state by facts that are durable, each at most once; return the places of those it could not follow.

    The offset moves by all of them: state and log stay at one point. Those left out are tried again by `retry`, and
    until they are in, no snapshot is written, so that a restart takes them from the log.

    Args:
        engine: The community.
        facts: Shape (facts,), in log order; none of them a record's change.
        person_row: Shape (facts,); see `State.apply`.
        target_row: Shape (facts,).
    """
    lost: list[int] = []
    waiting = [(0, int(facts.size))]
    while waiting:
        first, end = waiting.pop()
        some = slice(first, end)
        try:
            engine.state.apply(facts[some], person_row[some], target_row[some])
        except TornError as error:
            # Counters have moved: again would count twice, so only the log can say what is right.
            engine.torn = True
            engine.failures.failed(TORN, error)
        except Exception as error:  # noqa: BLE001  whatever it is, it is one fact's and must not be the others'
            if end - first > 1:
                half = (first + end) // 2
                waiting += [(half, end), (first, half)]
                continue
            engine.state.skip(1)
            lost.append(first)
            _leave(engine, facts[some], error)
    return lost


def _leave(engine: "Engine", fact: Facts, error: Exception) -> None:
    name = f"{int(fact['key'][0]):016x}"
    if len(engine.unapplied) < _WAITING_MAX:
        engine.unapplied[name] = fact.copy()
        engine.failures.failed(FACT, error, name)
    else:
        engine.torn = True
        engine.failures.failed(TORN, error)


def fill_places(engine: "Engine") -> None:
    """Take a row in the state for whomever and whatever the directory names and the state could not follow.

    Facts about them are counted by kernels that trust every row to be there.
    """
    state, directory = engine.state, engine.directory
    for row in range(state.person_count, len(directory.person_ids)):
        state.put_nobody(row)
    for row in range(state.item_count, len(directory.item_ids)):
        state.put_nothing(row, -1)


def retry(engine: "Engine") -> None:
    """Try again what could not be applied before. It may come late: the state does not depend on the order of facts."""
    for name, fact in list(engine.unapplied.items()):
        if engine.failures.waits(FACT, name):
            continue
        people = engine.directory.rows_of_ordinals(fact["person"].tolist())
        targets = engine.directory.rows_of_ordinals(fact["target"].tolist())
        del engine.unapplied[name]
        if not apply(engine, fact, np.array(people, np.int64), np.array(targets, np.int64)):
            engine.failures.done(FACT, name)
        engine.state.skip(-1)  # it has its place in the log already
