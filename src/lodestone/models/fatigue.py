"""How tired a viewer is of a topic or an author: what they looked at lately, half forgotten after a day.

A leaning says what somebody likes; it says nothing of the eighth film about the same thing in an evening. Leaving that out
bends leanings too: what somebody likes best is shown most, so that it is met tired, and looks no better liked than
the rest. Counted are the latest posts seen, each once, as the seen ring keeps them.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Floats, Ints
from lodestone.base.clock import DAY_SECONDS, SECOND_MICROS, Instant
from lodestone.features.view import StateView
from lodestone.models import rates_kernel as kernel
from lodestone.traffic.decision import Rows

HALF_LIFE_SECONDS: Final = float(DAY_SECONDS)


def weariness_of(
    state: StateView, person: int, now: Instant, rows: Rows, *, compiled: bool = True
) -> Floats:
    """Return what a viewer lately saw of each candidate's topic and author, in looks; shape (candidates, 2).

    Args:
        state: The serving state.
        person: Person row, -1 for nobody.
        now: When they ask; what the ring holds of later counts in full.
        rows: Shape (candidates,). Item rows.
        compiled: Whether by the kernel.
    """
    out = np.zeros((rows.size, 2))
    ring = int(state.people["seen"][person]) if person >= 0 else -1
    if ring >= 0:
        (kernel.weariness if compiled else weariness)(
            state.items,
            state.seen_item[ring],
            state.seen_time[ring],
            now // SECOND_MICROS,
            HALF_LIFE_SECONDS,
            rows,
            out,
        )
    return out


def weariness(
    items: np.ndarray,
    seen: Rows,
    times: NDArray[np.int32],
    now: int,
    half_life: float,
    rows: Rows,
    out: Floats,
) -> None:
    """Write looks at the same topic and at the same author, decayed; twin of the kernel.

    Args:
        items: Shape (items,) of `ITEM`.
        seen: Shape (ring,). Item rows, -1 for an empty place.
        times: Shape (ring,). Seconds since the epoch.
        now: Seconds since the epoch.
        half_life: Seconds.
        rows: Shape (candidates,). Item rows.
        out: Shape (candidates, 2), written: topic, author.
    """
    filled = seen >= 0
    weight = 0.5 ** (np.maximum(now - times[filled].astype(np.int64), 0) / half_life)
    for column, field in enumerate(("topic", "author")):
        fatigue: dict[int, float] = {}
        for code, amount in zip(items[field][seen[filled]].tolist(), weight.tolist(), strict=True):
            if code >= 0:
                fatigue[code] = fatigue.get(code, 0.0) + amount
        out[:, column] = [fatigue.get(code, 0.0) for code in items[field][rows].tolist()]


def before_each(person: Ints, code: Ints, time: Ints) -> Floats:
    """Return for every look what the same person had seen of the same code before it, decayed; shape (looks,).

    Args:
        person: Shape (looks,).
        code: Shape (looks,). A topic or an author; -1, none, tires nobody.
        time: Shape (looks,). Microseconds since the epoch.
    """
    order = np.lexsort((time, code, person))
    who, what, when = person[order].tolist(), code[order].tolist(), time[order].tolist()
    fatigue, level = np.zeros(person.size), 0.0
    for at in range(1, len(who)):
        if who[at] != who[at - 1] or what[at] != what[at - 1]:
            level = 0.0
            continue
        seconds = (when[at] - when[at - 1]) / SECOND_MICROS
        level = (level + 1.0) * 0.5 ** (seconds / HALF_LIFE_SECONDS)
        if what[at] >= 0:
            fatigue[order[at]] = level
    return fatigue
