"""What was served to whom in the last ten minutes, so that the next page brings something else."""

from collections import deque
from collections.abc import Iterable
from typing import Final

from lodestone.base.clock import SECOND_MICROS, Instant

SERVED_MICROS: Final = 600 * SECOND_MICROS


class RecentlyServed:
    """Rows served per viewer, forgotten after ten minutes of the community's clock."""

    def __init__(self) -> None:
        self._rows: dict[int | str, deque[tuple[Instant, tuple[int, ...]]]] = {}
        self._order: deque[tuple[Instant, int | str]] = deque()

    def add(self, viewer: int | str, time: Instant, rows: tuple[int, ...]) -> None:
        """Remember one page."""
        self._rows.setdefault(viewer, deque()).append((time, rows))
        self._order.append((time, viewer))

    def rows(self, viewer: int | str, now: Instant) -> list[int]:
        """Return what the viewer was served since ten minutes ago."""
        self._forget(now)
        pages: Iterable[tuple[Instant, tuple[int, ...]]] = self._rows.get(viewer, ())
        return [row for _, rows in pages for row in rows]

    def _forget(self, now: Instant) -> None:
        while self._order and self._order[0][0] <= now - SERVED_MICROS:
            _, viewer = self._order.popleft()
            pages = self._rows[viewer]
            pages.popleft()
            if not pages:
                del self._rows[viewer]
