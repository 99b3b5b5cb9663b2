"""Rate limits by key: so many requests a minute, told on every answer."""

from dataclasses import dataclass
from typing import Final

from lodestone.base.clock import Instant
from lodestone.base.errors import BusyError

_WINDOW: Final = 60
UNLIMITED: Final = 0


@dataclass(slots=True)
class _Count:
    window: int
    used: int


class Limits:
    """Counts requests per key in windows of a minute; 0 means no limit."""

    def __init__(self, per_minute: int = UNLIMITED) -> None:
        self._limit = per_minute
        self._counts: dict[bytes, _Count] = {}

    def take(self, key: bytes, now: Instant) -> list[tuple[bytes, bytes]]:
        """Count one request and return its headers.

        Raises:
            BusyError: The key is over its limit until the window ends.
        """
        window, into = divmod(now // 1_000_000, _WINDOW)
        reset = _WINDOW - into
        count = self._counts.get(key)
        if count is None or count.window != window:
            count = self._counts[key] = _Count(window, 0)
        count.used += 1
        if self._limit and count.used > self._limit:
            raise BusyError(
                "rate_limited", "over this key's limit; come back later", retry_seconds=reset
            )
        limit = self._limit or 10**9
        return [
            (b"ratelimit-limit", str(limit).encode()),
            (b"ratelimit-remaining", str(limit - count.used).encode()),
            (b"ratelimit-reset", str(reset).encode()),
        ]
