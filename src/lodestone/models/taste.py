"""A viewer's place among items: what the inner product with an item's vector is a taste for."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from lodestone.base.arrays import Ints
from lodestone.base.clock import DAY_MICROS
from lodestone.features.layout import VECTOR_AT, VECTOR_WIDTH, lanes
from lodestone.features.view import StateView
from lodestone.models import rates_kernel as kernel
from lodestone.traffic.decision import Rows

_HALF_LIFE_DAYS: Final = 7.0


def viewer_vector(state: StateView, person: int, *, compiled: bool = True) -> NDArray[np.float32]:
    """Return a viewer's place: the decayed mean of their latest positives, else their interests.

    Decay counts from the newest positive, so that no clock is needed.
    """
    out = np.zeros(VECTOR_WIDTH, np.float32)
    if person >= 0:
        (kernel.place_of if compiled else place_of)(
            state.positives[person],
            state.positive_time[person],
            lanes(state.items)[1],
            state.interest[person],
            float(_HALF_LIFE_DAYS * DAY_MICROS),
            out,
        )
    return out


def place_of(
    rows: Rows,
    times: Ints,
    octets: NDArray[np.int8],
    interest: NDArray[np.float32],
    half_life_micros: float,
    out: NDArray[np.float32],
) -> None:
    """Write the unit vector of positives (oldest first, so that sums agree) and twice the interests."""
    filled = rows >= 0
    if not filled.any():
        out[:] = interest
        return
    order = np.lexsort((rows[filled], times[filled]))
    ages = (times[filled].max() - times[filled][order]) / half_life_micros
    vectors = octets[rows[filled][order], VECTOR_AT : VECTOR_AT + VECTOR_WIDTH]
    total = (0.5**ages / 127.0) @ vectors.astype(np.float64) + 2.0 * interest
    length = float(np.sqrt(total @ total))
    out[:] = total / length if length else total


def spoken_by(state: StateView, person: int) -> int:
    """Return a viewer's language: the one stated, else that of most of their latest positives; -1 where unknown."""
    if person < 0:
        return -1
    stated = int(state.people["language"][person])
    return stated if stated >= 0 else int(kernel.most_spoken(state.items, state.positives[person]))
