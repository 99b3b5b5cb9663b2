"""How often each viewer was served each campaign, for frequency limits.

What was served counts, seen or not, so that the very next page knows it. Of people it is a function of the log's reservations,
which a snapshot keeps: a start and a second state know what the process that served them knows. Whoever is known by a session
alone is remembered by the process that served them.
"""

from collections import Counter, deque
from collections.abc import Hashable, Iterable
from typing import Final, Generic, TypeVar

import numpy as np

from lodestone.base.arrays import Ints
from lodestone.base.clock import DAY_MICROS, Instant

Campaign = TypeVar("Campaign", bound=Hashable)

DAYS_MAX: Final = 90
"""The longest span of a frequency limit, days."""


class Appearances(Generic[Campaign]):
    """Instants at which campaigns were served, per viewer; those older than `DAYS_MAX` before the newest are dropped."""

    def __init__(self) -> None:
        self._times: dict[int | str, dict[Campaign, list[Instant]]] = {}
        self._order: deque[tuple[Instant, int | str, Campaign]] = deque()

    def add(self, viewer: int | str, time: Instant, campaigns: tuple[Campaign, ...]) -> None:
        """Remember the campaigns of one page."""
        for campaign in campaigns:
            self._times.setdefault(viewer, {}).setdefault(campaign, []).append(time)
            self._order.append((time, viewer, campaign))
        while self._order and self._order[0][0] <= time - DAYS_MAX * DAY_MICROS:
            oldest, whose, campaign = self._order.popleft()
            self.remove(whose, oldest, campaign)

    def remove(self, viewer: int | str, time: Instant, campaign: Campaign) -> None:
        """Forget one appearance; of a viewer who was forgotten, or that was removed, it is passed over."""
        campaigns = self._times.get(viewer, {})
        if time not in campaigns.get(campaign, ()):
            return
        campaigns[campaign].remove(time)
        if not campaigns[campaign]:
            del campaigns[campaign]
        if not campaigns:
            del self._times[viewer]

    def of(self, viewer: int | str) -> dict[Campaign, list[Instant]]:
        """Return when each campaign was served to a viewer, oldest first."""
        return self._times.get(viewer, {})

    def forget(self, viewer: int | str) -> None:
        """Forget a viewer."""
        self._times.pop(viewer, None)


class PeopleServed(Appearances[int]):
    """Of people by ordinal and campaigns by number, as the log names both."""

    def columns(self, without: Iterable[tuple[Instant, int, int]] = ()) -> Ints:
        """Return (instant, person, campaign) of each appearance, sorted; shape (appearances, 3).

        Args:
            without: Such rows, each left out once.
        """
        rows = Counter(
            (time, person, campaign)
            for person, campaigns in self._times.items()
            for campaign, times in campaigns.items()
            for time in times
        )
        rows.subtract(without)
        return np.array(sorted(rows.elements()), np.int64).reshape(-1, 3)

    def fill(self, columns: Ints) -> None:
        """Take in what `columns` gave."""
        for time, person, campaign in columns.tolist():
            self.add(person, Instant(time), (campaign,))


def is_full(times: list[Instant], limit: tuple[int, int], now: Instant) -> bool:
    """Say whether appearances use up a limit of so many within so many days.

    >>> is_full([Instant(0), Instant(5)], (2, 1), Instant(6))
    True
    """
    most, days = limit
    since = now - days * DAY_MICROS
    return sum(time > since for time in times) >= most
