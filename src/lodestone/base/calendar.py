"""Which day an instant falls on, in a community's time zone."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from lodestone.base.clock import DAY_MICROS, HOUR_MICROS

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
_FIRST_WEEKDAY: Final = 3
"""The epoch was a Thursday."""
_MIDNIGHT: Final = clock_time(0)

_QUARTERS_MAX: Final = 100_000
"""Quarter hours whose offset is remembered, some three years; an import may name any of ten thousand."""


class DayOf:
    """Days since the epoch in a zone; offsets are looked up once an hour of event time."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._offset: dict[int, int] = {}
        self._window: tuple[int, NDArray[np.int64]] = 0, np.zeros(0, np.int64)

    def of(self, time: int) -> int:
        """Return the day of an instant."""
        return (time + self._shift(time)) // DAY_MICROS

    def clock(self, time: int) -> tuple[int, int]:
        """Return the weekday (0 is Monday) and the minute of the day of an instant.

        >>> DayOf("Asia/Shanghai").clock(0)
        (3, 480)
        """
        minutes = (time + self._shift(time)) // (HOUR_MICROS // 60)
        return (minutes // 1440 + _FIRST_WEEKDAY) % 7, minutes % 1440

    def starts(self, day: date) -> int:
        """Return the instant at which a day begins."""
        begins = datetime.combine(day, _MIDNIGHT, tzinfo=self._zone)
        return (begins - _EPOCH) // _MICRO

    def _shift(self, time: int) -> int:
        """Return the offset at an instant. Zones change it on quarter hours only."""
        quarter = time // (HOUR_MICROS // 4)
        offset = self._offset.get(quarter)
        if offset is None:
            there = (_EPOCH + timedelta(microseconds=time)).astimezone(self._zone)
            shift = there.utcoffset()
            assert shift is not None
            if len(self._offset) >= _QUARTERS_MAX:
                self._offset.clear()
            offset = self._offset[quarter] = shift // _MICRO
        return offset

    def offsets(self, since: int, until: int) -> tuple[int, NDArray[np.int64]]:
        """Return the offsets in a span of time that is asked for again and again, each time a little later.

        Args:
            since: An instant.
            until: A later one; a span of years would take as long as it takes to look every quarter hour of them up.

        Returns:
            The quarter hour since the epoch that the offsets begin with, and the offset in microseconds in each quarter
            hour from then on; they cover the span.
        """
        first, last = since // (HOUR_MICROS // 4), until // (HOUR_MICROS // 4)
        begins, offsets = self._window
        if first < begins or last >= begins + offsets.size:
            # A day ahead, so that the span moves on for a day before it is worked out anew.
            quarters = range(first, max(first, last) + 4 * 24)
            begins = first
            offsets = np.array([self._shift(q * (HOUR_MICROS // 4)) for q in quarters], np.int64)
            self._window = begins, offsets
        return begins, offsets

    def of_all(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the day of each of many instants; shape (times,)."""
        quarters, place = np.unique(times // (HOUR_MICROS // 4), return_inverse=True)
        starts = (quarter * (HOUR_MICROS // 4) for quarter in quarters.tolist())
        offsets = np.array([self._shift(start) for start in starts], np.int64)
        days: NDArray[np.int64] = (times + offsets[place]) // DAY_MICROS
        return days


@lru_cache(maxsize=1024)
def days_in(time_zone: str) -> DayOf:
    """Return the days of a zone; those who ask for the same one share what was looked up.

    Raises:
        KeyError, ValueError, OSError: There is no such zone.
    """
    return DayOf(time_zone)
