"""Which day an instant falls on, in a community's time zone."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO: Final = timedelta(microseconds=1)
_HOUR: Final = 3_600_000_000


class DayOf:
    """Days since the epoch in a zone; offsets are looked up once an hour of event time."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._offset: dict[int, int] = {}

    def of(self, time: int) -> int:
        """Return the day of an instant. Zones change their offset on quarter hours only."""
        quarter = time // (_HOUR // 4)
        offset = self._offset.get(quarter)
        if offset is None:
            there = (_EPOCH + timedelta(microseconds=time)).astimezone(self._zone)
            shift = there.utcoffset()
            assert shift is not None
            offset = self._offset[quarter] = shift // _MICRO
        return (time + offset) // (24 * _HOUR)

    def of_all(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the day of each of many instants; shape (times,)."""
        quarters, place = np.unique(times // (_HOUR // 4), return_inverse=True)
        for quarter in quarters.tolist():
            if quarter not in self._offset:
                self.of(quarter * (_HOUR // 4))
        offsets = np.array([self._offset[quarter] for quarter in quarters.tolist()], np.int64)
        days: NDArray[np.int64] = (times + offsets[place]) // (24 * _HOUR)
        return days
