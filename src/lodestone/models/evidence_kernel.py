"""Compiled twin of the hot part of `models.evidence`."""

import numba

from lodestone.base.arrays import Array, Number

LEAN = 2.0
"""The furthest that deeds without an impression lean anybody, in logits."""
HALF = 2.0
"""Deeds that lean halfway there."""
MANY = 10.0
"""Of so many deeds one is as expected anywhere."""
OUTCOME_WEIGHTS = (0.0, 0.2, 0.5, 1.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
"""What a deed of each outcome counts against a like."""
COLUMN_WEIGHTS = (0.0, 0.2, 0.5, 1.0, 1.0, 1.0, 0.0, 0.0)
"""The same of affinity columns: impressions, click, long view, like, follow, comment and share, refusals, watch."""


@numba.njit(cache=True)
def lean_on(values: Array, place: Number, whole: Number, lean: Array) -> None:
    """Add to the leanings of affinity columns 1 to 7 what was done without an impression; see `evidence.leaning`."""
    shown = max(0.0, float(values[place, 0]))
    took = 0.0
    for c in range(1, 6):
        took += COLUMN_WEIGHTS[c] * max(0.0, float(values[place, c]) - shown)
    if took > 0.0:
        more = LEAN * took / (took + HALF + whole / MANY)
        for c in (1, 2, 3, 4, 5, 7):
            lean[c] += more
    refused = max(0.0, float(values[place, 6]) - shown)
    if refused > 0.0:
        lean[6] += LEAN * refused / (refused + HALF)
