"""Lines of the log about what keeps happening: one a minute for each kind, with how often it happened."""

from collections import Counter
from collections.abc import Callable
from typing import Final

_EVERY_SECONDS: Final = 60.0
_NAMES_MAX: Final = 256


class LogLimit:
    """Says when a line is due.

    Args:
        seconds: A clock; it may stand still, never run back.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._last: dict[str, float] = {}
        self._since: Counter[str] = Counter()
        self.held_back = 0
        """Lines that were counted and not written."""

    def due(self, name: str) -> int:
        """Count a line of a kind.

        Args:
            name: The kind. Beyond the first 256, kinds are counted as one.

        Returns:
            How many there were since the last that was written, this one among them; 0: do not write it.
        """
        if name not in self._last and len(self._last) >= _NAMES_MAX:
            name = "other"
        now, last = self._seconds(), self._last.get(name)
        self._since[name] += 1
        if last is not None and now - last < _EVERY_SECONDS:
            self.held_back += 1
            return 0
        self._last[name] = now
        return self._since.pop(name)
