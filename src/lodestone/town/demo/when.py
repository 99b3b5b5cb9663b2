"""When something may be said or seen: months of the year and hours of the day, written as `m11-2 h18-23`."""

from dataclasses import dataclass
from typing import Final

MONTHS: Final = frozenset(range(1, 13))
HOURS: Final = frozenset(range(24))


@dataclass(frozen=True, slots=True)
class When:
    """Months, 1 to 12, and hours, 0 to 23, to which something is bound."""

    months: frozenset[int] = MONTHS
    hours: frozenset[int] = HOURS

    def fits(self, month: int, hour: int) -> bool:
        """Say whether it holds in that month at that hour.

        >>> when_of("m11-2").fits(12, 9), when_of("h22-3").fits(1, 4)
        (True, False)
        """
        return month in self.months and hour in self.hours


ALWAYS: Final = When()


def when_of(text: str) -> When:
    """Read months and hours; several spans of one kind add up, and a span may go over the end of year or day.

    >>> sorted(when_of("m11-2 m7-7").months)
    [1, 2, 7, 11, 12]
    """
    months: set[int] = set()
    hours: set[int] = set()
    for word in text.split():
        first, last = (int(part) for part in word[1:].split("-"))
        if word[0] == "m":
            months |= {(first - 1 + n) % 12 + 1 for n in range((last - first) % 12 + 1)}
        else:
            assert word[0] == "h"
            hours |= {(first + n) % 24 for n in range((last - first) % 24 + 1)}
    return When(frozenset(months) or MONTHS, frozenset(hours) or HOURS)
