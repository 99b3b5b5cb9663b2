"""What a day's ads may spend on learning of campaigns of which little is known: a share of the day's paid slots.

A slot is explored where its ad was chosen to enter with the upper end of its chance's interval (`lift`) and won with that. Of a day

    explored slots  <=  share x paid slots that the log holds

at every moment: one is counted before it is written and a paid slot after, and what was not written is taken back.
"""

from collections.abc import Mapping
from math import sqrt
from typing import Final

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.features.ads.calibration import ONE, PRIOR, Record

COLD: Final = PRIOR
"""Expected actions below which little is known of a campaign: its record counts less than that of its kind."""
DEVIATIONS: Final = 2.0
"""Standard deviations by which a cold campaign's chance is taken to be better than its record says."""
DAYS_KEPT: Final = 2


def lift(record: Record) -> float:
    """Return what to add to the logit of a cold campaign's chance for the upper end of its interval; 0 once it is known.

    The logarithm of happened / expected, drawn to the wider record by `PRIOR` actions, has a standard deviation of about
    1 / sqrt(actions + `PRIOR`).

    >>> lift(Record(expected=0)) == 2.0 / sqrt(10.0), lift(Record(expected=10 * ONE))
    (True, 0.0)
    """
    expected = record.expected / ONE
    return DEVIATIONS / sqrt(expected + PRIOR) if expected < COLD else 0.0


class Exploration:
    """Paid and explored slots by the day on which they were served."""

    def __init__(self) -> None:
        self._served: dict[int, int] = {}
        self._explored: dict[int, int] = {}

    def may(self, day: int, share: float) -> bool:
        """Say whether one more slot of a day may be explored."""
        return self._explored.get(day, 0) + 1 <= share * self._served.get(day, 0)

    def of(self, day: int) -> tuple[int, int]:
        """Return how many slots of a day were explored, and how many were paid for in all."""
        return self._explored.get(day, 0), self._served.get(day, 0)

    def explore(self, day: int, by: int = 1) -> None:
        """Count an explored slot, or with -1 take one back that was not written."""
        self._explored[day] = self._explored.get(day, 0) + by

    def serve(self, day: int) -> None:
        """Count a paid slot that the log holds; days that nothing more is served on are dropped."""
        self._served[day] = self._served.get(day, 0) + 1
        for days in (self._served, self._explored):
            for old in [old for old in days if old <= day - DAYS_KEPT]:
                del days[old]

    def columns(self, unwritten: Mapping[int, int]) -> Ints:
        """Return (day, explored, served) of each day; shape (days, 3).

        Args:
            unwritten: Explored slots of days that the log does not hold yet.
        """
        rows = [
            (day, self._explored.get(day, 0) - unwritten.get(day, 0), served)
            for day, served in sorted(self._served.items())
        ]
        return np.array(rows, np.int64).reshape(-1, 3)

    def fill(self, columns: Ints) -> None:
        """Take in what `columns` gave."""
        for day, explored, served in columns.tolist():
            self._served[day] = served
            if explored:
                self._explored[day] = explored
