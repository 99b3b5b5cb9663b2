"""How often each viewer was served each campaign, for frequency limits.

What was served counts, seen or not, so that the very next page knows it. Kept by the community's clock for the longest span
that a limit may have; at start it is filled from the newest receipts by `add`.
"""

from collections import deque
from typing import Final

from lodestone.base.clock import DAY_MICROS, Instant

DAYS_MAX: Final = 30
"""The longest span of a frequency limit, days."""


class Appearances:
    """Instants at which campaigns were served, per viewer."""

    def __init__(self) -> None:
        self._times: dict[int | str, dict[str, list[Instant]]] = {}
        self._order: deque[tuple[Instant, int | str, str]] = deque()

    def add(self, viewer: int | str, time: Instant, campaigns: tuple[str, ...]) -> None:
        """Remember the campaigns of one page."""
        for campaign in campaigns:
            self._times.setdefault(viewer, {}).setdefault(campaign, []).append(time)
            self._order.append((time, viewer, campaign))

    def of(self, viewer: int | str, now: Instant) -> dict[str, list[Instant]]:
        """Return when each campaign was served to a viewer, oldest first."""
        self._forget(now)
        return self._times.get(viewer, {})

    def _forget(self, now: Instant) -> None:
        while self._order and self._order[0][0] <= now - DAYS_MAX * DAY_MICROS:
            _, viewer, campaign = self._order.popleft()
            campaigns = self._times[viewer]
            del campaigns[campaign][
                0
            ]  # of one viewer and campaign the first that came is the first that goes
            if not campaigns[campaign]:
                del campaigns[campaign]
            if not campaigns:
                del self._times[viewer]


def is_full(times: list[Instant], limit: tuple[int, int], now: Instant) -> bool:
    """Say whether appearances use up a limit of so many within so many days.

    >>> is_full([Instant(0), Instant(5)], (2, 1), Instant(6))
    True
    """
    most, days = limit
    since = now - days * DAY_MICROS
    return sum(time > since for time in times) >= most
